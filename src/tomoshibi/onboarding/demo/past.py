"""The billed months, made by the real paths: runs, issue, debits at the agent, transfers, and what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as billing_queries
from tomoshibi.billing import values as billing_values
from tomoshibi.collection import operations as collection
from tomoshibi.collection import queries as collection_queries
from tomoshibi.collection import values as collection_values
from tomoshibi.identity import queries as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.onboarding.demo import outside, portfolio, story
from tomoshibi.parties import queries as parties
from tomoshibi.parties import values as party_values
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

PAID_SHARES = {Month(2026, 7): 1.0, Month(2026, 8): 0.95, Month(2026, 9): 0.7}
"""How many of those who pay by transfer have paid by the demo's day."""
DOUBLE_PAYERS, STRANGERS = 2, 2


class JobsFailed(RuntimeError):
    """A job of the demo's past did not come through."""


def actor(username: str) -> int:
    found = identity.user_id_of(username=username)
    assert found is not None, f"{username} was employed before"
    return found


@contextmanager
def on(moment: datetime) -> Iterator[None]:
    """The demo's clock stands at a moment of the past; jobs that were started there are done when the block ends."""
    with db.transaction():
        worker.set_clock(now=moment)
    yield
    worker.run_waiting()


def bill(month: Month) -> str:
    """One regular run over everything: rated, examined by one clerk, confirmed by another, issued, printed."""
    now = story.at_nine(story.BILLED_ON[month])
    clerk, second = actor("yamada"), actor("sato")
    with on(now), db.transaction():
        run = billing.open_run(month=month, selection=billing_values.Selection(), actor_id=clerk, now=now)
        if run.state is billing_values.RunState.DRAFTED:
            worker.enqueue("billing.rate_run", {"run_id": run.id, "actor_id": clerk}, requested_by_id=clerk)
    run = billing_queries.run(run_id=run.id)
    if run.state is billing_values.RunState.CHECKED:
        with db.transaction():
            _decide_findings(run.id, clerk=clerk, now=now)
            billing.finish_examination(run_id=run.id, actor_id=clerk, now=now)
        with db.transaction():
            billing.confirm(run_id=run.id, actor_id=second, now=now)
    with on(now + timedelta(hours=2)), db.transaction():
        worker.enqueue("billing.issue_run", {"run_id": run.id, "actor_id": clerk}, requested_by_id=clerk)
    run = billing_queries.run(run_id=run.id)
    if run.state is not billing_values.RunState.ISSUED:
        raise JobsFailed(f"the run of {month} is {run.state}; see the page of jobs")
    with on(now + timedelta(hours=3)), db.transaction():
        worker.enqueue("billing.make_statements", {"run_id": run.id, "actor_id": clerk}, requested_by_id=clerk)
    return f"run {run.id}: {run.bill_count:,} bills, {run.total_minor:,} yen"


def _decide_findings(run_id: int, *, clerk: int, now: datetime) -> None:
    """The clerk of the past looked at everything that blocks and let it go."""
    blocking = billing_queries.exceptions(
        run_id=run_id, severity=billing_values.Severity.BLOCKING.value, undecided=True, limit=100_000
    )
    contracts = sorted({row["contract_id"] for row in blocking if row["bill_id"]})
    if contracts:
        billing.release(run_id=run_id, contract_ids=contracts, reason="移行時に確認済み", actor_id=clerk, now=now)


def debit(month: Month) -> str:
    """The month's direct debit: a file to the agent, its results back, its settlement; failures decided but the last."""
    dates = masters.debit_schedule(agent=portfolio.AGENT, month=month.plus(1))
    clerk, lead = actor("ito"), actor("kato")
    ready = story.at_nine(dates.file_due_on)
    with outside.agent_at_work():
        with on(ready), db.transaction():
            batch_id = (
                _open_batch(month)
                or collection.prepare_batch(
                    agent=portfolio.AGENT, month=month.plus(1), now=ready, today=dates.file_due_on, actor_id=clerk
                ).batch_id
            )
            batch = collection_queries.batch(batch_id=batch_id)
            if batch is not None and batch.state == collection_values.BatchState.PREPARED:
                collection.release_batch(batch_id=batch_id, now=ready, today=dates.file_due_on, actor_id=lead)
        if month == story.BILLED[-1]:
            _pay_meanwhile(batch_id, on_day=dates.debit_on)
        with on(story.at_nine(dates.result_on)), db.transaction():
            worker.enqueue(collection_values.FETCH_JOB, {"agent": portfolio.AGENT})
    figures = collection_queries.batch_figures(batch_id=batch_id)
    _settle(batch_id, dates.settle_on, clerk=clerk)
    if month != story.BILLED[-1]:
        _decide_failures(batch_id, on_day=dates.result_on, lead=lead)
    return f"batch {batch_id}: {figures.rows:,} debits, {figures.paid:,} paid, {figures.failed} failed"


def _pay_meanwhile(batch_id: int, *, on_day: date) -> None:
    """Some pay by transfer what the bank is just drawing: the debit comes through too, and they have paid twice."""
    asked = collection_queries.debit_row_rows(batch_id=batch_id).order_by("id")
    for row in asked.values("account_id", "amount_minor", "holder_kana")[:DOUBLE_PAYERS]:
        _receive(on_day, row["amount_minor"], row["holder_kana"], account_id=row["account_id"], note="口座振替と重複")


def _open_batch(month: Month) -> int | None:
    """The batch of a load that was interrupted."""
    number = month.plus(1).number
    usable = [
        b for b in collection_queries.batches(agent=portfolio.AGENT)
        if b.month == number and b.state not in {"cancelled", "rejected"}
    ]  # fmt: skip
    return usable[0].id if usable else None


def _settle(batch_id: int, settled_on: date | None, *, clerk: int) -> None:
    if settled_on is None or settled_on > story.NOW.date() or collection_queries.settlement_of(batch_id=batch_id):
        return
    fee = collection_queries.collected_count(batch_id=batch_id) * 60
    with db.transaction():
        collection.settle(
            batch_id=batch_id,
            settled_on=settled_on,
            fee_minor=fee,
            fee_tax_minor=fee // 10,
            now=story.at_nine(settled_on),
            actor_id=clerk,
        )


def _decide_failures(batch_id: int, *, on_day: date, lead: int) -> None:
    """Not enough money: again with the next cycle. Everything else: a payment letter."""
    now = story.at_nine(on_day + timedelta(days=1))
    failed = collection_queries.failed_rows().filter(batch_id=batch_id, treatment="ask")
    for code, treatment in (("1", collection_values.Treatment.AGAIN), ("", collection_values.Treatment.LETTER)):
        rows = failed.filter(code=code) if code else failed.exclude(code="1")
        ids = list(rows.values_list("debit_row_id", flat=True))
        if ids:
            with db.transaction():
                collection.decide(
                    debit_row_ids=ids, treatment=treatment, reason="", now=now, today=now.date(), actor_id=lead
                )


def transfers(month: Month) -> str:
    """Money that arrived on the bank account for a month, most of it in time."""
    day = min(story.BILLED_ON[month] + timedelta(days=20), story.NOW.date() - timedelta(days=2))
    accounts = parties.billing_accounts_frame(on=day).filter(payment_method=party_values.PaymentMethod.TRANSFER.value)
    owed = collection_queries.open_frame(account_ids=accounts["account_id"].to_list())
    sums = owed.group_by("account_id", maintain_order=True).agg(pl.col("open_minor").sum())
    rng = np.random.default_rng([story.SEED, month.number, 1])
    names = dict(accounts.select("account_id", "kana").iter_rows())
    count = 0
    for account_id, amount in sums.iter_rows():
        if amount > 0 and rng.random() < PAID_SHARES[month]:
            _receive(day - timedelta(days=int(rng.integers(0, 9))), amount, names[account_id], account_id=account_id)
            count += 1
    return f"{count} transfers"


def _receive(day: date, amount: int, payer: str, *, account_id: int | None, note: str = "") -> None:
    with db.transaction():
        collection.enter_receipt(
            received_on=day,
            amount_minor=amount,
            payer_name=payer,
            account_id=account_id,
            now=story.at_nine(day),
            actor_id=actor("ito"),
            note=note,
        )


def surprises() -> str:
    """Money from people nobody knows."""
    day = story.NOW.date() - timedelta(days=5)
    for number in range(STRANGERS):
        _receive(day, 5_000 + 321 * number, "ﾅﾅｼ ｺﾞﾝﾍﾞｴ", account_id=None)
    return f"{STRANGERS} unknown receipts"
