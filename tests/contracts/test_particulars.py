"""Particulars that bills multiply by: entered by one, agreed to by another, in the terms from then on."""

from datetime import date

import pytest
from django.urls import reverse

from tests.contracts.test_levy_exemption import supplied, two  # noqa: F401 - a fixture
from tomoshibi.contracts import operations, queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worklist import queries as worklist

NOVEMBER = date(2026, 11, 1)
RESERVE = {"reserve_milli": 50_000}


def enter(contract_id, actor_id, now, *, particulars=RESERVE, start=NOVEMBER):
    with db.transaction():
        return operations.enter_particulars(
            contract_id=contract_id, start=start, particulars=particulars, now=now, actor_id=actor_id
        )


def held(contract_id, day):
    return dict(queries.contract(contract_id=contract_id).terms_on(day).particulars)


def test_terms_hold_particulars_when_a_second_person_agreed(two, now):  # noqa: F811
    contract = supplied()
    change = enter(contract.id, two[0], now)
    assert held(contract.id, NOVEMBER) == {}
    assert worklist.counts_by_procedure(now=now)["CM3"].open == 1
    with pytest.raises(identity.SamePerson), db.transaction():
        operations.approve_particulars(change_id=change, now=now, actor_id=two[0])
    assert held(contract.id, NOVEMBER) == {}
    with db.transaction():
        operations.approve_particulars(change_id=change, now=now, actor_id=two[1])
    assert (held(contract.id, date(2026, 10, 31)), held(contract.id, NOVEMBER)) == ({}, RESERVE)
    assert worklist.counts_by_procedure(now=now)["CM3"].open == 0
    assert any("agreed to particulars" in deed.what for deed in people.deeds(procedure="CM3"))
    with pytest.raises(operations.AlreadyDecided), db.transaction():
        operations.reject_particulars(change_id=change, now=now, actor_id=two[1])


def test_what_is_rejected_changes_nothing_and_stays_on_record(two, now):  # noqa: F811
    contract = supplied()
    change = enter(contract.id, two[0], now)
    with pytest.raises(operations.ParticularsRefused):
        enter(contract.id, two[0], now, particulars={"power_factor_percent": 90})
    with db.transaction():
        operations.reject_particulars(change_id=change, now=now, actor_id=two[1])
    assert held(contract.id, NOVEMBER) == {}
    (kept,) = queries.particulars_changes_of(contract_id=contract.id)
    assert (kept.state, dict(kept.particulars)) == (values.ExemptionState.REJECTED, RESERVE)
    enter(contract.id, two[0], now, particulars={"power_factor_percent": 90})


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"particulars": {"power_factor_percent": 101}}, operations.ParticularsRefused),
        ({"particulars": {"made_up": 1}}, operations.ParticularsRefused),
        ({"particulars": {"devices_lamp": -1}}, operations.ParticularsRefused),
        ({"start": date(2000, 4, 1)}, operations.OutsideContract),
    ],
)
def test_what_makes_no_sense_is_refused(two, now, given, error):  # noqa: F811
    contract = supplied()
    with pytest.raises(error):
        enter(contract.id, two[0], now, **given)


RESERVED = """
plan: test-reserve
name: {ja: 予備電力つき, en: With reserve}
area: "*"
voltage: low
kind: free
capacity: {unit: kW}
sources: {page: a page of the company}
versions:
  - from: 2024-04-01
    components:
      - {code: basic, kind: basic, unit: kW, price: {amount: 1000, source: page}}
      - {code: reserve, kind: basic, unit: kW, size: reserve, price: {amount: 100, source: page}}
"""


def test_two_people_do_it_on_the_pages(client, two, now):  # noqa: F811
    contract = supplied()
    with db.transaction():
        for proposal_id in tariffs.propose(text=RESERVED, now=now, actor_id=two[0]):
            tariffs.publish(proposal_id=proposal_id, now=now, actor_id=two[1])
        operations.change_terms(
            contract_id=contract.id, start=contract.start, plan_code="test-reserve", capacity_kind="kW",
            capacity_milli=20_000,
        )  # fmt: skip
    client.cookies["django_language"] = "en"
    assert client.login(username="enters", password="lamp-light-42")
    typed = {"start": str(NOVEMBER), "plan_code": "test-reserve", "capacity": "25", "discounts": "", "agency_code": ""}
    typed |= {"particular_reserve_milli": "5", "reason": "as agreed with the customer"}
    change = reverse("contracts:change", args=[contract.id])
    unknown = client.post(change, typed)
    assert unknown.status_code == 422
    assert "The grid company has to know of another size" in unknown.content.decode()
    assert queries.contract(contract_id=contract.id).terms_on(NOVEMBER).capacity_milli == 20_000
    assert client.post(change, typed | {"grid_knows": "on"}).status_code == 302
    # The size is one person's to change, the reserve power waits.
    assert queries.contract(contract_id=contract.id).terms_on(NOVEMBER).capacity_milli == 25_000
    assert held(contract.id, NOVEMBER) == {}
    (change,) = queries.particulars_changes_of(contract_id=contract.id)
    decide = reverse("contracts:particulars", args=[change.id])
    assert decide in client.get(reverse("contracts:contract", args=[contract.id])).content.decode()
    client.post(decide, {"decision": "approve"})
    assert held(contract.id, NOVEMBER) == {}
    assert client.login(username="agrees", password="lamp-light-42")
    assert "5 kW" in client.get(decide).content.decode()
    client.post(decide, {"decision": "approve"})
    assert held(contract.id, NOVEMBER) == {"reserve_milli": 5_000}
