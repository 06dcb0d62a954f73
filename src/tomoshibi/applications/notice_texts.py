"""Filling a document: texts with ``{facts}``; an item without text, or with a fact that nobody knows, is missing."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tomoshibi.applications.values.notices import ITEMS, TemplateItem

_FACT = re.compile(r"\{([a-z_]+)\}")
FACTS = frozenset({
    "company", "company_postal_code", "company_address", "company_phone", "company_mail", "invoice_registration", "customer",
    "contract", "agent", "start", "plan", "prices", "rules", "discounts", "payment", "reading_day", "voltage", "frequency",
    "capacity", "spin", "place", "fee", "late_interest", "power_mix", "fiscal_year",
})  # fmt: skip
"""What can be filled in."""
SAMPLE = "sample"
SAMPLE_MARKS = ("見本", "A0000")
"""What the shipped texts write where a company has to put its own: no paper leaves with one of them on it."""


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """The texts that come with the product: examples, to be confirmed with counsel."""
    return dict(yaml.safe_load((Path(__file__).parent / "notices.yaml").read_text("utf-8")))


def facts_in(text: str) -> list[str]:
    return _FACT.findall(text)


def is_sample(text: str) -> bool:
    """Whether the text of an item, before its facts are filled in, still has a value of the shipped example."""
    whole = text.replace("{power_mix}", str(shipped()["power_mix"]))
    return any(mark in whole for mark in SAMPLE_MARKS)


def complaints(items: Sequence[TemplateItem]) -> list[tuple[str, str]]:
    """
    What keeps a template from being published.

    :returns: code of the item, and the fact that is not known (empty: the item has no text; ``SAMPLE``: it is still the
        example)
    """
    given = {item.code: item for item in items}
    found = []
    for code in ITEMS:
        item = given.get(code)
        if item is None or not item.text.strip() or not item.heading.strip():
            found.append((code, ""))
            continue
        found += [(code, fact) for fact in facts_in(item.text) if fact not in FACTS]
        if is_sample(item.text):
            found.append((code, SAMPLE))
    return found


def fill(text: str, facts: Mapping[str, str]) -> tuple[str, list[str]]:
    """:returns: the text, and the facts that it names and nobody knows"""
    lacking = [fact for fact in facts_in(text) if not facts.get(fact, "").strip()]
    return _FACT.sub(lambda match: facts.get(match[1], ""), text), lacking


def filled(items: Sequence[TemplateItem], facts: Mapping[str, str]) -> tuple[list[dict[str, str]], list[str]]:
    """
    Every item with its facts.

    :returns: the items as the paper shows them, and ``item`` or ``item:fact`` of what is missing; a paper with
        anything missing is not sent
    """
    given = {item.code: item for item in items}
    content, missing = [], []
    for code in ITEMS:
        item = given.get(code)
        if item is None or not item.text.strip():
            missing.append(code)
            continue
        text, lacking = fill(item.text, facts)
        missing += [f"{code}:{fact}" for fact in lacking]
        if is_sample(item.text):
            missing.append(f"{code}:{SAMPLE}")
        content.append({"code": code, "heading": item.heading, "text": text})
    return content, missing
