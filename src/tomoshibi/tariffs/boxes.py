"""A plan document as boxes of fields and tables: what a page needs to show it as a form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.document import Path_
from tomoshibi.tariffs.values import Finding


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

    @property
    def is_several(self) -> bool:
        return len(self.fields) > 1


@dataclass(frozen=True)
class Row(Place):
    """
    :param title: what stands before its cells
    :param called: what it is called where somebody is sent to it
    """

    cells: tuple[Cell, ...]
    title: str = ""
    called: str = ""
    removable: bool = False
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table(Place):
    """
    Rows of one kind; ``path`` is the list they stand in, where rows can be added. ``title`` says what they are.

    :param within: it belongs to a row of the table above, which its title names
    """

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    can_grow: bool = False
    title: str = ""
    within: bool = False


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

    def place_of(self, path: str) -> tuple[str, str] | None:
        """
        The id and the words of the place on the form that is nearest to a place of the document.

        :param path: ``versions[0].components[1].bands[0].price.amount``
        :returns: nothing where the form has none
        """
        known = dict(self._places())
        here = documents.path_of(path) if path else ()
        near = next((here[:n] for n in range(len(here), 0, -1) if here[:n] in known), None)
        return known[near] if near is not None else None

    def _places(self) -> Iterator[tuple[Path_, tuple[str, str]]]:
        for box in self.boxes:
            yield box.path, (box.id, box.title)
            for one in box.fields:
                yield one.path, (one.id, f"{box.title} · {one.label}")
            for table in box.tables:
                for number, row in enumerate(table.rows, start=1):
                    title = row.title or row.called or str(number)
                    yield row.path, (f"{row.id}-row", f"{box.title} · {title}")
                    for cell in row.cells:
                        for one in cell.fields:
                            called = [box.title, title, *([] if one.label == title else [one.label])]
                            yield one.path, (one.id, " · ".join(called))

    def errors(self) -> dict[str, tuple[str, ...]]:
        """What is wrong, by the id of every place that could say so."""
        found = {one.id: one.errors for one in self.fields()}
        for box in self.boxes:
            found[box.id] = box.errors
            found |= {row.id: row.errors for table in box.tables for row in table.rows}
        return found


def slug(path: Path_) -> str:
    return "f-" + re.sub(r"[^a-zA-Z0-9]+", "-", documents.path_text(path)).strip("-")
