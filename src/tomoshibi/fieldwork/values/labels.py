"""Labels, seals and scans, as other rooms see them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import numpy as np

from tomoshibi.kernel import checkdigits

_DIGITS = 14
"""More digits than any serial number has."""


SPARE = "fieldwork.spare"
"""What labels belong to that crews carry with them; they get a subject where they are hung."""


class Verdict(StrEnum):
    """What a scan says about a label."""

    GENUINE = "genuine"
    LISTED = "listed"
    """Known by the number that somebody typed: it holds, but no signature was seen."""
    VOID = "void"
    FORGED = "forged"
    """The signature is not ours, or the serial was never given out."""
    UNLISTED = "unlisted"
    """Somebody typed a number that was never given out."""


@dataclass(frozen=True)
class Label:
    """
    A QR label for one thing in the field.

    :param subject: ``room.thing:id``, what it hangs at
    :param caption: lines for people, printed beside the code; nothing about a person
    """

    serial: int
    subject: str
    caption: tuple[str, ...]
    made_at: datetime
    print_count: int
    void_at: datetime | None
    void_reason: str
    replaced_by: int | None

    @property
    def number(self) -> str:
        return number_of(self.serial)


def number_of(serial: int) -> str:
    """The serial as people read it out: eight digits and a check digit, ``0000 0042 2``."""
    text = f"{int(checkdigits.append(np.array([serial], dtype=np.int64))[0]):09d}"
    return f"{text[:-5]} {text[-5:-1]} {text[-1]}"


def serial_of(number: str) -> int | None:
    """The serial behind a number that somebody typed, spaces or not; None where the check digit does not fit."""
    digits = "".join(unicodedata.normalize("NFKC", number).split())
    return int(digits[:-1]) if len(digits) <= _DIGITS and checkdigits.is_valid(digits) else None


@dataclass(frozen=True)
class Wanted:
    """A label that somebody needs: for what, and the lines beside the code."""

    subject: str
    caption: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """
    How labels come out of one printer: a sheet of labels, or a roll of single ones.

    Sizes in tenths of a millimetre. ``dpi`` is the printer's: modules of the code are whole dots of it.
    """

    code: str
    name: str
    page_width: int
    page_height: int
    columns: int
    rows: int
    label_width: int
    label_height: int
    left: int
    top: int
    gap_x: int = 0
    gap_y: int = 0
    code_size: int = 200
    dpi: int = 300
    caption_lines: int = 4
    cut_marks: bool = False

    @property
    def per_page(self) -> int:
        return self.columns * self.rows


TEMPLATES: Mapping[str, Template] = {
    "a4-21": Template(
        code="a4-21", name="A4, 3 x 7", page_width=2100, page_height=2970, columns=3, rows=7, label_width=635,
        label_height=381, left=72, top=151, gap_x=25, code_size=320, dpi=600,
    ),
    "roll-50": Template(
        code="roll-50", name="50 x 30 mm", page_width=500, page_height=300, columns=1, rows=1, label_width=500,
        label_height=300, left=0, top=0, code_size=260, dpi=203, caption_lines=3,
    ),
}  # fmt: skip
"""Two printers that many have; a company's own templates stand in the table and may replace these by code."""


@dataclass(frozen=True)
class LabelPrint:
    """One print of labels: the sheet that came out, who asked for it and why."""

    id: int
    template: str
    count: int
    reason: str
    file_id: int
    printed_at: datetime
    printed_by_id: int | None


@dataclass(frozen=True)
class Seal:
    """A seal tag at a cable, bound to the thing it hangs at and to the label in it (none: it is older than labels)."""

    number: str
    label_serial: int | None
    subject: str
    place: str
    placed_at: datetime
    placed_by_id: int | None
    photo_file_id: int | None
    removed_at: datetime | None


@dataclass(frozen=True)
class Position:
    """Where a phone was: degrees x 1e6 (WGS 84), and how exactly it knew."""

    latitude_e6: int
    longitude_e6: int
    accuracy_m: int = 0


@dataclass(frozen=True)
class Scan:
    """What came of scanning: ``suspicions`` are sentences for staff; they became human work."""

    verdict: Verdict
    label: Label | None = None
    seal: Seal | None = None
    suspicions: tuple[str, ...] = field(default_factory=tuple)
