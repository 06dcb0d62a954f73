"""What is wrong with a plan document, and where: first its form (the JSON Schema), then its sense."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tomoshibi.kernel.units import TooFine, TooLarge, micro, scaled
from tomoshibi.rating.program import Program
from tomoshibi.rating.proration import Scope
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import fees, first_blocks, numbers, together
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.shapes import SHAPES, calendar
from tomoshibi.tariffs.shapes.shape import Complaint, Part, block_dwh
from tomoshibi.tariffs.values import Finding

PRICE_DECIMALS = 6
ONE_DAY = timedelta(days=1)


def findings(text: str) -> list[Finding]:
    """
    Everything that lint has to say about a document, blocking things first.

    :param text: YAML or JSON
    """
    try:
        document = documents.read(text)
        places = documents.lines(text)
    except documents.Unreadable as wrong:
        return [Finding(path="", sentence=wrong.sentence, line=wrong.line)]
    return [
        Finding(path=documents.path_text(path), sentence=sentence, line=_line(path, places), blocking=blocking)
        for path, sentence, blocking in sorted(complaints(document), key=lambda c: not c[2])
    ]


def complaints(document: Part) -> list[Complaint]:
    """Complaints about a document that is read already: path, sentence, whether it blocks publication."""
    validator = Draft202012Validator(documents.schema())
    form = dict.fromkeys(c for error in validator.iter_errors(document) for c in _form(error))
    if form:
        return list(form)
    found = list(numbers.complaints(document)) or list(_sense(document))
    if not any(blocking for _path, _sentence, blocking in found):
        for index, one in enumerate(documents.versions(document)):
            program = compiler.program(one)
            found += _lines_of_one_name(program, index)
            found += together.complaints(program, one, index)
    return found


def _lines_of_one_name(program: Program, version: int) -> list[Complaint]:
    """Codes that components make for their lines may meet: ``energy_tier_1`` is also the first tier of ``energy``."""
    codes = [slot.code for component in program.components for slot in component.slots()]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    text = _("two lines of the bill would be called %(code)s: give a component another code")
    return [(("versions", version, "components"), text % {"code": code}, True) for code in twice]


def _line(path: Path_, places: Mapping[Path_, int]) -> int | None:
    for length in range(len(path), -1, -1):
        if path[:length] in places:
            return places[path[:length]]
    return None


def _form(error: ValidationError) -> Iterator[Complaint]:
    path = tuple(error.absolute_path)
    rule, value = error.validator, error.instance
    if value == "":
        yield path, _("nothing is entered here yet"), True
    elif rule == "required":
        missing = re.findall(r"'([^']+)' is a required", error.message)
        yield path, _("%(name)s is missing") % {"name": ", ".join(missing)}, True
    elif rule == "additionalProperties":
        known: set[str] = set(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else set()
        for name in sorted(map(str, set(value) - known)):  # type: ignore[arg-type]
            text = _("%(name)s is not known here; known are: %(known)s")
            yield (*path, name), text % {"name": name, "known": ", ".join(sorted(known))}, True
    elif rule in {"enum", "const"}:
        allowed: list[Any] = error.schema["enum"] if rule == "enum" else [error.schema["const"]]  # type: ignore[index]
        text = _("%(value)s is not one of: %(known)s")
        yield path, text % {"value": value, "known": ", ".join(map(str, allowed))}, True
    elif rule in {"anyOf", "oneOf"} and isinstance(error.schema, Mapping) and "description" in error.schema:
        yield (
            path,
            _("%(value)s is not what is wanted: %(wanted)s")
            % {
                "value": value,
                "wanted": _(str(error.schema["description"])),
            },
            True,
        )
    elif rule in {"anyOf", "oneOf"} and error.context:
        deepest = max(error.context, key=lambda e: len(e.absolute_path))
        yield from _form(deepest)
    else:
        yield path, _of_form(error), True


_TYPES = {
    "integer": gettext_lazy("a whole number"),
    "string": gettext_lazy("a text"),
    "boolean": gettext_lazy("true or false"),
    "array": gettext_lazy("a list"),
    "object": gettext_lazy("a group of named entries"),
}
_PATTERNS = {
    "^[a-z][a-z0-9_]*$": gettext_lazy("small Latin letters, digits and _, a letter first"),
    "^[a-z][a-z0-9-]{1,59}$": gettext_lazy("2 to 60 small Latin letters, digits and -, a letter first"),
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": gettext_lazy("a day like 2026-04-01"),
    calendar.HOURS: gettext_lazy("hours like 08:00-22:30, on the half-hour"),
}
_DESCRIBED = (
    gettext_noop("An exact decimal number."),
    gettext_noop("An energy in kWh."),
    gettext_noop("A text for people, or one for each language: ja (needed), zh, en."),
    gettext_noop("Where a price comes from: a text, or one for each language."),
)
"""Descriptions in ``plan.schema.json`` that stand in a sentence; the schema itself is English."""


def _of_form(error: ValidationError) -> str:
    """What is wrong with the form of a value, without the words of a JSON Schema."""
    rule, value = str(error.validator), error.instance
    wanted: Any = error.validator_value
    said: dict[str, Any] = {"value": value, "wanted": wanted}
    if rule == "type":
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        said["wanted"] = " / ".join(str(_TYPES.get(name, name)) for name in names)
    elif rule == "pattern":
        said["wanted"] = _PATTERNS.get(wanted, wanted)
    sentences = {
        "type": _("%(value)s is not what is wanted: %(wanted)s"),
        "pattern": _("%(value)s is not what is wanted: %(wanted)s"),
        "minimum": _("%(value)s is less than %(wanted)s"),
        "exclusiveMinimum": _("%(value)s is not above %(wanted)s"),
        "maximum": _("%(value)s is more than %(wanted)s"),
        "minItems": _("at least %(wanted)s has to stand here"),
        "minProperties": _("at least %(wanted)s has to stand here"),
        "uniqueItems": _("something stands here twice: %(value)s"),
    }
    if value is None:
        return _("nothing is entered here yet")
    if isinstance(value, list):
        said["value"] = ", ".join(map(str, value))
    return sentences[rule] % said if rule in sentences else error.message


def _sense(document: Part) -> Iterator[Complaint]:
    sources = set(document["sources"])
    minor = compiler.MINOR_UNITS[document.get("currency", "JPY")]
    for key in fees.SCHEMA:
        yield from _prices(document.get(key), (key,), sources)
    yield from _asked_for(document, (), minor)
    end = date.min
    for index, version in enumerate(document["versions"]):
        path: Path_ = ("versions", index)
        try:
            start = date.fromisoformat(version["from"])
            until = date.fromisoformat(version["until"]) if "until" in version else start + ONE_DAY
        except ValueError:
            yield path, _("from or until is no day of the calendar"), True
            continue
        if start < end:
            yield (*path, "from"), _("versions stand in the order of their days and do not overlap"), True
        if until <= start:
            yield (*path, "until"), _("a version ends after it begins"), True
        end = until
        if version.get("from_confidence", "high") != "high":
            yield (*path, "from"), _("the first day of this version is not certain"), False
        yield from _prices(version, path, sources)
        yield from _asked_for(version, path, minor)
        yield from _components(version["components"], (*path, "components"), document)
        yield from _several_parts(version, path, document)


def _asked_for(place: Part, path: Path_, minor: int) -> Iterator[Complaint]:
    """Amounts that are asked for as they stand: whole in the currency's smallest unit."""
    for inside, amount in fees.amounts(place):
        try:
            scaled(amount, scale=minor)
        except (TooFine, TooLarge):
            text = _("%(value)s is no whole amount of the currency's smallest unit")
            yield (*path, *inside), text % {"value": amount}, True


def _several_parts(version: Part, path: Path_, document: Part) -> Iterator[Complaint]:
    """What a bill of several parts would owe once for each, where the plan does not share it by days."""
    policy = version.get("proration", document.get("proration", "never"))
    shared = set() if policy == "never" else set(policy.get("applies_to", map(str, Scope)))
    kinds = {part["kind"] for part in version["components"] if part.get("split") != "days"}
    by_half_hours = ("band_tiers", "season_tiers")
    for kind, scope in (("monthly_minimum", Scope.MONTHLY_MINIMUM), *((kind, Scope.TIERS) for kind in by_half_hours)):
        if kind in kinds and scope not in shared:
            text = _("a bill of several parts would count %(kind)s once for each: proration has to apply to %(scope)s")
            yield (*path, "components"), text % {"kind": kind, "scope": scope}, True
    alike = {Scope.TIERS, Scope.BLOCKS}
    if any(block_dwh(part) for part in version["components"]) and len(alike & shared) == 1:
        yield path, _("proration applies to tiers and to blocks, or to neither: they share their edges"), True


def _prices(value: Any, path: Path_, sources: set[str]) -> Iterator[Complaint]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _prices(item, (*path, index), sources)
    if not isinstance(value, Mapping):
        return
    for key, item in value.items():
        yield from _prices(item, (*path, key), sources)
    if "amount" in value:
        if value["source"] not in sources:
            text = _("%(source)s is not among the sources of the document")
            yield (*path, "source"), text % {"source": value["source"]}, True
        try:
            micro(value["amount"])
        except (TooFine, TooLarge) as wrong:
            fine = isinstance(wrong, TooFine)
            text = _("%(value)s has more than %(n)s decimals") if fine else _("%(value)s is too large a price")
            yield (*path, "amount"), text % {"value": value["amount"], "n": PRICE_DECIMALS}, True
        if value.get("confidence", "high") == "low":
            yield path, _("this price is of low confidence: check it before it goes live"), False


def _names_of_energies(part: Part) -> Iterator[str]:
    """What the energies that a component takes from half-hours are called: one name is one energy, for all of a plan."""
    seasons = part["seasons"] if part.get("split") == "half_hours" else ()
    for band in (*part.get("bands", ()), *seasons):
        yield band["name"]
        if part.get("allocation") == "time_order":
            yield from (f"{band['name']}_tier_{tier}" for tier in range(1, len(band["steps"]) + 1))


def _components(parts: list[Part], path: Path_, document: Part) -> Iterator[Complaint]:
    seen: list[str] = []
    bands: set[str] = set()
    yield from first_blocks.complaints(parts, path)
    for index, part in enumerate(parts):
        here = (*path, index)
        if part["code"] in seen:
            yield (*here, "code"), _("%(code)s is used twice in this version") % {"code": part["code"]}, True
        for name in part.get("of", ()):
            if name not in seen:
                text = _("%(code)s does not stand above this component")
                yield (*here, "of"), text % {"code": name}, True
        seen.append(part["code"])
        for name in _names_of_energies(part):
            if name in bands:
                place = "bands" if "bands" in part else "seasons"
                text = _("%(name)s is a band of another component already")
                yield (*here, place), text % {"name": name}, True
            bands.add(name)
        yield from SHAPES[part["kind"]].complaints(part, here, document)
