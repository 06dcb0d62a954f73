"""Plans in words, for papers and pages."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.tariffs import fees, sentences, typical_day, values, wording
from tomoshibi.tariffs.queries.plans import input_words, plan_version


def refusal_sentence(code: str, detail: str = "") -> str:
    """
    Why a row could not be priced, in the user's language; numbers and published values by the names that people know.

    :param detail: as the engine gives it: names, separated by commas
    """
    sentence = sentences.REFUSALS[code]
    known = {**input_words(), **{name: str(word) for name, word in sentences.PUBLISHED.items()}}
    named = ", ".join(dict.fromkeys(known.get(name, name) for name in detail.split(", ")))
    return f"{sentence}: {named}" if detail else str(sentence)


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
