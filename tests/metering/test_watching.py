"""The watch: what is due by the calendar and not there becomes work, and stops being work when it comes."""

from datetime import date

import polars as pl
import pytest

from tests.metering.conftest import reading_day
from tests.metering.grid import Row, confirmed, spin
from tests.parties.test_customers import account, taro
from tests.supply.test_points import POINT
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import EndReason
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import operations as masters
from tomoshibi.masters import queries as calendars
from tomoshibi.metering import operations, queries, values
from tomoshibi.metering.queries import due_on
from tomoshibi.supply import operations as supply
from tomoshibi.worker import queries as jobs
from tomoshibi.worklist import queries as worklist

OCTOBER = Month(2026, 10)
PERIOD = Period(date(2026, 9, 5), date(2026, 10, 5))
HERE = [Row(spin(n)) for n in (1, 2, 3)]
# Read on Wednesday 7 October 2026; 8, 9 follow, 10 and 11 are a weekend, 12 is a holiday, 13 is the fourth day.
LAST_DAY, LATE = date(2026, 10, 13), date(2026, 10, 14)


@pytest.fixture
def holidays(retailer):
    rows = [{"day": "2026-10-12", "scope": "national", "name": "スポーツの日", "source": "law", "confidence": "high"}]
    masters.put_rows(master="holidays", rows=rows)


def gaps():
    return [(row.spin, row.reason, row.due_on) for row in queries.gaps()]


@pytest.mark.usefixtures("holidays")
def test_the_reading_day_is_the_first_of_four_business_days():
    working = calendars.days_of(start=date(2026, 10, 1), end=date(2026, 11, 1), scopes=("national", "03"))
    assert due_on(reading_on=date(2026, 10, 7), working=working, wait_business_days=4) == LAST_DAY
    assert due_on(reading_on=date(2026, 10, 10), working=working, wait_business_days=4) == date(2026, 10, 16)
    assert due_on(reading_on=date(2026, 10, 7), working=working, wait_business_days=1) == date(2026, 10, 7)


@pytest.mark.usefixtures("holidays")
def test_a_point_is_missing_from_the_day_after_its_value_was_due(take, now):
    take(confirmed(*HERE))
    assert operations.watch(today=LAST_DAY, now=now)["opened"] == 0
    assert operations.watch(today=LATE, now=now) == {"opened": 2, "closed": 0, "open": 2}
    assert gaps() == [(spin(4), "missing", LAST_DAY), (spin(5), "missing", LAST_DAY)]
    items = worklist.open_items(kind="metering.gap")
    assert [item.procedure for item in items] == ["RB2", "RB2"]
    assert queries.gap(gap_id=queries.gaps()[0].id).age_days(LATE) == 1


@pytest.mark.usefixtures("holidays")
def test_watching_again_changes_nothing_and_arrival_ends_it(take, now):
    take(confirmed(*HERE))
    operations.watch(today=LATE, now=now)
    assert operations.watch(today=LATE, now=now)["opened"] == 0
    take(confirmed(Row(spin(4)), made="202610140900"))
    assert gaps() == [(spin(5), "missing", LAST_DAY)]
    assert [item.subject for item in worklist.open_items(kind="metering.gap")] == [
        f"metering.gap:{queries.gaps()[0].id}"
    ]


@pytest.mark.usefixtures("holidays")
def test_a_refused_value_is_a_gap_at_once(take, now):
    take(confirmed(*HERE, Row(spin(4), provided=False), Row(spin(5))))
    operations.watch(today=date(2026, 10, 8), now=now)
    assert gaps() == [(spin(4), "not_provided", LAST_DAY)]


@pytest.mark.usefixtures("holidays")
def test_waiting_time_is_a_setting_of_the_area(take, now):
    take(confirmed(*HERE))
    operations.set_portal(area="03", base_url="https://portal.example/", wait_business_days=6, now=now)
    assert operations.watch(today=date(2026, 10, 15), now=now)["opened"] == 0
    assert operations.watch(today=date(2026, 10, 16), now=now)["opened"] == 2


@pytest.mark.usefixtures("holidays")
def test_who_is_not_supplied_in_the_month_is_not_missed(take, now, point_id):
    for number, on in ((4, date(2026, 9, 5)), (5, date(2026, 9, 6))):
        contract = contract_queries.contracts_of(supply_point_id=point_id(number))[0]
        contracts.end(contract_id=contract.id, on=on, reason=EndReason.MOVED_OUT)
    take(confirmed(*HERE))
    operations.watch(today=LATE, now=now)
    assert [(gap.spin, gap.period_start, gap.period_end) for gap in queries.gaps()] == [
        (spin(5), date(2026, 9, 5), date(2026, 9, 6))
    ]


@pytest.mark.usefixtures("holidays")
def test_a_gap_closes_when_the_contract_turns_out_to_have_ended(take, now, point_id):
    take(confirmed(*HERE, Row(spin(4))))
    operations.watch(today=LATE, now=now)
    contract = contract_queries.contracts_of(supply_point_id=point_id(5))[0]
    contracts.end(contract_id=contract.id, on=date(2026, 9, 1), reason=EndReason.MOVED_OUT)
    assert operations.watch(today=LATE, now=now) == {"opened": 0, "closed": 1, "open": 0}
    assert worklist.open_items(kind="metering.gap") == []


@pytest.mark.usefixtures("holidays")
def test_very_many_gaps_of_one_day_are_one_piece_of_work(take, now):
    spins = [spin(n) for n in range(100, 160)]
    supply.register_points(pl.DataFrame([POINT | {"spin": one, "base_day": "07"} for one in spins]))
    payer = account(taro())
    terms = {"plan_code": "p", "capacity_kind": "A", "capacity_milli": 30_000, "start": date(2026, 4, 1)}
    contracts.register_many(pl.DataFrame([{"account_number": payer.number, "spin": one, **terms} for one in spins]))
    masters.put_rows(
        master="reading_days",
        rows=[
            reading_day("2026-09", "2026-09-09", "2026-09-07", base_day="07"),
            reading_day("2026-10", "2026-10-08", "2026-10-07", base_day="07"),
        ],
    )
    take(confirmed(*HERE, Row(spin(4)), Row(spin(5))))
    operations.watch(today=date(2026, 10, 20), now=now)
    assert worklist.open_items(kind="metering.gap") == []
    (item,) = worklist.open_items(kind="metering.gaps_of_day")
    assert "60" in item.title
    take(confirmed(*(Row(one) for one in spins), made="202610210900"))
    assert worklist.open_items(kind="metering.gaps_of_day") == []


@pytest.mark.usefixtures("holidays")
def test_asking_again_is_on_record_and_fetches(take, now):
    take(confirmed(*HERE))
    operations.watch(today=LATE, now=now)
    chosen = [row.id for row in queries.gaps()]
    (job_id,) = operations.ask_again(gap_ids=chosen, note="called the office", now=now)
    job = jobs.job(job_id=job_id)
    assert (job.name, job.arguments) == (values.FETCH_JOB, {"area": "03", "again_since": "2026-10-05"})
    assert {row.asked_count for row in queries.gaps()} == {1}
    take(confirmed(Row(spin(4)), Row(spin(5)), made="202610140900"))
    with pytest.raises(operations.NothingToAsk):
        operations.ask_again(gap_ids=chosen, now=now)


@pytest.fixture
def gap(holidays, take, now):
    take(confirmed(*HERE, Row(spin(4)), Row(spin(5), provided=False)))
    operations.watch(today=LATE, now=now)
    return queries.gap(gap_id=queries.gaps()[0].id)


def agree(gap, now, **changes):
    given = {
        "supply_point_id": gap.supply_point_id, "spin": gap.spin, "month": OCTOBER, "period": gap.period,
        "energy_dwh": 2_500_000, "basis": values.AgreedBasis.PREVIOUS_MONTH, "agreed_by": "送配電 料金課 山田",
        "agreed_on": date(2026, 10, 15), "now": now,
    }  # fmt: skip
    return operations.enter_agreed(**(given | changes))


def test_an_agreed_quantity_stands_and_says_so(gap, now):
    agreed = agree(gap, now)
    row = queries.confirmed_frame(month=OCTOBER, supply_point_ids=[gap.supply_point_id]).row(0, named=True)
    assert (row["energy_dwh"], row["agreed"], row["provided"]) == (2_500_000, True, True)
    assert queries.agreed_of_reading(reading_id=row["reading_id"]) == agreed
    assert gaps() == []
    assert queries.gap(gap_id=gap.id).outcome == values.GapOutcome.AGREED
    with pytest.raises(operations.NotANewQuantity):
        agree(gap, now)


def test_a_later_value_of_the_grid_company_replaces_the_agreed_one(gap, now, take, monkeypatch):
    told = []
    monkeypatch.setattr("tomoshibi.worker.operations.announce", told.append)
    agree(gap, now)
    refused_again = take(confirmed(Row(spin(5), provided=False), made="202610200900"))
    assert refused_again.counts == {"not_provided": 1}
    assert queries.confirmed_frame(month=OCTOBER, spins=[spin(5)])["agreed"].to_list() == [True]
    file = take(confirmed(Row(spin(5), "240"), made="202610210900"))
    row = queries.confirmed_frame(month=OCTOBER, spins=[spin(5)]).row(0, named=True)
    assert (row["energy_dwh"], row["agreed"]) == (2_400_000, False)
    assert values.ConfirmedValuesChanged(reading_ids=(row["reading_id"],), file_id=file.id) in told
    (item,) = worklist.open_items(kind="metering.agreed_superseded")
    assert item.subject == f"metering.reading:{row['reading_id']}"
    assert queries.agreed_of_point(supply_point_id=gap.supply_point_id)[0].superseded_at is not None


def test_an_agreed_quantity_may_be_agreed_anew(gap, now, monkeypatch):
    told = []
    agree(gap, now)
    monkeypatch.setattr("tomoshibi.worker.operations.announce", told.append)
    second = agree(gap, now, energy_dwh=2_600_000)
    assert told == [values.ConfirmedValuesChanged(reading_ids=(second.reading_id,))]


def test_nothing_is_agreed_beside_a_confirmed_value(gap, now, point_id):
    with pytest.raises(operations.AlreadyConfirmed):
        agree(gap, now, supply_point_id=point_id(1), spin=spin(1), period=PERIOD)


def test_suggestions_are_the_use_per_day_of_known_months(gap, now):
    history = [(202510, date(2025, 9, 5), date(2025, 10, 5), 300), (202609, date(2026, 8, 5), date(2026, 9, 5), 310)]
    operations.take_over(
        readings=pl.DataFrame(
            [
                {
                    "supply_point_id": gap.supply_point_id, "spin": gap.spin, "month": month, "period_start": start,
                    "period_end": end, "energy_dwh": kwh * 10_000, "half_hours": None,
                }
                for month, start, end, kwh in history
            ],
            schema=dict(operations.READINGS),
        ),
        now=now,
    )  # fmt: skip
    found = queries.suggestions(supply_point_id=gap.supply_point_id, month=OCTOBER, period=gap.period)
    assert {one.basis.value: one.energy_dwh for one in found} == {
        "previous_month": 3_000_000,
        "same_month_last_year": 3_000_000,
        "average": 3_000_000,
    }
    assert found[2].months == (202510, 202609)
