"""Tiers by season: a season that begins inside a period divides it as a new price does."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rating import reference, strategies
from tests.rating.shapes.one_bill import bill, complaints, document, price
from tests.rating.test_reference import SHORT, plans_of, usage
from tomoshibi.tariffs import pricing, queries

WHOLE = {"unit": 1, "mode": "half_up"}


def steps(edge, low, high):
    return [{"up_to_kwh": edge, "price": price(low)}, {"up_to_kwh": None, "price": price(high)}]


SUMMER = {"name": "summer", "months": [7, 8, 9], "steps": steps(120, "22", "33")}
OTHER = {"name": "other", "steps": steps(120, "20", "30")}
BY_DAYS = {"code": "energy", "kind": "season_tiers", "split": "days", "seasons": [SUMMER, OTHER]}
CODES = ("energy_other_tier_1", "energy_other_tier_2", "energy_summer_tier_1", "energy_summer_tier_2")
BORDER = ("2025-06-20", "2025-07-20")
BY_DAYS_OF_THE_PERIOD = {"denominator": "reading_period", "kwh": WHOLE}


def amounts(part, **given):
    found = bill(part, **({"proration": BY_DAYS_OF_THE_PERIOD} | given))
    return tuple(found.get(code) for code in CODES)


@pytest.mark.parametrize(
    ("period", "kwh", "expected"),
    [
        (("2025-07-01", "2025-08-01"), "310", (None, None, "2640", "6270")),  # all summer: 120 and 190
        (("2025-05-01", "2025-06-01"), "310", ("2400", "5700", None, None)),
        (BORDER, "300", ("880", "1980", "1672", "3762")),  # 11 + 19 days: 110 and 190 kWh, tiers 44 and 76 kWh wide
        (BORDER, "60", ("440", None, "836", None)),  # 22 and 38 kWh: all below
        (BORDER, "0", (None, None, None, None)),
        # 10 days of June, 92 of summer, 10 of October: the other season comes twice, 10 + 10 kWh in 11 + 11 kWh of tier
        (("2025-06-21", "2025-10-11"), "112", ("400", None, "2024", None)),
    ],
)
def test_split_by_days(period, kwh, expected):
    assert amounts(BY_DAYS, kwh=kwh, period=period) == expected


def test_a_part_of_a_reading_period_has_the_tiers_of_its_days():
    found = amounts(BY_DAYS, kwh="120", period=("2025-06-26", "2025-07-20"), reading=BORDER)
    assert found == ("400", "150", "1672", "627")  # 5 + 19 of 30 days: 25 and 95 kWh, tiers 20 and 76 kWh wide


@pytest.mark.parametrize("policy", ["never", BY_DAYS_OF_THE_PERIOD | {"applies_to": ["basic"]}])
def test_tiers_that_are_not_shared_by_days_are_owed_once_a_bill(policy):
    # 110 kWh of June fill the first tier, summer has 10 left of it.
    assert amounts(BY_DAYS, kwh="300", period=BORDER, proration=policy) == ("2200", None, "220", "5940")


def test_energies_of_seasons_are_rounded_and_add_up():
    found = amounts(BY_DAYS | {"round": WHOLE}, kwh="100", period=BORDER)  # 36.67 -> 37, 63
    assert found == ("740", None, "1386", None)
    exact = amounts(BY_DAYS, kwh="100", period=BORDER)  # 36.6666 and 63.3334 kWh
    assert exact == ("733.332", None, "1393.3348", None)


def test_a_season_that_comes_twice_is_one_line_for_each_step():
    cut = {"rounding": {"line": {"unit": 1, "mode": "floor"}}}
    period = ("2025-06-21", "2025-10-11")
    found = amounts(BY_DAYS, kwh="1.12", period=period, **cut)  # 0.1 kWh in June and 0.1 in October: 2 + 2 yen
    assert found == ("4", None, "20", None)


def test_split_by_half_hours():
    part = BY_DAYS | {"split": "half_hours"}
    period = ("2025-06-30", "2025-07-02")
    hours = [800_000, *[0] * 47, 400_000, *[0] * 47]  # 80 kWh in June, 40 in July; half of 120 kWh wide, each
    assert amounts(part, kwh="120", period=period, half_hours=hours) == ("1200", "600", "880", None)
    assert bill(part, kwh="120", period=period)[0] == "bands_missing"


def test_each_tier_may_have_edges_of_its_season_alone():
    own = BY_DAYS | {"seasons": [SUMMER | {"steps": [{"up_to_kwh": None, "price": price("25")}]}, OTHER]}
    found = bill(own, kwh="300", period=BORDER, proration=BY_DAYS_OF_THE_PERIOD)
    assert (found["energy_summer_tier_1"], found["energy_other_tier_1"]) == ("4750", "880")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"split": None}, ""),
        ({"seasons": [SUMMER, OTHER | {"months": [9, 10]}]}, ".seasons"),
        ({"seasons": [SUMMER, OTHER | {"months": [10]}]}, ".seasons"),
        ({"seasons": [SUMMER | {"steps": SUMMER["steps"][:1]}, OTHER]}, ".seasons.0.steps.0.up_to_kwh"),
        ({"seasons": [SUMMER, OTHER | {"steps": [*steps(120, "1", "2")[:1], *steps(100, "1", "2")]}]}, ".seasons.1.steps.1.up_to_kwh"),
    ],
)  # fmt: skip
def test_lint_refuses_seasons_and_steps_that_leave_something_out(change, place):
    found = {key: value for key, value in (BY_DAYS | change).items() if value is not None}
    assert f"versions.0.components.0{place}" in complaints(found)


def test_lint_refuses_an_energy_from_half_hours_whose_name_another_has():
    timed = BY_DAYS | {"split": "half_hours"}
    night = {"name": "other", "price": price("1")}
    bands = {"code": "more", "kind": "bands", "bands": [night]}
    assert "versions.0.components.1.bands" in complaints(timed, bands)
    again = {**timed, "code": "more"}
    assert "versions.0.components.1.seasons" in complaints(timed, again)


def test_lint_wants_tiers_of_half_hours_to_be_shared_by_days():
    timed = BY_DAYS | {"split": "half_hours"}
    assert complaints(timed, proration="never") == ["versions.0.components"]
    assert complaints(BY_DAYS, proration="never") == []


def test_lines_say_season_and_step_and_the_plan_page_its_rule():
    named = BY_DAYS | {"seasons": [SUMMER | {"label": {"ja": "夏季", "en": "summer"}}, OTHER]}
    labels = {one.code: one.label for one in queries.components_of(document(named))}
    assert labels["energy_summer_tier_1"]["ja"].endswith("夏季 第1段階 0〜120kWh")
    assert labels["energy_summer_tier_2"]["en"].endswith("summer step 2 above 120 kWh")
    assert labels["energy_other_tier_1"]["zh"].endswith("other 第1档 0-120 kWh")


SUMMER_MONTHS = {7, 8, 9}


@st.composite
def seasons_and_versions(draw):
    """A plan with seasons, and plans without them that have the tiers of one of its seasons each."""
    policy = draw(st.one_of(st.just("never"), strategies.proration()))
    energies = {"summer": draw(strategies.tier_component(0)), "other": draw(strategies.tier_component(0))}
    levy = {"code": "levy", "kind": "levy"}
    header = {"rounding": {"line": "exact"}, "change": "days", "proration": policy}
    summer, other = (SUMMER | {"steps": energies["summer"]["steps"]}, OTHER | {"steps": energies["other"]["steps"]})
    with_seasons = document(BY_DAYS | {"seasons": [summer, other]}, levy, **header)
    return with_seasons, {name: document(energy, levy, **header) for name, energy in energies.items()}


@SHORT
@given(seasons_and_versions(), st.dates(date(2025, 5, 20), date(2025, 9, 29)), st.integers(1, 130), st.integers(0, 900))
def test_seasons_price_like_versions_without_seasons(plans, first, days, kwh):
    """A border is like one between two versions: the same energy and the same tiers each side, to the last digit."""
    with_seasons, versions = plans
    last = first + timedelta(days=days)
    edges = [first, *(day for day in (date(2025, 7, 1), date(2025, 10, 1)) if first < day < last), last]

    def parts(plan_of, edges):
        return [
            reference.Part(plan_of(start), Fraction(kwh), start, end, first, last, size=Fraction(1), discounts=())
            for start, end in pairwise(edges)
        ]

    one = usage([parts(lambda _day: with_seasons, [first, last])], {"levy": Fraction("4.18")})
    pieces = parts(lambda day: versions["summer" if day.month in SUMMER_MONTHS else "other"], edges)
    divided = usage([pieces], {"levy": Fraction("4.18")}).with_columns(bill_energy_dwh=pl.col("energy_dwh"))
    programs = {number: queries.program_of(plan) for number, plan in plans_of([pieces]).values()}
    divided = pricing.split_energy(divided.drop("energy_dwh"), programs=programs)
    expected = pricing.price(usage=divided, programs=programs)
    found = pricing.price(usage=one, programs={1: queries.program_of(with_seasons)})
    assert found.totals.height == expected.totals.height == 1
    of_versions = pl.exclude("plan_version", "rules_version")
    assert found.totals.select(of_versions).equals(expected.totals.select(of_versions))
