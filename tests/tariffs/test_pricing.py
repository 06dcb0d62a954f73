"""The one place that prices: lines, totals, refusals, and bills of several parts."""

from datetime import date

import polars as pl
import pytest

from tests.tariffs.plans import HEADER, TOKYO
from tomoshibi.kernel.units import E10, energy_dwh, micro, milli
from tomoshibi.tariffs import pricing, queries

YEN_10 = 100_000


def program(text=TOKYO):
    documents, findings = queries.read_document(text)
    assert not [f for f in findings if f.blocking], findings
    return queries.program_of(documents[-1])


def usage(*rows, **values):
    """Rows of (kWh, size, start, end); values are published values for all of them."""
    frame = pl.DataFrame(
        {
            "row_id": range(len(rows)),
            "plan_version": [1] * len(rows),
            "energy_dwh": [None if r[0] is None else energy_dwh(r[0]) for r in rows],
            "capacity_milli": [None if r[1] is None else milli(r[1]) for r in rows],
            "period_start": [r[2] if len(r) > 2 else date(2026, 9, 3) for r in rows],
            "period_end": [r[3] if len(r) > 2 else date(2026, 10, 5) for r in rows],
            "tax_rate_ppm": [YEN_10] * len(rows),
        },
        schema_overrides={
            "row_id": pl.Int64, "plan_version": pl.Int64, "energy_dwh": pl.Int64, "capacity_milli": pl.Int64,
            "tax_rate_ppm": pl.Int64,
        },
    )  # fmt: skip
    return frame.with_columns(
        pl.lit(micro(value), dtype=pl.Int64).alias(f"{name}_micro") for name, value in values.items()
    )


MARKET = {"fuel": "-5.80", "levy": "4.18", "government_discount": "3.5"}


def price(frame, text=TOKYO, **kwargs):
    return pricing.price(usage=frame, programs={1: program(text)}, **kwargs)


def test_a_published_bill_to_the_yen():
    # TEPCO 2026-10, 60 A, 398 kWh: 15,967 - 2,308 - 1,393 + 1,663 = 13,928 as printed.
    found = price(usage((398, 60), **MARKET))
    assert found.totals.select("total_minor", "tax_minor", "levy_minor").row(0) == (13_928, 1_266, 1_663)
    assert found.lines["amount_e10"].sum() == found.totals["unrounded_e10"][0]
    assert found.refusals.is_empty()
    documents, _ = queries.read_document(TOKYO)
    named = pricing.named(found.lines, components={1: queries.components_of(documents[0])})
    assert named["code"].to_list() == [
        "basic", "energy_tier_1", "energy_tier_2", "energy_tier_3", "fuel", "government_discount", "levy",
    ]  # fmt: skip
    assert named.filter(pl.col("code") == "energy_tier_2").select("quantity", "price_micro").row(0) == (
        energy_dwh(180),
        micro("36.40"),
    )


def test_zero_use_pays_half_of_the_basic_charge():
    found = price(usage((0, 30), **MARKET))
    assert found.totals["unrounded_e10"][0] == micro("467.625") * 10_000
    assert found.lines.select("ratio_num", "ratio_den").row(0) == (1, 2)


def test_rows_that_cannot_be_priced_are_set_aside_with_the_first_reason():
    frame = usage((None, 30), (-1, 30), (100, None), (100, 35), (100, 30), **MARKET)
    frame = frame.with_columns(
        pl.when(pl.col("row_id") == 4).then(None).otherwise("levy_micro").alias("levy_micro"),
    )
    found = price(frame)
    assert found.totals.is_empty()
    assert found.lines.is_empty()
    assert dict(found.refusals.select("row_id", "code").iter_rows()) == {
        0: "no_energy", 1: "negative_energy", 2: "no_capacity", 3: "capacity_not_offered", 4: "value_missing",
    }  # fmt: skip
    assert found.refusals.filter(pl.col("row_id") == 4)["detail"][0] == "levy"


def test_a_plan_without_a_version_and_a_bill_without_a_tax_rate_are_refused():
    frame = usage((100, 30), (100, 30), **MARKET).with_columns(
        plan_version=pl.Series([None, 1], dtype=pl.Int64), tax_rate_ppm=pl.Series([YEN_10, None], dtype=pl.Int64)
    )
    found = price(frame)
    assert dict(found.refusals.select("row_id", "code").iter_rows()) == {0: "no_plan_version", 1: "value_missing"}
    assert found.lines.is_empty()


def test_an_amount_beyond_what_int64_holds_is_refused_not_wrapped():
    found = price(usage((2 * 10**7, 60), (398, 60), **MARKET))
    assert found.refusals.select("row_id", "code").rows() == [(0, "too_large")]
    assert found.totals["row_id"].to_list() == [1]


def _parts(first_kwh, second_kwh):
    frame = usage(
        (first_kwh, 30, date(2026, 9, 3), date(2026, 9, 19)), (second_kwh, 40, date(2026, 9, 19), date(2026, 10, 5))
    )
    return frame.with_columns(
        pl.lit(7, dtype=pl.Int64).alias("row_id"),
        pl.Series("segment", [0, 1], dtype=pl.Int64),
        pl.lit(date(2026, 9, 3)).alias("reading_start"),
        pl.lit(date(2026, 10, 5)).alias("reading_end"),
        *(pl.lit(micro(v), dtype=pl.Int64).alias(f"{n}_micro") for n, v in MARKET.items()),
    )


def test_a_change_inside_the_period_prorates_both_parts():
    found = price(_parts(100, 100))
    basic = found.lines.filter(pl.col("component_no") == 1).sort("segment")
    # 16 of 32 days of 935.25 and of 1,247.00, half-up to sen.
    assert basic["amount_e10"].to_list() == [micro("467.63") * 10_000, micro("623.50") * 10_000]
    tier_1 = found.lines.filter(pl.col("component_no") == 2)
    assert tier_1["quantity"].to_list() == [energy_dwh(60), energy_dwh(60)]
    assert found.totals.height == 1


def test_the_levy_and_the_kwh_of_a_divided_bill_are_rounded_once():
    found = price(_parts("100.4", "100.4"))
    assert found.totals["energy_dwh"][0] == energy_dwh(201)  # 200.8 half-up, not 100 + 100
    levy = found.lines.filter(pl.col("component_no") == 7)["amount_e10"]
    assert levy.sum() == 840 * E10  # floor(201 x 4.18 = 840.18)
    assert all(amount % E10 == 0 for amount in levy)
    assert found.totals["levy_minor"][0] == 840


def test_a_refused_part_refuses_its_bill():
    found = price(_parts(100, -3))
    assert found.refusals.select("row_id", "code").rows() == [(7, "negative_energy")]
    assert found.lines.is_empty()
    assert found.totals.is_empty()


def test_energy_split_by_days_adds_up():
    frame = pl.DataFrame(
        {
            "row_id": [1, 1, 1],
            "segment": [0, 1, 2],
            "period_start": [date(2026, 4, 1), date(2026, 4, 8), date(2026, 4, 18)],
            "period_end": [date(2026, 4, 8), date(2026, 4, 18), date(2026, 5, 1)],
            "bill_energy_dwh": [1_000_001] * 3,
        }
    )
    found = pricing.split_by_days(frame)["energy_dwh"]
    assert found.to_list() == [233_333, 333_334, 433_334]


MINIMUM = (
    HEADER.replace("capacity: {unit: A, sizes: [10, 15, 20, 30, 40, 50, 60]}", "capacity: {unit: contract}")
    + """
  - from: 2024-04-01
    components:
      - {code: minimum, kind: minimum_charge, block_kwh: 15, price: {amount: 522.58, source: page}}
      - code: energy
        kind: tiers
        from_kwh: 15
        steps:
          - {up_to_kwh: 120, price: {amount: 20.21, source: page}}
          - {up_to_kwh: null, price: {amount: 25.61, source: page}}
      - {code: fuel, kind: fuel, product: regulated_lv, block_kwh: 15}
      - {code: government_discount, kind: government_discount, block_kwh: 15}
      - {code: levy, kind: levy, block_kwh: 15}
"""
)


@pytest.mark.parametrize(
    ("kwh", "total"),
    [
        # 522.58 - 30.50 - 15 x 3.5 + floor(15 x 4.18) = 501.58: the block is owed in full
        (4, 501),
        # 522.58 + 105 x 20.21 + 30 x 25.61 - 30.50 - 135 x 2 - 150 x 3.5 + floor(62.70 + 135 x 4.18)
        (150, 3214),
    ],
)
def test_a_minimum_charge_has_blocks_of_its_own(kwh, total):
    values = {"fuel": "-2", "fuel_block": "-30.50", "levy": "4.18", "government_discount": "3.5"}
    found = price(usage((kwh, None), **values), MINIMUM)
    assert found.totals["total_minor"][0] == total


def test_a_block_unit_that_nobody_published_is_refused():
    found = price(usage((150, None), **MARKET), MINIMUM)
    assert found.refusals.select("code", "detail").row(0) == ("value_missing", "fuel_block")
