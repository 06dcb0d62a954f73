"""Discounts and surcharges: ``fixed``, ``per_kwh`` and ``percent``; for all, or for contracts with a code."""

from collections.abc import Callable, Iterator
from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.kernel.units import energy_dwh, scaled
from tomoshibi.rating.conditions import DIRECT_DEBIT, PAPER_BILL, Condition
from tomoshibi.rating.devices import input_name
from tomoshibi.rating.discounts import MOST_TIMES, FixedAmount, Percentage, PerKwhAmount
from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.energy_words import DISCOUNT, PER_KWH
from tomoshibi.tariffs.shapes.shape import Complaint, FirstKwh, Part, Place, Price, Shape

PPM_PER_PERCENT = 10_000
_PERCENT = {
    "type": "object",
    "required": ["amount", "source"],
    "properties": {
        "amount": s.DECIMAL,
        "source": {"type": "string", "minLength": 1},
        "confidence": {"$ref": "#/$defs/confidence"},
        "comment": s.NOTE,
    },
    "additionalProperties": False,
}


OUTAGE_DAYS = "outage_days"
_MOST = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST_TIMES,
    "description": "With times: no more of them count in a bill (25 days of 4 % are the whole basic charge).",
}
_DAY = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
IF = {
    "type": "object",
    "description": "For whom and how long; everything that is stated must hold.",
    "minProperties": 1,
    "properties": {
        "first_months": {"type": "integer", "minimum": 1, "description": "Campaign: first months of the contract."},
        "contracts": {"type": "integer", "minimum": 2, "description": "Set: contracts of the customer."},
        "from_kwh": s.KWH,
        "below_kwh": s.KWH,
        "since": _DAY,
        "until": _DAY,
    },
    "additionalProperties": False,
}


def condition(part: Part) -> Condition:
    """``when`` and ``if`` of a component."""
    given = part.get("if", {})
    return Condition(
        code=part.get("when", ""),
        first_months=given.get("first_months", 0),
        contracts=given.get("contracts", 0),
        from_dwh=energy_dwh(given.get("from_kwh", 0)),
        below_dwh=energy_dwh(given["below_kwh"]) if "below_kwh" in given else None,
        since=given.get("since", ""),
        until=given.get("until", ""),
    )


def _complaints(part: Part, here: Place, _document: Part) -> Iterator[Complaint]:
    given = part.get("if", {})
    if "most_times" in part and "times" not in part:
        yield (*here, "most_times"), _("%(name)s is missing") % {"name": "times"}, True
    if "times" in part and part["times"] != OUTAGE_DAYS and not part["times"].startswith(input_name("")):
        text = _("no bill is told %(count)s; known are outage_days, and devices_ with the name of a device")
        yield (*here, "times"), text % {"count": part["times"]}, True
    for name in ("since", "until"):
        try:
            date.fromisoformat(given.get(name, "2000-01-01"))
        except ValueError:
            yield (*here, "if", name), _("%(day)s is no day of the calendar") % {"day": given[name]}, True
    rule = condition(part)
    if (rule.below_dwh is not None and rule.below_dwh <= rule.from_dwh) or (rule.until and rule.until <= rule.since):
        yield (*here, "if"), _("nothing can ever meet this condition"), True


def _fixed(part: Part, _document: Part) -> Component:
    return FixedAmount(
        part["code"],
        s.price_micro(part["price"]),
        condition(part),
        part.get("times", ""),
        part.get("prorated", False),
        part.get("most_times", 0),
    )


def _per_kwh(part: Part, _document: Part) -> Component:
    limit = energy_dwh(part["up_to_kwh"]) if "up_to_kwh" in part else None
    return PerKwhAmount(part["code"], s.price_micro(part["price"]), condition(part), limit)


def _percent(part: Part, _document: Part) -> Component:
    ppm = scaled(part["percent"]["amount"], scale=PPM_PER_PERCENT)
    return Percentage(
        part["code"], ppm, tuple(part["of"]), condition(part), part.get("times", ""), part.get("most_times", 0)
    )


def _per_kwh_prices(part: Part) -> Iterator[Price]:
    yield "", part["price"], PER_KWH


def _percent_prices(part: Part) -> Iterator[Price]:
    yield _("of %(components)s") % {"components": ", ".join(part["of"])}, part["percent"], "%"


def _for_whom(words: Callable[[Part], str]) -> Callable[[Part], str]:
    def sentence(part: Part) -> str:
        return " ".join([words(part), *_conditions(part)])

    return sentence


def _conditions(part: Part) -> Iterator[str]:
    """``when`` and ``if`` in words."""
    given = part.get("if", {})
    if part.get("times") == OUTAGE_DAYS:
        yield _("Once for each day of outage.")
    elif "times" in part:
        yield _("As many times as %(count)s says.") % {"count": part["times"]}
    if "most_times" in part:
        yield _("At most %(count)s times in a bill.") % {"count": part["most_times"]}
    if "when" in part:
        known = {
            DIRECT_DEBIT: _("Only where bills are paid by direct debit."),
            PAPER_BILL: _("Only where the statement comes on paper."),
        }
        yield known.get(part["when"]) or _("Only for contracts with the code %(code)s.") % {"code": part["when"]}
    if "first_months" in given:
        yield _("Only in the first %(count)s months of a contract.") % {"count": given["first_months"]}
    if "contracts" in given:
        yield _("Only for customers with at least %(count)s contracts.") % {"count": given["contracts"]}
    if "from_kwh" in given:
        yield _("Only from %(kwh)s kWh a bill.") % {"kwh": given["from_kwh"]}
    if "below_kwh" in given:
        yield _("Only below %(kwh)s kWh a bill.") % {"kwh": given["below_kwh"]}
    if "since" in given:
        yield _("Only for periods that begin on %(day)s or later.") % {"day": given["since"]}
    if "until" in given:
        yield _("Only for periods that begin before %(day)s.") % {"day": given["until"]}


SHAPES = {
    shape.kind: shape
    for shape in (
        Shape(
            kind="fixed",
            label=DISCOUNT,
            about="An amount per month; negative for a discount.",
            fields={
                "price": s.PRICE,
                "when": s.WHEN,
                "if": IF,
                "times": s.TIMES,
                "most_times": _MOST,
                "prorated": {"type": "boolean"},
            },
            required=("price",),
            build=_fixed,
            complaints=_complaints,
            sentence=_for_whom(lambda _part: _("An amount every month.")),
        ),
        Shape(
            kind="per_kwh",
            label=DISCOUNT,
            about="A price per kWh; negative for a discount.",
            fields={"price": s.PRICE, "when": s.WHEN, "if": IF, "up_to_kwh": s.KWH},
            required=("price",),
            build=_per_kwh,
            complaints=_complaints,
            sentence=_for_whom(lambda _part: _("A price on the energy.")),
            prices=_per_kwh_prices,
            first_kwh=FirstKwh.ADJUSTED,
        ),
        Shape(
            kind="percent",
            label=DISCOUNT,
            about="A share of components above it; negative for a discount.",
            fields={
                "percent": _PERCENT,
                "of": s.CODES,
                "when": s.WHEN,
                "if": IF,
                "times": s.TIMES,
                "most_times": _MOST,
            },
            required=("percent", "of"),
            build=_percent,
            complaints=_complaints,
            sentence=_for_whom(lambda part: _("A share of %(components)s.") % {"components": ", ".join(part["of"])}),
            prices=_percent_prices,
        ),
    )
}
