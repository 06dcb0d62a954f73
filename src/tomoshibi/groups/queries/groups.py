"""Groups: found, counted, measured."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tomoshibi.groups import counting, parameters, values
from tomoshibi.groups.models import BenchmarkCheck, Group, Membership, ReferenceMeter
from tomoshibi.groups.queries.points import points_frame
from tomoshibi.groups.queries.settings import device_type, holds_on, parameter
from tomoshibi.metering import queries as metering
from tomoshibi.storage import bulk

LIVE = (values.GroupState.DRAFT.value, values.GroupState.ACTIVE.value, values.GroupState.DISSOLVING.value)


def group(*, group_id: int | None = None, number: str = "", benchmark_number: str = "") -> values.Group | None:
    """A group by its id, its own number, or the account number of its benchmark (the latest that had it)."""
    if group_id is not None:
        which = Q(id=group_id)
    elif number:
        which = Q(number=number.strip())
    else:
        which = Q(benchmark_number=benchmark_number.strip())
    row = Group.objects.filter(which).order_by("-id").first()
    return to_group(row) if row else None


def groups_at(*, benchmark_numbers: Collection[str]) -> dict[str, values.Group]:
    """The latest group of each benchmark, in one question."""
    rows = Group.objects.filter(benchmark_number__in=benchmark_numbers).order_by("id")
    return {row.benchmark_number: to_group(row) for row in rows}


def to_group(row: Group) -> values.Group:
    return values.Group(
        id=row.id,
        number=row.number,
        state=values.GroupState(row.state),
        origin=values.Origin(row.origin),
        unit=row.unit,
        customer_id=row.customer_id,
        name=row.name,
        address=row.address,
        benchmark_number=row.benchmark_number,
        device_type_id=row.device_type_id,
        rated_w=row.rated_w,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        application_number=row.application_number,
        split_by=row.split_by,
    )


def group_rows(*, on: date) -> QuerySet[Any]:
    """All groups with the points and sub-accounts that they have on a day, for the list."""
    members = Membership.objects.filter(holds_on(on), group=OuterRef("pk")).order_by().values("group")
    counted = Q() if parameter(parameters.COUNT_BENCHMARK, on=on) else Q(role=values.Role.SUB.value)
    used = Q() if parameter(parameters.LIMIT_COUNTS_POINTS, on=on) else Q(role=values.Role.SUB.value)
    limit = parameter(parameters.LIMIT, on=on)
    return Group.objects.annotate(
        points=Coalesce(Subquery(members.annotate(n=Count("id", filter=counted)).values("n")), 0),
        used=Coalesce(Subquery(members.annotate(n=Count("id", filter=used)).values("n")), 0),
        device=F("device_type__name"),
        customer_number=F("customer__number"),
    ).annotate(free=limit - F("used"))


def units() -> list[str]:
    """Managing units (单位) that have groups."""
    return list(Group.objects.order_by("unit").values_list("unit", flat=True).distinct())


def room_of(*, group_id: int, on: date) -> values.Room:
    """How much of its cap a group uses on a day."""
    counts_points = bool(parameter(parameters.LIMIT_COUNTS_POINTS, on=on))
    members = Membership.objects.filter(holds_on(on), group_id=group_id)
    if not counts_points:
        members = members.filter(role=values.Role.SUB.value)
    return values.Room(
        used=members.count(),
        limit=parameter(parameters.LIMIT, on=on),
        counts="points" if counts_points else "subs",
        headroom_ppm=parameter(parameters.HEADROOM, on=on) * 10_000,
    )


def balance_of(*, customer_id: int, device_type_id: int, on: date) -> values.Balance:
    """How evenly a customer's points of one device type are spread over groups on a day."""
    return counting.balance(
        list(_sizes(customer_id, device_type_id, on=on).iter_rows()),
        warn_above_percent=parameter(parameters.BALANCE, on=on),
    )


def _sizes(customer_id: int, device_type_id: int, *, on: date) -> pl.DataFrame:
    """Number and points of a customer's running groups of a type, in one pass over their memberships."""
    counted = "TRUE" if parameter(parameters.COUNT_BENCHMARK, on=on) else "m.role = 'sub'"
    return bulk.read_frame(
        f"""
        SELECT g.number, count(m.id) FILTER (WHERE {counted})
        FROM groups_group g
        LEFT JOIN groups_membership m
            ON m.group_id = g.id AND m.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s)
        WHERE g.customer_id = %(customer)s AND g.device_type_id = %(kind)s AND g.state = ANY(%(live)s)
        GROUP BY g.id ORDER BY g.number
        """,
        {"number": pl.String, "points": pl.Int64},
        {"on": on, "customer": customer_id, "kind": device_type_id, "live": list(LIVE)},
    )


def groups_of_customer(*, customer_id: int, on: date) -> list[dict[str, Any]]:
    """A customer's groups with their points on a day."""
    rows = group_rows(on=on).filter(customer_id=customer_id).order_by("number")
    return list(
        rows.values("id", "number", "state", "benchmark_number", "address", "device", "points", "device_type_id")
    )


def split_proposal(*, group_id: int, on: date) -> tuple[values.Part, ...]:
    """How a group would be cut so that every part fits under the cap of the day; one part where it fits already."""
    points = points_frame(on=on, group_ids=[group_id])
    benchmark = points.filter(role=values.Role.BENCHMARK.value)["account_number"]
    return counting.split(
        list(points.select("account_number", pl.col("district_number").fill_null("")).iter_rows()),
        benchmark=benchmark[0] if len(benchmark) else "",
        limit=parameter(parameters.LIMIT, on=on),
        counts_points=bool(parameter(parameters.LIMIT_COUNTS_POINTS, on=on)),
    )


def meters_of(*, group_id: int) -> list[values.ReferenceMeter]:
    """The meters that a group is or was read by, latest first."""
    rows = ReferenceMeter.objects.filter(group_id=group_id).select_related("box").order_by("-start", "number")
    return [
        values.ReferenceMeter(
            id=row.id,
            number=row.number,
            box_number=row.box.number if row.box else "",
            physical_ratio=row.physical_ratio,
            register_digits=row.register_digits,
            start=row.start,
            end=row.end,
        )
        for row in rows
    ]


def checks_of(*, group_id: int) -> list[dict[str, Any]]:
    """Whether the benchmark was found fit, latest first."""
    fields = (
        "account_number", "is_steady", "is_reliable", "is_safe", "variation_ppm", "checked_on", "checked_by_id",
    )  # fmt: skip
    return list(BenchmarkCheck.objects.filter(group_id=group_id).order_by("-checked_on", "-id").values(*fields))


def meter_energy(*, group_id: int, start: date, end: date) -> pl.DataFrame:
    """
    What one reference meter of the group measured on each day: the mean where there are several.

    The difference of two registers that are more than a day apart is spread over the days between.

    :returns: ``day``, ``energy_dwh`` (float, for charts only) for the days of ``[start, end)`` that are known
    """
    parts = [_energy_of(meter, start=start, end=end) for meter in meters_of(group_id=group_id)]
    known = [part for part in parts if part.height]
    if not known:
        return pl.DataFrame(schema={"day": pl.Date, "energy_dwh": pl.Float64})
    return pl.concat(known).group_by("day").agg(pl.col("energy_dwh").mean()).sort("day")


def _energy_of(meter: values.ReferenceMeter, *, start: date, end: date) -> pl.DataFrame:
    first, last = max(start, meter.start), min(end, meter.end or end)
    shown = metering.registers_frame(meters=[meter.number], start=first - timedelta(days=8), end=last)
    wraps_at = 10**meter.register_digits * 10_000
    between = shown.select(
        "day",
        days=(pl.col("day") - pl.col("day").shift(1)).dt.total_days(),
        moved=pl.col("forward_dwh") - pl.col("forward_dwh").shift(1),
    ).drop_nulls()
    moved = pl.when(pl.col("moved") < 0).then(pl.col("moved") + wraps_at).otherwise("moved")
    each = between.with_columns(energy_dwh=moved * meter.physical_ratio / pl.col("days"))
    spread = each.with_columns(
        day=pl.date_ranges(pl.col("day") - pl.duration(days=pl.col("days") - 1), "day", interval="1d")
    ).explode("day")
    return spread.filter((pl.col("day") >= first) & (pl.col("day") < last)).select("day", "energy_dwh")


def variation_ppm(*, meter_number: str, until: date, days: int) -> int | None:
    """
    How unsteady a meter was: the coefficient of variation of its daily energy [1e-6].

    :param days: how many days of readings it takes; with fewer there is no figure
    """
    shown = metering.registers_frame(meters=[meter_number], start=until - timedelta(days=days + 1), end=until)
    energy = shown["forward_dwh"].diff().drop_nulls()
    if len(energy) < days or not energy.sum():
        return None
    spread, mean = energy.std(), energy.mean()
    assert isinstance(spread, float), "two days and more have a spread"
    assert isinstance(mean, float), "and a mean"
    return round(spread / mean * 1_000_000)


def expected_band(*, device_type_id: int, on: date) -> tuple[int, int] | None:
    """Expected energy of one device a day [0.1 Wh], from and to."""
    kind = device_type(type_id=device_type_id, on=on)
    return (kind.day_min_dwh, kind.day_max_dwh) if kind else None


def verification_list(*, on: date, customer_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """
    All running groups as the verification list prints them (虚拟倍率标准户核查清单), one row per benchmark.

    :returns: ``unit``, ``account_number``, ``name``, ``address``, ``opened_on``, ``meter_number``, ``box_number``,
        ``access_point_number``, ``access_point_name``, ``points``, ``district_number``, ``district_name``,
        ``device_type``, ``rated_w``
    """
    which = "g.customer_id = ANY(%(customers)s::bigint[])" if customer_ids is not None else "TRUE"
    counted = "TRUE" if parameter(parameters.COUNT_BENCHMARK, on=on) else "m.role = 'sub'"
    return bulk.read_frame(
        f"""
        SELECT g.unit, g.benchmark_number, g.name, g.address, g.opened_on, coalesce(r.number, ''),
               coalesce(b.number, ''), coalesce(a.number, ''), coalesce(a.name, ''), n.points,
               coalesce(d.number, ''), coalesce(d.name, ''), t.code, g.rated_w
        FROM groups_group g
        JOIN groups_devicetype t ON t.id = g.device_type_id
        JOIN LATERAL (SELECT count(*) FILTER (WHERE {counted}) AS points FROM groups_membership m
                      WHERE m.group_id = g.id AND m.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s)) n ON TRUE
        LEFT JOIN groups_point p ON p.account_number = g.benchmark_number
        LEFT JOIN groups_placement pl ON pl.point_id = p.id AND daterange(pl.start, pl."end") @> %(on)s::date
        LEFT JOIN supply_accesspoint a ON a.id = pl.access_point_id
        LEFT JOIN supply_district d ON d.id = pl.district_id
        LEFT JOIN LATERAL (SELECT min(number) AS number, min(box_id) AS box_id FROM groups_referencemeter r
                           WHERE r.group_id = g.id AND r.start <= %(on)s AND (r."end" IS NULL OR r."end" > %(on)s)) r
            ON TRUE
        LEFT JOIN supply_meterbox b ON b.id = r.box_id
        WHERE g.state = ANY(%(live)s) AND n.points > 0 AND {which} ORDER BY g.unit, g.name, g.benchmark_number
        """,
        {
            "unit": pl.String, "account_number": pl.String, "name": pl.String, "address": pl.String,
            "opened_on": pl.Date, "meter_number": pl.String, "box_number": pl.String,
            "access_point_number": pl.String, "access_point_name": pl.String, "points": pl.Int64,
            "district_number": pl.String, "district_name": pl.String, "device_type": pl.String, "rated_w": pl.Int64,
        },
        {"on": on, "live": list(LIVE), "customers": list(customer_ids or [])},
    )  # fmt: skip


def points_without_application() -> int:
    """Active points that came neither through an application nor with the stock; the database lets none in (G-018)."""
    return Membership.objects.filter(
        end=None, point__application_number="", point__origin=values.Origin.APPLICATION.value
    ).count()


def groups_by_benchmark(*, numbers: pl.Series) -> pl.DataFrame:
    """
    Running groups by the account number of their benchmark.

    :returns: ``benchmark_number``, ``group_id``, ``group_name``, ``device_type_id``, ``device_code``, ``device_name``,
        ``group_rated_w``
    """
    return bulk.read_frame(
        """
        SELECT g.benchmark_number, g.id, g.name, g.device_type_id, t.code, t.name, g.rated_w
        FROM groups_group g JOIN groups_devicetype t ON t.id = g.device_type_id
        WHERE g.benchmark_number = ANY(%(numbers)s) AND g.state = ANY(%(live)s)
        """,
        {
            "benchmark_number": pl.String, "group_id": pl.Int64, "group_name": pl.String, "device_type_id": pl.Int64,
            "device_code": pl.String, "device_name": pl.String, "group_rated_w": pl.Int64,
        },
        {"numbers": numbers.unique().to_list(), "live": list(LIVE)},
    )  # fmt: skip


def endings(*, billed: bool | None = None) -> list[values.Ending]:
    """
    Groups that were cancelled and are not dissolved yet, the earliest first.

    :param billed: only those with (or without) their final bill
    """
    rows = Group.objects.filter(state=values.GroupState.DISSOLVING.value).exclude(dissolved_on=None)
    if billed is not None:
        rows = rows.exclude(final_bill="") if billed else rows.filter(final_bill="")
    return [_ending(row) for row in rows.order_by("dissolved_on", "id")]


def ending_of(*, group_id: int) -> values.Ending | None:
    """How a group ended; nothing while it was not cancelled."""
    row = Group.objects.filter(id=group_id).exclude(dissolved_on=None).first()
    return _ending(row) if row else None


def _ending(row: Group) -> values.Ending:
    assert row.dissolved_on is not None, "a group that was cancelled has its last day"
    return values.Ending(
        group_id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        ended_on=row.dissolved_on,
        final_bill=row.final_bill,
        final_amount_minor=row.final_amount_minor,
    )
