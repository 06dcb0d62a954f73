"""Human work waits in one place, once per reason."""

from datetime import timedelta

import pytest

from tomoshibi.worklist import operations, queries

pytestmark = pytest.mark.django_db


def _open(now, subject="point:1", **more):
    return operations.open_item(
        procedure="RB2",
        kind="metering.no_data",
        subject=subject,
        title="No data",
        due_at=now + timedelta(hours=2),
        now=now,
        **more,
    )


def test_the_same_reason_is_open_once(in_transaction, now):
    assert _open(now) == _open(now)
    operations.close_item(item_id=_open(now), outcome="asked again", now=now, actor_id=None)
    assert len(queries.items_of(subject="point:1")) == 1
    assert _open(now) not in [item.id for item in queries.items_of(subject="point:1") if item.closed_at]


def test_two_people_cannot_both_close_it(in_transaction, now):
    item = _open(now)
    operations.close_item(item_id=item, outcome="done", now=now)
    with pytest.raises(operations.AlreadyClosed):
        operations.close_item(item_id=item, outcome="done too", now=now)


def test_the_day_is_counted_per_procedure(in_transaction, now):
    _open(now, "point:1")
    _open(now - timedelta(days=2), "point:2")
    operations.close_item(item_id=_open(now, "point:3"), outcome="ok", now=now)
    count = queries.counts_by_procedure(now=now)["RB2"]
    assert (count.open, count.due_today, count.late, count.done_today) == (2, 1, 1, 1)


def test_many_are_opened_at_once_without_doubles(in_transaction, now):
    entry = {"procedure": "RB6", "kind": "billing.exception", "title": "E104", "due_at": now}
    items = [{**entry, "subject": f"bill:{n}"} for n in range(5)]
    assert operations.open_items(items=items, now=now) == 5
    assert operations.open_items(items=[*items, {**entry, "subject": "bill:9"}], now=now) == 1
    assert operations.close_about(kind="billing.exception", subjects=["bill:1", "bill:2"], outcome="gone", now=now) == 2
