"""All groups of the company at once: totals, completeness, districts. Summed by the database from tallies (``tallying``)."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tomoshibi.groups import parameters, tallying, values
from tomoshibi.groups.models import Placement
from tomoshibi.groups.queries.groups import LIVE
from tomoshibi.groups.queries.points import AS_OF, POINTS
from tomoshibi.groups.queries.settings import holds_on, parameter
from tomoshibi.storage import bulk
from tomoshibi.supply import queries as places

NO_DISTRICT = 0
"""Stands for the district of points whose district nobody knows."""


def portfolio(*, on: date) -> list[dict[str, Any]]:
    """Each customer with groups on a day, the largest first: groups, points, largest group, groups over and near the cap."""
    limit = parameter(parameters.LIMIT, on=on)
    counted = "points" if parameter(parameters.COUNT_BENCHMARK, on=on) else "subs"
    used = "points" if parameter(parameters.LIMIT_COUNTS_POINTS, on=on) else "subs"
    frame = bulk.read_frame(
        f"""
        SELECT c.id, c.name, c.number, count(*), sum(coalesce(n.points, 0))::bigint, max(coalesce(n.points, 0))::bigint,
               count(*) FILTER (WHERE n.used > %(limit)s),
               count(*) FILTER (WHERE n.used <= %(limit)s AND n.used * 100 >= %(near)s)
        FROM groups_group g
        JOIN parties_customer c ON c.id = g.customer_id
        LEFT JOIN (
            SELECT group_id, sum({counted}) AS points, sum({used}) AS used FROM ({tallying.TALLIES}) t GROUP BY group_id
        ) n ON n.group_id = g.id
        WHERE g.state = ANY(%(live)s)
        GROUP BY c.id ORDER BY 5 DESC, c.number
        """,
        {
            "customer_id": pl.Int64, "name": pl.String, "number": pl.String, "groups": pl.Int64, "points": pl.Int64,
            "largest": pl.Int64, "over": pl.Int64, "tight": pl.Int64,
        },
        tallying.tallied(on=on)
        | {
            "live": list(LIVE), "limit": limit,
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


_PARTS = ("points", "address", "access_point", "district", "installed_on", "seal")


def completeness(*, on: date, group_id: int | None = None, customer_id: int | None = None) -> values.Completeness:
    """How many of the points that are active on a day have an address, access point, district, date and seal."""
    if group_id is not None:
        frame = tallying.counted(on=on, group_ids=[group_id]).select(pl.col(_PARTS).sum())
    else:
        frame = bulk.read_frame(
            f"""
            SELECT {", ".join(f"coalesce(sum({name}), 0)::bigint" for name in _PARTS)}
            FROM ({tallying.TALLIES}) t WHERE {_of_customer(customer_id)}
            """,
            dict.fromkeys(_PARTS, pl.Int64),
            tallying.tallied(on=on) | {"customer": customer_id},
        )
    return values.Completeness(**frame.row(0, named=True))


def _of_customer(customer_id: int | None) -> str:
    if customer_id is None:
        return "TRUE"
    return "group_id IN (SELECT id FROM groups_group WHERE customer_id = %(customer)s)"


def by_district(*, on: date, customer_id: int | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    """
    Transformer districts with the points and groups that they have on a day; points without one are told too, first.

    :param limit: so many only, besides those without a district: the ones with the most points
    :returns: ``district_id`` (``NO_DISTRICT``: not known), ``number``, ``name``, ``unit``, ``points``, ``groups``,
        ``complete``: points with address, access point, date and seal
    """
    frame = bulk.read_frame(
        f"""
        SELECT coalesce(d.id, {NO_DISTRICT}), coalesce(d.number, ''), coalesce(d.name, ''), coalesce(d.unit, ''),
               n.points, n.groups, n.complete
        FROM (
            SELECT district_id, sum(points)::bigint AS points, count(*) AS groups, sum(complete)::bigint AS complete
            FROM ({tallying.TALLIES}) t WHERE points > 0 AND {_of_customer(customer_id)} GROUP BY district_id
        ) n
        LEFT JOIN supply_district d ON d.id = n.district_id
        ORDER BY d.id IS NOT NULL, n.points DESC, d.number LIMIT {"ALL" if limit is None else limit + 1}
        """,
        {
            "district_id": pl.Int64, "number": pl.String, "name": pl.String, "unit": pl.String, "points": pl.Int64,
            "groups": pl.Int64, "complete": pl.Int64,
        },
        tallying.tallied(on=on) | {"customer": customer_id},
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
