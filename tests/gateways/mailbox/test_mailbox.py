"""The real client against the simulator, over TLS on a real socket."""

import dataclasses
from datetime import UTC, datetime

import pytest

from tomoshibi.gateways import certificates, mailbox

BOX = "apply@tomoshibi.example.jp"
PASSWORD = 'lamp "light" 42'


@pytest.fixture
def server(tmp_path):
    certificates.make_certificates(tmp_path / "keys", now=datetime.now(UTC))
    with mailbox.MailboxSimulator(
        tmp_path / "boxes",
        certificate=tmp_path / "keys" / "server.pem",
        key=tmp_path / "keys" / "server.key",
        password=PASSWORD.replace('"', ""),
    ) as running:
        (tmp_path / "boxes" / BOX).mkdir(parents=True)
        yield running


@pytest.fixture
def connection(server, tmp_path):
    return mailbox.Connection(
        "127.0.0.1",
        server.port,
        BOX,
        PASSWORD.replace('"', ""),
        authority=tmp_path / "keys" / "ca.pem",
        timeout_seconds=10,
    )


def message(number, size=0):
    return f"Message-ID: <{number}@x>\r\nSubject: s{number}\r\n\r\nbody {number}\r\n".encode() + b"x" * size


def test_what_is_new_comes_as_it_lies_there(server, connection):
    for number in range(1, 121):
        server.put(BOX, message(number))
    with mailbox.ImapMailbox(connection) as box:
        assert box.folder() == mailbox.Folder(uid_validity=1, count=120)
        assert box.uids_after(117) == [118, 119, 120]
        assert box.uids_after(120) == []
        taken = list(box.fetch_each(box.uids_after(0)))
        box.mark_seen([1, 2])
    assert [one.uid for one in taken] == list(range(1, 121))
    assert taken[6].content == message(7)
    assert (server.folder / BOX / "seen").read_text() == "[1, 2]"


def test_of_a_message_that_is_too_large_only_the_head_comes(server, connection):
    server.put(BOX, message(1, size=5_000))
    with mailbox.ImapMailbox(dataclasses.replace(connection, largest_bytes=1_000)) as box:
        (raw,) = box.fetch_each([1])
    assert not raw.whole
    assert raw.size_bytes > 5_000
    assert raw.content == b"Message-ID: <1@x>\r\nSubject: s1\r\n\r\n"


def test_a_line_that_breaks_in_the_middle_of_a_message(server, connection):
    for number in range(1, 6):
        server.put(BOX, message(number, size=1000))
    mailbox.Temper(hang_up_after=3).write(server.folder)
    taken = []
    with mailbox.ImapMailbox(connection) as box, pytest.raises(mailbox.Unreachable):
        taken.extend(one.uid for one in box.fetch_each([1, 2, 3, 4, 5]))
    with mailbox.ImapMailbox(connection) as box:
        taken.extend(one.uid for one in box.fetch_each([1, 2]))
    assert taken[-2:] == [1, 2]


def test_who_is_not_admitted(server, connection, tmp_path):
    with pytest.raises(mailbox.NotAdmitted, match="AUTHENTICATIONFAILED"):
        mailbox.ImapMailbox(dataclasses.replace(connection, password="wrong")).__enter__()
    with pytest.raises(mailbox.NotAdmitted):
        mailbox.ImapMailbox(dataclasses.replace(connection, folder="Other")).__enter__()
    with pytest.raises(mailbox.NotAdmitted, match="certificate"):
        mailbox.ImapMailbox(dataclasses.replace(connection, authority=None)).__enter__()
    with pytest.raises(mailbox.Unreachable):
        mailbox.ImapMailbox(dataclasses.replace(connection, port=1)).__enter__()


def test_a_box_that_was_rebuilt_says_so(server, connection):
    server.put(BOX, message(1))
    server.renumber(BOX)
    with mailbox.ImapMailbox(connection) as box:
        assert box.folder().uid_validity == 2
