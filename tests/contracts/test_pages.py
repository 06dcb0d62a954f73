"""Pages of contracts, through real views."""

import html
import re
from datetime import UTC, date, datetime

import polars as pl
import pytest

from tests.parties.test_customers import account, taro
from tests.supply.test_points import POINT, SPIN
from tomoshibi.contracts import operations, queries, values
from tomoshibi.identity import queries as identity
from tomoshibi.masters import operations as masters
from tomoshibi.parties import operations as parties
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.tariffs import queries as plans
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 4, tzinfo=UTC)


@pytest.fixture
def payer(clerk):
    with db.transaction():
        worker.set_clock(now=NOW)
        masters.load_shipped(on=NOW.date(), with_banks=False, invented=True)
        tariffs.install_shipped(now=NOW)
        supply.register_point(**POINT)
        return account(taro())


def tokyo_plan():
    return next(p for p in plans.plans(on=NOW.date(), area="03") if p.capacity_unit == "A" and p.kind == "regulated")


def test_a_contract_is_registered_previewed_changed_and_listed(clerk, payer):
    plan = tokyo_plan()
    shown = clerk.get(f"/contracts/new/?account={payer.number}&spin={SPIN}").content.decode()
    assert plan.code in shown
    form = {
        "account_number": payer.number,
        "spin": SPIN,
        "start": "2026-05-01",
        "plan_code": plan.code,
        "capacity": "30",
    }
    missing = clerk.post("/contracts/new/", form | {"capacity": "", "account_number": "2"})
    assert set(missing.context["form"].errors) == {"capacity", "account_number"}
    answer = clerk.post("/contracts/new/", form)
    assert answer.status_code == 302, answer.context["form"].errors
    page = answer["Location"]
    (contract,) = queries.contracts_of(account_id=payer.id)

    change = {"start": "2026-12-01", "plan_code": plan.code, "capacity": "60", "kwh": "300", "reason": "電話"}
    preview = clerk.post(f"{page}change/", change | {"preview": "1"})
    shown = clerk.get(preview.context["preview"])
    assert shown.context["refusals"] == []
    # Two steps of ten amperes each more: the basic charge of the plan, and nothing else, differs.
    assert shown.context["before"].total_minor > 0
    assert shown.context["difference_minor"] in {935, 936}
    without = clerk.post(f"{page}change/", change | {"preview": "1", "kwh": ""})
    assert clerk.get(without.context["preview"]).context["refusal"], "nothing was measured, nothing typed"
    assert len(queries.contract(contract_id=contract.id).terms) == 1

    assert clerk.post(f"{page}change/", change).status_code == 422, "the grid company does not know it"
    assert clerk.post(f"{page}change/", change | {"grid_knows": "on"}).status_code == 302
    assert queries.contract(contract_id=contract.id).terms[-1].capacity_milli == 60_000
    early = clerk.post(f"{page}change/", change | {"start": "2026-04-30"})
    assert early.context["change_form"].errors["start"]

    assert f"?contract={contract.number}&amp;kind=move_out" in clerk.get(page).content.decode(), "it ends by a change"
    with db.transaction():
        operations.end(contract_id=contract.id, on=date(2027, 1, 10), reason=values.EndReason.MOVED_OUT)
    assert {d.procedure for d in identity.deeds(subject=f"contracts.contract:{contract.id}")} == {"CM1", "CM3"}
    assert contract.number in clerk.get("/contracts/?state=ending").content.decode()
    assert contract.number not in clerk.get("/contracts/?state=supplied").content.decode()
    for fragment in (
        f"/contracts/of-customer/{payer.customer_id}/",
        f"/contracts/of-point/{contract.supply_point_id}/",
        f"{page}panel/",
        page,
    ):
        assert contract.number in clerk.get(fragment).content.decode()


def test_whom_a_version_reaches_is_counted_listed_and_exported(clerk, payer):
    """On the plan on its first day, or coming to it later; who has left it by then, or is on another plan, is not."""
    plan = tokyo_plan()
    other = next(p for p in plans.plans(on=NOW.date()) if p.code != plan.code and p.capacity_unit == plan.capacity_unit)
    made = {}
    for name, first, code in (
        ("stays", "2026-05-01", plan.code),
        ("leaves", "2026-06-01", plan.code),
        ("comes", "2026-07-01", other.code),
        ("changes", "2026-08-01", plan.code),
        ("other", "2026-09-01", other.code),
    ):
        with db.transaction():
            spin = f"03{len(made) + 7:020d}"
            supply.register_point(**POINT | {"spin": spin})
            made[name] = operations.register(
                account_number=payer.number,
                spin=spin,
                start=date.fromisoformat(first),
                plan_code=code,
                capacity_kind="A",
                capacity_milli=30_000,
            ).id
    with db.transaction():
        operations.end(contract_id=made["leaves"], on=date(2026, 11, 20), reason=values.EndReason.MOVED_OUT)
        for name, day, code in (("comes", date(2027, 1, 10), plan.code), ("changes", date(2026, 11, 25), other.code)):
            operations.change_terms(contract_id=made[name], start=day, plan_code=code, capacity_milli=30_000)
    numbers = {name: queries.contract(contract_id=it).number for name, it in made.items()}
    facts = {"plan": plan.code, "start": "2026-12-01"}
    reached = clerk.get("/contracts/on-plan/", facts)
    assert (reached.context["now"], reached.context["later"]) == (1, 1)
    shown = reached.content.decode()
    assert {name for name, number in numbers.items() if number in shown} == {"stays", "comes"}
    address = re.search(r'href="(/contracts/\?reached=[^"]+)"', shown).group(1)
    listed = clerk.get(html.unescape(address))
    assert {name for name, number in numbers.items() if number in listed.content.decode()} == {"stays", "comes"}
    exported = clerk.get(html.unescape(address) + "&export=csv")
    text = b"".join(exported).decode("utf-8-sig")
    assert {name for name, number in numbers.items() if number in text} == {"stays", "comes"}
    wrong = clerk.get("/contracts/", {"reached": "soon"}).content.decode()
    assert "soon is not the code of a plan and a day" in wrong


def test_a_sub_account_number_is_not_taken(clerk, payer):
    with db.transaction():
        bench = account(taro())
        parties.offer_instead(numbers=pl.Series([payer.number]), instead=bench.number)
    form = {
        "account_number": payer.number,
        "spin": SPIN,
        "start": "2026-05-01",
        "plan_code": tokyo_plan().code,
        "capacity": "30",
    }
    answer = clerk.post("/contracts/new/", form)
    assert bench.number in str(answer.context["form"].errors["account_number"])
    assert queries.contracts_of(account_id=payer.id) == []
