"""
A fleet of points in a database of its own: groups, points, memberships, places and seals, by COPY, past every check.

What is measured on it is asking, not writing: a group's points on any day, its page, the list of groups, the portfolio.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random
from time import perf_counter
from typing import Any

START, TODAY = date(2024, 1, 1), date(2026, 11, 4)
CUSTOMERS, DISTRICTS = 8, 5_000
ASKED = 200


def fill(groups: int, points: int) -> None:
    """
    :param groups: how many; the first customers have the most of them, as everywhere
    :param points: points of each group, the benchmark among them
    """
    import polars as pl
    from django.db import connection

    from tomoshibi.storage import bulk

    customers, kind = _people()
    with connection.cursor() as cursor:
        # Millions of keys looked up when the transaction ends say nothing about asking.
        cursor.execute("SET LOCAL session_replication_role = replica")
    n = pl.int_range(1, groups + 1, eager=True)
    at = pl.int_range(0, groups * points, eager=True)
    code = "31" + at.cast(pl.String).str.zfill(8)
    benchmark = "31" + ((n - 1) * points).cast(pl.String).str.zfill(8)
    bulk.copy_in("supply_district", _numbered("T", DISTRICTS).with_columns(unit=pl.lit("所"), setting=pl.lit("urban")))
    bulk.copy_in(
        "supply_accesspoint",
        _numbered("9", groups * points // 4 + 1).with_columns(district_id=pl.int_range(pl.len()) % DISTRICTS + 1),
    )
    bulk.copy_in(
        "groups_group",
        pl.DataFrame({"id": n, "number": "G" + n.cast(pl.String).str.zfill(8), "benchmark_number": benchmark}).with_columns(
            customer_id=pl.Series([customers[min(int(k), CUSTOMERS - 1)] for k in (n * 7 % 100 / 13).to_list()]),
            unit=pl.format("{}所", n % 12), device_type_id=pl.lit(kind), rated_w=pl.lit(400), state=pl.lit("active"),
            origin=pl.lit("stock"), application_number=pl.lit(""), opened_on=pl.lit(START), final_bill=pl.lit(""),
            name=pl.lit("甲公司"), address=pl.format("新村{}幢", n), search_key=pl.format("甲公司 {} 新村{}幢", pl.Series(benchmark), n),
        ),
    )  # fmt: skip
    bulk.copy_in(
        "groups_point",
        pl.DataFrame({"id": at + 1, "account_number": code}).with_columns(
            name=pl.format("设备{}", at), nearest_number=pl.lit("1702023115"), device_type_id=pl.lit(kind), rated_w=pl.lit(400),
            override_reason=pl.lit(""), origin=pl.lit("stock"), application_number=pl.lit(""), installed_on=pl.lit(START),
            seal_number=pl.lit(""), contract_list=pl.lit("CL-1"),
        ),
    )  # fmt: skip
    joined = pl.select(pl.lit(START) + pl.duration(days=(at * 37) % 900)).to_series()
    first = at % points == 0
    bulk.copy_in(
        "groups_membership",
        pl.DataFrame({"point_id": at + 1, "group_id": at // points + 1}).with_columns(
            role=pl.when(first).then(pl.lit("benchmark")).otherwise(pl.lit("sub")),
            start=pl.when(first).then(pl.lit(START)).otherwise(joined),
            end=pl.when((at % 50 == 49) & ~first).then(pl.lit(date(2026, 9, 1))),
        ),
    )
    bulk.copy_in(
        "groups_placement",
        pl.DataFrame({"point_id": at + 1, "access_point_id": at // 4 + 1, "district_id": at // 4 % DISTRICTS + 1}).with_columns(
            address=pl.format("新村{}幢{}单元", at // 7, at % 7), position=pl.lit("机房"), start=pl.lit(START),
        ),
    )  # fmt: skip
    hung = at.filter(at % 10 != 0)
    bulk.copy_in(
        "fieldwork_seal",
        pl.DataFrame({"number": "S" + hung.cast(pl.String).str.zfill(8), "subject": "groups.point:" + (hung + 1).cast(pl.String)}).with_columns(
            place=pl.lit("9"), placed_at=pl.lit("2024-01-02 09:00+08"), received_at=pl.lit("2024-01-02 09:00+08"),
        ),
    )  # fmt: skip


def _people() -> tuple[list[int], int]:
    import polars as pl

    from tomoshibi.groups import operations
    from tomoshibi.groups.values import Spread
    from tomoshibi.parties import operations as parties

    kind = operations.save_device_type(
        code="EPON",
        name="EPON",
        kind="EPON",
        spread=Spread.CORRIDOR,
        start=START,
        rated_w=(1, 900),
        day_dwh=(0, 90_000),
    )
    names = [f"{letter}公司" for letter in "甲乙丙丁戊己庚辛"]
    made = parties.register_customers(
        pl.DataFrame([{"kind": "company", "name": name, "kana": "GONGSI", "registered_on": START} for name in names])
    )
    return made["customer_id"].to_list(), kind


def _numbered(letter: str, count: int) -> Any:
    import polars as pl

    n = pl.int_range(1, count + 1, eager=True)
    number = letter + n.cast(pl.String).str.zfill(9)
    return pl.DataFrame({"id": n, "number": number, "name": number})


def settle() -> None:
    """Numbers go on behind the fleet's, and what autovacuum would have done by the time anybody asks is done."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in (
            "groups_group", "groups_point", "groups_membership", "groups_placement", "fieldwork_seal", "supply_district",
            "supply_accesspoint",
        ):  # fmt: skip
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute(f"VACUUM ANALYZE {table}")


def tally() -> str:
    """What the worker does after a list and every hour, here for all groups at once."""
    from time import perf_counter

    from django.db import connection

    from tomoshibi.groups import operations
    from tomoshibi.storage import db

    began, counted, more = perf_counter(), 0, 1
    while more:
        with db.transaction():
            more = operations.settle_tallies(today=TODAY)
        counted += more
    taken = perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE groups_tally")
    return f"{counted:,} groups in {taken:.1f} s"


def points_on_any_day(groups: int) -> str:
    from tomoshibi.groups import queries

    dice = Random(1)

    def ask() -> None:
        day = date.fromordinal(START.toordinal() + dice.randrange(1_000))
        queries.points_of(group_id=dice.randrange(1, groups + 1), on=day)

    return _spread(ask, ASKED)


def round_trip() -> str:
    """What the same way to the database costs without a question: the baseline of ``points_on_any_day``."""
    import polars as pl

    from tomoshibi.storage import bulk

    return _spread(lambda: bulk.read_frame("SELECT 1", {"one": pl.Int64}), ASKED)


def pages(groups: int) -> list[tuple[str, str]]:
    """The pages that people open, as a signed-in clerk gets them, without the network."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    user = get_user_model().objects.create_superuser("bench", password="bench")
    client = Client()
    client.force_login(user)
    dice = Random(2)
    found = []
    for what, address, times in (
        ("a group's page", lambda: f"/groups/{dice.randrange(1, groups + 1)}/", 20),
        ("list of groups", lambda: "/groups/", 5),
        ("list, searched by address", lambda: f"/groups/?q=新村{dice.randrange(1, groups + 1)}幢", 5),
        ("portfolio", lambda: "/groups/portfolio/", 5),
        ("its completeness", lambda: "/groups/portfolio/completeness/", 5),
        ("its districts", lambda: "/groups/portfolio/districts/", 5),
        ("its growth", lambda: "/groups/portfolio/growth/", 5),
        ("what the stock lacks", lambda: "/groups/portfolio/legacy/", 5),
        ("list of districts", lambda: "/groups/districts/", 5),
        ("a district", lambda: f"/groups/districts/{dice.randrange(1, DISTRICTS)}/", 20),
        ("stock customers", lambda: "/groups/stock/", 5),
        ("a label scanned by staff", _label, 20),
    ):
        addresses = [address() for _n in range(times)]

        def ask(asked: list[str] = addresses, what: str = what) -> None:
            response = client.get(asked.pop(), headers={"host": "localhost"})
            assert response.status_code in {200, 404}, (what, response.status_code)

        found.append((what, _spread(ask, times)))
    return found


def _label() -> str:
    """Where the label of some point leads (G-048: under a second)."""
    from tomoshibi.fieldwork import keys, operations, signing, values
    from tomoshibi.storage import db

    point = Random().randrange(1, 1_000)
    with db.transaction():
        wanted = [values.Wanted(subject=f"groups.point:{point}", caption=("31",))]
        made = operations.make_labels(wanted=wanted, now=datetime(2026, 11, 4, 9, tzinfo=UTC))[0]
        operations.print_labels(
            serials=[made.serial], template="a4-21", now=datetime(2026, 11, 4, 9, tzinfo=UTC), reason="bench"
        )
    return f"/L/{signing.token(made.serial, key_no=1, key=keys.private_key())}"


def _spread(ask: Callable[[], object], times: int) -> str:
    taken = []
    for _n in range(times):
        started = perf_counter()
        ask()
        taken.append((perf_counter() - started) * 1_000)
    taken.sort()
    return f"median {taken[len(taken) // 2]:7.1f} ms, slowest of {times} {taken[-1]:7.1f} ms"
