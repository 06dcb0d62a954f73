"""Messages are queued with their reason and sent once."""

import pytest
from django.core import mail

from tomoshibi.gateways import mail as mail_gateway
from tomoshibi.messaging import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker
from tomoshibi.worker import queue
from tomoshibi.worker.values import JobState

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
