"""What groups used: registers times ratio, days times points, shares that add up (G-008, G-083 ... G-088)."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.billing import groupbook
from tests.groups import book
from tomoshibi.billing import groupenergy, operations, queries, values
from tomoshibi.groups import operations as groups
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.metering import queries as metering

FIRST, AFTER = groupbook.FIRST, groupbook.AFTER
EVE = FIRST - timedelta(days=1)


@pytest.fixture
def customer(in_transaction, now):
    groupbook.china(now)
    book.device_type()
    return book.customer()


@pytest.mark.requirement("G-008")
@pytest.mark.requirement("G-009")
@pytest.mark.parametrize(("counts", "kwh"), [(1, 180), (0, 170)])
def test_group_energy_is_the_meters_times_the_points(customer, now, counts, kwh):
    if not counts:
        groups.set_parameter(code="count_benchmark", value=0, start=book.START, reason="rule of the company")
    group = groupbook.supplied(customer, 17)
    groupbook.read_month(groupbook.meter_of(group), 500, 510)
    outcome = groupbook.work_out(now)
    assert (outcome.groups, outcome.problems) == (1, 0)
    found = groupbook.energy(group)
    assert (found.meter_dwh, found.energy_dwh) == (10 * DWH_PER_KWH, kwh * DWH_PER_KWH)
    assert found.counts_benchmark is bool(counts)
    standing = metering.confirmed_frame(month=groupbook.OCTOBER)
    assert standing["energy_dwh"].to_list() == [kwh * DWH_PER_KWH]
    assert standing["reading_id"].to_list() == [found.reading_id]


@pytest.mark.requirement("G-084")
def test_without_daily_registers_the_meter_is_spread_evenly_over_the_days(customer, now):
    """The example of the requirement has 30 days; September is such a month."""
    group = groupbook.supplied(customer, 9)
    book.with_subs(group, 2, first=50, start=date(2026, 9, 16))
    groupbook.read(groupbook.meter_of(group), (date(2026, 8, 31), 100), (date(2026, 9, 30), 400))
    operations.calculate_groups(month=groupbook.OCTOBER.plus(-1), today=groupbook.TODAY, now=now)
    found = groupbook.energy(group)
    assert found.energy_dwh == 3_300 * DWH_PER_KWH
    assert [(part.days, part.points, part.meter_dwh) for part in found.parts] == [
        (15, 10, 150 * DWH_PER_KWH),
        (15, 12, 150 * DWH_PER_KWH),
    ]
    assert found.spread_days == 30


@pytest.mark.requirement("G-084")
def test_daily_registers_count_each_day_for_itself(customer, now):
    group = groupbook.supplied(customer, 9)
    book.with_subs(group, 2, first=50, start=date(2026, 10, 16))
    shown = [(EVE + timedelta(days=n), 100 + (n if n <= 15 else 15 + (n - 15) * 3)) for n in range(32)]
    groupbook.read(groupbook.meter_of(group), *shown)
    groupbook.work_out(now)
    found = groupbook.energy(group)
    assert found.energy_dwh == (15 * 1 * 10 + 16 * 3 * 12) * DWH_PER_KWH
    assert found.spread_days == 0


@pytest.mark.requirement("G-083")
def test_physical_ratio_and_virtual_multiplier_never_meet(customer, now):
    group = groupbook.supplied(customer, 4, physical_ratio=30)
    groupbook.read_month(groupbook.meter_of(group), "10.00", "12.50")
    groupbook.work_out(now)
    found = groupbook.energy(group)
    assert found.meter_dwh == 75 * DWH_PER_KWH, "2.5 on the register, times CT x PT"
    assert found.energy_dwh == 375 * DWH_PER_KWH, "and only then times five points"
    assert found.day_points == (5,) * 31


@pytest.mark.requirement("G-086")
def test_a_register_that_rolls_over_goes_on(customer, now):
    group = groupbook.supplied(customer, 0)
    groupbook.read_month(groupbook.meter_of(group), "99998.50", "3.20")
    groupbook.work_out(now)
    assert groupbook.energy(group).meter_dwh == 47_000


@pytest.mark.requirement("G-086")
def test_a_register_that_fell_is_no_roll_over(customer, now):
    group = groupbook.supplied(customer, 0)
    groupbook.read_month(groupbook.meter_of(group), "500", "499.9")
    assert groupbook.work_out(now).problems == 1
    found = groupbook.energy(group)
    assert (found.problem, found.reading_id) == (values.GroupProblem.REGISTER_FELL.value, None)


@pytest.mark.requirement("G-086")
def test_a_meter_change_inside_the_period_loses_no_energy(customer, now):
    group = groupbook.supplied(customer, 1)
    old = groupbook.meter_of(group)
    groupbook.read(old, (EVE, 100))
    groups.exchange_reference_meter(
        group_id=group.id, old_number=old, new_number="NEW1", on=date(2026, 10, 11),
        old_registers={"forward_dwh": 110 * DWH_PER_KWH}, new_registers={"forward_dwh": 5 * DWH_PER_KWH},
        physical_ratio=1, register_digits=5, reason="old", now=now, actor_id=None,
    )  # fmt: skip
    groupbook.read("NEW1", (date(2026, 10, 31), 47))
    groupbook.work_out(now)
    found = groupbook.energy(group)
    assert found.meter_dwh == (10 + 42) * DWH_PER_KWH
    assert set(found.day_dwh[:10]) == {DWH_PER_KWH}
    assert set(found.day_dwh[10:]) == {2 * DWH_PER_KWH}
    assert found.meters == 2


def test_a_day_without_a_reading_is_named_and_nothing_is_billed(customer, now):
    group = groupbook.supplied(customer, 3)
    groupbook.read(groupbook.meter_of(group), (EVE, 100), (date(2026, 10, 20), 120))
    groupbook.work_out(now)
    found = groupbook.energy(group)
    assert (found.problem, found.problem_on) == (values.GroupProblem.READ_MISSING.value, date(2026, 10, 21))
    assert metering.confirmed_frame(month=groupbook.OCTOBER).is_empty()


def test_doing_it_again_writes_nothing_and_a_changed_list_writes_a_new_version(customer, now):
    group = groupbook.supplied(customer, 3)
    groupbook.read_month(groupbook.meter_of(group), 0, 31)
    assert groupbook.work_out(now).written == 1
    first = groupbook.energy(group)
    assert groupbook.work_out(now + timedelta(hours=1)).written == 0
    book.with_subs(group, 1, first=90, start=date(2026, 10, 31))
    assert groupbook.work_out(now + timedelta(hours=2)).written == 1
    second = groupbook.energy(group)
    assert second.energy_dwh - first.energy_dwh == DWH_PER_KWH
    assert second.reading_id != first.reading_id


@pytest.mark.requirement("G-085")
@given(
    total=st.integers(-(10**12), 10**12),
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=120),
)
def test_money_is_divided_exactly_and_nobody_is_a_unit_off(total, weights):
    parts = groupenergy.divided(total, np.array(weights, dtype=np.int64))
    assert int(parts.sum()) == total
    heavy = weights if sum(weights) else [1] * len(weights)
    for part, weight in zip(parts, heavy, strict=True):
        assert abs(int(part) * sum(heavy) - total * weight) < sum(heavy)


@st.composite
def fleets(draw):
    """Registers of one meter on some days, and memberships around the period."""
    at = sorted(draw(st.sets(st.integers(1, 30), max_size=12)) | {0, 31})
    steps = draw(st.lists(st.integers(0, 500_000), min_size=len(at) - 1, max_size=len(at) - 1))
    begins = draw(st.lists(st.tuples(st.integers(-5, 35), st.none() | st.integers(1, 40)), min_size=1, max_size=30))
    return at, steps, begins


@pytest.mark.requirement("G-085")
@settings(max_examples=60, deadline=None)
@given(fleet=fleets(), ratio=st.integers(1, 60))
def test_days_and_shares_add_up_to_what_the_registers_say(fleet, ratio):
    at, steps, members = fleet
    shown = np.cumsum([7_000, *steps])
    registers = pl.DataFrame(
        {"meter_number": ["M"] * len(at), "day": [EVE + timedelta(days=n) for n in at], "forward_dwh": shown.tolist()}
    ).with_columns(pl.lit(None, dtype=pl.Int64).alias(name) for name in groupenergy.BANDS)
    meters = pl.DataFrame(
        {
            "place": [0],
            "number": ["M"],
            "physical_ratio": [ratio],
            "register_digits": [6],
            "start": [EVE],
            "end": [None],
        },
        schema_overrides={"end": pl.Date},
    )
    rows = [
        (0, n, False, FIRST + timedelta(days=start), FIRST + timedelta(days=start + length) if length else None)
        for n, (start, length) in enumerate(members)
    ]
    frame = pl.DataFrame(
        rows,
        schema={"place": pl.Int64, "point_id": pl.Int64, "is_benchmark": pl.Boolean, "start": pl.Date, "end": pl.Date},
        orient="row",
    )
    starts, ends = pl.Series([FIRST]), pl.Series([AFTER])
    days = groupenergy.by_day(groupenergy.intervals(registers, meters), starts=starts, ends=ends)
    assert int(days.meter_dwh.sum()) == (int(shown[-1]) - 7_000) * ratio
    shared = groupenergy.shares(frame, days=days, starts=starts, ends=ends, counts_benchmark=pl.Series([True]))
    by_hand = [
        sum(1 for _place, _point, _role, start, end in rows if start <= day and (end is None or day < end))
        for day in (FIRST + timedelta(days=n) for n in range(31))
    ]
    assert shared.points[0].tolist() == by_hand
    group = sum(int(e) * n for e, n in zip(days.meter_dwh[0], by_hand, strict=True))
    assert int(shared.members["energy_dwh"].sum()) == group
    at_list = list(zip(at, at[1:], steps, strict=False))
    for first, last, step in at_list:
        parts = days.meter_dwh[0][first:last]
        assert int(parts.sum()) == step * ratio
        assert parts.max() - parts.min() <= 1


@pytest.mark.requirement("G-088")
def test_each_point_sees_its_days_and_its_part_of_the_energy(customer, now):
    group = groupbook.supplied(customer, 2)
    book.with_subs(group, 1, first=60, start=date(2026, 10, 22))
    groupbook.read_month(groupbook.meter_of(group), 0, 31)
    groupbook.work_out(now)
    assert queries.shares_of_bill(bill_id=0, total_minor=0).is_empty()
    assert groupbook.energy(group).energy_dwh == (3 * 31 + 10) * DWH_PER_KWH
