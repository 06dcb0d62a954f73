"""Files as people make them: the printed forms as csv and xlsx, with invented rows."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from tests.groups import book
from tomoshibi.groups import exports, layouts, operations, queries

CONNECTION = ["序号", "设备点位名称", "接电位置", "就近户号/局号或接电的杆号、箱号", "说明"]
CONFIRMATION = layouts.CONFIRMATION.headings()[:10]
VERIFICATION = [
    *layouts.VERIFICATION.headings()[:10],
    "台区编号",
    "设备类型",
    "额定容量(W)",
    "核查状态",
    "核查人",
    "核查日期",
]


def xlsx(rows: list[list[Any]]) -> bytes:
    """A workbook with these cells; days as days, numbers as numbers."""
    file = io.BytesIO()
    made = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = made.add_worksheet()
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, at, cell)
            elif cell is not None:
                sheet.write(number, at, cell)
    made.close()
    return file.getvalue()


def csv(rows: list[list[Any]], *, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(str("" if cell is None else cell) for cell in row) for row in rows).encode(encoding)


def received(
    content: bytes, *, now, name: str = "list.csv", group=None, application: str = "SQ2026-7", **more: Any
) -> int:
    """A list that came in and was read, as the worker does it."""
    list_id = operations.receive_list(
        name=name,
        content=content,
        group_id=group.id if group else None,
        application_number=application,
        effective_on=more.get("effective_on", book.TODAY),
        now=now,
        actor_id=None,
    )
    operations.read_list(list_id=list_id, today=book.TODAY)
    return list_id


def connection(rows: list[list[Any]], *, device: str = "楼道EPON设备", benchmark: str = "") -> list[list[Any]]:
    """The connection list as printed: device type and benchmark above the headings."""
    return [["接入设备类型", device, None, "虚拟表户号", benchmark], CONNECTION, *rows]


def exported(*, on: date = book.TODAY, group_ids: list[int] | None = None) -> pl.DataFrame:
    return exports.point_list(queries.points_frame(on=on, group_ids=group_ids))


def write(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
