"""Plans in words, for papers and pages."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tomoshibi.rating.devices import input_name
from tomoshibi.rating.refusals import Refusal
from tomoshibi.tariffs import fees, labels, sentences, typical_day, values, wording
from tomoshibi.tariffs.models import PlanVersion
from tomoshibi.tariffs.queries.plans import input_words, plan_version
from tomoshibi.tariffs.shapes.shape import in_language

_NAMING = {Refusal.VALUE_MISSING.code, Refusal.INPUT_MISSING.code}
"""Refusals whose detail names published values and numbers."""


def refusal_sentence(code: str, detail: str = "", *, document: Mapping[str, Any] | None = None) -> str:
    """
    Why a row could not be priced, in the user's language; numbers and published values by the names that people know.

    :param detail: as the engine gives it: names, separated by commas
    :param document: the one-version document it was priced on, where it is at hand; otherwise all published ones are asked
        what they call a value
    """
    sentence = sentences.REFUSALS[code]
    if not detail:
        return str(sentence)
    known = {**input_words(), **{name: str(word) for name, word in sentences.PUBLISHED.items()}}
    names = detail.split(", ")
    if code in _NAMING and not known.keys() >= set(names):
        known = {**(_published_words() if document is None else _words_in(document)), **known}
    named = ", ".join(dict.fromkeys(known.get(name, name) for name in names))
    return f"{sentence}: {named}"


def _published_words() -> dict[str, str]:
    newest = PlanVersion.objects.order_by("-id").values_list("sha256", flat=True).first() or ""
    return _words_in_all(newest, PlanVersion.objects.count(), get_language() or "ja")


@lru_cache(maxsize=8)
def _words_in_all(_newest: str, _count: int, _language: str) -> dict[str, str]:
    """Read once for all versions that are published: none of them changes."""
    found: dict[str, str] = {}
    for document in PlanVersion.objects.order_by("id").values_list("document", flat=True):
        found |= _words_in(document)
    return found


def _words_in(document: Mapping[str, Any]) -> dict[str, str]:
    """What a plan calls the values that are published for it, and its devices, by their codes."""
    parts = document["versions"][0]["components"]
    classes = {name: in_language(label) for name, label in labels.of_devices(parts).items()}
    found = {input_name(name): label for name, label in classes.items()}
    for part in (part for part in parts if "value" in part):
        own = in_language(labels.of_component(part))
        found |= {part["value"]: own, f"{part['value']}_block": own}
        found |= {f"{part['value']}_{name}": f"{own} {classes.get(name, name)}" for name in part.get("classes", ())}
    return found


def charges_in_words(*, plan_code: str, on: date) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """
    What the version of a plan that holds on a day costs, for papers that people sign.

    :returns: prices (component, for what, price with unit; none where they are published month by month), and each
        component with a sentence that says how it is worked out; in the active language. Empty for an unknown plan.
    """
    found = plan_version(plan_code=plan_code, on=on)
    if found is None:
        return [], []
    prices = [(row.component, row.what, _price_in_words(row)) for row in wording.price_table(found.document)]
    return prices, wording.in_words(found.document)


def _price_in_words(row: wording.PriceRow) -> str:
    amount = row.amount if row.unit == "%" else _("%(amount)s yen") % {"amount": row.amount}
    return f"{amount} {row.unit}"


def clauses_in_words(*, plan_code: str, on: date) -> tuple[str, str, str] | None:
    """
    What leaving costs, what paying late costs and what is paid later, by the version of a plan that holds on a day.

    :returns: a sentence for each, in the active language, the last empty where nothing is; nothing for an unknown plan
    """
    found = plan_version(plan_code=plan_code, on=on)
    if found is None:
        return None
    document = found.document
    later = fees.deferral_in_words(document) if "deferral" in document["versions"][0] else ""
    return fees.cancellation_in_words(document), fees.late_interest_in_words(document), later


def rules_of_lines(*, document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """How the lines of each component of a one-version document are worked out and rounded, in the active language."""
    return wording.rules_of_lines(document)


def typical_days(*, document: Mapping[str, Any], area: str, today: date) -> list[values.TypicalDay]:
    """What a kWh costs through a day on the market-linked components of a one-version document."""
    return typical_day.of(document, area=area, today=today)
