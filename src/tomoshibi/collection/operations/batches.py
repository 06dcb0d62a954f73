"""Direct debits are asked for: prepared by one person, released by another, sent once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.collection import profiles, queries, values
from tomoshibi.collection.models import AsideDebit, DebitBatch, DebitClaim
from tomoshibi.documents import operations as documents
from tomoshibi.gateways import zengin
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import DebitAgent, DebitDates
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import DEBITABLE_MANDATES, PaymentMethod
from tomoshibi.storage import bulk, db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

_LARGEST_MINOR = 9_999_999_999
"""Ten digits in the layout."""
NO_MANDATE, SUSPENDED, BAD_NAME, TOO_LARGE = "no_mandate", "suspended", "bad_name", "too_large"


class TooLate(ValueError):
    """The agent takes no file for this debit any more."""


class NothingToCollect(ValueError):
    """No debt can be asked for with this debit."""


class AlreadyRequested(ValueError):
    """A debt stands in another request whose result is not known, or the debit has an unsent batch."""


class WrongBatchState(ValueError):
    """The batch is not in a state that allows this."""


class BatchOutdated(ValueError):
    """Debts of the batch changed after it was prepared."""


@db.transaction_required
def prepare_batch(
    *,
    agent: str,
    month: Month,
    cycle_day: int | None = None,
    now: datetime,
    today: date,
    actor_id: int | None,
) -> values.PrepareOutcome:
    """
    Ask for every debt that the agent can collect on a debit day: rows and file, not sent yet.

    Debts without a usable mandate, or whose holder's name no bank file can carry, are set aside with the reason.

    :raises TooLate: after the agent's deadline for this debit
    :raises NothingToCollect: if no debt is left for it
    :raises AlreadyRequested: if an unsent batch of this debit exists, or a debt was asked for meanwhile
    :raises profiles.AgentNotReady: if the agent's contract data is not complete
    """
    dates = masters.debit_schedule(agent=agent, month=month, cycle_day=cycle_day)
    if today > dates.file_due_on:
        raise TooLate(
            _("The file for the debit of %(day)s was due on %(due)s.")
            % {"day": dates.debit_on, "due": dates.file_due_on}
        )
    contract = masters.debit_agent(agent, on=dates.debit_on)
    how = profiles.file_of(contract)
    rows, aside = _candidates(agent, dates, how.profile, today)
    if rows.is_empty():
        raise NothingToCollect(_("No debt can be collected with the debit of %(day)s.") % {"day": dates.debit_on})
    batch = _new_batch(contract, dates, now=now, actor_id=actor_id)
    asked = _numbered(batch, rows, how)
    with ThreadPoolExecutor(max_workers=1) as beside:  # the file is made while the database takes the rows
        encoding = beside.submit(_encode, asked, dates, contract, how.profile)
        _write_rows(asked)
    content = encoding.result()
    _write_aside(batch, aside, now=now)
    stored = documents.store(
        name=f"debit-{agent}-{dates.debit_on:%Y%m%d}-{batch.id}.txt",
        content=content,
        kind="collection.debit_request",
        now=now,
        actor_id=actor_id,
    )
    batch.row_count, batch.total_minor, batch.aside_count = rows.height, int(rows["open_minor"].sum()), aside.height
    batch.file_id, batch.sha256 = stored.id, stored.sha256
    batch.save()
    _deed(batch, f"prepared {rows.height} debits of {batch.total_minor}", now=now, actor_id=actor_id)
    return values.PrepareOutcome(batch_id=batch.id, rows=rows.height, total_minor=batch.total_minor, aside=aside.height)


def _candidates(
    agent: str, dates: DebitDates, profile: zengin.Profile, today: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Debts with their mandates, and the ones set aside with ``reason`` and ``detail``."""
    due = queries.due_frame(issued_until=today)
    ids = due["account_id"].unique()
    how = ["account_id", "payment_method"]
    accounts = parties.billing_accounts_frame(account_ids=ids, on=dates.debit_on, columns=how)
    debit = accounts.filter(pl.col("payment_method") == PaymentMethod.DIRECT_DEBIT.value).select("account_id")
    mandates = parties.mandates_frame(on=dates.debit_on, account_ids=debit["account_id"])
    joined = due.join(debit, on="account_id", how="semi", maintain_order="left").join(
        mandates, on="account_id", how="left", maintain_order="left"
    )
    # Debts of another agent's mandate belong to that agent's batch.
    joined = joined.filter(pl.col("agent").is_null() | (pl.col("agent") == agent))
    usable = [state.value for state in DEBITABLE_MANDATES]
    refused = _unmappable(joined["holder_kana"], profile)
    judged = joined.with_columns(
        reason=pl.when(pl.col("mandate_id").is_null())
        .then(pl.lit(NO_MANDATE))
        .when(~pl.col("state").is_in(usable))
        .then(pl.lit(SUSPENDED))
        .when(pl.col("holder_kana").is_in(list(refused)))
        .then(pl.lit(BAD_NAME))
        .when(pl.col("open_minor") > _LARGEST_MINOR)
        .then(pl.lit(TOO_LARGE)),
        detail=pl.col("holder_kana").replace_strict(refused, default="", return_dtype=pl.String),
    )
    return judged.filter(pl.col("reason").is_null()), judged.filter(pl.col("reason").is_not_null())


def _unmappable(names: pl.Series, profile: zengin.Profile) -> dict[str, str]:
    """Holder names that the layout cannot carry, with the character that is in the way."""
    refused = {}
    for name in names.drop_nulls().unique().to_list():
        try:
            zengin.normalized(
                name,
                characters=zengin.Characters.PARTY,
                extra=profile.extra_name_characters,
                substitutions=profile.substitutions,
            )
        except zengin.Unmappable as wrong:
            refused[name] = wrong.character
    return refused


def _new_batch(contract: DebitAgent, dates: DebitDates, *, now: datetime, actor_id: int | None) -> DebitBatch:
    one_unsent = AlreadyRequested(
        _("An unsent batch for the debit of %(day)s exists: release or cancel it first.") % {"day": dates.debit_on}
    )
    with refine_integrity_error([(Named("debit_batch_one_unsent"), one_unsent)]), db.savepoint():
        return DebitBatch.objects.create(
            agent=dates.agent,
            consignor_code=contract.consignor_code,
            month=dates.month.number,
            cycle_day=dates.cycle_day,
            debit_on=dates.debit_on,
            file_due_on=dates.file_due_on,
            result_on=dates.result_on,
            settle_on=dates.settle_on,
            prepared_by_id=actor_id,
            prepared_at=now,
        )


def _numbered(batch: DebitBatch, rows: pl.DataFrame, how: profiles.AgentFile) -> pl.DataFrame:
    """Debts as rows of the table of debits."""
    numbered = rows.with_columns(bulk.allocate_ids("collection_debitrow", rows.height))
    return numbered.select(
        "id", "receivable_id", "account_id", "customer_id", "mandate_id", "bank_code", "branch_code", "account_kind",
        "account_number", "holder_kana", "new_code",
        amount_minor="open_minor",
        batch_id=pl.lit(batch.id),
        customer_number=how.customer_numbers(numbered),
    )  # fmt: skip


def _write_rows(asked: pl.DataFrame) -> None:
    claimed = AlreadyRequested(_("Another request took some of these debts meanwhile; prepare again."))
    with refine_integrity_error([(Named("collection_debitclaim_pkey"), claimed)]):
        bulk.copy_in("collection_debitrow", asked)


def _write_aside(batch: DebitBatch, aside: pl.DataFrame, *, now: datetime) -> None:
    rows = aside.select(
        "receivable_id", "account_id", "reason", "detail", batch_id=pl.lit(batch.id), amount_minor="open_minor"
    )
    bulk.copy_in("collection_asidedebit", rows)
    texts = {
        NO_MANDATE: _("%(count)s debts of direct-debit customers have no mandate"),
        SUSPENDED: _("%(count)s debts have a suspended mandate"),
        BAD_NAME: _("%(count)s account holder names cannot stand in a bank file"),
        TOO_LARGE: _("%(count)s debts are larger than a bank file can carry"),
    }
    items = [
        {
            "procedure": values.PROCEDURE,
            "kind": f"collection.aside_{reason}",
            "subject": f"collection.batch:{batch.id}",
            "title": texts[reason] % {"count": count},
            "detail": _("Debit of %(day)s") % {"day": batch.debit_on},
            "due_at": now,
            "role": "collection",
            "url": f"/collection/batches/{batch.id}/aside/",
        }
        for reason, count in rows["reason"].value_counts().iter_rows()
    ]
    if items:
        worklist.open_items(items=items, now=now)


def _encode(asked: pl.DataFrame, dates: DebitDates, contract: DebitAgent, profile: zengin.Profile) -> bytes:
    """The file of a batch's rows."""
    rows = asked.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("bank_name", "branch_name"))
    header = zengin.DebitHeader(
        consignor_code=contract.consignor_code,
        consignor_name=contract.consignor_kana,
        debit_on=dates.debit_on,
        bank_code=contract.bank_code,
        branch_code=contract.branch_code,
        account_kind=contract.account_kind,
        account_number=contract.account_number,
        bank_name=contract.bank_kana,
        branch_name=contract.branch_kana,
    )
    return zengin.encode_debits(header, rows.select(list(zengin.DEBIT_ROWS)), profile=profile)


@db.transaction_required
def release_batch(*, batch_id: int, now: datetime, today: date, actor_id: int) -> int:
    """
    Release a batch as the second person; it is sent by a job from here on.

    :returns: the job's id
    :raises WrongBatchState: if it is not prepared
    :raises TooLate: after the agent's deadline
    :raises BatchOutdated: if a debt of it was paid or changed since
    :raises identity.SamePerson: if the person prepared it
    """
    batch = _in_state(batch_id, values.BatchState.PREPARED)
    identity.require_second_person(first_id=batch.prepared_by_id, second_id=actor_id)
    if today > batch.file_due_on:
        raise TooLate(
            _("The file for the debit of %(day)s was due on %(due)s.")
            % {"day": batch.debit_on, "due": batch.file_due_on}
        )
    changed = _changed(batch_id)
    if changed:
        raise BatchOutdated(
            _("%(count)s debts of it were paid or changed since: cancel it and prepare again.") % {"count": changed}
        )
    batch.state, batch.released_by_id, batch.released_at = values.BatchState.RELEASED.value, actor_id, now
    batch.save()
    _deed(batch, f"released {batch.row_count} debits of {batch.total_minor}", now=now, actor_id=actor_id)
    return worker.enqueue(
        values.SEND_JOB, {"batch_id": batch.id}, requested_by_id=actor_id, lock=f"collection.batch:{batch.id}"
    )


def _changed(batch_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM collection_debitrow d LEFT JOIN collection_openitem o USING (receivable_id)"
            " WHERE d.batch_id = %s AND o.open_minor IS DISTINCT FROM d.amount_minor",
            [batch_id],
        )
        return int(cursor.fetchone()[0])


@db.transaction_required
def cancel_batch(*, batch_id: int, reason: str, now: datetime, actor_id: int) -> None:
    """
    Drop a batch that was not sent; its debts can be asked for again.

    :raises WrongBatchState: if it was sent
    """
    batch = _in_state(batch_id, values.BatchState.PREPARED, values.BatchState.RELEASED)
    DebitClaim.objects.filter(batch_id=batch_id).delete()
    AsideDebit.objects.filter(batch_id=batch_id).delete()
    batch.state = values.BatchState.CANCELLED.value
    batch.save()
    for kind in (NO_MANDATE, SUSPENDED, BAD_NAME, TOO_LARGE):
        worklist.close_about(
            kind=f"collection.aside_{kind}", subjects=[f"collection.batch:{batch_id}"], outcome="cancelled", now=now
        )
    _deed(batch, f"cancelled: {reason}", now=now, actor_id=actor_id)


@db.transaction_required
def mark_sent(*, batch_id: int, remote_name: str, now: datetime, actor_id: int | None = None) -> None:
    """
    Record that the agent has the file.

    :raises WrongBatchState: if it was not released
    """
    batch = _in_state(batch_id, values.BatchState.RELEASED)
    batch.state, batch.remote_name, batch.sent_at = values.BatchState.SENT.value, remote_name, now
    batch.save()
    _deed(batch, f"sent as {remote_name}", now=now, actor_id=actor_id)


def _in_state(batch_id: int, *states: values.BatchState) -> DebitBatch:
    batch = DebitBatch.objects.select_for_update().get(id=batch_id)
    if batch.state not in states:
        raise WrongBatchState(_("This batch is %(state)s.") % {"state": batch.state})
    return batch


def _deed(batch: DebitBatch, what: str, *, now: datetime, actor_id: int | None) -> None:
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"direct debit {batch.agent} {batch.debit_on}: {what}",
        at=now,
        subject=f"collection.batch:{batch.id}",
        actor_id=actor_id,
        run=f"collection.batch:{batch.id}",
    )
