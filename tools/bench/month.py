"""The bill run, measured stage by stage against a bare COPY of the rows that it wrote."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO
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
from tools.bench import book, money, statements
from tools.bench.watch import Watch, forget_peak, peak_gb

NOW = datetime(2026, 10, 20, 9, 0, tzinfo=ZoneInfo(settings.TIME_ZONE))
COPIED = ("billing_bill", "billing_line", "billing_invoice", "ledger_entry", "ledger_leg")
"""All that the run writes by the row."""
COMPANY = {
    "name": "灯火でんき株式会社", "name_kana": "トモシビデンキ", "country": "JP", "currency": "JPY", "language": "ja",
    "registration_number": "T1234567890123", "postal_code": "1050011", "address": "東京都港区芝公園1-1", "phone": "0300000000",
    "mail": "info@example.jp", "bank_code": "0001", "branch_code": "001", "bank_name": "みずほ", "branch_name": "東京営業部",
    "account_kind": "普通", "account_number": "0000001", "account_holder_kana": "ﾄﾓｼﾋﾞﾃﾞﾝｷ(ｶ", "valid_from": "2016-04-01",
}  # fmt: skip
AGENT = {
    "code": "agent_a", "name": "agent", "consignor_code": "9900000001", "consignor_kana": "ﾄﾓｼﾋﾞﾃﾞﾝｷ(ｶ", "bank_code": "0001",
    "bank_kana": "ﾐｽﾞﾎ", "branch_code": "001", "branch_kana": "ﾄｳｷﾖｳ", "account_kind": "1", "account_number": "0000001",
    "fee_yen": "66", "file_profile": '{"separator": "crlf"}', "valid_from": "2016-04-01",
}  # fmt: skip


def prepare() -> dict[str, int]:
    """A fresh schema, masters, plans and two people."""
    call_command("migrate", verbosity=0, interactive=False)
    with db.transaction():
        masters.load_shipped(on=NOW.date(), with_banks=False, invented=True)
        masters.put_rows(master="company", rows=[COMPANY])
        masters.put_rows(master="debit_agents", rows=[AGENT])
        tariffs.install_shipped(now=NOW)
        worker.set_clock(now=NOW)
        return {
            name: identity.add_person(
                username=name, name=name, mail=f"{name}@example.jp", password="x", administrator=True
            )
            for name in ("first", "second")
        }


@dataclass(frozen=True)
class Size:
    """What one size of the book came to, for the growth curve."""

    contracts: int
    bills_per_second: float
    share_of_copy: float
    share_by_processor: float
    debit_rows: float
    result_rows: float
    statements: float
    peak_gb: float


def bench(contracts: int, *, seed: int, out: IO[str]) -> Size:
    """Generate a book, run a month over it, and say how fast each step was."""

    def say(text: str) -> None:
        print(f"    {text}", file=out, flush=True)

    print(f"\n{contracts:,} contracts", file=out)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    people = prepare()
    book.fill(contracts, seed=seed, now=NOW, say=say)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    forget_peak()
    watch, bare = Watch(), Watch()
    run_id = _run(people, watch)
    _bare_copy(bare)
    speed, share, by_processor = _print(contracts, watch, bare, run_id, out)
    rates = money.measure(run_id=run_id, people=people, now=NOW, say=say)
    set_per_second = statements.measure(run_id=run_id, now=NOW, say=say)
    say(f"peak memory of the worker {peak_gb():.1f} GB; load of the machine {os.getloadavg()[0]:.1f}")
    written, matched = rates["debit file written"], rates["result matched and posted"]
    return Size(contracts, speed, share, by_processor, written, matched, set_per_second, peak_gb())


def curve(sizes: Sequence[Size], *, out: IO[str]) -> None:
    """One row per size: rates that stay and memory that does not grow with the book mean linear growth."""
    names = ("contracts", "bills/s", "of COPY", "by proc.", "debit rows/s", "result rows/s", "statements/s", "peak GB")
    print("\ngrowth   " + "".join(f"{name:>15}" for name in names), file=out)
    for size in sizes:
        row = (f"{size.contracts:,}", f"{size.bills_per_second:,.0f}", f"{size.share_of_copy:.2f}",
               f"{size.share_by_processor:.2f}", f"{size.debit_rows:,.0f}", f"{size.result_rows:,.0f}",
               f"{size.statements:,.0f}", f"{size.peak_gb:.1f}")  # fmt: skip
        print("         " + "".join(f"{text:>15}" for text in row), file=out, flush=True)


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


def _bare_copy(watch: Watch) -> None:
    """COPY the same rows into tables with the same keys and nothing else around them: no trigger, no check, no reading."""
    for table in COPIED:
        with tempfile.TemporaryFile() as rows:
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
                for block in copy:
                    rows.write(block)
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES INCLUDING DEFAULTS)")
            rows.seek(0)
            with (
                watch.stage(f"bare COPY {table}"),
                db.transaction(),
                connection.cursor() as cursor,
                cursor.copy(f"COPY bare_{table} FROM STDIN") as copy,
            ):
                while block := rows.read(1 << 20):
                    copy.write(block)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE bare_{table}")


def _print(contracts: int, watch: Watch, bare: Watch, run_id: int, out: IO[str]) -> tuple[float, float, float]:
    """:returns: bills per second of the full run, and how near it comes to bare COPY by the clock and by processor time"""
    run = billing_queries.run(run_id=run_id)

    def line(name: str, seconds: float, share: str = "", worked: str = "") -> None:
        rate = run.bill_count / seconds
        print(f"    {name:<28} {seconds:8.1f} s {rate:12,.0f} bills/s {share:>6} {worked}", file=out, flush=True)

    totals = []
    for found, title in ((watch, "full run"), (bare, "bare COPY of the same rows")):
        whole = sum(found.seconds.values())
        for name, seconds in found.seconds.items():
            line(name, seconds, f"{seconds / whole:.0%}", found.worked(name))
        line(title, whole)
        totals.append((whole, sum(found.processor.values()) + sum(found.server.values())))
    (whole, worked), (copied, copying) = totals
    print(
        f"    the full run reaches {copied / whole:.2f} of bare COPY ({copying / worked:.2f} by processor time); "
        f"peak memory of the worker {peak_gb():.1f} GB; {run.bill_count:,} bills, {run.aside_count:,} set aside",
        file=out,
    )
    assert run.bill_count + run.aside_count == contracts, "every contract is billed or set aside"
    return run.bill_count / whole, copied / whole, copying / worked
