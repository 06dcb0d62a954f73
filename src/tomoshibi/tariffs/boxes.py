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
