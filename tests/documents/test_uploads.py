"""What strangers' files may be, and what is refused before it is kept."""

import io
import zipfile
import zlib

import pytest

from tomoshibi.documents import uploads
from tomoshibi.documents.uploads import Media, UploadRefused
from tomoshibi.documents.values import LARGEST_UPLOAD_BYTES

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"


def png(width, height):
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\0" * 30


def webp(width, height, *, kind=b"VP8X"):
    w, h = (width - 1).to_bytes(3, "little"), (height - 1).to_bytes(3, "little")
    lossy = b"\x30\x01\x00\x9d\x01\x2a" + width.to_bytes(2, "little") + height.to_bytes(2, "little")
    lossless = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little")
    frame = {b"VP8X": b"\0\0\0\0" + w + h, b"VP8 ": lossy, b"VP8L": lossless}[kind]
    return b"RIFF\0\0\0\0WEBP" + kind + len(frame).to_bytes(4, "little") + frame


def heic(width, height):
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\0\0\0\x18ftypheic" + b"\0" * 12 + b"\0\0\0\x14ispe\0\0\0\0" + size


def objects(text, *, coding=b"/Filter/FlateDecode", pack=zlib.compress, kind=b"/Type/ObjStm"):
    """A PDF whose objects lie in a stream."""
    head = b"%PDF-1.7\n4 0 obj<<" + kind + b"/N 1/First 4" + coding + b">>stream\n"
    return head + pack(text) + b"\nendstream\n%%EOF"


SCRIPT = b"5 0 <</S/JavaScript/JS(app.alert\\(1\\))>>"


def workbook(*members, kinds=b"<Types/>"):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", kinds)
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media"),
    [
        ("bill.jpg", JPEG, Media.JPEG),
        ("BILL.JPEG", JPEG, Media.JPEG),
        ("bill.png", png(3000, 4000), Media.PNG),
        ("bill.pdf", PDF, Media.PDF),
        ("bill.heic", heic(4032, 3024), Media.HEIC),
        ("bill.webp", webp(3000, 4000), Media.WEBP),
        ("lossy.webp", webp(3000, 4000, kind=b"VP8 "), Media.WEBP),
        ("lossless.webp", webp(3000, 4000, kind=b"VP8L"), Media.WEBP),
        ("objects.pdf", objects(b"5 0 <</Type/Catalog>>"), Media.PDF),
    ],
)
def test_papers_are_what_their_content_says(name, content, media):
    assert uploads.examined(name=name, content=content) is media


def packed(text):
    return b"%PDF-1.7\n1 0 obj<</Filter/FlateDecode>>stream\n" + zlib.compress(text) + b"\nendstream\n%%EOF"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jpg", b""),
        ("large.jpg", JPEG + b"\0" * LARGEST_UPLOAD_BYTES),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("drawing.png", b"<svg onload='alert(1)'/>"),
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("photo.pdf", JPEG),
        ("script.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")),
        ("hidden.pdf", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61vaScript>>")),
        ("packed.pdf", packed(b"<</S/Launch/F(cmd.exe)>>")),
        ("inside.pdf", PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 3 0 R>>")),
        ("locked.pdf", PDF.replace(b"/Catalog", b"/Catalog/Encrypt 4 0 R")),
        ("bomb.pdf", packed(b"\0" * (uploads.LARGEST_UNPACKED + 1))),
        ("bomb.png", png(60_000, 60_000)),
        ("bomb.webp", webp(60_000, 60_000)),
        ("bomb.heic", heic(60_000, 60_000)),
        ("no-size.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40),
        ("no-size.webp", b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 40),
        ("deep.pdf", objects(b" " * 5 * 2**20 + SCRIPT)),
        (
            "coded.pdf",
            objects(
                SCRIPT,
                coding=b"/Filter[/ASCIIHexDecode/FlateDecode]",
                pack=lambda t: zlib.compress(t).hex().encode() + b">",
            ),
        ),
        (
            "coded-by-number.pdf",
            objects(SCRIPT, coding=b"/Filter 9 0 R", pack=lambda t: zlib.compress(t).hex().encode()),
        ),
        (
            "escaped.pdf",
            objects(SCRIPT, kind=b"/Type/Obj#53tm", coding=b"/Filter/LZWDecode", pack=lambda t: b"\x80" + t[:2]),
        ),
        ("predicted.pdf", objects(b"x", coding=b"/Filter/FlateDecode/DecodeParms<</Predictor 12>>")),
        ("sheet.xlsx", workbook()),
    ],
)
def test_everything_else_is_refused(name, content):
    with pytest.raises(UploadRefused):
        uploads.examined(name=name, content=content)


SHEETS = frozenset({Media.XLSX})


def test_sheets_are_taken_where_they_are_asked_for():
    assert uploads.examined(name="list.xlsx", content=workbook(), allowed=SHEETS) is Media.XLSX


@pytest.mark.parametrize(
    "content",
    [
        workbook(("xl/vbaProject.bin", b"macro")),
        workbook(("xl/embeddings/object.bin", b"x")),
        workbook(("xl/externalLinks/externalLink1.xml", b"x")),
        workbook(kinds=b"<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>"),
        workbook(("xl/bomb.xml", b"\0" * 5_000_000)),
    ],
)
def test_sheets_that_act_or_swell_are_refused(content):
    with pytest.raises(UploadRefused):
        uploads.examined(name="list.xlsx", content=content, allowed=SHEETS)
