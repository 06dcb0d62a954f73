"""Writes of the ledger: accounts, entries, and which months take them."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.identity import operations as identity
from tomoshibi.kernel import frames
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import legs, queries, values
from tomoshibi.ledger.models import Account, ClosedMonth, MonthStep
from tomoshibi.storage import bulk, db

_PROCEDURE = "RB7"


class OutOfBalance(ValueError):
    """The legs of an entry do not sum to zero."""


class HeadsDiffer(ValueError):
    """The legs of one entry name different days or months."""


class UnknownAccount(ValueError):
    """A leg names an account that is not in the chart."""


class AccountInUse(ValueError):
    """An account that has postings keeps its kind."""


class MonthClosed(ValueError):
    """A closed accounting month takes no posting."""


class MonthNotOpen(ValueError):
    """Only an open month can be closed."""


class MonthNotClosed(ValueError):
    """Only a closed month can be opened."""


class EarlierMonthOpen(ValueError):
    """Months are closed in their order."""


class LaterMonthClosed(ValueError):
    """Months are opened again from the newest back."""


class StepWaits(ValueError):
    """A proposal for this month already waits for a second person."""


class StepDecided(ValueError):
    """The proposal was decided before."""


@db.transaction_required
def define_accounts(accounts: Sequence[values.Account]) -> None:
    """
    Put accounts into the chart, or rename them.

    :raises AccountInUse: if the kind of an account with postings would change
    """
    in_use = AccountInUse(_("The kind of an account that has postings cannot change."))
    with refine_integrity_error([(Named("ledger_account_in_use"), in_use)]), db.savepoint():
        for account in accounts:
            names = {"name_ja": account.name_ja, "name_zh": account.name_zh, "name_en": account.name_en}
            Account.objects.update_or_create(code=account.code, defaults={"kind": account.kind.value, **names})


@db.transaction_required
def post(*, entries: pl.DataFrame, posted_at: datetime, actor_id: int | None = None) -> values.PostOutcome:
    """
    Post balanced entries, all or none. An entry whose source and purpose were posted before is left out.

    :param entries: rows of ``values.ENTRY_SCHEMA``, one per leg. Legs of zero are dropped. Day, month, document and
        text of an entry are those of its first row
    :raises OutOfBalance: naming the first entries that do not sum to zero
    :raises HeadsDiffer: if legs of one entry name different days or months
    :raises UnknownAccount: naming the codes
    :raises MonthClosed: naming the month
    """
    rows, heads = legs.split(frames.require(entries, values.ENTRY_SCHEMA))
    mixed = heads.filter("differ").head(3)
    if mixed.height:
        raise HeadsDiffer(
            _("Legs of one entry name different days or months: %(entries)s") % {"entries": legs.names(mixed)}
        )
    return _post(rows, heads, posted_at=posted_at, actor_id=actor_id)


@db.transaction_required
def post_apart(
    *, heads: pl.DataFrame, rows: pl.DataFrame, posted_at: datetime, actor_id: int | None = None
) -> values.PostOutcome:
    """
    As ``post``, for who tells many entries: what an entry says stands once in its head, not in each of its legs.

    :param heads: rows of ``values.HEAD_SCHEMA``, one per entry; one without legs is left out
    :param rows: rows of ``values.LEG_SCHEMA``
    :raises OutOfBalance, UnknownAccount, MonthClosed: as ``post``
    """
    found, of_entries = legs.headed(frames.require(heads, values.HEAD_SCHEMA), frames.require(rows, values.LEG_SCHEMA))
    return _post(found, of_entries, posted_at=posted_at, actor_id=actor_id)


def _post(rows: pl.DataFrame, heads: pl.DataFrame, *, posted_at: datetime, actor_id: int | None) -> values.PostOutcome:
    if heads.is_empty():
        return values.PostOutcome(entries=0, legs=0, already_posted=0, debit_minor=0)
    _refuse_broken(heads)
    account_ids = _known_accounts(rows)
    _refuse_closed(heads)
    taken = _take_ids(heads.height)
    heads = heads.with_columns(id=pl.int_range(taken, taken + heads.height, dtype=pl.Int64))
    new = _write_heads(heads, posted_at=posted_at, actor_id=actor_id)
    numbered = legs.number(rows, heads=new, account_ids=account_ids)
    closed = MonthClosed(_("The accounting month was closed while this was being posted."))
    with refine_integrity_error([(Named("ledger_month_open"), closed)]):
        bulk.copy_in("ledger_leg", numbered)
    return values.PostOutcome(
        entries=new.height,
        legs=numbered.height,
        already_posted=heads.height - new.height,
        debit_minor=int(numbered.filter(pl.col("amount_minor") > 0)["amount_minor"].sum()),
    )


def _refuse_broken(heads: pl.DataFrame) -> None:
    broken = heads.filter(pl.col("amount_minor") != 0).head(3)
    if broken.height:
        raise OutOfBalance(_("Entries do not sum to zero: %(entries)s") % {"entries": legs.names(broken, amounts=True)})


def _known_accounts(rows: pl.DataFrame) -> dict[str, int]:
    ids = queries.account_ids()
    unknown = sorted(set(rows["account"].unique()) - set(ids))
    if unknown:
        raise UnknownAccount(_("Not in the chart of accounts: %(codes)s") % {"codes": ", ".join(unknown)})
    return ids


def _refuse_closed(heads: pl.DataFrame) -> None:
    # For the sentence only: what counts is the trigger, which looks again under the month's lock.
    months = sorted(heads["accounting_month"].unique())
    closed = ClosedMonth.objects.filter(accounting_month__in=months).order_by("accounting_month").first()
    if closed:
        raise MonthClosed(
            _("The accounting month %(month)s is closed.") % {"month": Month.from_number(closed.accounting_month)}
        )


def _take_ids(wanted: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_take_entry_ids(%s)", [wanted])
        return int(cursor.fetchone()[0])


def _write_heads(heads: pl.DataFrame, *, posted_at: datetime, actor_id: int | None) -> pl.DataFrame:
    """Write the heads that are new; returns those. All are, unless a run is repeated: so that is tried first."""
    rows = heads.select(
        *["id", "source", "purpose", "entry_on", "accounting_month", "document", "text"],
        posted_at=pl.lit(posted_at.isoformat()),
        actor_id=pl.lit(actor_id, dtype=pl.Int64),
    )
    try:
        with refine_integrity_error([(Named("ledger_entry_once"), _PostedBefore)]), db.savepoint():
            bulk.copy_in("ledger_entry", rows)
    except _PostedBefore:
        return heads.join(_write_new_heads(rows), on="id", how="semi", maintain_order="left")
    return heads


class _PostedBefore(Exception):
    """At least one of the entries is there already."""


def _write_new_heads(rows: pl.DataFrame) -> pl.DataFrame:
    columns = ", ".join(rows.columns)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE ledger_incoming (LIKE ledger_entry) ON COMMIT DROP")
        bulk.copy_in("ledger_incoming", rows)
        cursor.execute(
            f"INSERT INTO ledger_entry ({columns}) SELECT {columns} FROM ledger_incoming"
            " ON CONFLICT (source, purpose) DO NOTHING"
        )
        new = bulk.read_frame(
            "SELECT id FROM ledger_incoming i WHERE EXISTS (SELECT FROM ledger_entry e WHERE e.id = i.id)",
            {"id": pl.Int64},
        )
        cursor.execute("DROP TABLE ledger_incoming")
    return new


@db.transaction_required
def propose_closing(*, month: Month, reason: str = "", actor_id: int, now: datetime) -> int:
    """
    Propose to close a month; a second person decides.

    :returns: the proposal's id
    :raises MonthNotOpen: if it is closed
    :raises EarlierMonthOpen: if a month before it has postings and is open
    :raises StepWaits: if a proposal for it waits already
    """
    _refuse_closing(month)
    return _propose(month, closes=True, reason=reason, actor_id=actor_id, now=now)


def _refuse_closing(month: Month) -> None:
    if not queries.is_open(month):
        raise MonthNotOpen(_("The accounting month %(month)s is closed already.") % {"month": month})
    earlier = [state.month for state in queries.months() if state.month < month and not state.closed and state.legs]
    if earlier:
        raise EarlierMonthOpen(_("Close %(month)s first: months are closed in their order.") % {"month": min(earlier)})


@db.transaction_required
def propose_opening(*, month: Month, reason: str, actor_id: int, now: datetime) -> int:
    """
    Propose to open a closed month again; a second person decides.

    :raises MonthNotClosed: if it is open
    :raises LaterMonthClosed: if a month after it is closed
    :raises StepWaits: if a proposal for it waits already
    """
    _refuse_opening(month)
    return _propose(month, closes=False, reason=reason, actor_id=actor_id, now=now)


def _refuse_opening(month: Month) -> None:
    if queries.is_open(month):
        raise MonthNotClosed(_("The accounting month %(month)s is open.") % {"month": month})
    later = ClosedMonth.objects.filter(accounting_month__gt=month.number).order_by("-accounting_month").first()
    if later:
        newest = Month.from_number(later.accounting_month)
        raise LaterMonthClosed(_("Open %(month)s first: the newest closed month is opened first.") % {"month": newest})


def _propose(month: Month, *, closes: bool, reason: str, actor_id: int, now: datetime) -> int:
    waits = StepWaits(_("A proposal for %(month)s already waits for a second person.") % {"month": month})
    with refine_integrity_error([(Named("ledger_month_one_proposal"), waits)]), db.savepoint():
        row = MonthStep.objects.create(
            accounting_month=month.number, closes=closes, reason=reason, proposed_by_id=actor_id, proposed_at=now
        )
    return row.id


@db.transaction_required
def close_month(*, step_id: int, actor_id: int, now: datetime) -> None:
    """
    Decide a proposal as the second person: the month closes, or opens again, from here on.

    Waits for postings to the month that are under way.

    :raises identity.SamePerson: if the person proposed it
    :raises StepDecided: if it was decided before
    """
    row = _undecided(step_id)
    identity.require_second_person(first_id=row.proposed_by_id, second_id=actor_id)
    month = Month.from_number(row.accounting_month)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger.month'), %s)", [month.number])
    if row.closes:
        _refuse_closing(month)
        ClosedMonth.objects.create(accounting_month=month.number)
    else:
        _refuse_opening(month)
        ClosedMonth.objects.filter(accounting_month=month.number).delete()
    _decide(row, accepted=True, actor_id=actor_id, now=now)
    word = "closed" if row.closes else "opened"
    identity.record_deed(
        procedure=_PROCEDURE,
        what=f"{word} accounting month {month}",
        at=now,
        subject=f"ledger.month:{month.number}",
        actor_id=actor_id,
    )


@db.transaction_required
def withdraw_step(*, step_id: int, actor_id: int, now: datetime) -> None:
    """
    Turn a proposal down, or take one's own back.

    :raises StepDecided: if it was decided before
    """
    _decide(_undecided(step_id), accepted=False, actor_id=actor_id, now=now)


def _undecided(step_id: int) -> MonthStep:
    row = MonthStep.objects.select_for_update().get(id=step_id)
    if row.decided_at is not None:
        raise StepDecided(_("This proposal was decided before."))
    return row


def _decide(row: MonthStep, *, accepted: bool, actor_id: int, now: datetime) -> None:
    row.accepted, row.decided_by_id, row.decided_at = accepted, actor_id, now
    row.save(update_fields=["accepted", "decided_by", "decided_at"])
