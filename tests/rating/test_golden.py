"""Golden bills: one text file each, with its source, priced with the shipped plan documents."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import E10, energy_dwh, micro, milli, scaled
from tomoshibi.rating import deferral, fees, formulas
from tomoshibi.rating.bands import DayType
from tomoshibi.rating.proration import PriceChange
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import lint, pricing, queries, quotes, values

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.txt"))
SATURDAY, SUNDAY = 5, 6
PURCHASES = sorted((GOLDEN / "purchases").glob("*.yaml"))


def _read(file):
    found = {"value": {}, "line": {}, "band": {}, "input": {}, "discount": [], "hours": [], "part": [],
             "fee": [], "defer": [], "charge": [], "holiday": []}  # fmt: skip
    for text in file.read_text("utf-8").splitlines():
        if text.startswith("#") or not text:
            continue
        word, *rest = text.split()
        if word in {"value", "line", "band", "input"}:
            found[word][rest[0]] = rest[1]
        elif word in {"discount", "holiday"}:
            found[word].append(rest[0])
        elif word in {"hours", "part", "fee", "charge"}:
            found[word].append(rest)
        else:
            found[word] = rest
    return found


def _half_hours(golden, start, days):
    """
    ``hours 00:00-12:00 0.20 10.00`` is the energy and the spot price of each half-hour of every day; with a day behind it,
    of every day from then on. ``holiday 2026-11-03`` is a day like a Sunday.
    """
    energy, spot = np.zeros((days, 48), dtype=np.int32), np.zeros((days, 48), dtype=np.int64)
    for hours, kwh, price, *since in golden["hours"]:
        first, last = (int(clock[:2]) * 2 + (clock[3] == "3") for clock in hours.split("-"))
        begun = (date.fromisoformat(since[0]) - start).days if since else 0
        energy[begun:, first:last], spot[begun:, first:last] = energy_dwh(kwh), micro(price)
    return values.HalfHours(
        row_ids=np.array([1]),
        first_day=start,
        values_dwh=energy.reshape(1, -1),
        day_types=np.array([_kind(start + timedelta(days=n), golden["holiday"]) for n in range(days)], dtype=np.int8),
        area=golden["area"][0],
        spot_micro={"area": spot.reshape(-1)},
    )


def _kind(day, holidays):
    if day.weekday() == SUNDAY or str(day) in holidays:
        return DayType.HOLIDAY
    return DayType.SATURDAY if day.weekday() == SATURDAY else DayType.WEEKDAY


def _parts(golden, row, version_of):
    """
    The parts of a divided bill (``part 2026-10-05 2026-10-20 8``: days and size), or the one row there is.

    A part is of the version that holds on its first day where the plan divides at a new price.
    """
    if not golden["part"]:
        return [row]
    return [
        row
        | {
            "segment": number,
            "plan_version": version_of(date.fromisoformat(first)),
            "period_start": date.fromisoformat(first),
            "period_end": date.fromisoformat(after),
            "capacity_milli": milli(size),
        }
        for number, (first, after, size) in enumerate(golden["part"])
    ]


def _plan(code):
    """A shipped plan, or one that stands beside the golden files for a rule that no shipped plan has."""
    own = GOLDEN / "plans" / f"{code}.yaml"
    if not own.exists():
        return queries.shipped_plan(plan_code=code)
    found = documents.read(own.read_text("utf-8"))
    assert [complaint for complaint in lint.complaints(found) if complaint[2]] == []
    return documents.versions(found)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_golden(file):
    assert "# source:" in file.read_text("utf-8")
    golden = _read(file)
    start, end = map(date.fromisoformat, golden["period"])
    reading = [date.fromisoformat(day) for day in golden.get("reading", golden["period"])]
    versions = _plan(golden["plan"][0])
    first = quotes.version_on(versions, start)
    programs = {number: queries.program_of(one) for number, one in enumerate(versions)}
    divides = programs[first].proration.price_change is PriceChange.SPLIT
    rate = golden["value"].pop("tax_rate")
    row = {
        "row_id": 1,
        "plan_version": first,
        "energy_dwh": energy_dwh(golden["kwh"][0]),
        "capacity_milli": milli(golden["size"][0]) if "size" in golden else None,
        "period_start": start,
        "period_end": end,
        "reading_start": reading[0],
        "reading_end": reading[1],
        "tax_rate_ppm": scaled(rate, scale=1_000_000),
        "discounts": golden["discount"],
        **{f"{name}_micro": micro(value) for name, value in golden["value"].items()},
        **{f"band_{name}_dwh": energy_dwh(value) for name, value in golden["band"].items()},
        **{name: int(value) for name, value in golden["input"].items()},
    }
    half_hours = [_half_hours(golden, start, (end - start).days)] if golden["hours"] else []
    frame = pl.DataFrame(
        _parts(golden, row, lambda day: quotes.version_on(versions, day) if divides else first)
    ).with_columns(pl.col("capacity_milli").cast(pl.Int64), pl.col("discounts").cast(pl.List(pl.String)))
    if golden["part"]:
        frame = frame.with_columns(bill_energy_dwh=pl.col("energy_dwh")).drop("energy_dwh")
        frame = pricing.split_energy(frame, programs=programs, half_hours=half_hours)
    found = pricing.price(usage=frame, programs=programs, half_hours=half_hours)
    assert found.refusals.rows() == []
    named = pricing.named(found.lines, components={n: queries.components_of(one) for n, one in enumerate(versions)})
    amounts = dict(named.group_by("code").agg(pl.col("amount_e10").sum()).iter_rows())
    for code, amount in golden["line"].items():
        assert amounts[code] == scaled(amount, scale=E10), code
    assert found.totals["total_minor"][0] == int(golden["total"][0])
    if "tax" in golden:
        assert found.totals["tax_minor"][0] == int(golden["tax"][0])
    _beside(golden, programs, version=first, found=found)


def _beside(golden, programs, *, version, found):
    """What comes with a bill beside its plan's lines: fees by the plan, charges by formula, what is paid later."""
    program = programs[version]
    for kind, *told, amount in golden["fee"]:
        given = {name: int(value) for name, value in (one.split("=") for one in told)}
        assert _fee(kind, program, given) == int(amount), (kind, told)
    for formula, *told, amount in golden["charge"]:
        given = {name: int(value) for name, value in (one.split("=") for one in told)}
        assert formulas.read(formula).amount_minor(given, rounding=Rounding.FLOOR) == int(amount)
    if golden["defer"]:
        whole, *parts = map(int, golden["defer"])
        assert pricing.deferred(found, programs=programs)["amount_minor"].to_list() == [whole]
        assert deferral.instalments(whole, months=program.deferral.months) == parts


def _fee(kind, program, given):
    if kind == "cancellation":
        return fees.cancellation_fee_minor(program.cancellation, **given)
    rule = program.late_interest
    columns = {"rate_ppm": rule.rate_ppm, "grace_days": rule.grace_days, "minimum_minor": rule.minimum_minor}
    owed, days = (np.array([given[name]]) for name in ("owed", "days"))
    return fees.late_interest_by_rule(owed, days, **{name: np.array([value]) for name, value in columns.items()})[0]


@pytest.mark.parametrize("file", PURCHASES, ids=lambda f: f.stem)
def test_golden_purchases(file):
    text = file.read_text("utf-8")
    assert "# source:" in text
    point, _, told = text.partition("---\n")
    expected = documents.read(told)
    found = queries.purchase_statement(queries.read_purchase(point), offline=True, tax_rate_ppm=100_000)
    assert {one.source.name: one.energy_dwh for one in found.paid} == {
        name: energy_dwh(kwh) for name, kwh in expected["kwh"].items()
    }
    assert {one.source.name: one.amount_minor for one in found.paid} == expected["paid"]
    totals = (found.total_minor, found.tax_minor, found.deductible_minor)
    assert totals == (expected["total"], expected["tax"], expected["deductible"])
