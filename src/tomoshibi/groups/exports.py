"""Lists as files in the columns of the printed forms, so that what goes out can come in again."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import xlsxwriter

from tomoshibi.groups import layouts

POINT_COLUMNS = (
    "seq", "account_number", "customer_name", "address", "nearest_number", "access_point_number",
    "access_point_name", "change", "day", "benchmark_number", "district_number", "district_name", "name", "rated_w",
    "installed_on", "state",
)  # fmt: skip
"""Of the confirmation list: its ten columns, and ours after them."""
VERIFICATION_COLUMNS = tuple(layouts.VERIFICATION.columns)
TITLES = {"connection": "接电申请清单", "confirmation": "点位确认清单", "verification": "虚拟倍率标准户核查清单"}
"""What the sheet of a workbook is called: the form's own name."""
STANDS, IN_USE, TOTAL = "新装", "在用", layouts.TOTAL_WORDS[0]
_WIDTHS = {
    "seq": 6, "change": 10, "day": 12, "opened_on": 12, "address": 36, "name": 30, "access_point_name": 28,
    "customer_name": 26, "access_point_number": 20, "meter_number": 25,
}  # fmt: skip
_A4 = 9


def point_list(points: pl.DataFrame) -> pl.DataFrame:
    """
    Points of a day in the columns of the confirmation list (附件5).

    :param points: columns of ``queries.points_frame``
    """
    numbered = points.with_columns(
        seq=pl.int_range(1, pl.len() + 1).over("group_id") if points.height else pl.lit(None, dtype=pl.Int64),
        day="start",
        change=pl.lit(STANDS),
        state=pl.lit(IN_USE),
    )
    return numbered.select(POINT_COLUMNS)


def verification_list(groups: pl.DataFrame) -> pl.DataFrame:
    """
    Running groups in the columns of the verification list (核查清单), with the sum of its points below.

    :param groups: columns of ``queries.verification_list``
    """
    rows = groups.rename({"name": "customer_name", "points": "declared_points"})
    rows = rows.with_columns(pl.lit("").alias(name) for name in VERIFICATION_COLUMNS if name not in rows.columns)
    total = pl.DataFrame({"unit": [TOTAL], "declared_points": [rows["declared_points"].sum()]})
    return pl.concat(
        [rows.select(VERIFICATION_COLUMNS), total.cast({"declared_points": rows.schema["declared_points"]})],
        how="diagonal",
    )


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


def as_csv(frame: pl.DataFrame, layout: layouts.Layout) -> bytes:
    """UTF-8 with a byte-order mark, as spreadsheets in China and Japan expect it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_headings(frame.columns, layout))
    for row in frame.iter_rows():
        writer.writerow([_cell(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(frame: pl.DataFrame, layout: layouts.Layout) -> bytes:
    """A workbook whose first sheet is the list; numbers of accounts and access points are text, all digits kept."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "in_memory": True})
    sheet = book.add_worksheet(TITLES.get(layout.code))
    # On paper: across, as wide as the page, the headings on each.
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C&P / &N")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    for at, (column, heading) in enumerate(zip(frame.columns, _headings(frame.columns, layout), strict=True)):
        sheet.set_column(at, at, _WIDTHS.get(column, 14))
        sheet.write_string(0, at, heading, head)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(frame.iter_rows(), start=1):
        for at, value in enumerate(row):
            cell = _cell(value)
            if isinstance(cell, int):
                sheet.write_number(number, at, cell)
            elif cell != "":
                sheet.write_string(number, at, str(cell))
    book.close()
    return file.getvalue()


def _headings(columns: Sequence[str], layout: layouts.Layout) -> list[str]:
    return [layout.columns[column][0] for column in columns]
