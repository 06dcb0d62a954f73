"""
What the grid companies and old retailers decided, as bulk events: repeated ones count once, older news changes nothing.

An event carries how far the application had come (its step). Whatever order events arrive in, an application only goes
forward; every event that is new to us leaves a line in its story, also one that came too late to change anything.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import values
from tomoshibi.applications.models import SwitchingCase, SwitchingStep
from tomoshibi.applications.operations.switching import cases, effects
from tomoshibi.applications.story_words import meant, said
from tomoshibi.applications.values import SwitchingState
from tomoshibi.contracts.values import EndReason
from tomoshibi.gateways import switching
from tomoshibi.gateways.switching import Mediation, Stage
from tomoshibi.storage import bulk, db
from tomoshibi.worklist import operations as worklist

CHANGED = (
    "state", "stage", "stage_name", "step", "fixed_on", "reason", "contract", "password", "password_until",
    "mediation_step",
)  # fmt: skip
PASSWORD_DAYS = 31
"""A password of a usage inquiry holds one month at most."""


@db.transaction_required
def apply_events(
    *, rows: Sequence[switching.Fields], code: str, messages: switching.MessageSet, now: datetime
) -> dict[str, int]:
    """
    Take a page of application events.

    :param code: our retailer code that the feed belongs to
    :returns: how many were new, old, and of applications that are not ours
    """
    counts = {"new": 0, "old": 0, "foreign": 0}
    numbers = {str(row.get("application_number", "")) for row in rows}
    known = _by_application({number.partition("-")[0] for number in numbers})
    story: list[SwitchingStep] = []
    moved: dict[int, SwitchingCase] = {}
    before: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: (row.get("step") or 0, row.get("event") or 0)):
        case = known.get(str(row.get("application_number", "")))
        if case is None:
            counts["foreign"] += 1
            continue
        story.append(_line(case, row, f"{code}:{row.get('event')}", messages, now))
        if step_of(row) <= case.step:
            counts["old"] += 1
            continue
        before.setdefault(case.id, case.state)
        _move(case, row, messages)
        moved[case.id] = case
        counts["new"] += 1
    _follow(list(moved.values()), before, now=now)
    bulk.update_rows(moved.values(), CHANGED)
    SwitchingStep.objects.bulk_create(story, ignore_conflicts=True, batch_size=1000)
    return counts


def step_of(row: switching.Fields) -> int:
    """How far the thing had come when the event was written."""
    step = row.get("step")
    return step if isinstance(step, int) else 0


def _by_application(numbers: set[str]) -> dict[str, SwitchingCase]:
    found = SwitchingCase.objects.select_for_update().filter(number__in=numbers)
    return {case.application_number: case for case in found}


def _line(
    case: SwitchingCase, row: switching.Fields, event: str, messages: switching.MessageSet, now: datetime
) -> SwitchingStep:
    stage = messages.stage(str(row.get("stage", "")))
    parts = [meant(stage.meaning, stage.name)]
    if row.get("fixed_on"):
        parts.append(str(row["fixed_on"]))
    if row.get("reason_text"):
        parts.append(str(row["reason_text"]))
    return SwitchingStep(
        case=case,
        at=now,
        kind="stage",
        text=said("at the grid: %(stage)s", stage=" · ".join(parts))[:500],
        event=event[:60],
    )


def note_stage(case: SwitchingCase, row: switching.Fields, *, messages: switching.MessageSet) -> None:
    """How the grid calls the state of an application, and how far it is."""
    code = str(row.get("stage", ""))
    case.stage, case.stage_name = code[:10], messages.stage(code).name[:60]
    case.step = max(case.step, step_of(row))


def _move(case: SwitchingCase, row: switching.Fields, messages: switching.MessageSet) -> None:
    note_stage(case, row, messages=messages)
    fixed = row.get("fixed_on")
    day = fixed if isinstance(fixed, date) else (case.fixed_on or case.wished_on)
    reason = str(row.get("reason_text") or case.stage_name)
    meaning = messages.stage(case.stage).meaning
    if meaning is Stage.MATCHED and day and can_proceed(case.match):
        case.match(on=day)
    elif meaning is Stage.METER_OPEN and day and can_proceed(case.complete_before_meter):
        case.complete_before_meter(on=day)
    elif meaning is Stage.COMPLETED and can_proceed(case.complete):
        case.complete(on=fixed if isinstance(fixed, date) else None)
        _keep_password(case, row)
    elif meaning is Stage.REJECTED and can_proceed(case.reject):
        case.reject(reason=reason)
    elif meaning is Stage.EXPIRED and can_proceed(case.expire):
        case.expire(reason=reason)
    elif meaning is Stage.CANCELED and can_proceed(case.cancel):
        case.cancel(reason=case.reason or reason)


def _keep_password(case: SwitchingCase, row: switching.Fields) -> None:
    if row.get("password"):
        given = case.fixed_on or timezone.localtime(case.opened_at).date()
        case.password = str(row["password"])[:60]
        case.password_until = date.fromordinal(given.toordinal() + PASSWORD_DAYS)


def _follow(moved: Sequence[SwitchingCase], before: dict[int, str], *, now: datetime) -> None:
    """What the new states do to the rest of the house."""
    changed = [case for case in moved if case.state != before[case.id]]
    effects.begin(
        [
            case
            for case in changed
            if case.kind in values.BEGINNING
            and case.state in {SwitchingState.MATCHED, SwitchingState.METER_OPEN, SwitchingState.COMPLETED}
        ],
        now=now,
    )
    stopped = []
    for case in changed:
        if case.state == SwitchingState.MATCHED and case.kind == values.SwitchingKind.END:
            effects.end(case, reason=EndReason.SWITCHED, now=now)
        elif case.state in {SwitchingState.COMPLETED, SwitchingState.METER_OPEN}:
            effects.finish(case, now=now)
        elif case.state in {SwitchingState.REJECTED, SwitchingState.EXPIRED}:
            effects.undo_begin(case, now=now)
            stopped.append(cases.stopped_item(case, now=now))
    worklist.open_items(items=stopped, now=now)
    tell_changes(changed, now=now)


def tell_changes(moved: Sequence[SwitchingCase], *, now: datetime) -> None:
    """Changes of customers and contracts wait for what the grid decides."""
    from tomoshibi.applications.operations import changes  # they open our cases, so they stand above us

    changes.follow(moved, now=now)


@db.transaction_required
def apply_mediation_results(
    *, rows: Sequence[switching.Fields], code: str, messages: switching.MessageSet, now: datetime
) -> dict[str, int]:
    """
    Take a page of what became of our mediations; a start whose old retailer agreed goes to the grid company at once.

    :returns: how many were new, old, and not ours
    """
    counts = {"new": 0, "old": 0, "foreign": 0}
    numbers = {str(row.get("mediation_number", "")) for row in rows} - {""}
    found = SwitchingCase.objects.select_for_update().filter(
        mediation_number__in=numbers, kind=values.SwitchingKind.START.value
    )
    known = {case.mediation_number: case for case in found}
    story: list[SwitchingStep] = []
    stopped: list[SwitchingCase] = []
    for row in sorted(rows, key=lambda row: (row.get("step") or 0, row.get("event") or 0)):
        case = known.get(str(row.get("mediation_number", "")))
        if case is None:
            counts["foreign"] += 1
            continue
        told = messages.mediation_state(str(row.get("mediation_state", "")))
        event = f"{code}:m{row.get('event')}"
        story.append(
            SwitchingStep(
                case=case,
                at=now,
                kind="mediation",
                text=said("at the old retailer: %(mediation)s", mediation=meant(told.meaning, told.name)),
                event=event[:60],
            )
        )
        step = step_of(row)
        if step <= case.mediation_step:
            counts["old"] += 1
            continue
        case.mediation_step = step
        counts["new"] += 1
        if _decided(case, told.meaning, _reasons(row, messages), now=now):
            stopped.append(case)
        case.save()
    worklist.open_items(items=[cases.stopped_item(case, now=now) for case in stopped], now=now)
    SwitchingStep.objects.bulk_create(story, ignore_conflicts=True, batch_size=1000)
    return counts


def _decided(case: SwitchingCase, meaning: Mediation, reasons: str, *, now: datetime) -> bool:
    """:returns: whether a person has to look"""
    if meaning is Mediation.AGREED and can_proceed(case.old_retailer_agrees):
        case.old_retailer_agrees()
        cases.submit(case, now=now, actor_id=None)
    elif meaning is Mediation.REFUSED and can_proceed(case.old_retailer_declines):
        case.old_retailer_declines(reason=_("the old retailer says no: %(why)s") % {"why": reasons})
        return True
    elif meaning is Mediation.EXPIRED and can_proceed(case.expire) and case.state == SwitchingState.MEDIATING:
        case.expire(reason=_("the old retailer did not answer in time"))
        return True
    return False


def _reasons(row: switching.Fields, messages: switching.MessageSet) -> str:
    codes = [code for code in str(row.get("reasons", "")).split(",") if code]
    return ", ".join(messages.reasons.get(code, code) for code in codes) or "–"
