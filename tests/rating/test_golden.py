"""Golden bills: one text file each, with its source, priced with the shipped plan documents."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tomoshibi.kernel.units import E10, energy_dwh, micro, milli, scaled
from tomoshibi.tariffs import pricing, queries, quotes

FILES = sorted((Path(__file__).parent / "golden").glob("*.txt"))


def _read(file):
    found = {"value": {}, "line": {}, "band": {}, "discount": []}
    for text in file.read_text("utf-8").splitlines():
        if text.startswith("#") or not text:
            continue
        word, *rest = text.split()
        if word in {"value", "line", "band"}:
            found[word][rest[0]] = rest[1]
        elif word == "discount":
            found[word].append(rest[0])
        else:
            found[word] = rest
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_golden(file):
    assert "# source:" in file.read_text("utf-8")
    golden = _read(file)
    start, end = map(date.fromisoformat, golden["period"])
    reading = [date.fromisoformat(day) for day in golden.get("reading", golden["period"])]
    versions = queries.shipped_plan(plan_code=golden["plan"][0])
    document = versions[quotes.version_on(versions, start)]
    rate = golden["value"].pop("tax_rate")
    row = {
        "row_id": 1,
        "plan_version": 1,
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
    }
    frame = pl.DataFrame([row]).with_columns(
        pl.col("capacity_milli").cast(pl.Int64), pl.col("discounts").cast(pl.List(pl.String))
    )
    found = pricing.price(usage=frame, programs={1: queries.program_of(document)})
    assert found.refusals.rows() == []
    named = pricing.named(found.lines, components={1: queries.components_of(document)})
    amounts = dict(named.select("code", "amount_e10").iter_rows())
    for code, amount in golden["line"].items():
        assert amounts[code] == scaled(amount, scale=E10), code
    assert found.totals["total_minor"][0] == int(golden["total"][0])
    if "tax" in golden:
        assert found.totals["tax_minor"][0] == int(golden["tax"][0])
