"""
A plan document as a form: built from the plan schema, so that a new kind of component needs no new form.

Reading gives boxes of fields and tables with what lint says about each; writing puts what was typed back into the
text, place by place, so that comments stay.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from tomoshibi.masters import values as masters
from tomoshibi.tariffs import beginnings, edits, fees, fieldwords
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.beginnings import resolved
from tomoshibi.tariffs.boxes import Field, Form, slug
from tomoshibi.tariffs.boxing import Builder
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.values import Finding

__all__ = [
    "Form",
    "add_component",
    "add_row",
    "add_source",
    "apply",
    "form",
    "newest_component",
    "others",
    "remove",
    "slug",
]
Schema = Mapping[str, Any]
_BASIC = ("basic", "minimum_charge", "devices")
_ENERGY = ("flat", "tiers", "bands", "band_tiers", "seasons", "season_tiers", "market_linked")
_FUEL_PRODUCTS = {"low": masters.REGULATED_LOW, "high": masters.HIGH, "special_high": masters.SPECIAL_HIGH}
_PLACE = re.compile(r"(versions|sources)\b|[a-z_]+[.\[]")
"""Names of fields that are places of a document; a form posts its revision and the example's wishes besides."""
_WHOLE = re.compile(r"-?[0-9]+")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def form(text: str, findings: Sequence[Finding]) -> Form | None:
    """
    A text as a form; nothing where it has no shape that a form could show.

    :param findings: what lint says about it
    """
    try:
        document = documents.read(text)
        return Builder(document, findings).form()
    except (documents.Unreadable, LookupError, TypeError, AttributeError, ValueError):
        return None


def apply(text: str, *, found: Form, posted: Mapping[str, str]) -> str:
    """
    Put what was typed into the text; places that were not posted stay.

    :param found: the form as it stands for this text
    :param posted: texts by the name of their field
    """
    removals: list[Path_] = []
    replaced: list[Path_] = []
    for one in found.fields():
        typed = posted.get(one.name)
        if typed is None or _tidy(typed) == one.value:
            continue
        value = _value(_tidy(typed), one)
        if value is _NOTHING:
            removals.append(one.path)
        elif not any(one.path[: len(whole)] == whole for whole in replaced):
            text = edits.put(text, one.path, value)
            replaced.append(one.path)
    for path in reversed(removals):
        text = edits.remove(text, path)
        text = _without_empty(text, path[:-1])
    return text


def others(*, found: Form, posted: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """
    What a form holds that was opened before the draft was changed elsewhere, where that is not what stands there now.

    :param found: the form as it stands now
    :param posted: texts by the name of their field, of the older form
    :returns: place in words (its path where the form has it no longer), what was posted, what stands there now
    """
    now = {one.name: one.value for one in found.fields()}
    rest = []
    for name, typed in posted.items():
        if _tidy(typed) == now.get(name, "") or (name not in now and not _PLACE.match(name)):
            continue
        place = found.place_of(name) if name in now else None
        rest.append((place[1] if place else name, _tidy(typed), now.get(name, "")))
    return rest


def add_row(text: str, *, name: str) -> str:
    """Add a row at the end of a list of the form; before the last one where that stays last (tiers)."""
    path = documents.path_of(name)
    data: Any = documents.read(text)
    schema = _schema_of(data, path)["items"]
    row = beginnings.row_like(schema, source=_first_source(text))
    for part in path[:-1]:
        data = data[part]
    if isinstance(data, dict) and path[-1] not in data:
        return edits.put(text, path, [row])
    data = data[path[-1]]
    assert isinstance(data, list), "rows are added to lists"
    open_end = bool(data) and isinstance(data[-1], dict) and "up_to_kwh" in data[-1] and data[-1]["up_to_kwh"] is None
    if open_end:
        row["up_to_kwh"] = ""
    return edits.insert(text, (*path, len(data) - open_end), row)


def add_component(text: str, *, kind: str) -> str:
    """Add a component of a kind, with the least that it needs."""
    document = documents.read(text)
    place = len(document["versions"]) - 1
    codes = {part["code"] for part in document["versions"][place]["components"]}
    code = next(c for c in (kind, *(f"{kind}_{n}" for n in range(2, 100))) if c not in codes)
    known = beginnings.row_like({"$ref": f"#/$defs/{kind}"}, source=_first_source(text))
    known |= {"code": code, "kind": kind}
    parts = document["versions"][place]["components"]
    if kind == "bands":
        # Readings are whole kWh and half-hours are not: without a band that takes the rest no bill could be priced.
        known |= {
            "round": {"unit": 1, "mode": "half_up"},
            "remainder": "day",
            "bands": fieldwords.first_bands(_first_source(text)),
        }
    elif kind == "tiers":
        known["steps"][0]["up_to_kwh"] = None
    elif kind in {"basic", "published_monthly"}:
        known["unit"] = document.get("capacity", {}).get("unit", known["unit"])
    elif kind == "fuel":
        known["product"] = _FUEL_PRODUCTS.get(document.get("voltage", ""), "")
    return edits.insert(text, ("versions", place, "components", _place_among(parts, kind)), known)


def _place_among(parts: Sequence[Mapping[str, Any]], kind: str) -> int:
    """Where a new component comes: energy behind what is basic, the levy last, everything else before the levy."""
    if kind in _ENERGY:
        return max((n for n, part in enumerate(parts, start=1) if part.get("kind") in _BASIC + _ENERGY), default=0)
    return len(parts) - (1 if kind != "levy" and parts and parts[-1].get("kind") == "levy" else 0)


def newest_component(before: str, after: str) -> Path_:
    """The place of the component that the second text has and the first has not; empty where there is none."""
    old, new = (documents.read(text)["versions"] for text in (before, after))
    place = len(new) - 1
    codes = {part.get("code") for part in old[place]["components"]}
    found = [n for n, part in enumerate(new[place]["components"]) if part.get("code") not in codes]
    return ("versions", place, "components", found[0]) if found else ()


def add_source(text: str) -> str:
    """Add a source with a name that is free."""
    known = documents.read(text).get("sources", {})
    name = next(f"source_{n}" for n in range(1, 1000) if f"source_{n}" not in known)
    return edits.put(text, ("sources", name), fieldwords.new_source())


def remove(text: str, *, name: str) -> str:
    """Take a component, source or row out; a list that may be missing goes with its last row."""
    path = documents.path_of(name)
    text = edits.remove(text, path)
    holder: Any = documents.read(text)
    for part in path[:-1]:
        holder = holder[part]
    return edits.remove(text, path[:-1]) if holder == [] and path[-2] in fees.SCHEMA else text


_NOTHING = object()


def _tidy(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


def _without_empty(text: str, path: Path_) -> str:
    """Take a mapping out that has lost its last key, and what holds nothing but it."""
    data: Any = documents.read(text)
    for part in path:
        data = data[part]
    return _without_empty(edits.remove(text, path), path[:-1]) if data in ({}, []) and path else text


def _value(typed: str, one: Field) -> Any:
    if not typed:
        return {"remove": _NOTHING, "null": None}.get(one.empty, "")
    if one.kind == "number":
        plain = unicodedata.normalize("NFKC", typed).replace("−", "-").replace("\u2010", "-").strip()
        if _THOUSANDS.fullmatch(plain):
            plain = plain.replace(",", "")
        return int(plain) if _WHOLE.fullmatch(plain) else plain
    if one.kind == "list":
        items = [item for item in re.split(r"[,、，\s]+", unicodedata.normalize("NFKC", typed)) if item]
        known = {word: code for code, word in one.choices}
        return [int(item) if one.whole and _WHOLE.fullmatch(item) else known.get(item, item) for item in items]
    if one.kind == "choice":
        return {"true": True, "false": False}.get(typed, int(typed) if one.whole else typed)
    if one.kind == "code":
        try:
            return documents.read(f"it: {typed}")["it"]
        except documents.Unreadable:
            return typed
    if one.kind == "day":
        return unicodedata.normalize("NFKC", typed).replace("/", "-")
    return typed


def _first_source(text: str) -> str:
    """The source that new prices name first: the company's own decision where the document knows it."""
    known = documents.read(text).get("sources") or {"": ""}
    return beginnings.OWN if beginnings.OWN in known else next(iter(known))


def _schema_of(document: Mapping[str, Any], path: Path_) -> Schema:
    """The part of the schema that describes a place of a document."""
    schema: Schema = documents.schema()
    value: Any = document
    for part in path:
        schema = resolved(schema)
        value = value.get(part) if isinstance(value, Mapping) else value[part]
        if isinstance(part, int):
            schema = schema["items"]
            if isinstance(value, Mapping) and "kind" in value and value["kind"] in documents.schema()["$defs"]:
                schema = {"$ref": f"#/$defs/{value['kind']}"}
        else:
            schema = schema["properties"][part]
    return resolved(schema)
