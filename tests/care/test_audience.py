"""Whom an announcement reaches: by area, plan, agency and place of one contract that is supplied today (CM10)."""

from datetime import date

import polars as pl
import pytest

from tests.metering.grid import spin
from tests.parties.test_customers import account, taro
from tests.supply.test_points import POINT
from tomoshibi.care import queries
from tomoshibi.care.values import Audience
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import EndReason
from tomoshibi.supply import operations as supply
from tomoshibi.supply import queries as points

TODAY = date(2026, 11, 4)
SINCE = date(2026, 4, 5)
OSAKA = "06" + spin(7)[2:]


@pytest.fixture
def people(in_transaction, django_user_model):
    """One in Tokyo through an agency, one in Osaka, one with a plan in each, one who left; a fifth without a portal."""
    supply.register_points(pl.DataFrame([
        POINT | {"spin": spin(1), "postal_code": "1050011"}, POINT | {"spin": spin(2), "postal_code": "1500001"},
        POINT | {"spin": spin(3), "postal_code": "1050011"}, POINT | {"spin": spin(4), "postal_code": "1050011"},
        POINT | {"spin": OSAKA, "postal_code": "5300001"}, POINT | {"spin": "06" + spin(8)[2:], "postal_code": "5300001"},
    ]))  # fmt: skip
    held = {
        "tokyo": [(spin(1), "tokyo-b", "AG01")], "osaka": [(OSAKA, "kansai-a", "")],
        "both": [(spin(2), "tokyo-b", ""), ("06" + spin(8)[2:], "tomoshibi-zero", "")],
        "left": [(spin(3), "tokyo-b", "")], "silent": [(spin(4), "tokyo-b", "")],
    }  # fmt: skip
    found = {}
    for name, places in held.items():
        customer = taro(name=f"灯火 {name}")
        payer = account(customer)
        for number, plan, agency in places:
            contracts.register(
                account_number=payer.number, spin=number, start=SINCE, plan_code=plan, capacity_kind="A",
                capacity_milli=30_000, discounts=[], agency_code=agency,
            )  # fmt: skip
        if name != "silent":
            django_user_model.objects.create_user(name, password="x", portal_customer_id=customer.id)
        found[customer.id] = name
    (gone,) = contract_queries.contracts_of(supply_point_id=points.point(spin=spin(3)).id)
    contracts.end(contract_id=gone.id, on=date(2026, 10, 1), reason=EndReason.MOVED_OUT)
    return found


@pytest.mark.parametrize(
    ("named", "reached"),
    [
        ({}, {"tokyo", "osaka", "both", "left"}),
        ({"areas": ("03",)}, {"tokyo", "both"}),
        ({"plans": ("tokyo-b",)}, {"tokyo", "both"}),
        ({"plans": ("tokyo-b", "kansai-a")}, {"tokyo", "osaka", "both"}),
        ({"agencies": ("AG01",)}, {"tokyo"}),
        ({"places": ("105",)}, {"tokyo"}),
        ({"places": ("5300001", "150")}, {"osaka", "both"}),
        ({"areas": ("03",), "plans": ("tomoshibi-zero",)}, set()),
        ({"areas": ("06",), "plans": ("tomoshibi-zero",)}, {"both"}),
        ({"areas": ("09",)}, set()),
    ],
)
def test_everything_that_is_named_fits_one_contract(people, named, reached):
    frame = queries.audience_frame(audience=Audience(**named), today=TODAY)
    assert {people[one] for one in frame["customer_id"]} == reached
    assert frame["customer_id"].is_unique().all()


def test_an_agency_that_was_entered_later_counts(people):
    """What a contract says today, not what the application said once."""
    (here,) = contract_queries.contracts_of(supply_point_id=points.point(spin=OSAKA).id)
    contracts.change_terms(contract_id=here.id, start=date(2026, 11, 1), agency_code="AG02")
    found = queries.audience_frame(audience=Audience(agencies=("AG02",)), today=TODAY)
    assert [people[one] for one in found["customer_id"]] == ["osaka"]
    before = queries.audience_frame(audience=Audience(agencies=("AG02",)), today=date(2026, 10, 31))
    assert before.is_empty()
