"""A line in words and exact decimals: what it is, how it came about, where its price comes from."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from tomoshibi.billing.values import Line
from tomoshibi.kernel.units import E10, E10_PER_MICRO, MICRO, plain
from tomoshibi.tariffs.values import Component

_NO_RULES: Mapping[str, tuple[str, str]] = {}
_SHARE = "share"
_PERCENT = "%"
"""A number that explains another line (power factor)."""
_LANGUAGES = {"ja": "ja", "zh": "zh", "en": "en"}
_UNITS = {
    "kWh": {"ja": "kWh", "zh": "kWh", "en": "kWh"},
    "A": {"ja": "A", "zh": "A", "en": "A"},
    "kVA": {"ja": "kVA", "zh": "kVA", "en": "kVA"},
    "kW": {"ja": "kW", "zh": "kW", "en": "kW"},
    "contract": {"ja": "契約", "zh": "合同", "en": "contract"},
    "piece": {"ja": "件", "zh": "件", "en": "piece"},
    _SHARE: {"ja": "", "zh": "", "en": ""},
    _PERCENT: {"ja": "%", "zh": "%", "en": "%"},
}


@lru_cache(maxsize=4096)
def decimals(number_e10: int, *, at_least: int = 0) -> str:
    """An amount of 1e-10 currency with thousands separators, all its digits, and at least so many decimals."""
    whole, rest = divmod(abs(number_e10), E10)
    sign = "-" if number_e10 < 0 else ""
    digits = f"{rest:010}".rstrip("0") if rest else ""
    digits = digits.ljust(at_least, "0")
    return f"{sign}{whole:,}.{digits}" if digits else f"{sign}{whole:,}"


def grouped(number: int, *, scale: int) -> str:
    """A scaled integer with thousands separators and all its digits."""
    return decimals(number * (E10 // scale))


def line(
    row: Mapping[str, Any],
    component: Component,
    *,
    version: str,
    language: str,
    price_list_from: date | None = None,
    rules: Mapping[str, tuple[str, str]] = _NO_RULES,
) -> Line:
    """
    A stored line with its meaning.

    :param row: ``no, quantity, price_micro, ratio_num, ratio_den, amount_e10``
    :param price_list_from: first day of the plan version
    :param rules: by component how its lines are worked out and rounded, in words
    """
    worked_out, rounded = rules.get(component.component, ("", ""))
    language = _LANGUAGES.get(language[:2], "ja")
    unit = _UNITS[component.unit][language]
    share = component.unit == _SHARE
    quantity = grouped(row["quantity"], scale=component.quantity_scale)
    price = decimals(row["price_micro"] * E10_PER_MICRO, at_least=2)
    if share:
        price = f"{plain(row['price_micro'] * 100, scale=MICRO)} %"
    per = _per(row, component)
    explains = component.unit == _PERCENT
    amount = decimals(row["amount_e10"])
    formula = f"{quantity} %" if explains else f"{quantity} {unit} × {price}".replace("  ", " ")
    if component.averaged:
        # A sum over half-hours: how many, their energy, and what a kWh came to on average.
        formula = f"{row['ratio_num']:,} × 30 min: {quantity} {unit} × \u00d8 {price}"
    if per > 1:
        formula += f" / {per} {unit}"
    if row["ratio_num"] != row["ratio_den"]:
        formula += f" × {row['ratio_num']}/{row['ratio_den']}"
    return Line(
        no=row["no"],
        kind=component.group,
        text=component.label[language],
        quantity=quantity,
        unit=unit,
        price="" if explains else price if per == 1 else f"{price} / {per} {unit}",
        share="" if row["ratio_num"] == row["ratio_den"] else f"{row['ratio_num']}/{row['ratio_den']}",
        amount=amount,
        amount_e10=row["amount_e10"],
        formula=formula if explains else f"{formula} = {_before_rounding(row, component, per)}{amount}",
        rule=f"{component.component} ({component.kind})",
        version=version,
        source="; ".join(one[language] for one in component.sources),
        price_list_from=price_list_from,
        worked_out=worked_out,
        rounded=rounded,
    )


def _per(row: Mapping[str, Any], component: Component) -> int:
    """For how many units the price is (10 A), as the rule of the component says; 1 where the numbers say so."""
    per = component.rule.get("per", 1)
    if not isinstance(per, int) or per <= 1 or component.unit in {_SHARE, "kWh", "contract"}:
        return 1
    straight = row["quantity"] * row["price_micro"] * (E10_PER_MICRO // component.quantity_scale)
    return 1 if straight == row["amount_e10"] else per


def _before_rounding(row: Mapping[str, Any], component: Component, per: int) -> str:
    """What the numbers of a line come to, where its amount was rounded from that; else nothing."""
    if component.averaged:
        return ""
    exact = Fraction(row["quantity"] * row["price_micro"] * row["ratio_num"], row["ratio_den"] * per)
    exact *= Fraction(E10, MICRO * component.quantity_scale)
    if abs(exact - row["amount_e10"]) < E10_PER_MICRO:
        return ""
    more = "" if exact.denominator == 1 else "…"
    return f"{decimals(int(exact))}{more} → "


def outside_plan(row: Mapping[str, Any]) -> Line:
    """A line outside the plan."""
    amount_e10 = row["amount_minor"] * E10
    return Line(
        no=row["no"],
        kind="extra" if row["taxed"] else "untaxed",
        text=row["text"],
        quantity="1",
        unit="",
        price=decimals(amount_e10),
        share="",
        amount=decimals(amount_e10),
        amount_e10=amount_e10,
        formula=decimals(amount_e10),
        rule=row["code"],
        version="",
        source="",
    )
