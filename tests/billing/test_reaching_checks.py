"""Every numbered check is reached by what really happens: a condition in the book, through a whole run."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from tests.billing import book
from tests.billing.test_runs import TODAY, issue, make
from tests.metering.grid import Row, confirmed
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import checks, operations, queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import EndReason
from tomoshibi.kernel import halfhours
from tomoshibi.kernel.periods import Period
from tomoshibi.kernel.units import energy_dwh
from tomoshibi.masters import operations as masters_operations
from tomoshibi.metering import operations as metering
from tomoshibi.metering.jobs import read_file
from tomoshibi.metering.values import AgreedBasis, Source
from tomoshibi.parties import operations as parties
from tomoshibi.supply import operations as supply
from tomoshibi.supply import queries as points
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker.operations import Progress

SEPTEMBER = book.OCTOBER.plus(-1)
START, CUT = book.SEPTEMBER_CUT, book.OCTOBER_CUT
INSIDE = date(2026, 9, 17)
OTHER, SHOP = "test-other", "test-shop"
FUEL = {
    "area": book.AREA, "product": "regulated_lv", "includes_island": "yes", "invented": "no", "source": "test",
}  # fmt: skip
LEVIES = [
    {"fiscal_year": "2026", "price_yen_per_kwh": "4.18", "first_valid_month": "2026-05", "last_valid_month": "2026-10"},
    {"fiscal_year": "2027", "price_yen_per_kwh": "3.98", "first_valid_month": "2026-11", "last_valid_month": "2028-04"},
]
"""The levy of the next year begins in November, so that a reading can lie beyond the change."""
WITHOUT_NUMBERS = {"E104", "E211", "E212", "E213", "E218", "E219", "E220", "E222"}
"""Checks whose sentence carries no number of the bill."""


@pytest.fixture
def clerks(masters, settings, tmp_path, now):
    settings.MEDIA_ROOT = tmp_path
    settings.TOMOSHIBI_TESTS_WRAP_TRANSACTIONS = True
    first, second = book.people()
    for code in (OTHER, SHOP):
        for proposal_id in tariffs.propose(text=TOKYO.replace("test-b", code), now=now, actor_id=first):
            tariffs.publish(proposal_id=proposal_id, now=now, actor_id=second)
    return first, second


class Book:
    """Contracts that are told apart by what is the matter with them."""

    def __init__(self, now):
        self.now = now
        self.made = {}

    def add(
        self, name, kwh=None, *, since=date(2026, 4, 1), before=None, start=None, end=None, half_hours=None, **terms
    ):
        """A contract with its value of October, and one of September where ``before`` gives it."""
        contract = self.made[name] = book.customer(len(self.made) + 1, start=since, **terms)
        if before is not None:
            book.reading(contract, before, month=SEPTEMBER, now=self.now)
        if kwh is not None:
            book.reading(contract, kwh, start=start, end=end, half_hours=half_hours, now=self.now)
        return contract

    def spin(self, name):
        return points.point(supply_point_id=self.made[name].supply_point_id).spin


def found(run, made, language="en"):
    """What was found, by the names of the book."""
    names = {contract.id: name for name, contract in made.items()}
    by_name = {name: {} for name in made}
    for row in queries.exceptions(run_id=run.id, language=language):
        by_name[names[row["contract_id"]]][row["code"]] = row["reason"]
    return by_name


def fetched(content, now):
    """A file of the grid company, read as the worker reads it."""
    file, _new = metering.receive_file(name="W51220202610090000001.zip", content=content, source=Source.MANUAL, now=now)
    read_file(Progress(), file)


def usual(mine):
    """A book in which October has one of everything."""
    now = mine.now
    # Of another price on both sides: who left in September pays the unit of the month that the others close in October.
    units = [
        {"month": str(month), "unit_yen_per_kwh": unit}
        for month, unit in ((SEPTEMBER, "-2.00"), (book.NOVEMBER, "-1.00"))
    ]
    masters_operations.put_rows(master="fuel_units", rows=[FUEL | unit for unit in units])
    masters_operations.put_rows(master="levy", rows=LEVIES)
    mine.add("good", 300, before=290)
    mine.add("no data", before=200)
    mine.add("not provided", before=200)
    fetched(confirmed(Row(mine.spin("not provided"), provided=False)), now)
    mine.add("moved in", 100, since=INSIDE, start=INSIDE)
    contracts.end(contract_id=mine.add("outside", 100, before=100).id, on=INSIDE, reason=EndReason.MOVED_OUT)
    mine.add("no price", 100, before=100, plan_code="never-published")
    agreed = mine.add("agreed", before=310)
    metering.enter_agreed(
        supply_point_id=agreed.supply_point_id, spin=mine.spin("agreed"), month=book.OCTOBER,
        period=Period(START, CUT), energy_dwh=energy_dwh(310), basis=AgreedBasis.PREVIOUS_MONTH,
        agreed_by="送配電 山田", agreed_on=CUT, now=now,
    )  # fmt: skip
    mine.add("zero", 0, before=180)
    mine.add("from zero", 120, before=0)
    mine.add("much", 1_200, before=100)
    mine.add("much for a shop", 1_200, before=100, plan_code=SHOP)
    mine.add("dear", 20_000, before=19_000)
    mine.add("credit", 100, before=100)
    half_hours = halfhours.to_bytes(np.full(48 * 30, 2_000, dtype=np.int32))
    mine.add("unlike", 300, before=290, half_hours=half_hours)
    mine.add("long", 350, before=290, end=CUT + timedelta(days=6))
    mine.add("overlap", before=290)
    mine.add("gap", before=290)
    contracts.change_terms(contract_id=mine.add("size", 300, before=290).id, start=INSIDE, capacity_milli=40_000)
    contracts.change_terms(contract_id=mine.add("plan", 300, before=290).id, start=INSIDE, plan_code=OTHER)
    mine.add("meter", 300, before=290)
    supply.hang_meter(spin=mine.spin("meter"), meter_number="M1", on=date(2026, 4, 1))
    supply.exchange_meter(spin=mine.spin("meter"), old_number="M1", new_number="M2", on=INSIDE)
    mine.add("moved out", 150, before=290, end=INSIDE)
    contracts.end(contract_id=mine.made["moved out"].id, on=INSIDE, reason=EndReason.MOVED_OUT)
    mine.add("late reading", 600, before=290, end=book.NOVEMBER_CUT)
    mine.add("no mandate", 300, before=290, method="direct_debit")
    book.mandate(mine.add("mandate", 300, before=290, method="direct_debit"))
    unknown = mine.add("no address", 300, before=290)
    parties.change_customer(customer_id=unknown.customer_id, changes={"postal_code": ""})


def test_every_condition_is_found_by_its_check_and_by_no_other(clerks, now, subtests):
    mine = Book(now)
    usual(mine)
    make(now, clerks[0], month=SEPTEMBER, size=100)
    for name, days in (("overlap", -1), ("gap", 1)):
        book.reading(mine.made[name], 300, start=START + timedelta(days=days), now=now)
    run = make(now, clerks[0], size=100)
    credit = operations.Correction(amount_minor=-50_000, text="お詫び")
    operations.correct(
        run_id=run.id, contract_id=mine.made["credit"].id, correction=credit, reason="a long outage",
        actor_id=clerks[0], now=now, today=TODAY,
    )  # fmt: skip
    expected = {
        "good": set(),
        "no data": {"E101"},
        "not provided": {"E102"},
        "moved in": {"E214"},
        "outside": {"E103"},
        "no price": {"E104"},
        "agreed": {"E201"},
        "zero": {"E202"},
        "from zero": {"E203"},
        "much": {"E204"},
        "much for a shop": {"E204"},
        "dear": {"E206"},
        "credit": {"E205", "E220"},
        "unlike": {"E207"},
        "long": {"E208"},
        "overlap": {"E209"},
        "gap": {"E210"},
        "size": {"E211", "E222"},
        "plan": {"E212", "E222"},
        "meter": {"E213"},
        "moved out": {"E215"},
        "late reading": {"E208", "E216", "E217"},
        "no mandate": {"E218"},
        "mandate": set(),
        "no address": {"E219"},
    }
    said = {language: found(run, mine.made, language) for language in ("en", "ja", "zh-hans")}
    for name, codes in expected.items():
        with subtests.test(name):
            assert set(said["en"][name]) == codes
            for code in codes:
                sentences = [said[language][name][code] for language in said]
                assert len(set(sentences)) == 3, "in each language its own words"
                assert code in WITHOUT_NUMBERS or any(char.isdigit() for char in sentences[0]), "with its numbers"


def test_a_plan_has_its_own_thresholds(clerks, now, subtests):
    mine = Book(now)
    half_hours = halfhours.to_bytes(np.full(48 * 30, 2_000, dtype=np.int32))
    for plan in (book.PLAN, SHOP):
        mine.add(f"much {plan}", 1_200, before=100, plan_code=plan)
        mine.add(f"dear {plan}", 20_000, before=19_000, plan_code=plan)
        mine.add(f"unlike {plan}", 300, before=290, half_hours=half_hours, plan_code=plan)
        mine.add(f"long {plan}", 350, before=290, end=CUT + timedelta(days=6), plan_code=plan)
    for code, threshold in (("E204", 20), ("E206", 900_000), ("E207", 50), ("E208", 10)):
        assert checks.check_of(code).threshold is not None
        own = checks.Setting(code, SHOP, Decimal(threshold), None, enabled=True)
        operations.set_check(setting=own, reason="shops are like that", actor_id=clerks[0], now=now)
    make(now, clerks[0], month=SEPTEMBER, size=100)
    said = found(make(now, clerks[0], size=100), mine.made)
    for what, code in (("much", "E204"), ("dear", "E206"), ("unlike", "E207"), ("long", "E208")):
        with subtests.test(code):
            assert (code in said[f"{what} {book.PLAN}"], code in said[f"{what} {SHOP}"]) == (True, False)


def test_what_another_run_billed_meanwhile_is_set_aside(clerks, now):
    mine = Book(now)
    contract = mine.add("twice", 300, before=290)
    mine.add("once", 300, before=290)
    of_one = values.Selection(contract_ids=(contract.id,))
    first, all_of_them = (
        operations.open_run(month=book.OCTOBER, selection=chosen, actor_id=clerks[0], now=now)
        for chosen in (of_one, values.Selection())
    )
    for run in (first, all_of_them):
        operations.rate_chunk(run_id=run.id, today=TODAY)
        operations.finish_rating(run_id=run.id, now=now)
    said = found(all_of_them, mine.made)
    assert (set(said["twice"]), set(said["once"])) == ({"E105"}, set())
    assert str(first.id) in said["twice"]["E105"]


def test_a_period_that_is_another_one_now_is_not_corrected_by_itself(clerks, now):
    mine = Book(now)
    contract = mine.add("moved", 300, before=290)
    issue(make(now, clerks[0]), now, clerks)
    book.reading(contract, 280, start=START, end=CUT - timedelta(days=1), now=now + timedelta(days=1))
    run = make(now, clerks[0], kind=values.RunKind.CORRECTION)
    assert (run.bill_count, set(found(run, mine.made)["moved"])) == (0, {"E106"})
