"""Plan documents: reading and checking them, those that are shipped, the text a version was written as."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tomoshibi.tariffs import beginnings, cases, coverage, lint, repricing, values
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.models import PlanVersion


def read_document(text: str) -> tuple[list[dict[str, Any]], list[values.Finding]]:
    """
    A document as one-version documents, and what lint says about it.

    :returns: no documents where a finding blocks
    """
    findings = lint.findings(text)
    if any(finding.blocking for finding in findings):
        return [], findings
    return documents.versions(documents.read(text)), findings


def with_prices(document: Mapping[str, Any], change: Callable[[Fraction], Fraction]) -> dict[str, Any]:
    """A one-version document with other prices: every amount but percentages, to the decimals it is written with."""
    return repricing.with_prices(document, change)


def findings_in(text: str) -> list[values.Finding]:
    """What lint says about a text, sound or not, blocking things first."""
    return lint.findings(text)


def shipped_documents(*, currency: str = "") -> list[dict[str, Any]]:
    """
    One-version documents of the plans that come with the product.

    :param currency: only those that are priced in it
    """
    return [
        one
        for path in documents.shipped()
        for one in documents.versions(documents.read(path.read_text(encoding="utf-8")))
        if not currency or one.get("currency", "JPY") == currency
    ]


def shapes_page() -> str:
    """The page ``docs/shapes.md``: every price shape and what shows it."""
    return coverage.markdown()


def shape_holes() -> list[str]:
    """What price shapes lack, one sentence each."""
    return coverage.holes()


def document_schema() -> dict[str, Any]:
    """The JSON Schema of plan documents."""
    return documents.schema()


def check_case(case: Mapping[str, Any]) -> cases.Result:
    """Price a published case through the real path and compare it with what was published."""
    return cases.check(case)


def findings_of(document: Mapping[str, Any]) -> list[values.Finding]:
    """What lint says about a document that is stored (warnings: uncertain prices and days)."""
    return [
        values.Finding(path=documents.path_text(path), sentence=sentence, blocking=blocking)
        for path, sentence, blocking in lint.complaints(document)
    ]


def plan_documents(*, plan_code: str) -> list[dict[str, Any]]:
    """The published versions of a plan as one-version documents, oldest first; the shipped ones where none is."""
    rows = PlanVersion.objects.filter(plan_code=plan_code).order_by("valid_from")
    return [row.document for row in rows] or shipped_plan(plan_code=plan_code)


def shipped_plan(*, plan_code: str) -> list[dict[str, Any]]:
    return [document for document in shipped_documents() if document["plan"] == plan_code]


def text_of(one: values.PlanVersion) -> str:
    """
    The text that a version was written as, with its comments; empty where nobody kept it.

    Plans that come with the product are found among its files.
    """
    kept: str = PlanVersion.objects.values_list("text", flat=True).get(id=one.id)
    if kept:
        return beginnings.only_version(kept, start=one.valid_from.isoformat())
    for path in documents.shipped():
        text = path.read_text(encoding="utf-8")
        # The right file by its first lines, before it is read as a whole.
        if f"plan: {one.plan_code}\n" in text and any(
            documents.sha256(document) == one.sha256 for document in documents.versions(documents.read(text))
        ):
            return beginnings.only_version(text, start=one.valid_from.isoformat())
    return ""


def plan_code_in(text: str) -> str:
    """The code that a document's text gives its plan; empty where the text cannot be read."""
    try:
        return str(documents.read(text).get("plan") or "")[:60]
    except documents.Unreadable:
        return ""
