"""Stored files."""

from pathlib import Path

from django.utils.translation import gettext as _

from tomoshibi.documents import folder, values
from tomoshibi.documents.models import StoredFile


class NoSuchFile(LookupError):
    """No file is stored under that id."""


def to_value(row: StoredFile, *, already_known: bool = False) -> values.StoredFile:
    return values.StoredFile(
        id=row.id,
        name=row.name,
        kind=row.kind,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        stored_at=row.stored_at,
        stored_by_id=row.stored_by_id,
        already_known=already_known,
    )


def stored_file(*, file_id: int) -> values.StoredFile:
    """
    :raises NoSuchFile: for an unknown id
    """
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise NoSuchFile(_("no file is stored under the number %(number)s") % {"number": file_id})
    return to_value(row)


def find(*, kind: str, sha256: str) -> values.StoredFile | None:
    row = StoredFile.objects.filter(kind=kind, sha256=sha256).first()
    return to_value(row, already_known=True) if row else None


def content(*, file_id: int) -> bytes:
    """
    The bytes of a stored file, after checking them against their hash.

    :raises NoSuchFile: for an unknown id
    :raises folder.Damaged: if the bytes are not what was stored
    """
    return folder.read(stored_file(file_id=file_id).sha256)


def path(*, file_id: int) -> Path:
    """Where the bytes lie, for readers that stream."""
    return folder.path_of(stored_file(file_id=file_id).sha256)
