"""Messages are queued with their reason and sent once."""

import pytest
from django.core import mail

from tomoshibi.messaging import operations, queries, values
from tomoshibi.storage import db
from tomoshibi.worker import queue

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
