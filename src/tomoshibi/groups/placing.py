"""Points into groups, many at a time: examined as whole columns, written with COPY."""

from datetime import date

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _

from tomoshibi.groups import counting, parameters, queries, values
from tomoshibi.groups.models import Placement, Point
from tomoshibi.kernel.frames import Schema, completed
from tomoshibi.kernel.refusals import Examination
from tomoshibi.parties import operations as parties
from tomoshibi.parties.values import NumberKind
from tomoshibi.storage import bulk
from tomoshibi.storage.fields import length_limits

NEW_POINTS: Schema = {
    "account_number": pl.String, "group_id": pl.Int64, "role": pl.String, "benchmark_number": pl.String,
    "name": pl.String, "address": pl.String, "position": pl.String, "nearest_number": pl.String, "device_type_id": pl.Int64,
    "rated_w": pl.Int64, "override_reason": pl.String, "same_device_reason": pl.String, "origin": pl.String,
    "application_number": pl.String, "installed_on": pl.Date, "seal_number": pl.String, "contract_list": pl.String,
    "batch_id": pl.Int64, "start": pl.Date, "access_point_id": pl.Int64, "access_point_number": pl.String,
    "district_id": pl.Int64, "point_id": pl.Int64,
}  # fmt: skip
"""
What ``add`` reads; ``account_number`` empty: a fresh one. ``role`` is that of ``values.Role``. ``point_id`` where it was
reserved before (``reserve``), so that a label could be printed for a point that was not connected yet.
"""

_MANY = 1000
"""So many points at once change what is quick to ask of all of them."""


def reserve(*, count: int) -> pl.DataFrame:
    """
    Ids and account numbers for points to come; they are nobody's until ``add`` is given them.

    :returns: ``point_id``, ``account_number``
    """
    return pl.DataFrame(
        {
            "point_id": bulk.allocate_ids("groups_point", count),
            "account_number": parties.take_account_numbers(count=count),
        }
    )


def add(frame: pl.DataFrame, *, today: date, beyond_cap: bool) -> pl.DataFrame:
    """
    Examine points and put them into their groups.

    :param frame: columns of ``NEW_POINTS``; texts may be missing
    :param beyond_cap: stock may be more than the cap allows (G-013)
    :returns: ``point_id``, ``account_number`` in the order of the frame
    """
    rows = completed(frame, NEW_POINTS)
    examine(rows, today=today, beyond_cap=beyond_cap)
    rows = _numbered(rows)
    parties.register_numbers(
        rows.select(
            number="account_number",
            kind=pl.when(pl.col("role") == values.Role.BENCHMARK.value)
            .then(pl.lit(NumberKind.BENCHMARK.value))
            .otherwise(pl.lit(NumberKind.SUB.value)),
            offer_instead=pl.when(pl.col("role") == values.Role.BENCHMARK.value)
            .then(pl.lit(""))
            .otherwise("benchmark_number"),
        )
    )
    fresh = pl.Series("id", bulk.allocate_ids("groups_point", rows.height))
    rows = rows.with_columns(id=pl.coalesce("point_id", fresh)).drop("point_id")
    bulk.copy_in(
        "groups_point",
        rows.select(
            "id", "account_number", "name", "nearest_number", "device_type_id", "rated_w", "override_reason", "origin",
            "application_number", "installed_on", "seal_number", "contract_list", "batch_id",
        ),
    )  # fmt: skip
    bulk.copy_in("groups_membership", rows.select("group_id", "role", "start", point_id="id"))
    bulk.copy_in(
        "groups_placement", rows.select("address", "position", "access_point_id", "district_id", "start", point_id="id")
    )
    if rows.height >= _MANY:
        bulk.analyze("groups_point", "groups_membership", "groups_placement")
    return rows.select("account_number", point_id="id")


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows without an account number get a fresh one, and a benchmark's goes to its subs."""
    missing = rows.filter(account_number="").height
    if not missing:
        return rows
    fresh = parties.take_account_numbers(count=missing)
    position = (pl.col("account_number") == "").cum_sum().cast(pl.Int64) - 1
    return rows.with_columns(
        account_number=pl.when(pl.col("account_number") == "")
        .then(pl.lit(fresh).gather(position.clip(0)))
        .otherwise("account_number")
    )


def examine(rows: pl.DataFrame, *, today: date, beyond_cap: bool) -> None:
    """
    :param rows: columns of ``NEW_POINTS``
    :raises RowsRefused: naming each row that cannot be taken
    """
    examination = Examination(rows)
    given = pl.col("account_number") != ""
    examination.refuse(
        given & pl.col("account_number").is_duplicated(),
        column="account_number",
        reason=_("{value} stands in more than one row"),
    )
    examination.refuse(pl.col("name") == "", column="name", reason=_("a point needs the name of its device's place"))
    examination.refuse(pl.col("start").is_null(), column="start", reason=_("a date is needed"))
    for column in ("start", "installed_on"):
        examination.refuse(pl.col(column) > today, column=column, reason=_("{value} lies in the future"))
    examination.refuse(
        (pl.col("origin") != values.Origin.STOCK.value) & (pl.col("application_number") == ""),
        column="application_number",
        reason=_("a point comes through an application: give its number"),
    )
    examination.refuse_longer(
        length_limits(Point) | {name: length_limits(Placement)[name] for name in ("address", "position")},
        reason=_("longer than {limit} characters"),
    )
    examine_devices(examination, rows)
    examine_doubles(examination, rows, today=today)
    if not beyond_cap:
        _examine_cap(examination, rows, today=today)
    examination.finish()


def examine_devices(examination: Examination, rows: pl.DataFrame) -> None:
    """Only devices of the benchmark's type, within its rated range, unless somebody says why (G-003)."""
    kinds = bulk.read_frame(
        """
        SELECT g.id, g.device_type_id, t.device_type_id, t.rated_min_w, t.rated_max_w, t.start, t."end"
        FROM groups_group g JOIN groups_devicetypeterms t ON TRUE
        WHERE g.id = ANY(%(groups)s::bigint[]) AND t.device_type_id = ANY(%(types)s::bigint[])
        """,
        {
            "group_id": pl.Int64, "group_type_id": pl.Int64, "device_type_id": pl.Int64, "rated_min_w": pl.Int64,
            "rated_max_w": pl.Int64, "terms_start": pl.Date, "terms_end": pl.Date,
        },
        {
            "groups": rows["group_id"].drop_nulls().unique().to_list(),
            "types": rows["device_type_id"].drop_nulls().unique().to_list(),
        },
    )  # fmt: skip
    marked = rows.with_row_index("_at", offset=1).join(kinds, on=["group_id", "device_type_id"], how="left")
    holds = (pl.col("terms_start") <= pl.col("start")) & (
        pl.col("terms_end").is_null() | (pl.col("terms_end") > pl.col("start"))
    )
    valid = marked.filter(holds)
    without = marked.join(valid, on="_at", how="anti")["_at"].unique().to_list()
    examination.refuse_rows(without, column="device_type_id", reason=_("this device type does not hold on that day"))
    needs_reason = valid.filter(pl.col("override_reason") == "")
    other = needs_reason.filter(pl.col("device_type_id") != pl.col("group_type_id"))["_at"].to_list()
    examination.refuse_rows(
        other,
        column="device_type_id",
        reason=_("the device is of another type than the benchmark; give a reason to take it"),
    )
    outside = needs_reason.filter(~pl.col("rated_w").is_between("rated_min_w", "rated_max_w"))["_at"].to_list()
    examination.refuse_rows(
        outside, column="rated_w", reason=_("{value} W is outside the range of the type; give a reason to take it")
    )


def examine_doubles(examination: Examination, rows: pl.DataFrame, *, today: date) -> None:
    """The same device is not in two groups (G-017), unless somebody says why it is another one."""
    key = ["name", "address", "access_point_number"]
    unresolved = rows.with_row_index("_at", offset=1).filter(pl.col("same_device_reason") == "")
    twice = unresolved.filter(pl.struct(key).is_duplicated() & ~pl.struct(key).is_first_distinct())["_at"].to_list()
    examination.refuse_rows(
        twice,
        column="name",
        reason=_(
            "{value} stands twice in the list at the same address and access point; take one out, or say why it is another device"
        ),
    )
    known = unresolved.join(queries.same_devices(frame=unresolved, on=today), on=key, how="inner")
    for number, part in known.group_by("known_number"):
        examination.refuse_rows(
            part["_at"].to_list(),
            column="name",
            reason=_(
                "{value} is point %(number)s already, at the same address and access point; take it out, or say why it is another device"
            )
            % {"number": number[0]},
        )


def _examine_cap(examination: Examination, rows: pl.DataFrame, *, today: date) -> None:
    """No group grows beyond its cap (G-011); what is over it already takes nothing more (G-013)."""
    limit = queries.parameter(parameters.LIMIT, on=today)
    counted = "points" if queries.parameter(parameters.LIMIT_COUNTS_POINTS, on=today) else "subs"
    arriving = rows.with_row_index("_at", offset=1)
    present = queries.members_frame(group_ids=rows["group_id"].drop_nulls().unique())
    new = arriving.select("group_id", "role", "start", end=pl.lit(None, dtype=pl.Date))
    peaks = counting.peaks(pl.concat([present.select(new.columns), new]))
    over = peaks.filter(pl.col(counted) > limit)["group_id"]
    examination.refuse_rows(
        arriving.filter(pl.col("group_id").is_in(over.implode()))["_at"].to_list(),
        column="group_id",
        reason=_("the group would have more than %(limit)d accounts; please apply for a new reference meter")
        % {"limit": limit},
    )


def move(frame: pl.DataFrame) -> None:
    """
    Points stand somewhere else from a day on; number, group and history stay (G-029).

    :param frame: ``point_id``, ``start``, ``address``, ``position``, ``access_point_id``, ``district_id``
    """
    ids, days = frame["point_id"].to_list(), [str(day) for day in frame["start"].to_list()]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE groups_placement t SET "end" = moved.day
            FROM unnest(%s::bigint[], %s::date[]) AS moved (point_id, day)
            WHERE t.point_id = moved.point_id AND t.start < moved.day AND (t."end" IS NULL OR t."end" > moved.day)
            """,
            [ids, days],
        )
    bulk.copy_in(
        "groups_placement", frame.select("point_id", "start", "address", "position", "access_point_id", "district_id")
    )


def end_memberships(frame: pl.DataFrame) -> int:
    """
    Let points leave their groups, and their places.

    :param frame: ``point_id``, ``end``
    """
    ids, ends = frame["point_id"].to_list(), [str(day) for day in frame["end"].to_list()]
    with connection.cursor() as cursor:
        for table in ("groups_membership", "groups_placement"):
            cursor.execute(
                f"""
                UPDATE {table} t SET "end" = gone.day
                FROM unnest(%s::bigint[], %s::date[]) AS gone (point_id, day)
                WHERE t.point_id = gone.point_id AND t.start < gone.day AND (t."end" IS NULL OR t."end" > gone.day)
                """,
                [ids, ends],
            )
        return int(cursor.rowcount)
