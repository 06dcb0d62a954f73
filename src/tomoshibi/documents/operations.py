"""Store files and set documents."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from tomoshibi.documents import folder, typesetting, values
from tomoshibi.documents.models import StoredFile
from tomoshibi.documents.queries import to_value
from tomoshibi.documents.uploads import PAPERS, Media, UploadRefused, examined
from tomoshibi.storage import db

__all__ = [
    "PAPERS",
    "Media",
    "UploadRefused",
    "examined",
    "store",
    "typeset",
    "typeset_many",
    "typeset_pictures",
]


@db.transaction_required
def store(
    *, name: str, content: bytes | BinaryIO, kind: str, now: datetime, actor_id: int | None = None
) -> values.StoredFile:
    """
    Keep a file with its hash; storing the same bytes of the same kind again returns the first record.

    :param content: the bytes, or an open binary stream that is read in blocks
    :param kind: ``room.what``, for example ``metering.confirmed``
    """
    sha256, size = folder.write(io.BytesIO(content) if isinstance(content, bytes) else content)
    row, created = StoredFile.objects.get_or_create(
        kind=kind,
        sha256=sha256,
        defaults={"name": Path(name).name[:255], "size_bytes": size, "stored_at": now, "stored_by_id": actor_id},
    )
    return to_value(row, already_known=not created)


def typeset(*, template: Path, data: Any) -> bytes:
    """
    Set a PDF from a typst template (it reads ``json(bytes(sys.inputs.data))``); nothing is stored.

    :raises typesetting.NoFonts: where the assets were not installed
    """
    return typesetting.compile_pdf(template, data)


def typeset_many(*, template: Path, data: Any) -> bytes:
    """
    As ``typeset``, for documents of hundreds of pages.

    :raises typesetting.NoFonts: where the assets were not installed
    :raises typesetting.NotSet: with the typesetter's complaint
    """
    return typesetting.compile_pdf_apart(template, data)


def typeset_pictures(*, template: Path, data: Any, ppi: int = 96) -> list[bytes]:
    """The pages of a document as PNG pictures, for previews."""
    return typesetting.compile_pictures(template, data, ppi=ppi)
