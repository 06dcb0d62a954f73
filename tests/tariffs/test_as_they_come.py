"""Half-hours that are added up as they come give the energies that whole blocks give."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rating.shapes.one_bill import document, price
from tomoshibi.kernel import halfhours
from tomoshibi.rating.bands import DayType
from tomoshibi.tariffs import queries, times_of_use, values

FIRST = date(2025, 6, 1)
MISSING = np.int32(-1)
GONE = halfhours.MISSING


def plan(*hours):
    """Hours of weekdays, whole weekends, and the rest."""
    named = [
        {"name": f"at_{n}", "when": [{"days": ["weekday"], "hours": [own]}], "price": price("30")}
        for n, own in enumerate(hours)
    ]
    weekends = {"name": "weekend", "when": [{"days": ["saturday", "holiday"]}], "price": price("20")}
    rest = {"name": "rest", "price": price("10")}
    return queries.program_of(document({"code": "energy", "kind": "bands", "bands": [weekends, *named, rest]}))


PLANS = {1: plan("08:00-22:00"), 2: plan("07:00-10:00", "16:00-19:00", "22:00-23:00")}
IN_TIME_ORDER = queries.program_of(
    document(
        {
            "code": "energy", "kind": "band_tiers", "allocation": "time_order",
            "bands": [
                {"name": name, "steps": [{"up_to_kwh": 5, "price": price("10")}, {"up_to_kwh": None, "price": price("20")}]}
                | when
                for name, when in (("day", {"when": [{"hours": ["08:00-22:00"]}]}), ("night", {}))
            ],
        }
    )
)  # fmt: skip


@pytest.fixture(autouse=True)
def _many(monkeypatch):
    """What is enough to be added up as it comes."""
    monkeypatch.setattr(times_of_use, "WORTH_COMPILING", 1)


def blocks_of(bills, random):
    """
    :param bills: (first day, days) of each, by its number
    """
    found = []
    for n, (first, days) in enumerate(bills):
        matrix = random.integers(0, 2**31 if n % 5 == 4 else 9_999, (1, days * 48)).astype(np.int32)
        if n % 4 == 3:
            matrix[0, random.integers(0, matrix.size)] = MISSING
        types = np.array([_kind(first + timedelta(days=day)) for day in range(days)], dtype=np.int8)
        found.append(values.HalfHours(np.array([n]), first, matrix, types))
    return found


def _kind(day):
    return {5: DayType.SATURDAY, 6: DayType.HOLIDAY}.get(day.weekday(), DayType.WEEKDAY)


def coming(blocks, random, *, seen=None):
    """The same blocks as they come: in another order, some bills at a time, and nobody has them whole."""

    def unseen():
        raise AssertionError("whole blocks are made")

    def packs():
        for n in random.permutation(len(blocks)).tolist():
            if seen is not None:
                seen.append(n)
            step, stored = halfhours.packed(
                halfhours.to_bytes(np.where(blocks[n].values_dwh < 0, GONE, blocks[n].values_dwh))
            )
            numbers = np.frombuffer(stored, dtype="<u2" if step else "<i4").reshape(1, -1)
            yield blocks[n].row_ids, numbers, step or 1

    before = [
        values.HalfHours(one.row_ids, one.first_day, np.broadcast_to(MISSING, one.values_dwh.shape), one.day_types)
        for one in blocks
    ]
    return values.Blocks(unseen, arriving=lambda: values.Arriving(tuple(before), packs))


def usage(rows):
    """
    :param rows: (bill, part, plan, first day, days)
    """
    return pl.DataFrame(
        [(bill, part, plan, first, first + timedelta(days=days)) for bill, part, plan, first, days in rows],
        schema={
            "row_id": pl.Int64, "segment": pl.Int16, "plan_version": pl.Int64, "period_start": pl.Date, "period_end": pl.Date,
        },
        orient="row",
    )  # fmt: skip


def energies(rows, half_hours, programs=PLANS):
    found = times_of_use.with_bands(usage(rows), programs=programs, half_hours=half_hours)
    return found.select(sorted(found.columns)).sort("row_id", "segment")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_parts_of_any_bills_have_the_energies_of_whole_blocks(data):
    random = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    bills = data.draw(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 12)), min_size=1, max_size=7))
    bills = [(FIRST + timedelta(days=first), days) for first, days in bills]
    rows = []
    for bill, (first, days) in enumerate(bills):
        # A bill is one part or two, of one plan or two; a period may reach beyond its half-hours.
        plans = data.draw(st.lists(st.sampled_from([*PLANS, 99]), min_size=1, max_size=2))
        cut = data.draw(st.integers(1, days))
        beyond = data.draw(st.sampled_from([0, 0, 0, 1]))
        parts = (
            [(first, days + beyond)] if len(plans) == 1 else [(first, cut), (first + timedelta(days=cut), days - cut)]
        )
        rows += [
            (bill, part, plan, *days_of)
            for part, (plan, days_of) in enumerate(zip(plans, parts, strict=True))
            if days_of[1]
        ]
    blocks = blocks_of(bills, random)
    assert energies(rows, coming(blocks, random)).equals(energies(rows, blocks))


def test_bills_whose_half_hours_do_not_come_are_incomplete_and_those_without_a_block_have_none():
    random = np.random.default_rng(0)
    blocks = blocks_of([(FIRST, 2), (FIRST, 2)], random)
    half_hours = coming(blocks, random)
    arriving = half_hours.arriving
    only_one = values.Blocks(
        list,
        arriving=lambda: values.Arriving(arriving.blocks, lambda: iter([(np.array([0]), blocks[0].values_dwh, 1)])),
    )
    rows = [(0, 0, 1, FIRST, 2), (1, 0, 1, FIRST, 2), (7, 0, 1, FIRST, 2)]
    found = energies(rows, only_one)
    assert found["band_rest_dwh"][0] == energies(rows, blocks)["band_rest_dwh"][0] > 0
    assert found["band_rest_dwh"].to_list()[1:] == [int(times_of_use.INCOMPLETE), None]


def test_few_half_hours_and_those_that_somebody_holds_are_not_asked_for_again(monkeypatch):
    random = np.random.default_rng(0)
    blocks, seen = blocks_of([(FIRST, 2)], random), []
    rows = [(0, 0, 1, FIRST, 2)]
    arriving = coming(blocks, random, seen=seen).arriving
    made = values.Blocks(lambda: blocks, arriving=lambda: arriving)
    assert len(made) == 1  # whoever looks at one block has all of them
    expected = energies(rows, made)
    assert seen == []
    assert energies(rows, values.Blocks(lambda: blocks, arriving=lambda: arriving)).equals(expected)
    assert seen == [0]
    monkeypatch.setattr(times_of_use, "WORTH_COMPILING", 10**9)
    assert energies(rows, values.Blocks(lambda: blocks, arriving=lambda: arriving)).equals(expected)
    assert seen == [0]


def test_tiers_in_the_order_of_time_are_filled_from_whole_blocks():
    random = np.random.default_rng(0)
    blocks, seen = blocks_of([(FIRST, 2)], random), []
    arriving = coming(blocks, random, seen=seen).arriving
    half_hours = values.Blocks(lambda: blocks, arriving=lambda: arriving)
    rows = usage([(0, 0, 1, FIRST, 2)]).with_columns(reading_start=pl.lit(FIRST), reading_end=pl.lit(date(2025, 6, 3)))
    found = times_of_use.with_bands(rows, programs={1: IN_TIME_ORDER}, half_hours=half_hours)
    assert found["band_night_tier_1_dwh"][0] == 50_000
    assert seen == []
