"""The bill run, measured stage by stage against a bare COPY of the rows that it wrote."""

import io
import resource
import time
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from tomoshibi.billing import jobs
from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as billing_queries
from tomoshibi.billing import values as billing_values
from tomoshibi.identity import operations as identity
from tomoshibi.masters import operations as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as worker
from tools.bench import book

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=ZoneInfo(settings.TIME_ZONE))
COPIED = ("billing_bill", "billing_line")


class Watch:
    """Seconds per stage, in the order they ran."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Any:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def prepare() -> dict[str, int]:
    """A fresh schema, masters, plans and two people."""
    call_command("migrate", verbosity=0, interactive=False)
    with db.transaction():
        masters.load_shipped(on=NOW.date(), with_banks=False, invented=True)
        tariffs.install_shipped(now=NOW)
        worker.set_clock(now=NOW)
        return {
            name: identity.add_person(
                username=name, name=name, mail=f"{name}@example.jp", password="x", administrator=True
            )
            for name in ("first", "second")
        }


def bench(contracts: int, *, seed: int, out: IO[str]) -> None:
    def say(text: str) -> None:
        print(f"    {text}", file=out, flush=True)

    print(f"\n{contracts:,} contracts", file=out)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    people = prepare()
    book.fill(contracts, seed=seed, now=NOW, say=say)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    watch = Watch()
    run_id = _run(people, watch)
    bare = _bare_copy(watch)
    _print(contracts, watch, bare, run_id, out)


def _run(people: dict[str, int], watch: Watch) -> int:
    silent = worker.Progress(None)
    with watch.stage("select"), db.transaction():
        run = billing.open_run(
            month=book.MONTH, selection=billing_values.Selection(), actor_id=people["first"], now=NOW
        )
    with watch.stage("read, rate, check, write"):
        jobs.rate_run(silent, run_id=run.id, actor_id=people["first"])
    with watch.stage("examine, confirm"), db.transaction():
        release_everything(run.id, people["first"])
        billing.finish_examination(run_id=run.id, actor_id=people["first"], now=NOW)
        rated = billing_queries.run(run_id=run.id)
        billing.confirm(
            run_id=run.id, actor_id=people["second"], now=NOW, seen_count=rated.bill_count, seen_total=rated.total_minor
        )
    with watch.stage("issue, post to the ledger"):
        jobs.issue_run(silent, run_id=run.id, actor_id=people["second"])
    return run.id


def release_everything(run_id: int, actor_id: int) -> None:
    blocked = billing_queries.undecided_contracts(run_id=run_id)
    if blocked:
        billing.release(run_id=run_id, contract_ids=blocked, reason="bench", actor_id=actor_id, now=NOW)


def _bare_copy(watch: Watch) -> float:
    """COPY the same bills and lines into tables with the same keys and nothing else around it."""
    seconds = 0.0
    for table in COPIED:
        buffer = io.BytesIO()
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
            for block in copy:
                buffer.write(block)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES INCLUDING DEFAULTS)")
        buffer.seek(0)
        started = time.perf_counter()
        with db.transaction(), connection.cursor() as cursor, cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
            while block := buffer.read(1 << 20):
                copy.write(block)
        seconds += time.perf_counter() - started
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE bare_{table}")
    return seconds


def _print(contracts: int, watch: Watch, bare: float, run_id: int, out: IO[str]) -> None:
    run = billing_queries.run(run_id=run_id)
    whole = sum(watch.seconds.values())
    for name, seconds in watch.seconds.items():
        print(
            f"    {name:<28} {seconds:8.1f} s {run.bill_count / seconds:12,.0f} bills/s {seconds / whole:6.0%}",
            file=out,
        )
    print(f"    {'full run':<28} {whole:8.1f} s {run.bill_count / whole:12,.0f} bills/s", file=out)
    print(f"    {'bare COPY with keys':<28} {bare:8.1f} s {run.bill_count / bare:12,.0f} bills/s", file=out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"    ratio {bare / whole:.2f} of bare COPY; peak memory {peak:.1f} GB; {run.bill_count:,} bills, {run.aside_count:,} set aside",
        file=out,
    )
    assert run.bill_count + run.aside_count == contracts, "every contract is billed or set aside"
