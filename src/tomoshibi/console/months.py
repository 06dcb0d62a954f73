"""How far a month is, from meter to money: its steps in their order, and which one waits for somebody."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.billing import queries as billing
from tomoshibi.billing import values as billing_values
from tomoshibi.collection import queries as collection
from tomoshibi.collection import values as collection_values
from tomoshibi.groups import queries as groups
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering

_LOOK_BACK = 3
_SHOWN = 2


class StepState(StrEnum):
    DONE = "done"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True)
class Step:
    """One step: ``done`` of ``of`` contracts, bills or debts, what to do, and where."""

    label: str
    done: int
    of: int
    note: str
    url: str
    finished: bool
    state: StepState = StepState.LATER


@dataclass(frozen=True)
class Track:
    month: Month
    issued_minor: int
    steps: tuple[Step, ...]

    @property
    def finished(self) -> bool:
        return all(step.finished for step in self.steps)


def tracks(*, today: date) -> list[Track]:
    """
    The months that are not finished, oldest first, at most two; the last one where all are.

    A month whose first reading day has not come is not begun and not shown.
    """
    newest = Month.of(today)
    begun = [track(month=newest.plus(-back), today=today) for back in range(_LOOK_BACK)]
    known = [found for found in begun if found is not None]
    return [found for found in reversed(known) if not found.finished][:_SHOWN] or known[:1]


def track(*, month: Month, today: date) -> Track | None:
    """None for a month in which nobody was to be read until today."""
    bills = billing.month_figures(month=month, today=today)
    if not bills.supplied:
        return None
    debts = collection.month_figures(month=month)
    return Track(
        month=month,
        issued_minor=bills.issued_minor,
        steps=steps_of(
            bills, debts, unread=len(metering.files_waiting()), by_groups=groups.month_ends_on(today=today) is not None
        ),
    )


def steps_of(
    bills: billing_values.MonthFigures,
    debts: collection_values.MonthFigures,
    *,
    unread: int = 0,
    by_groups: bool = False,
) -> tuple[Step, ...]:
    """
    The steps of a month; the first one that is not finished is the next.

    :param unread: files of grid companies that came and wait to be read
    :param by_groups: no grid company reads here: what is supplied are groups, whose energy is worked out from their meters
    """
    return _with_states(
        [
            _values(bills, unread, by_groups=by_groups),
            _calculated(bills),
            _issued(bills),
            _out(bills),
            _money(bills, debts),
        ]
    )


def _with_states(steps: list[Step]) -> tuple[Step, ...]:
    shown, found = [], False
    for step in steps:
        state = StepState.DONE if step.finished else StepState.LATER if found else StepState.NEXT
        found = found or not step.finished
        shown.append(Step(step.label, step.done, step.of, step.note, step.url, step.finished, state))
    return tuple(shown)


def _values(bills: billing_values.MonthFigures, unread: int, *, by_groups: bool) -> Step:
    missing = bills.supplied - bills.ready
    if missing and unread:
        note = _("%(count)s files are being read.") % {"count": f"{unread:,}"}
    elif not bills.ready:
        note = _("Work out the energy of the groups.") if by_groups else _("Fetch the files from the grid companies.")
    else:
        note = _("%(count)s missing") % {"count": f"{missing:,}"} if missing else ""
    if by_groups:
        address = f"{reverse('billing:group_months')}?month={bills.month}"
        return Step(_("Confirmed values"), bills.ready, bills.supplied, note, address, not missing)
    url = "metering:files" if unread else "metering:gaps" if bills.ready and missing else "metering:portals"
    return Step(_("Confirmed values"), bills.ready, bills.supplied, note, reverse(url), not missing)


def _calculated(bills: billing_values.MonthFigures) -> Step:
    left = bills.ready - bills.billed
    note = _("Start a billing run.") if left > 0 and bills.ready else ""
    url = f"{reverse('billing:new_run')}?month={bills.month}" if left > 0 else reverse("billing:runs")
    return Step(
        pgettext("month", "Calculated"), bills.billed, bills.supplied, note, url, bool(bills.billed) and left <= 0
    )


def _issued(bills: billing_values.MonthFigures) -> Step:
    waiting = bills.to_examine + bills.to_issue
    note = ""
    if bills.to_examine:
        note = _("%(count)s wait for examination and confirmation.") % {"count": f"{bills.to_examine:,}"}
    elif bills.to_issue:
        note = _("%(count)s wait to be issued.") % {"count": f"{bills.to_issue:,}"}
    url = reverse("billing:run", args=[bills.open_run_ids[0]]) if bills.open_run_ids else reverse("billing:runs")
    return Step(pgettext("month", "Issued"), bills.issued, bills.billed, note, url, bool(bills.issued) and not waiting)


def _out(bills: billing_values.MonthFigures) -> Step:
    done = min(bills.told + bills.printed, bills.documents)
    note = _("Print what goes by post.") if bills.issued and not bills.printed else ""
    url = (
        reverse("billing:run", args=[bills.issued_run_ids[-1]]) if bills.issued_run_ids else reverse("billing:batches")
    )
    finished = bool(bills.issued) and done == bills.documents
    return Step(pgettext("month", "Statements out"), done, bills.documents, note, url, finished)


def _money(bills: billing_values.MonthFigures, debts: collection_values.MonthFigures) -> Step:
    note = ""
    if debts.asked:
        note = _("%(count)s debits wait for their result.") % {"count": f"{debts.asked:,}"}
    elif debts.owed and not debts.paid:
        note = _("Ask the bank for the direct debits.")
    url = reverse("collection:batches") if debts.asked else reverse("collection:day")
    finished = bool(debts.paid) and not debts.asked and bills.documents == debts.owed
    return Step(pgettext("month", "Paid"), debts.paid, debts.owed, note, url, finished)
