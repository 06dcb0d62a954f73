"""Files of the grid company: received once, read in one transaction, refused as a whole when broken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tomoshibi.documents import operations as documents
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import arrivals, days, surroundings, values, versions
from tomoshibi.metering.models import AgreedQuantity, ImportedFile, ImportRow
from tomoshibi.metering.operations.demand import collect_demand
from tomoshibi.metering.operations.watching import close_filled_gaps
from tomoshibi.metering.queries.files import to_file
from tomoshibi.metering.values import FileState
from tomoshibi.storage import bulk, db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

DOCUMENT_KIND = "metering.file"
_TIME_TO_LOOK = timedelta(days=1)


class FileInUse(ValueError):
    """The file waits to be read, or is being read."""


class AlreadyRead(ValueError):
    """Every row of the file was taken: reading it again could change nothing."""


@db.transaction_required
def receive_file(
    *,
    name: str,
    content: bytes | BinaryIO,
    source: values.Source,
    now: datetime,
    actor_id: int | None = None,
    area: str = "",
    kind: values.ReadingKind = values.ReadingKind.SUPPLY,
) -> tuple[values.ImportedFile, bool]:
    """
    Keep a file raw, once per content.

    :param area: whose portal it came from; empty for a file by hand
    :returns: the file, and whether its content is new here
    """
    stored = documents.store(name=name, content=content, kind=DOCUMENT_KIND, now=now, actor_id=actor_id)
    row, created = ImportedFile.objects.get_or_create(
        sha256=stored.sha256,
        defaults={
            "name": name[:200],
            "size": stored.size_bytes,
            "document_id": stored.id,
            "source": source.value,
            "area": area,
            "kind": kind.value,
            "received_at": now,
            "received_by_id": actor_id,
        },
    )
    return to_file(row), created


@db.transaction_required
def enqueue_import(*, file_id: int, actor_id: int | None = None) -> int:
    """
    Have a file read by the worker; files are read one after the other, in the order in which they came.

    :returns: the job's id
    :raises AlreadyRead: if every row of it was taken
    :raises FileInUse: if its job has not ended
    """
    row = ImportedFile.objects.select_for_update().get(id=file_id)
    if row.state == FileState.DONE:
        raise AlreadyRead(_("every row of this file was taken; reading it again changes nothing"))
    if row.state == FileState.WAITING and row.job_id is not None:
        raise FileInUse(_("this file is waiting to be read"))
    row.job_id = worker.enqueue(
        values.IMPORT_JOB, {"file_id": file_id}, label=row.name, requested_by_id=actor_id, lock=values.IMPORT_JOB
    )
    row.state = FileState.WAITING
    row.save(update_fields=["job_id", "state"])
    return row.job_id


@dataclass
class _Tally:
    """What happened so far in a file."""

    counts: dict[str, int] = field(default_factory=dict)
    months: set[int] = field(default_factory=set)
    changed: list[int] = field(default_factory=list)

    def count(self, codes: pl.Series) -> None:
        for code, number in codes.value_counts().iter_rows():
            self.counts[code] = self.counts.get(code, 0) + number


@db.transaction_required
def import_file(
    *,
    file_id: int,
    head: values.FileHead,
    batches: Iterable[values.Batch],
    now: datetime,
    actor_id: int | None = None,
) -> values.ImportOutcome:
    """
    Read a file batch by batch; memory holds one batch, the transaction all of them.

    :param batches: what they raise leaves nothing behind: the caller's transaction is undone, and it tells
        ``refuse_file``
    """
    row = ImportedFile.objects.select_for_update().get(id=file_id)
    _keep_head(row, head)
    ImportRow.objects.filter(file_id=file_id).delete()
    tally, around = _Tally(), _Around()
    for batch in batches:
        if "day" in batch.rows.columns:
            _take_days(batch.rows, row=row, around=around, tally=tally)
        else:
            _take_months(batch.rows, row=row, around=around, tally=tally, now=now)
        _keep_rows(row.id, batch.broken)
        tally.count(batch.broken["code"])
    return _finish(row, tally, now=now, actor_id=actor_id)


def _keep_head(row: ImportedFile, head: values.FileHead) -> None:
    zone = ZoneInfo(settings.TIME_ZONE)
    row.message_code, row.sender, row.receiver = head.message_code, head.sender[:20], head.receiver[:20]
    row.month, row.series_on = head.month, head.series_on
    row.revision, row.section = head.revision, head.section
    row.made_at = timezone.make_aware(head.made_at, zone) if head.made_at else None


def _rank(row: ImportedFile) -> int:
    made_at = row.made_at.astimezone(ZoneInfo(settings.TIME_ZONE)) if row.made_at else None
    return versions.rank(series_on=row.series_on, revision=row.revision, made_at=made_at)


class _Around:
    """What surrounds the rows of a file, asked once per set of months."""

    def __init__(self) -> None:
        self._months: set[int] = set()
        self.supplied = surroundings.supplied(months=())
        self.calendar = surroundings.calendar(months=())

    def cover(self, months: Iterable[int]) -> None:
        wanted = self._months | set(months)
        if wanted != self._months:
            self._months = wanted
            self.supplied = surroundings.supplied(months=sorted(wanted))
            self.calendar = surroundings.calendar(months=sorted(wanted))


def _take_months(batch: pl.DataFrame, *, row: ImportedFile, around: _Around, tally: _Tally, now: datetime) -> None:
    around.cover(batch["month"].drop_nulls().unique().to_list())
    prepared, refused = arrivals.settle(
        batch,
        supplied=around.supplied,
        known_spins=surroundings.known_spins(spins=batch["spin"]),
        calendar=around.calendar,
    )
    outcome = versions.write(
        prepared,
        kind=values.ReadingKind(row.kind),
        file_id=row.id,
        revision=row.revision,
        version_rank=_rank(row),
        recorded_at=now,
    )
    told = prepared.select("row_number", "spin", "month").join(outcome, on="row_number", maintain_order="left")
    _keep_rows(
        row.id,
        pl.concat(
            [
                told.filter(~pl.col("code").is_in([code.value for code in values.COUNTED_ONLY]))
                .with_columns(template=pl.lit(""), parameters=pl.lit("{}"))
                .select(list(values.REFUSED)),
                refused,
            ]
        ),
    )
    tally.count(told["code"])
    tally.count(refused["code"])
    stored = told.filter(pl.col("reading_id").is_not_null())
    tally.months.update(stored["month"].unique().to_list())
    tally.changed.extend(stored.filter("had_quantity")["reading_id"].to_list())


def _take_days(batch: pl.DataFrame, *, row: ImportedFile, around: _Around, tally: _Tally) -> None:
    around.cover(batch["day"].dt.strftime("%Y%m").cast(pl.Int64).unique().to_list())
    taken, refused = days.settle(
        batch, supplied=around.supplied, known_spins=surroundings.known_spins(spins=batch["spin"])
    )
    codes = days.write(taken, file_id=row.id, version_rank=_rank(row))
    _keep_rows(row.id, refused)
    tally.count(codes)
    tally.count(refused["code"])


def _keep_rows(file_id: int, rows: pl.DataFrame) -> None:
    bulk.copy_in("metering_importrow", rows.with_columns(file_id=pl.lit(file_id)))


def _finish(row: ImportedFile, tally: _Tally, *, now: datetime, actor_id: int | None) -> values.ImportOutcome:
    refused = sum(tally.counts.get(code, 0) for code in values.REFUSED_ROWS)
    row.counts = tally.counts
    row.state = FileState.DONE_WITH_REFUSALS if refused else FileState.DONE
    row.imported_at, row.refusal = now, ""
    row.save()
    _tell_people(row, refused=refused, now=now)
    close_filled_gaps(now=now, actor_id=actor_id)
    months, changed = tuple(sorted(tally.months)), tuple(tally.changed)
    for month in months:
        collect_demand(month=Month.from_number(month), now=now, actor_id=actor_id)
    if months:
        worker.announce(values.ConfirmedValuesArrived(file_id=row.id, months=months))
    if changed:
        worker.announce(values.ConfirmedValuesChanged(reading_ids=changed, file_id=row.id))
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"read {row.name}: {sum(tally.counts.values())} rows, {tally.counts.get(values.RowCode.NEW, 0)} new, "
        f"{tally.counts.get(values.RowCode.REPLACED, 0)} replaced, {refused} refused",
        at=now,
        subject=f"metering.file:{row.id}",
        actor_id=actor_id,
    )
    return values.ImportOutcome(
        file_id=row.id,
        state=FileState(row.state),
        counts=tally.counts,
        months=months,
        changed_reading_ids=changed,
    )


def _tell_people(row: ImportedFile, *, refused: int, now: datetime) -> None:
    subject, url = f"metering.file:{row.id}", reverse("metering:file", args=[row.id])
    worklist.close_about(kind="metering.file_refused", subjects=[subject], outcome=_("the file was read"), now=now)
    if refused:
        worklist.open_item(
            procedure=values.PROCEDURE,
            kind="metering.rows_refused",
            subject=subject,
            title=_("%(count)d rows of %(file)s were not taken") % {"count": refused, "file": row.name},
            due_at=now + _TIME_TO_LOOK,
            now=now,
            url=url,
        )
    else:
        worklist.close_about(kind="metering.rows_refused", subjects=[subject], outcome=_("the file was read"), now=now)
    _tell_agreed_superseded(row, now=now)


def _tell_agreed_superseded(row: ImportedFile, *, now: datetime) -> None:
    """An agreed quantity was billed perhaps; its confirmed value is here, and somebody follows the correction."""
    agreed = AgreedQuantity.objects.select_related("reading").filter(reading__superseded_by__file_id=row.id)
    worklist.open_items(
        items=[
            {
                "procedure": values.PROCEDURE,
                "kind": "metering.agreed_superseded",
                "subject": f"metering.reading:{one.reading.superseded_by_id}",
                "title": _("Confirmed value arrived for the agreed quantity of %(spin)s, %(month)d")
                % {"spin": one.reading.spin, "month": one.reading.month},
                "due_at": now + _TIME_TO_LOOK,
                "url": reverse("metering:point", args=[one.supply_point_id]),
            }
            for one in agreed
        ],
        now=now,
    )


@db.transaction_required
def refuse_file(*, file_id: int, sentence: str, now: datetime) -> None:
    """A file that cannot be read: nothing of it was taken, and somebody asks for it again."""
    row = ImportedFile.objects.select_for_update().get(id=file_id)
    row.state, row.refusal, row.imported_at = FileState.REFUSED, sentence, now
    row.save(update_fields=["state", "refusal", "imported_at"])
    worklist.open_item(
        procedure=values.PROCEDURE,
        kind="metering.file_refused",
        subject=f"metering.file:{row.id}",
        title=_("%(file)s cannot be read") % {"file": row.name},
        detail=sentence,
        due_at=now + _TIME_TO_LOOK,
        now=now,
        url=reverse("metering:file", args=[row.id]),
    )
