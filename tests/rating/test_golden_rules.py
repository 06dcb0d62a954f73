"""Golden values of rules beside a plan's lines: contract demand, power factor, market averages, collective invoices."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from tomoshibi.billing import collective
from tomoshibi.kernel.units import micro, milli
from tomoshibi.parties.values import Collective
from tomoshibi.rating import demand, power_factor, totals
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import queries

FILES = sorted((Path(__file__).parent / "golden" / "rules").glob("*.yaml"))
ROUNDING = Program(components=()).rounding


def golden(kind, rows):
    read = [yaml.safe_load(file.read_text("utf-8")) for file in FILES]
    return [(one, row) for one in read if one["kind"] == kind for row in one[rows]]


def test_every_file_names_its_source_and_is_read():
    assert {yaml.safe_load(file.read_text("utf-8"))["kind"] for file in FILES} == {
        "power factor", "contract demand", "market average", "collective invoice",
    }  # fmt: skip
    assert all("# source:" in file.read_text("utf-8") for file in FILES)


@pytest.mark.parametrize(("_file", "month"), golden("power factor", "months"))
def test_power_factor(_file, month):
    (percent,) = power_factor.percent(*(np.array([month[name]]) for name in ("active", "reactive"))).tolist()
    assert (percent, 100 + power_factor.NEUTRAL_PERCENT - percent) == (month["percent"], month["factor"])


def _place(name):
    """``2026-11b``: the part of November 2026 behind a change of equipment."""
    year, month = map(int, name[:7].split("-"))
    return year * 12 + month, int(name.endswith("b"))


@pytest.mark.parametrize(("_file", "case"), golden("contract demand", "cases"), ids=lambda one: one.get("about", ""))
def test_contract_demand_explains_itself(_file, case):
    agreed = case.get("agreed", {})
    spells = {
        name: demand.Spell(
            month=_place(name)[0],
            part=_place(name)[1],
            max_milli=milli(str(kw)),
            agreed_milli=milli(str(agreed[name])) if name in agreed else None,
        )
        for name, kw in case["demands"].items()
    }
    for name, (kw, why, *more) in case["holds"].items():
        found = demand.explained(list(spells.values()), at=spells[name])
        assert (found.milli, found.by) == (milli(kw), None if why == "agreed" else spells[why]), name
        assert found.to_agree == ("to agree" in more), name


@pytest.mark.parametrize(("file", "month"), golden("market average", "months"))
def test_market_average(file, month):
    (document,) = queries.shipped_plan(plan_code=file["plan"])
    (average,) = queries.program_of(document).market_averages
    half_hours = 30 * 48
    unit = average.unit(total_micro=micro(month["average"]) * half_hours, count=half_hours, area=file["area"])
    assert unit == micro(month["unit"])


@pytest.mark.parametrize(("_file", "invoice"), golden("collective invoice", "invoices"))
def test_the_tax_of_a_collective_invoice_is_rounded_once_per_rate(_file, invoice):
    total, rate, tax = (np.array(column, dtype=np.int64) for column in zip(*invoice["bills"], strict=True))
    assert totals.included_tax(total, rate_ppm=rate * 10_000, policy=ROUNDING).tolist() == tax.tolist()
    bills = pl.DataFrame(
        {
            "id": range(len(total)),
            "account_id": 1,
            "contract_number": [f"C{number}" for number in range(len(total))],
            "period_start": date(2026, 9, 5),
            "total_minor": total,
            "untaxed_minor": 0,
            "tax_minor": tax,
            "tax_rate_ppm": rate * 10_000,
            "collective": next(one.value for one in Collective if one is not Collective.NO),
        },
        schema_overrides=dict.fromkeys(("id", "account_id", "untaxed_minor"), pl.Int64),
    )
    found = collective.shared(bills)
    assert found["tax_shift_minor"].to_list() == invoice["shift"]
    together = (tax + found["tax_shift_minor"].to_numpy()).tolist()
    assert {
        percent: sum(one for one, own in zip(together, rate.tolist(), strict=True) if own == percent)
        for percent in invoice["tax"]
    } == invoice["tax"]
