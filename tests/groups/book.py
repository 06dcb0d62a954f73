"""Small worlds for the tests of groups: a customer, device types, places, groups of any size. All names are invented."""

from datetime import date
from typing import Any

import polars as pl

from tomoshibi.groups import operations, queries, values
from tomoshibi.parties import operations as parties
from tomoshibi.supply import operations as supply

START = date(2026, 1, 1)
TODAY = date(2026, 11, 4)


def customer(name: str = "明州通信有限公司") -> int:
    return parties.register_customer(
        registered_on=START,
        kind="company",
        name=name,
        kana="MINGZHOU TONGXIN",
        city="明州市",
        town="灯火路",
        block="28号",
    ).id


def device_type(code: str = "EPON", *, rated: tuple[int, int] = (100, 600), day_kwh: tuple[int, int] = (2, 12)) -> int:
    return operations.save_device_type(
        code=code,
        name="楼道设备",
        kind="光网络设备",
        spread=values.Spread.CORRIDOR,
        start=date(2010, 1, 1),
        rated_w=rated,
        day_dwh=(day_kwh[0] * 10_000, day_kwh[1] * 10_000),
    )


def places() -> pl.DataFrame:
    """Two districts with two access points each."""
    supply.ensure_districts(
        pl.DataFrame({"number": ["T1", "T2"], "name": ["南苑1号台区", "南苑2号台区"], "unit": ["城南供电所"] * 2})
    )
    return supply.ensure_access_points(
        pl.DataFrame(
            {
                "number": [f"3350300000900000{n}" for n in range(4)],
                "name": [f"南苑{n}幢终端箱" for n in range(4)],
                "district_number": ["T1", "T1", "T2", "T2"],
                "box_number": [f"BX{n:04d}" for n in range(4)],
            }
        )
    ).sort("access_point_number")


def found(customer_id: int, *, code: str = "EPON", start: date = START, fit: bool = True, **more: Any) -> values.Group:
    """A group with its benchmark only; active unless it is not fit."""
    where = places().row(0, named=True)
    given = {
        "customer_id": customer_id,
        "unit": "城南供电所",
        "device_code": code,
        "rated_w": 400,
        "application_number": "SQ2026-0001",
        "start": start,
        "today": TODAY,
        "benchmark": {
            "name": "南苑0幢机房",
            "address": "明州市南苑0幢",
            "access_point_id": where["access_point_id"],
            "access_point_number": where["access_point_number"],
            "district_id": where["district_id"],
        },
        "meter_number": f"M{customer_id}-{code}-{start:%m%d}-{len(queries.units())}-{more.pop('serial', 0)}",
    } | more
    group = operations.found_group(**given)
    if fit:
        operations.check_benchmark(
            group_id=group.id, is_steady=True, is_reliable=True, is_safe=True, today=start, actor_id=None
        )
        operations.activate_group(group_id=group.id)
    made = queries.group(group_id=group.id)
    assert made is not None
    return made


def subs(group: values.Group, count: int, *, start: date = START, first: int = 1, **more: Any) -> pl.DataFrame:
    """Rows for ``add_points``: points of their own name, spread over the four access points."""
    access = places()
    frame = pl.DataFrame({"n": range(first, first + count)}).with_columns(at=pl.col("n") % 4)
    frame = frame.join(access.with_row_index("at").cast({"at": pl.Int64}), on="at", how="left", maintain_order="left")
    given: dict[str, Any] = {
        "group_id": group.id,
        "role": values.Role.SUB.value,
        "benchmark_number": group.benchmark_number,
        "device_type_id": group.device_type_id,
        "rated_w": group.rated_w,
        "origin": values.Origin.APPLICATION.value,
        "application_number": "SQ2026-0001",
        "start": start,
    } | more
    return frame.select(
        "access_point_id",
        "access_point_number",
        "district_id",
        name=pl.format("南苑{}幢设备", "n"),
        address=pl.format("明州市南苑{}幢", "n"),
        **{n: pl.lit(v, dtype=pl.Int64 if isinstance(v, int) else None) for n, v in given.items()},
    )


def with_subs(group: values.Group, count: int, **more: Any) -> pl.DataFrame:
    return operations.add_points(subs(group, count, **more), today=TODAY, beyond_cap=more.get("origin") == "stock")
