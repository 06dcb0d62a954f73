import threading
from email import message_from_bytes, policy

import pytest

from tomoshibi.gateways import mail
from tomoshibi.gateways.mail import Attachment, Mail, Temper


@pytest.fixture
def server(tmp_path):
    with mail.MailSimulator(tmp_path / "mail") as simulator:
        yield simulator


@pytest.fixture
def outbox(server):
    return mail.SmtpOutbox(mail.Connection(host="127.0.0.1", port=server.port, timeout_seconds=10))


def letter(to="hanako@example.jp", **given):
    return Mail(
        **{"to": to, "subject": "十月分の電気料金", "text": "ご請求額 8,765円", "message_id": "<1@tomoshibi>", **given}
    )


def kept(server, number=0):
    return message_from_bytes(server.messages()[number].read_bytes(), policy=policy.default)


def test_a_message_arrives_as_it_was_written(server, outbox):
    message = letter(
        html="<p>ご請求額</p>",
        reply_to="desk@example.jp",
        attachments=(Attachment("a.pdf", b"%PDF", "application/pdf"),),
    )
    assert outbox.send(message) == (None,)
    found = kept(server)
    assert found["X-Envelope-To"] == "hanako@example.jp"
    assert (found["Subject"], found["Message-ID"]) == ("十月分の電気料金", "<1@tomoshibi>")
    assert found["Reply-To"] == "desk@example.jp"
    assert found.get_body(("plain",)).get_content().strip() == "ご請求額 8,765円"
    assert found.get_body(("html",)).get_content().strip() == "<p>ご請求額</p>"
    (attached,) = found.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("a.pdf", b"%PDF")


def test_one_that_is_refused_does_not_stop_the_others(server, outbox):
    Temper(unknown=("nobody@*",), full=("full@*",)).write(server.folder)
    answers = outbox.send(
        letter("nobody@example.jp"), letter("full@example.jp"), letter("a@example.jp"),
        letter("b@example.jp", subject="two\nlines"), letter("c@example.jp"),
    )  # fmt: skip
    assert [type(one) for one in answers] == [mail.Refused, mail.Unreachable, type(None), mail.BadAddress, type(None)]
    assert "550" in str(answers[0])
    assert [kept(server, n)["X-Envelope-To"] for n in range(len(server.messages()))] == ["a@example.jp", "c@example.jp"]


def test_a_server_that_puts_off(server, outbox):
    Temper(later=True).write(server.folder)
    (answer,) = outbox.send(letter())
    assert isinstance(answer, mail.Unreachable)
    assert server.messages() == []


def test_nobody_there():
    with pytest.raises(mail.Unreachable):
        mail.SmtpOutbox(mail.Connection(host="127.0.0.1", port=1)).send(letter())


def test_a_port_that_is_taken_is_said_before_anything_begins(server, tmp_path, monkeypatch):
    """Who began first would wait for a server that never comes as long as for one on a busy machine."""
    monkeypatch.setattr(threading.Thread, "start", lambda _thread: pytest.fail("there is nothing to wait for"))
    with pytest.raises(OSError, match="in use"):
        mail.MailSimulator(tmp_path / "second", port=server.port).start()


def test_a_server_without_encryption_is_not_spoken_to_where_encryption_is_agreed(server):
    connection = mail.Connection(host="127.0.0.1", port=server.port, security="starttls", timeout_seconds=10)
    with pytest.raises(mail.NotAdmitted):
        mail.SmtpOutbox(connection).send(letter())


def test_the_deployment_s_server(settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "mail.example.jp", 587, True
    assert mail.configured() == mail.Connection("mail.example.jp", 587, security="starttls")
