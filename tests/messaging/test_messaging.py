"""Messages are queued with their reason and sent once."""

import pytest
from django.core import mail

from tomoshibi.gateways import mail as mail_gateway
from tomoshibi.gateways import sms
from tomoshibi.messaging import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker
from tomoshibi.worker import queue
from tomoshibi.worker.values import JobState
from tomoshibi.worklist import queries as worklist

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _texts():
    with db.transaction():
        operations.save_template(code="bill", language="ja", subject="{month} ご請求", body="{name} 様\n{amount}円")
        operations.save_template(code="bill", language="en", subject="Bill {month}", body="Dear {name}: {amount} yen")


def _mail(**more):
    context = {"month": "2026-10", "name": "灯火 太郎", "amount": "7,421"}
    return values.Mail(
        **{
            "template": "bill",
            "recipient": "taro@example.jp",
            "context": context,
            "about": "billing.bill:1",
            "customer_id": 7,
            **more,
        }
    )


def test_a_mail_is_sent_once_after_the_commit(now):
    with db.transaction():
        operations.queue_mails(mails=[_mail(key="1"), _mail(key="2", language="en")], now=now)
        assert mail.outbox == []
    queue.run_waiting()
    assert [m.subject for m in mail.outbox] == ["2026-10 ご請求", "Bill 2026-10"]
    with db.transaction():
        assert operations.queue_mails(mails=[_mail(key="1")], now=now) == 0
    queue.run_waiting()
    assert len(mail.outbox) == 2
    assert {d.state for d in queries.deliveries_to(customer_id=7)} == {values.DeliveryState.SENT}


def test_a_text_that_needs_more_than_it_is_given_is_refused(now):
    with db.transaction(), pytest.raises(operations.MissingPart, match="amount"):
        operations.queue_mails(mails=[_mail(context={"month": "x", "name": "y"})], now=now)
    with db.transaction(), pytest.raises(operations.NoTemplate):
        operations.queue_mails(mails=[_mail(template="other")], now=now)


@pytest.fixture
def server(settings, tmp_path):
    """A mail server on a real socket."""
    with mail_gateway.MailSimulator(tmp_path / "mail") as simulator:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_PORT = simulator.port
        yield simulator


def _states():
    return [(d.recipient, d.state) for d in sorted(queries.deliveries_to(customer_id=7), key=lambda d: d.id)]


def test_a_refused_address_is_that_mail_s_failure(server, now):
    mail_gateway.Temper(unknown=("nobody@*",)).write(server.folder)
    with db.transaction():
        operations.queue_mails(mails=[_mail(key="1", recipient="nobody@example.jp"), _mail(key="2")], now=now)
    queue.run_waiting()
    assert _states() == [
        ("nobody@example.jp", values.DeliveryState.FAILED),
        ("taro@example.jp", values.DeliveryState.SENT),
    ]
    assert any("550" in delivery.error for delivery in queries.deliveries_to(customer_id=7))
    assert b"Message-ID: <delivery-" in server.messages()[0].read_bytes()


def test_a_server_that_puts_off_fails_the_job_and_loses_nothing(server, now):
    mail_gateway.Temper(later=True).write(server.folder)
    with db.transaction():
        operations.queue_mails(mails=[_mail(key="1")], now=now)
    queue.run_waiting()
    assert _states() == [("taro@example.jp", values.DeliveryState.QUEUED)]
    failed = worker.jobs(state=JobState.FAILED, limit=1)[0]
    assert "1 put off" in failed.message
    mail_gateway.Temper().write(server.folder)
    with db.transaction():
        worker_operations.retry(job_id=failed.id)
    queue.run_waiting()
    assert _states() == [("taro@example.jp", values.DeliveryState.SENT)]
    assert len(server.messages()) == 1


@pytest.fixture
def gateway(tmp_path, keys, monkeypatch):
    """A gateway for text messages on a real socket, set up as people do."""
    monkeypatch.setenv(queries.TOKEN, sms.SIMULATOR_TOKEN)
    with sms.SmsSimulator(tmp_path / "sms", certificate=keys / "server.pem", key=keys / "server.key") as running:
        with db.transaction():
            operations.set_text_link(address=running.address, trust_file=str(keys / "ca.pem"), sender="灯火")
        yield running


def _text(now, number="138-0000-0001", **more):
    context = {"month": "2026-10", "name": "灯火 太郎", "amount": "7,421"}
    with db.transaction():
        return operations.send_text(
            template="bill", number=number, context=context, about="x:1", now=now, customer_id=7, **more
        )


def _receipts():
    with db.transaction():
        worker_operations.enqueue(values.RECEIPTS_JOB)
    queue.run_waiting()


def test_a_text_message_leaves_once_and_its_receipt_is_kept(gateway, now):
    assert _text(now, key="1")
    assert not _text(now, key="1"), "the same key is the same message"
    queue.run_waiting()
    assert [one.text for one in gateway.phones.signals] == ["灯火 太郎 様\n7,421円"]
    assert _states() == [("13800000001", values.DeliveryState.SENT)]
    _receipts()
    assert _states() == [("13800000001", values.DeliveryState.DELIVERED)]
    sms.Unwilling(repeats=True, off=("*",)).write(gateway.phones.folder)
    _text(now, number="13800000002")
    queue.run_waiting()
    _receipts()
    _receipts()
    assert _states() == [
        ("13800000001", values.DeliveryState.DELIVERED),
        ("13800000002", values.DeliveryState.FAILED),
    ], "a receipt that is repeated changes nothing"
    failed = next(d for d in queries.deliveries_to(customer_id=7) if d.state is values.DeliveryState.FAILED)
    (item,) = worklist.items_of(subject=f"messaging.delivery:{failed.id}")
    assert "the phone is off" in item.title
    assert "13800000002" not in item.title, "numbers are masked where everybody reads"


def test_a_gateway_that_cannot_now_loses_nothing(gateway, now):
    sms.Unwilling(later=4).write(gateway.phones.folder)
    _text(now, key="1")
    queue.run_waiting()
    (waiting,) = queries.deliveries_to(customer_id=7)
    assert (waiting.state, waiting.attempts) == (values.DeliveryState.QUEUED, 1)
    assert "503" in queries.text_link().failure
    _receipts()
    _receipts()
    assert _states() == [("13800000001", values.DeliveryState.DELIVERED)]
    assert len(gateway.phones.signals) == 1
    assert queries.text_link().failure == ""


def test_a_message_is_given_up_after_a_day_and_somebody_is_told(gateway, now):
    _text(now)
    (waiting,) = queries.deliveries_to(customer_id=7)
    with db.transaction():
        again = [
            operations.note_attempt(delivery_id=waiting.id, error="no line", now=now)
            for _attempt in range(operations.GIVEN_UP_AFTER)
        ]
    assert again == [True] * (operations.GIVEN_UP_AFTER - 1) + [False]
    queue.run_waiting()
    assert gateway.phones.signals == [], "what is given up does not leave later"
    assert worklist.items_of(subject=f"messaging.delivery:{waiting.id}")


def test_a_text_message_that_cannot_be_is_refused_before_anything_is_written(gateway, keys, now):
    with pytest.raises(operations.BadNumber, match="abc"):
        _text(now, number="abc")
    with db.transaction():
        operations.save_template(code="long", language="ja", subject="", body="あ" * 671)
    with db.transaction(), pytest.raises(operations.TooLong, match="671"):
        operations.send_text(template="long", number="13800000001", context={}, about="", now=now)
    with db.transaction():
        operations.set_text_link(address="")
    with pytest.raises(operations.NoGateway):
        _text(now)
    assert queries.deliveries_to(customer_id=7) == []
    sms.Unwilling(unknown=("13*",)).write(gateway.phones.folder)
    with db.transaction():
        operations.set_text_link(address=gateway.address, trust_file=str(keys / "ca.pem"))
    _text(now)
    queue.run_waiting()
    assert _states() == [("13800000001", values.DeliveryState.FAILED)]


def test_messages_have_a_page_and_the_demo_shows_its_phones(gateway, now, client, settings, django_user_model):
    from tomoshibi.identity import operations as identity

    _text(now)
    queue.run_waiting()
    with db.transaction():
        identity.save_role(code="ops", name="運用", rights=["MS7.do", "CM4.do"])
        identity.add_person(username="ito", name="伊藤", mail="ito@example.jp", password="lamp-light-42", roles=["ops"])
    client.force_login(django_user_model.objects.get(username="ito"))
    client.cookies["django_language"] = "en"
    page = client.get("/messaging/").content.decode()
    assert "Messages sent" in page
    assert "13800000001" not in page
    panel = client.get(f"/messaging/{queries.deliveries_to(customer_id=7)[0].id}/panel/").content.decode()
    assert "7,421円" in panel
    assert client.get("/messaging/phones/").status_code == 404, "only the demonstration has phones to look at"
    settings.DEMO = True
    assert "灯火 太郎 様" in client.get("/messaging/phones/").content.decode()
    refused = client.post("/messaging/texts/", {"address": "http://gateway.example", "timeout_seconds": "30"})
    assert "over https:// only" in refused.content.decode()
    assert client.post("/messaging/texts/now/").status_code == 302
    queue.run_waiting()
    assert _states() == [("13800000001", values.DeliveryState.DELIVERED)]
    assert client.get("/messaging/texts/").status_code == 200


def test_commands_of_the_demonstration_know_its_gateway(gateway, now, monkeypatch):
    monkeypatch.delenv(queries.TOKEN)
    assert queries.text_connection().token == ""
    with db.transaction():
        worker_operations.set_clock(now=now)
    assert queries.text_connection().token == sms.SIMULATOR_TOKEN
