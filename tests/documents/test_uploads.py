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
        ("bill.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, Media.HEIC),
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
