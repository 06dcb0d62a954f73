"""The columnar engine and the slow reference agree to the last digit."""

import os
from fractions import Fraction

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rating import loads, reference, strategies
from tomoshibi.kernel.units import E10, MICRO
from tomoshibi.tariffs import lint, pricing, queries

# 2,000 bills here; TOMOSHIBI_REFERENCE_BILLS=100000 for the long run.
BILLS = int(os.environ.get("TOMOSHIBI_REFERENCE_BILLS", "2000"))
A_PLAN = 25
RATE = Fraction(1, 10)
DEADLINE_FREE = settings(
    deadline=None,
    max_examples=BILLS // A_PLAN // 2,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
SHORT = settings(DEADLINE_FREE, max_examples=max(BILLS // 50, 40))


def number(fraction, scale):
    scaled = fraction * scale
    assert scaled.denominator == 1
    return int(scaled)


def value_of(name, value):
    return None if value is None else number(Fraction(value), 1_000 if name.endswith("_milli") else 1)


def plans_of(bills):
    """The documents that bills are on, each with its number."""
    found = {}
    for parts in bills:
        for part in parts:
            found.setdefault(id(part.document), (len(found) + 1, part.document))
    return found


def usage(bills, market, *, rate=RATE):
    versions = plans_of(bills)
    rows = [
        {
            "row_id": row,
            "segment": segment,
            "plan_version": versions[id(part.document)][0],
            "energy_dwh": None if part.kwh is None else number(part.kwh, 10_000),
            "capacity_milli": None if part.size is None else number(part.size, 1_000),
            "period_start": part.start,
            "period_end": part.end,
            "reading_start": part.reading_start,
            "reading_end": part.reading_end,
            "tax_rate_ppm": None if rate is None else number(rate, MICRO),
            "discounts": list(part.discounts),
            **{f"{n}_micro": None if v is None else number(v, MICRO) for n, v in market.items()},
            **{n: value_of(n, part.inputs.get(n)) for n in strategies.INPUTS},
        }
        for row, parts in enumerate(bills)
        for segment, part in enumerate(parts)
    ]
    special = {"discounts": pl.List(pl.String)}
    dates = dict.fromkeys(("period_start", "period_end", "reading_start", "reading_end"), pl.Date)
    return pl.DataFrame(rows, schema={n: {**special, **dates}.get(n, pl.Int64) for n in rows[0]}, orient="row")


def compare(bills, market, half_hours=(), *, rate=RATE):
    """
    Price bills twice, and find no difference.

    :returns: what the product found
    """
    for _number, document in plans_of(bills).values():
        assert [c for c in lint.complaints(document) if c[2]] == []
    return priced_alike(bills, market, half_hours, rate=rate)


def priced_alike(bills, market, half_hours=(), *, rate=RATE):
    """``compare`` without asking lint."""
    plans = dict(plans_of(bills).values())
    programs = {version: queries.program_of(document) for version, document in plans.items()}
    priced = pricing.price(usage=usage(bills, market, rate=rate), programs=programs, half_hours=half_hours)
    assert sorted([*priced.totals["row_id"], *priced.refusals["row_id"]]) == list(range(len(bills)))
    totals = {row["row_id"]: row for row in priced.totals.iter_rows(named=True)}
    refused = {row["row_id"]: row for row in priced.refusals.iter_rows(named=True)}
    meanings = {version: queries.components_of(document) for version, document in plans.items()}
    sums = pricing.named(priced.lines, components=meanings).group_by("row_id", "component")
    found = {(r["row_id"], r["component"]): r["amount_e10"] for r in sums.agg(pl.col("amount_e10").sum()).to_dicts()}
    later = dict(pricing.deferred(priced, programs=programs).select("row_id", "amount_minor").iter_rows())
    for row, parts in enumerate(bills):
        try:
            expected = reference.price(parts, market, rate)
        except reference.Refused:
            expected = None
        if expected is None:
            assert row in refused
            continue
        assert row in totals, refused[row]
        for code, amount in expected.by_component.items():
            assert found.get((row, code), 0) == number(amount, E10), (
                code,
                found.get((row, code), 0),
                number(amount, E10),
            )
        own = totals[row]
        assert own["unrounded_e10"] == number(expected.unrounded, E10)
        assert (own["total_minor"], own["tax_minor"]) == (expected.total, expected.tax)
        assert own["net_minor"] == expected.total - expected.tax
        assert own["energy_dwh"] == number(expected.energy, 10_000)
        assert later.get(row, 0) == expected.deferred
    return priced


RATES = st.sampled_from([*loads.RATES, None])


@DEADLINE_FREE
@given(st.data())
def test_bills_agree(data):
    document = data.draw(strategies.documents())
    bills = [data.draw(strategies.bills(document, odd=True)) for _ in range(A_PLAN)]
    compare(bills, data.draw(strategies.published()), rate=data.draw(RATES))


@DEADLINE_FREE
@given(st.data())
def test_bills_of_several_parts_agree(data):
    document = data.draw(strategies.documents())
    others = data.draw(st.one_of(st.just([]), strategies.changes(document)))
    bills = [data.draw(strategies.bills(document, divided=True, others=others, odd=True)) for _ in range(A_PLAN)]
    compare(bills, data.draw(strategies.published()), rate=data.draw(RATES))


@SHORT
@given(st.data())
def test_bills_from_half_hours_agree(data):
    document = data.draw(strategies.documents(bands=True))
    others = data.draw(st.one_of(st.just([]), strategies.changes(document, bands=True)))
    bills, block = loads.half_hourly(data.draw(st.randoms(use_true_random=False)), [document, *others], bills=4)
    compare(bills, data.draw(strategies.published()), [block], rate=data.draw(RATES))


@SHORT
@given(st.data())
def test_neither_order_nor_company_changes_a_bill(data):
    document = data.draw(strategies.documents())
    bills = [data.draw(strategies.bills(document, divided=n % 3 == 0)) for n in range(8)]
    market = data.draw(strategies.published())
    frame, programs = usage(bills, market), {1: queries.program_of(document)}
    together = pricing.price(usage=frame, programs=programs)
    shuffled = pricing.price(
        usage=frame.sample(fraction=1, shuffle=True, seed=data.draw(st.integers(0, 99))), programs=programs
    )
    alone = [pricing.price(usage=frame.filter(pl.col("row_id") == n), programs=programs) for n in range(8)]
    order = ["row_id", "segment", "component_no"]
    assert together.lines.sort(order).equals(shuffled.lines.sort(order))
    assert together.lines.sort(order).equals(pl.concat([a.lines for a in alone]).sort(order))
    assert together.totals.sort("row_id").equals(shuffled.totals.sort("row_id"))
    assert together.totals.sort("row_id").equals(pl.concat([a.totals for a in alone]).sort("row_id"))


@SHORT
@given(st.data())
def test_more_energy_never_costs_less_where_no_price_is_negative(data):
    document = data.draw(strategies.documents())
    components = document["versions"][0]["components"]
    wanted = {"basic", "minimum_charge", "tiers", "flat", "fuel", "levy", "published_monthly", "excess_demand"}
    document["versions"][0]["components"] = [c for c in components if c["kind"] in wanted and "zero_use" not in c]
    if not document["versions"][0]["components"]:
        return
    document["versions"][0].pop("deferral", None)  # no energy may be left to defer
    part = data.draw(strategies.bills(document))[0]
    part.size = Fraction(30)
    bills = [[reference.Part(**{**vars(part), "kwh": Fraction(kwh)})] for kwh in range(0, 700, 7)]
    market = {"fuel": Fraction(1), "fuel_block": Fraction(10), "levy": Fraction("3.98")}
    market["capacity_contribution"] = Fraction(171)
    totals = compare(bills, market).totals.sort("row_id")["total_minor"]
    assert totals.is_sorted()


def test_the_reference_knows_the_published_bill():
    from tests.tariffs.plans import TOKYO
    from tomoshibi.tariffs import document as documents

    one = documents.versions(documents.read(TOKYO))[0]
    from datetime import date

    period = (date(2026, 9, 3), date(2026, 10, 5))
    part = reference.Part(one, Fraction(398), *period, *period, size=Fraction(60))
    market = {"fuel": Fraction("-5.80"), "levy": Fraction("4.18"), "government_discount": Fraction("3.5")}
    assert reference.price([part], market, RATE).total == 13_928
