"""The file folder: content-addressed, written once, never half."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

_BLOCK = 1 << 20


class Damaged(RuntimeError):
    """The bytes on disk are not those that were stored."""


def path_of(sha256: str) -> Path:
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def write(source: BinaryIO) -> tuple[str, int]:
    """
    Copy a stream into the folder in blocks.

    :returns: its SHA-256 in hexadecimal and its size [bytes]
    """
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, name = tempfile.mkstemp(dir=root, prefix=".incoming-")
    try:
        with os.fdopen(descriptor, "wb") as target:
            while block := source.read(_BLOCK):
                digest.update(block)
                size += len(block)
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
        final = path_of(digest.hexdigest())
        final.parent.mkdir(parents=True, exist_ok=True)
        Path(name).replace(final)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def read(sha256: str) -> bytes:
    """
    :raises Damaged: if the bytes are gone or are not what was stored
    """
    path = path_of(sha256)
    if not path.is_file():
        raise Damaged(_("the stored file %(name)s is missing from the file folder") % {"name": sha256[:12]})
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Damaged(_("the stored file %(name)s was changed on disk") % {"name": sha256[:12]})
    return content
