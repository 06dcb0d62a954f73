"""Months that nobody published: usable for a demo, never mistaken for a notice."""

import pytest

from tests.masters.conftest import TODAY
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import micro
from tomoshibi.masters import operations, queries, values
from tomoshibi.masters.models import MonthlyAmount


@pytest.mark.usefixtures("in_transaction")
def test_every_area_has_units_for_the_demo_and_each_says_that_it_is_invented():
    operations.load_shipped(on=TODAY, with_banks=False, invented=True)
    for area in values.AREAS:
        month = Month(2025, 8)
        while month <= Month(2027, 3):
            unit = queries.fuel_unit(area=area, month=month)
            certain = area in {"02", "03", "04", "09"} and month in {Month(2026, 2), Month(2026, 3)}
            assert unit.invented != certain, (area, month)
            assert not unit.published
            month = month.plus(1)
    # The one unit of these months that a printed bill shows is met by the invented prices behind it.
    assert queries.fuel_unit(area="03", month=Month(2026, 10)).price_micro_per_kwh == micro("-5.80")


@pytest.mark.usefixtures("shipped")
def test_without_the_demo_nothing_is_invented():
    with pytest.raises(queries.MasterMissing, match="2026-05"):
        queries.fuel_unit(area="03", month=Month(2026, 10))


@pytest.mark.usefixtures("in_transaction")
def test_lamps_of_the_demo_have_units_that_say_they_are_invented():
    operations.load_shipped(on=TODAY, with_banks=False, invented=True)
    kinds = ("lamp_10w", "lamp_20w", "lamp_40w", "lamp_60w", "lamp_100w", "lamp_100w_each")
    kinds += ("device_50va", "device_100va", "device_50va_more")
    month = Month(2025, 8)
    while month <= Month(2027, 3):
        for value in ("fuel", "levy"):
            for kind in kinds:
                assert queries.monthly_amount(code=f"{value}_lamp_{kind}", area="09", month=month) is not None
        unit = queries.fuel_unit(area="09", month=month).price_micro_per_kwh
        tenth = queries.monthly_amount(code="fuel_lamp_lamp_10w", area="09", month=month)
        assert abs(tenth - unit * 389 // 100) <= micro("0.005"), "the unit per kWh times 3.89 kWh, to 0.01 yen"
        month = month.plus(1)
    rows = MonthlyAmount.objects.filter(code__contains="_lamp_")
    assert {row.source for row in rows} == {"invented for demonstration"}
