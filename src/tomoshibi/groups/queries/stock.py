"""The stock of old customers: what was declared, listed, verified, imported."""

from datetime import date
from typing import Any

import polars as pl
from django.db.models import Count, QuerySet

from tomoshibi.groups import parameters, values
from tomoshibi.groups.models import StockBatch, StockRow, StockTable, StockTableRow
from tomoshibi.groups.queries.settings import parameter
from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

ROWS: Schema = {
    "id": pl.Int64, "row_no": pl.Int64, "role": pl.String, "account_number": pl.String, "benchmark_number": pl.String,
    "unit": pl.String, "customer_name": pl.String, "name": pl.String, "address": pl.String,
    "nearest_number": pl.String, "opened_on": pl.Date, "meter_number": pl.String, "box_number": pl.String,
    "access_point_number": pl.String, "access_point_name": pl.String, "district_number": pl.String,
    "district_name": pl.String, "device_type": pl.String, "rated_w": pl.Int64, "declared_points": pl.Int64,
    "installed_on": pl.Date, "verification": pl.String, "imported": pl.Boolean,
}  # fmt: skip
IMPORTABLE = [state.value for state in values.IMPORTABLE]


def stock_tables() -> list[values.StockTable]:
    """Declared totals, latest first."""
    return [_to_table(row) for row in StockTable.objects.order_by("-received_at", "-id")]


def stock_table(*, table_id: int) -> values.StockTable | None:
    row = StockTable.objects.filter(id=table_id).first()
    return _to_table(row) if row else None


def _to_table(row: StockTable) -> values.StockTable:
    rows = StockTableRow.objects.filter(table=row).order_by("seq")
    return values.StockTable(
        id=row.id,
        name=row.name,
        declared=row.declared,
        counted=row.counted,
        decision=row.decision,
        decided_at=row.decided_at,
        rows=tuple(rows.values_list("seq", "name", "points", "customer_id")),
    )


def stock_batches() -> list[dict[str, Any]]:
    """All batches with how far their rows are, latest first."""
    counts: dict[int, dict[str, int]] = {}
    for batch_id, state, n in StockRow.objects.values_list("batch_id", "verification").annotate(n=Count("id")):
        counts.setdefault(batch_id, {})[state] = n
    rows = StockBatch.objects.select_related("customer").order_by("-created_at", "-id")
    return [
        {
            "batch": _to_batch(row),
            "customer": row.customer.name,
            "rows": sum(counts.get(row.id, {}).values()),
            "verified": sum(counts.get(row.id, {}).get(state, 0) for state in IMPORTABLE),
            "open": counts.get(row.id, {}).get(values.Verification.OPEN.value, 0),
        }
        for row in rows
    ]


def stock_batch(*, batch_id: int) -> values.StockBatch | None:
    row = StockBatch.objects.filter(id=batch_id).first()
    return _to_batch(row) if row else None


def _to_batch(row: StockBatch) -> values.StockBatch:
    return values.StockBatch(
        id=row.id,
        name=row.name,
        state=values.BatchState(row.state),
        customer_id=row.customer_id,
        takeover_on=row.takeover_on,
        imported_at=row.imported_at,
        job_id=row.job_id,
        decision=row.decision,
        refusals=tuple((number, column, reason) for number, column, reason in row.refusals),
    )


def stock_row_rows(*, batch_id: int) -> QuerySet[StockRow]:
    """The rows of a batch, for the list."""
    return StockRow.objects.filter(batch_id=batch_id)


def stock_frame(*, batch_id: int) -> pl.DataFrame:
    """:returns: columns of ``ROWS``; ``imported``: the row is a point of this batch already"""
    return bulk.read_frame(
        """
        SELECT r.id, r.row_no, r.role, r.account_number, r.benchmark_number, r.unit, r.customer_name, r.name, r.address,
               r.nearest_number, r.opened_on, r.meter_number, r.box_number, r.access_point_number, r.access_point_name,
               r.district_number, r.district_name, r.device_type, r.rated_w, r.declared_points, r.installed_on,
               r.verification, p.id IS NOT NULL
        FROM groups_stockrow r
        LEFT JOIN groups_point p ON p.account_number = r.account_number AND p.batch_id = r.batch_id
        WHERE r.batch_id = %(batch)s ORDER BY r.role, r.row_no
        """,
        ROWS,
        {"batch": batch_id},
    ).with_columns(pl.col(name).fill_null("") for name, dtype in ROWS.items() if dtype == pl.String)


def ready(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a batch that importing now would bring: verified, not there yet, their benchmark verified, too."""
    verified = pl.col("verification").is_in(IMPORTABLE)
    benchmarks = rows.filter(verified & (pl.col("role") == values.Role.BENCHMARK.value))["account_number"]
    return rows.filter(verified & ~pl.col("imported") & pl.col("benchmark_number").is_in(benchmarks.implode()))


def batch_preview(*, batch_id: int, on: date) -> values.BatchPreview:
    """What importing a batch now would bring, which benchmarks are over the cap, and where counts differ."""
    rows = stock_frame(batch_id=batch_id)
    coming = ready(rows)
    limit = parameter(parameters.LIMIT, on=on)
    counts_points = bool(parameter(parameters.LIMIT_COUNTS_POINTS, on=on))
    listed = (
        rows.filter(~pl.col("verification").is_in([values.Verification.NOT_FOUND.value]))
        .group_by("benchmark_number")
        .agg(listed=pl.len(), declared=pl.col("declared_points").max())
        .sort("benchmark_number")
    )
    most = limit if counts_points else limit + 1
    over = listed.filter(pl.col("listed") > most)
    differing = listed.filter(pl.col("declared").is_not_null() & (pl.col("declared") != pl.col("listed")))
    states = dict(rows.group_by("verification").len().iter_rows())
    return values.BatchPreview(
        groups=coming.filter(role=values.Role.BENCHMARK.value).height,
        points=coming.height,
        waiting=rows.filter(pl.col("verification").is_in([*IMPORTABLE, "open"]) & ~pl.col("imported")).height
        - coming.height,
        not_found=states.get(values.Verification.NOT_FOUND.value, 0),
        extra=states.get(values.Verification.EXTRA.value, 0),
        over_cap=tuple(over.select("benchmark_number", "listed").iter_rows()),
        differing=tuple(differing.select("benchmark_number", "declared", "listed").iter_rows()),
    )


def stock_progress(*, table_id: int) -> list[dict[str, Any]]:
    """Per customer of a table of totals: declared points, listed rows, verified ones, points imported (G-078)."""
    table = stock_table(table_id=table_id)
    assert table is not None, "the edge has looked the table up"
    counts = bulk.read_frame(
        """
        SELECT b.customer_id, count(*), count(*) FILTER (WHERE r.verification = ANY(%(good)s)),
               count(*) FILTER (WHERE r.verification = 'not_found'),
               count(*) FILTER (WHERE r.verification = 'extra'), count(p.id)
        FROM groups_stockrow r JOIN groups_stockbatch b ON b.id = r.batch_id
        LEFT JOIN groups_point p ON p.account_number = r.account_number AND p.batch_id = r.batch_id
        GROUP BY b.customer_id
        """,
        dict.fromkeys(("customer_id", "listed", "verified", "not_found", "extra", "imported"), pl.Int64),
        {"good": IMPORTABLE},
    )
    by_customer = {row["customer_id"]: row for row in counts.iter_rows(named=True)}
    nothing = dict.fromkeys(("listed", "verified", "not_found", "extra", "imported"), 0)
    return [
        {"seq": seq, "name": name, "declared": points, "customer_id": customer_id}
        | {key: by_customer.get(customer_id, nothing)[key] for key in nothing}
        | {"share_ppm": by_customer.get(customer_id, nothing)["verified"] * 1_000_000 // points if points else 0}
        for seq, name, points, customer_id in table.rows
    ]


def extra_rows(*, benchmark_number: str = "") -> list[dict[str, Any]]:
    """
    Devices found on site that no list had and that nobody has applied for yet (G-079).

    :param benchmark_number: of one group only
    :returns: ``id customer_id customer benchmark_number name address nearest_number access_point_number
        district_number rated_w``
    """
    rows = StockRow.objects.filter(verification=values.Verification.EXTRA.value, applied_as="")
    if benchmark_number:
        rows = rows.filter(benchmark_number=benchmark_number)
    names = (
        "benchmark_number",
        "name",
        "address",
        "nearest_number",
        "access_point_number",
        "district_number",
        "rated_w",
    )
    found = rows.order_by("batch_id", "row_no").values("id", "batch__customer_id", "batch__customer__name", *names)
    return [
        {name: row[name] for name in ("id", *names)}
        | {"customer_id": row["batch__customer_id"], "customer": row["batch__customer__name"]}
        for row in found
    ]


def extras() -> list[dict[str, Any]]:
    """Devices found on site that no list had, per customer and district (G-079)."""
    rows = StockRow.objects.filter(verification=values.Verification.EXTRA.value)
    counted = rows.values_list("batch__customer__name", "district_number").annotate(count=Count("id"))
    return [
        {"customer": customer, "district": district, "count": count}
        for customer, district, count in counted.order_by("batch__customer__name", "district_number")
    ]
