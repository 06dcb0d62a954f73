"""Seal tags: hung instead of a meter, bound to the label in them; taken away, and never used again."""

from datetime import datetime

from django.utils.translation import gettext as _

from tomoshibi.fieldwork import queries, values
from tomoshibi.fieldwork.models import Label, Seal
from tomoshibi.storage import db


class SealUsed(ValueError):
    """A seal of that number hangs or hung somewhere else."""


class SealElsewhere(ValueError):
    """The thing has another seal already; take that one away first."""


class LabelVoid(ValueError):
    """The label in the seal does not hold any more."""


@db.transaction_required
def hang_seal(
    *,
    number: str,
    label_serial: int,
    place: str,
    placed_at: datetime,
    now: datetime,
    actor_id: int | None = None,
    photo_file_id: int | None = None,
) -> values.Seal:
    """
    A seal hangs now at the thing whose label is in it; the same message again changes nothing.

    :param place: number of the access point
    :param placed_at: the phone's time; ``now`` is ours
    :raises SealUsed: if the number was used for another thing
    :raises SealElsewhere: if the thing has another seal
    :raises LabelVoid: if the label does not hold
    :raises queries.NoSuchLabel: if it does not exist
    """
    # The label's row is the lock: two crews at one thing come one after the other.
    row = Label.objects.select_for_update().filter(id=label_serial).first()
    if row is None:
        raise queries.NoSuchLabel(str(label_serial))
    if row.void_at is not None:
        raise LabelVoid(_("Label %(number)s is void.") % {"number": values.number_of(row.id)})
    return _hang(
        number, row.subject, row, place, placed_at=placed_at, now=now, actor_id=actor_id, photo_file_id=photo_file_id
    )


@db.transaction_required
def note_seal(
    *, number: str, subject: str, place: str, placed_at: datetime, now: datetime, actor_id: int | None = None
) -> values.Seal:
    """
    A seal that hangs already, as somebody in the office learned: from a list, from before there were labels.

    :param subject: ``room.thing:id``; the label that holds for it is bound to the seal, where there is one
    :param placed_at: as far as it is known
    :raises SealUsed: if the number was used for another thing
    :raises SealElsewhere: if the thing has another seal
    """
    label = Label.objects.select_for_update().filter(subject=subject, void_at=None).first()
    return _hang(number, subject, label, place, placed_at=placed_at, now=now, actor_id=actor_id, photo_file_id=None)


def _hang(
    number: str,
    subject: str,
    label: Label | None,
    place: str,
    *,
    placed_at: datetime,
    now: datetime,
    actor_id: int | None,
    photo_file_id: int | None,
) -> values.Seal:
    known = Seal.objects.select_for_update().filter(number=number).first()
    if known is not None:
        if known.subject != subject or known.removed_at is not None:
            told = {"number": number, "place": known.place}
            raise SealUsed(_("Seal %(number)s was used before, at %(place)s.") % told)
        if known.label_id is None and label is not None:
            known.label = label
            known.save(update_fields=["label"])
        return queries.to_seal(known)
    hanging = queries.seal_of(subject=subject)
    if hanging is not None:
        raise SealElsewhere(_("Seal %(number)s hangs there; take it away first.") % {"number": hanging.number})
    made = Seal.objects.create(
        number=number, label=label, subject=subject, place=place, placed_at=placed_at, received_at=now,
        placed_by_id=actor_id, photo_file_id=photo_file_id,
    )  # fmt: skip
    return queries.to_seal(made)


@db.transaction_required
def remove_seal(*, number: str, removed_at: datetime, actor_id: int | None = None) -> bool:
    """
    A seal was taken away; its number is never used again.

    :returns: whether it was hanging
    """
    hanging = Seal.objects.filter(number=number, removed_at=None)
    return bool(hanging.update(removed_at=removed_at, removed_by_id=actor_id))
