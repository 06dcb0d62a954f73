"""CSV sheets of a master: read into typed rows or refused with line and reason, and written back the same way."""

import csv
import io
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.kernel.filekinds import is_workbook
from tomoshibi.kernel.periods import Month
from tomoshibi.masters.register import Column, Kind, Master, Unreadable, Validity
from tomoshibi.masters.values import RowError

ACTION, SET, REMOVE = "action", "set", "remove"
MAX_ROWS = 50_000


class BadSheet(ValueError):
    """A sheet that cannot be taken; nothing of it was. ``errors`` name each row and reason."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        super().__init__(
            _("line %(line)d, %(column)s: %(reason)s")
            % {"line": first.line, "column": first.column or "-", "reason": first.reason}
        )


@dataclass(frozen=True)
class Row:
    """
    One typed row of a sheet.

    :param fields: values of the model's fields, key included
    :param start: first day it holds; None for masters that are not dated
    :param end: first day it no longer holds; None: with what it replaces, or until the next known change
    """

    line: int
    fields: dict[str, Any]
    start: date | None
    end: date | None
    remove: bool = False


def read_csv(master: Master, content: bytes) -> list[dict[str, str]]:
    """
    The cells of a CSV file (UTF-8, or Shift_JIS as spreadsheets save it) under their header.

    :raises BadSheet: for a file that is not text, has unknown or missing columns, or lines of the wrong length
    """
    text = _decoded(content)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadSheet([RowError(reader.line_num, "", _("not a CSV line: %(why)s") % {"why": error})]) from None
    if not lines:
        raise BadSheet([RowError(1, "", _("the file is empty"))])
    header = [name.strip() for name in lines[0][1]]
    _check_header(master, header)
    errors = [
        RowError(number, "", _("%(n)d cells where the header has %(m)d") % {"n": len(cells), "m": len(header)})
        for number, cells in lines[1:]
        if len(cells) != len(header)
    ]
    if len(lines) > MAX_ROWS:
        errors.append(RowError(MAX_ROWS, "", _("more than %(n)d rows") % {"n": MAX_ROWS}))
    if errors:
        raise BadSheet(errors)
    return [{**dict(zip(header, cells, strict=True)), "_line": str(number)} for number, cells in lines[1:]]


def read_rows(master: Master, cells: Iterable[Mapping[str, str]]) -> list[Row]:
    """
    Typed rows of cells; all of them or none.

    :raises BadSheet: with every refused row
    """
    rows: list[Row] = []
    errors: list[RowError] = []
    for position, record in enumerate(cells, start=1):
        line = int(record.get("_line") or position)
        row, refused = _read_row(master, record, line)
        errors += refused
        if row:
            rows.append(row)
    errors += _doubled(master, rows)
    if errors:
        raise BadSheet(errors)
    return rows


def write_csv(master: Master, records: Iterable[Mapping[str, str]]) -> str:
    """Records (as ``shown`` gives them) as CSV text with the master's header."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=master.header, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    for record in records:
        writer.writerow(record)
    return buffer.getvalue()


def shown(master: Master, fields: Mapping[str, Any], start: date | None, end: date | None) -> dict[str, str]:
    """A row as the cells of its sheet."""
    record = {
        column.name: column.show(fields.get(column.target)) for column in master.all_columns if column.target in fields
    }
    return {**record, **_shown_validity(master.validity, start, end)}


def _shown_validity(validity: Validity, start: date | None, end: date | None) -> dict[str, str]:
    if validity is Validity.DAYS:
        return {
            "valid_from": start.isoformat() if start else "",
            "valid_to": end.isoformat() if end else "",
        }
    if validity is Validity.MONTHS:
        return {
            "first_valid_month": str(Month.of(start)) if start else "",
            "last_valid_month": str(Month.of(end).plus(-1)) if end else "",
        }
    return {}


def _decoded(content: bytes) -> str:
    if is_workbook(content):
        workbook = _("This is a workbook (xlsx) or a packed file: save the sheet as CSV and choose that file.")
        raise BadSheet([RowError(1, "", workbook)])
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadSheet([RowError(1, "", _("the file is not text in UTF-8 or Shift_JIS"))])


def _check_header(master: Master, header: Sequence[str]) -> None:
    errors = []
    for name in header:
        if name not in {*master.header, ACTION}:
            errors.append(RowError(1, name, _("no such column")))
        if header.count(name) > 1:
            errors.append(RowError(1, name, _("the column stands twice")))
    errors += [
        RowError(1, column.name, _("the column is missing"))
        for column in master.all_columns
        if column.required and column.name not in header
    ]
    if errors:
        raise BadSheet(errors)


def _read_row(master: Master, record: Mapping[str, str], line: int) -> tuple[Row | None, list[RowError]]:
    values: dict[str, Any] = {}
    errors: list[RowError] = []
    remove = (record.get(ACTION) or SET).strip().lower() == REMOVE
    if (record.get(ACTION) or SET).strip().lower() not in {SET, REMOVE}:
        errors.append(RowError(line, ACTION, _("the action is neither set nor remove")))
    needed = {*master.key, "valid_from", "first_valid_month"}
    for column in master.all_columns:
        if remove and column.target not in needed and not (record.get(column.name) or "").strip():
            continue
        try:
            values[column.target] = column.read(record.get(column.name))
        except Unreadable as error:
            errors.append(RowError(line, column.name, str(error)))
    if errors:
        return None, errors
    start, end = _validity(master.validity, values)
    if start and end and end <= start:
        return None, [RowError(line, "valid_to", _("it would end before it begins"))]
    wrong = None if remove else master.check(values)
    if wrong:
        return None, [RowError(line, *wrong)]
    return Row(line=line, fields=values, start=start, end=end, remove=remove), []


def _validity(validity: Validity, values: dict[str, Any]) -> tuple[date | None, date | None]:
    """Take the validity out of the cells: first day, and first day after."""
    if validity is Validity.DAYS:
        return values.pop("valid_from"), values.pop("valid_to", None)
    if validity is Validity.MONTHS:
        last = values.pop("last_valid_month", None)
        first = Month.from_number(values.pop("first_valid_month")).first
        return first, Month.from_number(last).plus(1).first if last else None
    return None, None


def _doubled(master: Master, rows: Sequence[Row]) -> list[RowError]:
    """Rows of one sheet that hold for the same key on the same day."""
    errors = []
    by_key: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        by_key.setdefault(tuple(row.fields[name] for name in master.key), []).append(row)
    for same in by_key.values():
        ordered = sorted(same, key=lambda row: row.start or date.min)
        for earlier, later in itertools.pairwise(ordered):
            clash = earlier.start == later.start or (
                earlier.end is not None and earlier.end > (later.start or date.max)
            )
            if clash:
                reason = _("holds at the same time as line %(line)d") % {"line": earlier.line}
                errors.append(RowError(later.line, _key_column(master).name, reason))
    return errors


def _key_column(master: Master) -> Column:
    if master.key:
        return next(column for column in master.columns if column.target == master.key[0])
    fallback = Column("valid_from", "", Kind.DATE)
    return next(
        (column for column in master.all_columns if column.name in {"valid_from", "first_valid_month"}), fallback
    )
