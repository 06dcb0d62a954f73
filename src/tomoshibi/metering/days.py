"""Half-hours of daily files (日毎30分電力量): one vector per point and day, the later word wins."""

import polars as pl
from django.db import connection

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.frames import Schema, require
from tomoshibi.metering import arrivals, values
from tomoshibi.metering.values import RowCode
from tomoshibi.storage import bulk

TAKEN: Schema = {
    "row_number": pl.Int64,
    "supply_point_id": pl.Int64,
    "day": pl.Date,
    "interval_minutes": pl.Int64,
    "half_hours": pl.Binary,
}


def settle(rows: pl.DataFrame, *, supplied: pl.DataFrame, known_spins: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """
    Give each row the point that is supplied on its day.

    :param rows: columns of ``values.ARRIVED_DAYS``
    :returns: rows to write (``TAKEN``), and refused ones (``values.REFUSED``)
    """
    require(rows, values.ARRIVED_DAYS)
    at_point = (
        rows.select("row_number", "spin", "day")
        .join(require(supplied, arrivals.SUPPLIED), on="spin", how="inner")
        .filter(pl.col("start") <= pl.col("day"), pl.col("end").is_null() | (pl.col("end") > pl.col("day")))
        .unique("row_number")
        .select("row_number", "supply_point_id")
    )
    rows = rows.join(at_point, on="row_number", how="left", maintain_order="left")
    known = pl.col("spin").is_in(known_spins.implode())
    refused = rows.filter(pl.col("supply_point_id").is_null()).with_columns(
        pl.col("spin").str.slice(0, 40),
        month=pl.col("day").dt.strftime("%Y%m").cast(pl.Int64),
        code=pl.when(known).then(pl.lit(RowCode.NOT_SUPPLIED.value)).otherwise(pl.lit(RowCode.UNKNOWN_POINT.value)),
        template=pl.when(known).then(pl.lit(arrivals.NOT_SUPPLIED_SINCE)).otherwise(pl.lit(arrivals.UNKNOWN_POINT)),
        parameters=pl.lit('{"day": "') + pl.col("day").cast(pl.String) + pl.lit('"}'),
    )
    return rows.filter(pl.col("supply_point_id").is_not_null()).select(list(TAKEN)), refused.select(
        list(values.REFUSED)
    )


def write(rows: pl.DataFrame, *, file_id: int, version_rank: int) -> pl.Series:
    """
    Write day vectors; of two words about a day the later stands.

    :param rows: columns of ``TAKEN``
    :returns: the result code of each row
    """
    require(rows, TAKEN)
    first = rows.unique(["supply_point_id", "day"], keep="first", maintain_order=True)
    written = _upsert(first, file_id=file_id, version_rank=version_rank)
    codes = [
        written.get((point, day), RowCode.UNCHANGED)
        for point, day in first.select("supply_point_id", "day").iter_rows()
    ]
    again = [RowCode.DUPLICATE] * (rows.height - first.height)
    return pl.Series("code", [code.value for code in (*codes, *again)], dtype=pl.String)


def _upsert(rows: pl.DataFrame, *, file_id: int, version_rank: int) -> dict[tuple[int, object], RowCode]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS metering_day_stage (
                supply_point_id bigint, day date, interval_minutes smallint, missing_count integer, values_dwh bytea
            ) ON COMMIT DROP
            """
        )
        cursor.execute("TRUNCATE metering_day_stage")
    bulk.copy_in(
        "metering_day_stage",
        rows.select(
            "supply_point_id",
            "day",
            "interval_minutes",
            missing_count=pl.Series(_missing(rows["half_hours"].to_list()), dtype=pl.Int64),
            values_dwh=pl.lit("\\x") + pl.col("half_hours").bin.encode("hex"),
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO metering_dayvector AS d
                   (supply_point_id, day, interval_minutes, missing_count, values_dwh, version_rank, file_id)
            SELECT supply_point_id, day, interval_minutes, missing_count, values_dwh, %(rank)s, %(file)s
              FROM metering_day_stage
                ON CONFLICT (supply_point_id, day) DO UPDATE
               SET interval_minutes = excluded.interval_minutes, missing_count = excluded.missing_count,
                   values_dwh = excluded.values_dwh, version_rank = excluded.version_rank, file_id = excluded.file_id
             WHERE d.version_rank <= excluded.version_rank AND d.values_dwh <> excluded.values_dwh
            RETURNING supply_point_id, day, xmax = 0
            """,
            {"rank": version_rank, "file": file_id},
        )
        return {(point, day): RowCode.NEW if new else RowCode.REPLACED for point, day, new in cursor.fetchall()}


def _missing(vectors: list[bytes]) -> list[int]:
    return [int((halfhours.from_bytes(vector) == halfhours.MISSING).sum()) for vector in vectors]
