"""How fast money goes round: debts are opened, a debit file is written, its result is matched and posted."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from tomoshibi.billing import queries as billing
from tomoshibi.collection import operations as collection
from tomoshibi.collection import queries as collection_queries
from tomoshibi.collection import values
from tomoshibi.documents import queries as documents
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import DebitDates
from tomoshibi.storage import db
from tools.bench.book import MONTH
from tools.bench.watch import Watch

AGENT = "agent_a"
FAILED_SHARE = 0.02
RECORD, CRLF = 120, 2
RESULT = 111
"""Where the result code stands in a data record of the layout, counted from nought."""


def measure(*, run_id: int, people: dict[str, int], now: datetime, say: Callable[[str], None]) -> dict[str, float]:
    """
    Open the debts of an issued run, ask the agent for them, and take in a result in which a few failed.

    :returns: rows per second of each step
    """
    watch = Watch()
    with watch.stage("debts opened"), db.transaction():
        issued = billing.issued_frame(run_id=run_id).select(list(values.ISSUED_SCHEMA))
        collection.open_receivables(issued=issued, now=now, today=now.date(), run=f"bench:{run_id}")
    dates = _next_debit(now)
    with watch.stage("debit file written"), db.transaction():
        prepared = collection.prepare_batch(
            agent=AGENT,
            month=dates.month,
            cycle_day=dates.cycle_day,
            now=now,
            today=now.date(),
            actor_id=people["first"],
        )
    with watch.stage("batch released"), db.transaction():
        collection.release_batch(batch_id=prepared.batch_id, now=now, today=now.date(), actor_id=people["second"])
        collection.mark_sent(batch_id=prepared.batch_id, remote_name="bench", now=now)
    batch = collection_queries.batch(batch_id=prepared.batch_id)
    content = _answered(documents.content(file_id=batch.file_id))
    later = now + timedelta(days=(dates.result_on - now.date()).days)
    with watch.stage("result matched and posted"), db.transaction():
        outcome = collection.import_result(
            agent=AGENT, name="bench.txt", content=content, now=later, today=later.date()
        )
    assert outcome.paid + outcome.failed == prepared.rows, outcome
    rates = {name: prepared.rows / seconds for name, seconds in watch.seconds.items()}
    for name, seconds in watch.seconds.items():
        say(f"{name:<28} {seconds:8.1f} s {rates[name]:12,.0f} rows/s         {watch.worked(name)}")
    say(f"{prepared.rows:,} debits, {outcome.paid:,} paid, {outcome.failed:,} failed")
    return rates


def _next_debit(now: datetime) -> DebitDates:
    for later in range(4):
        dates = masters.debit_schedule(agent=AGENT, month=MONTH.plus(later))
        if dates.file_due_on >= now.date():
            return dates
    raise LookupError("no debit day of the agent is ahead")


def _answered(request: bytes) -> bytes:
    """
    The result that an agent would send: the request's records, a code in each, and the sums at the end.

    Written with numpy, so that making the file takes no part in what is measured.
    """
    records = np.frombuffer(request, dtype=np.uint8).reshape(-1, RECORD + CRLF).copy()
    debits = records[:, 0] == ord("2")
    failed = debits & (np.random.default_rng(1).random(len(records)) < FAILED_SHARE)
    records[debits, RESULT], records[failed, RESULT] = ord("0"), ord("1")
    amounts = (records[:, 80:90].astype(np.int64) - ord("0")) @ 10 ** np.arange(9, -1, -1, dtype=np.int64)
    first = 0
    for end in np.flatnonzero(records[:, 0] == ord("8")):  # a file may hold several requests
        mine = slice(first, int(end))
        sums = [(one[mine].sum(), amounts[mine][one[mine]].sum()) for one in (debits & ~failed, failed)]
        text = "".join(f"{count:06d}{amount:012d}" for count, amount in sums)
        records[end, 19 : 19 + len(text)] = np.frombuffer(text.encode(), dtype=np.uint8)
        first = int(end) + 1
    return records.tobytes()
