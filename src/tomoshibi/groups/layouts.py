"""
The printed forms as files: which columns they have, how their headings are written, and how a file becomes a frame.

xlsx and csv alike; a form may have lines of its own above the headings (device type, benchmark number). Every cell is
read as text; row numbers are those that people see in the file.
"""

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.kernel.filekinds import is_workbook

MOST_ROWS = 400_000
MOST_BYTES = 1 << 30
"""A workbook that unpacks to more is no list of points."""
HEADINGS_WITHIN = 30
ENCODINGS = ("utf-8-sig", "gb18030", "cp932")


class NotReadable(ValueError):
    """The file is no list that we know; the sentence says what is wrong with it."""


@dataclass(frozen=True)
class Layout:
    """
    A printed form.

    :ivar columns: our name -> the headings it may have; the first is the one that we print
    :ivar needed: columns without which the file is not this form
    :ivar printed: how many of the columns belong to the form itself; the others are ours and come after them
    """

    code: str
    columns: Mapping[str, tuple[str, ...]]
    needed: frozenset[str]
    printed: int

    def headings(self) -> list[str]:
        return [names[0] for names in self.columns.values()]


CONNECTION = Layout(
    "connection",
    {
        "seq": ("序号",),
        "name": ("设备点位名称",),
        "position": ("接电位置",),
        "nearest_number": ("就近户号/局号或接电的杆号、箱号", "就近户号/局号或接电的杆号，箱号", "就近户号"),
        "change": ("变更情况", "变更", "说明"),
        "device": ("接入设备类型",),
        "benchmark_number": ("虚拟表户号", "基准户号"),
        "account_number": ("户号",),
        "rated_w": ("额定容量(W)", "额定容量"),
        "same_device_reason": ("非重复说明",),
        "override_reason": ("类型例外说明",),
    },
    frozenset({"seq", "name", "position", "nearest_number", "change"}),
    5,
)
"""附件4 虚拟倍率表客户接电申请清单"""
CONFIRMATION = Layout(
    "confirmation",
    {
        "seq": ("序号",),
        "account_number": ("户号",),
        "customer_name": ("户名",),
        "address": ("设备地址",),
        "nearest_number": ("就近户号",),
        "access_point_number": ("接入点编号",),
        "access_point_name": ("接入点名称",),
        "change": ("变更情况",),
        "day": ("时间",),
        "benchmark_number": ("基准户号",),
        "district_number": ("台区编号",),
        "district_name": ("台区名称",),
        "name": ("设备点位名称",),
        "rated_w": ("额定容量(W)", "额定容量"),
        "installed_on": ("安装日期",),
        "state": ("状态",),
        "same_device_reason": ("非重复说明",),
        "override_reason": ("类型例外说明",),
        "verification": ("核查状态",),
        "inspector": ("核查人",),
        "verified_on": ("核查日期",),
        "note": ("核查备注",),
        "list_version": ("清单版本",),
        "row_key": ("行号",),
    },
    frozenset({"account_number", "customer_name", "address", "access_point_number", "benchmark_number"}),
    10,
)
"""附件5 虚拟倍率客户点位(现场)确认清单"""
VERIFICATION = Layout(
    "verification",
    {
        "unit": ("单位",),
        "account_number": ("户号",),
        "customer_name": ("户名",),
        "address": ("地址",),
        "opened_on": ("立户日期",),
        "meter_number": ("表计条码",),
        "box_number": ("表箱资源号",),
        "access_point_number": ("接入点编号",),
        "access_point_name": ("接入点名称",),
        "declared_points": ("参考表个数",),
        "district_number": ("台区编号",),
        "district_name": ("台区名称",),
        "device_type": ("设备类型",),
        "rated_w": ("额定容量(W)", "额定容量"),
        "verification": ("核查状态",),
        "inspector": ("核查人",),
        "verified_on": ("核查日期",),
        "note": ("核查备注",),
    },
    frozenset({"unit", "account_number", "customer_name", "address", "meter_number", "declared_points"}),
    10,
)
"""核查清单 虚拟倍率标准户核查清单"""
TOTALS = Layout(
    "totals",
    {
        "seq": ("序号", "seq"),
        "name": ("单位名称", "customer_as_printed"),
        "points": ("参考表个数", "points_as_printed"),
    },
    frozenset({"seq", "name", "points"}),
    3,
)
"""表1 虚拟倍率客户点位统计"""
SERVED = Layout(
    "served",
    {
        "account_number": ("户号", "用户编号"),
        "meter_number": ("局号", "表计条码", "表计局号"),
        "address": ("用电地址", "地址"),
        "access_point_number": ("接入点编号",),
        "access_point_name": ("接入点名称",),
        "box_number": ("表箱资源号", "表箱编号"),
        "district_number": ("台区编号",),
        "district_name": ("台区名称",),
        "unit": ("单位", "供电单位"),
    },
    frozenset({"account_number", "meter_number", "access_point_number", "access_point_name"}),
    8,
)
"""Ordinary accounts and the access points that serve them (低压用户接入点资料): what nearest accounts are looked up in."""
LAYOUTS = {layout.code: layout for layout in (CONNECTION, CONFIRMATION, VERIFICATION, TOTALS)}
TOTAL_WORDS = ("合计", "总计")


@dataclass(frozen=True)
class Sheet:
    """
    A file as it was read.

    :ivar rows: ``row`` (as people count), and all columns of the layout as text, empty where there was nothing
    :ivar above: what stood above the headings, by heading
    :ivar totals: rows that begin with a word for a total, by our column names
    """

    layout: Layout
    rows: pl.DataFrame
    above: Mapping[str, str]
    totals: tuple[dict[str, str], ...] = ()


def read(path: Path, *, name: str, among: Sequence[Layout] = tuple(LAYOUTS.values())) -> Sheet:
    """
    Read a file into the layout that its headings speak of.

    :param name: the file's own name, which ends in .xlsx or .csv; a workbook is one by its first bytes, too
    :raises NotReadable: if it is neither xlsx nor csv, too large, or has the headings of none of the layouts
    """
    named = name.lower().endswith(".xlsx")
    cells = _workbook(path) if named or is_workbook(_beginning(path)) else _text(path, name)
    at, layout, places = _headings(cells, among)
    above = _above(cells.head(at), layout)
    body = cells.slice(at + 1).with_row_index("row", offset=at + 2)
    rows = body.select(
        pl.col("row").cast(pl.Int64),
        *(
            (_plain(pl.nth(places[column] + 1)) if column in places else pl.lit("")).alias(column)
            for column in layout.columns
        ),
    )
    rows = rows.filter(~pl.all_horizontal(pl.col(list(layout.columns)) == ""))
    is_total = pl.any_horizontal(pl.col(list(layout.columns)).is_in(TOTAL_WORDS))
    return Sheet(layout, rows.filter(~is_total), above, tuple(rows.filter(is_total).drop("row").iter_rows(named=True)))


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8)


def _plain(cell: pl.Expr) -> pl.Expr:
    """Text without white space at its ends; a day that a spreadsheet gives with a time of midnight is a day."""
    return (
        cell.fill_null("").str.strip_chars().str.strip_chars("　").str.replace(r"^(\d{4}-\d\d-\d\d)[ T]00:00:00$", "$1")
    )


def _workbook(path: Path) -> pl.DataFrame:
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > MOST_BYTES:
            raise NotReadable(_("the workbook is too large for a list of points"))
        frame = fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    except (zipfile.BadZipFile, fastexcel.FastExcelError) as broken:
        raise NotReadable(_("the file is not a workbook (xlsx)")) from broken
    if frame.height > MOST_ROWS:
        raise NotReadable(_("a list has at most %(most)d rows") % {"most": MOST_ROWS})
    return frame.cast(pl.String)


def _text(path: Path, name: str) -> pl.DataFrame:
    if not name.lower().endswith(".csv"):
        raise NotReadable(_("a list is a file that ends in .xlsx or .csv"))
    for encoding in ENCODINGS:
        try:
            with path.open(encoding=encoding, newline="") as lines:
                rows = list(_limited(csv.reader(lines)))
        except (UnicodeDecodeError, csv.Error):
            continue
        width = max((len(row) for row in rows), default=0)
        filled = [row + [""] * (width - len(row)) for row in rows]
        return pl.DataFrame(filled, schema=[f"c{n}" for n in range(width)], orient="row", schema_overrides=None).cast(
            pl.String
        )
    raise NotReadable(_("the file is no text in UTF-8 or GB 18030"))


def _limited(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise NotReadable(_("a list has at most %(most)d rows") % {"most": MOST_ROWS})
        yield row


def _heading(text: str | None) -> str:
    """Headings as people write them: without white space, with half-width brackets, without what is in them."""
    plain = re.sub(r"\s", "", text or "").replace("（", "(").replace("）", ")").replace("，", "、").replace(",", "、")
    return re.sub(r"\(5th.*\)$", "", plain)


def _headings(cells: pl.DataFrame, among: Sequence[Layout]) -> tuple[int, Layout, dict[str, int]]:
    best: tuple[int, int, Layout, dict[str, int]] | None = None
    for at, row in enumerate(cells.head(HEADINGS_WITHIN).iter_rows()):
        names = [_heading(cell) for cell in row]
        for layout in among:
            places = {
                column: names.index(_heading(heading))
                for column, headings in layout.columns.items()
                for heading in reversed(headings)
                if _heading(heading) in names
            }
            if layout.needed <= places.keys() and (best is None or len(places) > best[0]):
                best = (len(places), at, layout, places)
    if best is None:
        wanted = "; ".join(
            ", ".join(layout.columns[column][0] for column in layout.columns if column in layout.needed)
            for layout in among
        )
        raise NotReadable(_("the file has no line of headings that we know: %(wanted)s") % {"wanted": wanted})
    return best[1:]


def _above(cells: pl.DataFrame, layout: Layout) -> dict[str, str]:
    """``接入设备类型：楼道设备`` or the same in two cells, above the headings."""
    found: dict[str, str] = {}
    known = {_heading(heading): column for column, headings in layout.columns.items() for heading in headings}
    for row in cells.iter_rows():
        for cell, following in zip(row, (*row[1:], None), strict=True):
            label, colon, rest = (cell or "").replace("：", ":").partition(":")
            column = known.get(_heading(label))
            value = rest.strip() if colon and rest.strip() else (following or "").strip()
            if column and value:
                found.setdefault(column, value)
    return found


def day(column: str) -> pl.Expr:
    """A column of texts like ``2015-02-08``, ``2015/2/8`` or ``2015年2月8日`` as days; null where it is none."""
    text = pl.col(column).str.replace_all(r"[年月/.]", "-").str.strip_suffix("日")
    padded = text.str.replace(r"^(\d{4})-(\d)-", "$1-0$2-").str.replace(r"^(\d{4}-\d\d)-(\d)$", "$1-0$2")
    padded = padded.str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3")
    return padded.str.to_date("%Y-%m-%d", strict=False)


def whole(column: str) -> pl.Expr:
    """A column of texts as whole numbers (``400``, ``400W``, ``400.0``); null where it is none."""
    text = pl.col(column).str.strip_suffix("W").str.strip_suffix("w").str.replace(r"\.0+$", "").str.replace_all(",", "")
    return text.str.strip_chars().cast(pl.Int64, strict=False)
