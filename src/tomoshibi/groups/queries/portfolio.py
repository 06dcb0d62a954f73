"""All groups of the company at once: totals, completeness, districts. Summed by the database, never row by row here."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tomoshibi.groups import parameters, values
from tomoshibi.groups.models import Placement
from tomoshibi.groups.queries.groups import LIVE
from tomoshibi.groups.queries.points import AS_OF, POINTS
from tomoshibi.groups.queries.settings import holds_on, parameter
from tomoshibi.storage import bulk
from tomoshibi.supply import queries as places

_HOLDS = 'm.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s)'
_STANDS = 'daterange(pl.start, pl."end") @> %(on)s::date'
NO_DISTRICT = 0
"""Stands for the district of points whose district nobody knows."""


def portfolio(*, on: date) -> list[dict[str, Any]]:
    """Each customer with groups on a day, the largest first: groups, points, largest group, groups over and near the cap."""
    limit = parameter(parameters.LIMIT, on=on)
    counted = "TRUE" if parameter(parameters.COUNT_BENCHMARK, on=on) else "m.role = 'sub'"
    used = "TRUE" if parameter(parameters.LIMIT_COUNTS_POINTS, on=on) else "m.role = 'sub'"
    frame = bulk.read_frame(
        f"""
        SELECT c.id, c.name, c.number, count(*), sum(coalesce(n.points, 0)), max(coalesce(n.points, 0)),
               count(*) FILTER (WHERE n.used > %(limit)s),
               count(*) FILTER (WHERE n.used <= %(limit)s AND n.used * 100 >= %(near)s)
        FROM groups_group g
        JOIN parties_customer c ON c.id = g.customer_id
        LEFT JOIN (
            SELECT m.group_id, count(*) FILTER (WHERE {counted}) AS points, count(*) FILTER (WHERE {used}) AS used
            FROM groups_membership m WHERE {_HOLDS} GROUP BY m.group_id
        ) n ON n.group_id = g.id
        WHERE g.state = ANY(%(live)s)
        GROUP BY c.id ORDER BY 5 DESC, c.number
        """,
        {
            "customer_id": pl.Int64, "name": pl.String, "number": pl.String, "groups": pl.Int64, "points": pl.Int64,
            "largest": pl.Int64, "over": pl.Int64, "tight": pl.Int64,
        },
        {
            "on": on, "live": list(LIVE), "limit": limit,
            "near": limit * (100 - parameter(parameters.HEADROOM, on=on)),
        },
    )  # fmt: skip
    return list(frame.iter_rows(named=True))


def total_history(*, until: date, months: int = 24) -> list[tuple[date, int, int]]:
    """Points and groups on the first day of each month up to a day, oldest first."""
    counted = "TRUE" if parameter(parameters.COUNT_BENCHMARK, on=until) else "role = 'sub'"
    # A group has one benchmark on a day: counting those counts the groups.
    changes = bulk.read_frame(
        f"""
        SELECT day, sum(points)::bigint, sum(groups)::bigint FROM (
            SELECT start AS day, count(*) FILTER (WHERE {counted}) AS points,
                   count(*) FILTER (WHERE role = 'benchmark') AS groups
            FROM groups_membership GROUP BY start
            UNION ALL
            SELECT "end", -count(*) FILTER (WHERE {counted}), -count(*) FILTER (WHERE role = 'benchmark')
            FROM groups_membership WHERE "end" IS NOT NULL GROUP BY "end"
        ) AS moved GROUP BY day ORDER BY day
        """,
        {"day": pl.Date, "points": pl.Int64, "groups": pl.Int64},
    ).with_columns(pl.col("points", "groups").cum_sum())
    firsts, first = [], until.replace(day=1)
    for _month in range(months):
        firsts.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    days = pl.DataFrame({"day": sorted({until, *firsts})})
    shown = days.join_asof(changes, on="day", strategy="backward").fill_null(0)
    return list(shown.iter_rows())


def completeness(*, on: date, group_id: int | None = None, customer_id: int | None = None) -> values.Completeness:
    """How many of the points that are active on a day have an address, access point, district, date and seal."""
    where: list[str] = ["TRUE"]
    params: dict[str, Any] = {"on": on}
    if group_id is not None:
        where, params = [*where, "m.group_id = %(group)s"], params | {"group": group_id}
    if customer_id is not None:
        where, params = [*where, "g.customer_id = %(customer)s"], params | {"customer": customer_id}
    frame = bulk.read_frame(
        f"""
        SELECT count(*), count(nullif(pl.address, '')), count(pl.access_point_id), count(pl.district_id),
               count(p.installed_on), count(s.id)
        FROM groups_membership m
        JOIN groups_group g ON g.id = m.group_id
        JOIN groups_point p ON p.id = m.point_id
        LEFT JOIN groups_placement pl ON pl.point_id = p.id AND daterange(pl.start, pl."end") @> %(on)s::date
        LEFT JOIN fieldwork_seal s ON s.subject = 'groups.point:' || p.id AND s.removed_at IS NULL
        WHERE m.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s) AND {" AND ".join(where)}
        """,
        dict.fromkeys(("points", "address", "access_point", "district", "installed_on", "seal"), pl.Int64),
        params,
    )
    return values.Completeness(**frame.row(0, named=True))


def by_district(
    *, on: date, group_id: int | None = None, customer_id: int | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """
    Transformer districts with the points and groups that they have on a day; points without one are told too, first.

    :param limit: so many only, besides those without a district: the ones with the most points
    :returns: ``district_id`` (``NO_DISTRICT``: not known), ``number``, ``name``, ``unit``, ``points``, ``groups``,
        ``access_points``, ``complete``: points with address, access point, date and seal
    """
    where = [_HOLDS]
    if group_id is not None:
        where.append("m.group_id = %(group)s")
    if customer_id is not None:
        where.append("m.group_id IN (SELECT id FROM groups_group WHERE customer_id = %(customer)s)")
    frame = bulk.read_frame(
        f"""
        SELECT coalesce(d.id, {NO_DISTRICT}), coalesce(d.number, ''), coalesce(d.name, ''), coalesce(d.unit, ''),
               n.points, n.groups, n.access_points, n.complete
        FROM (
            SELECT pl.district_id, count(*) AS points, count(DISTINCT m.group_id) AS groups,
                   count(DISTINCT pl.access_point_id) AS access_points,
                   count(*) FILTER (WHERE pl.address <> '' AND pl.access_point_id IS NOT NULL
                                    AND p.installed_on IS NOT NULL AND s.id IS NOT NULL) AS complete
            FROM groups_membership m
            JOIN groups_point p ON p.id = m.point_id
            LEFT JOIN groups_placement pl ON pl.point_id = m.point_id AND {_STANDS}
            LEFT JOIN fieldwork_seal s ON s.subject = 'groups.point:' || m.point_id AND s.removed_at IS NULL
            WHERE {" AND ".join(where)}
            GROUP BY pl.district_id
        ) n
        LEFT JOIN supply_district d ON d.id = n.district_id
        ORDER BY d.id IS NOT NULL, n.points DESC, d.number LIMIT {"ALL" if limit is None else limit + 1}
        """,
        {
            "district_id": pl.Int64, "number": pl.String, "name": pl.String, "unit": pl.String, "points": pl.Int64,
            "groups": pl.Int64, "access_points": pl.Int64, "complete": pl.Int64,
        },
        {"on": on, "group": group_id, "customer": customer_id},
    )  # fmt: skip
    return list(frame.sort(pl.col("district_id") != NO_DISTRICT, "number").iter_rows(named=True))


def district_rows(*, on: date) -> QuerySet[Any]:
    """Districts with the points and access points that they have on a day, for the list: counted row by row shown."""
    here = Placement.objects.filter(holds_on(on), district=OuterRef("pk")).order_by().values("district")
    return places.district_rows().annotate(
        points=Coalesce(Subquery(here.annotate(n=Count("id")).values("n")), 0),
        access_points=Coalesce(Subquery(here.annotate(n=Count("access_point", distinct=True)).values("n")), 0),
    )


def points_in_district(*, district_id: int, on: date, limit: int) -> pl.DataFrame:
    """
    The points that stand in a district on a day, so many at most.

    :param district_id: ``NO_DISTRICT`` for those whose district is not known
    :returns: columns of ``POINTS``
    """
    which = "pl.district_id IS NULL" if district_id == NO_DISTRICT else "pl.district_id = %(district)s"
    query = f"{AS_OF.format(which=which)} LIMIT %(limit)s"
    return bulk.read_frame(query, POINTS, {"on": on, "district": district_id, "limit": limit})
