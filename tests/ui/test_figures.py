"""Figures and dates as people read them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.ui import charts, currency, figures


@pytest.fixture(autouse=True)
def _yen():
    currency.activate("JPY")
    yield
    currency.forget()


@pytest.mark.parametrize(
    ("amount", "code", "text"),
    [(28114, "JPY", "28,114"), (-1204311, "JPY", "−1,204,311"), (2811405, "CNY", "28,114.05"), (-5, "CNY", "−0.05")],
)
def test_money(amount, code, text):
    assert figures.money(amount, currency.KNOWN[code]) == text


@pytest.mark.parametrize(("code", "points", "written"), [("JPY", 7163, "7,163"), ("CNY", 71.63, "71.63")])
def test_a_chart_draws_whole_units_and_writes_money(code, points, written):
    currency.activate(code)
    drawn = charts.of_money("bill", [7163, None], kind="line", curve=True)
    assert list(drawn.points) == [points, None]
    assert drawn.shown() == [written, "–"]


@pytest.mark.parametrize(
    ("energy", "decimals", "text"),
    [(8_120_000, None, "812"), (8_120_137, None, "812.0137"), (8_125_000, 4, "812.5000"), (-1, None, "−0.0001")],
)
def test_energy(energy, decimals, text):
    assert figures.kwh(energy, decimals) == text


@given(st.integers(-(2**62), 2**62))
def test_no_digit_is_lost(value):
    text = figures.decimal(value, scale=10_000).replace(",", "").replace("−", "-")
    whole, _point, rest = text.lstrip("-").partition(".")
    assert int(whole) * 10_000 + int(rest.ljust(4, "0") or 0) == abs(value)
    assert text.startswith("-") == (value < 0)


def test_dates_follow_the_language():
    with translation.override("ja"):
        assert figures.day_with_weekday(date(2026, 11, 20)) == "2026-11-20 (金)"
        assert figures.day_in_words(date(2026, 11, 21)) == "2026年11月21日"
    with translation.override("en"):
        assert figures.day_with_weekday(date(2026, 11, 20)) == "2026-11-20 (Fri)"
        assert figures.day_in_words(date(2026, 11, 21)) == "2026-11-21"


def test_a_period_names_its_last_day():
    assert figures.period(Period(date(2026, 10, 18), date(2026, 11, 18))) == "2026-10-18 – 2026-11-17"


def test_months_stand_in_three_forms():
    assert {figures.month(m) for m in (Month(2026, 10), 202610, date(2026, 10, 31))} == {"2026-10"}


def test_a_moment_is_at_the_companys_place():
    assert figures.moment(datetime(2026, 11, 20, 15, 30, tzinfo=UTC)) == "2026-11-21 00:30"


def test_the_currency_is_asked_once(monkeypatch):
    asked = []
    monkeypatch.setattr(currency, "_source", [lambda: asked.append(1) or "CNY"])
    currency.forget()
    assert [figures.money(100), figures.money(250)] == ["1.00", "2.50"]
    assert asked == [1]


def test_a_moment_is_shown_with_its_day_at_the_companys_place():
    """The database gives moments at Greenwich: eight in the morning of Tokyo is the evening before there."""
    assert figures.day(datetime(2026, 12, 2, 23, 0, tzinfo=UTC)) == "2026-12-03"
    assert figures.day_with_weekday(datetime(2026, 12, 2, 23, 0, tzinfo=UTC)).startswith("2026-12-03 (")
