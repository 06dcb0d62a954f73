"""
The published sheet of agencies: one application per row. It is read completely or refused completely.

Cell A1 of the first page says which edition of the sheet it is; the third row holds the names of the columns as they are
known here, so that the words above them may be in any language. What the cells hold is taken as people write it.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import openpyxl
import xlsxwriter
from django.utils.translation import gettext as _

from tomoshibi.applications.values.intake import ANSWERS, SELLERS
from tomoshibi.kernel.refusals import Refusal

EDITION = "tomoshibi-intake/1"
LABEL_ROW, NAME_ROW, FIRST_ROW = 2, 3, 4
MOST_ROWS = 500
REFERENCE, AGREED = "reference", "agreed"
COLUMNS: tuple[str, ...] = (REFERENCE, AGREED, *(name for name in ANSWERS if name not in {"agency_code", *SELLERS}))
YES = frozenset({"はい", "yes", "y", "是", "1", "true", "○", "済"})
_WIDEST = 60


class NotOurSheet(ValueError):
    """The file is no sheet of ours, or one of an edition that is not taken any more."""


@dataclass(frozen=True)
class Line:
    """
    One row of a sheet.

    :param number: as the spreadsheet program counts it
    """

    number: int
    reference: str
    agreed: bool
    typed: Mapping[str, str]


def blank(*, labels: Mapping[str, str], choices: Mapping[str, Sequence[tuple[str, str]]], title: str) -> bytes:
    """
    The empty sheet, with a page that explains it.

    :param labels: words of the columns, by name
    :param choices: for columns that are chosen from a few: code and word
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    bold, quiet = book.add_format({"bold": True, "bg_color": "#F6E3B5"}), book.add_format({"font_color": "#6B7280"})
    text = book.add_format({"num_format": "@"})
    page, words = book.add_worksheet(title[:31]), book.add_worksheet(EDITION.replace("/", " "))
    page.write_string(0, 0, EDITION, quiet)
    for column, name in enumerate(COLUMNS):
        page.write_string(LABEL_ROW - 1, column, labels[name], bold)
        page.write_string(NAME_ROW - 1, column, name, quiet)
        page.set_column(column, column, 18, text)
        given = [code for code, _word in choices.get(name, ())]
        if given and len(",".join(given)) < 250:  # noqa: PLR2004 - what the format holds
            page.data_validation(NAME_ROW, column, NAME_ROW + MOST_ROWS, column, {"validate": "list", "source": given})
    page.freeze_panes(NAME_ROW, 1)
    for row, name in enumerate(COLUMNS):
        words.write_string(row, 0, name, quiet)
        words.write_string(row, 1, labels[name])
        words.write_string(row, 2, ", ".join(f"{code} = {word}" for code, word in choices.get(name, ())))
    words.set_column(0, 2, 28)
    book.close()
    return file.getvalue()


def read(content: bytes) -> list[Line]:
    """
    The rows of a filled sheet; empty ones are left out.

    :param content: a workbook that was found harmless
    :raises NotOurSheet: with a sentence
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = list(
            book.worksheets[0].iter_rows(max_row=NAME_ROW + MOST_ROWS + 1, max_col=len(COLUMNS) * 2, values_only=True)
        )
    except Exception as wrong:  # noqa: BLE001 - a stranger's workbook breaks the library in many ways
        raise NotOurSheet(_("The workbook cannot be read: %(reason)s") % {"reason": str(wrong)[:100]}) from None
    if not rows or str(rows[0][0] or "").strip() != EDITION or len(rows) < NAME_ROW:
        raise NotOurSheet(_("This is not our sheet: the first cell should say %(edition)s.") % {"edition": EDITION})
    names = [str(name or "").strip() for name in rows[NAME_ROW - 1]]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise NotOurSheet(_("Columns are missing in the third row: %(names)s") % {"names": ", ".join(missing)})
    if len(rows) > NAME_ROW + MOST_ROWS:
        raise NotOurSheet(_("A sheet holds at most %(n)s applications.") % {"n": MOST_ROWS})
    return list(_lines(names, rows[NAME_ROW:]))


def _lines(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[Line]:
    for number, row in enumerate(rows, start=FIRST_ROW):
        cells = {name: _text(cell) for name, cell in zip(names, row, strict=False) if name}
        if not any(cells.values()):
            continue
        typed = {name: cells.get(name, "") for name in ANSWERS if cells.get(name)}
        typed.pop("agency_code", None)
        yield Line(number, cells.get(REFERENCE, "")[:_WIDEST], cells.get(AGREED, "").lower() in YES, typed)


def _text(cell: object) -> str:
    """A cell as it was written: no point after whole numbers, days as ISO."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\x00", "").strip()[:1000]


def repeated(lines: Sequence[Line]) -> Iterator[Refusal]:
    """Rows that say the same as one above them, or carry its number."""
    references: dict[str, int] = {}
    contents: dict[tuple[tuple[str, str], ...], int] = {}
    for line in lines:
        content = tuple(sorted(line.typed.items()))
        if line.reference and line.reference in references:
            yield Refusal(
                line.number, REFERENCE, _("row %(row)s has this number too") % {"row": references[line.reference]}
            )
        elif content in contents:
            yield Refusal(line.number, REFERENCE, _("it says the same as row %(row)s") % {"row": contents[content]})
        references.setdefault(line.reference, line.number)
        contents.setdefault(content, line.number)
