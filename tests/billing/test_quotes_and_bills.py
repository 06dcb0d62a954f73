"""What a prospect is quoted is what the contract is billed: the same plan, the same numbers, the same total."""

from datetime import date

import pytest

from tests.billing import book
from tests.billing.test_numbers import CAMPAIGN, SET, demand
from tests.billing.test_particulars import BASIC, ENERGY, KW, LAMPS, OUTAGE, RESERVE
from tests.billing.test_runs import TODAY, issue, make
from tests.metering.test_demand import BY_DEMAND, publish
from tests.rating.shapes.one_bill import price
from tomoshibi.billing import queries
from tomoshibi.contracts import operations as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters_operations
from tomoshibi.metering import operations as metering
from tomoshibi.tariffs import operations as tariffs

BEGUN = date(2025, 10, 1)
"""The bill of October 2026, for use since 2 September, is for the twelfth month of the contract."""
FUEL = {
    "code": "fuel",
    "kind": "published_per_device",
    "value": "fuel_lamp",
    "group": "fuel",
    "classes": ["led", "old"],
}
LEVY = {"code": "levy", "kind": "levy"}
TARGET = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("1500")} | {
    "power_factor": {"kept": "target_kept", "missed": "target_missed"}
}
DEFERS = {"above": price("15"), "percent": price("80"), "months": 3}
DEBIT = {"code": "debit", "kind": "fixed", "price": price("-55"), "when": "direct_debit"}
PAPER = {"code": "paper", "kind": "fixed", "price": price("110"), "when": "paper_bill"}


@pytest.fixture
def clerks(masters):
    identity.save_role(code="rates", name="料金", rights=["RB1.do"])
    book.person("ito", roles=["rates"])
    return book.people()


@pytest.fixture
def quoted(client, clerks):
    """The total of October 2026 that the page says for the plan."""
    client.force_login(User.objects.get(username="ito"))

    def ask(**told):
        asked = {"area": "03", "voltage": "high", "size": "100", "unit": "kW", "last_month": "2026-10"}
        answer = client.post("/tariffs/quote/", asked | {"profile": "shop"} | told)
        assert answer.status_code == 200, answer.context["form"].errors
        (row,) = (row for row in answer.context["rows"] if row["code"] == "hv-test")
        assert row["totals"][-1] is not None, row["refusal"]
        return row["totals"][-1]

    return ask


def issued(contract, now, clerks):
    """The total of the bill of October 2026, as it went out."""
    run = make(now, clerks[0])
    assert (run.bill_count, run.aside_count) == (1, 0), queries.exceptions(run_id=run.id)
    issue(run, now, clerks)
    (bill,) = queries.bills_of_run(run_id=run.id)
    assert bill.contract_id == contract.id
    assert bill.issued_on is not None
    return bill.total_minor


USE = "100 " * 12


@pytest.mark.parametrize("reserve", [0, 50_000, 12_345])
def test_reserve_power(clerks, now, quoted, reserve):
    publish(now, components=(BASIC, RESERVE, ENERGY))
    contract = book.customer(1, **KW, particulars={"reserve_milli": reserve} if reserve else {})
    book.reading(contract, 100, now=now)
    total = issued(contract, now, clerks)
    assert total == 150_000 + reserve * 75 // 1_000 + 2_000
    assert quoted(monthly=USE, number_reserve_milli=f"{reserve / 1_000}" if reserve else "") == total


def test_devices_without_a_meter_and_their_fuel_units(clerks, now, quoted):
    publish(now, components=(LAMPS, FUEL))
    masters_operations.put_rows(
        master="monthly_amounts",
        rows=[
            {"code": f"fuel_lamp_{name}", "area": "", "month": "2026-10", "amount_yen": yen}
            for name, yen in (("led", "-1.23"), ("old", "-2.46"))
        ],
    )  # fmt: skip
    contract = book.customer(1, **KW, particulars={"devices_led": 3, "devices_old": 1})
    metering.watch(today=TODAY, now=now)
    total = issued(contract, now, clerks)
    # 3 x 97.73 + 257.88 - 3 x 1.23 - 2.46 = 544.92
    assert total == 544
    counted = {"number_devices_led": "3", "number_devices_old": "1"}
    assert quoted(**counted) == total
    assert quoted(**counted, monthly=USE) == total, "what a meter would have counted costs nothing on this plan"


@pytest.mark.parametrize("days", [0, 2, 28])
def test_days_of_outage(clerks, now, quoted, days):
    publish(now, components=(BASIC, OUTAGE | {"most_times": 25}, ENERGY))
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    if days:
        dark = {"start": date(2026, 9, 2), "end": date(2026, 9, 2 + days)}
        outage = contracts.enter_outage(contract_id=contract.id, cause="storm", now=now, actor_id=clerks[0], **dark)
        contracts.approve_outage(outage_id=outage, now=now, actor_id=clerks[1])
    total = issued(contract, now, clerks)
    assert total == 150_000 - min(days, 25) * 6_000 + 2_000
    assert quoted(monthly=USE, number_outage_days=f"{'0 ' * 11}{days}") == total
    assert quoted(monthly=USE, number_outage_days=str(days) if days else "") == total


@pytest.mark.parametrize(("months", "sisters"), [(12, 1), (11, 1), (12, 0)])
def test_campaigns_sets_and_how_the_payer_pays(clerks, now, quoted, months, sisters):
    publish(now, components=(BASIC, ENERGY, CAMPAIGN | {"if": {"first_months": months}}, SET, DEBIT, PAPER))
    contract = book.customer(1, start=BEGUN, method="direct_debit", channel="portal", **KW)
    book.mandate(contract, on=BEGUN)
    for number in range(sisters):
        book.customer(2 + number, account_of=contract, start=BEGUN, **KW | {"plan_code": "test-b"})
    book.reading(contract, 100, now=now)
    run = make(now, clerks[0])
    total = queries.draft_of(run_id=run.id, contract_id=contract.id).total_minor
    assert total == 152_000 - 500 * (months >= 12) - 110 * sisters - 55
    told = {"number_contract_month": "1", "number_customer_contracts": str(1 + sisters), "code_direct_debit": "on"}
    assert quoted(monthly=USE, **told) == total


def test_maximum_demand_and_power_factor(clerks, now, quoted):
    publish(now, components=(BY_DEMAND, ENERGY))
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    demand(contract, 65, now=now)
    total = issued(contract, now, clerks)
    assert total == 84_825 + 2_000
    assert quoted(monthly=USE, demand="65", power_factor="98") == total


@pytest.mark.parametrize(("target", "basic"), [("", 150_000), ("kept", 142_500), ("missed", 157_500)])
def test_a_power_factor_that_keeps_or_misses_its_target(clerks, now, quoted, target, basic):
    publish(now, components=(TARGET, ENERGY))
    contract = book.customer(1, discounts=[{"code": f"target_{target}"}] if target else [], **KW)
    book.reading(contract, 100, now=now)
    total = issued(contract, now, clerks)
    assert total == basic + 2_000
    assert quoted(monthly=USE, power_factor_target=target) == total


@pytest.mark.parametrize("percent", [0, 80, 100])
def test_a_share_of_the_levy_that_is_not_owed(clerks, now, quoted, percent):
    publish(now, components=(BASIC, ENERGY, LEVY))
    contract = book.customer(1, **KW)
    if percent:
        days = {"start": date(2026, 4, 1), "end": date(2027, 4, 1)}
        exemption = contracts.enter_levy_exemption(
            contract_id=contract.id, percent=percent, certificate="R8-1", now=now, actor_id=clerks[0], **days
        )
        contracts.approve_levy_exemption(exemption_id=exemption, now=now, actor_id=clerks[1])
    book.reading(contract, 100, now=now)
    total = issued(contract, now, clerks)
    assert total == 152_000 + {0: 418, 80: 83, 100: 0}[percent], "100 kWh x 4.18, cut off"
    assert quoted(monthly=USE, number_levy_exemption_percent=str(percent) if percent else "") == total


def test_what_a_dear_month_defers(clerks, now, client, quoted):
    publish(now, components=(BASIC, ENERGY), deferral=DEFERS)
    contract = book.customer(1, **KW)
    book.reading(contract, 100, now=now)
    bill = issued(contract, now, clerks)
    # 100 kWh at 20 yen, of which 5 lie above: 80 % of 500 is paid later
    assert bill == 150_000 + 2_000 - 400
    assert quoted(monthly="0 " * 11 + "100") == bill + 400, "what the month costs"
    asked = {"area": "03", "voltage": "high", "size": "100", "unit": "kW", "last_month": "2026-10", "profile": "shop"}
    answer = client.post("/tariffs/quote/", asked | {"monthly": "0 " * 11 + "100"})
    (row,) = (row for row in answer.context["rows"] if row["code"] == "hv-test")
    assert (row["asked"][-1], row["later"], row["parts"]) == (bill, 400, 3)
    assert "繰延" in answer.content.decode()


def test_lamps_with_the_units_of_the_demonstration(clerks, now, client, monkeypatch):
    monkeypatch.setattr(book, "AREA", "09")
    masters_operations.load_shipped(on=TODAY, with_banks=False, invented=True)
    tariffs.install_shipped(now=now)
    contract = book.customer(
        1, plan_code="kyushu-fixed-lighting", capacity_kind="contract", capacity_milli=0,
        particulars={"devices_lamp_20w": 3, "devices_device_50va": 2},
    )  # fmt: skip
    metering.watch(today=TODAY, now=now)
    total = issued(contract, now, clerks)
    client.force_login(User.objects.get(username="ito"))
    asked = {
        "area": "09",
        "voltage": "low",
        "last_month": "2026-10",
        "profile": "household",
        "unit": "kVA",
        "size": "6",
    }
    answer = client.post("/tariffs/quote/", asked | {"number_devices_lamp_20w": "3", "number_devices_device_50va": "2"})
    (row,) = (row for row in answer.context["rows"] if row["code"] == "kyushu-fixed-lighting")
    assert row["totals"][-1] == total
    # 55.00 + 3 x 150.40 + 2 x 257.95 = 1,022.10 before the units of the month; the levy is 3 x 32.52 + 2 x 48.49 -> 194
    assert total != 1_022
