"""Why a row cannot be priced. The order is fixed: of several reasons a row carries the first."""

from enum import IntEnum


class Refusal(IntEnum):
    """Codes of rows set aside; the number is the order of precedence, the name is what is stored and shown."""

    NO_PLAN_VERSION = 1
    """No published plan version holds on the first day of the period."""
    NO_ENERGY = 2
    """No energy is given."""
    NEGATIVE_ENERGY = 3
    """Energy is below zero."""
    BAD_PERIOD = 4
    """The period ends before it starts, or lies outside its reading period, or its share has no denominator."""
    NO_CAPACITY = 5
    """The plan is priced by size and no size is given."""
    CAPACITY_NOT_OFFERED = 6
    """The plan does not offer the size."""
    VALUE_MISSING = 7
    """A published value (fuel unit, levy, monthly amount, tax rate) is missing; the detail names it."""
    BANDS_MISSING = 8
    """The plan prices by time of use and neither band energies nor half-hours are given."""
    HALF_HOURS_INCOMPLETE = 9
    """Half-hours of the period are missing."""
    BANDS_UNLIKE_ENERGY = 10
    """The energies of the bands do not add up to the energy of the bill."""
    TOO_LARGE = 11
    """An amount or energy is beyond what the engine may hold (461 million currency units a bill)."""
    INPUT_MISSING = 12
    """A number that the plan prices by (maximum demand, days of outage, devices) is missing or impossible; the detail names it."""
    SPOT_PRICE_MISSING = 13
    """The market has no price for a half-hour of the period; the detail names the first."""
    NO_PURCHASE_PRICE = 14
    """The plan has no price for the plant's certification or year since first delivery; the detail names the year."""

    @property
    def code(self) -> str:
        return self.name.lower()
