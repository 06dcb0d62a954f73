"""Business days, direct-debit schedules, reading days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations, queries, values
from tomoshibi.masters.calendars import Days

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
CLOSED = st.sets(st.dates(date(2024, 1, 1), date(2026, 12, 31)), max_size=120)
NEAR = st.dates(date(2025, 1, 1), date(2025, 12, 31))


@given(day=NEAR, n=st.integers(1, 30), closed=CLOSED, saturdays=st.booleans())
def test_forward_and_back_again_is_the_same_business_day(day, n, closed, saturdays):
    days = Days(closed, works_saturday=saturdays)
    start = days.next_or_same(day)
    there = days.add(start, n)
    assert days.is_business_day(there)
    assert days.add(there, -n) == start
    assert days.between(start, there) == n


@given(day=NEAR, a=st.integers(1, 15), b=st.integers(1, 15), closed=CLOSED)
def test_steps_add_up(day, a, b, closed):
    days = Days(closed)
    assert days.add(days.add(day, a), b) == days.add(day, a + b)


@given(day=NEAR, closed=CLOSED)
def test_rolling_stays_on_open_days_and_moves_least(day, closed):
    days = Days(closed)
    rolled = days.next_or_same(day)
    assert rolled >= day
    assert not any(days.is_business_day(day + timedelta(days=n)) for n in range((rolled - day).days))
    assert days.add(day, 0) == rolled
    assert days.previous_or_same(day) <= day


def test_a_weekend_day_worked_in_exchange_is_open():
    assert Days([], [date(2026, 2, 14)]).is_business_day(date(2026, 2, 14))


@pytest.mark.usefixtures("shipped")
def test_national_area_and_bank_days_are_kept_apart():
    assert queries.is_holiday(date(2026, 11, 3))
    assert not queries.is_holiday(date(2026, 8, 15))
    assert queries.is_holiday(date(2025, 8, 15), area="04")
    assert not queries.is_holiday(date(2025, 8, 15), area="03")
    assert not queries.is_bank_business_day(date(2026, 12, 31))
    assert queries.is_bank_business_day(date(2026, 12, 30))
    assert not queries.is_holiday(date(2026, 12, 31))


@pytest.mark.usefixtures("shipped")
def test_business_days_cross_the_turn_of_the_year():
    assert queries.add_bank_business_days(date(2026, 12, 30), 1) == date(2027, 1, 4)
    assert queries.add_bank_business_days(date(2027, 1, 4), -1) == date(2026, 12, 30)
    assert queries.add_bank_business_days(date(2026, 12, 31), 0) == date(2027, 1, 4)
    assert queries.add_business_days(date(2025, 8, 14), 1, area="04") == date(2025, 8, 18)
    assert queries.add_business_days(date(2025, 8, 14), 1, area="03") == date(2025, 8, 15)


@pytest.mark.usefixtures("shipped")
def test_agent_b_as_published_for_september_2026():
    """Cut-off 10 September, debit 28 (the 27th is a Sunday), result 1 October (public reference of the service)."""
    dates = queries.debit_schedule(agent="agent_b", month=Month(2026, 9))
    assert (dates.file_due_on, dates.debit_on, dates.result_on) == (
        date(2026, 9, 10),
        date(2026, 9, 28),
        date(2026, 10, 1),
    )
    assert dates.settle_on is None


@pytest.mark.usefixtures("shipped")
def test_agent_a_counts_seven_before_four_after_and_two_to_settle():
    dates = queries.debit_schedule(agent="agent_a", month=Month(2026, 11))
    assert (dates.debit_on, dates.file_due_on, dates.result_on, dates.settle_on) == (
        date(2026, 11, 27),
        date(2026, 11, 17),
        date(2026, 12, 3),
        date(2026, 12, 7),
    )
    assert [d.cycle_day for d in queries.debit_schedules(agent="agent_a", month=Month(2026, 11))] == [6, 27]


@pytest.mark.usefixtures("shipped")
def test_every_debit_date_of_a_year_is_a_bank_business_day():
    calendar = queries.debit_calendar(agent="agent_b", year=2026)
    assert len(calendar) == 48
    days = queries.bank_days_of_year(year=2026)
    for dates in calendar:
        assert dates.file_due_on < dates.debit_on < dates.result_on
        assert all(map(days.is_business_day, (dates.file_due_on, dates.debit_on, dates.result_on)))


@pytest.mark.usefixtures("shipped")
def test_the_secondary_agent_has_no_schedule_until_it_is_set():
    with pytest.raises(queries.MasterMissing, match="agent_secondary"):
        queries.debit_schedule(agent="agent_secondary", month=Month(2026, 11))
    operations.put_rows(
        master="debit_cycles",
        rows=[
            {
                "agent": "agent_secondary", "cycle_day": "31", "is_default": "yes", "roll": "previous",
                "file_days_before": "10", "result_days_after": "5", "valid_from": "2026-04-01",
            }
        ],
    )  # fmt: skip
    dates = queries.debit_schedule(agent="agent_secondary", month=Month(2027, 2))
    assert dates.debit_on == date(2027, 2, 26)


@pytest.mark.usefixtures("shipped")
def test_published_reading_days_are_kept_and_others_approximated():
    published = queries.reading_day(area="03", base_day="02", month=Month(2026, 10))
    assert (published.reading_on, published.metering_on, published.approximate) == (
        date(2026, 10, 5),
        date(2026, 10, 2),
        False,
    )
    other = queries.reading_day(area="03", base_day="26", month=Month(2026, 10))
    assert other.approximate
    assert other.metering_on == date(2026, 10, 26)
    assert set(values.AREAS) == {day.area for day in queries.reading_days(month=Month(2026, 10))}


@pytest.mark.usefixtures("shipped")
def test_the_approximation_is_off_the_published_row_by_days_not_weeks():
    """
    Base day 02 of Tokyo in fiscal year 2026, published against generated: a published calendar is no formula.
    """
    published = {
        day.month: day.reading_on
        for day in queries.reading_days_of_year(area="03", fiscal_year=2026)
        if day.base_day == "02"
    }
    from tomoshibi.masters import readings

    days = queries.days_of(start=date(2026, 4, 1), end=date(2027, 4, 1), scopes=("national", "03"))
    off = {
        str(month): (
            next(
                day.reading_on
                for day in readings.approximate_month(
                    area="03", month=month, base_days=["01", "02"], first_business_day=2, days=days
                )
                if day.base_day == "02"
            )
            - published[month]
        ).days
        for month in readings.fiscal_months(2026)
    }
    assert off == {
        "2026-04": -3, "2026-05": 1, "2026-06": -1, "2026-07": -3, "2026-08": 1, "2026-09": 0,
        "2026-10": 0, "2026-11": 1, "2026-12": 0, "2027-01": 1, "2027-02": 0, "2027-03": -1,
    }  # fmt: skip


@pytest.mark.usefixtures("shipped")
def test_generating_twice_changes_nothing():
    assert operations.generate_reading_days(area="03", fiscal_year=2026) == 0
    assert operations.generate_reading_days(area="03", fiscal_year=2028) == 19 * 12


@pytest.mark.usefixtures("shipped")
def test_a_missing_reading_day_says_what_to_do():
    with pytest.raises(queries.MasterMissing, match="99"):
        queries.reading_day(area="03", base_day="99", month=Month(2026, 10))
