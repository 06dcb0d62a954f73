"""
The fuel cost adjustment (燃料費調整): three customs prices to a unit per kWh, in exact integers.

Source of the rule: the clause 燃料費調整 of the regulated terms (average to 100 yen, unit to 0.01 yen, both half-up).
"""

from collections.abc import Sequence
from dataclasses import replace

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.kernel.units import MICRO, plain
from tomoshibi.masters.values import FuelFormula, FuelPrices, FuelUnit, PriceWindow, Step

AVERAGE_UNIT_YEN = 100
SEN_MICRO = MICRO // 100
YEN_PER_STEP = 1_000
USUAL_WINDOW = PriceWindow()
"""The regulated terms of all companies: 1-3 is billed in 6 ... 12-2 in 5."""
LONGEST_LAG_MONTHS = 24
PUBLISHED_MONTHS = 3
"""Averages of so many months are published as such; others are made of the single months."""


class AverageUnknown(ValueError):
    """The formula needs either the customs prices with all weights, or a published average price."""


def window_of(month: Month, *, window: PriceWindow = USUAL_WINDOW) -> tuple[Month, ...]:
    """The months of trade statistics behind a billing month, as the product's terms have it."""
    first = month.plus(-window.lag_months)
    return tuple(first.plus(n) for n in range(window.months))


def billed_month(first: Month, *, window: PriceWindow = USUAL_WINDOW) -> Month:
    """The billing month of the window that begins with ``first``."""
    return first.plus(window.lag_months)


def average_price(prices: FuelPrices, formula: FuelFormula) -> tuple[int, Step]:
    """
    Weighted average fuel price, half-up to 100 yen [yen/kl], with its derivation.

    :raises AverageUnknown: if a weight is missing
    """
    weights = (formula.alpha_ppm, formula.beta_ppm, formula.gamma_ppm)
    if None in weights:
        raise AverageUnknown("the weights of crude, LNG and coal are not all known")
    sums = (prices.crude_yen_per_kl, prices.lng_yen_per_t, prices.coal_yen_per_t)
    exact_micro = sum(price * (weight or 0) for price, weight in zip(sums, weights, strict=True))
    average = divide(exact_micro, AVERAGE_UNIT_YEN * MICRO, rounding=Rounding.HALF_UP) * AVERAGE_UNIT_YEN
    terms = " + ".join(
        f"{price:,} x {plain(weight or 0, scale=MICRO)}" for price, weight in zip(sums, weights, strict=True) if weight
    )
    return average, Step(text=f"{terms} = {_number(exact_micro)}", value=f"{average:,}", kind="average")


def compute_unit(
    *,
    formula: FuelFormula,
    prices: FuelPrices | None = None,
    average_yen: int | None = None,
    island: FuelUnit | None = None,
) -> FuelUnit:
    """
    The unit of a billing month with every step behind it.

    :param prices: average customs prices of the window; or
    :param average_yen: the average fuel price as published [yen/kl]
    :param island: the island adjustment of the same month, added to unit and block after rounding
    :raises AverageUnknown: without one of the two
    """
    steps: list[Step] = []
    if average_yen is None:
        if prices is None:
            raise AverageUnknown("neither customs prices nor an average fuel price is known")
        average_yen, step = average_price(prices, formula)
        steps.append(step)
    counted_yen = average_yen
    if formula.cap_price_yen is not None and average_yen > formula.cap_price_yen:
        counted_yen = formula.cap_price_yen
        steps.append(Step(f"min({average_yen:,}, {formula.cap_price_yen:,})", f"{counted_yen:,}", "cap"))
    unit, step = _unit(counted_yen, formula.base_price_yen, formula.base_unit_micro, kind="unit")
    steps.append(step)
    if formula.special_add_micro:
        before, unit = unit, unit + formula.special_add_micro
        steps.append(_sum_step("special", before, formula.special_add_micro, unit))
    block = None
    if formula.block_kwh and formula.block_base_unit_micro is not None:
        block, step = _unit(counted_yen, formula.base_price_yen, formula.block_base_unit_micro, kind="block")
        steps.append(step)
    result = FuelUnit(
        price_micro_per_kwh=unit,
        block_micro=block,
        block_kwh=formula.block_kwh if block is not None else None,
        average_yen=average_yen,
        steps=tuple(steps),
    )
    return with_island(result, island) if island else result


def with_island(unit: FuelUnit, island: FuelUnit) -> FuelUnit:
    """Add the island adjustment (離島ユニバーサルサービス調整) to a unit; its own steps come before the sum."""
    total = unit.price_micro_per_kwh + island.price_micro_per_kwh
    steps = [
        *unit.steps,
        *(replace(step, kind=f"island_{step.kind}") for step in island.steps),
        _sum_step("with_island", unit.price_micro_per_kwh, island.price_micro_per_kwh, total),
    ]
    block = unit.block_micro
    if block is not None and unit.block_kwh:
        # Without a block amount of its own the island unit counts for each kWh of the block.
        added = island.block_micro
        added = island.price_micro_per_kwh * unit.block_kwh if added is None else added
        steps.append(_sum_step("block_with_island", block, added, block + added))
        block += added
    return replace(
        unit,
        price_micro_per_kwh=total,
        block_micro=block,
        invented=unit.invented or island.invented,
        steps=tuple(steps),
    )


def with_discounts(unit: FuelUnit, discounts_micro_per_kwh: Sequence[int]) -> FuelUnit:
    """Deduct government discounts per kWh from a unit, and from each kWh of its minimum block."""
    steps, price, block = list(unit.steps), unit.price_micro_per_kwh, unit.block_micro
    for discount in discounts_micro_per_kwh:
        steps.append(_sum_step("discount", price, -discount, price - discount))
        price -= discount
        if block is not None and unit.block_kwh:
            steps.append(
                _sum_step("block_discount", block, -discount * unit.block_kwh, block - discount * unit.block_kwh)
            )
            block -= discount * unit.block_kwh
    return replace(unit, price_micro_per_kwh=price, block_micro=block, steps=tuple(steps))


def average_of_months(prices_yen: Sequence[int], quantities: Sequence[int | None]) -> int:
    """
    Average of some months' customs prices, half-up to one yen.

    Weighted by the imported quantities as the trade statistics are; a plain mean where a quantity is not known.
    """
    assert len(prices_yen) == len(quantities) > 0
    known = [quantity for quantity in quantities if quantity]
    weights = known if len(known) == len(prices_yen) else [1] * len(prices_yen)
    total = sum(price * weight for price, weight in zip(prices_yen, weights, strict=True))
    return divide(total, sum(weights), rounding=Rounding.HALF_UP)


def _unit(average_yen: int, base_yen: int, base_unit_micro: int, *, kind: str) -> tuple[int, Step]:
    exact = (average_yen - base_yen) * base_unit_micro  # millionths of a yen, times a thousand
    unit = divide(exact, YEN_PER_STEP * SEN_MICRO, rounding=Rounding.HALF_UP) * SEN_MICRO
    text = f"({average_yen:,} - {base_yen:,}) x {plain(base_unit_micro, scale=MICRO)} / {YEN_PER_STEP:,}"
    return unit, Step(text=f"{text} = {plain(exact, scale=MICRO * YEN_PER_STEP)}", value=sen(unit), kind=kind)


def _sum_step(kind: str, first: int, second: int, total: int) -> Step:
    sign, size = ("-", -second) if second < 0 else ("+", second)
    return Step(text=f"{sen(first)} {sign} {sen(size)}", value=sen(total), kind=kind)


def sen(value_micro: int) -> str:
    """At least two decimals, all that there are: -2.09, 0.80, -58.65."""
    text = plain(value_micro, scale=MICRO)
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"


def _number(value_micro: int) -> str:
    whole, _, decimals = plain(value_micro, scale=MICRO).partition(".")
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")
