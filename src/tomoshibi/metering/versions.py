"""
Versions of readings: which row is the later word on a point, and how it takes the place of the one before.

Works on whole batches: one look at what stands, one decision per row in columns, one write. Constraints of the tables
hold as for any other insert.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

import polars as pl
from django.db import connection

from tomoshibi.kernel import halfhours
from tomoshibi.kernel.frames import Schema, require
from tomoshibi.metering import values, vectors
from tomoshibi.metering.values import RowCode
from tomoshibi.storage import bulk

_MINUTES = 1_000_000
_REVISIONS = 1_000
_FIRST_DAY = date(2000, 1, 1)

STAGED: Schema = {
    "row_number": pl.Int64,
    "supply_point_id": pl.Int64,
    "spin": pl.String,
    "month": pl.Int64,
    "split_code": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "provided": pl.Boolean,
    "energy_dwh": pl.Int64,
    "total_dwh": pl.Int64,
    "max_demand_milli": pl.Int64,
    "power_factor_milli": pl.Int64,
    "half_hour_sum_dwh": pl.Int64,
    "half_hours_missing": pl.Int64,
    "next_reading_on": pl.Date,
    "notes": pl.String,
}
"""What a version says; together with the vector it decides whether two versions are the same."""

PREPARED: Schema = {**STAGED, "first_day": pl.Date, "interval_minutes": pl.Int64, "half_hours": pl.Binary}
"""Rows that know their point and period and may become versions."""

OUTCOME: Schema = {
    "row_number": pl.Int64,
    "code": pl.String,
    "reading_id": pl.Int64,
    "had_quantity": pl.Boolean,
}
"""Per row: what became of it, the new version's id (or null), and whether it replaced a quantity."""

_COMPARED = (
    "month", "period_start", "period_end", "provided", "energy_dwh", "total_dwh", "max_demand_milli",
    "power_factor_milli", "half_hour_sum_dwh", "half_hours_missing",
)  # fmt: skip

_ONE_AT_A_TIME = 0x72656164
"""Held from the first row that a transaction writes to its end, by the worker, a command or a page alike."""
_CANDIDATE: Schema = {
    "row_number": pl.Int64,
    "id": pl.Int64,
    "agreed": pl.Boolean,
    "quantity": pl.Boolean,
    "version_rank": pl.Int64,
    "same_file": pl.Boolean,
    "same": pl.Boolean,
    "has_vector": pl.Boolean,
}


def rank(*, series_on: date | None, revision: int, made_at: datetime | None) -> int:
    """
    Order of files: the later series, then the higher revision, then the later making, is the later word.

    Files of one series (the day in the name) are applied in (revision, section) order; sections hold different
    points. A file that tells nothing of its own ranks first.

    :param made_at: civil time as the file says it
    """
    day = series_on or (made_at.date() if made_at else _FIRST_DAY)
    minutes = 0
    if made_at:
        minutes = (made_at.date() - day).days * halfhours.MINUTES_A_DAY + made_at.hour * 60 + made_at.minute
    days = max(0, (day - _FIRST_DAY).days)
    return (days * _REVISIONS + min(max(revision, 0), _REVISIONS - 1)) * _MINUTES + min(max(minutes, 0), _MINUTES - 1)


def write(
    prepared: pl.DataFrame,
    *,
    kind: values.ReadingKind,
    file_id: int | None,
    revision: int,
    version_rank: int,
    agreed: bool = False,
    recorded_at: datetime,
) -> pl.DataFrame:
    """
    Write the rows that say something new, and let them take the place of what they replace.

    :param prepared: columns of ``PREPARED``, any number of rows
    :returns: columns of ``OUTCOME``, one row per row, in their order
    """
    require(prepared, PREPARED)
    with connection.cursor() as cursor:
        # Who writes waits for who has not committed: both would see that nothing stands on the same days.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    first, again = _first_of_batch(prepared)
    decided = _decide(first, _standing(first, kind=kind, file_id=file_id), version_rank=version_rank, agreeing=agreed)
    new = decided.filter(pl.col("stored"))
    new = new.with_columns(bulk.allocate_ids("metering_reading", new.height).alias("reading_id"))
    _supersede(new, at=recorded_at)
    _raise_rank(decided, version_rank=version_rank, revision=revision)
    _insert(
        new.select(pl.col("reading_id").alias("id"), *STAGED).drop("row_number"),
        kind=kind, file_id=file_id, revision=revision, version_rank=version_rank, agreed=agreed,
        recorded_at=recorded_at,
    )  # fmt: skip
    insert_vectors(new)
    codes = decided.join(new.select("row_number", "reading_id"), on="row_number", how="left")
    twice = again.with_columns(
        code=pl.lit(RowCode.DUPLICATE.value), reading_id=pl.lit(None, pl.Int64), had_quantity=pl.lit(value=False)
    )
    both = pl.concat([codes.select(list(OUTCOME)), twice.select(list(OUTCOME))])
    return prepared.select("row_number").join(both, on="row_number", how="left", maintain_order="left")


def _first_of_batch(prepared: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows apart: the first word of the batch on the days of a point, and words on the same days after it."""
    group = ["supply_point_id", "split_code"]
    crowded = prepared.filter(pl.len().over(group) > 1)
    taken: dict[tuple[int, str], list[tuple[date, date]]] = {}
    repeated: list[int] = []
    for row in crowded.select("row_number", *group, "period_start", "period_end").sort("row_number").iter_rows():
        number, point, split, start, end = row
        days = taken.setdefault((point, split), [])
        if any(start < other_end and end > other_start for other_start, other_end in days):
            repeated.append(number)
        else:
            days.append((start, end))
    is_repeated = pl.col("row_number").is_in(repeated)
    return prepared.filter(~is_repeated), prepared.filter(is_repeated)


def _standing(rows: pl.DataFrame, *, kind: values.ReadingKind, file_id: int | None) -> pl.DataFrame:
    """Versions that stand on the days of the rows: columns of ``_CANDIDATE``."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS metering_stage (
                row_number bigint, supply_point_id bigint, spin text, month integer, split_code text,
                period_start date, period_end date, provided boolean, energy_dwh bigint, total_dwh bigint,
                max_demand_milli bigint, power_factor_milli integer, half_hour_sum_dwh bigint,
                half_hours_missing integer, next_reading_on date, notes text
            ) ON COMMIT DROP
            """
        )
        cursor.execute("TRUNCATE metering_stage")
    bulk.copy_in("metering_stage", rows.select(list(STAGED)))
    same = " AND ".join(f"r.{name} IS NOT DISTINCT FROM s.{name}" for name in _COMPARED)
    with connection.cursor() as cursor:
        # Without statistics the planner expects a handful of rows and may walk the whole table for each.
        cursor.execute("ANALYZE metering_stage")
    return bulk.read_frame(
        f"""
        SELECT s.row_number, r.id, r.agreed, r.provided, r.version_rank, r.file_id IS NOT DISTINCT FROM %(file)s,
               {same}, r.half_hour_sum_dwh IS NOT NULL
          FROM metering_stage s
          JOIN metering_reading r ON r.supply_point_id = s.supply_point_id AND r.split_code = s.split_code
           AND r.kind = %(kind)s AND r.superseded_by_id IS NULL
           AND r.period_start < s.period_end AND r.period_end > s.period_start
        """,
        _CANDIDATE,
        {"kind": kind.value, "file": file_id or 0},
    )


def _decide(rows: pl.DataFrame, standing: pl.DataFrame, *, version_rank: int, agreeing: bool) -> pl.DataFrame:
    """
    What becomes of each row, beside what stands on its days.

    An agreed quantity gives way to every provided value, and to nothing else; a confirmed one only to a later word,
    and never to an agreement. What is not provided gives way to an agreement.
    """
    standing = _with_same_vector(rows, standing)
    later = (
        pl.col("quantity") & ~pl.col("agreed")
        if agreeing
        else (pl.col("version_rank") > version_rank) & ~pl.col("agreed")
    )
    about = standing.group_by("row_number").agg(
        replaced=pl.col("id"),
        same=(pl.col("same").all() & (pl.len() == 1)),
        same_file=pl.col("same_file").any(),
        agreed=pl.col("agreed").any(),
        had_quantity=pl.col("quantity").any(),
        later=later.any(),
    )
    known = pl.col("replaced").is_not_null()
    code = (
        pl.when(known & pl.col("same")).then(pl.lit(RowCode.UNCHANGED.value))
        .when(known & pl.col("same_file")).then(pl.lit(RowCode.DUPLICATE.value))
        .when(known & pl.col("later")).then(pl.lit(RowCode.SUPERSEDED.value))
        .when(~pl.col("provided")).then(pl.lit(RowCode.NOT_PROVIDED.value))
        .when(known & pl.col("had_quantity")).then(pl.lit(RowCode.REPLACED.value))
        .otherwise(pl.lit(RowCode.NEW.value))
    )  # fmt: skip
    writes = pl.col("code").is_in([RowCode.NEW.value, RowCode.REPLACED.value, RowCode.NOT_PROVIDED.value])
    return (
        rows.join(about, on="row_number", how="left", maintain_order="left")
        .with_columns(code=code, had_quantity=pl.col("had_quantity").fill_null(value=False))
        .with_columns(stored=writes & (pl.col("provided") | ~pl.col("agreed").fill_null(value=False)))
    )


def _with_same_vector(rows: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Where everything else is the same, the intervals decide: compared by digest, none travels."""
    equal = standing.filter(pl.col("same"), pl.col("has_vector"))
    if equal.is_empty():
        return standing
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reading_id, first_day, interval_minutes, step_dwh, md5(values_dwh) FROM metering_halfhours"
            " WHERE reading_id = ANY(%s)",
            [equal["id"].to_list()],
        )
        stored = {row[0]: row[1:] for row in cursor.fetchall()}
    arrived = rows.join(equal.select("row_number", "id"), on="row_number", how="inner")
    differs = [
        reading_id
        for reading_id, first_day, interval, vector in arrived.select(
            "id", "first_day", "interval_minutes", "half_hours"
        ).iter_rows()
        if not _is_stored(vector, first_day, interval, stored.get(reading_id))
    ]
    return standing.with_columns(same=pl.col("same") & ~pl.col("id").is_in(differs))


def _is_stored(vector: bytes, first_day: date, interval: int, stored: tuple[date, int, int, str] | None) -> bool:
    """
    Whether a vector is what a row holds.

    :param stored: first day, interval, step and digest; rows written before vectors were packed have step 0
    """
    if stored is None or stored[:2] != (first_day, interval):
        return False
    step, content = halfhours.packed(vector) if stored[2] else (0, vector)
    return stored[2:] == (step, hashlib.md5(content, usedforsecurity=False).hexdigest())


def _supersede(new: pl.DataFrame, *, at: datetime) -> None:
    pairs = new.select("reading_id", "replaced").explode("replaced").drop_nulls()
    if pairs.is_empty():
        return
    with connection.cursor() as cursor:
        # The key to the new version is checked at commit: it stands from here on, its row follows.
        cursor.execute(
            """
            UPDATE metering_reading r SET superseded_by_id = p.new_id, superseded_at = %s
              FROM unnest(%s::bigint[], %s::bigint[]) AS p(old_id, new_id) WHERE r.id = p.old_id
            """,
            [at, pairs["replaced"].to_list(), pairs["reading_id"].to_list()],
        )


def _raise_rank(decided: pl.DataFrame, *, version_rank: int, revision: int) -> None:
    """A later word that says the same makes what stands as late as itself."""
    same = decided.filter(pl.col("code") == RowCode.UNCHANGED.value).select("replaced").explode("replaced")
    if same.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metering_reading SET version_rank = %s, revision = greatest(revision, %s)"
            " WHERE id = ANY(%s) AND version_rank < %s AND NOT agreed",
            [version_rank, revision, same["replaced"].to_list(), version_rank],
        )


def _insert(
    rows: pl.DataFrame,
    *,
    kind: values.ReadingKind,
    file_id: int | None,
    revision: int,
    version_rank: int,
    agreed: bool,
    recorded_at: datetime,
) -> None:
    bulk.copy_in(
        "metering_reading",
        rows.with_columns(
            kind=pl.lit(kind.value),
            file_id=pl.lit(file_id, pl.Int64),
            revision=pl.lit(revision),
            version_rank=pl.lit(version_rank),
            agreed=pl.lit(agreed),
            recorded_at=pl.lit(recorded_at.isoformat()),
        ),
    )


def insert_vectors(rows: pl.DataFrame) -> int:
    """
    Write the vectors of rows that have one.

    :param rows: ``reading_id, first_day, interval_minutes, half_hours_missing, half_hours``
    :returns: how many
    """
    chosen = rows.filter(pl.col("half_hours").is_not_null()).select(
        "reading_id", "first_day", "interval_minutes", "half_hours_missing", "half_hours"
    )
    if chosen.is_empty():
        return 0
    columns = ", ".join(vectors.COPY_COLUMNS)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY metering_halfhours ({columns}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        for block in vectors.to_copy(vectors.Vector(*row) for row in chosen.iter_rows()):
            copy.write(block)
    return chosen.height


def measured(vectors_column: Sequence[bytes | None]) -> tuple[list[int | None], list[int]]:
    """
    Sum of the usable intervals [0.1 Wh] (nothing without a vector) and number of those that are missing, per row.
    """
    sums: list[int | None] = []
    missing: list[int] = []
    for stored in vectors_column:
        if stored is None:
            sums.append(None)
            missing.append(0)
            continue
        array = halfhours.from_bytes(stored)
        sums.append(vectors.total_dwh(array))
        missing.append(int((array == halfhours.MISSING).sum()))
    return sums, missing
