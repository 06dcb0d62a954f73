"""Old customers: totals and who decides about them, batches of rows verified on site, imported, and taken back."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import BinaryIO

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.documents import operations as documents
from tomoshibi.documents import queries as stored
from tomoshibi.groups import layouts, placing, planning, queries, values
from tomoshibi.groups.models import Group, Point, PointEdit, StockBatch, StockRow, StockTable, StockTableRow
from tomoshibi.kernel.refusals import Examination, RowsRefused
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.storage import bulk, db
from tomoshibi.storage.fields import length_limits
from tomoshibi.supply import operations as supply
from tomoshibi.worker import operations as worker

SHEET_KIND = "groups.stock_sheet"
REFUSALS_KEPT = 1_000
WORDS = {
    "": values.Verification.OPEN, "待核查": values.Verification.OPEN,
    "正常": values.Verification.OK, "相符": values.Verification.OK, "一致": values.Verification.OK,
    "已更正": values.Verification.CORRECTED, "更正": values.Verification.CORRECTED,
    "未找到": values.Verification.NOT_FOUND, "不存在": values.Verification.NOT_FOUND,
    "清单外": values.Verification.EXTRA, "新发现": values.Verification.EXTRA,
}  # fmt: skip
"""What inspectors write into 核查状态."""
_TEXTS = (
    "account_number", "benchmark_number", "unit", "customer_name", "name", "address", "nearest_number",
    "meter_number", "box_number", "access_point_number", "access_point_name", "district_number", "district_name",
    "device_type", "inspector", "note",
)  # fmt: skip


class NoSuchBatch(LookupError):
    """There is no such batch."""


class NoSuchTable(LookupError):
    """There is no such table of totals."""


class BatchMove(ValueError):
    """The batch's state does not allow this."""


class NothingVerified(ValueError):
    """Only verified rows are imported, and there is none."""


class NeedsDecision(ValueError):
    """Declared and listed counts differ, and nobody has decided what holds."""


class UsedSince(ValueError):
    """What the batch brought was changed since, so that it cannot be taken back as a whole."""


@db.transaction_required
def receive_totals(
    *, name: str, content: bytes | BinaryIO, declared: int | None, now: datetime, actor_id: int | None
) -> values.StockTable:
    """
    Take a table of totals per customer in; where it says another total than its rows add up to, somebody has to decide.

    :param declared: the total that was declared; none where the file has a total row of its own or there is none
    :raises layouts.NotReadable: if the file is no such table
    :raises RowsRefused: naming each row without a name or a count
    """
    file = documents.store(name=name, content=content, kind=SHEET_KIND, now=now, actor_id=actor_id)
    sheet = layouts.read(stored.path(file_id=file.id), name=name, among=(layouts.TOTALS,))
    rows = sheet.rows.with_columns(count=layouts.whole("points"), number=layouts.whole("seq"))
    examination = Examination(rows)
    examination.refuse(pl.col("name") == "", column="name", reason=_("a customer has a name"))
    examination.refuse(
        pl.col("count").is_null() | (pl.col("count") < 0), column="points", reason=_("{value} is not a count of points")
    )
    try:
        examination.finish()
    except RowsRefused as refused:
        raise planning.in_file(refused, rows) from None
    counted = int(rows["count"].sum())
    printed = [int(total["points"]) for total in sheet.totals if total["points"].isdecimal()]
    row = StockTable.objects.create(
        name=name[:100],
        document_id=file.id,
        declared=declared if declared is not None else printed[0] if printed else counted,
        counted=counted,
        received_at=now,
    )
    for number, (seq, customer, points) in enumerate(rows.select("number", "name", "count").iter_rows(), start=1):
        hits = party_queries.search(customer, limit=2)
        StockTableRow.objects.create(
            table=row,
            seq=number if seq is None else seq,
            name=customer,
            points=points,
            customer_id=hits[0].customer_id if len(hits) == 1 else None,
        )
    made = queries.stock_table(table_id=row.id)
    assert made is not None, "it was just written"
    return made


@db.transaction_required
def decide_totals(*, table_id: int, decision: str, now: datetime, actor_id: int | None) -> None:
    """
    Record which of two totals holds, and why.

    :raises NoSuchTable: if it is not there
    """
    row = StockTable.objects.select_for_update().filter(id=table_id).first()
    if row is None:
        raise NoSuchTable(_("there is no such table of totals"))
    row.decision, row.decided_by_id, row.decided_at = decision.strip(), actor_id, now
    row.save()


@db.transaction_required
def open_batch(*, name: str, customer_id: int, takeover_on: date, now: datetime) -> int:
    """
    Begin a block of stock rows of one customer.

    :param takeover_on: points without a date of their own are counted from this day on
    """
    return StockBatch.objects.create(
        name=name.strip(), customer_id=customer_id, takeover_on=takeover_on, created_at=now
    ).id


def _locked(batch_id: int) -> StockBatch:
    row = StockBatch.objects.select_for_update().filter(id=batch_id).first()
    if row is None:
        raise NoSuchBatch(_("there is no such batch"))
    return row


@db.transaction_required
def receive_sheet(*, batch_id: int, name: str, content: bytes | BinaryIO, now: datetime, actor_id: int | None) -> int:
    """
    Keep a sheet of a batch (verification list or point list) as it came, and have it read.

    :returns: the job's id
    :raises NoSuchBatch: if it is not there
    """
    row = _locked(batch_id)
    file = documents.store(name=name, content=content, kind=SHEET_KIND, now=now, actor_id=actor_id)
    row.job_id = worker.enqueue(
        values.READ_SHEET_JOB,
        {"batch_id": batch_id, "document_id": file.id, "name": name},
        label=name,
        requested_by_id=actor_id,
        lock=f"groups.batch:{batch_id}",
    )
    row.save()
    return row.job_id


@db.transaction_required
def load_sheet(*, batch_id: int, document_id: int, name: str) -> int:
    """
    Read a sheet into the rows of a batch; rows of the same account number are replaced by what it says.

    :returns: rows read; 0 where it was refused: the batch then holds the reasons
    :raises NoSuchBatch: if it is not there
    """
    batch = _locked(batch_id)
    try:
        sheet = layouts.read(
            stored.path(file_id=document_id), name=name, among=(layouts.VERIFICATION, layouts.CONFIRMATION)
        )
        rows = _stock_rows(sheet)
        _examine_sheet(rows)
    except layouts.NotReadable as reason:
        batch.refusals = [(0, "", str(reason))]
        batch.save()
        return 0
    except RowsRefused as refused:
        batch.refusals = [tuple(one) for one in refused.refusals[:REFUSALS_KEPT]]
        batch.save()
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM groups_stockrow WHERE batch_id = %s AND account_number = ANY(%s)",
            [batch_id, rows["account_number"].to_list()],
        )
    bulk.copy_in("groups_stockrow", rows.drop("opened_text", "verified_text", "known").with_columns(batch_id=batch_id))
    batch.refusals = []
    batch.save()
    return rows.height


def _stock_rows(sheet: layouts.Sheet) -> pl.DataFrame:
    """The rows of either sheet with the columns of ``StockRow``."""
    given = sheet.rows.with_columns(
        pl.lit("").alias(name)
        for name in (*_TEXTS, "day", "opened_on", "installed_on", "declared_points", "verified_on", "change")
        if name not in sheet.rows.columns
    )
    is_list = sheet.layout is layouts.CONFIRMATION
    role = pl.lit(values.Role.BENCHMARK.value)
    if is_list:
        benchmark = pl.col("account_number") == pl.col("benchmark_number")
        role = pl.when(benchmark).then(pl.lit(values.Role.BENCHMARK.value)).otherwise(pl.lit(values.Role.SUB.value))
    opened = "day" if is_list else "opened_on"
    rows = given.with_columns(
        role=role,
        benchmark_number=pl.col("benchmark_number") if is_list else pl.col("account_number"),
        name=pl.when(pl.col("name") == "").then("address").otherwise("name"),
        opened_text=opened,
        opened_on=layouts.day(opened),
        installed_on=layouts.day("installed_on"),
        verified_text="verified_on",
        verified_on=layouts.day("verified_on"),
        rated_w=layouts.whole("rated_w"),
        declared_points=layouts.whole("declared_points"),
        known=pl.col("verification"),
        verification=pl.col("verification").replace_strict({k: v.value for k, v in WORDS.items()}, default=None),
        row_no="row",
    )
    # A benchmark of the point list is told by the verification list; here it only says that it is counted.
    rows = rows.filter(pl.col("role") == values.Role.SUB.value) if is_list else rows
    return rows.select(
        "row_no", "role", *_TEXTS, "opened_on", "opened_text", "installed_on", "rated_w", "declared_points",
        "verification", "verified_on", "verified_text", "known",
    )  # fmt: skip


def _examine_sheet(rows: pl.DataFrame) -> None:
    examination = Examination(rows)
    refuse = examination.refuse
    examination.refuse_unless_match(
        "account_number", r"^[0-9A-Z\-]{1,12}$", reason=_("{value} is not an account number: up to twelve digits")
    )
    refuse(
        pl.col("account_number").is_duplicated(),
        column="account_number",
        reason=_("{value} stands in more than one row"),
    )
    refuse(pl.col("benchmark_number") == "", column="benchmark_number", reason=_("a sub-account names its benchmark"))
    refuse(
        (pl.col("opened_text") != "") & pl.col("opened_on").is_null(),
        column="opened_text",
        reason=_("{value} is not a date like 2015-02-08"),
    )
    refuse(pl.col("verification").is_null(), column="known", reason=_("{value} is no result of a verification"))
    refuse(
        (pl.col("verification") != values.Verification.OPEN.value)
        & ((pl.col("inspector") == "") | pl.col("verified_on").is_null()),
        column="inspector",
        reason=_("a verified row needs its inspector and the day"),
    )
    examination.refuse_longer(length_limits(StockRow), reason=_("longer than {limit} characters"))
    try:
        examination.finish()
    except RowsRefused as refused:
        raise planning.in_file(refused, rows.with_columns(row="row_no")) from None


@db.transaction_required
def verify_rows(*, batch_id: int, row_ids: Sequence[int], found: values.Verification, inspector: str, on: date) -> int:
    """
    Record what was found on site about rows of a batch.

    :returns: how many rows
    :raises NoSuchBatch: if it is not there
    """
    _locked(batch_id)
    rows = StockRow.objects.filter(batch_id=batch_id, id__in=row_ids)
    open_again = found is values.Verification.OPEN
    return rows.update(verification=found.value, inspector=inspector.strip(), verified_on=None if open_again else on)


@db.transaction_required
def decide_batch(*, batch_id: int, decision: str, actor_id: int | None) -> None:
    """Record why the batch may be imported although declared and listed counts differ."""
    row = _locked(batch_id)
    row.decision, row.decided_by_id = decision.strip(), actor_id
    row.save()


@db.transaction_required
def enqueue_import(*, batch_id: int, today: date, actor_id: int | None) -> int:
    """
    Have the verified rows of a batch imported by the worker.

    :returns: the job's id
    :raises NothingVerified: if there is none to import
    :raises NeedsDecision: if counts differ and nobody decided
    """
    row = _locked(batch_id)
    _require_importable(row, today=today)
    row.job_id = worker.enqueue(
        values.IMPORT_BATCH_JOB,
        {"batch_id": batch_id, "actor_id": actor_id},
        label=row.name,
        requested_by_id=actor_id,
        lock=f"groups.batch:{batch_id}",
    )
    row.save()
    return row.job_id


def _require_importable(row: StockBatch, *, today: date) -> None:
    preview = queries.batch_preview(batch_id=row.id, on=today)
    if not preview.points:
        raise NothingVerified(_("Only verified rows are imported, and none is ready."))
    if preview.differing and not row.decision:
        raise NeedsDecision(
            _("%(declared)d points were declared and %(listed)d are listed: somebody has to decide what holds.")
            % {"declared": preview.declared, "listed": preview.listed}
        )


@db.transaction_required
def import_batch(*, batch_id: int, now: datetime, today: date) -> dict[str, int]:
    """
    Make groups and points of the verified rows; the others stay for later. Larger groups than the cap come in (G-013).

    :returns: ``groups`` and ``points`` made; both 0 where rows were refused: the batch then holds the reasons
    :raises NothingVerified: if there is none to import
    :raises NeedsDecision: if counts differ and nobody decided
    """
    batch = _locked(batch_id)
    _require_importable(batch, today=today)
    rows = queries.ready(queries.stock_frame(batch_id=batch_id)).with_columns(row="row_no")
    try:
        with db.savepoint():
            made = _import(batch, rows, today=today)
    except RowsRefused as refused:
        batch.refusals = [tuple(one) for one in refused.refusals[:REFUSALS_KEPT]]
        batch.save()
        return {"groups": 0, "points": 0}
    batch.refusals, batch.imported_at = [], now
    try:
        batch.mark_imported()
    except TransitionNotAllowed:
        raise BatchMove(_("a batch that is %(state)s does not allow this") % {"state": batch.state}) from None
    batch.save()
    return made


def _import(batch: StockBatch, rows: pl.DataFrame, *, today: date) -> dict[str, int]:
    rows = rows.with_columns(start=pl.coalesce("opened_on", pl.lit(batch.takeover_on)))
    _examine_stock(batch, rows, today=today)
    rows = planning.with_places(rows)
    groups = _write_groups(batch, rows)
    known = queries.groups_by_benchmark(numbers=rows["benchmark_number"])
    points = (
        rows.drop("device_type", "name")
        .with_columns(name=rows["name"])
        .join(
            known.select("benchmark_number", "group_id", "device_type_id", "group_rated_w"),
            on="benchmark_number",
            how="left",
            maintain_order="left",
        )
    )
    points = points.with_columns(
        rated_w=pl.coalesce("rated_w", "group_rated_w"),
        origin=pl.lit(values.Origin.STOCK.value),
        batch_id=pl.lit(batch.id, dtype=pl.Int64),
        # A stock list is verified row by row on site: neither doubts about types nor about doubles stop it again.
        override_reason=pl.lit(""),
        same_device_reason=pl.lit("stock"),
    )
    try:
        placing.add(points.select([c for c in placing.NEW_POINTS if c in points.columns]), today=today, beyond_cap=True)
    except RowsRefused as refused:
        raise planning.in_file(refused, points) from None
    return {"groups": groups, "points": points.height}


def _examine_stock(batch: StockBatch, rows: pl.DataFrame, *, today: date) -> None:
    customer = party_queries.customer(customer_id=batch.customer_id)
    assert customer is not None, "a batch has a customer"
    is_benchmark = pl.col("role") == values.Role.BENCHMARK.value
    kinds = {kind.code for kind in queries.device_types(on=today)}
    examination = Examination(rows)
    examination.refuse(
        pl.col("customer_name") != customer.name,
        column="customer_name",
        reason=_("{value} is not the customer of this batch"),
    )
    examination.refuse(
        is_benchmark & ~pl.col("device_type").is_in(list(kinds)),
        column="device_type",
        reason=_("{value} is not a device type that holds today"),
    )
    for column in ("unit", "meter_number"):
        examination.refuse(
            is_benchmark & (pl.col(column) == ""), column=column, reason=_("a benchmark needs a unit and a meter")
        )
    examination.refuse(
        is_benchmark & pl.col("rated_w").is_null(), column="rated_w", reason=_("a benchmark needs its rated power")
    )
    opened = rows.filter(is_benchmark).select("benchmark_number", first="start")
    early = rows.with_row_index("_at", offset=1).join(opened, on="benchmark_number", how="left")
    examination.refuse_rows(
        early.filter(pl.col("start") < pl.col("first"))["_at"].to_list(),
        column="opened_on",
        reason=_("{value} is before the day its benchmark was opened"),
    )
    try:
        examination.finish()
    except RowsRefused as refused:
        raise planning.in_file(refused, rows) from None


def _write_groups(batch: StockBatch, rows: pl.DataFrame) -> int:
    """Groups with their reference meters, written with COPY."""
    kinds = pl.DataFrame(
        [(code.split(" ", 1)[0], type_id) for type_id, code in queries.device_type_names().items()],
        schema={"device_type": pl.String, "device_type_id": pl.Int64},
        orient="row",
    )
    new = rows.filter(role=values.Role.BENCHMARK.value).join(kinds, on="device_type", how="left", maintain_order="left")
    numbers = bulk.read_frame(
        "SELECT nextval('groups_group_number') FROM generate_series(1, %s)", {"n": pl.Int64}, [new.height]
    )
    new = new.with_columns(
        bulk.allocate_ids("groups_group", new.height).alias("group_id"),
        number=pl.format("G{}", numbers["n"].cast(pl.String).str.zfill(7)),
    )
    frame = new.select(
        "number", "unit", "device_type_id", "rated_w", "address",
        id="group_id", customer_id=pl.lit(batch.customer_id), state=pl.lit(values.GroupState.ACTIVE.value),
        origin=pl.lit(values.Origin.STOCK.value), application_number=pl.lit(""), batch_id=pl.lit(batch.id),
        final_bill=pl.lit(""),
        opened_on="start", name="customer_name", benchmark_number="account_number",
        search_key=party_queries.search_key_of([
            pl.col("number"), pl.col("account_number"), pl.col("customer_name"), pl.col("address"), pl.col("unit"),
        ]),
    )  # fmt: skip
    bulk.copy_in("groups_group", frame)
    boxes = supply.ensure_boxes(numbers=new["box_number"])
    meters = new.join(boxes, on="box_number", how="left", maintain_order="left")
    bulk.copy_in(
        "groups_referencemeter",
        meters.select(
            "group_id", "box_id", "start", number="meter_number", physical_ratio=pl.lit(1), register_digits=pl.lit(5)
        ),
    )
    return new.height


@db.transaction_required
def roll_back_batch(*, batch_id: int) -> int:
    """
    Take everything out again that a batch brought; its rows stay and may be put right.

    :returns: how many points are gone
    :raises BatchMove: if it was not imported
    :raises UsedSince: if points joined its groups, or its points moved, ended or were edited since
    """
    batch = _locked(batch_id)
    points = Point.objects.filter(batch_id=batch_id)
    if PointEdit.objects.filter(point__in=points).exists() or _changed_since(batch_id):
        raise UsedSince(_("What this batch brought was changed since; take it back by changes instead."))
    try:
        batch.mark_rolled_back()
    except TransitionNotAllowed:
        raise BatchMove(_("a batch that is %(state)s does not allow this") % {"state": batch.state}) from None
    numbers = pl.Series(list(points.values_list("account_number", flat=True)), dtype=pl.String)
    with connection.cursor() as cursor:
        for table in ("groups_membership", "groups_placement"):
            cursor.execute(
                f"DELETE FROM {table} WHERE point_id IN (SELECT id FROM groups_point WHERE batch_id = %s)", [batch_id]
            )
        cursor.execute(
            "DELETE FROM groups_referencemeter WHERE group_id IN (SELECT id FROM groups_group WHERE batch_id = %s)",
            [batch_id],
        )
        cursor.execute("DELETE FROM groups_point WHERE batch_id = %s", [batch_id])
        cursor.execute("DELETE FROM groups_group WHERE batch_id = %s", [batch_id])
    parties.withdraw_numbers(numbers=numbers)
    batch.reopen()
    batch.imported_at = None
    batch.save()
    assert not Group.objects.filter(batch_id=batch_id).exists(), "nothing of the batch is left"
    return len(numbers)


def _changed_since(batch_id: int) -> bool:
    """Whether the groups or points of a batch are no longer what it brought."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (SELECT FROM groups_membership m JOIN groups_group g ON g.id = m.group_id
                           JOIN groups_point p ON p.id = m.point_id
                           WHERE (g.batch_id = %(batch)s OR p.batch_id = %(batch)s)
                             AND (p.batch_id IS DISTINCT FROM %(batch)s OR g.batch_id IS DISTINCT FROM %(batch)s
                                  OR m."end" IS NOT NULL))
                OR EXISTS (SELECT FROM groups_placement l JOIN groups_point p ON p.id = l.point_id
                           WHERE p.batch_id = %(batch)s AND l."end" IS NOT NULL)
            """,
            {"batch": batch_id},
        )
        return bool(cursor.fetchone()[0])


@db.transaction_required
def mark_applied(*, row_ids: Sequence[int], application_number: str) -> int:
    """
    Devices that no list had are applied for now; they wait no longer (G-079).

    :returns: how many
    """
    rows = StockRow.objects.filter(id__in=list(row_ids), verification=values.Verification.EXTRA.value, applied_as="")
    return rows.update(applied_as=application_number)
