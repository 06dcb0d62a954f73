"""The worlds of a study ask the same half-hours: what bands come to is added up once, and never for other bands."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from tests.rating.shapes.one_bill import document, price
from tomoshibi.tariffs import pricing, queries, times_of_use, values

START, END = date(2025, 6, 2), date(2025, 6, 3)
HALF_HOURS = np.zeros((2, 48), dtype=np.int32)
HALF_HOURS[:, 0], HALF_HOURS[:, 16], HALF_HOURS[:, 44] = 80_000, 60_000, 20_000


def bands(day, night, hours="08:00-22:00"):
    named = [
        {"name": "day", "when": [{"hours": [hours]}], "price": price(day)},
        {"name": "night", "price": price(night)},
    ]
    return {"code": "energy", "kind": "bands", "bands": named}


def tiers(edge, low, high):
    steps = [{"up_to_kwh": edge, "price": price(low)}, {"up_to_kwh": None, "price": price(high)}]
    named = [{"name": "day", "when": [{"hours": ["08:00-22:00"]}], "steps": steps}, {"name": "night", "steps": steps}]
    return {"code": "energy", "kind": "band_tiers", "allocation": "time_order", "bands": named}


@pytest.fixture
def counted(monkeypatch):
    """How often half-hours were added up."""
    asked = []
    real = times_of_use._sums
    monkeypatch.setattr(times_of_use, "_sums", lambda *a, **k: asked.append(1) or real(*a, **k))
    return asked


@pytest.fixture
def blocks():
    return values.Blocks(lambda: [values.HalfHours(np.array([1, 2]), START, HALF_HOURS, np.zeros(1, dtype=np.int8))])


def totals(component, blocks, *, version=1, rows=(1, 2)):
    """What the bills come to under a plan of one component, whose number is ``version``."""
    size = len(rows)
    usage = pl.DataFrame(
        {
            "row_id": list(rows), "plan_version": [version] * size, "capacity_milli": [None] * size,
            "energy_dwh": [160_000] * size, "period_start": [START] * size, "period_end": [END] * size,
            "reading_start": [START] * size, "reading_end": [END] * size, "tax_rate_ppm": [100_000] * size,
        },
        schema_overrides={"capacity_milli": pl.Int64},
    )  # fmt: skip
    program = queries.program_of(document(component))
    found = pricing.price(usage=usage, programs={version: program}, half_hours=blocks)
    assert found.refusals.is_empty(), found.refusals
    return found.totals["total_minor"].to_list()


def test_other_prices_ask_for_the_same_energies(blocks, counted):
    assert totals(bands("30", "10"), blocks) == [280] * 2  # 6 kWh by day, 10 by night
    assert totals(bands("40", "20"), blocks, version=-3) == [440] * 2
    assert len(counted) == 1


def test_other_hours_and_other_bills_are_added_up_anew(blocks, counted):
    assert totals(bands("30", "10"), blocks) == [280] * 2
    assert totals(bands("30", "10", hours="07:00-23:00"), blocks) == [320] * 2  # the evening belongs to the day
    assert totals(bands("30", "10"), blocks, rows=(2,)) == [280]
    assert len(counted) == 3


def test_tiers_in_the_order_of_time_lie_in_the_energies(blocks):
    assert totals(tiers(10, "10", "20"), blocks) == [220] * 2
    assert totals(tiers(5, "10", "20"), blocks) == [270] * 2


def test_blocks_that_are_asked_once_remember_nothing(blocks, counted):
    for _time in range(2):
        assert totals(bands("30", "10"), list(blocks)) == [280] * 2
    assert len(counted) == 2


def test_nobody_looks_at_half_hours_whose_sums_are_known(blocks):
    def answered(question, work_out):
        if question not in told:
            told[question] = work_out()
        return told[question]

    def unseen():
        raise AssertionError("half-hours are looked at again")

    told = {}
    assert totals(bands("30", "10"), values.Blocks(lambda: blocks, known=answered)) == [280] * 2
    assert totals(bands("40", "20"), values.Blocks(unseen, known=answered)) == [440] * 2
    with pytest.raises(AssertionError, match="again"):
        totals(bands("30", "10", hours="07:00-23:00"), values.Blocks(unseen, known=answered))
    with pytest.raises(AssertionError, match="again"):  # its tiers lie in the energies
        totals(tiers(5, "10", "20"), values.Blocks(unseen, known=answered))
