"""What crosses the door of documents."""

from dataclasses import dataclass
from datetime import datetime

LARGEST_UPLOAD_BYTES = 10 * 2**20


@dataclass(frozen=True)
class StoredFile:
    """A file as it came in or went out, kept with its hash."""

    id: int
    name: str
    kind: str
    sha256: str
    size_bytes: int
    stored_at: datetime
    stored_by_id: int | None
    already_known: bool = False
    """The same bytes of the same kind had been stored before; this is the first one's record."""
