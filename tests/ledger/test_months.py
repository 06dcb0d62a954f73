"""Months close with four eyes, in their order, and a closed one takes no posting."""

import pytest
from django.db import DatabaseError, connection

from tests.ledger.conftest import frame, raw_head, raw_legs
from tomoshibi.identity.operations import SamePerson
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import operations, queries
from tomoshibi.storage import db

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)


def _post(now, month=202610, source="bill:1"):
    rows = ((source, "1210", 9, {"month": month}), (source, "4110", -9, {"month": month}))
    return operations.post(entries=frame(*rows), posted_at=now)


def _close(month, people, now):
    step = operations.propose_closing(month=month, actor_id=people[0], now=now)
    operations.close_month(step_id=step, actor_id=people[1], now=now)


def test_a_closed_month_takes_no_posting(chart, now, people):
    _post(now)
    _close(OCTOBER, people, now)
    assert not queries.is_open(OCTOBER)
    assert queries.open_month(on=OCTOBER.first) == Month(2026, 11)
    with pytest.raises(operations.MonthClosed, match="2026-10"):
        _post(now, source="bill:2")


def test_the_database_itself_refuses_a_closed_month(chart, now, people):
    _post(now)
    _close(OCTOBER, people, now)
    with connection.cursor() as cursor:
        entry_id = raw_head(cursor)
        with pytest.raises(DatabaseError, match="is closed"), db.savepoint():
            raw_legs(cursor, entry_id, (1, "1210", 202610, 1), (2, "4110", 202610, -1))


def test_closing_needs_a_second_person(chart, now, people):
    _post(now)
    step = operations.propose_closing(month=OCTOBER, actor_id=people[0], now=now)
    with pytest.raises(SamePerson):
        operations.close_month(step_id=step, actor_id=people[0], now=now)
    assert queries.is_open(OCTOBER)
    with pytest.raises(operations.StepWaits):
        operations.propose_closing(month=OCTOBER, actor_id=people[1], now=now)


def test_months_close_in_their_order_and_open_from_the_newest_back(chart, now, people):
    _post(now, 202609, "bill:0")
    _post(now)
    with pytest.raises(operations.EarlierMonthOpen, match="2026-09"):
        operations.propose_closing(month=OCTOBER, actor_id=people[0], now=now)
    _close(SEPTEMBER, people, now)
    _close(OCTOBER, people, now)
    with pytest.raises(operations.LaterMonthClosed, match="2026-10"):
        operations.propose_opening(month=SEPTEMBER, reason="late bill", actor_id=people[0], now=now)
    step = operations.propose_opening(month=OCTOBER, reason="late bill", actor_id=people[0], now=now)
    operations.close_month(step_id=step, actor_id=people[1], now=now)
    assert _post(now, source="bill:2").entries == 1


def test_a_proposal_can_be_withdrawn_and_is_decided_once(chart, now, people):
    _post(now)
    step = operations.propose_closing(month=OCTOBER, actor_id=people[0], now=now)
    operations.withdraw_step(step_id=step, actor_id=people[0], now=now)
    with pytest.raises(operations.StepDecided):
        operations.close_month(step_id=step, actor_id=people[1], now=now)
    assert queries.is_open(OCTOBER)
    assert [(s.accepted, s.decided_by_id) for s in queries.month_steps()] == [(False, people[0])]


def test_what_is_open_and_what_is_closed_in_one_list(chart, now, people):
    _post(now, 202609, "bill:0")
    _post(now)
    _close(SEPTEMBER, people, now)
    assert [(s.month, s.closed, s.debit_minor, s.credit_minor) for s in queries.months()] == [
        (OCTOBER, False, 9, 9), (SEPTEMBER, True, 9, 9),
    ]  # fmt: skip
    assert queries.month_steps()[0].accepted
    balance = queries.trial_balance(first=OCTOBER, last=OCTOBER)
    assert balance.foots
    assert [(r.account.code, r.opening_minor, r.closing_minor) for r in balance.rows] == [
        ("1210", 9, 18), ("4110", -9, -18),
    ]  # fmt: skip
