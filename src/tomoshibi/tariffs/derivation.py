"""A line as people read it: ``180 kWh x 36.40 = 6,552.00``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from tomoshibi.kernel.units import E10, MICRO, plain
from tomoshibi.tariffs.shapes.shape import in_language
from tomoshibi.tariffs.values import Component

SHARE = "share"
PERCENT = "%"
"""A number that explains another line; it has no price and no amount."""


@dataclass(frozen=True)
class Derivation:
    """
    One line with how it came about.

    :param text: the calculation in words that every language reads
    """

    no: int
    segment: int
    code: str
    label: Mapping[str, str]
    quantity: str
    unit: str
    price: str
    share: str
    amount: str
    text: str
    sources: tuple[str, ...]


def of_lines(lines: pl.DataFrame, components: Mapping[int, Sequence[Component]]) -> list[Derivation]:
    """
    Derivations of the lines of one bill, in their order.

    :param components: per plan version
    """
    return list(_derivations(lines, components))


def _derivations(lines: pl.DataFrame, components: Mapping[int, Sequence[Component]]) -> Iterable[Derivation]:
    for row in lines.iter_rows(named=True):
        component = components[row["plan_version"]][row["component_no"] - 1]
        quantity = thousands(plain(row["quantity"], scale=component.quantity_scale))
        price = thousands(plain(row["price_micro"], scale=MICRO))
        ratio = f"{row['ratio_num']}/{row['ratio_den']}" if row["ratio_num"] != row["ratio_den"] else ""
        amount = thousands(decimals(plain(row["amount_e10"], scale=E10)))
        per = _per(component)
        parts = [f"{quantity} {_unit(component)}".strip(), decimals(price) + (f" / {per}" if per != 1 else ""), ratio]
        if component.averaged:
            # A sum over half-hours: their number, their energy, and what a kWh came to on average.
            parts = [f"{row['ratio_num']:,} x 30 min: {parts[0]}", f"\u00d8 {decimals(price)}"]
            text = f"{' x '.join(parts)} = {amount}"
        elif component.unit == PERCENT:
            text = parts[0]
        else:
            text = f"{' x '.join(part for part in parts if part)} = {_exact(row, component)}{amount}"
        yield Derivation(
            no=component.no,
            segment=row["segment"],
            code=component.code,
            label=component.label,
            quantity=quantity,
            unit=component.unit,
            price=price,
            share=ratio,
            amount=amount,
            text=text,
            sources=tuple(map(in_language, component.sources)),
        )


def _per(component: Component) -> int:
    """So many units the price is for (10 A); amounts per contract have none."""
    per: int = component.rule.get("per", 1) if component.unit in {"A", "kVA", "kW"} else 1
    return per


def _exact(row: Mapping[str, int], component: Component) -> str:
    """What the line came to before it was rounded, where that differs."""
    exact = Fraction(row["quantity"] * row["price_micro"] * row["ratio_num"], row["ratio_den"])
    exact *= Fraction(E10, MICRO * component.quantity_scale * _per(component))
    if exact == row["amount_e10"]:
        return ""
    shown = thousands(decimals(plain(int(exact), scale=E10)))
    return f"{shown}{'' if exact.denominator == 1 else '...'} -> "


def _unit(component: Component) -> str:
    return "" if component.unit in {"contract", "piece", SHARE} else component.unit


def decimals(text: str) -> str:
    """At least two decimals, all that there are."""
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest:0<2}"


def thousands(text: str) -> str:
    """``-12345.60`` as ``-12,345.60``."""
    sign, size = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, dot, rest = size.partition(".")
    return f"{sign}{int(whole):,}{dot}{rest}"
