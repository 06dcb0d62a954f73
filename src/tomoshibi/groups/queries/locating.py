"""Where a device takes its supply: looked up in bulk from what its list says is near it (G-030, G-032)."""

import polars as pl

from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk

LOCATED: Schema = {
    "row": pl.Int64, "access_point_id": pl.Int64, "access_point_number": pl.String, "access_point_name": pl.String,
    "district_number": pl.String, "district_name": pl.String, "setting": pl.String, "source": pl.String,
    "confidence": pl.Int64,
}  # fmt: skip
CONFIDENCE = {"account": 100, "meter": 95, "box": 90, "neighbour": 85, "address": 60}
"""How sure each source is [%]; what is below the company's threshold waits for a person."""


def locate(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Access point and district of many rows at once, from the surest source that knows.

    In this order: the ordinary account that is near, its meter, a box or pole, another device of a group that named the
    same neighbour, the address.

    :param frame: ``row``, ``nearest_number``, ``address``
    :returns: columns of ``LOCATED``; rows that nothing is known of are not among them
    """
    if not frame.height:
        return pl.DataFrame(schema=dict(LOCATED))
    return bulk.read_frame(
        f"""
        WITH asked AS (
            SELECT * FROM unnest(%(rows)s::bigint[], %(near)s::text[], %(addresses)s::text[]) AS t (row_no, near, address)
        ), found AS (
            -- the ordinary account beside it
            SELECT row_no, s.access_point_id, 'account' AS source, {CONFIDENCE["account"]} AS confidence
            FROM asked JOIN supply_servedaccount s ON s.account_number = near
            UNION ALL
            -- that account's meter, or the reference meter of a group
            SELECT row_no, s.access_point_id, 'meter', {CONFIDENCE["meter"]}
            FROM asked JOIN supply_servedaccount s ON s.meter_number = near AND near <> ''
            UNION ALL
            SELECT row_no, a.id, 'box', {CONFIDENCE["box"]}
            FROM asked JOIN supply_accesspoint a ON a.number = near OR (a.name = near AND near <> '')
            UNION ALL
            SELECT row_no, a.id, 'box', {CONFIDENCE["box"]}
            FROM asked JOIN supply_meterbox b ON b.number = near JOIN supply_accesspoint a ON a.box_id = b.id
            UNION ALL
            -- a device of a group that is, or stands beside, the same account
            SELECT row_no, pl.access_point_id, 'neighbour', {CONFIDENCE["neighbour"]}
            FROM asked
            JOIN groups_point p ON near <> '' AND (p.account_number = near OR p.nearest_number = near)
            JOIN groups_placement pl ON pl.point_id = p.id AND pl."end" IS NULL AND pl.access_point_id IS NOT NULL
            UNION ALL
            SELECT row_no, s.access_point_id, 'address', {CONFIDENCE["address"]}
            FROM asked JOIN supply_servedaccount s ON s.address = asked.address AND asked.address <> ''
            UNION ALL
            SELECT row_no, pl.access_point_id, 'address', {CONFIDENCE["address"]}
            FROM asked JOIN groups_placement pl
                ON pl.address = asked.address AND asked.address <> '' AND pl."end" IS NULL
                AND pl.access_point_id IS NOT NULL
        )
        SELECT DISTINCT ON (row_no) row_no, a.id, a.number, a.name, coalesce(d.number, ''), coalesce(d.name, ''),
               coalesce(d.setting, ''), source, confidence
        FROM found JOIN supply_accesspoint a ON a.id = access_point_id LEFT JOIN supply_district d ON d.id = a.district_id
        ORDER BY row_no, confidence DESC, a.id
        """,
        LOCATED,
        {
            "rows": frame["row"].to_list(),
            "near": frame["nearest_number"].to_list(),
            "addresses": frame["address"].to_list(),
        },
    )
