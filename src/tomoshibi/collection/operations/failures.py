"""What follows a failed debit: by rule of the result code, or as a person decides."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import polars as pl
from django.utils.translation import gettext as _
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.collection import codes, queries, values
from tomoshibi.collection.models import FailedDebit, Hold, OpenItem
from tomoshibi.collection.operations import letters
from tomoshibi.identity import operations as identity
from tomoshibi.parties import operations as parties
from tomoshibi.storage import bulk, db
from tomoshibi.worklist import operations as worklist

FAILED_ITEM = "collection.debit_failed"
LETTER_DAYS = 14
"""A payment letter asks to pay within so many days."""


class AlreadyDecided(ValueError):
    """What follows this debit was decided before."""


class NothingOpen(ValueError):
    """Nothing is due of these debts any more."""


class AlreadyHeld(ValueError):
    """The debt is on hold already."""


def open_failures(failed: pl.DataFrame, *, agent: str, now: datetime, today: date, actor_id: int | None) -> None:
    """
    Record failed debits; those whose code has a rule are decided, the others wait for a person.

    :param failed: rows of ``matching.apply``
    """
    if failed.is_empty():
        return
    known = queries.result_codes(agent=agent)
    found = {
        code: known.get(code) or (codes.NO_RESULT if code == codes.NO_RESULT.code else codes.unknown(code))
        for code in failed["code"].unique().to_list()
    }
    rows = failed.select(
        "debit_row_id", "receivable_id", "account_id", "customer_id", "mandate_id", "batch_id", "code", "amount_minor",
        meaning=pl.col("code").replace_strict({code: item.meaning.value for code, item in found.items()}),
        failed_on=pl.lit(today),
        treatment=pl.lit(values.Treatment.ASK.value),
        by_rule=pl.lit(value=False),
        reason=pl.lit(""),
    )  # fmt: skip
    bulk.copy_in("collection_faileddebit", rows)
    for code, item in found.items():
        ids = rows.filter(pl.col("code") == code)["debit_row_id"].to_list()
        if item.treatment is values.Treatment.ASK:
            _ask(ids, item, now=now)
        else:
            _carry_out(ids, item.treatment, reason=item.text_ja, by_rule=True, now=now, today=today, actor_id=actor_id)


def _ask(ids: Sequence[int], code: values.ResultCode, *, now: datetime) -> None:
    language = "ja"
    items = [
        {
            "procedure": values.PROCEDURE,
            "kind": FAILED_ITEM,
            "subject": f"collection.receivable:{row['receivable_id']}",
            "title": _("Direct debit failed: %(reason)s, %(amount)s yen, bill %(number)s")
            % {
                "reason": code.text(language),
                "amount": f"{row['amount_minor']:,}",
                "number": row["invoice_number"],
            },
            "due_at": now + timedelta(days=3),
            "role": "collection",
            "url": f"/collection/receivables/{row['receivable_id']}/",
            "parameters": {"code": code.code, "meaning": code.meaning.value},
        }
        for row in queries.failed_frame(debit_row_ids=ids).iter_rows(named=True)
    ]
    worklist.open_items(items=items, now=now)


@db.transaction_required
def decide(
    *, debit_row_ids: Sequence[int], treatment: values.Treatment, reason: str, now: datetime, today: date, actor_id: int
) -> int:
    """
    Decide what follows failed debits: again with the next cycle, a payment letter, another mandate, or hold.

    A decision may be changed while the debt is open; ``again`` after a new mandate brings it into the next batch.

    :returns: how many were decided
    :raises NothingOpen: if every one of them was paid meanwhile
    """
    rows = list(FailedDebit.objects.select_for_update().filter(debit_row_id__in=list(debit_row_ids)))
    still_open = set(
        OpenItem.objects.filter(receivable_id__in=[row.receivable_id for row in rows]).values_list(
            "receivable_id", flat=True
        )
    )
    ids = [row.debit_row_id for row in rows if row.receivable_id in still_open]
    if not ids:
        raise NothingOpen(_("Nothing is due of these debts any more."))
    _carry_out(ids, treatment, reason=reason, by_rule=False, now=now, today=today, actor_id=actor_id)
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"decided {len(ids)} failed debits: {treatment.value}",
        at=now,
        subject=f"collection.failed_debit:{ids[0]}",
        actor_id=actor_id,
    )
    return len(ids)


def _carry_out(
    ids: Sequence[int],
    treatment: values.Treatment,
    *,
    reason: str,
    by_rule: bool,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> None:
    rows = FailedDebit.objects.filter(debit_row_id__in=list(ids))
    rows.update(treatment=treatment.value, by_rule=by_rule, decided_by_id=actor_id, decided_at=now, reason=reason[:300])
    if treatment is values.Treatment.LETTER:
        letters.write(rows, pay_until=today + timedelta(days=LETTER_DAYS), now=now, today=today, actor_id=actor_id)
    elif treatment is values.Treatment.MANDATE:
        _suspend_mandates(list(rows.values_list("mandate_id", flat=True)), reason)
    elif treatment is values.Treatment.HOLD:
        for receivable_id in rows.values_list("receivable_id", flat=True):
            if not Hold.objects.filter(receivable_id=receivable_id, lifted_at__isnull=True).exists():
                Hold.objects.create(receivable_id=receivable_id, reason=reason[:300], set_by_id=actor_id, set_at=now)
    worklist.close_about(
        kind=FAILED_ITEM,
        subjects=[f"collection.receivable:{one}" for one in rows.values_list("receivable_id", flat=True)],
        outcome=treatment.value,
        now=now,
        actor_id=actor_id,
    )


def _suspend_mandates(mandate_ids: Sequence[int], reason: str) -> None:
    for mandate_id in set(mandate_ids):
        try:
            with db.savepoint():
                parties.suspend_mandate(mandate_id=mandate_id, reason=reason[:200])
        except (parties.MandateMove, parties.NoSuchMandate):
            # Suspended, replaced or stopped already: that is what was wanted.
            continue


@db.transaction_required
def hold(*, receivable_id: int, reason: str, now: datetime, actor_id: int) -> None:
    """
    Keep a debt out of debits.

    :raises AlreadyHeld: if it is
    """
    held = AlreadyHeld(_("This debt is on hold already."))
    with refine_integrity_error([(Named("hold_one"), held)]), db.savepoint():
        Hold.objects.create(receivable_id=receivable_id, reason=reason[:300], set_by_id=actor_id, set_at=now)
    _deed(receivable_id, f"put on hold: {reason}", now=now, actor_id=actor_id)


@db.transaction_required
def lift_hold(*, receivable_id: int, now: datetime, actor_id: int) -> None:
    """Let a debt be collected again; a failed debit that was held is asked for with the next cycle."""
    Hold.objects.filter(receivable_id=receivable_id, lifted_at__isnull=True).update(
        lifted_at=now, lifted_by_id=actor_id
    )
    FailedDebit.objects.filter(receivable_id=receivable_id, treatment=values.Treatment.HOLD.value).update(
        treatment=values.Treatment.AGAIN.value, decided_by_id=actor_id, decided_at=now
    )
    _deed(receivable_id, "lifted the hold", now=now, actor_id=actor_id)


def _deed(receivable_id: int, what: str, *, now: datetime, actor_id: int) -> None:
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=what,
        at=now,
        subject=f"collection.receivable:{receivable_id}",
        actor_id=actor_id,
    )
