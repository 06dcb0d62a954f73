"""The watch over what is due and not there, and asking for it again."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.metering import values
from tomoshibi.metering.models import Gap, RefetchRequest
from tomoshibi.metering.operations import taking_over
from tomoshibi.metering.queries.gaps import due_on, gap_counts, waits_of_areas
from tomoshibi.metering.queries.readings import confirmed_frame
from tomoshibi.metering.values import GapReason
from tomoshibi.storage import bulk, db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

GAP_KIND = "metering.gap"
DAY_KIND = "metering.gaps_of_day"
_MONTHS_WATCHED = 3
"""How many reading months back the watch looks each time: a gap that is open stays open without it."""
_ITEMS_PER_DAY = 50
"""More gaps of one reading day are one piece of work: the grid company failed, not the points."""
_A_WEEK = timedelta(days=7)
_STAGED = [
    "contract_id", "contract_number", "supply_point_id", "spin", "period_start", "period_end", "area", "base_day", "due_on",
]  # fmt: skip


class NothingToAsk(ValueError):
    """None of the chosen gaps is open."""


@db.transaction_required
def enqueue_watch(*, actor_id: int | None = None) -> int:
    """
    Have the worker look for gaps, behind the files that wait to be read: what they bring is not missing.

    :returns: the job's id
    """
    return worker.enqueue(values.WATCH_JOB, requested_by_id=actor_id, lock=values.IMPORT_JOB)


@db.transaction_required
def watch(*, today: date, now: datetime, months_back: int = _MONTHS_WATCHED) -> dict[str, int]:
    """
    Open a gap for every supplied point whose value is due and not there, and close those whose value came.

    Running it again the same day changes nothing.

    :returns: how many gaps are ``opened``, ``closed`` and ``open``
    """
    closed = close_filled_gaps(now=now)
    opened = 0
    for back in range(months_back, -1, -1):
        opened += _open_gaps(month=Month.of(today).plus(1 - back), today=today, now=now)
    closed += _close_not_expected(now=now)
    _put_before_people(now=now)
    return {"opened": opened, "closed": closed, "open": Gap.objects.filter(closed_at=None).count()}


def _open_gaps(*, month: Month, today: date, now: datetime) -> int:
    """Gaps of one reading month, from one look at who is supplied and one at what is here."""
    watched = _watched(month=month, today=today)
    if watched.is_empty():
        return 0
    supplied = contracts.supplied_frame(
        period_start=watched["cut_from"].min(),  # type: ignore[arg-type]
        period_end=watched["cut_to"].max(),  # type: ignore[arg-type]
    )
    values_here = confirmed_frame(month=month)
    here, refused = values_here.filter("provided"), values_here.filter(~pl.col("provided"))["supply_point_id"]
    lacking = _lacking(supplied.join(watched, on=["area", "base_day"]), here=here)
    lacking = _without_unmetered(lacking, unmetered=tariffs.unmetered_plans(), month=month, now=now)
    said_no = pl.col("supply_point_id").is_in(refused.implode())
    found = {
        GapReason.NOT_PROVIDED: lacking.filter(said_no),
        GapReason.MISSING: lacking.filter(~said_no, pl.col("due_on") < today),
    }
    return sum(_insert(rows, month=month, reason=reason, now=now) for reason, rows in found.items())


def _watched(*, month: Month, today: date) -> pl.DataFrame:
    """
    The reading days of a month that have passed.

    :returns: ``area``, ``base_day``, ``cut_from`` and ``cut_to`` (the days that are measured), ``due_on``
    """
    cut_from = {(day.area, day.base_day): day.metering_on for day in masters.reading_days(month=month.plus(-1))}
    passed = [
        day
        for day in masters.reading_days(month=month)
        if day.reading_on < today and (day.area, day.base_day) in cut_from
    ]
    waits = waits_of_areas()
    rows = []
    for area, days in groupby(passed, key=lambda day: day.area):  # they come in the order of their areas
        wait = waits[area]
        working = masters.days_of(
            start=month.plus(-1).first, end=month.plus(2).first + wait * _A_WEEK, scopes=(masters.NATIONAL, area)
        )
        for day in days:
            due = due_on(reading_on=day.reading_on, working=working, wait_business_days=wait)
            rows.append((area, day.base_day, cut_from[area, day.base_day], day.metering_on, due))
    schema = {"area": pl.String, "base_day": pl.String} | dict.fromkeys(("cut_from", "cut_to", "due_on"), pl.Date)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _lacking(expected: pl.DataFrame, *, here: pl.DataFrame) -> pl.DataFrame:
    """Contracts with days of the month that no reading with a quantity meets."""
    wanted = expected.with_columns(
        period_start=pl.max_horizontal("cut_from", "start"),
        period_end=pl.min_horizontal("cut_to", pl.col("end").fill_null(pl.col("cut_to"))),
    ).filter(pl.col("period_start") < pl.col("period_end"))
    # A contract that the window met, but not its base day's days, falls out here.
    met = (
        wanted.join(here.select("supply_point_id", came="period_start", went="period_end"), on="supply_point_id")
        .filter((pl.col("came") < pl.col("period_end")) & (pl.col("went") > pl.col("period_start")))
        .select("contract_id")
    )
    return wanted.join(met.unique(), on="contract_id", how="anti")


def _without_unmetered(
    lacking: pl.DataFrame, *, unmetered: Collection[str], month: Month, now: datetime
) -> pl.DataFrame:
    """
    What lacks a value although a meter is read: contracts on fixed-rate plans have none. Their months are written down
    as they are, without energy, so that they are billed like all others; a value that comes after all is a later word.
    """
    if lacking.is_empty() or not unmetered:
        return lacking
    terms = contracts.terms_frame(contract_ids=lacking["contract_id"])
    held = lacking.join(terms, on="contract_id").filter(
        (pl.col("terms_start") < pl.col("period_end"))
        & (pl.col("terms_end").is_null() | (pl.col("terms_end") > pl.col("period_start")))
    )
    fixed = held.group_by("contract_id").agg(pl.col("plan_code").is_in(list(unmetered)).all().alias("fixed"))
    fixed = fixed.filter("fixed")
    months = lacking.join(fixed, on="contract_id", how="semi").select(
        "supply_point_id",
        "spin",
        "period_start",
        "period_end",
        month=pl.lit(month.number, dtype=pl.Int64),
        energy_dwh=pl.lit(0, dtype=pl.Int64),
        half_hours=pl.lit(None, dtype=pl.Binary),
    )
    if months.height:
        taking_over.take_over(readings=months.select(list(taking_over.READINGS)), now=now)
    return lacking.join(fixed, on="contract_id", how="anti")


def _insert(lacking: pl.DataFrame, *, month: Month, reason: GapReason, now: datetime) -> int:
    """Gaps that are not there yet; one that had closed opens again, one that only lacked its reason gets it."""
    if lacking.is_empty():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TEMPORARY TABLE IF NOT EXISTS metering_gap_stage (
                contract_id bigint, contract_number text, supply_point_id bigint, spin text,
                period_start date, period_end date, area text, base_day text, due_on date
            ) ON COMMIT DROP
            """
        )
        cursor.execute("TRUNCATE metering_gap_stage")
    bulk.copy_in("metering_gap_stage", lacking.select(_STAGED))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO metering_gap AS g
                   (contract_id, contract_number, supply_point_id, spin, period_start, period_end,
                    area, base_day, due_on, month, reason, opened_at, asked_count, outcome)
            SELECT s.*, %(month)s, %(reason)s, %(now)s, 0, ''
              FROM metering_gap_stage s
                ON CONFLICT (contract_id, month, period_start) DO UPDATE
               SET reason = excluded.reason, closed_at = NULL, outcome = '',
                   opened_at = CASE WHEN g.closed_at IS NULL THEN g.opened_at ELSE excluded.opened_at END
             WHERE g.closed_at IS NOT NULL OR g.reason <> excluded.reason
            """,
            {"month": month.number, "reason": reason.value, "now": now},
        )
        return cursor.rowcount


@db.transaction_required
def close_filled_gaps(*, now: datetime, actor_id: int | None = None) -> int:
    """Close gaps whose days have a quantity by now, with the work about them; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE metering_gap g
               SET closed_at = %(now)s, outcome = CASE WHEN r.agreed THEN 'agreed' ELSE 'arrived' END
              FROM metering_reading r
             WHERE g.closed_at IS NULL AND r.supply_point_id = g.supply_point_id AND r.kind = 'supply'
               AND r.superseded_by_id IS NULL AND r.provided
               AND r.period_start < g.period_end AND r.period_end > g.period_start
            RETURNING g.id
            """,
            {"now": now},
        )
        closed = [row[0] for row in cursor.fetchall()]
    RefetchRequest.objects.filter(gap_id__in=closed, answered_at=None).update(answered_at=now)
    _close_work(closed, outcome=_("the value is there"), now=now, actor_id=actor_id)
    return len(closed)


def _close_not_expected(*, now: datetime) -> int:
    """Gaps whose contract ended before their days, or was withdrawn, wait for nothing."""
    open_gaps = Gap.objects.filter(closed_at=None)
    if not open_gaps.exists():
        return 0
    rows = list(open_gaps.values_list("id", "contract_id", "period_start", "period_end"))
    supplied = contracts.supplied_frame(
        period_start=min(row[2] for row in rows), period_end=max(row[3] for row in rows)
    )
    held = {row[0]: row[1:] for row in supplied.select("contract_id", "start", "end").iter_rows()}
    gone = [
        gap_id
        for gap_id, contract_id, start, end in rows
        if contract_id not in held
        or held[contract_id][0] >= end
        or (held[contract_id][1] is not None and held[contract_id][1] <= start)
    ]
    Gap.objects.filter(id__in=gone).update(closed_at=now, outcome=values.GapOutcome.NOT_EXPECTED)
    _close_work(gone, outcome=_("not supplied on these days"), now=now)
    return len(gone)


def _close_work(gap_ids: Sequence[int], *, outcome: str, now: datetime, actor_id: int | None = None) -> None:
    if not gap_ids:
        return
    worklist.close_about(
        kind=GAP_KIND,
        subjects=[f"metering.gap:{gap_id}" for gap_id in gap_ids],
        outcome=outcome,
        now=now,
        actor_id=actor_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT area, base_day, month FROM metering_gap g WHERE id = ANY(%s) AND NOT EXISTS
                   (SELECT 1 FROM metering_gap o WHERE o.closed_at IS NULL AND (o.area, o.base_day, o.month)
                     = (g.area, g.base_day, g.month))
            """,
            [list(gap_ids)],
        )
        whole = [_day_subject(*row) for row in cursor.fetchall()]
    worklist.close_about(kind=DAY_KIND, subjects=whole, outcome=outcome, now=now, actor_id=actor_id)


def _day_subject(area: str, base_day: str, month: int) -> str:
    return f"metering.reading_day:{area}-{base_day}-{month}"


def _put_before_people(*, now: datetime) -> None:
    """One item per gap; a reading day with very many is one item."""
    items = []
    for day in gap_counts():
        if day.count > _ITEMS_PER_DAY:
            items.append(_work_of_day(day))
        else:
            rows = Gap.objects.filter(closed_at=None, area=day.area, base_day=day.base_day, month=day.month)
            items.extend(_work_of_gap(row) for row in rows)
    worklist.open_items(items=items, now=now)


def _evening_after(due: date) -> datetime:
    """The first day on which the data is late is the day on which somebody asks for it."""
    return datetime.combine(due + timedelta(days=1), time(18), tzinfo=ZoneInfo(settings.TIME_ZONE))


def _work_of_day(day: values.GapsOfDay) -> dict[str, Any]:
    return {
        "procedure": values.PROCEDURE,
        "kind": DAY_KIND,
        "subject": _day_subject(day.area, day.base_day, day.month),
        "title": _("%(count)d confirmed values of area %(area)s, base day %(base)s are missing for %(month)d")
        % {"count": day.count, "area": day.area, "base": day.base_day, "month": day.month},
        "url": f"{reverse('metering:gaps')}?area={day.area}&q={day.base_day}",
        "due_at": _evening_after(day.due_on),
    }


def _work_of_gap(row: Gap) -> dict[str, Any]:
    if row.reason == GapReason.NOT_PROVIDED:
        title = _("The grid company cannot provide the value of %(spin)s for %(month)d")
    else:
        title = _("No confirmed value of %(spin)s for %(month)d")
    return {
        "procedure": values.PROCEDURE,
        "kind": GAP_KIND,
        "subject": f"metering.gap:{row.id}",
        "title": title % {"spin": row.spin, "month": row.month},
        "url": reverse("metering:gap", args=[row.id]),
        "due_at": _evening_after(row.due_on),
    }


@db.transaction_required
def ask_again(*, gap_ids: Sequence[int], note: str = "", now: datetime, actor_id: int | None = None) -> list[int]:
    """
    Ask the grid companies again for values: on record per gap, and one fetch per area that also takes files again
    that were fetched before.

    :returns: ids of the fetching jobs
    :raises NothingToAsk: if none of the gaps is open
    """
    rows = list(Gap.objects.select_for_update().filter(id__in=list(gap_ids), closed_at=None))
    if not rows:
        raise NothingToAsk(_("none of the chosen gaps is open"))
    RefetchRequest.objects.bulk_create(
        [RefetchRequest(gap=row, asked_at=now, asked_by_id=actor_id, note=note[:300]) for row in rows]
    )
    Gap.objects.filter(id__in=[row.id for row in rows]).update(asked_at=now, asked_count=F("asked_count") + 1)
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"asked again for {len(rows)} confirmed values",
        at=now,
        subject=f"metering.gap:{rows[0].id}" if len(rows) == 1 else "",
        actor_id=actor_id,
    )
    return [
        worker.enqueue(
            values.FETCH_JOB,
            {"area": area, "again_since": min(row.period_end for row in rows if row.area == area).isoformat()},
            requested_by_id=actor_id,
            lock=f"{values.FETCH_JOB}:{area}",
        )
        for area in sorted({row.area for row in rows})
    ]
