"""Purchase prices by certification and year since first delivery: a table by hand, and the reference engine."""

from datetime import date, timedelta
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rating import reference
from tests.rating.test_reference import SHORT
from tomoshibi.kernel.units import E10
from tomoshibi.rating.refusals import Refusal
from tomoshibi.tariffs import lint, pricing, queries, values

(FIT,) = queries.shipped_plan(plan_code="fit-residential")
EPOCH = date(1970, 1, 1)


def price(rows, document=FIT):
    frame = pl.DataFrame(
        [
            {
                "row_id": number,
                "plan_version": 1,
                "capacity_milli": None,
                "energy_dwh": int(kwh * 10_000),
                "period_start": start,
                "period_end": start + timedelta(days=30),
                "tax_rate_ppm": 100_000,
                "certified_day": None if certified is None else (certified - EPOCH).days,
                "delivering_since_day": (since - EPOCH).days,
            }
            for number, (kwh, start, certified, since) in enumerate(rows)
        ],
        schema={**values.USAGE, "certified_day": pl.Int64, "delivering_since_day": pl.Int64},
    )
    return pricing.price(usage=frame, programs={1: queries.program_of(document)})


# start of the period, certified, delivering since -> yen/kWh, or the refusal with its detail
TABLE = [
    ((2026, 9, 5), (2016, 8, 1), (2016, 10, 20), 31),  # the tenth year ends on 2026-10-19
    ((2026, 10, 19), (2016, 8, 1), (2016, 10, 20), 31),  # a period that begins on its last day
    ((2026, 10, 20), (2016, 8, 1), (2016, 10, 20), ("no_purchase_price", "energy 11")),
    ((2026, 9, 5), (2019, 4, 1), (2019, 6, 1), 24),
    ((2026, 9, 5), (2019, 3, 31), (2019, 6, 1), 26),  # certified a day before the fiscal year
    ((2026, 1, 5), (2025, 10, 1), (2025, 12, 1), 24),  # first four years
    ((2029, 11, 30), (2025, 10, 1), (2025, 12, 1), 24),
    ((2029, 12, 1), (2025, 10, 1), (2025, 12, 1), Fraction("8.3")),  # years five to ten
    ((2035, 12, 1), (2025, 10, 1), (2025, 12, 1), ("no_purchase_price", "energy 11")),
    ((2026, 9, 5), (2026, 8, 1), (2026, 10, 1), ("no_purchase_price", "energy 0")),  # before the first delivery
    ((2026, 9, 5), (2009, 10, 31), (2020, 1, 1), ("no_purchase_price", "energy 7")),  # certified before there was FIT
    ((2025, 2, 28), (2020, 5, 1), (2024, 2, 29), 21),  # first year of one who began on 29 February
    ((2025, 3, 1), (2020, 5, 1), (2024, 2, 29), 21),
]


@pytest.mark.parametrize(("start", "certified", "since", "expected"), TABLE)
def test_the_price_of_a_year(start, certified, since, expected):
    found = price([(100, date(*start), date(*certified), date(*since))])
    if isinstance(expected, tuple):
        assert found.refusals.select("code", "detail").row(0) == expected
    else:
        assert found.lines["amount_e10"][0] == expected * 100 * E10
        assert found.totals["total_minor"][0] == expected * 100


def test_a_plant_without_its_day_of_certification_is_refused():
    found = price([(100, date(2026, 9, 5), None, date(2020, 1, 1))])
    assert found.refusals["code"][0] == Refusal.INPUT_MISSING.code
    assert found.refusals["detail"][0] == "certified_day"


def test_the_payment_of_a_published_month():
    # source: a generator's published payments: 231.5 kWh measured, rounded half up to 232, at 16 yen: 3,712
    found = price([(Fraction("231.5"), date(2026, 9, 5), date(2023, 6, 1), date(2023, 9, 1))])
    assert found.totals.select("total_minor", "tax_minor").row(0) == (3_712, 337)


def test_lint_names_cohorts_out_of_order_and_steps_that_do_not_rise():
    cohort = {"certified_from": "2020-04-01", "steps": [{"until_year": 10, "price": {"amount": 21, "source": "x"}}]}
    bad = {"certified_from": "2019-04-01", "steps": [*cohort["steps"], *cohort["steps"]]}
    part = {"code": "energy", "kind": "purchase", "cohorts": [cohort, bad]}
    document = FIT | {"sources": {"x": "y"}, "versions": [{"from": "2020-01-01", "components": [part]}]}
    places = [path[-1] for path, _sentence, blocking in lint.complaints(document) if blocking]
    assert places == ["certified_from", 1]


@SHORT
@given(st.data())
def test_agrees_with_the_reference(data):
    days = st.integers(0, 9_000).map(lambda n: date(2009, 6, 1) + timedelta(days=n))
    rows = [(data.draw(st.integers(0, 900)), data.draw(days), data.draw(days), data.draw(days)) for _ in range(20)]
    found = price(rows)
    totals = dict(found.totals.select("row_id", "total_minor").iter_rows())
    for number, (kwh, start, certified, since) in enumerate(rows):
        inputs = {"certified_day": (certified - EPOCH).days, "delivering_since_day": (since - EPOCH).days}
        end = start + timedelta(days=30)
        part = reference.Part(FIT, Fraction(kwh), start, end, start, end, inputs=inputs)
        try:
            expected = reference.price([part], {}, Fraction(1, 10)).total
        except reference.Refused:
            expected = None
        assert totals.get(number) == expected
