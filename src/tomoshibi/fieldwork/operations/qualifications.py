"""Who may lead a crew, and until when (G-055)."""

from datetime import date

from django.utils.translation import gettext as _
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.fieldwork import queries, values
from tomoshibi.fieldwork.models import Qualification
from tomoshibi.storage import db


class QualifiedAlready(ValueError):
    """The person has a qualification of that name on one of these days."""


class EndsBeforeStart(ValueError):
    """The last day lies before the first one."""


@db.transaction_required
def add_qualification(
    *, person_id: int, name: str, certificate: str, start: date, end: date | None
) -> values.Qualification:
    """
    Somebody may lead a crew on the days ``[start, end)``.

    :raises QualifiedAlready: if days overlap with another one of that name
    :raises EndsBeforeStart: if no day is left
    """
    if end is not None and end <= start:
        raise EndsBeforeStart(_("It has to hold for a day at least."))
    refusal = QualifiedAlready(_("There is one of that name already on some of these days."))
    with refine_integrity_error([(Named("qualification_one_a_day"), refusal)]), db.savepoint():
        made = Qualification.objects.create(
            person_id=person_id, name=name, certificate=certificate, start=start, end=end
        )
    return queries.to_qualification(made)


@db.transaction_required
def end_qualification(*, qualification_id: int, end: date) -> values.Qualification:
    """
    It holds before that day only (run out, withdrawn); tickets that were led under it stay as they are.

    :raises EndsBeforeStart: if no day would be left
    :raises QualifiedAlready: if it would reach into the next one
    """
    row = Qualification.objects.select_for_update().get(id=qualification_id)
    if end <= row.start:
        raise EndsBeforeStart(_("It has to hold for a day at least."))
    row.end = end
    refusal = QualifiedAlready(_("There is one of that name already on some of these days."))
    with refine_integrity_error([(Named("qualification_one_a_day"), refusal)]), db.savepoint():
        row.save(update_fields=["end"])
    return queries.to_qualification(row)
