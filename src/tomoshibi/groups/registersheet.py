"""Files with what reference meters showed: daily freezes or reads at 00:00, one row per meter and day."""

from datetime import date
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.groups import layouts
from tomoshibi.kernel.refusals import Examination
from tomoshibi.kernel.units import DWH_PER_KWH

LAYOUT = layouts.Layout(
    "registers",
    {
        "meter_number": ("表计条码", "资产编号", "电表编号", "表号", "meter_number"),
        "day": ("日期", "冻结日期", "day"),
        "read_at": ("抄表日期", "抄表时间", "read_on"),
        "forward": ("正向有功总", "正向有功总电能示值", "正向有功", "示数", "forward_kwh"),
        "reverse": ("反向有功总", "反向有功总电能示值", "反向有功", "reverse_kwh"),
        "peak": ("峰", "正向有功峰", "peak_kwh"),
        "flat": ("平", "正向有功平", "flat_kwh"),
        "valley": ("谷", "正向有功谷", "valley_kwh"),
    },
    frozenset({"meter_number", "forward"}),
    5,
)
"""``日期`` is the day at whose end the register was frozen; ``抄表日期`` the day at whose 00:00 it was read."""
REGISTERS = {name: f"{name}_dwh" for name in ("forward", "reverse", "peak", "flat", "valley")}
_NUMBER = r"^[0-9]{1,10}(\.[0-9]{1,4})?$"


def read(path: Path, *, name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    A file as registers of ends of days.

    :returns: the rows as they stand in the file, and columns of ``metering.operations.REGISTERS`` with ``row`` of the
        file; what cannot be read is null there
    :raises layouts.NotReadable: if the file has other headings
    """
    sheet = layouts.read(path, name=name, among=(LAYOUT,))
    frozen = layouts.day("day")
    # A read at 00:00 is what the meter showed when the day before ended.
    read_on = layouts.day("read_at").dt.offset_by("-1d")
    rows = sheet.rows.with_columns(
        end_of=pl.coalesce(frozen, read_on), **{target: _energy(source) for source, target in REGISTERS.items()}
    )
    return rows, rows.select(
        "row",
        "meter_number",
        day="end_of",
        **{name: pl.col(name) for name in REGISTERS.values()},
    ).with_columns(pl.col("reverse_dwh").fill_null(0))


def _energy(column: str) -> pl.Expr:
    """KWh with up to four decimals as whole tenths of a watt-hour; null for anything else."""
    text = pl.when(pl.col(column).str.contains(_NUMBER)).then(pl.col(column))
    whole, rest = text.str.extract(r"^([0-9]+)"), text.str.extract(r"\.([0-9]+)$").fill_null("")
    return whole.cast(pl.Int64) * DWH_PER_KWH + rest.str.pad_end(4, "0").cast(pl.Int64)


def examine(
    rows: pl.DataFrame, registers: pl.DataFrame, *, known: pl.Series, standing: pl.DataFrame, today: date
) -> None:
    """
    :param known: numbers of the meters that groups are or were read by
    :param standing: ``meter_number, day, forward_dwh`` that are there already
    :raises RowsRefused: naming each row of the file that cannot be taken
    """
    frame = rows.with_columns(registers.drop("row", "meter_number")).join(
        standing.select("meter_number", end_of="day", there="forward_dwh"),
        on=["meter_number", "end_of"],
        how="left",
        maintain_order="left",
    )
    examination = Examination(frame)
    examination.refuse(
        ~pl.col("meter_number").is_in(known.implode()),
        column="meter_number",
        reason=_("no group is read by meter {value}"),
    )
    examination.refuse(pl.col("end_of").is_null(), column="day", reason=_("{value} is not a day"))
    examination.refuse(pl.col("end_of") >= today, column="day", reason=_("{value} lies in the future"))
    for source, target in REGISTERS.items():
        wrong = pl.col(target).is_null() & ((pl.col(source) != "") | (source == "forward"))
        if source == "reverse":
            wrong = ~pl.col(source).str.contains(_NUMBER) & (pl.col(source) != "")
        examination.refuse(wrong, column=source, reason=_("{value} is not a register in kWh with up to four decimals"))
    twice = pl.struct("meter_number", "end_of").is_duplicated() & pl.col("end_of").is_not_null()
    examination.refuse(twice, column="meter_number", reason=_("meter {value} stands twice for one day"))
    examination.refuse(
        pl.col("there").is_not_null() & (pl.col("there") != pl.col("forward_dwh")),
        column="forward",
        reason=_("another register stands for that day, not {value}: put it right by hand"),
    )
    examination.finish()
