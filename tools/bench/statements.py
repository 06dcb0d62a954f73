"""How fast statements are typeset in bulk: data, layout and PDF, as for the printer."""

from collections.abc import Callable
from datetime import datetime

from tomoshibi.billing import jobs
from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as billing_queries
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tools.bench.watch import Watch


def measure(*, run_id: int, now: datetime, say: Callable[[str], None]) -> float:
    """
    The job that makes the printer's files; its first part brings code and fonts into memory and is not counted.

    :returns: statements per processor second
    """
    watch = Watch()
    with db.transaction():
        batch_id = billing.begin_batch(run_id=run_id, actor_id=None, now=now)
    with db.transaction():
        billing.print_next_part(batch_id=batch_id, today=now.date(), now=now)
    with watch.stage("statements"):
        jobs.make_statements(worker.Progress(None), run_id=run_id)
    made = billing_queries.to_print(run_id=run_id).height - billing.PART_SIZE
    seconds, processor = watch.seconds["statements"], watch.processor["statements"]
    say(f"statements: {made:,} in {seconds:.1f} s, {made / seconds:,.0f} per s, {made / processor:,.0f} per s and core")
    return made / processor
