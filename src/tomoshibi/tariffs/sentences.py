"""What refusal codes say to people."""

from django.utils.translation import gettext_lazy as _

from tomoshibi.rating.refusals import Refusal
from tomoshibi.tariffs import values

REFUSALS = {
    Refusal.NO_PLAN_VERSION.code: _("no published version of the plan holds on the first day of the period"),
    Refusal.NO_ENERGY.code: _("there is no energy for the period"),
    Refusal.NEGATIVE_ENERGY.code: _("the energy is below zero"),
    Refusal.BAD_PERIOD.code: _("the period ends before it starts or lies outside its reading period"),
    Refusal.NO_CAPACITY.code: _("the plan is priced by size, and the contract has none"),
    Refusal.CAPACITY_NOT_OFFERED.code: _("the plan does not offer this size, but these"),
    Refusal.VALUE_MISSING.code: _("a published value is missing"),
    Refusal.BANDS_MISSING.code: _("the plan prices by time of use, and there are no half-hours"),
    Refusal.HALF_HOURS_INCOMPLETE.code: _("half-hours of the period are missing"),
    Refusal.BANDS_UNLIKE_ENERGY.code: _("the half-hours do not add up to the energy of the bill"),
    Refusal.INPUT_MISSING.code: _("a number that the plan prices by is missing"),
    Refusal.TOO_LARGE.code: _("an amount or energy is larger than a bill can hold"),
    Refusal.SPOT_PRICE_MISSING.code: _(
        "the spot prices of the masters lack a half-hour of the period (import the market's file there)"
    ),
    Refusal.NO_PURCHASE_PRICE.code: _("the plan has no price for the plant's certification or year of delivery"),
    values.NOT_HELD: _("no version of the plan holds today"),
    values.OTHER_UNIT: _("the plan has sizes of another unit"),
}

PUBLISHED = {
    "fuel": _("Fuel adjustment unit"),
    "fuel_block": _("Fuel adjustment unit"),
    "levy": _("Renewable levy"),
    "government_discount": _("Government discount"),
    "tax_rate": _("Tax rate"),
    "capacity_contribution": _("Capacity contribution"),
    "supply_cost": _("Supply-cost adjustment"),
}
"""Published values by the names that a refusal carries; other published amounts of a plan keep their codes."""
