"""Files of the grid companies, their rows that need a look, and the portals they came from."""

from collections.abc import Sequence

from django.db.models import QuerySet

from tomoshibi.metering import values
from tomoshibi.metering.models import ImportedFile, ImportRow, PortalEndpoint, PortalFile


def to_file(row: ImportedFile) -> values.ImportedFile:
    return values.ImportedFile(
        id=row.id,
        name=row.name,
        sha256=row.sha256,
        size=row.size,
        source=values.Source(row.source),
        area=row.area,
        kind=values.ReadingKind(row.kind),
        message_code=row.message_code,
        sender=row.sender,
        month=row.month,
        revision=row.revision,
        section=row.section,
        state=values.FileState(row.state),
        refusal=row.refusal,
        counts=row.counts,
        received_at=row.received_at,
        received_by_id=row.received_by_id,
        imported_at=row.imported_at,
        document_id=row.document_id,
        job_id=row.job_id,
    )


def file(*, file_id: int) -> values.ImportedFile | None:
    row = ImportedFile.objects.filter(id=file_id).first()
    return to_file(row) if row else None


def files() -> QuerySet[ImportedFile]:
    """Every file, newest first, as a lazy list for tables."""
    return ImportedFile.objects.order_by("-received_at", "-id")


def files_waiting() -> Sequence[int]:
    """Ids of files that wait to be read, in the order in which they came."""
    rows = ImportedFile.objects.filter(state=values.FileState.WAITING)
    return list(rows.order_by("id").values_list("id", flat=True))


def file_rows(*, file_id: int) -> QuerySet[ImportRow]:
    """Rows of a file that are not simply readings, in the file's order, as a lazy list for tables."""
    return ImportRow.objects.filter(file_id=file_id).order_by("row_number")


def to_endpoint(row: PortalEndpoint) -> values.PortalEndpoint:
    return values.PortalEndpoint(
        id=row.id,
        area=row.area,
        base_url=row.base_url,
        certificate_file=row.certificate_file,
        key_file=row.key_file,
        trust_file=row.trust_file,
        timeout_seconds=row.timeout_seconds,
        wait_business_days=row.wait_business_days,
        revision_digits=row.revision_digits,
        section_digits=row.section_digits,
        active=row.active,
        fetched_at=row.fetched_at,
        failure=row.failure,
    )


def endpoints(*, area: str = "", active_only: bool = False) -> list[values.PortalEndpoint]:
    rows = PortalEndpoint.objects.all()
    rows = rows.filter(area=area) if area else rows
    rows = rows.filter(active=True) if active_only else rows
    return [to_endpoint(row) for row in rows]


def portal_files(*, endpoint_id: int) -> dict[tuple[str, int], bool]:
    """What a portal listed so far: (name, size) and whether it was fetched."""
    rows = PortalFile.objects.filter(endpoint_id=endpoint_id).values_list("name", "size", "fetched_at")
    return {(name, size): fetched_at is not None for name, size, fetched_at in rows}
