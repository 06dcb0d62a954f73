"""The labels of a group's points: made and printed in one go, printed again or replaced with a reason (GR5)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as labels
from tomoshibi.fieldwork import values as field_values
from tomoshibi.groups import queries, values
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db


class NoPointsChosen(ValueError):
    """No active point of the group is among those that were chosen."""


@db.transaction_required
def print_labels(
    *,
    group_id: int,
    template: str,
    today: date,
    now: datetime,
    actor_id: int | None,
    point_ids: Sequence[int] | None = None,
    reason: str = "",
) -> field_values.LabelPrint:
    """
    One sheet with a label for every active point of a group, or for some of them; who has none gets one.

    :raises NoPointsChosen: if nothing would be printed
    :raises fieldwork.NoReason: if one of them was printed before and nobody says why again
    :raises fieldwork.CodeTooSmall: if the printer of the layout cannot draw the code
    """
    made = fieldwork.make_labels(wanted=_wanted(group_id, point_ids, today), now=now, actor_id=actor_id)
    return fieldwork.print_labels(
        serials=[label.serial for label in made],
        template=template,
        company=masters.company().name,
        reason=reason,
        now=now,
        actor_id=actor_id,
    )


@db.transaction_required
def replace_labels(
    *, group_id: int, point_ids: Sequence[int], reason: str, today: date, now: datetime, actor_id: int | None
) -> int:
    """
    Labels that were lost, copied or damaged hold no longer; their points have new ones, not yet printed.

    :returns: how many were replaced
    :raises NoPointsChosen: if none of the points has a label
    :raises fieldwork.NoReason: without a reason
    """
    subjects = [one.subject for one in _wanted(group_id, point_ids, today)]
    found = labels.labels_of(subjects=subjects)
    if not found:
        raise NoPointsChosen(_("None of the chosen points has a label."))
    for label in found:
        fieldwork.replace_label(serial=label.serial, reason=reason, now=now, actor_id=actor_id)
    return len(found)


def _wanted(group_id: int, point_ids: Sequence[int] | None, today: date) -> list[field_values.Wanted]:
    chosen = None if point_ids is None else set(point_ids)
    points = [p for p in queries.points_of(group_id=group_id, on=today) if chosen is None or p.id in chosen]
    if not points:
        raise NoPointsChosen(_("Choose points that are active today."))
    return [field_values.Wanted(subject=values.subject_of(p.id), caption=_caption(p)) for p in points]


def _caption(point: values.PointOnDay) -> tuple[str, ...]:
    """Account, access point and district: what crews compare on the spot; no name of anybody."""
    access = f"{point.access_point_number} {point.access_point_name}".strip()
    return tuple(line for line in (point.account_number, access, point.district_name) if line)
