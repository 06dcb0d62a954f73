"""Tallies of groups are made anew where something changed, and all of them compared with what is there."""

from datetime import date

import polars as pl
from django.db import connection

from tomoshibi.groups import tallying
from tomoshibi.storage import bulk, db

GROUPS_AT_ONCE = 20_000


@db.transaction_required
def settle_tallies(*, today: date) -> int:
    """
    Count the groups that are marked or have no tally of the day, so many at once; again until it says nought.

    A change that is not committed yet keeps its mark, because only marks that are seen are taken away, and they are
    taken away before their groups are counted.

    :returns: groups counted
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groups.tally'))")
    groups = sorted(tallying.unsettled(on=today))[:GROUPS_AT_ONCE]
    if groups:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM groups_tallywanted WHERE group_id = ANY(%s)", [groups])
        _write(tallying.counted(on=today, group_ids=groups), groups)
        with connection.cursor() as cursor:
            # Marks of groups that are gone have nothing to be counted.
            cursor.execute(
                "DELETE FROM groups_tallywanted w WHERE NOT EXISTS (SELECT FROM groups_group g WHERE g.id = w.group_id)"
            )
    return len(groups)


@db.transaction_required
def recount_tallies(*, today: date) -> int:
    """
    Count every group anew and write what differs; a difference would be a fault of ours.

    :returns: groups whose tally was not what is there, those that were marked not among them
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('groups.tally'))")
        # No row that a tally counts may move while all of them are compared.
        cursor.execute("LOCK TABLE groups_membership, groups_placement, groups_point, fieldwork_seal IN SHARE MODE")
    marked = tallying.unsettled(on=today)
    truth = tallying.counted(on=today)
    figures = ["group_id", "district_id", *tallying.FIGURES]
    kept = bulk.read_frame(
        f"SELECT {', '.join(figures)} FROM groups_tally WHERE {tallying.HOLDS} AND group_id <> ALL(%(marked)s::bigint[])",
        dict.fromkeys(figures, pl.Int64),
        {"on": today, "marked": marked},
    )
    settled = truth.filter(~pl.col("group_id").is_in(marked)).select(figures)
    wrong = pl.concat([
        settled.join(kept, on=figures, how="anti"), kept.join(settled, on=figures, how="anti")
    ])["group_id"].unique()  # fmt: skip
    if len(wrong):
        _write(truth.filter(pl.col("group_id").is_in(wrong.to_list())), wrong.to_list())
    return len(wrong)


def _write(counted: pl.DataFrame, groups: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM groups_tally WHERE group_id = ANY(%s)", [groups])
    bulk.copy_in("groups_tally", counted)
