"""What clerks decide about single bills before a run is confirmed: release, hold, correct, ask the grid company."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from tomoshibi.billing import checks, membership, queries, values
from tomoshibi.billing.models import Adjustment, CheckSetting, Chunk, Examination, Finding, Hold, Run
from tomoshibi.billing.operations import drafting
from tomoshibi.billing.operations.runs import add_up, locked, require_state, subject
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

_EXAMINABLE = (values.RunState.CHECKED, values.RunState.EXAMINED)
ASK_GRID = "billing.ask_grid"


class NoReason(ValueError):
    """Every decision about money has a reason."""


class NoSuchBill(LookupError):
    """The contract has no bill in the run."""


class NothingChanges(ValueError):
    """The correction says nothing."""


class BandsNeeded(ValueError):
    """The quantities of a correction are not those of the plan's bands."""


class NoSuchAdjustment(LookupError):
    """There is no such correction, or it was withdrawn."""


@dataclass(frozen=True)
class Correction:
    """
    An individual correction: exactly one of the three.

    :param amount_minor: added to the bill, tax included; less than zero gives back. Needs a ``text`` for the bill
    :param energy_dwh: the quantity to bill instead of the confirmed one
    :param bands: the same per band of a time-of-use plan [0.1 Wh]; the quantity is their sum
    :param capacity_milli: the size to bill instead of the contract's
    """

    amount_minor: int | None = None
    energy_dwh: int | None = None
    bands: Mapping[str, int] = field(default_factory=dict)
    capacity_milli: int | None = None
    text: str = ""

    @property
    def quantity_dwh(self) -> int | None:
        """The whole quantity, however it was said."""
        return sum(self.bands.values()) if self.bands else self.energy_dwh

    @property
    def kind(self) -> values.AdjustmentKind:
        """
        :raises NothingChanges: if not exactly one thing is said
        """
        given = {
            values.AdjustmentKind.CHARGE: self.amount_minor,
            values.AdjustmentKind.USAGE: self.quantity_dwh,
            values.AdjustmentKind.CAPACITY: self.capacity_milli,
        }
        if self.bands and self.energy_dwh is not None:
            raise NothingChanges(_("Enter the quantity of each band, or one for all; not both."))
        said = [kind for kind, number in given.items() if number is not None]
        if len(said) != 1:
            raise NothingChanges(_("Enter exactly one of amount, quantity and capacity."))
        if self.amount_minor is not None and not self.text.strip():
            raise NothingChanges(_("An amount needs a text for the bill."))
        return said[0]


def _examining(run_id: int) -> Run:
    row = locked(run_id)
    require_state(row, *_EXAMINABLE)
    return row


def _decide(
    row: Run,
    contract_ids: Sequence[int],
    decision: values.Decision,
    *,
    reason: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Record a decision about contracts and attach it to their open findings; a few statements however many."""
    if not reason.strip():
        raise NoReason(_("Give a reason."))
    open_ones = Finding.objects.filter(run_id=row.id, contract_id__in=contract_ids, examination=None)
    open_ones = open_ones.exclude(severity=values.Severity.ASIDE.value)
    said: dict[int, dict[str, object]] = {contract_id: {} for contract_id in contract_ids}
    if decision is values.Decision.RELEASE:
        for contract_id, code, quoted in open_ones.values_list("contract_id", "code", "values"):
            said[contract_id][code] = quoted
    made = Examination.objects.bulk_create(
        [
            Examination(
                run=row,
                contract_id=contract_id,
                decision=decision.value,
                reason=reason.strip(),
                released=released,
                actor_id=actor_id,
                at=now,
            )
            for contract_id, released in said.items()
        ],
        batch_size=5_000,
    )
    latest = Examination.objects.filter(
        run=row, contract_id=OuterRef("contract_id"), id__gte=min(one.id for one in made)
    )
    open_ones.update(examination_id=Subquery(latest.values("id")[:1]))
    whose = f"contract {made[0].contract_id}" if len(made) == 1 else f"{len(made)} contracts"
    identity.record_deed(
        procedure="RB7",
        what=f"{decision.value} bill of {whose}: {reason}",
        at=now,
        subject=subject(row.id),
        actor_id=actor_id,
        run=subject(row.id),
    )


@db.transaction_required
def release(*, run_id: int, contract_ids: Sequence[int], reason: str, actor_id: int | None, now: datetime) -> int:
    """
    Let bills go on although a check found something; a hold on them ends.

    :returns: how many
    :raises NoReason: without a reason
    :raises WrongState: unless the run is being examined
    """
    row = _examining(run_id)
    if not contract_ids:
        return 0
    _decide(row, contract_ids, values.Decision.RELEASE, reason=reason, actor_id=actor_id, now=now)
    Hold.objects.filter(run=row, contract_id__in=contract_ids).delete()
    _count_holds(row)
    return len(contract_ids)


@db.transaction_required
def hold(*, run_id: int, contract_ids: Sequence[int], reason: str, actor_id: int | None, now: datetime) -> int:
    """
    Keep bills back: the run is issued without them, the next run over their contracts makes them again.

    :raises NoReason: without a reason
    :raises WrongState: unless the run is being examined
    """
    row = _examining(run_id)
    billed = set(queries.draft_bills(run_id=run_id, contract_ids=contract_ids)["contract_id"])
    if set(contract_ids) - billed:
        raise NoSuchBill(_("This contract has no bill in the run."))
    _decide(row, contract_ids, values.Decision.HOLD, reason=reason, actor_id=actor_id, now=now)
    Hold.objects.bulk_create(
        [Hold(run=row, contract_id=one, reason=reason.strip(), actor_id=actor_id, at=now) for one in contract_ids],
        update_conflicts=True,
        unique_fields=["run", "contract_id"],
        update_fields=["reason", "actor_id", "at"],
        batch_size=5_000,
    )
    _count_holds(row)
    return len(contract_ids)


def _count_holds(row: Run) -> None:
    row.held_count = Hold.objects.filter(run=row).count()
    row.save(update_fields=["held_count"])


@db.transaction_required
def ask_grid(*, run_id: int, contract_id: int, reason: str, actor_id: int | None, now: datetime) -> int:
    """
    Hold a bill (where there is one) and put the question to the grid company on the list of the metering clerks.

    :returns: the work item's id
    :raises NoReason: without a reason
    """
    row = _examining(run_id)
    if queries.draft_bills(run_id=run_id, contract_ids=[contract_id]).height:
        hold(run_id=run_id, contract_ids=[contract_id], reason=reason, actor_id=actor_id, now=now)
    _decide(row, [contract_id], values.Decision.ASK_GRID, reason=reason, actor_id=actor_id, now=now)
    return worklist.open_item(
        procedure="RB2",
        kind=ASK_GRID,
        subject=f"contracts.contract:{contract_id}",
        title=reason,
        detail=reason,
        due_at=now.replace(hour=17, minute=0, second=0, microsecond=0),
        now=now,
        role="metering",
        url=f"/billing/runs/{run_id}/exceptions/?contract={contract_id}",
        parameters={"run": run_id, "contract": contract_id},
    )


@db.transaction_required
def correct(
    *,
    run_id: int,
    contract_id: int,
    correction: Correction,
    reason: str,
    actor_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """
    Record an individual correction and price the contract's bill again with it.

    :returns: the correction's id
    :raises NoReason: without a reason
    :raises NothingChanges: unless exactly one thing is corrected
    :raises BandsNeeded: if a plan by time of use gets one quantity for all its bands, or another plan gets bands
    :raises WrongState: unless the run is being examined
    """
    row = _examining(run_id)
    kind = correction.kind
    _refuse_bands(row, contract_id, correction)
    _decide(row, [contract_id], values.Decision.CORRECT, reason=reason, actor_id=actor_id, now=now)
    made = Adjustment.objects.create(
        contract_id=contract_id,
        month=row.month,
        kind=kind.value,
        amount_minor=correction.amount_minor,
        energy_dwh=correction.quantity_dwh,
        bands=dict(correction.bands),
        capacity_milli=correction.capacity_milli,
        text=correction.text.strip(),
        reason=reason.strip(),
        actor_id=actor_id,
        at=now,
    )
    _draft_again(row, contract_id, today=today)
    return made.id


def _refuse_bands(row: Run, contract_id: int, correction: Correction) -> None:
    """A plan by time of use needs the quantity of every band, others know no bands."""
    if correction.quantity_dwh is None:
        return
    bands = queries.bands_of(run_id=row.id, contract_id=contract_id, language="ja")
    if set(correction.bands) != set(bands):
        raise BandsNeeded(
            _("This plan needs the quantity of every band: %(bands)s.") % {"bands": ", ".join(bands.values())}
            if bands
            else _("This plan has no bands.")
        )


@db.transaction_required
def withdraw_correction(*, run_id: int, adjustment_id: int, actor_id: int | None, now: datetime, today: date) -> None:
    """
    Take an individual correction back and price the bill without it.

    :raises NoSuchAdjustment: if it is not there any more
    """
    row = _examining(run_id)
    made = Adjustment.objects.select_for_update().filter(id=adjustment_id, month=row.month, withdrawn_at=None).first()
    if made is None:
        raise NoSuchAdjustment(_("This correction was withdrawn already."))
    made.withdrawn_at, made.withdrawn_by_id = now, actor_id
    made.save()
    what = f"withdrew correction {adjustment_id} of contract {made.contract_id}"
    identity.record_deed(procedure="RB7", what=what, at=now, subject=subject(run_id), actor_id=actor_id)
    _draft_again(row, made.contract_id, today=today)


@db.transaction_required
def draft_again(*, run_id: int, contract_id: int, actor_id: int | None, now: datetime, today: date) -> None:
    """
    Price one contract of a run again from today's facts (its value came in, its terms were put right).

    :raises NoSuchBill: if the run does not have the contract
    :raises WrongState: unless the run is being examined
    """
    _draft_again(_examining(run_id), contract_id, today=today)
    what = f"priced contract {contract_id} again"
    identity.record_deed(procedure="RB7", what=what, at=now, subject=subject(run_id), actor_id=actor_id)


def _draft_again(row: Run, contract_id: int, *, today: date) -> None:
    chunk, member = _place(row, contract_id)
    old = queries.draft_bills(run_id=row.id, contract_ids=[contract_id])
    drafting.delete_drafts(old["id"].to_list())
    Finding.objects.filter(run_id=row.id, contract_id=contract_id).delete()
    drafted = drafting.draft(row, members=member, chunk_no=chunk.no, today=today, bill_ids=old["id"].to_list())
    drafting.count_again(chunk)
    add_up(row)
    if row.state == values.RunState.EXAMINED.value and not drafted.findings.is_empty():
        row.reopen()
    row.save()


def _place(row: Run, contract_id: int) -> tuple[Chunk, pl.DataFrame]:
    """The chunk that a contract belongs to, and its row there."""
    for chunk in Chunk.objects.select_for_update().filter(run=row).order_by("no"):
        member = membership.unpack(bytes(chunk.members)).filter(pl.col("contract_id") == contract_id)
        if member.height:
            return chunk, member
    raise NoSuchBill(_("The contract does not belong to the run."))


@db.transaction_required
def set_check(*, setting: checks.Setting, reason: str, actor_id: int | None, now: datetime) -> None:
    """
    Give a check another threshold or severity, for all plans or for one; it counts from the next rating on.

    :raises NoReason: without a reason
    """
    if not reason.strip():
        raise NoReason(_("Give a reason."))
    CheckSetting.objects.update_or_create(
        code=setting.code,
        plan_code=setting.plan_code,
        defaults={
            "threshold": setting.threshold,
            "severity": setting.severity.value if setting.severity else "",
            "enabled": setting.enabled,
            "reason": reason.strip(),
            "set_at": now,
            "set_by_id": actor_id,
        },
    )
    what = f"set check {setting.code} {setting.plan_code}: {setting.threshold} {setting.severity} {setting.enabled}"
    identity.record_deed(procedure="RB7", what=what, at=now, subject=f"billing.check:{setting.code}", actor_id=actor_id)
