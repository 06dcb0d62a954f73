"""What the plans on offer ask of a prospect, so that a quote's form has a place for it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.masters import queries as masters
from tomoshibi.rating import devices
from tomoshibi.rating.conditions import CONTRACT_MONTH, CUSTOMER_CONTRACTS, DIRECT_DEBIT, PAPER_BILL
from tomoshibi.rating.per_kwh import EXEMPTION
from tomoshibi.tariffs import labels, told, values
from tomoshibi.tariffs.queries.plans import numbers_of_plan, plans
from tomoshibi.tariffs.queries.programs import program_of
from tomoshibi.tariffs.shapes.shape import in_language

ASKED = (
    *("demand_milli", "max_demand_milli", "power_factor_percent", "reserve_milli"),
    *(told.OUTAGE_DAYS, CONTRACT_MONTH, CUSTOMER_CONTRACTS, EXEMPTION),
)
"""Numbers that a prospect can tell, besides devices; what else plans take is measured, published or certified."""
EVERYWHERE = "*"
UNITS = ("A", "kVA", "kW")
VOLTAGES = ("low", "high")


def prospects(*, on: date) -> values.Prospects:
    """What the plans for supply that hold on a day, in the country of the company, ask of a prospect."""
    areas = masters.areas(on=on)
    offered = [
        plan
        for plan in plans(on=on)
        if plan.current is not None and plan.kind != "purchase" and (plan.area == EVERYWHERE or plan.area in areas)
    ]
    everywhere = any(plan.area == EVERYWHERE for plan in offered)
    voltages, units = {plan.voltage for plan in offered}, {plan.capacity_unit for plan in offered}
    # The profiles stand for homes and shops as Japanese plans know them; meters elsewhere have registers of their own.
    profiled = masters.country() == "JP"
    return values.Prospects(
        areas=tuple(code for code in areas if everywhere or any(plan.area == code for plan in offered)),
        voltages=tuple(one for one in VOLTAGES if one in voltages),
        units=tuple(unit for unit in UNITS if unit in units),
        profiled=profiled,
        numbers=_wanted((plan, name, label) for plan in offered for name, label in _numbers(plan, on)),
        codes=_with_answers(_wanted((plan, code, label) for plan in offered for code, label in _codes(plan)), offered),
        registers=() if profiled else _wanted((plan, n, label) for plan in offered for n, label in _registers(plan)),
    )


def _wanted(found: Iterable[tuple[values.Plan, str, str]]) -> tuple[values.Wanted, ...]:
    """Each name once, in the order in which plans first have it, with the places of all plans that take it."""
    named: dict[str, str] = {}
    places: dict[str, set[str]] = {}
    for plan, name, label in found:
        named.setdefault(name, label)
        places.setdefault(name, set()).add(f"{plan.area} {plan.voltage}")
    return tuple(values.Wanted(name, label, tuple(sorted(places[name]))) for name, label in named.items())


def _with_answers(codes: Iterable[values.Wanted], plans: Iterable[values.Plan]) -> tuple[values.Wanted, ...]:
    """Codes that say whether the power factor keeps its target are answers to one question."""
    answers = {code: answer for plan in plans for answer, code in _factor_codes(plan)}
    return tuple(replace(one, answer=answers.get(one.name, "")) for one in codes)


def _factor_codes(plan: values.Plan) -> Iterator[tuple[str, str]]:
    """What a contract on the plan says of its power factor, and by which code: ``kept``, ``missed``."""
    assert plan.current is not None
    for part in _parts(plan.current.document):
        if isinstance(part.get("power_factor"), dict):
            yield from part["power_factor"].items()


def _numbers(plan: values.Plan, on: date) -> Iterator[tuple[str, str]]:
    for name, label in numbers_of_plan(plan_code=plan.code, on=on).items():
        if name.startswith(devices.input_name("")):
            yield name, _("%(device)s (number)") % {"device": label}
        elif name in ASKED:
            yield name, label


def _codes(plan: values.Plan) -> Iterator[tuple[str, str]]:
    assert plan.current is not None
    document = plan.current.document
    known = {part["when"]: in_language(labels.of_component(part)) for part in _parts(document) if part.get("when")}
    words = {"kept": _("The power factor keeps its target"), "missed": _("The power factor misses its target")}
    known |= {code: words[answer] for answer, code in _factor_codes(plan)}
    known |= {DIRECT_DEBIT: _("Pays by direct debit"), PAPER_BILL: _("Wants bills on paper")}
    for code in program_of(document).codes:
        yield code, known.get(code, code)


def _registers(plan: values.Plan) -> Iterator[tuple[str, str]]:
    assert plan.current is not None
    for part in _parts(plan.current.document):
        for band in part.get("bands", ()) if part["kind"] in {"bands", "band_tiers"} else ():
            yield band["name"], in_language({"ja": band["name"], **band.get("label", {})})


def _parts(document: Any) -> list[Any]:
    (version,) = document["versions"]
    return list(version["components"])
