"""Stored files keep their hash; documents are set with the fonts we ship."""

import io

import pypdf
import pytest
from django.db import DatabaseError, transaction

from tomoshibi.documents import folder, operations, queries
from tomoshibi.documents.models import StoredFile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def test_the_same_bytes_are_stored_once(in_transaction, now):
    first = operations.store(name="a.zip", content=b"x" * 3_000_000, kind="metering.confirmed", now=now)
    again = operations.store(name="b.zip", content=io.BytesIO(b"x" * 3_000_000), kind="metering.confirmed", now=now)
    assert (again.id, again.already_known, first.already_known) == (first.id, True, False)
    assert queries.content(file_id=first.id) == b"x" * 3_000_000
    assert queries.find(kind="metering.confirmed", sha256=first.sha256).name == "a.zip"


def test_a_file_changed_on_disk_is_noticed(in_transaction, now):
    stored = operations.store(name="a", content=b"one", kind="k", now=now)
    folder.path_of(stored.sha256).write_bytes(b"two")
    with pytest.raises(folder.Damaged):
        queries.content(file_id=stored.id)


def test_the_record_of_a_file_cannot_be_edited(in_transaction, now):
    stored = operations.store(name="a", content=b"one", kind="k", now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredFile.objects.filter(id=stored.id).update(name="b")


def test_no_incoming_file_is_left_when_reading_fails(tmp_path):
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        folder.write(Broken())
    assert list((tmp_path / "files").iterdir()) == []


def test_documents_are_set_in_our_fonts(tmp_path):
    template = tmp_path / "t.typ"
    template.write_text(
        '#set text(font: ("Noto Sans JP", "Noto Sans SC"))\n#let d = json(bytes(sys.inputs.data))\n= #d.title', "utf-8"
    )
    pdf = operations.typeset(template=template, data={"title": "電気料金 灯火 电费"})
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    assert "電気料金" in page.extract_text()
    assert operations.typeset_pictures(template=template, data={"title": "x"})[0].startswith(b"\x89PNG")
