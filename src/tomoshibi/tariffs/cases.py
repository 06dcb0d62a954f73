"""
Published cases priced through the real path.

Each case becomes a plan document of its own (or the inputs of a computation of the masters or the engine); what comes
out is compared with what was published. Nothing here adds, multiplies or rounds money or energy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from tomoshibi.kernel.units import DWH_PER_KWH, E10, MICRO, MILLI, energy_dwh, micro, milli, scaled, unscaled
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import AREA_CODE_BY_NAME, FuelFormula, FuelPrices, FuelUnit
from tomoshibi.rating import demand, market
from tomoshibi.rating.program import Program
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import derivation, lint, meaning, pricing, values

Case = Mapping[str, Any]
Found = dict[str, Any]
VERSION = 1
INCLUDED_TAX = "0.10"
"""The rate behind ``included_consumption_tax_yen`` of the case form (10/110)."""


@dataclass
class Outcome:
    """
    What came out of a case.

    :param found: values by the names of ``expected``
    :param document: the plan document that was built, where there is one
    :param trace: the derivation, line by line
    """

    found: Found = field(default_factory=dict)
    document: dict[str, Any] | None = None
    trace: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """A checked case: the misses say name, expected and found."""

    id: str
    kind: str
    misses: tuple[str, ...]
    outcome: Outcome | None = None

    @property
    def passed(self) -> bool:
        return not self.misses


def check(case: Case) -> Result:
    """Price one case and compare. Anything that goes wrong is a miss of that case."""
    case_id, kind = str(case.get("id", "?")), str(case.get("kind", "?"))
    run = _KINDS.get(kind)
    if run is None:
        return Result(case_id, kind, (f"cases of kind {kind!r} are not supported",))
    try:
        outcome = run(case)
        misses = _misses(case["expected"], outcome.found)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, AssertionError) as wrong:
        name = f"{wrong} is missing" if isinstance(wrong, KeyError) else str(wrong) or type(wrong).__name__
        return Result(case_id, kind, (f"the case cannot be priced: {name}",))
    return Result(case_id, kind, tuple(misses), outcome)


def _misses(expected: Any, found: Any, path: str = "") -> list[str]:
    if isinstance(expected, Mapping):
        return [
            miss
            for name, value in expected.items()
            for miss in _misses(
                value, found.get(name) if isinstance(found, Mapping) else None, f"{path}.{name}" if path else name
            )
        ]
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return [f"{path}: expected {len(expected)} values, found {found}"]
        return [miss for n, value in enumerate(expected) for miss in _misses(value, found[n], f"{path}[{n}]")]
    if found is None:
        return [f"{path}: expected {expected}, found nothing"]
    if Fraction(str(expected)) != Fraction(found):
        return [f"{path}: expected {expected}, found {found}"]
    return []


# Plan documents ---------------------------------------------------------------------------------------------------


def _document(
    components: list[dict[str, Any]],
    *,
    unit: str = "contract",
    area: str | None = None,
    kind: str = "regulated",
    **rules: Any,
) -> dict[str, Any]:
    return {
        "plan": "case",
        "name": {"ja": "事例"},
        "area": AREA_CODE_BY_NAME.get(area or "", "*"),
        "voltage": "low",
        "kind": kind,
        "capacity": {"unit": unit},
        "sources": {"case": "inputs of the case"},
        "versions": [{"from": "1900-01-01", **rules, "components": components}],
    }


def _price(amount: str) -> dict[str, str]:
    return {"amount": str(amount), "source": "case"}


def _compiled(document: dict[str, Any]) -> Program:
    blocking = [f"{path}: {sentence}" for path, sentence, blocks in lint.complaints(document) if blocks]
    if blocking:
        raise ValueError("; ".join(blocking))
    return compiler.program(document)


@dataclass(frozen=True)
class _Bill:
    """One priced bill of a case."""

    totals: dict[str, Any]
    lines: pl.DataFrame
    program: Program
    components: tuple[values.Component, ...]

    def items(self, names: Mapping[str, str]) -> dict[str, Decimal]:
        """Displayed amounts of items; ``names`` says which item a line or component code belongs to."""
        found = pricing.displayed_items_e10(
            self.lines,
            item_of={
                (VERSION, c.no): names.get(c.code, names.get(c.component, ""))
                for c in self.components
                if c.code in names or c.component in names
            },
            programs={VERSION: self.program},
        )
        return {item: unscaled(amount, scale=E10) for item, amount in found.items()}


def _bill(
    document: dict[str, Any],
    outcome: Outcome,
    *,
    kwh: str = "0",
    size: str | None = None,
    days: tuple[int, int] | None = None,
    period: tuple[date, date] = (date(2026, 1, 1), date(2026, 2, 1)),
    tax_rate: str = INCLUDED_TAX,
    columns: Mapping[str, int] | None = None,
) -> _Bill:
    program = _compiled(document)
    outcome.document = document
    row: dict[str, Any] = {
        "row_id": 1,
        "plan_version": VERSION,
        "energy_dwh": energy_dwh(kwh),
        "capacity_milli": None if size is None else milli(size),
        "period_start": period[0],
        "period_end": period[1],
        "tax_rate_ppm": scaled(tax_rate, scale=MICRO),
        "ratio_num": days[0] if days else None,
        "ratio_den": days[1] if days else None,
        **(columns or {}),
    }
    schema = {name: pl.Date if name.startswith("period_") else pl.Int64 for name in row}
    found = pricing.price(usage=pl.DataFrame([row], schema=schema), programs={VERSION: program})
    if found.refusals.height:
        refusal = found.refusals.row(0, named=True)
        raise ValueError(f"refused: {refusal['code']} {refusal['detail']}".strip())
    components = meaning.components(document)
    total = found.totals.row(0, named=True)
    outcome.trace += [
        f"{line.code:<28} {line.text}" for line in pricing.derivations(found.lines, components={VERSION: components})
    ]
    exact = derivation.thousands(f"{unscaled(total['unrounded_e10'], scale=E10):f}")
    outcome.trace.append(f"{'total':<28} {exact} -> {total['total_minor']:,}, tax {total['tax_minor']:,}")
    return _Bill(total, found.lines, program, components)


_MODES = {"floor": "floor", "half-up": "half_up", "truncate": "truncate", "ceil": "ceiling"}


def _step(words: str) -> dict[str, str] | str:
    """``floor to 1 yen`` as the document states it."""
    if words == "exact":
        return "exact"
    mode, _, rest = words.partition(" to ")
    return {"unit": rest.split(" ")[0], "mode": _MODES[mode]}


# Kinds --------------------------------------------------------------------------------------------------------------

_ITEMS = {
    "basic": "basic",
    "minimum_charge": "minimum_charge",
    "energy_tier_1": "energy_tier_1",
    "energy_tier_2": "energy_tier_2",
    "energy_tier_3": "energy_tier_3",
    "fuel_adjustment": "fuel_adjustment",
    "levy": "levy",
    "solar_surcharge": "solar_surcharge",
    "government_support": "government_support",
    "capacity_contribution": "capacity_contribution",
    "direct_debit_discount": "direct_debit_discount",
}


def _bill_document(case: Case) -> tuple[dict[str, Any], dict[str, int]]:
    """A plan document and the published values beside it."""
    given = case["inputs"]
    rounding = case.get("rounding", {})
    block = given.get("minimum_charge_covers_kwh")
    parts: list[dict[str, Any]] = []
    market_values: dict[str, int] = {}
    if "basic_charge_yen" in given:
        parts.append({"code": "basic", "kind": "basic", "unit": "contract", "price": _price(given["basic_charge_yen"])})
    if "minimum_charge_yen" in given:
        price = _price(given["minimum_charge_yen"])
        parts.append({"code": "minimum_charge", "kind": "minimum_charge", "block_kwh": block, "price": price})
    steps = [{"up_to_kwh": s["up_to_kwh"], "price": _price(s["yen_per_kwh"])} for s in given["tiers"]]
    parts.append({"code": "energy", "kind": "tiers", "steps": steps} | ({"from_kwh": block} if block else {}))
    per_kwh = (
        ("fuel_adjustment_yen_per_kwh", "fuel_adjustment", "fuel", 1, False),
        ("government_discount_yen_per_kwh", "government_support", "subsidy", -1, True),
        ("levy_yen_per_kwh", "levy", "levy", 1, True),
        ("solar_surcharge_yen_per_kwh", "solar_surcharge", "levy", 1, True),
    )
    for name, code, group, sign, from_unit in per_kwh:
        if name in given:
            own_block = block if code == "fuel_adjustment" and "fuel_adjustment_minimum_block_yen" in given else None
            part = {"code": code, "kind": "published_per_kwh", "value": code, "group": group, "sign": sign}
            parts.append(part | ({"block_kwh": own_block, "block_from_unit": from_unit} if own_block else {}))
            market_values[f"{code}_micro"] = micro(given[name])
    if "fuel_adjustment_minimum_block_yen" in given:
        market_values["fuel_adjustment_block_micro"] = micro(given["fuel_adjustment_minimum_block_yen"])
    if "capacity_contribution_yen" in given:
        value = "capacity_contribution"
        parts.append({"code": value, "kind": "published_monthly", "value": value, "unit": "contract"})
        market_values[f"{value}_micro"] = micro(given["capacity_contribution_yen"])
    if "direct_debit_discount_yen" in given:
        # A discount is a negative amount; the case states its size.
        price = _price("-" + given["direct_debit_discount_yen"])
        parts.append({"code": "direct_debit_discount", "kind": "fixed", "price": price})
    rules = {
        "line": _step(rounding.get("line", "exact")),
        "levy": _step(rounding.get("levy", "floor to 1 yen")),
        "total": _MODES[rounding.get("total", "floor to 1 yen").split(" ")[0]],
        "display": _step(rounding.get("display", "exact")),
    }
    return _document(parts, area=case.get("area"), rounding=rules), market_values


def _check_bill(case: Case) -> Outcome:
    outcome = Outcome()
    document, columns = _bill_document(case)
    given = case["inputs"].get("period")
    period = (date(2026, 1, 1), date(2026, 2, 1))
    if given:
        period = (date.fromisoformat(given["from_date"]), date.fromisoformat(given["to_date"]))
    bill = _bill(document, outcome, kwh=case["inputs"]["usage_kwh"], period=period, columns=columns)
    items = dict.fromkeys(_ITEMS.values(), Decimal(0)) | bill.items(_ITEMS)
    items |= bill.items(
        {"basic": "basic_plus_energy", "minimum_charge": "basic_plus_energy", "energy": "basic_plus_energy"}
    )
    items["fuel_adjustment_excl_support"] = items["fuel_adjustment"]
    items["total"] = Decimal(bill.totals["total_minor"])
    outcome.found = {
        "total_yen": bill.totals["total_minor"],
        "unrounded_yen": unscaled(bill.totals["unrounded_e10"], scale=E10),
        "included_consumption_tax_yen": bill.totals["tax_minor"],
        "line_items": items,
    }
    return outcome


def _check_levy(case: Case) -> Outcome:
    outcome = Outcome()
    document = _document([{"code": "levy", "kind": "levy"}])
    given = case["inputs"]
    bill = _bill(document, outcome, kwh=given["usage_kwh"], columns={"levy_micro": micro(given["levy_yen_per_kwh"])})
    outcome.found = {"levy_yen": bill.totals["levy_minor"]}
    return outcome


def _check_government_discount(case: Case) -> Outcome:
    outcome = Outcome()
    given = case["inputs"]
    # Stated as a positive amount: priced with the sign turned, floored as the case form says.
    part = {"code": "discount", "kind": "published_per_kwh", "value": "discount", "group": "discount"}
    columns = {"discount_micro": micro(given["discount_yen_per_kwh"])}
    bill = _bill(_document([part]), outcome, kwh=given["usage_kwh"], columns=columns)
    outcome.found = {"discount_yen": bill.totals["total_minor"]}
    return outcome


def _check_tax(case: Case) -> Outcome:
    outcome = Outcome()
    given = case["inputs"]
    parts = [
        {"code": name.removesuffix("_yen"), "kind": "fixed", "price": _price(amount)}
        for name, amount in given.items()
        if name.endswith("_yen")
    ]
    document = _document(parts, tax="excluded", rounding={"tax": "floor"})
    bill = _bill(document, outcome, tax_rate=given["tax_rate"])
    outcome.found = {"tax_yen": bill.totals["tax_minor"], "total_yen": bill.totals["total_minor"]}
    return outcome


def _check_fuel_unit(case: Case) -> Outcome:
    outcome = Outcome()
    given = case["inputs"]
    cap = given.get("cap_average_price_yen_per_kl")
    weights = {name: scaled(given[name], scale=MICRO) if name in given else None for name in ("alpha", "beta", "gamma")}
    prices = None
    if "A_crude_yen_per_kl" in given:
        prices = FuelPrices.of(given["A_crude_yen_per_kl"], given["B_lng_yen_per_t"], given["C_coal_yen_per_t"])
    published = given.get("average_fuel_price_yen_per_kl")
    special = given.get("special_measure_add_yen_per_kwh", {})
    base_units = given["base_unit_yen_per_kwh_per_1000yen"] or {"average only": "0"}
    for voltage, base_unit in base_units.items():
        unit = masters.compute_fuel_unit(
            formula=FuelFormula(
                base_price_yen=scaled(given["base_fuel_price_yen_per_kl"], scale=1),
                base_unit_micro=micro(base_unit),
                alpha_ppm=weights["alpha"],
                beta_ppm=weights["beta"],
                gamma_ppm=weights["gamma"],
                cap_price_yen=scaled(cap, scale=1) if cap else None,
                special_add_micro=micro(special.get(voltage, "0")) if special else 0,
            ),
            prices=prices,
            average_yen=scaled(published, scale=1) if published and prices is None else None,
        )
        outcome.found["average_fuel_price_yen_per_kl"] = unit.average_yen
        outcome.found.setdefault("unit_yen_per_kwh", {})[voltage] = unscaled(unit.price_micro_per_kwh, scale=MICRO)
        outcome.trace += [f"{voltage:<6} {step.kind:<10} {step.text} = {step.value}" for step in unit.steps]
    return outcome


def _check_fuel_block(case: Case) -> Outcome:
    given = case["inputs"]
    block_kwh = scaled(given["block_kwh"], scale=1)
    unit = FuelUnit(
        price_micro_per_kwh=micro(given["unit_before_discount_per_kwh"]),
        block_micro=micro(given["min_block_before_discount_yen"]),
        block_kwh=block_kwh,
    )
    discounts = [
        micro(amount) for name, amount in given.items() if name.endswith("_discount_per_kwh") and "unit" not in name
    ]
    after = masters.discounted_fuel_unit(unit, discounts)
    island = FuelUnit(
        price_micro_per_kwh=micro(given["island_unit_per_kwh"]),
        block_micro=micro(given["island_min_block_yen"]),
        block_kwh=block_kwh,
    )
    together = masters.fuel_unit_with_island(after, island)
    return Outcome(
        found={
            "unit_after_discount_per_kwh": unscaled(after.price_micro_per_kwh, scale=MICRO),
            "min_block_after_discount_yen": unscaled(after.block_micro or 0, scale=MICRO),
            "total_with_island_per_kwh": unscaled(together.price_micro_per_kwh, scale=MICRO),
            "total_with_island_min_block_yen": unscaled(together.block_micro or 0, scale=MICRO),
        },
        trace=[f"{step.kind:<18} {step.text} = {step.value}" for step in together.steps],
    )


def _check_proration(case: Case) -> Outcome:
    outcome = Outcome()
    given = case["inputs"]
    days, of_days = int(given["days"]), int(given.get("denominator_calendar_days") or given["calendar_days"])
    proration: dict[str, Any] = {"denominator": "calendar_of_start"}
    if "truncated to 0.01 yen" in given["policy"]:
        proration["money"] = {"unit": "0.01", "mode": "truncate"}
    if "half-up to kWh" in given["policy"]:
        proration["kwh"] = {"unit": 1, "mode": "half_up"}
    price = given.get("basic_unit_yen", "1")
    parts: list[dict[str, Any]] = [{"code": "basic", "kind": "basic", "unit": "kW", "price": _price(price)}]
    if "tier_widths_kwh" in given:
        edges = list(np.cumsum([int(width) for width in given["tier_widths_kwh"]]))
        steps = [{"up_to_kwh": int(edge), "price": _price("1")} for edge in edges]
        steps.append({"up_to_kwh": None, "price": _price("1")})
        parts.append({"code": "energy", "kind": "tiers", "steps": steps})
    document = _document(parts, unit="kW", proration=proration)
    bill = _bill(document, outcome, size=given.get("contract_kw", "1"), days=(days, of_days))
    basic = bill.lines.row(0, named=True)
    outcome.found = {
        "basic_ratio": Fraction(basic["ratio_num"], basic["ratio_den"]),
        "basic_charge_yen": unscaled(basic["amount_e10"], scale=E10),
    }
    ends = pricing.tier_edges_dwh(program=bill.program, days=days, of_days=of_days)
    for number, edge in enumerate(ends, start=1):
        outcome.found[f"tier{number}_upto_kwh"] = unscaled(edge, scale=DWH_PER_KWH)
        outcome.trace.append(f"tier {number} ends at {unscaled(edge, scale=DWH_PER_KWH)} kWh")
    return outcome


def _check_contract_demand(case: Case) -> Outcome:
    outcome = Outcome()
    given = case["inputs"]
    measured = np.array([[milli(kw) for kw in given["monthly_max_demand_kw"]]], dtype=np.int64)
    contract = [unscaled(int(kw), scale=MILLI) for kw in demand.contract_demand(measured)[0]]
    part = {"code": "basic", "kind": "basic", "unit": "kW", "price": _price(given["basic_unit_yen_per_kw"])}
    document = _document([part], unit="kW")
    charges = {
        f"{kw.normalize():f}": _bill(document, outcome, size=str(kw)).totals["total_minor"]
        for kw in sorted(set(contract))
    }
    outcome.found = {"contract_demand_kw": contract, "basic_charge_yen_by_kw": charges}
    return outcome


def _check_market(case: Case) -> Outcome:
    given = case["inputs"]
    if "threshold" in given:
        threshold = micro(given["threshold"])
        units = {
            area: market.threshold_unit(average_micro=micro(average), threshold_micro=threshold)
            for area, average in given["market_average"].items()
        }
        return Outcome(found={"unit": {area: unscaled(unit, scale=MICRO) for area, unit in units.items()}})
    unit = market.loss_adjusted_unit(
        average_micro=micro(given["area_price_average_ex_tax"]),
        base_micro=micro(given["beta_ex_tax"]),
        loss_ppm=scaled(given["loss_rate"], scale=MICRO),
        tax_ppm=scaled(given["tax"], scale=MICRO),
    )
    return Outcome(found={"unit_yen_per_kwh": unscaled(unit, scale=MICRO)})


def _check_fit(case: Case) -> Outcome:
    outcome = Outcome()
    given = case["inputs"]
    mode, _, unit = given["quantity_rounding"].partition(" to ")
    document = _document(
        [{"code": "purchase", "kind": "flat", "price": _price(given["price_yen_per_kwh_tax_incl"])}],
        kind="purchase",
        quantity={"unit": unit.split(" ")[0], "mode": _MODES[mode]},
    )
    bill = _bill(document, outcome, kwh=given["meter_difference_kwh"])
    outcome.found = {"payment_yen": bill.totals["total_minor"]}
    return outcome


def _check_outage(case: Case) -> Outcome:
    outcome = Outcome()
    given = case["inputs"]
    percent = {"amount": f"{Decimal(given['rate_per_day']).scaleb(2).normalize():f}", "source": "case"}
    parts = [
        {"code": "basic", "kind": "basic", "unit": "contract", "price": _price(given["basic_charge_yen"])},
        # The discount as the positive amount that the case states.
        {"code": "outage", "kind": "percent", "of": ["basic"], "percent": percent, "times": "outage_days"},
    ]
    bill = _bill(_document(parts), outcome, columns={"outage_days": int(given["days"])})
    outcome.found = {"discount_yen": bill.items({"outage": "outage"})["outage"]}
    return outcome


_KINDS: Mapping[str, Callable[[Case], Outcome]] = {
    "bill": _check_bill,
    "levy": _check_levy,
    "tax": _check_tax,
    "fuel_adjustment_unit": _check_fuel_unit,
    "fuel_adjustment_min_block": _check_fuel_block,
    "government_discount": _check_government_discount,
    "proration": _check_proration,
    "contract_demand": _check_contract_demand,
    "market_adjustment": _check_market,
    "fit_payment": _check_fit,
    "outage_discount": _check_outage,
}
