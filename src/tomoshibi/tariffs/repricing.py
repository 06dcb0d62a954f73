"""A plan document with all its prices changed by a rule: for a new tax rate, or a rise by so many per cent."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

CENT = 2
"""Prices are written with two decimals at least, whatever a rule makes of them."""


def with_prices(document: Mapping[str, Any], change: Callable[[Fraction], Fraction]) -> dict[str, Any]:
    """
    A one-version document with other prices.

    :param change: the new amount of a price, exact; it is cut off to the decimals of the old one (two at least), as
        the companies did when the tax rose in 2019 (30.02 yen x 110 / 108 = 30.5759 became 30.57)
    """
    (version,) = document["versions"]
    parts = [_changed(part, change) for part in version["components"]]
    return dict(document) | {"versions": [dict(version) | {"components": parts}]}


def _changed(value: Any, change: Callable[[Fraction], Fraction]) -> Any:
    if isinstance(value, Mapping):
        # A percentage is no price: what it is taken of has changed already.
        found = {key: item if key == "percent" else _changed(item, change) for key, item in value.items()}
        return found | {"amount": _amount(str(value["amount"]), change)} if "amount" in value else found
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_changed(item, change) for item in value]
    return value


def _amount(text: str, change: Callable[[Fraction], Fraction]) -> str:
    decimals = max(CENT, len(text.partition(".")[2]))
    exact = change(Fraction(text)) * 10**decimals
    cut = floor(abs(exact))
    sign = "-" if exact < 0 and cut else ""
    whole, rest = divmod(cut, 10**decimals)
    return f"{sign}{whole}.{rest:0{decimals}d}"
