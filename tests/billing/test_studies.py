"""Portfolio studies: no change is what was issued, a draft is what the run gives after publication - to the yen."""

import random
from datetime import date

import numpy as np
import polars as pl
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.billing import book
from tests.billing.test_runs import EVERYTHING, issue, make
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import operations, queries, studylist, studysums, values
from tomoshibi.billing.operations import dividing
from tomoshibi.billing.scenario import NOTHING, Scenario
from tomoshibi.kernel import frames, halfhours
from tomoshibi.masters import operations as masters_operations
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.tariffs import queries as plans

TODAY = date(2026, 11, 4)
NIGHT = TOKYO.replace("plan: test-b", "plan: test-night").replace(
    """      - code: energy
        kind: tiers
        steps:
          - {up_to_kwh: 120, price: {amount: 29.80, source: page}}
          - {up_to_kwh: 300, price: {amount: 36.40, source: page}}
          - {up_to_kwh: null, price: {amount: 40.49, source: page}}
""",
    """      - code: energy
        kind: bands
        round: {unit: 1, mode: half_up}
        remainder: day
        bands:
          - {name: day, price: {amount: 35.76, source: page}}
          - {name: night, price: {amount: 27.86, source: page}, when: [{hours: ["01:00-06:00"]}]}
""",
)
DEARER = TOKYO.replace("from: 2024-04-01", "from: 2026-09-01").replace("29.80", "31.20").replace("40.49", "39.99")


def publish(text, now):
    proposer, publisher = book.people()
    for proposal_id in tariffs.propose(text=text, now=now, actor_id=proposer):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=publisher)


@pytest.fixture
def clerks(masters, now):
    publish(NIGHT, now)
    return book.people()


@pytest.fixture
def contracts(clerks, now):
    return twelve_contracts(now)


def twelve_contracts(now):
    """Twelve contracts, three of them priced by the hour, with half-hours that add up."""
    chance = random.Random(7)
    made = []
    for n in range(1, 13):
        night = n % 4 == 0
        size = chance.choice([10_000, 30_000, 60_000])
        contract = book.customer(n, plan_code="test-night" if night else book.PLAN, capacity_milli=size)
        start, end = book.period_of(book.OCTOBER)
        slots = np.array([chance.randrange(0, 90) * 100 for _ in range((end - start).days * 48)], dtype=np.int64)
        total = int(slots.sum())
        book.reading(
            contract,
            f"{total // 10_000}.{total % 10_000:04d}",
            half_hours=halfhours.to_bytes(slots.astype(np.int32)),
            now=now,
        )
        made.append(contract)
    return made


def study(now, scenario=NOTHING, *, months=(book.OCTOBER,), selection=None, size=5):
    study_id = operations.open_study(
        title="a question",
        scenario=scenario,
        selection=selection or values.StudySelection(),
        months=months,
        actor_id=book.people()[0],
        now=now,
        part_size=size,
    )
    while operations.study_next(study_id=study_id, today=TODAY):
        pass
    assert operations.finish_study(study_id=study_id, now=now)
    return queries.study(study_id=study_id)


def document(text):
    (found,), _findings = plans.read_document(text)
    return found


def after(found):
    return found.result["totals"]["after_minor"]


def before(found):
    return found.result["totals"]["before_minor"]


def change(found):
    return after(found) - before(found)


def energy_dwh(found):
    return found.result["totals"]["energy_dwh"]


def test_a_study_without_a_change_gives_exactly_the_issued_bills(contracts, clerks, now):
    run = make(now, clerks[0])
    issue(run, now, clerks)
    found = study(now)
    issued = queries.issued_frame(run_id=run.id)["amount_minor"].sum()
    assert before(found) == after(found) == issued == run.total_minor
    assert found.result["totals"]["before_tax_minor"] == run.tax_minor
    assert (found.result["issued_bills"], found.result["issued_as_now"]) == (12, 12)
    assert found.result["issued_minor"] == issued
    assert found.result["histogram"] == [{"start": 0, "end": 0, "customers": 12}]
    assert found.result["winners"] == found.result["losers"] == []
    exact = {row["group"]: int(row["after_e10"]) for row in found.result["by_component"]}
    assert sum(exact.values()) == issued * 10**10, "the components add up to the totals, rounding included"


def test_how_the_book_is_cut_into_parts_does_not_matter(contracts, now):
    scenario = Scenario(levy_micro=5_000_000)
    whole, cut = study(now, scenario, size=1000), study(now, scenario, size=1)
    assert (whole.parts_total, cut.parts_total) == (1, 12)
    assert whole.result == cut.result
    assert study(now, scenario, size=1000).input_hash == whole.input_hash
    assert study(now, Scenario(levy_micro=5_000_001), size=1000).input_hash != whole.input_hash


def test_how_many_half_hours_memory_holds_does_not_matter(contracts, now, monkeypatch):
    """A part that prices more half-hours than are held at once is priced in pieces; each piece is read once."""
    scenario = Scenario(moves={"test-b": "test-night"}, price_change_ppm=20_000)
    whole = study(now, scenario)
    monkeypatch.setattr(dividing, "MATRIX_ROWS", 2)
    assert study(now, scenario).result == whole.result


def test_a_study_of_a_draft_is_what_the_real_run_gives_after_publication(contracts, clerks, now):
    scenario = Scenario(documents=(document(DEARER),), from_their_day=True)
    found = study(now, scenario)
    always = study(now, Scenario(documents=(document(DEARER),)))
    publish(DEARER, now)
    run = make(now, clerks[0])
    assert after(found) == after(always) == run.total_minor
    assert before(found) != run.total_minor
    losers = found.result["losers"]
    drafted = queries.draft_bills(run_id=run.id)
    for row in losers:
        mine = drafted.filter(pl.col("customer_id") == row["customer_id"]) if "customer_id" in drafted.columns else None
        assert mine is None or mine["total_minor"].sum() == row["after_minor"]
    # Once it is published, asking for it again changes nothing.
    assert change(study(now, scenario)) == 0


def test_a_study_of_moves_is_what_the_real_run_gives_on_the_other_plan(contracts, clerks, now):
    found = study(now, Scenario(moves={book.PLAN: "test-night"}))
    from tomoshibi.contracts.models import ContractTerms

    ContractTerms.objects.filter(plan_code=book.PLAN).update(plan_code="test-night")
    run = make(now, clerks[0])
    assert (run.bill_count, after(found)) == (12, run.total_minor)
    assert {(row["plan_before"], row["plan_after"]) for row in found.result["by_plan"]} == {
        (book.PLAN, "test-night"), ("test-night", "test-night"),
    }  # fmt: skip


def test_another_levy_is_what_the_real_run_gives_under_it(contracts, clerks, now):
    found = study(now, Scenario(levy_micro=3_980_000))
    masters_operations.put_rows(master="levy", rows=[
        {"fiscal_year": "2026", "price_yen_per_kwh": "3.98", "first_valid_month": "2026-05", "last_valid_month": "2027-04"}
    ])  # fmt: skip
    run = make(now, clerks[0])
    assert after(found) == run.total_minor


def test_a_fuel_shift_moves_every_kwh(contracts, now):
    found = study(now, Scenario(fuel_shift_micro=1_000_000))
    fuel = next(row for row in found.result["by_component"] if row["group"] == "fuel")
    # One yen more for every kWh that the bills show.
    assert int(fuel["after_e10"]) - int(fuel["before_e10"]) == energy_dwh(found) * 10**6


def test_another_tax_changes_what_is_inside_or_the_price_itself(contracts, now):
    inside = study(now, Scenario(tax_rate_ppm=120_000))
    assert change(inside) == 0
    totals = inside.result["totals"]
    assert totals["after_tax_minor"] > totals["before_tax_minor"]
    carried = study(now, Scenario(tax_rate_ppm=120_000, carry_tax_over=True))
    # Basic and energy charges rise by 2 of 110, less what is cut off their prices; levy, fuel and discount do not.
    sums = {one["group"]: (int(one["before_e10"]), int(one["after_e10"])) for one in carried.result["by_component"]}
    for group in ("basic", "energy"):
        old, new = sums[group]
        assert 0 <= old * 112 / 110 - new < old * 0.0004
    assert all(sums[group][0] == sums[group][1] for group in ("levy", "fuel", "subsidy"))
    assert change(study(now, Scenario(tax_rate_ppm=100_000, carry_tax_over=True))) == 0


def test_prices_of_one_plan_by_so_many_per_cent(contracts, now):
    found = study(now, Scenario(price_change_ppm=100_000, price_plan="test-night"))
    moved = {row["plan_before"]: row["after_minor"] - row["before_minor"] for row in found.result["by_plan"]}
    assert moved[book.PLAN] == 0
    assert moved["test-night"] > 0
    assert len(found.result["losers"]) == 3
    assert [one["change_minor"] for one in found.result["losers"]] == sorted(
        (one["change_minor"] for one in found.result["losers"]), reverse=True
    )


def test_a_filter_looks_only_at_bills_of_that_plan(contracts, now):
    found = study(now, Scenario(levy_micro=0), selection=values.StudySelection(plan_code="test-night"))
    assert found.contract_count == found.result["totals"]["bills"] == 3
    with pytest.raises(operations.NobodyToStudy):
        study(now, selection=values.StudySelection(area="10"))


def test_what_cannot_be_priced_is_counted_with_its_reason(contracts, now):
    # Half-hours are there for everybody; a plan without a version on the day is refused.
    later = document(NIGHT.replace("2024-04-01", "2030-01-01").replace("test-night", "test-later"))
    found = study(now, Scenario(moves={book.PLAN: "test-later"}, documents=(later,), from_their_day=True))
    assert found.result["refused"] == {"after:no_plan_version": 9}
    assert found.result["totals"]["bills"] == 3
    assert change(study(now, Scenario(moves={book.PLAN: "test-later"}, documents=(later,)))) != 0


def test_a_fuel_value_that_cannot_be_worked_out_is_counted_by_its_name_area_and_plan(contracts, now):
    # Of the months behind October 2026 no customs prices are known here: another base price gives no unit.
    found = study(now, Scenario(fuel_base_price_yen=80_000))
    assert found.result["refused"] == {
        f"after:value_missing|fuel|03|{book.PLAN}": 9, "after:value_missing|fuel|03|test-night": 3,
    }  # fmt: skip
    with translation.override("en"):
        said = studylist.refused(found.result, plans=studylist.plan_names(found))
    name = plans.plan_names(language="en")[book.PLAN]
    assert (f"after the change: a published value is missing: Fuel adjustment unit (Tokyo · {name})", 9) in said
    in_japanese = studylist.refused(found.result, plans={})
    assert all("変更後" in sentence for sentence, _number in in_japanese), "the reader's language"
    # An answer that was kept before details were reads on.
    with translation.override("en"):
        old = studylist.refused({"refused": {"after:value_missing": 4, "no_plan_version": 1}}, plans={})
    assert old == [
        ("after the change: a published value is missing", 4),
        ("no published version of the plan holds on the first day of the period", 1),
    ]


def test_a_study_that_is_stopped_prices_nothing_more(contracts, clerks, now):
    study_id = operations.open_study(
        title="q", scenario=NOTHING, selection=values.StudySelection(), months=[book.OCTOBER], actor_id=clerks[0],
        now=now, part_size=5,
    )  # fmt: skip
    assert operations.study_next(study_id=study_id, today=TODAY)
    assert not operations.finish_study(study_id=study_id, now=now)
    operations.cancel_study(study_id=study_id, now=now, actor_id=clerks[1])
    assert not operations.study_next(study_id=study_id, today=TODAY)
    assert not operations.finish_study(study_id=study_id, now=now)
    assert queries.study(study_id=study_id).state is values.StudyState.CANCELLED
    with pytest.raises(operations.StudyEnded):
        operations.cancel_study(study_id=study_id, now=now, actor_id=clerks[1])
    with pytest.raises(queries.NoSuchStudy):
        queries.study(study_id=0)


def test_nothing_of_a_study_is_a_bill(contracts, clerks, now):
    study(now, Scenario(levy_micro=1))
    run = operations.open_run(month=book.OCTOBER, selection=EVERYTHING, actor_id=clerks[0], now=now)
    assert run.selected_count == 12


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(st.lists(st.integers(-50_000, 50_000) | st.just(0), max_size=60))
def test_every_customer_is_in_one_bar_of_the_histogram(changes):
    bars = studysums.histogram(pl.Series(changes, dtype=pl.Int64))
    assert sum(bar["customers"] for bar in bars) == len(changes)
    assert len(bars) <= studysums.BINS
    for bar in bars:
        if bar["start"] == bar["end"] == 0:
            assert bar["customers"] == changes.count(0)
        elif bar["start"] is not None and bar["end"] is not None and bar["start"] >= 0:
            assert bar["customers"] == sum(max(bar["start"], 1) <= c < bar["end"] for c in changes)
        elif bar["start"] is not None and bar["end"] is not None:
            assert bar["customers"] == sum(bar["start"] < c <= min(bar["end"], -1) for c in changes)


def test_a_scenario_keeps_only_what_it_changes():
    scenario = Scenario(levy_micro=1, moves={"a": "b"}, documents=({"plan": "x"},), documents_named=("draft 1",))
    assert set(scenario.as_json()) == {"levy_micro", "moves", "documents", "documents_named"}
    assert Scenario.from_json(scenario.as_json()) == scenario
    assert NOTHING.as_json() == {}
    assert Scenario(tax_rate_ppm=0, fuel_base_price_yen=1).procedures == ("MS10", "MS2")


def test_a_fingerprint_of_rows_follows_every_value_and_its_place():
    frame = pl.DataFrame({"n": [1, None, 3], "text": ["b", "a", None], "yes": [True, False, None]})
    others = [
        frame.reverse(),
        frame.with_columns(n=pl.Series([1, 0, 3])),
        frame.with_columns(text=pl.Series(["b", "a", ""])),
        frame.with_columns(yes=pl.Series([True, False, False])),
        frame.rename({"n": "m"}),
    ]
    assert frames.digest(frame) == frames.digest(frame.clone())
    assert len({frames.digest(one) for one in (frame, *others)}) == 1 + len(others)
