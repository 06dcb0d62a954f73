"""Golden values that bills take from masters: units of fuel and islands step by step, the tax of the bill over a change."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.units import MICRO, micro, scaled
from tomoshibi.masters import fuel, queries, values
from tomoshibi.rating import totals
from tomoshibi.rating.bands import DayType
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import daytypes

FILES = sorted((Path(__file__).parents[1] / "rating" / "golden" / "masters").glob("*.yaml"))


def golden(kind):
    found = {file.stem: yaml.safe_load(file.read_text("utf-8")) for file in FILES}
    return [pytest.param(one, id=name) for name, one in found.items() if one["kind"] == kind]


def computed(given, *, island=None):
    weights = {f"{name}_ppm": scaled(weight, scale=MICRO) for name, weight in given["weights"].items()}
    formula = values.FuelFormula(
        base_price_yen=given["base"],
        base_unit_micro=micro(given["base_unit"]),
        cap_price_yen=given.get("cap"),
        **weights,
    )
    prices = values.FuelPrices.of(*(str(given["prices"][name]) for name in ("crude", "lng", "coal")))
    return fuel.compute_unit(formula=formula, prices=prices, island=island)


def test_every_file_names_its_source_and_is_read():
    assert {yaml.safe_load(file.read_text("utf-8"))["kind"] for file in FILES} == {
        "fuel formula", "island adjustment", "spanning bill", "tax rate", "government discount", "kinds of days",
    }  # fmt: skip
    assert all("# source:" in file.read_text("utf-8") for file in FILES)


@pytest.mark.parametrize("given", golden("fuel formula") + golden("island adjustment"))
def test_the_window_of_a_month(given):
    usual = fuel.USUAL_WINDOW
    rule = values.PriceWindow(given.get("lag_months", usual.lag_months), given.get("window_months", usual.months))
    window = fuel.window_of(Month.parse(str(given["month"])), window=rule)
    assert [str(window[0]), str(window[-1])] == given["window"]


@pytest.mark.parametrize("given", golden("fuel formula"))
def test_fuel_unit_step_by_step(given):
    found = computed(given)
    assert [[step.text, step.value] for step in found.steps] == given["steps"]
    assert found.price_micro_per_kwh == micro(given["unit"])


@pytest.mark.parametrize("given", golden("island adjustment"))
def test_island_unit_step_by_step(given):
    beside = values.FuelUnit(price_micro_per_kwh=micro(given["fuel_unit"]))
    found = fuel.with_island(beside, computed(given))
    assert [[step.text, step.value] for step in found.steps] == given["steps"]
    assert found.price_micro_per_kwh == micro(given["unit"])


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("given", golden("spanning bill"))
def test_one_rate_for_the_bill_over_a_change(given):
    for bill in given["bills"]:
        start, end = bill["period"]
        assert isinstance(start, date)
        rate = queries.RateBook().tax_rate_of_bill(
            period=Period(start, end), fixed_on=end, continuing=bill["continuing"]
        )
        assert rate.rate_ppm == bill["rate"] * 10_000, bill
        assert tax_in(given["total"], rate=rate) == bill["tax"], bill


def tax_in(total, *, rate):
    policy = Program(components=()).rounding
    (found,) = totals.included_tax(np.array([total]), rate_ppm=np.array([rate.rate_ppm]), policy=policy)
    return found


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("given", golden("tax rate"))
def test_the_rate_of_a_day_and_the_tax_in_a_total(given):
    for one in given["days"]:
        rate = queries.tax_rate(on=one["day"])
        assert (rate.rate_ppm, tax_in(one["total"], rate=rate)) == (one["rate"] * 10_000, one["tax"]), one


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("given", golden("government discount"))
def test_the_discount_of_a_month_of_use_by_voltage_and_area(given):
    book = queries.RateBook()
    for one in given["months"]:
        asked = {"usage_month": Month.parse(str(one["month"])), "voltage": one["voltage"], "area": one.get("area", "")}
        assert book.government_discount(**asked) == micro(one["unit"]), one


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("given", golden("kinds of days"))
def test_the_kind_of_a_day_at_an_area(given):
    for one in given["days"]:
        (kind,) = daytypes.day_types(Period(one["day"], one["day"] + timedelta(days=1)), area=one["area"])
        assert DayType(kind).name.lower() == one["is"], one
