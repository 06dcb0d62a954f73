"""What a clerk does with a wish: accept, correct, decline, cancel, enter an answer that came by hand; and the day's job."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications.models import Change, ChangeCase
from tomoshibi.applications.operations import notices
from tomoshibi.applications.operations.changes import effects, grid, mandates, requests
from tomoshibi.applications.operations.changes.requests import ChangeRefused, close_work, locked, tell
from tomoshibi.applications.queries import changes as queries
from tomoshibi.applications.queries.consequences import NOTICED
from tomoshibi.applications.story_words import said
from tomoshibi.applications.values import changes as values
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, ChangeState, NewChange
from tomoshibi.applications.values.notices import About, NoticeKind, Occasion
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db


@db.transaction_required
def accept_change(*, change_id: int, now: datetime, actor_id: int | None) -> values.Change:
    """
    Somebody found a wish in order: it takes effect on its day, or goes to the grid first.

    :raises NoSuchChange:
    :raises ChangeRefused: if it cannot be (any more), or was settled meanwhile
    """
    row = locked(change_id)
    requests.examine(_as_new(row), today=requests.local_day(now), under_way=_has_cases(row))
    requests.require_place(row)
    if row.kind in values.AT_GRID_KINDS:
        _require(row, "go_to_grid")
        row.go_to_grid()
        row.cancel_asked = False
        row.save()
        sent = grid.open_cases(row, now=now, actor_id=actor_id)
        line = "sent to the grid company" if sent else "to be told to the grid company by hand"
        tell(row, said(line), now=now, actor_id=actor_id)
    else:
        _require(row, "schedule")
        row.schedule()
        row.save()
        tell(row, said("accepted"), now=now, actor_id=actor_id)
    if row.kind in NOTICED:
        notices.order_notice(
            kind=NoticeKind.BEFORE,
            about=About(contract_id=row.contract_id, change_id=row.id),
            occasion=Occasion.CHANGE,
        )
    close_work(row, outcome="accepted", now=now, actor_id=actor_id)
    _record(row, "accepted", now=now, actor_id=actor_id)
    if row.state == ChangeState.SCHEDULED and row.effective_on <= requests.local_day(now):
        _apply(row, now=now, actor_id=actor_id)
    return queries.to_change(row)


@db.transaction_required
def enter_change(*, new: NewChange, now: datetime, actor_id: int | None) -> values.Change:
    """
    A clerk writes a wish down and has seen what it brings: asked for and accepted in one.

    :raises ChangeRefused: if it cannot be as it was asked for
    """
    change_id = requests.ask_change(new=new, now=now, actor_id=actor_id)
    row = locked(change_id)
    if row.state != ChangeState.ASKED:
        return queries.to_change(row)
    return accept_change(change_id=change_id, now=now, actor_id=actor_id)


@db.transaction_required
def correct_change(
    *, change_id: int, effective_on: date, wanted: Mapping[str, Any], now: datetime, actor_id: int | None
) -> values.Change:
    """
    Correct what is wanted or its day, until the cut-off.

    :raises ChangeRefused: after it, or if it cannot be like that
    """
    row = locked(change_id)
    if row.state not in values.OPEN_CHANGES or row.cancel_asked:
        raise ChangeRefused(_("it is settled: ask for a new change"))
    kept = {name: value for name, value in row.wanted.items() if name == "mandate_id"}
    row.effective_on, row.wanted = effective_on, dict(wanted) | kept
    requests.examine(_as_new(row), today=requests.local_day(now), under_way=_has_cases(row))
    row.wanted = requests.without_account_number(row.wanted, account_id=row.account_id, today=requests.local_day(now))
    row.save()
    if row.state == ChangeState.AT_GRID and _has_cases(row):
        grid.correct_cases(row, now=now, actor_id=actor_id)
    tell(row, said("corrected"), now=now, actor_id=actor_id)
    _record(row, "corrected", now=now, actor_id=actor_id)
    return queries.to_change(row)


@db.transaction_required
def decline_change(*, change_id: int, reason: str, now: datetime, actor_id: int | None) -> values.Change:
    """
    We do not do it.

    :raises ChangeRefused: without a reason, or if it was settled meanwhile
    """
    row = locked(change_id)
    if not reason.strip():
        raise ChangeRefused(_("a reason is needed"))
    _require(row, "decline")
    if any(link.state != "canceled" for link in queries.grid_requests(change_id=row.id)):
        grid.cancel_cases(row, reason=reason, now=now, actor_id=actor_id)
    row.decline(reason=reason.strip())
    row.settled_at = now
    row.save()
    mandates.drop_draft(row.wanted, on=requests.local_day(now), reason=row.number)
    tell(row, said("declined: %(why)s", why=reason), now=now, actor_id=actor_id)
    close_work(row, outcome="declined", now=now, actor_id=actor_id)
    _record(row, "declined", now=now, actor_id=actor_id)
    return queries.to_change(row)


@db.transaction_required
def cancel_change(*, change_id: int, reason: str, now: datetime, actor_id: int | None) -> values.Change:
    """
    It is not wanted any more. What is at the grid is taken back there first; the grid's answer decides.

    :raises ChangeRefused: after the cut-off
    """
    row = locked(change_id)
    _require(row, "cancel")
    why = reason.strip() or _("no longer wanted")
    if _has_cases(row) and not grid.cancel_cases(row, reason=why, now=now, actor_id=actor_id):
        row.cancel_asked, row.why_back = True, why[:300]
        row.save()
        tell(row, said("cancellation is asked for: %(why)s", why=why), now=now, actor_id=actor_id)
    else:
        row.cancel(reason=why)
        row.settled_at = now
        row.save()
        mandates.drop_draft(row.wanted, on=requests.local_day(now), reason=row.number)
        tell(row, said("canceled: %(why)s", why=why), now=now, actor_id=actor_id)
        close_work(row, outcome="canceled", now=now, actor_id=actor_id)
    _record(row, "canceled", now=now, actor_id=actor_id)
    return queries.to_change(row)


@db.transaction_required
def answer_by_hand(
    *, change_id: int, agreed: bool, on: date | None, reason: str, now: datetime, actor_id: int | None
) -> values.Change:
    """
    The grid answered outside the support system (a size in kVA, high voltage): a person enters what it said.

    :raises ChangeRefused: where the support system answers by itself, or day or reason are missing
    """
    row = locked(change_id)
    if row.state != ChangeState.AT_GRID or _has_cases(row):
        raise ChangeRefused(_("the answer of this change comes by the support system"))
    if agreed and on is None:
        raise ChangeRefused(_("the day that the grid fixed is needed"))
    if not agreed and not reason.strip():
        raise ChangeRefused(_("a reason is needed"))
    if agreed and on is not None:
        grid.settle(row, on=on, now=now, actor_id=actor_id)
    else:
        row.give_back(reason=reason.strip())
        row.save()
        tell(row, said("the grid refused: %(why)s", why=reason), now=now, actor_id=actor_id)
        requests.put_before_clerk(row, now=now, kind=requests.BACK_WORK)
    _record(row, "entered the grid's answer of", now=now, actor_id=actor_id)
    return queries.to_change(row)


@db.transaction_required
def apply_change(*, change_id: int, now: datetime) -> bool:
    """
    The day of a change has come.

    :returns: whether it holds now; one that waits for a mandate, or came back, does not
    """
    row = locked(change_id)
    if row.state != ChangeState.SCHEDULED or row.effective_on > requests.local_day(now):
        return False
    return _apply(row, now=now, actor_id=None)


def _apply(row: Change, *, now: datetime, actor_id: int | None) -> bool:
    # Direct debit that waited for its mandate begins when the bank accepted it, not on the day that was wished.
    on = requests.local_day(now) if row.why_back and row.kind == ChangeKind.PAYMENT else row.effective_on
    try:
        grid.settle(row, on=on, now=now, actor_id=actor_id)
    except effects.WaitsForMandate as waits:
        row.why_back = str(waits)
        row.save()
        return False
    return row.state == ChangeState.DONE


def _has_cases(row: Change) -> bool:
    """Whether the support system carries it."""
    return ChangeCase.objects.filter(change=row).exists()


def _as_new(row: Change) -> NewChange:
    return NewChange(
        kind=ChangeKind(row.kind),
        contract_id=row.contract_id,
        effective_on=row.effective_on,
        source=ChangeSource(row.source),
        wanted=row.wanted,
    )


def _require(row: Change, step: str) -> None:
    if not can_proceed(getattr(row, step)) or row.cancel_asked:
        raise ChangeRefused(_("change %(number)s has gone on meanwhile") % {"number": row.number})


def _record(row: Change, what: str, *, now: datetime, actor_id: int | None) -> None:
    identity.record_deed(
        procedure=requests.procedure(row),
        what=f"{what} change {row.number} ({row.kind})",
        at=now,
        subject=requests.subject(row),
        actor_id=actor_id,
    )
