"""The gateway over a real socket: taken once, refused, put off, lost on its way; and receipts page by page."""

from datetime import UTC, datetime

import pytest

from tomoshibi.gateways import sms
from tomoshibi.gateways.sms import codec

NOW = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)


@pytest.fixture
def gateway(tmp_path, keys):
    with sms.SmsSimulator(
        tmp_path / "sms", certificate=keys / "server.pem", key=keys / "server.key", now=lambda: NOW
    ) as running:
        yield running


@pytest.fixture
def connection(gateway, keys):
    return sms.Connection(address=gateway.address, token=sms.SIMULATOR_TOKEN, authority=keys / "ca.pem")


@pytest.fixture
def outbox(connection):
    with sms.HttpsTextOutbox(connection) as opened:
        yield opened


def text(number: str = "13800000001", message_id: str = "a-1") -> sms.Text:
    return sms.Text(to=number, text="停电通知", message_id=message_id, sender="灯州供电")


def behave(gateway, **manners):
    sms.Unwilling(**manners).write(gateway.phones.folder)


def test_a_message_is_on_the_phone_once(gateway, outbox, connection):
    outbox.send(text())
    outbox.send(text())
    (shown,) = sms.shown_on_phones(connection.address, authority=connection.authority)
    assert (shown.to, shown.text, shown.sender) == ("13800000001", "停电通知", "灯州供电")
    assert gateway.asked == ["13800000001"] * 2


def test_an_answer_that_is_lost_sends_nothing_twice(gateway, outbox):
    behave(gateway, cut=1)
    outbox.send(text())
    assert len(gateway.asked) == 2, "it was told again"
    assert len(gateway.phones.signals) == 1, "and is one message"


def test_what_the_gateway_refuses_is_refused_for_good(gateway, outbox):
    behave(gateway, unknown=("139*",))
    with pytest.raises(sms.Refused, match="nobody has this number"):
        outbox.send(text("13900000000"))
    with pytest.raises(sms.Refused, match="is no number"):
        outbox.send(text("abc"))
    behave(gateway, later=5)
    with pytest.raises(sms.Unreachable, match="503"):
        outbox.send(text())
    behave(gateway, refuses=True)
    with pytest.raises(sms.NotAdmitted, match="check the token"):
        outbox.send(text())


def test_a_stranger_is_not_admitted_and_not_believed(gateway, connection, keys):
    stranger = sms.Connection(address=gateway.address, token="nobody", authority=keys / "ca.pem")
    with sms.HttpsTextOutbox(stranger) as outbox, pytest.raises(sms.NotAdmitted):
        outbox.receipts()
    believing_nobody = sms.Connection(address=gateway.address, token=sms.SIMULATOR_TOKEN)
    with sms.HttpsTextOutbox(believing_nobody) as outbox, pytest.raises(sms.Unreachable, match=r"(?i)certificate"):
        outbox.send(text())
    with pytest.raises(sms.BadAnswer):
        sms.HttpsTextOutbox(sms.Connection(address=gateway.address, authority=keys / "nothing.pem"))
    assert sms.shown_on_phones("https://127.0.0.1:1/sms", authority=keys / "ca.pem") is None


def test_receipts_come_page_by_page(gateway, outbox):
    behave(gateway, off=("13700000000",), silent=("13600000000",))
    for number, name in (("13800000001", "a"), ("13700000000", "b"), ("13600000000", "c")):
        outbox.send(text(number, name))
    receipts, mark = outbox.receipts()
    assert [(r.message_id, r.state.value, r.reason) for r in receipts] == [
        ("a", "delivered", ""),
        ("b", "failed", "the phone is off"),
    ]
    assert receipts[0].at == NOW
    assert outbox.receipts(after=mark) == ((), mark)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>maintenance</html>",
        b"[]",
        b"{}",
        b'{"receipts": [{"id": "a"}], "next": "1"}',
        b'{"receipts": [{"id": "a", "state": "lost", "at": "2026-11-04T01:00:00Z"}], "next": "1"}',
        b'{"receipts": [{"id": "a", "state": "failed", "at": "2026-11-04T01:00:00"}], "next": "1"}',
    ],
)
def test_an_answer_that_is_not_agreed_is_refused(body):
    with pytest.raises(sms.BadAnswer):
        codec.receipts(body)
