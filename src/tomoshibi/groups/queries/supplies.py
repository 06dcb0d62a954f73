"""Where groups are supplied, by which meters they are read, and which of those nobody trusts."""

from datetime import date
from typing import Any

import polars as pl

from tomoshibi.groups.models import GroupSupply, MeterSuspicion
from tomoshibi.groups.queries.settings import holds_on
from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import bulk

METERS: Schema = {
    "group_id": pl.Int64, "number": pl.String, "physical_ratio": pl.Int64, "register_digits": pl.Int64,
    "start": pl.Date, "end": pl.Date,
}  # fmt: skip
SUPPLIES: Schema = {
    "group_id": pl.Int64, "group_number": pl.String, "benchmark_number": pl.String, "customer_id": pl.Int64,
    "supply_point_id": pl.Int64, "supplied_from": pl.Date, "supplied_until": pl.Date,
}  # fmt: skip
MEMBERS_BETWEEN: Schema = {
    "group_id": pl.Int64, "point_id": pl.Int64, "is_benchmark": pl.Boolean, "start": pl.Date, "end": pl.Date,
}  # fmt: skip


def _chosen(column: str, group_ids: pl.Series | None) -> tuple[str, dict[str, Any]]:
    if group_ids is None:
        return "TRUE", {}
    return f"{column} = ANY(%(groups)s::bigint[])", {"groups": bulk.id_array(group_ids)}


def supply_names(*, group_ids: pl.Series) -> pl.DataFrame:
    """What a group's supply point is called by: ``group_id, benchmark_number, name, address, opened_on``."""
    which, params = _chosen("id", group_ids)
    return bulk.read_frame(
        f"SELECT id, benchmark_number, name, address, opened_on FROM groups_group WHERE {which}",
        {
            "group_id": pl.Int64, "benchmark_number": pl.String, "name": pl.String, "address": pl.String,
            "opened_on": pl.Date,
        },
        params,
    )  # fmt: skip


def reference_meters(*, group_ids: pl.Series | None = None) -> pl.DataFrame:
    """:returns: columns of ``METERS``: every meter that a group is or was read by"""
    which, params = _chosen("group_id", group_ids)
    return bulk.read_frame(
        f'SELECT group_id, number, physical_ratio, register_digits, start, "end" FROM groups_referencemeter WHERE {which}',
        METERS,
        params,
    )


def supplies_between(*, start: date, end: date, group_ids: pl.Series | None = None) -> pl.DataFrame:
    """:returns: columns of ``SUPPLIES``: the groups that are supplied on a day of ``[start, end)``, by group"""
    which, params = _chosen("s.group_id", group_ids)
    return bulk.read_frame(
        f"""
        SELECT s.group_id, g.number, g.benchmark_number, g.customer_id, s.supply_point_id, s.start, s."end"
        FROM groups_groupsupply s JOIN groups_group g ON g.id = s.group_id
        WHERE s.start < %(end)s AND (s."end" IS NULL OR s."end" > %(start)s) AND {which} ORDER BY s.group_id
        """,
        SUPPLIES,
        {"start": start, "end": end, **params},
    )


def members_between(*, start: date, end: date, group_ids: pl.Series | None = None) -> pl.DataFrame:
    """:returns: columns of ``MEMBERS_BETWEEN``: memberships that hold on a day of ``[start, end)``, in no order"""
    which, params = _chosen("group_id", group_ids)
    return bulk.read_frame(
        f"""
        SELECT group_id, point_id, role = 'benchmark', start, "end" FROM groups_membership
        WHERE start < %(end)s AND ("end" IS NULL OR "end" > %(start)s) AND {which}
        """,
        MEMBERS_BETWEEN,
        {"start": start, "end": end, **params},
    )


def contract_of(*, group_id: int) -> int | None:
    """The contract that a group is or was last supplied under."""
    found = bulk.read_frame(
        """
        SELECT c.id FROM groups_groupsupply s JOIN contracts_contract c ON c.supply_point_id = s.supply_point_id
        WHERE s.group_id = %(group)s ORDER BY s.start DESC, c.start DESC LIMIT 1
        """,
        {"id": pl.Int64},
        {"group": group_id},
    )
    return found["id"][0] if found.height else None


def suspected(*, start: date, end: date) -> pl.DataFrame:
    """
    Supply points of groups with a meter that somebody does not trust on a day of ``[start, end)``.

    :returns: ``supply_point_id``, ``meter_number``, ``reason``, ``suspect_from``, ``suspect_until``
    """
    return bulk.read_frame(
        """
        SELECT s.supply_point_id, m.meter_number, m.reason, m.start, m."end"
        FROM groups_metersuspicion m JOIN groups_groupsupply s ON s.group_id = m.group_id
        WHERE m.start < %(end)s AND (m."end" IS NULL OR m."end" > %(start)s)
        """,
        {
            "supply_point_id": pl.Int64, "meter_number": pl.String, "reason": pl.String, "suspect_from": pl.Date,
            "suspect_until": pl.Date,
        },
        {"start": start, "end": end},
    )  # fmt: skip


def suspected_groups(*, on: date) -> frozenset[int]:
    """Groups with a meter that nobody trusts on a day."""
    return frozenset(MeterSuspicion.objects.filter(holds_on(on)).values_list("group_id", flat=True))


def suspicions_of(*, group_id: int) -> list[dict[str, Any]]:
    """Marks on the meters of a group, newest first."""
    names = ("meter_number", "start", "end", "reason", "cleared_because", "marked_by_id", "cleared_by_id")
    return list(MeterSuspicion.objects.filter(group_id=group_id).order_by("-start", "-id").values(*names))


def points_named(*, point_ids: pl.Series, on: date) -> pl.DataFrame:
    """``point_id, account_number, name, address`` of points, the address as of a day or the last one known."""
    return bulk.read_frame(
        """
        SELECT p.id, p.account_number, p.name, coalesce(
                   (SELECT pl.address FROM groups_placement pl WHERE pl.point_id = p.id
                    ORDER BY pl.start > %(on)s, abs(pl.start - %(on)s::date) LIMIT 1), '')
        FROM groups_point p WHERE p.id = ANY(%(ids)s::bigint[])
        """,
        {"point_id": pl.Int64, "account_number": pl.String, "name": pl.String, "address": pl.String},
        {"ids": bulk.id_array(point_ids.unique()), "on": on},
    )


def known_meters(*, numbers: pl.Series) -> pl.Series:
    """Those of the numbers that a group is or was read by."""
    return bulk.read_frame(
        "SELECT DISTINCT number FROM groups_referencemeter WHERE number = ANY(%(numbers)s)",
        {"number": pl.String},
        {"numbers": numbers.to_list()},
    )["number"]


def month_ends_on(*, today: date) -> date | None:
    """The day after the present month of reference meters, which is worked out then; none where no group is supplied."""
    first = Month.of(today).plus(1).first
    return first if GroupSupply.objects.filter(end=None, start__lt=first).exists() else None


def supply_of(*, group_id: int) -> dict[str, Any] | None:
    """Where a group is supplied: ``supply_point_id, spin, area, start, end`` and ``plan_code`` of its newest terms."""
    found = bulk.read_frame(
        """
        SELECT s.supply_point_id, p.spin, p.area, s.start, s."end", c.id, c.number,
               (SELECT t.plan_code FROM contracts_contractterms t WHERE t.contract_id = c.id ORDER BY t.start DESC LIMIT 1)
        FROM groups_groupsupply s JOIN supply_supplypoint p ON p.id = s.supply_point_id
        LEFT JOIN contracts_contract c ON c.supply_point_id = s.supply_point_id
        WHERE s.group_id = %(group)s ORDER BY s.start DESC, c.start DESC LIMIT 1
        """,
        {
            "supply_point_id": pl.Int64, "spin": pl.String, "area": pl.String, "start": pl.Date, "end": pl.Date,
            "contract_id": pl.Int64, "contract_number": pl.String, "plan_code": pl.String,
        },
        {"group": group_id},
    )  # fmt: skip
    return found.row(0, named=True) if found.height else None
