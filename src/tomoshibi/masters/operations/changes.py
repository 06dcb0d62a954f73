"""Changes by hand: one person proposes, another decides, and then all of it holds or none."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pghistory
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.ledger import operations as ledger
from tomoshibi.masters import store
from tomoshibi.masters.models import ChangeProposal
from tomoshibi.masters.operations import chart
from tomoshibi.masters.register import MASTERS, Master
from tomoshibi.masters.sheets import BadSheet, Row, read_rows
from tomoshibi.masters.values import AmountBy, ProposalState, RowError
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

WORK_KIND = "masters.proposal"
DUE_AFTER = timedelta(days=1)


class ChangeRefused(ValueError):
    """The change cannot hold together with what is there; the sentence says why."""


class AlreadyDecided(ValueError):
    """Somebody decided the proposal in the meantime."""


class OnlyOwn(ValueError):
    """Only the person who proposed a change takes it back."""


class _TriedOut(Exception):
    """Undoes a trial; never leaves this file."""


@db.transaction_required
def propose_change(*, master: str, rows: Sequence[dict[str, str]], reason: str, actor_id: int, now: datetime) -> int:
    """
    Propose rows of a sheet; nothing holds until a second person agrees.

    The change is tried out at once, so that a proposal that could not be applied is refused while its author is there.

    :param rows: cells by column name, as in the master's CSV; ``action`` may be ``remove``
    :raises BadSheet: naming each refused row and its reason
    :raises ChangeRefused: if the database would refuse it, or there is nothing to change
    """
    it = MASTERS[master]
    if not rows:
        raise ChangeRefused(_("there is nothing to change"))
    if not reason.strip():
        raise ChangeRefused(_("say why: the second person has to know"))
    _try_out(it, rows)
    proposal = ChangeProposal.objects.create(
        master=master,
        rows=[{name: cell for name, cell in row.items() if name != "_line"} for row in rows],
        reason=reason.strip(),
        proposed_by_id=actor_id,
        proposed_at=now,
    )
    worklist.open_item(
        procedure=it.procedures_for(rows)[0],
        kind=WORK_KIND,
        subject=_subject(proposal),
        title=_("Decide a change of a master: %(master)s") % {"master": it.label},
        detail=proposal.reason,
        due_at=now + DUE_AFTER,
        now=now,
        url=reverse(f"masters:{it.code}_proposal", args=[proposal.id]),
    )
    _record(it, proposal, f"proposed {len(rows)} rows of {master}", actor_id=actor_id, now=now)
    return proposal.id


@db.transaction_required
def approve_change(*, proposal_id: int, actor_id: int, now: datetime, note: str = "") -> int:
    """
    Agree as the second person: all rows of the proposal hold from here on.

    :returns: rows that hold now and did not before
    :raises identity.SamePerson: if the person proposed it
    :raises AlreadyDecided: if somebody was faster
    :raises ChangeRefused: if what was changed in the meantime leaves no place for it
    """
    proposal = _undecided(proposal_id)
    identity.require_second_person(first_id=proposal.proposed_by_id, second_id=actor_id)
    it = MASTERS[proposal.master]
    with pghistory.context(why=proposal.reason):
        applied = _lay(it, _checked(it, proposal.rows))
    proposal.approve()
    _decide(proposal, actor_id=actor_id, now=now, note=note)
    _record(it, proposal, f"approved {len(proposal.rows)} rows of {proposal.master}", actor_id=actor_id, now=now)
    return applied


@db.transaction_required
def reject_change(*, proposal_id: int, actor_id: int, now: datetime, note: str) -> None:
    """
    Turn a proposal down, saying why.

    :raises identity.SamePerson: if the person proposed it (they withdraw it)
    :raises AlreadyDecided: if somebody was faster
    :raises ChangeRefused: without a reason
    """
    proposal = _undecided(proposal_id)
    identity.require_second_person(first_id=proposal.proposed_by_id, second_id=actor_id)
    if not note.strip():
        raise ChangeRefused(_("say why: the first person has to know"))
    proposal.reject()
    _decide(proposal, actor_id=actor_id, now=now, note=note)
    _record(MASTERS[proposal.master], proposal, f"rejected a change of {proposal.master}", actor_id=actor_id, now=now)


@db.transaction_required
def withdraw_change(*, proposal_id: int, actor_id: int, now: datetime) -> None:
    """
    Take one's own proposal back.

    :raises OnlyOwn: if somebody else proposed it
    :raises AlreadyDecided: if it was decided
    """
    proposal = _undecided(proposal_id)
    if proposal.proposed_by_id != actor_id:
        raise OnlyOwn(_("only the person who proposed a change can take it back"))
    proposal.withdraw()
    _decide(proposal, actor_id=actor_id, now=now, note="")
    _record(MASTERS[proposal.master], proposal, f"withdrew a change of {proposal.master}", actor_id=actor_id, now=now)


def _try_out(master: Master, rows: Sequence[dict[str, str]]) -> None:
    """Apply a change and undo it."""
    with suppress(_TriedOut), db.savepoint():
        _lay(master, _checked(master, rows))
        raise _TriedOut


def _checked(master: Master, rows: Sequence[dict[str, str]]) -> list[Row]:
    """Typed rows, after what no single column can know: that an account is in the chart, that it is needed."""
    typed = read_rows(master, rows)
    if master.code == "charge_kinds":
        _require_amounts(typed)
    if master.code == "posting_accounts":
        errors = chart.not_in_chart(typed)
    elif master.code == "accounts":
        errors = chart.still_posted_to(typed)
    else:
        errors = []
    if errors:
        raise BadSheet(errors)
    return typed


def _require_amounts(typed: Sequence[Row]) -> None:
    """A kind of charge says where its amount comes from, and gives what that needs."""
    needed = {AmountBy.FIXED.value: "amount_minor", AmountBy.FORMULA.value: "formula"}
    errors = [
        RowError(row.line, column, _("a value is needed"))
        for row in typed
        if not row.remove and (column := needed.get(row.fields["amount_by"])) and row.fields[column] in (None, "")
    ]
    if errors:
        raise BadSheet(errors)


def _lay(master: Master, rows: Sequence[Row]) -> int:
    try:
        with db.savepoint():
            laid = store.lay_over(master, rows)
            if master.code == "accounts":
                chart.tell_ledger(rows)
            return laid
    except ledger.AccountInUse as refused:
        raise ChangeRefused(str(refused)) from refused
    except IntegrityError as error:
        raise ChangeRefused(_refusal(error)) from error


def _refusal(error: IntegrityError) -> str:
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    sentences = {
        "debit_cycle_one_default": _("an agent has one usual cycle: end the other one first"),
        "debit_cycle_day": _("a debit day is a day of the month"),
        "reading_day_once": _("the base day has this month already in another fiscal year"),
        "reading_day_one_year": _("the base day has this month already in another fiscal year"),
    }
    return sentences.get(constraint) or _("it cannot hold together with what is there (%(name)s)") % {
        "name": constraint
    }


def _undecided(proposal_id: int) -> ChangeProposal:
    proposal = ChangeProposal.objects.select_for_update().get(id=proposal_id)
    if proposal.state != ProposalState.PROPOSED:
        raise AlreadyDecided(_("this proposal was decided already"))
    return proposal


def _decide(proposal: ChangeProposal, *, actor_id: int, now: datetime, note: str) -> None:
    proposal.decided_by_id, proposal.decided_at, proposal.decision_note = actor_id, now, note.strip()
    proposal.save()
    worklist.close_about(
        kind=WORK_KIND, subjects=[_subject(proposal)], outcome=proposal.state, now=now, actor_id=actor_id
    )


def _subject(proposal: ChangeProposal) -> str:
    return f"masters.proposal:{proposal.id}"


def _record(master: Master, proposal: ChangeProposal, what: str, *, actor_id: int, now: datetime) -> None:
    for procedure in master.procedures_for(proposal.rows):
        identity.record_deed(procedure=procedure, what=what, at=now, subject=_subject(proposal), actor_id=actor_id)
