"""Where work is done: each kind of work item belongs to one place, and is counted there and nowhere else."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Place(NamedTuple):
    """
    A page on which items of some kinds are worked off.

    :ivar kinds: how their kinds begin; the longest beginning decides
    """

    url: str
    label: Any
    kinds: tuple[str, ...]


PLACES: tuple[Place, ...] = (
    Place("metering:gaps", _("Missing values"), ("metering.gap",)),
    Place("metering:files", _("Meter files"), ("metering.",)),
    Place("billing:runs", _("Billing runs"), ("billing.",)),
    Place("collection:day", _("Collection today"), ("collection.",)),
    Place("collection:failed", _("Failed debits"), ("collection.debit_failed",)),
    Place("collection:results", _("Result files"), ("collection.result_", "collection.broken_result")),
    Place("collection:receipts", _("Bank transfers"), ("collection.unapplied_receipt",)),
    Place("collection:credits", _("Credits"), ("collection.double_payment", "collection.refund")),
    Place("fieldwork:tickets", _("Work tickets"), ("fieldwork.",)),
    Place(
        "applications:intakes",
        _("Applications received"),
        ("applications.intake", "applications.registration", "applications.case"),
    ),
    Place(
        "applications:switching",
        _("Applications to the grid"),
        (
            "applications.case_stopped",
            "applications.size_differs",
            "applications.odd_answer",
            "applications.supply_unregistered",
        ),
    ),
    Place("applications:works", _("Applications by form"), ("applications.work_",)),
    Place("applications:notices", _("Contract documents"), ("applications.notice_",)),
    Place("applications:changes", _("Changes of contracts"), ("applications.change_",)),
    Place(
        "applications:mediations",
        _("Requests of other retailers"),
        ("applications.mediation_request", "applications.missed_hours"),
    ),
    Place("applications:mails", _("Mails to key"), ("applications.mail",)),
    Place("care:enquiries", _("Enquiries"), ("care.enquiry",)),
    Place("care:announcements", _("Announcements"), ("care.announcement",)),
    Place("applications:point_searches", _("Point searches"), ("applications.point_search",)),
    Place("masters:proposals", _("Changes to decide"), ("masters.proposal",)),
    Place("applications:group_cases", _("Group applications"), ("applications.groupcase",)),
    Place("messaging:deliveries", _("Messages sent"), ("messaging.",)),
    Place("worker:jobs", _("Jobs"), ("worker.",)),
)
"""A kind that nobody claims is counted at the first entry of the rail that belongs to its procedure."""


def place_of(kind: str, *, places: Iterable[Place] = PLACES) -> Place | None:
    """The place where items of a kind are worked off."""
    fitting = [(len(start), place) for place in places for start in place.kinds if kind.startswith(start)]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None
