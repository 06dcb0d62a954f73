"""
Files of strangers: what a file is, is read from its content; what could act when somebody opens it is refused.

Taken are photographs (JPEG, PNG, WebP, HEIC), PDF and, where asked for, xlsx sheets. Refused: anything else (SVG and HTML
are texts that run scripts), macros, PDF with scripts, launches or files inside, pictures and archives that swell when
opened, and empty or too large files.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from enum import StrEnum

from django.utils.translation import gettext as _

from tomoshibi.documents.values import LARGEST_UPLOAD_BYTES

MEGABYTE = 2**20
LARGEST_PIXELS = 80_000_000
LARGEST_UNPACKED = 60 * MEGABYTE
LARGEST_RATIO = 120
MOST_MEMBERS = 2_000


class Media(StrEnum):
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


PAPERS = frozenset({Media.JPEG, Media.PNG, Media.WEBP, Media.HEIC, Media.PDF})
"""What a photograph or scan of a bill may be."""
SUFFIXES = {
    Media.JPEG: (".jpg", ".jpeg"), Media.PNG: (".png",), Media.WEBP: (".webp",), Media.HEIC: (".heic", ".heif"),
    Media.PDF: (".pdf",), Media.XLSX: (".xlsx",),
}  # fmt: skip


class UploadRefused(ValueError):
    """The file is not taken; the sentence says why."""


def examined(*, name: str, content: bytes, allowed: frozenset[Media] = PAPERS) -> Media:
    """
    What a file is.

    :raises UploadRefused: with a sentence for who sent it
    """
    if not content:
        raise UploadRefused(_("%(name)s is empty.") % {"name": name})
    if len(content) > LARGEST_UPLOAD_BYTES:
        raise UploadRefused(
            _("%(name)s is larger than %(limit)s MB.") % {"name": name, "limit": LARGEST_UPLOAD_BYTES // MEGABYTE}
        )
    media = _media(content)
    if media is None or media not in allowed:
        raise UploadRefused(_("%(name)s is none of the kinds of files that we take.") % {"name": name})
    if not name.lower().endswith(SUFFIXES[media]):
        raise UploadRefused(_("The ending of %(name)s does not fit what the file is.") % {"name": name})
    danger = _DANGERS[media](content)
    if danger:
        raise UploadRefused(danger % {"name": name})
    return media


def _media(content: bytes) -> Media | None:
    head = content[:64]
    if head.startswith(b"\xff\xd8\xff"):
        return Media.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Media.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Media.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"heim", b"heis", b"msf1"}:
        return Media.HEIC
    if head.startswith(b"%PDF-"):
        return Media.PDF
    return Media.XLSX if head.startswith(b"PK\x03\x04") and _is_workbook(content) else None


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return {"[Content_Types].xml", "xl/workbook.xml"} <= names


def _pixels_of_png(content: bytes) -> int:
    return int.from_bytes(content[16:20], "big") * int.from_bytes(content[20:24], "big")


# Markers of JPEG segments (ITU-T T.81, B.1): the first byte of each, and those that begin a frame.
_MARK = 0xFF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _pixels_of_jpeg(content: bytes) -> int:
    """Height times width of the first frame header; segments before it are passed over."""
    at = 2
    while at + 9 < len(content):
        if content[at] != _MARK:
            return 0
        marker = content[at + 1]
        if marker in _FRAMES:
            return int.from_bytes(content[at + 5 : at + 7], "big") * int.from_bytes(content[at + 7 : at + 9], "big")
        at += 1 if marker == _MARK else 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return 0


def _pixels_of_webp(content: bytes) -> int:
    """Width times height of the first chunk (RFC 9649): lossy, lossless or extended."""
    head = content[12:42].ljust(30, b"\0")
    if head[:4] == b"VP8X":
        return (int.from_bytes(head[12:15], "little") + 1) * (int.from_bytes(head[15:18], "little") + 1)
    if head[:4] == b"VP8L" and head[8] == _LOSSLESS:
        size = int.from_bytes(head[9:13], "little")
        return ((size & _SIZE) + 1) * ((size >> 14 & _SIZE) + 1)
    if head[:4] == b"VP8 " and head[11:14] == b"\x9d\x01\x2a":
        return (int.from_bytes(head[14:16], "little") & _SIZE) * (int.from_bytes(head[16:18], "little") & _SIZE)
    return 0


_LOSSLESS, _SIZE = 0x2F, 0x3FFF
"""The signature of a lossless frame, and the fourteen bits of a width or height."""
_EXTENT = re.compile(rb"ispe\x00\x00\x00\x00(.{4})(.{4})", re.DOTALL)
"""The property of a HEIF item that says how large it is when opened (ISO/IEC 23008-12, 6.5.3)."""


def _pixels_of_heic(content: bytes) -> int:
    """Of the largest picture inside: one may be put together from tiles."""
    sizes = (int.from_bytes(wide, "big") * int.from_bytes(high, "big") for wide, high in _EXTENT.findall(content))
    return max(sizes, default=0)


def _picture(count: Callable[[bytes], int]) -> Callable[[bytes], str]:
    def danger(content: bytes) -> str:
        pixels = count(content)
        if pixels == 0:
            return _("%(name)s cannot be read as a picture.")
        return _("%(name)s would be too large when opened.") if pixels > LARGEST_PIXELS else ""

    return danger


# A name may be written with #xx for any of its letters (PDF 32000-1, 7.3.5).
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTS = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|SubmitForm|ImportData)(?![A-Za-z])"
)
_STREAM = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)(.*?)endstream", re.DOTALL)
_LONGEST_DICTIONARY = 4_096
_CODED = re.compile(
    rb"/(ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode|AHx|A85|LZW|RL|Crypt|Predictor)(?![A-Za-z])"
)
"""Codings under which objects are not read here: no program that writes bills packs its objects so."""


def _pdf_danger(content: bytes) -> str:
    if b"/Encrypt" in content:
        return _("%(name)s is locked with a password or certificate; send it without.")
    if _acts(content):
        return _("%(name)s holds a script, a program or another file inside; send a plain copy or a photograph.")
    unpacked = 0
    for packed in _STREAM.finditer(content):
        about = _dictionary(content, packed.start())
        holds_objects = b"/ObjStm" in about
        if holds_objects and _CODED.search(about):
            return _(
                "%(name)s packs its contents in a way that cannot be looked into; send a plain copy or a photograph."
            )
        try:
            opened = zlib.decompressobj().decompress(packed[1], LARGEST_UNPACKED - unpacked + 1)
        except zlib.error:
            if holds_objects and b"/Filter" in about:
                return _("%(name)s cannot be looked into; send a plain copy or a photograph.")
            continue  # another coding: pictures; objects are packed by deflate only
        unpacked += len(opened)
        if unpacked > LARGEST_UNPACKED:
            return _("%(name)s would be too large when opened.")
        if _acts(opened if holds_objects else opened[: 4 * MEGABYTE]):
            return _("%(name)s holds a script, a program or another file inside; send a plain copy or a photograph.")
    return ""


def _dictionary(content: bytes, at: int) -> bytes:
    """What is said about the stream that begins at a place, its names written plainly."""
    before = content[max(0, at - _LONGEST_DICTIONARY) : at]
    return _plain(before[before.rfind(b" obj") + 1 :])


def _acts(text: bytes) -> bool:
    return bool(_ACTS.search(_plain(text)))


def _plain(text: bytes) -> bytes:
    return _ESCAPED.sub(lambda hexadecimal: bytes([int(hexadecimal[1], 16)]), text)


def _workbook_danger(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > LARGEST_UNPACKED:
            return _("%(name)s would be too large when opened.")
        if any(one.compress_size and one.file_size / one.compress_size > LARGEST_RATIO for one in members):
            return _("%(name)s would be too large when opened.")
        names = {one.filename.lower() for one in members}
        if any("vbaproject" in n or "/activex/" in n or "/embeddings/" in n or "externallinks" in n for n in names):
            return _("%(name)s holds macros, other files or links to other files.")
        kinds = archive.read("[Content_Types].xml")
        return _("%(name)s holds macros, other files or links to other files.") if b"macroEnabled" in kinds else ""


_DANGERS: Mapping[Media, Callable[[bytes], str]] = {
    Media.JPEG: _picture(_pixels_of_jpeg),
    Media.PNG: _picture(_pixels_of_png),
    Media.WEBP: _picture(_pixels_of_webp),
    Media.HEIC: _picture(_pixels_of_heic),
    Media.PDF: _pdf_danger,
    Media.XLSX: _workbook_danger,
}
