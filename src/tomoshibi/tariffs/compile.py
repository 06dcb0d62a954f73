"""From a plan document with one version to the program that the engine runs."""

from collections.abc import Callable, Mapping
from typing import Any

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.kernel.units import E10, energy_dwh, micro, milli, scaled
from tomoshibi.rating.bands import Band, BandCalendar, Bands, DayType
from tomoshibi.rating.basic import Basic
from tomoshibi.rating.discounts import FixedAmount, Percentage, PerKwhAmount
from tomoshibi.rating.flat import Flat
from tomoshibi.rating.minimum import MinimumCharge
from tomoshibi.rating.monthly import Monthly
from tomoshibi.rating.monthly_minimum import MonthlyMinimum
from tomoshibi.rating.per_kwh import PerKwh
from tomoshibi.rating.program import Component, Program
from tomoshibi.rating.proration import Denominator, LengthRule, Proration, Scope
from tomoshibi.rating.rounding_policy import EXACT, RoundingPolicy, Step
from tomoshibi.rating.sheet import Group, Unit
from tomoshibi.rating.tiers import Tiers, TierStep

Part = Mapping[str, Any]
PPM_PER_PERCENT = 10_000
_DAYS = {"weekday": DayType.WEEKDAY, "saturday": DayType.SATURDAY, "holiday": DayType.HOLIDAY}


def program(document: Part) -> Program:
    """
    Compile a document that lint found sound.

    :param document: header and exactly one version (``document.versions``)
    """
    (version,) = document["versions"]
    return Program(
        components=tuple(_SHAPES[part["kind"]](part, document) for part in version["components"]),
        rounding=_rounding(version.get("rounding", {})),
        proration=_proration(version.get("proration", "never")),
        quantity=_energy_step(version["quantity"]) if "quantity" in version else None,
        tax_included=version.get("tax", "included") == "included",
    )


def _price(part: Part) -> int:
    return micro(part["amount"])


def _money_step(step: Part | str | None, default: Step) -> Step:
    if step is None:
        return default
    if isinstance(step, str):
        return Step(EXACT, Rounding.FLOOR)
    return Step(scaled(step["unit"], scale=E10), Rounding(step["mode"]))


def _energy_step(step: Part) -> Step:
    return Step(energy_dwh(step["unit"]), Rounding(step["mode"]))


def _rounding(given: Part) -> RoundingPolicy:
    default = RoundingPolicy()
    return RoundingPolicy(
        line=_money_step(given.get("line"), default.line),
        levy=_money_step(given.get("levy"), default.levy),
        total=Rounding(given.get("total", default.total)),
        tax=Rounding(given.get("tax", default.tax)),
        display=_money_step(given.get("display"), default.display),
    )


def _proration(given: Part | str) -> Proration:
    if isinstance(given, str):
        return Proration(denominator=None)
    default = Proration()
    length = given.get("length")
    return Proration(
        denominator=Denominator(given["denominator"]),
        length=length
        and LengthRule(
            days=length["days"], inclusive=length["inclusive"], denominator=Denominator(length["denominator"])
        ),
        kwh=_energy_step(given["kwh"]) if "kwh" in given else default.kwh,
        money=_money_step(given.get("money"), default.money),
        applies_to=frozenset(map(Scope, given["applies_to"])) if "applies_to" in given else default.applies_to,
    )


def _basic(part: Part, document: Part) -> Component:
    first = part.get("first")
    return Basic(
        code=part["code"],
        unit=Unit(part["unit"]),
        price_micro=_price(part["price"]),
        per=part.get("per", 1),
        first_milli=milli(first["size"]) if first else 0,
        first_price_micro=_price(first["price"]) if first else 0,
        allowed_milli=tuple(milli(size) for size in document["capacity"].get("sizes", ())),
        own=_money_step(part["round"], Step(EXACT, Rounding.FLOOR)) if "round" in part else None,
        half_at_zero_use=part.get("zero_use") == "half",
    )


def _minimum_charge(part: Part, _: Part) -> Component:
    return MinimumCharge(part["code"], _price(part["price"]), energy_dwh(part["block_kwh"]))


def _tiers(part: Part, _: Part) -> Component:
    steps = tuple(
        TierStep(None if step["up_to_kwh"] is None else energy_dwh(step["up_to_kwh"]), _price(step["price"]))
        for step in part["steps"]
    )
    return Tiers(part["code"], steps, energy_dwh(part.get("from_kwh", 0)))


def _flat(part: Part, _: Part) -> Component:
    return Flat(part["code"], _price(part["price"]))


def slots_of(hours: str) -> range:
    """Half-hour numbers of ``10:00-17:00``."""
    start, end = (int(clock[:2]) * 2 + (clock[3] == "3") for clock in hours.split("-"))
    return range(start, end)


def claims(part: Part) -> dict[tuple[int, int, int], list[int]]:
    """
    Which bands claim each half-hour by their conditions.

    :returns: numbers of bands per (month 0..11, day type, slot)
    """
    found: dict[tuple[int, int, int], list[int]] = {
        (month, day, slot): [] for month in range(12) for day in DayType for slot in range(48)
    }
    for number, band in enumerate(part["bands"]):
        mine = set()
        for condition in band.get("when", ()):
            months = [month - 1 for month in condition.get("months", range(1, 13))]
            days = [_DAYS[day] for day in condition.get("days", _DAYS)]
            slots = [slot for hours in condition.get("hours", ["00:00-24:00"]) for slot in slots_of(hours)]
            mine |= {(month, day, slot) for month in months for day in days for slot in slots}
        for place in mine:
            found[place].append(number)
    return found


def _bands(part: Part, _: Part) -> Component:
    claimed = claims(part)
    rest = next((number for number, band in enumerate(part["bands"]) if "when" not in band), None)

    def band_at(month: int, day: int, slot: int) -> int:
        owners = claimed[month, day, slot]
        assert len(owners) <= 1, "lint refuses bands that overlap"
        owner = owners[0] if owners else rest
        assert owner is not None, "lint refuses bands with gaps"
        return owner

    table = tuple(
        tuple(tuple(band_at(month, day, slot) for slot in range(48)) for day in DayType) for month in range(12)
    )
    return Bands(
        code=part["code"],
        bands=tuple(Band(band["name"], _price(band["price"])) for band in part["bands"]),
        calendar=BandCalendar(table),
        rounding=_energy_step(part["round"]) if "round" in part else None,
        remainder=part.get("remainder", ""),
    )


def _fuel(part: Part, _: Part) -> Component:
    return PerKwh(part["code"], "fuel", Group.FUEL, block_dwh=energy_dwh(part.get("block_kwh", 0)))


def _levy(part: Part, _: Part) -> Component:
    block = energy_dwh(part.get("block_kwh", 0))
    return PerKwh(part["code"], "levy", Group.LEVY, block_dwh=block, block_from_unit=True)


def _government_discount(part: Part, _: Part) -> Component:
    block = energy_dwh(part.get("block_kwh", 0))
    return PerKwh(part["code"], "government_discount", Group.SUBSIDY, sign=-1, block_dwh=block, block_from_unit=True)


def _published_per_kwh(part: Part, _: Part) -> Component:
    return PerKwh(
        part["code"],
        part["value"],
        Group(part["group"]),
        sign=part.get("sign", 1),
        block_dwh=energy_dwh(part.get("block_kwh", 0)),
        block_from_unit=part.get("block_from_unit", False),
    )


def _published_monthly(part: Part, _: Part) -> Component:
    unit = Unit(part["unit"])
    return Monthly(part["code"], part["value"], unit, part.get("per", 1) * 1_000, part.get("sign", 1))


def _monthly_minimum(part: Part, _: Part) -> Component:
    return MonthlyMinimum(part["code"], _price(part["price"]), tuple(part["of"]))


def _fixed(part: Part, _: Part) -> Component:
    return FixedAmount(
        part["code"], _price(part["price"]), part.get("when", ""), part.get("times", ""), part.get("prorated", False)
    )


def _per_kwh(part: Part, _: Part) -> Component:
    limit = energy_dwh(part["up_to_kwh"]) if "up_to_kwh" in part else None
    return PerKwhAmount(part["code"], _price(part["price"]), part.get("when", ""), limit)


def _percent(part: Part, _: Part) -> Component:
    ppm = scaled(part["percent"]["amount"], scale=PPM_PER_PERCENT)
    return Percentage(part["code"], ppm, tuple(part["of"]), part.get("when", ""), part.get("times", ""))


_SHAPES: Mapping[str, Callable[[Part, Part], Component]] = {
    "basic": _basic,
    "minimum_charge": _minimum_charge,
    "tiers": _tiers,
    "flat": _flat,
    "bands": _bands,
    "fuel": _fuel,
    "levy": _levy,
    "government_discount": _government_discount,
    "published_per_kwh": _published_per_kwh,
    "published_monthly": _published_monthly,
    "monthly_minimum": _monthly_minimum,
    "fixed": _fixed,
    "per_kwh": _per_kwh,
    "percent": _percent,
}
