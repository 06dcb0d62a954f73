"""
A plan document as a form: built from the plan schema, so that a new kind of component needs no new form.

Reading gives boxes of fields and tables with what lint says about each; writing puts what was typed back into the
text, place by place, so that comments stay.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tomoshibi.tariffs import beginnings, edits, fieldwords
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.beginnings import resolved
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.values import Finding

Schema = Mapping[str, Any]
_WHOLE = re.compile(r"-?[0-9]+")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_HEADER = ("plan", "name", "seller", "comment", "area", "voltage", "kind", "capacity")
_RULES = ("tax", "quantity", "rounding", "proration")


@dataclass(frozen=True)
class Place:
    """Where in the document something stands; what its inputs and its element on the page are called follows from it."""

    path: Path_

    @property
    def name(self) -> str:
        return documents.path_text(self.path)

    @property
    def id(self) -> str:
        return slug(self.path)


@dataclass(frozen=True)
class Field(Place):
    """
    One place that can be typed into.

    :param kind: ``text``, ``number``, ``choice``, ``list`` (with commas), ``day`` or ``code`` (a piece of YAML)
    :param empty: what an empty input means: ``remove`` the key, or the value ``null``, or ``""`` (lint says what is wrong)
    """

    label: str
    value: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()
    empty: str = "remove"
    whole: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """What stands in one column of a row."""

    fields: tuple[Field, ...]
    number: bool = False


@dataclass(frozen=True)
class Row(Place):
    cells: tuple[Cell, ...]
    title: str = ""
    removable: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table(Place):
    """Rows of one kind; ``path`` is the list they stand in, where rows can be added. ``title`` says what they are."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    can_grow: bool = False
    title: str = ""


@dataclass(frozen=True)
class Box(Place):
    """A component, or a part of the header."""

    title: str
    code: str = ""
    kind: str = ""
    says: str = ""
    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()
    removable: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """
    The newest version of a document as boxes.

    :param elsewhere: findings that belong to no place of the form
    """

    header: Box
    version: Box
    rules: Box
    sources: Box
    components: tuple[Box, ...]
    kinds: tuple[tuple[str, str], ...]
    elsewhere: tuple[Finding, ...] = ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        return (self.header, self.version, *self.components, self.sources, self.rules)

    def fields(self) -> Iterator[Field]:
        for box in self.boxes:
            yield from box.fields
            for table in box.tables:
                for row in table.rows:
                    for cell in row.cells:
                        yield from cell.fields

    def errors(self) -> dict[str, tuple[str, ...]]:
        """What is wrong, by the id of every place that could say so."""
        found = {one.id: one.errors for one in self.fields()}
        for box in self.boxes:
            found[box.id] = box.errors
            found |= {row.id: row.errors for table in box.tables for row in table.rows}
        return found


def slug(path: Path_) -> str:
    return "f-" + re.sub(r"[^a-zA-Z0-9]+", "-", documents.path_text(path)).strip("-")


def form(text: str, findings: Sequence[Finding]) -> Form | None:
    """
    A text as a form; nothing where it has no shape that a form could show.

    :param findings: what lint says about it
    """
    try:
        document = documents.read(text)
        return _Builder(document, findings).form()
    except (documents.Unreadable, LookupError, TypeError, AttributeError, ValueError):
        return None


def apply(text: str, *, found: Form, posted: Mapping[str, str]) -> str:
    """
    Put what was typed into the text; places that were not posted stay.

    :param found: the form as it stands for this text
    :param posted: texts by the name of their field
    """
    removals = []
    for one in found.fields():
        typed = posted.get(one.name)
        if typed is None or _tidy(typed) == one.value:
            continue
        value = _value(_tidy(typed), one)
        if value is _NOTHING:
            removals.append(one.path)
        else:
            text = edits.put(text, one.path, value)
    for path in reversed(removals):
        text = edits.remove(text, path)
        text = _without_empty(text, path[:-1])
    return text


def add_row(text: str, *, name: str) -> str:
    """Add a row at the end of a list of the form; before the last one where that stays last (tiers)."""
    path = documents.path_of(name)
    data: Any = documents.read(text)
    for part in path:
        data = data[part]
    assert isinstance(data, list), "rows are added to lists"
    schema = _schema_of(documents.read(text), path)["items"]
    row = beginnings.row_like(schema, source=_first_source(text))
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
        known["bands"] = fieldwords.first_bands(_first_source(text))
    elif kind == "tiers":
        known["steps"][0]["up_to_kwh"] = None
    # The levy is the last line of a bill.
    at = len(parts) - (1 if parts and parts[-1]["kind"] == "levy" else 0)
    return edits.insert(text, ("versions", place, "components", at), known)


def add_source(text: str) -> str:
    """Add a source with a name that is free."""
    known = documents.read(text).get("sources", {})
    name = next(f"source_{n}" for n in range(1, 1000) if f"source_{n}" not in known)
    return edits.put(text, ("sources", name), fieldwords.new_source())


def remove(text: str, *, name: str) -> str:
    return edits.remove(text, documents.path_of(name))


_NOTHING = object()


def _tidy(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


def _without_empty(text: str, path: Path_) -> str:
    """Take a mapping out that has lost its last key."""
    data: Any = documents.read(text)
    for part in path:
        data = data[part]
    return edits.remove(text, path) if data == {} and path else text


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
        return [int(item) if one.whole and _WHOLE.fullmatch(item) else item for item in items]
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


def _shown(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "list" and isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, (dict, list)) or kind == "code":
        return documents.write(value, flow=True).strip()
    return str(value)


def _first_source(text: str) -> str:
    return next(iter(documents.read(text).get("sources") or {"": ""}))


def _schema_of(document: Mapping[str, Any], path: Path_) -> Schema:
    """The part of the schema that describes a place of a document."""
    schema: Schema = documents.schema()
    value: Any = document
    for part in path:
        schema = resolved(schema)
        value = value[part]
        if isinstance(part, int):
            schema = schema["items"]
            if isinstance(value, Mapping) and "kind" in value and value["kind"] in documents.schema()["$defs"]:
                schema = {"$ref": f"#/$defs/{value['kind']}"}
        else:
            schema = schema["properties"][part]
    return resolved(schema)


def _is_price(schema: Schema) -> bool:
    return {"amount", "source"} <= set(schema.get("properties", {}))


def _leaf_kind(schema: Schema) -> str:
    """How a value is typed in; empty for what is no single value."""
    if "enum" in schema or schema.get("type") == "boolean":
        return "choice"
    options = [resolved(one) for one in schema.get("anyOf", schema.get("oneOf", ()))]
    if options:
        simple = [one for one in options if one.get("type") in {"integer", "string", "null"}]
        return "number" if len(simple) == len(options) or _leaf_kind(options[-1]) == "number" else "code"
    if schema.get("type") == "array":
        return "list" if resolved(schema["items"]).get("type") != "object" else ""
    if schema.get("type") == "object":
        return "" if schema.get("properties") else "code"
    if schema.get("type") == "integer":
        return "number"
    return "day" if schema.get("pattern", "").startswith("^[0-9]{4}-") else "text"


@dataclass
class _Builder:
    """Walks a document along its schema."""

    document: Mapping[str, Any]
    findings: Sequence[Finding]
    _said: set[str] = field(default_factory=set)

    def form(self) -> Form:
        place = len(self.document["versions"]) - 1
        version = self.document["versions"][place]
        here: Path_ = ("versions", place)
        root = documents.schema()
        parts = version["components"]
        built = Form(
            header=self._box((), root, self.document, fieldwords.title("header"), only=_HEADER),
            version=self._box(
                here, root["properties"]["versions"]["items"], version, fieldwords.title("version"),
                without=("components", *_RULES),
            ),
            rules=self._rules(here, version),
            sources=self._sources(),
            components=tuple(self._component((*here, "components", n), part) for n, part in enumerate(parts)),
            kinds=tuple(sorted(fieldwords.kinds(documents.schema()["$defs"]["component"]), key=lambda kind: kind[1])),
        )  # fmt: skip
        return self._placed(built)

    def _component(self, path: Path_, part: Mapping[str, Any]) -> Box:
        kind = part["kind"]
        schema = {"$ref": f"#/$defs/{kind}"} if kind in documents.schema()["$defs"] else {"type": "object"}
        title = fieldwords.component_title(part)
        box = self._box(path, schema, part, title, without=("kind",), removable=True)
        return Box(**(vars(box) | {"kind": kind, "code": str(part.get("code", "")), "says": fieldwords.says(part)}))

    def _rules(self, here: Path_, version: Mapping[str, Any]) -> Box:
        """Tax, quantity, rounding and proration where the document has them: in its header or its version."""
        fields: list[Field] = []
        for name in _RULES:
            own = name in version
            base: Path_ = here if own else ()
            holder = version if own else self.document
            schema = resolved(documents.schema()["properties"][name])
            fields += self._fields((*base, name), schema, holder.get(name), required=False, label=())
        return Box(path=("rules",), title=fieldwords.title("rules"), fields=tuple(fields))

    def _sources(self) -> Box:
        rows = tuple(
            Row(
                path=("sources", name),
                title=name,
                cells=(Cell((Field(("sources", name), fieldwords.word("source"), str(text), "text", empty="blank"),)),),
                removable=True,
            )
            for name, text in self.document.get("sources", {}).items()
        )
        table = Table(("sources",), (fieldwords.word("name"), fieldwords.word("source")), rows, can_grow=True)
        return Box(path=("sources",), title=fieldwords.title("sources"), tables=(table,))

    def _box(
        self,
        path: Path_,
        schema: Schema,
        value: Mapping[str, Any],
        title: str,
        *,
        only: Sequence[str] = (),
        without: Sequence[str] = (),
        removable: bool = False,
    ) -> Box:
        fields: list[Field] = []
        prices: list[Row] = []
        tables: list[Table] = []
        found = resolved(schema)
        for name, part in found.get("properties", {}).items():
            if name in without or (only and name not in only):
                continue
            inner = resolved(part)
            place = (*path, name)
            here = value.get(name)
            required = name in found.get("required", ())
            if _is_price(inner):
                if required or here is not None:
                    prices.append(self._price_row(place, inner, here, fieldwords.word(name)))
            elif inner.get("type") == "array" and not _leaf_kind(inner):
                tables.append(self._table(place, inner, here or []))
            elif self._holds_price(inner):
                if here is not None:
                    for sub, deep in inner["properties"].items():
                        if _is_price(resolved(deep)):
                            title_of = f"{fieldwords.word(name)} {fieldwords.word(sub)}"
                            prices.append(self._price_row((*place, sub), resolved(deep), here.get(sub), title_of))
                        else:
                            fields += self._fields((*place, sub), resolved(deep), here.get(sub), label=(name,))
            else:
                fields += self._fields(place, inner, here, required=required, label=())
        if prices:
            head = ("", *(fieldwords.head(name) for name in ("amount", "source", "confidence", "comment")))
            tables.insert(0, Table((*path, "prices"), head, tuple(prices)))
        return Box(
            path=path or ("header",), title=title, fields=tuple(fields), tables=tuple(tables), removable=removable
        )

    @staticmethod
    def _holds_price(schema: Schema) -> bool:
        return schema.get("type") == "object" and any(
            _is_price(resolved(part)) for part in schema.get("properties", {}).values()
        )

    def _price_row(self, path: Path_, schema: Schema, value: Any, title: str) -> Row:
        return Row(path=path, title=title, cells=tuple(self._price_cells(path, schema, value or {})))

    def _price_cells(self, path: Path_, schema: Schema, value: Mapping[str, Any]) -> Iterator[Cell]:
        for name in ("amount", "source", "confidence", "comment"):
            inner = resolved(schema["properties"][name])
            found = self._fields(
                (*path, name), inner, value.get(name), required=name in schema.get("required", ()), label=()
            )
            yield Cell(tuple(found), number=name == "amount")

    def _table(self, path: Path_, schema: Schema, rows: Sequence[Any]) -> Table:
        """A list of things as rows: one column per property, the price as its own columns."""
        item = resolved(schema["items"])
        names = list(item.get("properties", {}))
        # A row reads: which one, what for, how much.
        names.sort(key=lambda name: {"name": 0, "label": 1, "when": 2}.get(name, 3 if name != "price" else 4))
        head: list[str] = []
        several = sum(_is_price(resolved(item["properties"][name])) for name in names) > 1
        for name in names:
            if _is_price(resolved(item["properties"][name])):
                amount = fieldwords.price_head(name) if several else fieldwords.head("amount")
                head += [amount, *(fieldwords.head(one) for one in ("source", "confidence", "comment"))]
            else:
                head.append(fieldwords.head(name))
        built = tuple(
            Row(
                path=(*path, number),
                cells=tuple(self._cells((*path, number), item, names, row if isinstance(row, Mapping) else {})),
                removable=len(rows) > schema.get("minItems", 0),
            )
            for number, row in enumerate(rows)
        )
        return Table(path, tuple(head), built, can_grow=True, title=fieldwords.word(path[-1]))

    def _cells(self, path: Path_, item: Schema, names: Sequence[str], row: Mapping[str, Any]) -> Iterator[Cell]:
        for name in names:
            inner = resolved(item["properties"][name])
            place, value = (*path, name), row.get(name)
            required = name in item.get("required", ())
            if _is_price(inner):
                yield from self._price_cells(place, inner, value or {})
            elif inner.get("type") == "array" and not _leaf_kind(inner):
                yield Cell(tuple(self._conditions(place, inner, value)))
            else:
                found = self._fields(place, inner, value, required=required, label=())
                yield Cell(tuple(found), number=bool(found) and found[0].kind == "number")

    def _conditions(self, path: Path_, schema: Schema, value: Any) -> Iterator[Field]:
        """One condition as its lists; several as one piece of YAML."""
        item = resolved(schema["items"])
        if value is None or (isinstance(value, list) and len(value) > 1):
            yield Field(path, fieldwords.word(path[-1]), _shown(value, "code"), "code")
            return
        for name, part in item["properties"].items():
            yield from self._fields((*path, 0, name), resolved(part), value[0].get(name), label=())

    def _fields(
        self, path: Path_, schema: Schema, value: Any, *, required: bool = False, label: Sequence[str] = ()
    ) -> list[Field]:
        kind = _leaf_kind(schema)
        if not kind:
            holder = value if isinstance(value, Mapping) else {}
            return [
                one
                for name, part in schema.get("properties", {}).items()
                for one in self._fields(
                    (*path, name), resolved(part), holder.get(name),
                    required=required and name in schema.get("required", ()), label=(*label, str(path[-1])),
                )
            ]  # fmt: skip
        nullable = any(resolved(one).get("type") == "null" for one in schema.get("oneOf", schema.get("anyOf", ())))
        choices: tuple[tuple[str, str], ...] = ()
        if path[-1] == "source" and "amount" in self._sisters(path):
            kind, choices = "choice", tuple((name, name) for name in self.document.get("sources", {}))
            if value and value not in dict(choices):
                choices = (*choices, (str(value), str(value)))
        elif kind == "choice":
            options = schema.get("enum", (True, False))
            choices = tuple((_shown(one, ""), fieldwords.choice(str(path[-1]), one)) for one in options)
        if kind == "choice" and (not required or value is None):
            choices = (("", "–"), *choices)
        items = resolved(schema.get("items", {})) if kind == "list" else {}
        whole = items.get("type") == "integer" or _leaf_kind(items) == "number" if items else False
        whole = whole or all(isinstance(one, int) for one in schema.get("enum", ("",)))
        words = " ".join(fieldwords.word(name) for name in (*label, str(path[-1])))
        empty = "null" if nullable else "blank" if required else "remove"
        return [Field(path, words, _shown(value, kind), kind, choices, empty, whole)]

    def _sisters(self, path: Path_) -> Mapping[str, Any]:
        value: Any = self.document
        try:
            for part in path[:-1]:
                value = value[part]
        except (LookupError, TypeError):
            return {"amount": ""}
        return value if isinstance(value, Mapping) else {}

    def _placed(self, built: Form) -> Form:
        """Findings at the field, row or box that is nearest to them."""
        places: dict[Path_, list[str]] = {one.path: [] for one in built.fields()}
        for box in built.boxes:
            places.setdefault(box.path, [])
            for table in box.tables:
                places |= {row.path: [] for row in table.rows if row.path not in places}
        elsewhere = []
        for finding in self.findings:
            path = documents.path_of(finding.path) if finding.path else ()
            near = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in places), None)
            if near is None:
                elsewhere.append(finding)
            else:
                places[near].append(finding.sentence)
        return _with_errors(built, places, tuple(elsewhere))


def _with_errors(built: Form, places: Mapping[Path_, list[str]], elsewhere: tuple[Finding, ...]) -> Form:
    def told(one: Any) -> Any:
        return type(one)(**(vars(one) | {"errors": tuple(places.get(one.path, ()))}))

    def rows(table: Table) -> Table:
        done = tuple(
            told(Row(**(vars(row) | {"cells": tuple(Cell(tuple(map(told, c.fields)), c.number) for c in row.cells)})))
            if len(row.cells) != 1 or row.cells[0].fields[0].path != row.path
            else Row(**(vars(row) | {"cells": tuple(Cell(tuple(map(told, c.fields)), c.number) for c in row.cells)}))
            for row in table.rows
        )
        return Table(table.path, table.head, done, table.can_grow, table.title)

    def box(one: Box) -> Box:
        inner = vars(one) | {"fields": tuple(map(told, one.fields)), "tables": tuple(map(rows, one.tables))}
        found: Box = told(Box(**inner))
        return found

    return Form(
        header=box(built.header),
        version=box(built.version),
        rules=box(built.rules),
        sources=box(built.sources),
        components=tuple(map(box, built.components)),
        kinds=built.kinds,
        elsewhere=elsewhere,
    )
