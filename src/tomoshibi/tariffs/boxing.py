"""Walks a plan document along its schema and puts it into boxes, each finding at the place nearest to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tomoshibi.masters.values import AREAS
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import fieldwords
from tomoshibi.tariffs.beginnings import resolved
from tomoshibi.tariffs.boxes import Box, Cell, Field, Form, Row, Table
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.values import Finding
from tomoshibi.ui.currency import current

Schema = Mapping[str, Any]
EVERY_AREA = "*"
_HEADER = ("plan", "name", "seller", "comment", "area", "voltage", "kind", "capacity")
_RULES = ("tax", "quantity", "rounding", "proration", "change", "cancellation", "late_interest", "deferral")


def shown(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind == "list" and isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, (dict, list)) or kind == "code":
        return documents.write(value, flow=True).strip()
    return str(value)


def _is_price(schema: Schema) -> bool:
    return {"amount", "source"} <= set(schema.get("properties", {}))


def _lists_prices(schema: Schema) -> bool:
    """Whether a property is a list of rows that have prices."""
    found = resolved(schema)
    items = resolved(found.get("items", {})) if found.get("type") == "array" else {}
    return any(_is_price(resolved(part)) for part in items.get("properties", {}).values())


def _called(row: Any) -> str:
    """What a row of a list is called: its name, or the day it begins with."""
    if not isinstance(row, Mapping):
        return ""
    return fieldwords.band_word(row) if row.get("name") else str(row.get("certified_from", ""))


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


def _worded(schema: Schema) -> list[str]:
    """Of several forms, one of which has parts of its own, those that are one word."""
    options = [resolved(one) for one in schema.get("oneOf", schema.get("anyOf", ()))]
    return [one["const"] for one in options if "const" in one] if any(one.get("properties") for one in options) else []


def _named(path: Path_, kind: str, label: Sequence[str]) -> tuple[str, ...]:
    """By which words a place is called."""
    own = str(path[-1])
    if path[-2:] == ("bounds", "per"):
        return ("bounds_per",)
    if "when" in path[:-1] and own in ("days", "hours"):
        own = f"when_{own}"
    return (*label, "discount_code" if own == "when" and kind == "text" else own)


def _form_of(schema: Schema, value: Any) -> Schema:
    """Of several forms the one that the value has; a note that is not there yet is one text."""
    options = [resolved(one) for one in schema.get("anyOf", schema.get("oneOf", ()))]
    whole = [one for one in options if one.get("properties")]
    if whole and isinstance(value, Mapping):
        return whole[0]
    return next((one for one in options if whole and one.get("type") == "string"), schema)


@dataclass
class _Found:
    """What the properties of a box became."""

    fields: list[Field] = field(default_factory=list)
    prices: list[Row] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def boxed(self, path: Path_) -> tuple[Table, ...]:
        """The prices as the first table."""
        if not self.prices:
            return tuple(self.tables)
        # Where amounts stand beside percentages each row says which.
        mixed = path == ("rules",) or any(fieldwords.is_share(row.path) for row in self.prices)
        amount = fieldwords.word("amount") if mixed else fieldwords.head("amount")
        unit = current().unit
        if mixed and path != ("rules",):
            self.prices = [
                row if fieldwords.is_share(row.path) else Row(**(vars(row) | {"title": f"{row.title} [{unit}]"}))
                for row in self.prices
            ]
        head = ("", amount, *(fieldwords.head(name) for name in ("source", "confidence", "comment")))
        return (Table((*path, "prices"), head, tuple(self.prices)), *self.tables)


@dataclass
class Builder:
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
            kinds=tuple(fieldwords.kinds(documents.schema()["$defs"]["component"])),
        )  # fmt: skip
        return self._placed(built)

    def _component(self, path: Path_, part: Mapping[str, Any]) -> Box:
        kind = part["kind"]
        schema = {"$ref": f"#/$defs/{kind}"} if kind in documents.schema()["$defs"] else {"type": "object"}
        title = fieldwords.component_title(part)
        box = self._box(path, schema, part, title, without=("kind",), removable=True, offered=True)
        return Box(**(vars(box) | {"kind": kind, "code": str(part.get("code", "")), "says": fieldwords.says(part)}))

    def _rules(self, here: Path_, version: Mapping[str, Any]) -> Box:
        """What a plan says beside its components, where the document has it: in its header or its version."""
        found = _Found()
        for name in _RULES:
            own = name in version
            base, holder = (here, version) if own else ((), self.document)
            schema = documents.schema()["properties"][name]
            self._gather(found, (*base, name), schema, holder.get(name), required=False, offered=True)
        return Box(
            path=("rules",), title=fieldwords.title("rules"), fields=tuple(found.fields), tables=found.boxed(("rules",))
        )

    def _sources(self) -> Box:
        """One row per source, its text in each language that the document has it in."""
        schema = documents.schema()["properties"]["sources"]["additionalProperties"]
        rows = tuple(
            Row(
                path=("sources", name),
                title=name,
                cells=(Cell(tuple(self._fields(("sources", name), schema, text, required=True))),),
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
        offered: bool = False,
    ) -> Box:
        found, form = _Found(), resolved(schema)
        for name, part in form.get("properties", {}).items():
            if name in without or (only and name not in only):
                continue
            needed = name in form.get("required", ())
            self._gather(found, (*path, name), part, value.get(name), required=needed, offered=offered)
        return Box(
            path=path or ("header",),
            title=title,
            fields=tuple(found.fields),
            tables=found.boxed(path),
            removable=removable,
        )

    def _gather(
        self, found: "_Found", place: Path_, schema: Schema, here: Any, *, required: bool, offered: bool = False
    ) -> None:
        """
        One property: as a price, as a table, as prices and fields beside them, or as fields.

        :param offered: prices that are not there can be typed in all the same
        """
        inner, name = resolved(schema), str(place[-1])
        if _is_price(inner):
            if required or offered or here is not None:
                title = f"{fieldwords.word(name)}{fieldwords.unit_of(name)}"
                found.prices.append(self._price_row(place, inner, here, title, required=required))
        elif _is_price(resolved(inner.get("additionalProperties"))):
            found.prices += self._prices_of_areas(place, resolved(inner["additionalProperties"]), here or {})
        elif inner.get("type") == "array" and not _leaf_kind(inner):
            found.tables.append(self._table(place, inner, here or [], required=required or not offered))
            found.tables += self._tables_within(place, inner, here or [])
        elif self._holds_price(inner):
            if offered or here is not None:
                for sub, deep in inner["properties"].items():
                    own, value = resolved(deep), (here or {}).get(sub)
                    needed = not offered and here is not None and sub in inner.get("required", ())
                    if _is_price(own):
                        title = f"{fieldwords.word(name)} {fieldwords.word(sub)}{fieldwords.unit_of(sub)}"
                        found.prices.append(self._price_row((*place, sub), own, value, title, required=needed))
                    else:
                        found.fields += self._fields((*place, sub), own, value, label=(name,))
        else:
            found.fields += self._fields(place, inner, here, required=required)

    def _prices_of_areas(self, path: Path_, schema: Schema, here: Mapping[str, Any]) -> list[Row]:
        """A price for each area: those that a plan is offered in, those that are there, and one for all others."""
        own = self.document.get("area")
        offered = [*AREAS] if own == EVERY_AREA else [own] if own in AREAS else []
        name = f"{fieldwords.word(path[-1])}{fieldwords.unit_of(str(path[-1]))}"
        return [
            self._price_row((*path, area), schema, here.get(area), f"{name} {fieldwords.area(area)}", required=False)
            for area in (*sorted({*offered, *(set(here) - {EVERY_AREA})}), EVERY_AREA)
        ]

    @staticmethod
    def _holds_price(schema: Schema) -> bool:
        return schema.get("type") == "object" and any(
            _is_price(resolved(part)) for part in schema.get("properties", {}).values()
        )

    def _price_row(self, path: Path_, schema: Schema, value: Any, title: str, *, required: bool) -> Row:
        cells = self._price_cells(path, schema, value or {}, required=required)
        return Row(path=path, title=title, cells=tuple(cells))

    def _price_cells(
        self, path: Path_, schema: Schema, value: Mapping[str, Any], *, required: bool = True
    ) -> Iterator[Cell]:
        for name in ("amount", "source", "confidence", "comment"):
            inner = resolved(schema["properties"][name])
            found = self._fields(
                (*path, name), inner, value.get(name), required=required and name in schema.get("required", ())
            )
            yield Cell(tuple(found), number=name == "amount")

    def _table(self, path: Path_, schema: Schema, rows: Sequence[Any], *, required: bool = True) -> Table:
        """
        A list of things as rows: one column per property, the price as its own columns.

        :param required: its last row stays; else the list goes with it
        """
        item = resolved(schema["items"])
        names = [name for name, part in item.get("properties", {}).items() if not _lists_prices(part)]
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
                called=_called(row),
                removable=not required or len(rows) > schema.get("minItems", 0),
            )
            for number, row in enumerate(rows)
        )
        return Table(path, tuple(head), built, can_grow=True, title=fieldwords.word(path[-1]))

    def _tables_within(self, path: Path_, schema: Schema, rows: Sequence[Any]) -> Iterator[Table]:
        """The steps of each band, season or cohort as a table of their own, which says whose they are."""
        item = resolved(schema["items"])
        inside = {name: resolved(part) for name, part in item.get("properties", {}).items() if _lists_prices(part)}
        for number, row in enumerate(rows):
            for name, inner in inside.items():
                own = row.get(name) if isinstance(row, Mapping) else None
                table = self._table((*path, number, name), inner, own if isinstance(own, list) else [])
                whose = _called(row) or str(number + 1)
                yield replace(
                    table,
                    title=f"{whose} · {table.title}",
                    within=True,
                    rows=tuple(replace(one, called=f"{whose} · {n}") for n, one in enumerate(table.rows, start=1)),
                )

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
        """One condition, or the place for one, as its lists; several as one piece of YAML."""
        item = resolved(schema["items"])
        if value and (not isinstance(value, list) or len(value) > 1 or not isinstance(value[0], Mapping)):
            yield Field(path, fieldwords.word(path[-1]), shown(value, "code"), "code")
            return
        for name, part in item["properties"].items():
            yield from self._fields((*path, 0, name), resolved(part), value[0].get(name) if value else None, label=())

    def _fields(
        self, path: Path_, schema: Schema, value: Any, *, required: bool = False, label: Sequence[str] = ()
    ) -> list[Field]:
        worded = _worded(resolved(schema))
        if worded:
            return self._word_or_parts(path, resolved(schema), value, worded, label)
        schema = _form_of(resolved(schema), value)
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
        elif path[-1] == "remainder":
            kind, choices = "choice", self._bands_beside(path, value)
        elif path[-1] == "product":
            kind, choices = "choice", fieldwords.fuel_products(value)
        elif kind == "choice":
            choices = self._enumerated(path, schema, value)
        if kind == "text" and ("comment" in path or path[0] == "sources"):
            kind = "note"
        if kind == "choice" and (not required or value is None):
            choices = (("", "–"), *choices)
        items = resolved(schema.get("items", {})) if kind == "list" else {}
        if "enum" in items:
            choices = tuple((str(one), fieldwords.choice(str(path[-1]), one)) for one in items["enum"])
            value = [dict(choices).get(str(one), one) for one in value] if isinstance(value, list) else value
        whole = items.get("type") == "integer" or _leaf_kind(items) == "number" if items else False
        whole = whole or all(isinstance(one, int) for one in schema.get("enum", ("",)))
        words = " ".join(fieldwords.word(name) for name in _named(path, kind, label))
        empty = "null" if nullable else "blank" if required else "remove"
        return [Field(path, words, shown(value, kind), kind, choices, empty, whole)]

    def _bands_beside(self, path: Path_, value: Any) -> tuple[tuple[str, str], ...]:
        """The bands of the component that a place belongs to; what the document names besides stays choosable."""
        bands = self._sisters(path).get("bands") or ()
        named = {
            str(one["name"]): fieldwords.band_word(one) for one in bands if isinstance(one, Mapping) and "name" in one
        }
        return tuple((named | ({str(value): str(value)} if value and value not in named else {})).items())

    def _word_or_parts(
        self, path: Path_, schema: Schema, value: Any, worded: Sequence[str], label: Sequence[str]
    ) -> list[Field]:
        """What is one of some words, or has parts of its own: a choice, and the parts while no word is chosen."""
        said = tuple((one, fieldwords.choice(str(path[-1]), one)) for one in worded)
        here = shown(value, "") if value in worded else ""
        words = " ".join(fieldwords.word(name) for name in (*label, str(path[-1])))
        chosen = Field(path, words, here, "choice", (("", "–"), *said))
        return [chosen, *([] if here else self._fields(path, _form_of(schema, {}), value, label=label))]

    def _enumerated(self, path: Path_, schema: Schema, value: Any) -> tuple[tuple[str, str], ...]:
        """The allowed values; of areas those of the plan's country, and what is there."""
        options = schema.get("enum", (True, False))
        if path == ("area",):
            # A Chinese plan is offered in provinces, any other in the areas of the grid companies.
            provinces = self.document.get("currency") == "CNY"
            options = [one for one in options if one in {EVERY_AREA, value} or (one in AREAS) is not provinces]
        return tuple((shown(one, ""), fieldwords.choice(str(path[-1]), one)) for one in options)

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
        return replace(table, rows=done)

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
