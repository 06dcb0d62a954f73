"""One bill of a small plan, priced through the real path: what the tables of the shapes compare."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from tomoshibi.kernel.units import E10, energy_dwh, micro, milli, unscaled
from tomoshibi.tariffs import lint, pricing, queries, values

SOURCE = {"source": "made"}


def price(amount):
    return {"amount": amount, **SOURCE}


BY_DAYS = {"denominator": "reading_period"}


def document(*components, unit="kW", sizes=(), proration=BY_DAYS, **version):
    return {
        "plan": "made",
        "name": {"ja": "作り物"},
        "area": "*",
        "voltage": "low",
        "kind": "free",
        "capacity": {"unit": unit} | ({"sizes": list(sizes)} if sizes else {}),
        "sources": {"made": "a test"},
        "versions": [{"from": "2020-01-01", "components": list(components), "proration": proration, **version}],
    }


def complaints(*components, **header):
    """What lint says: the places that block."""
    return [
        ".".join(map(str, place)) for place, _, blocking in lint.complaints(document(*components, **header)) if blocking
    ]


def bill(
    *components,
    kwh="0",
    size=None,
    period=("2025-06-01", "2025-07-01"),
    reading=None,
    discounts=(),
    market=None,
    half_hours=None,
    inputs=None,
    **header,
):
    """
    Amounts per line in currency units, ``total``, and ``power_factor`` and the like as quantities; or the refusal.

    :param half_hours: energies of the period's slots [0.1 Wh]
    """
    one = document(*components, **header)
    assert [c for c in lint.complaints(one) if c[2]] == []
    start, end = map(date.fromisoformat, period)
    first, last = map(date.fromisoformat, reading or period)
    row = {
        "row_id": 1,
        "plan_version": 1,
        "energy_dwh": energy_dwh(kwh),
        "capacity_milli": None if size is None else milli(size),
        "period_start": start,
        "period_end": end,
        "reading_start": first,
        "reading_end": last,
        "tax_rate_ppm": 100_000,
        "discounts": list(discounts),
    }
    row |= {f"{name}_micro": micro(value) for name, value in (market or {}).items()} | (inputs or {})
    special = {"discounts": pl.List(pl.String)}
    dates = dict.fromkeys(("period_start", "period_end", "reading_start", "reading_end"), pl.Date)
    frame = pl.DataFrame([row], schema={n: {**special, **dates}.get(n, pl.Int64) for n in row})
    blocks = []
    if half_hours is not None:
        days = [start.toordinal() + n for n in range((end - start).days)]
        kinds = np.array([max(date.fromordinal(day).weekday() - 4, 0) for day in days], dtype=np.int8)
        vector = np.array(half_hours, dtype=np.int32).reshape(1, -1)
        blocks = [values.HalfHours(np.array([1], dtype=np.int64), start, vector, kinds)]
    found = pricing.price(usage=frame, programs={1: queries.program_of(one)}, half_hours=blocks)
    if found.refusals.height:
        return found.refusals.select("code", "detail").row(0)
    named = pricing.named(found.lines, components={1: queries.components_of(one)})
    amounts = {line["code"]: plain(unscaled(line["amount_e10"], scale=E10)) for line in named.iter_rows(named=True)}
    return amounts | {"total": found.totals["total_minor"][0]}


def plain(number):
    """``Decimal`` without trailing zeros as text."""
    return f"{Decimal(number).normalize():f}"
