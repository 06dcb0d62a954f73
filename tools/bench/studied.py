"""
A portfolio study as the worker runs it: the book read from the database, priced twice, added up, its parts kept.

The first question over a book reads all of it; the next ones take what was kept of it, as long as nobody changes it. Beside the clock stand processor seconds of the process and of the database: a page of a person's question waits for all of
it, not for the pricing alone.
"""

from django.core.management import call_command
from django.db import connection

from tomoshibi.billing import jobs, queries, values
from tomoshibi.billing import operations as billing
from tomoshibi.billing.scenario import Scenario
from tomoshibi.storage import db, kept
from tomoshibi.worker import operations as worker
from tools.bench import book, month
from tools.bench.kernel import Say
from tools.bench.watch import Watch, forget_peak, peak_gb

BOOKS = {"tiered": (book.REGULATED, 100_000, 12), "time of use, from half-hours": (book.TIME_OF_USE, 40_000, 3)}
"""Households, how many of them, and the months that a question is put to: one, and all of these."""
QUESTIONS = {"first question": (10_000,), "next question": (20_000, 21_000, 22_000, 23_000, 24_000)}
"""One per cent dearer, or two: every bill is another one. Of several the one in the middle by the clock is shown."""


def measure(*, say: Say) -> None:
    """The whole job over a book of each kind."""
    call_command("migrate", verbosity=0, interactive=False)
    month.prepare()
    for seed, (households, count, months) in enumerate(BOOKS.values()):
        book.fill(count, seed=seed, now=month.NOW, say=lambda _text: None, households=households, months=months)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for name, (households, _count, together) in BOOKS.items():
        _study(households, price_change_ppm=30_000)  # what is compiled at the first use is not the study's
        for months in (1, together):
            kept.forget()
            for question, changes in QUESTIONS.items():
                forget_peak()
                asked = [_study(households, price_change_ppm=ppm + months, months=months) for ppm in changes]
                watch, bills = sorted(asked, key=lambda one: sum(one[0].seconds.values()))[len(asked) // 2]
                seconds = sum(watch.seconds.values())
                processor, server = sum(watch.processor.values()), sum(watch.server.values())
                say(
                    f"  whole job, {name}, {months} months, {question}: {bills:,} bills in {seconds:.2f} s"
                    f" {bills / seconds:12,.0f} bills/s {bills / (processor + server):12,.0f} per processor second"
                    f" (process {processor:.2f} s, database {server:.2f} s)   peak {peak_gb():.2f} GB"
                )


def _study(households: book.Households, *, price_change_ppm: int, months: int = 1) -> tuple[Watch, int]:
    """:returns: what the job took, and how many bills it priced (each contract twice)"""
    watch = Watch()
    with watch.stage("whom"), db.transaction():
        study_id = billing.open_study(
            title="bench",
            scenario=Scenario(price_change_ppm=price_change_ppm),
            selection=values.StudySelection(area=households.area),
            months=[book.MONTH.plus(-back) for back in range(months)],
            actor_id=None,
            now=month.NOW,
        )
    with watch.stage("study"):
        jobs.run_study(worker.Progress(None), study_id=study_id)
    with db.transaction():
        found = queries.study(study_id=study_id)
    assert found.result is not None, "the study is done"
    assert not found.result["refused"], found.result["refused"]
    return watch, 2 * found.result["totals"]["bills"]
