"""Messages are taken from a real server: none is lost, none is there twice, whatever happens in between."""

from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from tests.messaging import letters
from tests.messaging.letters import letter, post
from tomoshibi.gateways import mailbox, simulators
from tomoshibi.messaging import jobs, operations, queries, reading
from tomoshibi.messaging.models import Inbound
from tomoshibi.messaging.values import InboundState, Route
from tomoshibi.storage import db

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40


@pytest.fixture
def world(tmp_path, settings, transactional_db):
    settings.MEDIA_ROOT = tmp_path / "files"
    places = simulators.Places(tmp_path / "outside", mailbox_port=0).prepare(now=datetime.now(UTC))
    with ExitStack() as stack:
        address = simulators.start(places, stack, only=("mailbox",))["mailbox"]
        letters.open_mailbox(places, port=int(address.rsplit(":", 1)[1]))
        yield places


def poll():
    return jobs.poll(lambda _done, _total: None)


def subjects(**which):
    return list(Inbound.objects.filter(**which).order_by("id").values_list("subject", flat=True))


def test_what_is_new_is_taken_once(world):
    for number in range(3):
        post(world, letter(number, subject=f"申込 {number}"))
    assert poll() == "apply: 3 new"
    assert poll() == "apply: 0 new"
    post(world, letter(3, subject="申込 3"))
    assert poll() == "apply: 1 new"
    assert subjects() == [f"申込 {number}" for number in range(4)]
    (one, *_rest) = queries.arrived(route=Route.APPLICATIONS)
    assert (one.sender, one.sender_name, one.body) == ("hanako@example.jp", "灯火 花子", "お願いします")


def test_killed_in_between_nothing_is_lost_and_nothing_twice(world, monkeypatch):
    monkeypatch.setattr(jobs, "AT_ONCE", 40)
    for number in range(57):
        post(world, letter(number, subject=str(number), text=f"text {number}"))
    mailbox.Temper(hang_up_after=24).write(world.mailbox_folder)
    rounds = 0
    while len(subjects()) < 57:
        rounds += 1
        assert rounds < 10
        try:
            poll()
        except jobs.NotReached:
            assert queries.mailboxes()[0].failure
    mailbox.Temper().write(world.mailbox_folder)
    poll()
    assert subjects() == [str(number) for number in range(57)]
    assert rounds >= 3


def test_two_that_take_at_once_take_each_message_once(world):
    post(world, letter(1))
    (box,) = queries.mailboxes()
    with db.transaction():
        operations.restart(mailbox_id=box.id, uid_validity=1, now=datetime.now(UTC))
    raws = [(1, letter(1), 300, True)]
    with db.transaction():
        operations.take_in(mailbox_id=box.id, after_uid=0, uid_validity=1, raws=raws, now=datetime.now(UTC))
    with pytest.raises(operations.Superseded), db.transaction():
        operations.take_in(mailbox_id=box.id, after_uid=0, uid_validity=1, raws=raws, now=datetime.now(UTC))
    assert poll() == "apply: 0 new"
    assert len(subjects()) == 1


def test_the_same_again_is_recognized(world):
    post(world, letter(1))
    post(world, letter(1))  # the same message twice
    post(world, letter(2))  # the same words, sent once more
    post(world, letter(3, text="別の話"))
    post(world, letter(4, files=[("a.jpg", JPEG)]))
    poll()
    states = list(Inbound.objects.order_by("uid").values_list("state", flat=True))
    assert states == ["arrived", "repeated", "repeated", "arrived", "arrived"]
    first = Inbound.objects.get(uid=1)
    assert queries.repetitions_of(inbound_id=first.id) == 2


def test_a_rebuilt_mailbox_is_looked_at_anew_and_brings_nothing_twice(world):
    for number in range(3):
        post(world, letter(number, text=str(number)))
    poll()
    box = world.mailbox_folder / "apply@tomoshibi.example.jp"
    (box / "000001.eml").unlink()
    (box / "validity").write_text("7")
    post(world, letter(9, text="neu"))
    assert poll() == "apply: 1 new"
    assert len(subjects(state=InboundState.ARRIVED.value)) == 4
    assert queries.mailboxes()[0].uid_validity == 7


def test_files_are_looked_into(world):
    files = [
        ("bill.jpg", JPEG), ("bill.svg", b"<svg onload='x'/>"), ("run.pdf", b"%PDF-1.7 /JavaScript (x)"),
        ("..\\..\\etc\\passwd.jpg", JPEG + b"1"), ("empty.pdf", b""),
    ]  # fmt: skip
    post(world, letter(1, files=files))
    poll()
    found = queries.attachments_of(inbound_id=Inbound.objects.get().id)
    assert [(one.name, one.file_id is not None) for one in found] == [
        ("bill.jpg", True), ("bill.svg", False), ("run.pdf", False), ("passwd.jpg", True), ("empty.pdf", False),
    ]  # fmt: skip
    assert "script" in found[2].refused or "スクリプト" in found[2].refused


def test_a_message_that_is_too_large_leaves_its_head(world, monkeypatch):
    monkeypatch.setattr(mailbox.Connection, "__init__", _small(mailbox.Connection.__init__))
    post(world, letter(1, text="x" * 5000))
    poll()
    row = Inbound.objects.get()
    assert (row.subject, row.is_whole, row.size_bytes > 5000) == ("申込", False, True)


def _small(original):
    def made(self, *args, **kwargs):
        original(self, *args, **kwargs, largest_bytes=1000)

    return made


def test_a_server_that_does_not_admit_us_is_said(world):
    mailbox.Temper(admits_nobody=True).write(world.mailbox_folder)
    with pytest.raises(jobs.NotReached, match="AUTHENTICATIONFAILED"):
        poll()
    assert "AUTHENTICATIONFAILED" in queries.mailboxes()[0].failure


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe garbage without headings",
        b"From: =?bad?x?=\r\nSubject: =?utf-8?b?????=\r\nDate: yesterday\r\nMessage-ID: none\r\n\r\n\x00hello",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\x83\x6e\r\n",
        b"Content-Type: text/html\r\n\r\n<p>a<script>alert(1)</script><br>b",
    ],
)
def test_whatever_the_bytes_are_something_readable_comes_out(raw):
    found = reading.read(raw)
    assert "\x00" not in found.text + found.subject + found.sender
    assert "alert" not in found.text
    assert len(found.fingerprint) == 64


def test_old_japanese_letters_are_read():
    text = "電気の申込です。".encode("iso-2022-jp")
    raw = b"From: a@example.jp\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + text
    assert reading.read(raw).text == "電気の申込です。"
    assert reading.read(b"From: a@example.jp\r\n\r\n" + "申込".encode("cp932")).text == "申込"
    absent = reading.read(b"From: a@example.jp\r\nAuto-Submitted: auto-replied\r\n\r\nx")
    assert absent.automatic
