"""How fast statements are typeset in bulk: data, layout and PDF, as for the printer."""

from collections.abc import Callable
from datetime import datetime

from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as billing_queries
from tomoshibi.storage import db
from tools.bench.watch import Watch

PARTS = 4


def measure(*, run_id: int, now: datetime, say: Callable[[str], None]) -> float:
    """
    Four PDFs for the printer; the first brings the fonts into memory and is not counted.

    :returns: statements per processor second
    """
    watch = Watch()
    with db.transaction():
        batch_id = billing.begin_batch(run_id=run_id, actor_id=None, now=now)
    for part in range(PARTS):
        with watch.stage(f"part {part}"), db.transaction():
            billing.print_next_part(batch_id=batch_id, today=now.date(), now=now)
    made = min(billing_queries.to_print(run_id=run_id).height, billing.PART_SIZE * PARTS) - billing.PART_SIZE
    seconds, processor = (sum(list(found.values())[1:]) for found in (watch.seconds, watch.processor))
    say(f"statements: {made:,} in {seconds:.1f} s, {made / seconds:,.0f} per s, {made / processor:,.0f} per s and core")
    return made / processor
