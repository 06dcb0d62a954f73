"""The labels of a group's points."""

from dataclasses import dataclass
from datetime import date

from tomoshibi.fieldwork import queries as labels
from tomoshibi.fieldwork import values as field_values
from tomoshibi.groups import values
from tomoshibi.groups.queries.points import point_by_id, points_of


@dataclass(frozen=True)
class LabelOfPoint:
    """A point of a group with the label that holds for it, where it has one."""

    point: values.PointOnDay
    label: field_values.Label | None


@dataclass(frozen=True)
class PointBehind:
    """What crews compare when they scan a label: as it stands today, or as it last stood."""

    id: int
    account_number: str
    address: str
    access_point_number: str
    access_point_name: str
    district_number: str
    district_name: str
    group_id: int
    group_number: str
    is_active: bool


def point_behind(*, subject: str, on: date) -> PointBehind | None:
    """The point that a label names; None for a label of something else."""
    name, _, number = subject.rpartition(":")
    if name != values.SUBJECT or not number.isdigit():
        return None
    found = point_by_id(point_id=int(number))
    if found is None or not found["memberships"]:
        return None
    last = found["memberships"][-1]
    is_active = last["start"] <= on and (last["end"] is None or on < last["end"])
    day = on if is_active else last["start"]
    stood = next((p for p in points_of(group_id=last["group_id"], on=day) if p.id == found["id"]), None)
    return PointBehind(
        id=found["id"],
        account_number=found["account_number"],
        address=stood.address if stood else "",
        access_point_number=stood.access_point_number if stood else "",
        access_point_name=stood.access_point_name if stood else "",
        district_number=stood.district_number if stood else "",
        district_name=stood.district_name if stood else "",
        group_id=last["group_id"],
        group_number=last["group__number"],
        is_active=is_active,
    )


def labels_of_group(*, group_id: int, on: date) -> list[LabelOfPoint]:
    """Every point of a group on a day with its label, the benchmark first."""
    points = points_of(group_id=group_id, on=on)
    by_subject = {
        label.subject: label for label in labels.labels_of(subjects=[values.subject_of(p.id) for p in points])
    }
    return [LabelOfPoint(point=p, label=by_subject.get(values.subject_of(p.id))) for p in points]
