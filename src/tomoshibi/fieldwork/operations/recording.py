"""What a report of a crew changes: the row, its label, its seal, and where it was scanned."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from tomoshibi.fieldwork import queries, values
from tomoshibi.fieldwork.models import Task, Ticket
from tomoshibi.fieldwork.operations import labels, scanning, seals
from tomoshibi.fieldwork.reports import Report, What
from tomoshibi.storage import db


class NotComplete(ValueError):
    """Something is missing without which a point is not connected."""


class OtherLabel(ValueError):
    """The label that was scanned belongs to another thing."""


REFUSALS = (
    NotComplete, OtherLabel, seals.SealUsed, seals.SealElsewhere, seals.LabelVoid, queries.NoSuchLabel,
    labels.AlreadyVoid, labels.NoReason, labels.NotSpare,
)  # fmt: skip
"""Why a report is not recorded, each with a sentence."""


@db.transaction_required
def record(ticket: Ticket, task: Task | None, report: Report, *, received_at: datetime, actor_id: int) -> Task:
    """
    Write what a crew reported about a row; a thing that was found gets a row of its own.

    :raises NotComplete: if a point is called connected without its checks, access point or seal
    :raises OtherLabel: if the scanned label is not the row's
    """
    task = task or _row_of_found(ticket, report)
    subject = task.subject or values.found_subject(task.id)
    if report.new_label_serial is not None:
        labels.use_spare(
            serial=report.new_label_serial, subject=subject, caption=(task.caption, task.place or report.place),
            reason=report.note, now=received_at, actor_id=actor_id,
        )  # fmt: skip
    serial = _own_label(report, subject)
    if report.label_serial is not None:
        scanning.scan_label(
            label=queries.label(serial=report.label_serial), now=received_at, procedure=values.SITE,
            actor_id=actor_id, position=report.position, seal_number=_seal_read(task, report),
        )  # fmt: skip
    task.outcome = _outcome(task, report).value
    task.place = report.place or task.place
    _move_seals(task, report, subject, serial, received_at, actor_id)
    task.done_at, task.done_by_id = report.made_at, actor_id
    task.checks, task.remark = {**task.checks, **report.checks}, report.note
    task.label_serial = serial or task.label_serial
    task.photos = list(dict.fromkeys([*task.photos, *report.photos]))
    if report.position is not None:
        task.latitude_e6, task.longitude_e6 = report.position.latitude_e6, report.position.longitude_e6
        task.accuracy_m = report.position.accuracy_m
    task.save()
    return task


def _row_of_found(ticket: Ticket, report: Report) -> Task:
    if not report.caption:
        raise NotComplete(_("Say what was found."))
    last = Task.objects.filter(ticket=ticket).aggregate(no=Max("no"))["no"] or 0
    return Task.objects.create(
        ticket=ticket, no=last + 1, act=values.Act.CONNECT.value, caption=report.caption, address=report.address,
        place=report.place, found_on_site=True,
    )  # fmt: skip


def _own_label(report: Report, subject: str) -> int | None:
    """The label of the thing; one that was scanned has to be it."""
    own = next(iter(queries.labels_of(subjects=[subject])), None)
    if report.label_serial is None:
        return own.serial if own else None
    scanned = queries.label(serial=report.label_serial)
    if scanned.subject != subject:
        raise OtherLabel(_("Label %(number)s belongs to something else.") % {"number": scanned.number})
    return own.serial if own else scanned.serial


def _seal_read(task: Task, report: Report) -> str:
    """The seal that hung there when it was read; one that is hung now tells nothing about a copied label."""
    return report.seal_number if task.act in {values.Act.CHECK, values.Act.REMOVE} else ""


def _outcome(task: Task, report: Report) -> values.Outcome:
    if report.what is What.BLOCKED or not all(report.checks.values()):
        return values.Outcome.BLOCKED
    if report.what is What.REMOVED:
        return values.Outcome.REMOVED
    if report.what is What.FOUND and not report.seal_number:
        return values.Outcome.BLOCKED
    return values.Outcome.DONE


def _move_seals(
    task: Task, report: Report, subject: str, serial: int | None, received_at: datetime, actor_id: int
) -> None:
    outcome, hanging = values.Outcome(task.outcome), queries.seal_of(subject=subject)
    if hanging is not None and _shall_go(task, report, outcome, hanging.number):
        seals.remove_seal(number=hanging.number, removed_at=max(report.made_at, hanging.placed_at), actor_id=actor_id)
        task.seal_number = "" if outcome is values.Outcome.BLOCKED else hanging.number
    if outcome is not values.Outcome.DONE:
        return
    if task.act in {values.Act.CONNECT, values.Act.MOVE}:
        _hang(task, report, serial, received_at, actor_id)
    elif task.act == values.Act.REPLACE_LABEL and report.new_label_serial is None:
        raise NotComplete(_("Scan the spare label that hangs there now."))
    else:
        if task.act == values.Act.CHECK and report.seal_number and hanging is None:
            # The crew found a seal that nobody had told us of: from now on we know it.
            seals.note_seal(
                number=report.seal_number, subject=subject, place=task.place, placed_at=report.made_at,
                now=received_at, actor_id=actor_id,
            )  # fmt: skip
        task.seal_number = report.seal_number or task.seal_number


def _shall_go(task: Task, report: Report, outcome: values.Outcome, hanging: str) -> bool:
    """Whether the seal that hangs is taken away: with its thing, or because the crew put its own entry right."""
    if outcome is values.Outcome.REMOVED:
        return True
    if outcome is values.Outcome.BLOCKED:
        return hanging == task.seal_number and task.act in {values.Act.CONNECT, values.Act.MOVE}
    if task.act == values.Act.CONNECT:
        return hanging == task.seal_number != report.seal_number != ""
    if task.act == values.Act.MOVE:
        return hanging != report.seal_number != ""
    return task.act == values.Act.REMOVE


def _hang(task: Task, report: Report, serial: int | None, received_at: datetime, actor_id: int) -> None:
    """
    :raises NotComplete: naming what is missing
    """
    number = report.seal_number or task.seal_number
    is_checked = task.act == values.Act.MOVE or {**task.checks, **report.checks}.keys() >= set(values.CHECKS)
    missing = [
        word
        for word, present in (
            (_("the four checks"), is_checked),
            (_("the access point"), bool(task.place)),
            (_("the seal number"), bool(number)),
            (_("a label"), serial is not None),
        )
        if not present
    ]
    if missing or serial is None:
        raise NotComplete(_("Not connected without: %(missing)s") % {"missing": ", ".join(missing)})
    hung = seals.hang_seal(
        number=number, label_serial=serial, place=task.place, placed_at=report.made_at, now=received_at,
        actor_id=actor_id, photo_file_id=report.photos[0] if report.photos else None,
    )  # fmt: skip
    if hung.place != task.place:
        raise seals.SealUsed(
            _("Seal %(number)s was used before, at %(place)s.") % {"number": number, "place": hung.place}
        )
    task.seal_number = number
