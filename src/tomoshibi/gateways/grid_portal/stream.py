"""A ZIP or XML from outside as a bounded stream of bytes."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from tomoshibi.gateways.grid_portal.port import Limits
from tomoshibi.gateways.problems import BrokenFile, broken, gettext_noop

EMPTY = gettext_noop("the file is empty")
NOT_ONE = gettext_noop("the ZIP holds %(found)s files instead of one")
ENCRYPTED = gettext_noop("the ZIP is encrypted")
BROKEN_ZIP = gettext_noop("the ZIP is damaged: %(reason)s")
TOO_LARGE = gettext_noop("the file unpacks to more than %(limit)s bytes")
BLOCK = 1 << 16
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError, ValueError)


class Bounded(io.RawIOBase):
    """Reads through, counting; the size that the ZIP itself declares is not believed."""

    def __init__(self, inner: BinaryIO, *, limit: int) -> None:
        super().__init__()
        self._inner = inner
        self._limit = limit
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def read(self, size: int = -1) -> bytes:
        """
        Up to ``size`` bytes.

        :raises BrokenFile: beyond the limit, or where the ZIP is damaged
        """
        try:
            found = self._inner.read(size if 0 <= size <= BLOCK else BLOCK)
        except ZIP_ERRORS as error:
            raise broken(None, "zip", BROKEN_ZIP, reason=str(error) or type(error).__name__) from error
        self._seen += len(found)
        if self._seen > self._limit:
            raise broken(None, "size", TOO_LARGE, limit=self._limit)
        return found


@contextmanager
def opened(file: BinaryIO, *, limits: Limits) -> Iterator[Bounded]:
    """
    The one XML (or CSV) in a ZIP, or the file itself if it is none.

    :raises BrokenFile: for a ZIP that cannot be read, is encrypted, or holds anything but one file
    """
    magic = file.read(4)
    file.seek(0)
    if not magic:
        raise broken(None, "empty", EMPTY)
    if magic[:2] != b"PK":
        yield Bounded(file, limit=limits.unpacked_bytes)
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) != 1:
                raise broken(None, "zip", NOT_ONE, found=len(members))
            if members[0].flag_bits & 1:
                raise broken(None, "zip", ENCRYPTED)
            with archive.open(members[0]) as inner:
                yield Bounded(inner, limit=limits.unpacked_bytes)  # type: ignore[arg-type]  # IO[bytes] reads alike
    except BrokenFile:
        raise
    except ZIP_ERRORS as error:
        raise broken(None, "zip", BROKEN_ZIP, reason=str(error) or type(error).__name__) from error
