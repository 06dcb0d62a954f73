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


@db.transaction_required
def order_site_work(
    *,
    group_id: int,
    point_ids: Sequence[int] | None,
    act: str,
    planned_on: date,
    note: str,
    today: date,
    now: datetime,
    actor_id: int | None,
) -> int:
    """
    A crew goes to points of a group, without anything changing in the group: to check them, to hang new labels.

    :param point_ids: None: all of them
    :param act: ``check`` or ``replace_label``
    :returns: the work ticket's id
    :raises NoPointsChosen: if none of them is active today
    """
    group = queries.group(group_id=group_id)
    points = _chosen(group_id, point_ids, today)
    assert group is not None, "points of a group belong to one"
    districts = sorted({point.district_name for point in points if point.district_name})
    return fieldwork.open_ticket(
        kind=act,
        title=f"{group.number} {group.name}",
        ordered_by=f"groups.group:{group_id}",
        district="、".join(districts)[:100],
        place=points[0].address,
        planned_on=planned_on,
        tasks=[
            field_values.TaskOrder(
                subject=values.subject_of(point.id), act=act, caption=point.account_number, address=point.address,
                note=note, place=point.access_point_number,
            )
            for point in points
        ],
        now=now,
        actor_id=actor_id,
    )  # fmt: skip


def _chosen(group_id: int, point_ids: Sequence[int] | None, today: date) -> list[values.PointOnDay]:
    chosen = None if point_ids is None else set(point_ids)
    points = [p for p in queries.points_of(group_id=group_id, on=today) if chosen is None or p.id in chosen]
    if not points:
        raise NoPointsChosen(_("Choose points that are active today."))
    return points


def _wanted(group_id: int, point_ids: Sequence[int] | None, today: date) -> list[field_values.Wanted]:
    points = _chosen(group_id, point_ids, today)
    return [field_values.Wanted(subject=values.subject_of(p.id), caption=_caption(p)) for p in points]


def _caption(point: values.PointOnDay) -> tuple[str, ...]:
    """Account, access point and district: what crews compare on the spot; no name of anybody."""
    lines = (point.account_number, point.access_point_number, point.access_point_name, point.district_name)
    return tuple(line for line in lines if line)
