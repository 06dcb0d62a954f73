"""
What every group's points have, counted once and kept: pages over a million points add up some hundred thousand rows.

A tally is of one group and one district, and holds on the days ``[start, end)``: up to the next day on which a membership
or a placement of the group begins or ends. Whatever changes what was counted marks its groups in ``groups_tallywanted``
in the same transaction, by triggers of the tables (``models.recounts``; of seals, see the migration of the tallies).
Who reads takes the tallies of the groups that are not marked and counts the others, so no figure is ever an old one.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from tomoshibi.groups.values import Role
from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

FIGURES = ("points", "subs", "address", "access_point", "district", "installed_on", "seal", "complete")
COUNTED: Schema = {
    "group_id": pl.Int64, "district_id": pl.Int64, "start": pl.Date, "end": pl.Date,
    **dict.fromkeys(FIGURES, pl.Int64),
}  # fmt: skip
HOLDS = '"start" <= %(on)s AND ("end" IS NULL OR "end" > %(on)s)'


def counted(*, on: date, group_ids: Sequence[int] | None = None) -> pl.DataFrame:
    """
    The points of groups on a day as they are, counted from their rows: what a tally must say.

    :param group_ids: empty for all groups
    :returns: columns of ``COUNTED``; a group without points has one row of noughts
    """
    which = "TRUE" if group_ids is None else "m.group_id = ANY(%(groups)s::bigint[])"
    having = "TRUE" if group_ids is None else "g.id = ANY(%(groups)s::bigint[])"
    return bulk.read_frame(
        f"""
        WITH held AS (
            SELECT m.group_id, coalesce(pl.district_id, 0) AS district_id, count(*) AS points,
                   count(*) FILTER (WHERE m.role = '{Role.SUB.value}') AS subs,
                   count(nullif(pl.address, '')) AS address, count(pl.access_point_id) AS access_point,
                   count(pl.district_id) AS district, count(p.installed_on) AS installed_on, count(s.id) AS seal,
                   count(*) FILTER (WHERE pl.address <> '' AND pl.access_point_id IS NOT NULL
                                    AND p.installed_on IS NOT NULL AND s.id IS NOT NULL) AS complete
            FROM groups_membership m
            JOIN groups_point p ON p.id = m.point_id
            LEFT JOIN groups_placement pl
                ON pl.point_id = m.point_id AND daterange(pl.start, pl."end") @> %(on)s::date
            LEFT JOIN fieldwork_seal s ON s.subject = 'groups.point:' || m.point_id AND s.removed_at IS NULL
            WHERE m.start <= %(on)s AND (m."end" IS NULL OR m."end" > %(on)s) AND {which}
            GROUP BY m.group_id, pl.district_id
        ), later AS (
            -- The next day on which anything of a group begins or ends by itself.
            SELECT group_id, min(day) AS day FROM (
                SELECT m.group_id, least(CASE WHEN m.start > %(on)s THEN m.start END,
                                         CASE WHEN m."end" > %(on)s THEN m."end" END) AS day
                FROM groups_membership m WHERE (m.start > %(on)s OR m."end" > %(on)s) AND {which}
                UNION ALL
                SELECT m.group_id, least(CASE WHEN pl.start > %(on)s THEN pl.start END,
                                         CASE WHEN pl."end" > %(on)s THEN pl."end" END)
                FROM groups_placement pl JOIN groups_membership m ON m.point_id = pl.point_id
                WHERE (pl.start > %(on)s OR pl."end" > %(on)s) AND {which}
            ) AS days GROUP BY group_id
        )
        SELECT g.id, coalesce(h.district_id, 0), %(on)s::date, l.day,
               {", ".join(f"coalesce(h.{name}, 0)" for name in FIGURES)}
        FROM groups_group g LEFT JOIN held h ON h.group_id = g.id LEFT JOIN later l ON l.group_id = g.id
        WHERE {having}
        """,
        COUNTED,
        {"on": on, "groups": list(group_ids or ())},
    )


def unsettled(*, on: date) -> list[int]:
    """Groups that have no tally of a day, or something of which has changed since it was made."""
    frame = bulk.read_frame(
        f"""
        SELECT g.id FROM groups_group g
        WHERE NOT EXISTS (SELECT FROM groups_tally t WHERE t.group_id = g.id AND {HOLDS})
        UNION SELECT group_id FROM groups_tallywanted
        """,
        {"group_id": pl.Int64},
        {"on": on},
    )
    return frame["group_id"].to_list()


TALLIES = f"""
    SELECT group_id, district_id, {", ".join(FIGURES)} FROM groups_tally
    WHERE {HOLDS} AND group_id <> ALL(%(unsettled)s::bigint[])
    UNION ALL
    SELECT * FROM unnest(%(group_id)s::bigint[], %(district_id)s::bigint[],
                         {", ".join(f"%({name})s::bigint[]" for name in FIGURES)})
"""
"""Every group's figures by district on a day; its parameters are those of ``tallied``."""


def tallied(*, on: date) -> dict[str, object]:
    """Parameters of ``TALLIES``: the groups that are not settled, and what they are counted to have."""
    groups = unsettled(on=on)
    fresh = counted(on=on, group_ids=groups) if groups else pl.DataFrame(schema=dict(COUNTED))
    columns = {name: fresh[name].to_list() for name in ("group_id", "district_id", *FIGURES)}
    return {"on": on, "unsettled": groups, **columns}
