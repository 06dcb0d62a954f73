"""Portfolio studies: price the book twice, as it is and as it would be, and write no bill."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.billing import membership, queries, studysums, values
from tomoshibi.billing.models import Study, StudyPart
from tomoshibi.billing.operations import dividing, pricing_step
from tomoshibi.billing.operations.changed_world import ChangedWorld
from tomoshibi.billing.operations.lookups import OnceFor
from tomoshibi.billing.operations.world import World
from tomoshibi.billing.scenario import Scenario
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import frames
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import db, kept

PART_SIZE = 100_000
"""Contracts in a part of a study: memory is bounded by it, not by the book."""
_SMALLEST = 5_000
"""A book of more is cut in two at least, so that two parts can be priced side by side."""
_HASHED = ["contract_id", "period_start", "period_end", "metered_dwh", "reading_revision"]


class NobodyToStudy(ValueError):
    """The selection holds no contract in these months."""


class StudyEnded(ValueError):
    """The study is done or was stopped."""


@db.transaction_required
def open_study(
    *,
    title: str,
    scenario: Scenario,
    selection: values.StudySelection,
    months: Sequence[Month],
    actor_id: int | None,
    now: datetime,
    part_size: int = PART_SIZE,
) -> int:
    """
    Put a question to the book; the job ``billing.run_study`` answers it.

    :param months: reading months (月分) whose usage is priced
    :returns: id of the study
    :raises NobodyToStudy: if the selection is empty
    """
    kept.tidy()
    with kept.answers():
        found = queries.study_members(months=months, selection=selection)
    if found.is_empty():
        raise NobodyToStudy(_("No contract of this selection was supplied in these months."))
    row = Study.objects.create(
        title=title,
        scenario=scenario.as_json(),
        selection=selection.as_json(),
        months=[month.number for month in sorted(months)],
        contract_count=found.height,
        created_at=now,
        created_by_id=actor_id,
    )
    StudyPart.objects.bulk_create(
        StudyPart(study=row, no=no, members=membership.pack(part, schema=membership.STUDIED), size=part.height)
        for no, part in enumerate(_by_customer(found, size=_size(found.height, at_most=part_size)), start=1)
    )
    for procedure in scenario.procedures:
        what = f"studied {title} over {found.height} contracts and {len(months)} months"
        subject = f"billing.study:{row.id}"
        identity.record_deed(procedure=procedure, what=what, at=now, subject=subject, actor_id=actor_id)
    return row.id


@db.transaction_required
def note_study_job(*, study_id: int, job_id: int) -> None:
    """Remember which job answers the study, for its page."""
    Study.objects.filter(id=study_id).update(job_id=job_id)


@db.transaction_required
def study_next(*, study_id: int, today: date) -> bool:
    """
    Price the next part of a study that is not done.

    :param today: the day whose tax the published prices hold
    :returns: whether there was one; a study that was stopped has none
    """
    waiting = StudyPart.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        study_id=study_id, study__state=values.StudyState.RUNNING.value, done=False
    )
    part = waiting.select_related("study").order_by("no").first()
    if part is None:
        return False
    scenario = Scenario.from_json(part.study.scenario)
    selection = values.StudySelection.from_json(part.study.selection)
    members = membership.unpack_studied(bytes(part.members))
    months = [Month.from_number(number) for number in part.study.months]
    with kept.answers(), closing(OnceFor(members, months=months)) as lookups:
        worlds = _Worlds(
            today=World(lookups),
            then=ChangedWorld(scenario, taxed_on=today, lookups=lookups) if part.study.scenario else None,
        )
        answers = [
            answer for month in months for answer in _month(members, month=month, selection=selection, worlds=worlds)
        ]
    bills = pl.concat([one.bills for one in answers])
    part.customers = studysums.packed(studysums.customers_of(bills))
    part.sums = {
        "cells": studysums.cells_of(bills),
        "before": [row for one in answers for row in one.before],
        "after": [row for one in answers for row in one.after],
        "refused": _added(one.refused for one in answers),
        **{
            name: sum(getattr(one, name) for one in answers)
            for name in ("without_value", "issued_bills", "issued_minor", "issued_as_now", "extras_minor")
        },
    }
    part.input_hash = hashlib.sha256("".join(one.input_hash for one in answers).encode()).hexdigest()
    part.done = True
    part.save(update_fields=["customers", "sums", "input_hash", "done"])
    return True


@db.transaction_required
def finish_study(*, study_id: int, now: datetime) -> bool:
    """
    Add the parts of a study up when all are done.

    :returns: whether it is done; one that was stopped is not
    """
    row = Study.objects.select_for_update().get(id=study_id)
    if row.state != values.StudyState.RUNNING.value:
        return bool(row.state == values.StudyState.DONE.value)
    parts = StudyPart.objects.filter(study=row).order_by("no")
    if parts.filter(done=False).exists():
        return False
    row.result = studysums.merged(
        (part.sums or {} for part in parts.only("sums").iterator()),
        customers=queries.study_customers(study_id=study_id),
    )
    hashes = "".join(parts.values_list("input_hash", flat=True))
    question = json.dumps([row.scenario, row.selection, row.months], sort_keys=True, ensure_ascii=False)
    row.input_hash = hashlib.sha256((question + hashes).encode()).hexdigest()
    row.ended_at = now
    row.finish()
    row.save()
    return True


@db.transaction_required
def cancel_study(*, study_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Stop a study; its job ends at the next part.

    :raises StudyEnded: if it is done or was stopped
    """
    row = Study.objects.select_for_update().get(id=study_id)
    if row.state != values.StudyState.RUNNING.value:
        raise StudyEnded(_("The study is done or was stopped already."))
    row.ended_at = now
    row.cancel()
    row.save()
    StudyPart.objects.filter(study=row).delete()
    subject = f"billing.study:{row.id}"
    for procedure in Scenario.from_json(row.scenario).procedures:
        identity.record_deed(procedure=procedure, what="stopped the study", at=now, subject=subject, actor_id=actor_id)


def _size(contracts: int, *, at_most: int) -> int:
    return min(at_most, max(_SMALLEST, -(-contracts // 2)))


def _by_customer(found: pl.DataFrame, *, size: int) -> Iterator[pl.DataFrame]:
    """Parts in which every customer is whole, so that changes per customer need no other part."""
    ordered = found.sort("customer_id", "contract_id")
    customers = ordered["customer_id"]
    start = 0
    while start < ordered.height:
        end = min(start + size, ordered.height)
        while end < ordered.height and customers[end] == customers[end - 1]:
            end += 1
        yield ordered.slice(start, end - start)
        start = end


@dataclass(frozen=True)
class _Worlds:
    """Where the same bills are priced: as it is, and as it would be; nothing where the question changes nothing."""

    today: World
    then: ChangedWorld | None

    def by_half_hours(self, rows: pl.DataFrame) -> int:
        """For how many candidates half-hours are read, in one of the worlds."""
        return max(
            pricing_step.priced_by_half_hours(rows, world=world)
            for world in (self.today, self.then)
            if world is not None
        )


class _Answer:
    """What became of some bills of one month."""

    def __init__(self, bills: pl.DataFrame, before: list[dict], after: list[dict], refused: dict[str, int]) -> None:  # type: ignore[type-arg]
        self.bills, self.before, self.after, self.refused = bills, before, after, refused
        self.without_value = self.issued_bills = self.issued_minor = self.issued_as_now = self.extras_minor = 0
        self.input_hash = ""


def _month(
    members: pl.DataFrame, *, month: Month, selection: values.StudySelection, worlds: _Worlds
) -> Iterator[_Answer]:
    """One month of a part; in pieces where more half-hours are priced than memory should hold."""
    days = worlds.today.lookups.reading_days(month)
    rows = queries.candidates(members=members, month=month, reading_days=days)
    given = rows.filter("has_reading")
    billable = given.filter(pl.col("provided") & ~pl.col("outside_contract"))
    adjustments = queries.adjustments(contract_ids=members["contract_id"], month=month)
    without_value = given.height - int(given["provided"].sum())
    for piece in _pieces(billable, worlds):
        answer = _piece(piece, month=month, adjustments=adjustments, selection=selection, worlds=worlds)
        answer.without_value, without_value = without_value, 0
        yield answer


def _pieces(billable: pl.DataFrame, worlds: _Worlds) -> Iterator[pl.DataFrame]:
    count = 1
    if billable["has_half_hours"].sum() > dividing.MATRIX_ROWS:
        count = max(1, -(-worlds.by_half_hours(billable) // dividing.MATRIX_ROWS))
    if count == 1:
        yield billable
    else:
        yield from billable.iter_slices(-(-billable.height // count))


def _piece(
    billable: pl.DataFrame,
    *,
    month: Month,
    adjustments: pl.DataFrame,
    selection: values.StudySelection,
    worlds: _Worlds,
) -> _Answer:
    before = pricing_step.rate(billable, month=month, adjustments=adjustments, world=worlds.today)
    chosen = before
    if selection.plan_code:
        mine = before.usage.filter(pl.col("plan_code") == selection.plan_code)["row_id"].unique()
        billable = billable.filter(pl.col("row_id").is_in(mine.implode()))
        chosen = before.only(mine)
    after = chosen
    if worlds.then is not None:
        after = pricing_step.rate(billable, month=month, adjustments=adjustments, world=worlds.then)
    bills = studysums.compared(
        chosen.found,
        after.found,
        facts=billable[["row_id", "customer_id", "contract_id", "area", "period_start"]],
        plans=(chosen.last_plan("plan_before"), after.last_plan("plan_after")),
        month=month,
    )
    answer = _Answer(
        bills=bills,
        before=studysums.components_of(chosen.found, bills=bills, programs=chosen.programs),
        after=studysums.components_of(after.found, bills=bills, programs=after.programs),
        refused=_added([_refusals(chosen), {} if after is chosen else _refusals(after, but=chosen)]),
    )
    _compare_with_issued(answer, month=month, contract_ids=billable["contract_id"])
    answer.input_hash = hashlib.sha256(
        frames.digest(billable[_HASHED])
        + frames.digest(frames.sorted_by(chosen.usage.drop("discounts"), "row_id", "segment"))
    ).hexdigest()
    return answer


def _refusals(rated: pricing_step.Rated, but: pricing_step.Rated | None = None) -> dict[str, int]:
    """How many bills could not be priced, per reason; those that could not be before either are not counted again."""
    refused = rated.found.refusals
    if but is not None:
        refused = refused.join(but.found.refusals, on="row_id", how="anti")
    if refused.is_empty():
        return {}
    areas = rated.usage.select("row_id", "area").unique("row_id")
    named = refused.join(rated.last_plan("plan"), on="row_id").join(areas, on="row_id")
    what = named.group_by("code", "detail", "area", "plan").len().iter_rows()
    after = but is not None
    return _added({studysums.reason(code, detail, area, plan, after=after): n} for code, detail, area, plan, n in what)


def _added(counts: Sequence[dict[str, int]] | Iterator[dict[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in counts:
        for code, number in one.items():
            found[code] = found.get(code, 0) + number
    return found


def _compare_with_issued(answer: _Answer, *, month: Month, contract_ids: pl.Series) -> None:
    """How far what the study takes as today's bills is what was issued."""
    issued = queries.issued_totals(contract_ids=contract_ids, month=month)
    together = answer.bills.join(issued, on=["contract_id", "period_start"], how="inner")
    answer.issued_bills = together.height
    answer.issued_minor = int(together["issued_minor"].sum())
    answer.extras_minor = int(together["extras_minor"].sum())
    answer.issued_as_now = together.filter(
        pl.col("before_minor") + pl.col("extras_minor") == pl.col("issued_minor")
    ).height
