"""Numbers of a plan document that the engine could not hold, or that would price nonsense: too fine, too large, below zero."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.shapes.shape import Complaint, Part


@dataclass(frozen=True)
class Bounds:
    """
    :param places: decimals that are kept
    :param above: whether the lowest number itself is refused
    """

    places: int
    low: int
    high: int
    above: bool = False


_NUMBER = re.compile("-?[0-9]+([.][0-9]+)?")
_KWH = Bounds(4, 0, 10**9)
_SIZE = Bounds(3, 0, 10**6, above=True)
_PLAIN: Mapping[str, Bounds] = {
    "up_to_kwh": _KWH,
    "from_kwh": _KWH,
    "below_kwh": _KWH,
    "within_kwh": _KWH,
    "block_kwh": Bounds(0, 0, 1_000),
    "per": Bounds(0, 1, 10**6),
    "percent": Bounds(0, 1, 1_000),
    "first_months": Bounds(0, 1, 1_200),
    "contracts": Bounds(0, 2, 10**6),
    "until_year": Bounds(0, 1, 1_200),
}
_A_SHARE = Bounds(4, 0, 100)
_PER_KWH = Bounds(6, -10_000, 10_000)
_PRICES: Mapping[str, Bounds] = {
    # below zero for a discount; a share of a share is bounded, so that no bill grows beyond what it may hold
    "percent": Bounds(4, -1_000, 1_000),
    "billed_percent": Bounds(4, 0, 1_000),
    "tax_percent": Bounds(4, 0, 100),
    "flat": Bounds(6, 0, 10**9),
    "per_month_left": Bounds(6, 0, 10**9),
    **dict.fromkeys(("fee", "margin", "floor", "cap", "refund_below", "charge_above"), _PER_KWH),
}
_SHARES = {("late_interest", "percent"), ("deferral", "percent")}
_ABOVE = Bounds(6, 0, 10_000)
_ENERGY_KINDS, _MARKET_KINDS = {"bands", "band_tiers", "seasons", "season_tiers"}, {"market_linked", "market_average"}


def complaints(document: Part) -> Iterator[Complaint]:
    """Complaints about the numbers of a document whose form is right."""
    yield from _inside(document, (), "")


def _inside(value: Any, path: Path_, kind: str) -> Iterator[Complaint]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(item, (*path, index), kind)
    if not isinstance(value, Mapping):
        return
    if path[-2:-1] == ("components",):
        kind = str(value["kind"])
    if {"amount", "source"} <= set(value):
        bounds = _of_price(path)
        yield from _outside(value["amount"], (*path, "amount"), bounds) if bounds else ()
    elif set(value) == {"unit", "mode"}:
        yield from _outside(value["unit"], (*path, "unit"), Bounds(_places_of_step(path, kind), 0, 10**6, above=True))
    for key, item in value.items():
        if key in _PLAIN and _NUMBER.fullmatch(str(item)):  # ``per: slot`` is a word
            yield from _outside(item, (*path, key), _PLAIN[key])
        yield from _inside(item, (*path, key), kind)
    if path == ("capacity",):
        for index, size in enumerate(value.get("sizes", ())):
            yield from _outside(size, (*path, "sizes", index), _SIZE)
    if path[-1:] == ("first",):
        yield from _outside(value["size"], (*path, "size"), _SIZE)


def _of_price(path: Path_) -> Bounds | None:
    if path[-2:] in _SHARES or path[-2:-1] == ("loss_percent",):
        return _A_SHARE
    if path[-2:] == ("deferral", "above"):
        return _ABOVE
    return _PRICES.get(str(path[-1]))


def _places_of_step(path: Path_, kind: str) -> int:
    if path[-1] in {"quantity", "kwh"} or (path[-1] == "round" and kind in _ENERGY_KINDS):
        return 4
    return 6 if kind in _MARKET_KINDS else 10


def _outside(value: int | str, path: Path_, bounds: Bounds) -> Iterator[Complaint]:
    number = Decimal(str(value))
    said = {"value": value, "n": bounds.places}
    if -int(number.as_tuple().exponent) > bounds.places and number != number.to_integral_value():
        if not bounds.places:
            yield path, _("%(value)s is not what is wanted: %(wanted)s") % {**said, "wanted": _("a whole number")}, True
        elif number != round(number, bounds.places):
            yield path, _("%(value)s has more than %(n)s decimals") % said, True
    if number < bounds.low:
        yield path, _("%(value)s is less than %(wanted)s") % {**said, "wanted": bounds.low}, True
    elif bounds.above and number == bounds.low:
        yield path, _("%(value)s is not above %(wanted)s") % {**said, "wanted": bounds.low}, True
    elif number > bounds.high:
        yield path, _("%(value)s is more than %(wanted)s") % {**said, "wanted": f"{bounds.high:,}"}, True
