"""Points as they stood on a day: one group's as values, many groups' as a frame."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from django.db.models import F, QuerySet

from tomoshibi.fieldwork import queries as fieldwork
from tomoshibi.groups import counting, parameters, values
from tomoshibi.groups.models import Membership, Point, PointEdit
from tomoshibi.groups.queries.settings import parameter
from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

POINTS: Schema = {
    "group_id": pl.Int64, "point_id": pl.Int64, "account_number": pl.String, "role": pl.String, "name": pl.String,
    "customer_name": pl.String, "address": pl.String, "nearest_number": pl.String,
    "access_point_number": pl.String, "access_point_name": pl.String, "district_number": pl.String,
    "district_name": pl.String, "seal_number": pl.String, "installed_on": pl.Date, "rated_w": pl.Int64,
    "start": pl.Date, "end": pl.Date, "benchmark_number": pl.String,
}  # fmt: skip
AS_OF = """
    SELECT m.group_id, p.id, p.account_number, m.role, p.name, g.name, pl.address, p.nearest_number,
           coalesce(a.number, ''), coalesce(a.name, ''), coalesce(d.number, ''), coalesce(d.name, ''),
           coalesce(s.number, ''), p.installed_on, p.rated_w, m.start, m."end", g.benchmark_number
    FROM groups_membership m
    JOIN groups_group g ON g.id = m.group_id
    JOIN groups_point p ON p.id = m.point_id
    LEFT JOIN groups_placement pl
        ON pl.point_id = p.id AND daterange(pl.start, pl."end") @> %(on)s::date
    LEFT JOIN supply_accesspoint a ON a.id = pl.access_point_id
    LEFT JOIN supply_district d ON d.id = pl.district_id
    LEFT JOIN fieldwork_seal s ON s.subject = 'groups.point:' || p.id AND s.removed_at IS NULL
    WHERE m.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s) AND {which}
    ORDER BY m.group_id, m.role, p.account_number
"""
MEMBERS: Schema = {
    "group_id": pl.Int64, "point_id": pl.Int64, "role": pl.String, "start": pl.Date, "end": pl.Date,
}  # fmt: skip


def points_frame(*, on: date, group_ids: Sequence[int] | pl.Series | None = None) -> pl.DataFrame:
    """
    Points that are active on a day, benchmarks first in each group.

    :returns: columns of ``POINTS``
    """
    params: dict[str, Any] = {"on": on}
    which = "TRUE"
    if group_ids is not None:
        params["groups"] = list(group_ids)
        which = "m.group_id = ANY(%(groups)s::bigint[])"
    return bulk.read_frame(AS_OF.format(which=which), POINTS, params)


def points_of(*, group_id: int, on: date) -> list[values.PointOnDay]:
    """The points of a group as they stood on a day, the benchmark first."""
    return as_points(points_frame(on=on, group_ids=[group_id]))


def as_points(frame: pl.DataFrame) -> list[values.PointOnDay]:
    """:param frame: columns of ``POINTS``"""
    return [
        values.PointOnDay(
            id=row["point_id"],
            account_number=row["account_number"],
            role=values.Role(row["role"]),
            name=row["name"],
            address=row["address"] or "",
            nearest_number=row["nearest_number"] or "",
            access_point_number=row["access_point_number"] or "",
            access_point_name=row["access_point_name"] or "",
            district_number=row["district_number"] or "",
            district_name=row["district_name"] or "",
            seal_number=row["seal_number"] or "",
            installed_on=row["installed_on"],
            start=row["start"],
            end=row["end"],
        )
        for row in frame.iter_rows(named=True)
    ]


def members_frame(*, group_ids: Sequence[int] | pl.Series | None = None) -> pl.DataFrame:
    """:returns: columns of ``MEMBERS``: every membership there ever was, by group and start"""
    where, params = "TRUE", {}
    if group_ids is not None:
        where, params = "group_id = ANY(%(groups)s::bigint[])", {"groups": list(group_ids)}
    return bulk.read_frame(
        f'SELECT group_id, point_id, role, start, "end" FROM groups_membership WHERE {where} ORDER BY group_id, start',
        MEMBERS,
        params,
    )


def count_history(*, group_id: int, on: date) -> list[values.Step]:
    """
    How many points a group has had since it began; each count holds until the next step.

    :param on: the day whose rule says whether the benchmark is counted
    """
    counted = bool(parameter(parameters.COUNT_BENCHMARK, on=on))
    return counting.steps(members_frame(group_ids=[group_id]), count_benchmark=counted)


def virtual_multiplier(*, group_id: int, on: date) -> int:
    """What the meter's energy of a day is multiplied by (虚拟倍率): the points that are active on it, counted."""
    return counting.count_on(count_history(group_id=group_id, on=on), on).points


def point(*, account_number: str) -> dict[str, Any] | None:
    """A point by its account number: what holds on every day, and its present group."""
    row = Point.objects.filter(account_number=account_number.strip()).first()
    return _facts(row) if row else None


def point_by_id(*, point_id: int) -> dict[str, Any] | None:
    row = Point.objects.filter(id=point_id).first()
    return _facts(row) if row else None


def _facts(row: Point) -> dict[str, Any]:
    return {
        "id": row.id,
        "account_number": row.account_number,
        "name": row.name,
        "nearest_number": row.nearest_number,
        "rated_w": row.rated_w,
        "device_type_id": row.device_type_id,
        "override_reason": row.override_reason,
        "origin": values.Origin(row.origin),
        "application_number": row.application_number,
        "installed_on": row.installed_on,
        "seal_number": seal_number_of(row.id),
        "contract_list": row.contract_list,
        "missing": missing_of(row),
        "memberships": list(
            Membership.objects.filter(point=row)
            .order_by("start")
            .values("group_id", "group__number", "role", "start", "end")
        ),
    }


def seal_number_of(point_id: int) -> str:
    """The seal that hangs at a point now; ``fieldwork`` owns it."""
    hanging = fieldwork.seal_of(subject=values.subject_of(point_id))
    return hanging.number if hanging else ""


def missing_of(row: Point) -> list[str]:
    """What a point that came with the stock still lacks; the mark is gone when nothing is left (G-081)."""
    if row.origin != values.Origin.STOCK.value:
        return []
    lacks = {
        "contract_list": not row.contract_list,
        "seal": not seal_number_of(row.id),
        "installed_on": not row.installed_on,
    }
    return [name for name, missing in lacks.items() if missing]


_LEGACY = """
    SELECT count(*) FILTER (WHERE p.contract_list = ''), count(*) FILTER (WHERE s.id IS NULL),
           count(*) FILTER (WHERE p.installed_on IS NULL),
           count(*) FILTER (WHERE p.contract_list = '' OR s.id IS NULL OR p.installed_on IS NULL), count(*)
    FROM groups_point p
    LEFT JOIN fieldwork_seal s ON s.subject = 'groups.point:' || p.id AND s.removed_at IS NULL
    WHERE p.origin = %(origin)s
      AND EXISTS (SELECT FROM groups_membership m WHERE m.point_id = p.id AND m."end" IS NULL)
"""


def legacy_counts() -> dict[str, int]:
    """How many active stock points lack each of the three things, and how many lack any."""
    names = ("contract_list", "seal", "installed_on", "marked", "stock")
    frame = bulk.read_frame(_LEGACY, dict.fromkeys(names, pl.Int64), {"origin": values.Origin.STOCK.value})
    return {name: int(count) for name, count in frame.row(0, named=True).items()}


def edits_of(*, point_id: int | None = None, group_id: int | None = None, limit: int = 200) -> list[values.Edit]:
    """What was put right at a point, or at the points that are or were in a group, newest first."""
    rows = PointEdit.objects.select_related("point").order_by("-at", "-id")
    if point_id is not None:
        rows = rows.filter(point_id=point_id)
    if group_id is not None:
        rows = rows.filter(point_id__in=Membership.objects.filter(group_id=group_id).values("point_id"))
    return [
        values.Edit(
            account_number=row.point.account_number,
            field=values.EditedField(row.field),
            old=row.old,
            new=row.new,
            effective_on=row.effective_on,
            reason=row.reason,
            at=row.at,
            actor_id=row.actor_id,
        )
        for row in rows[:limit]
    ]


def overrides() -> QuerySet[Any]:
    """Active points whose device does not fit their group, each with the reason somebody gave (exception report)."""
    return (
        Membership.objects.filter(end=None)
        .exclude(point__override_reason="")
        .annotate(
            account_number=F("point__account_number"),
            group_number=F("group__number"),
            reason=F("point__override_reason"),
            device=F("point__device_type__name"),
            group_device=F("group__device_type__name"),
        )
    )


def same_devices(*, frame: pl.DataFrame, on: date) -> pl.DataFrame:
    """
    Active points that have the name, address and access point of a row.

    :param frame: ``name``, ``address``, ``access_point_number``
    :returns: those columns and ``known_number``, the account number of the point that is there already
    """
    return bulk.read_frame(
        """
        SELECT DISTINCT ON (p.name, pl.address, coalesce(a.number, ''))
               p.name, pl.address, coalesce(a.number, ''), p.account_number
        FROM groups_point p
        JOIN groups_membership m ON m.point_id = p.id AND m.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s)
        JOIN groups_placement pl ON pl.point_id = p.id AND daterange(pl.start, pl."end") @> %(on)s::date
        LEFT JOIN supply_accesspoint a ON a.id = pl.access_point_id
        WHERE p.name = ANY(%(names)s) AND p.name <> ''
        ORDER BY p.name, pl.address, coalesce(a.number, ''), p.account_number
        """,
        {"name": pl.String, "address": pl.String, "access_point_number": pl.String, "known_number": pl.String},
        {"on": on, "names": frame["name"].unique().to_list()},
    )


def known_points(*, numbers: pl.Series, on: date) -> pl.DataFrame:
    """
    Points that exist, with their place and group of a day (null where they are in none then).

    :returns: ``account_number``, ``point_id``, ``group_id``, ``role``, ``benchmark_number``, ``name``, ``address``,
        ``nearest_number``, ``access_point_number``, ``district_number``, ``installed_on``, ``member_start``
    """
    return bulk.read_frame(
        """
        SELECT p.account_number, p.id, m.group_id, m.role, g.benchmark_number, p.name, pl.address, p.nearest_number,
               coalesce(a.number, ''), coalesce(d.number, ''), p.installed_on, m.start
        FROM groups_point p
        LEFT JOIN groups_membership m
            ON m.point_id = p.id AND m.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s)
        LEFT JOIN groups_group g ON g.id = m.group_id
        LEFT JOIN groups_placement pl ON pl.point_id = p.id AND daterange(pl.start, pl."end") @> %(on)s::date
        LEFT JOIN supply_accesspoint a ON a.id = pl.access_point_id
        LEFT JOIN supply_district d ON d.id = pl.district_id
        WHERE p.account_number = ANY(%(numbers)s)
        """,
        {
            "account_number": pl.String, "point_id": pl.Int64, "group_id": pl.Int64, "role": pl.String,
            "benchmark_number": pl.String, "name": pl.String, "address": pl.String, "nearest_number": pl.String,
            "access_point_number": pl.String, "district_number": pl.String, "installed_on": pl.Date,
            "member_start": pl.Date,
        },
        {"on": on, "numbers": numbers.unique().to_list()},
    )  # fmt: skip


def ended_points(*, numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``account_number``, ``benchmark_number``, ``end``: points whose last membership has ended"""
    return bulk.read_frame(
        """
        SELECT DISTINCT ON (p.id) p.account_number, g.benchmark_number, m."end"
        FROM groups_point p JOIN groups_membership m ON m.point_id = p.id JOIN groups_group g ON g.id = m.group_id
        WHERE p.account_number = ANY(%(numbers)s) ORDER BY p.id, m.start DESC
        """,
        {"account_number": pl.String, "benchmark_number": pl.String, "end": pl.Date},
        {"numbers": numbers.unique().to_list()},
    ).filter(pl.col("end").is_not_null())


def points_at(*, access_point_number: str) -> list[values.PointAtPlace]:
    """Points that stand at an access point and are in a group now, by account number."""
    frame = bulk.read_frame(
        """
        SELECT p.id, p.account_number, p.name, g.number
        FROM supply_accesspoint a
        JOIN groups_placement pl ON pl.access_point_id = a.id AND pl."end" IS NULL
        JOIN groups_point p ON p.id = pl.point_id
        JOIN groups_membership m ON m.point_id = p.id AND m."end" IS NULL
        JOIN groups_group g ON g.id = m.group_id
        WHERE a.number = %(number)s ORDER BY p.account_number
        """,
        {"id": pl.Int64, "account_number": pl.String, "name": pl.String, "group_number": pl.String},
        {"number": access_point_number},
    )
    return [values.PointAtPlace(**row) for row in frame.iter_rows(named=True)]
