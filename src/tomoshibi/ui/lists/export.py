"""A list as a file: exactly the rows that are filtered and the columns that are visible."""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse, HttpResponse, StreamingHttpResponse

from tomoshibi.ui.downloads import harmless
from tomoshibi.ui.lists.columns import Column
from tomoshibi.ui.lists.query import paths_of
from tomoshibi.ui.lists.view_state import ListState

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def header(column: Column) -> str:
    return f"{column.label} [{column.unit}]" if column.unit else str(column.label)


def _file_name(state: ListState, ending: str) -> str:
    return f"{state.query.name.replace('.', '-')}.{ending}"


def _harmless(column: Column, text: str) -> str:
    return text if column.numeric else str(harmless(text))


class _Line:
    """The csv module writes to it and gets the line back."""

    def write(self, text: str) -> str:
        return text


def _lines(state: ListState) -> Iterator[str]:
    writer = csv.writer(_Line())
    columns = state.columns
    yield "\ufeff" + writer.writerow([header(column) for column in columns])
    for row in state.rows.every(paths_of(state.query, columns)):
        yield writer.writerow([_harmless(column, column.plain(column.value(row))) for column in columns])


def as_csv(state: ListState) -> StreamingHttpResponse:
    """UTF-8 with a byte-order mark (Excel in Japan needs it), line by line."""
    response = StreamingHttpResponse(_lines(state), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(state, "csv")}"'
    return response


def _write_sheet(state: ListState, file: IO[bytes]) -> None:
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "tmpdir": str(Path(file.name).parent)}
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    columns = state.columns
    formats = [
        book.add_format({"num_format": column.excel_format} if column.excel_format else {}) for column in columns
    ]
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.excel_width)
        sheet.write_string(0, number, header(column), bold)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(state.rows.every(paths_of(state.query, columns)), start=1):
        for number, column in enumerate(columns):
            _write_cell(sheet, last, number, column.excel(column.value(row)), formats[number])
    if last:
        sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()


def _write_cell(sheet: Any, row: int, number: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, number, value, style)
    else:
        sheet.write(row, number, value, style)


def as_xlsx(state: ListState) -> HttpResponse | FileResponse:
    """A workbook written row by row, so that a list of any length fits into memory."""
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115 - the response closes it
    _write_sheet(state, file)  # type: ignore[arg-type]
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=_file_name(state, "xlsx"), content_type=_XLSX)
