"""The text that a draft begins with: a published version, with its comments where its text is known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import edits

OWN = "own"
OWN_SOURCE = {"ja": "当社で決めた単価", "zh": "本公司自行确定的单价", "en": "a price of our own"}
"""The source of prices that the company decides by itself."""


def of_version(document: Mapping[str, Any], *, text: str, valid_from: date, plan_code: str = "", name: str = "") -> str:
    """
    One version as the text of the next one, or of a new plan.

    :param document: the published one-version document
    :param text: the text it was published from; made from the document where there is none
    :param plan_code: of a new plan; the same plan without it
    """
    begun = only_version(text, start=document["versions"][0]["from"]) if text else documents.write(dict(document))
    place = ("versions", 0)
    begun = edits.put(begun, (*place, "from"), valid_from.isoformat())
    for stale in ("until", "from_confidence", "comment"):
        if stale in document["versions"][0]:
            begun = edits.remove(begun, (*place, stale))
    return _as_new_plan(begun, plan_code=plan_code, name=name) if plan_code else begun


def _as_new_plan(text: str, *, plan_code: str, name: str) -> str:
    """What a copy takes over are prices and rules; name, seller and authorisation were the other plan's."""
    text = edits.put(text, ("plan",), plan_code)
    # What the plan is called elsewhere would be the old plan's name.
    text = edits.put(text, ("name",), {"ja": name or plan_code})
    data = documents.read(text)
    for told in ("seller", "comment"):
        if told in data:
            text = edits.remove(text, (told,))
    if data["kind"] == "regulated":
        text = edits.put(text, ("kind",), "free")
    # Whoever types another price names where it comes from; the old source did not publish it.
    return text if OWN in data["sources"] else edits.put(text, ("sources", OWN), dict(OWN_SOURCE))


def blank(*, plan_code: str, name: str, valid_from: date, currency: str) -> str:
    """
    A new plan of the company's own from nothing: no component yet, and the usual rules beside the components.

    :param currency: ``JPY`` or ``CNY``; yuan are rounded to fen
    """
    in_yen = currency == "JPY"
    half_up = {"unit": 1 if in_yen else "0.01", "mode": "half_up"}
    head: dict[str, Any] = {"plan": plan_code, "name": {"ja": name}, "area": "*", "voltage": "low"}
    if not in_yen:
        head["currency"] = currency
    head |= {"kind": "free", "capacity": {"unit": "contract"}, "sources": {OWN: dict(OWN_SOURCE)}, "tax": "included"}
    if in_yen:
        kwh = {"unit": 1, "mode": "half_up"}
        head |= {
            "quantity": kwh,
            "rounding": {
                "line": "exact",
                "levy": {"unit": 1, "mode": "floor"},
                "total": "floor",
                "tax": "floor",
                "display": half_up,
            },
            "proration": {
                "denominator": "reading_period",
                "kwh": kwh,
                "money": {"unit": "0.01", "mode": "half_up"},
                "source": OWN,
            },
        }
    else:
        head["rounding"] = {"line": "exact", "total": "half_up", "tax": "half_up", "display": half_up}
    return documents.write(head | {"versions": [{"from": valid_from.isoformat(), "components": []}]})


def only_version(text: str, *, start: str) -> str:
    """A document's text without the versions that begin on other days, and without sources that nothing names."""
    data = documents.read(text)
    for index in reversed(range(len(data["versions"]))):
        if data["versions"][index]["from"] != start:
            text = edits.remove(text, ("versions", index))
    (one,) = documents.versions(documents.read(text))
    for source in data["sources"]:
        if source not in one["sources"]:
            text = edits.remove(text, ("sources", source))
    return text


def row_like(schema: Mapping[str, Any], *, source: str) -> Any:
    """
    The least that a place of the schema takes, to be filled in: what is needed, nothing else.

    :param source: the source that new prices name first
    """
    found = resolved(schema)
    if "enum" in found:
        return found["enum"][0]
    if found.get("type") == "object":
        # Where one of several has to be there, the first is offered.
        needed = [*found.get("required", ()), *next((one.get("required", ()) for one in found.get("anyOf", ())), ())]
        # A price that nobody typed yet is no price of zero.
        known = {"source": source, "amount": ""}
        return {
            name: known[name] if name in known else row_like(found["properties"][name], source=source)
            for name in needed
            if name in found["properties"]
        }
    if "anyOf" in found or "oneOf" in found:
        options = found.get("anyOf") or found["oneOf"]
        return row_like(options[0], source=source)
    if found.get("type") == "array":
        return [row_like(found["items"], source=source)] * found.get("minItems", 0)
    return {"integer": 0, "boolean": False, "null": None}.get(found.get("type", ""), "")


def resolved(schema: Any) -> Mapping[str, Any]:
    """A part of the plan schema behind its reference; anything goes where it says ``true``."""
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = documents.schema()["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema if isinstance(schema, Mapping) else {}
