"""Confirm by a second person, take numbers, issue, tell the ledger and the rooms that follow."""

from collections.abc import Mapping
from datetime import date, datetime

import polars as pl
from django.db.models import F
from django.utils.translation import gettext as _

from tomoshibi.billing import collective, membership, numbering, postings, queries, values
from tomoshibi.billing.models import Chunk, Finding, Hold, NumberBlock, NumberSequence, Run
from tomoshibi.billing.operations import drafting
from tomoshibi.billing.operations.runs import ASIDE, EXAMINE, add_up, locked, require_state, subject
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import TaxTreatment
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import queries as ledger_queries
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Collective
from tomoshibi.rating import deferral
from tomoshibi.storage import bulk, db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

DAYS_TO_PAY = 30
"""支払期日: the 30th day, counted from the day after the reading. Usual in the field's supply conditions."""
DAYS_TO_ARRIVE = 14
"""Nothing is due sooner after its issue: it has to arrive."""


class BillsBlocked(ValueError):
    """Blocking findings wait for a decision."""


class RunNotConfirmed(ValueError):
    """A second person has not confirmed the run."""


class OwnCorrection(ValueError):
    """The person corrected a bill of the run by hand, and so may not confirm it."""


class ChangedSinceLook(ValueError):
    """The totals are not the ones that the person looked at."""


class AccountingMonthClosed(ValueError):
    """The accounting month of the day of issue is closed."""


@db.transaction_required
def finish_examination(*, run_id: int, actor_id: int | None, now: datetime) -> values.Run:
    """
    Say that the bills of a run were examined; what is left are warnings that may go on.

    :raises BillsBlocked: while a blocking finding is undecided
    :raises WrongState: if it is not checked
    """
    row = locked(run_id)
    require_state(row, values.RunState.CHECKED)
    blocked = Finding.objects.filter(run_id=run_id, severity=values.Severity.BLOCKING.value, examination=None).count()
    if blocked:
        raise BillsBlocked(_("%(count)s blocking findings wait for a decision.") % {"count": blocked})
    row.examine()
    row.examined_at, row.examined_by_id = now, actor_id
    row.save()
    what = f"examined {row.bill_count} bills"
    identity.record_deed(
        procedure="RB7", what=what, at=now, subject=subject(run_id), actor_id=actor_id, run=subject(run_id)
    )
    worklist.close_about(kind=EXAMINE, subjects=[subject(run_id)], outcome="examined", now=now, actor_id=actor_id)
    return queries.run(run_id=run_id)


@db.transaction_required
def confirm(
    *, run_id: int, actor_id: int | None, now: datetime, seen_count: int | None = None, seen_total: int | None = None
) -> values.Run:
    """
    Stand for a run as the second person.

    :param seen_count: bills and total that the person looked at (``queries.going``); a run that changed since is refused
    :raises identity.SamePerson: if the person made it, or examined one that the house opened by itself
    :raises OwnCorrection: if the person changed an amount of one of its bills by hand
    :raises ChangedSinceLook: if counts or totals differ
    :raises WrongState: if it is not examined
    """
    row = locked(run_id)
    require_state(row, values.RunState.EXAMINED)
    identity.require_second_person(first_id=queries.run(run_id=run_id).first_person_id, second_id=actor_id)
    own = queries.corrected_by(run_id=run_id, actor_id=actor_id)
    if own:
        raise OwnCorrection(
            _("You corrected %(count)s bills of this run by hand: somebody else has to confirm it.")
            % {"count": len(own)}
        )
    going = queries.going(run_id=run_id)
    if (seen_count is not None and seen_count != going.bill_count) or (
        seen_total is not None and seen_total != going.total_minor
    ):
        raise ChangedSinceLook(_("The run changed after you looked at it; look at the new totals."))
    row.confirm()
    row.confirmed_at, row.confirmed_by_id = now, actor_id
    row.confirmed_totals = {"bills": going.bill_count, "total_minor": going.total_minor, "tax_minor": going.tax_minor}
    row.save()
    what = f"confirmed {going.bill_count} bills of {going.total_minor} in all"
    identity.record_deed(
        procedure="RB7", what=what, at=now, subject=subject(run_id), actor_id=actor_id, run=subject(run_id)
    )
    return queries.run(run_id=run_id)


@db.transaction_required
def start_issue(*, run_id: int, today: date, now: datetime) -> values.Run:
    """
    Prepare the issue: held bills leave the run, and so do collective invoices that wait for a bill; numbers are taken for
    the others. Doing it again does nothing.

    :raises RunNotConfirmed: if a second person has not confirmed the run
    :raises AccountingMonthClosed: if the month of ``today`` takes no posting
    """
    row = locked(run_id)
    if row.state == values.RunState.ISSUED.value or row.issue_started_at is not None:
        return queries.run(run_id=run_id)
    if row.state != values.RunState.CONFIRMED.value:
        raise RunNotConfirmed(_("A second person has to confirm run %(run)s first.") % {"run": run_id})
    if not ledger_queries.is_open(Month.of(today)):
        raise AccountingMonthClosed(_("The accounting month %(month)s is closed.") % {"month": Month.of(today)})
    _set_held_aside(row)
    _settle_collective(row)
    chunks = list(Chunk.objects.filter(run=row).defer("members").order_by("no"))
    first = _take_numbers(row, size=sum(chunk.invoice_count or 0 for chunk in chunks), now=now)
    for chunk in chunks:
        Chunk.objects.filter(id=chunk.id).update(first_number=first)
        first += chunk.invoice_count or 0
    row.issue_started_at, row.issue_on = now, today
    row.save()
    return queries.run(run_id=run_id)


def _set_held_aside(row: Run) -> None:
    """Held bills leave the run; the next run over their contracts makes them again."""
    holds = dict(Hold.objects.filter(run=row).values_list("contract_id", "reason"))
    if not holds:
        return
    for chunk in Chunk.objects.filter(run=row):
        ids = membership.unpack(bytes(chunk.members))["contract_id"].to_list()
        held = [contract_id for contract_id in ids if contract_id in holds]
        if held:
            _drop_bills(chunk, held, code=values.HELD, quoted={key: {"held": holds[key]} for key in held})
    row.held_count = len(holds)
    add_up(row)


def _settle_collective(row: Run) -> None:
    """Bills of collective invoices that wait for another leave the run; what is left says how many numbers are needed."""
    for chunk in Chunk.objects.filter(run=row):
        members = membership.unpack(bytes(chunk.members))
        chunk.invoice_count = chunk.bill_count
        if not (members["collective"] != Collective.NO.value).any():
            chunk.save(update_fields=["invoice_count"])
            continue
        waiting = queries.waiting_for_members(run_id=row.id, month=row.month, members=members)
        if waiting:
            quoted = {contract_id: {"waits_for": numbers} for contract_id, numbers in waiting.items()}
            _drop_bills(chunk, list(waiting), code=values.WAITS, quoted=quoted)
        bills = queries.chunk_bills(
            run_id=row.id, first_id=chunk.first_bill_id, last_id=chunk.last_bill_id, members=members
        )
        chunk.invoice_count = collective.invoice_count(bills)
        chunk.tax_minor = int((bills["tax_minor"] + bills["tax_shift_minor"]).sum())
        chunk.save(update_fields=["invoice_count", "tax_minor"])
    add_up(row)


def _drop_bills(chunk: Chunk, contract_ids: list[int], *, code: str, quoted: Mapping[int, Mapping[str, str]]) -> None:
    gone = queries.draft_bills(run_id=chunk.run_id, contract_ids=contract_ids)
    drafting.delete_drafts(gone["id"].to_list())
    Finding.objects.filter(run_id=chunk.run_id, contract_id__in=contract_ids).delete()
    Finding.objects.bulk_create(
        Finding(
            run_id=chunk.run_id,
            chunk_no=chunk.no,
            contract_id=contract_id,
            code=code,
            severity=values.Severity.ASIDE.value,
            values=dict(quoted[contract_id]),
        )
        for contract_id in contract_ids
    )
    drafting.count_again(chunk)


def _take_numbers(row: Run, *, size: int, now: datetime) -> int:
    NumberSequence.objects.get_or_create(id=1)
    sequence = NumberSequence.objects.select_for_update().get(id=1)
    first = sequence.next
    if size:
        sequence.next += size
        sequence.save()
        NumberBlock.objects.create(run=row, first=first, size=size, taken_at=now)
    return first


@db.transaction_required
def issue_chunk(*, run_id: int, now: datetime, actor_id: int | None = None) -> bool:
    """
    Issue the next part of a run whose issue was started: numbers and ledger entries in one transaction.

    :returns: whether there was one
    """
    waiting = (
        Chunk.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(run_id=run_id, issued=False)
        .order_by("no")
    )
    chunk = waiting.select_related("run").first()
    if chunk is None:
        return False
    row = chunk.run
    assert row.issue_on is not None, "the issue was started"
    assert chunk.first_number is not None, "numbers were taken"
    members = membership.unpack(bytes(chunk.members))
    bills = queries.chunk_bills(
        run_id=run_id, first_id=chunk.first_bill_id, last_id=chunk.last_bill_id, members=members
    )
    assert bills.height == chunk.bill_count, "no bill came or went since the numbers were taken"
    numbered = collective.numbered(bills, first=chunk.first_number).with_columns(
        number=numbering.with_check_digits(pl.col("running"))
    )
    bulk.copy_in("billing_invoice", _invoices(numbered, row=row, now=now))
    extras = queries.chunk_extras(first_id=chunk.first_bill_id, last_id=chunk.last_bill_id)
    accounts = masters.posting_accounts(on=row.issue_on)
    heads, legs = postings.entries(
        # The tax of the documents is the invoices': of a collective one it is rounded once over all its bills.
        numbered.with_columns(pl.col("tax_minor") + pl.col("tax_shift_minor")),
        extras=extras,
        on=row.issue_on,
        accounts=accounts,
        kinds={code: kind.posting_key for code, kind in masters.charge_kinds(on=row.issue_on).items()},
        country=masters.company().country,
    )
    ledger.post_apart(heads=heads, rows=legs, posted_at=now, actor_id=actor_id)
    contracts.tell_charges(charges=_instalments(numbered, extras=extras))
    chunk.issued, chunk.issued_count = True, bills.height
    chunk.save(update_fields=["issued", "issued_count"])
    return True


def _instalments(bills: pl.DataFrame, *, extras: pl.DataFrame) -> pl.DataFrame:
    """
    What bills deferred, in the parts that their plans say: one for each of the following months.

    :returns: columns of ``contracts.operations.TOLD``
    """
    deferred = extras.filter(pl.col("code") == queries.DEFERRED).join(
        bills, left_on="bill_id", right_on="id", how="inner"
    )
    programs = tariffs.programs(deferred["plan_version_id"].unique())
    name = queries.charge_text(code=queries.INSTALMENT) if deferred.height else ""
    told = []
    for row in deferred.iter_rows(named=True):
        rule = programs[row["plan_version_id"]].deferral
        assert rule is not None, "the plan deferred it"
        month = Month.from_number(row["month"])
        for no, part in enumerate(deferral.instalments(-row["amount_minor"], months=rule.months), start=1):
            told.append(
                {
                    "contract_id": row["contract_id"],
                    "code": queries.INSTALMENT,
                    "text": f"{name} {month} {no}/{rule.months}",
                    "amount_minor": part,
                    "tax": TaxTreatment.OUT_OF_SCOPE.value,
                    "month": month.plus(no).number,
                    "source": f"billing.bill:{row['bill_id']}/{no}",
                    "worked": f"{-row['amount_minor']:,} ÷ {rule.months}",
                }
            )
    return pl.DataFrame(told, schema=_TOLD).filter(pl.col("amount_minor") != 0)


_TOLD = {
    "contract_id": pl.Int64, "code": pl.String, "text": pl.String, "amount_minor": pl.Int64, "tax": pl.String,
    "month": pl.Int64, "source": pl.String, "worked": pl.String,
}  # fmt: skip


def _invoices(numbered: pl.DataFrame, *, row: Run, now: datetime) -> pl.DataFrame:
    assert row.issue_on is not None, "the issue was started"
    term = pl.max_horizontal(
        pl.col("period_end").dt.offset_by(f"{DAYS_TO_PAY}d"), pl.lit(row.issue_on).dt.offset_by(f"{DAYS_TO_ARRIVE}d")
    )
    debits = _debit_days(numbered["account_id"].unique(), issued_on=row.issue_on)
    due = pl.coalesce("debit_on", term)
    if numbered["lead_bill_id"].null_count() < numbered.height:
        due = due.max().over(pl.coalesce("lead_bill_id", "id"))
    return numbered.join(debits, on="account_id", how="left", maintain_order="left").select(
        pl.col("id").alias("bill_id"),
        pl.lit(row.id).alias("run_id"),
        "number",
        pl.lit(now.isoformat()).alias("issued_at"),
        pl.lit(row.issue_on).alias("issued_on"),
        due.alias("due_on"),
        "lead_bill_id",
        "tax_shift_minor",
    )


def _debit_days(account_ids: pl.Series, *, issued_on: date) -> pl.DataFrame:
    """
    When accounts that pay by direct debit are debited for a bill of a day: what they pay is due then, not sooner or later.

    :returns: ``account_id``, ``debit_on``; accounts that pay otherwise, or whose agent has no schedule, are left out
    """
    payers = parties.debit_payers_frame(account_ids=account_ids, on=issued_on)
    debits = {agent: masters.next_debit(agent=agent, issued_on=issued_on) for agent in payers["agent"].unique()}
    days = {agent: dates.debit_on if dates else None for agent, dates in debits.items()}
    return payers.select(
        "account_id", debit_on=pl.col("agent").replace_strict(days, default=None, return_dtype=pl.Date)
    )


@db.transaction_required
def finish_issue(*, run_id: int, now: datetime, actor_id: int | None = None) -> values.IssueOutcome | None:
    """
    Close the issue when every part of it is out, and announce it once.

    :returns: what was issued; nothing while parts are left
    """
    row = locked(run_id)
    if Chunk.objects.filter(run=row, issued=False).exists():
        return None
    block = NumberBlock.objects.filter(run=row).first()
    if row.state != values.RunState.ISSUED.value:
        require_state(row, values.RunState.CONFIRMED)
        row.issue()
        row.issued_at = now
        row.save()
        NumberBlock.objects.filter(run=row).update(used=F("size"))
        what = f"issued {row.bill_count} bills of {row.total_minor} in all"
        identity.record_deed(
            procedure="RB7", what=what, at=now, subject=subject(run_id), actor_id=actor_id, run=subject(run_id)
        )
        worklist.close_about(kind=ASIDE, subjects=[subject(run_id)], outcome="issued without them", now=now)
        worker.announce(values.BillsIssued(run_id=run_id))
    first = block.first if block else None
    return values.IssueOutcome(
        issued=row.bill_count,
        held=row.held_count,
        total_minor=row.total_minor,
        first_number=_number_text(first),
        last_number=_number_text(block.first + block.size - 1 if block else None),
    )


def _number_text(running: int | None) -> str:
    return "" if running is None else numbering.text(running * 10 + numbering.check_digit(running))
