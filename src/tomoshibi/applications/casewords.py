"""What kinds, steps, states and refusals of group cases are called on screen and in documents."""

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import grouproles
from tomoshibi.applications.values.groupwork import (
    CaseKind,
    CaseState,
    Change,
    PaperState,
    Place,
    RowState,
    Slot,
    Tap,
)
from tomoshibi.messaging.values import DeliveryState
from tomoshibi.ui.states import State, Tone

KINDS = {
    CaseKind.NEW: State(pgettext_lazy("group case", "new reference meter"), Tone.RUNNING, "plus"),
    CaseKind.CHANGE: State(pgettext_lazy("group case", "change of points"), Tone.RUNNING, "arrows-exchange"),
    CaseKind.BENCHMARK: State(pgettext_lazy("group case", "change of benchmark"), Tone.RUNNING, "replace"),
    CaseKind.CANCEL: State(pgettext_lazy("group case", "cancellation"), Tone.RUNNING, "trash"),
}
STATES = {
    CaseState.RECEIVED: State(pgettext_lazy("group case", "acceptance"), Tone.ATTENTION, "inbox"),
    CaseState.SURVEY: State(pgettext_lazy("group case", "survey"), Tone.ATTENTION, "map-search"),
    CaseState.CONTRACT: State(pgettext_lazy("group case", "contract"), Tone.ATTENTION, "file-certificate"),
    CaseState.ORDER: State(pgettext_lazy("group case", "labels and work order"), Tone.ATTENTION, "qrcode"),
    CaseState.FIELD: State(pgettext_lazy("group case", "work on site"), Tone.RUNNING, "tool"),
    CaseState.INSTALL: State(pgettext_lazy("group case", "installation data"), Tone.ATTENTION, "calendar-check"),
    CaseState.SETTLE: State(pgettext_lazy("group case", "awaiting the final bill"), Tone.RUNNING, "receipt"),
    CaseState.ARCHIVE: State(pgettext_lazy("group case", "archive"), Tone.ATTENTION, "archive"),
    CaseState.CLOSED: State(pgettext_lazy("group case", "closed"), Tone.GOOD, "circle-check"),
    CaseState.REFUSED: State(pgettext_lazy("group case", "sent back"), Tone.QUIET, "arrow-back-up"),
}
ROLE_AT = {
    CaseState.RECEIVED: "gp_front",
    CaseState.SURVEY: "gp_survey",
    CaseState.CONTRACT: "gp_manager",
    CaseState.ORDER: "gp_survey",
    CaseState.FIELD: "gp_crew",
    CaseState.INSTALL: "gp_crew",
    CaseState.SETTLE: "gp_front",
    CaseState.ARCHIVE: "gp_manager",
}
"""Codes of the shipped roles (``group_roles.csv``) that each step's work is for."""
PAPER_WITH = {
    None: "gp_manager",
    PaperState.DRAFT: "gp_review",
    PaperState.REVIEWED: "gp_approve",
    PaperState.APPROVED: "gp_manager",
}
"""While the contract is made: whose turn it is, by how far the paper is."""


def owner_at(state: CaseState, paper: PaperState | None = None) -> str:
    """The role that has to act next at a case, in the language of the page; empty when nobody has to."""
    code = PAPER_WITH.get(paper, "") if state is CaseState.CONTRACT else ROLE_AT.get(state, "")
    return next((role.name for role in grouproles.shipped() if role.code == code), "")


OWNERS = {state: State(lazy(owner_at, str)(state), Tone.QUIET, "user") for state in ROLE_AT} | {
    ended: State("–", Tone.QUIET, "circle-check") for ended in (CaseState.CLOSED, CaseState.REFUSED)
}
ROWS = {
    RowState.PLANNED: State(pgettext_lazy("case row", "planned"), Tone.QUIET, "circle-dashed"),
    RowState.DONE: State(pgettext_lazy("case row", "done on site"), Tone.GOOD, "circle-check"),
    RowState.WAITING: State(pgettext_lazy("case row", "waits"), Tone.ATTENTION, "hourglass"),
    RowState.REJECTED: State(pgettext_lazy("case row", "taken out"), Tone.QUIET, "circle-x"),
}
CHANGES = {
    Change.ADD: State(pgettext_lazy("case row", "join"), Tone.GOOD, "plus"),
    Change.REMOVE: State(pgettext_lazy("case row", "leave"), Tone.BAD, "minus"),
    Change.MOVE: State(pgettext_lazy("case row", "move"), Tone.RUNNING, "arrow-right"),
}
TEXTS = {
    DeliveryState.QUEUED: State(pgettext_lazy("delivery", "waits"), Tone.RUNNING, "hourglass"),
    DeliveryState.SENT: State(pgettext_lazy("delivery", "sent"), Tone.RUNNING, "send"),
    DeliveryState.DELIVERED: State(pgettext_lazy("delivery", "arrived"), Tone.GOOD, "circle-check"),
    DeliveryState.FAILED: State(_("did not arrive"), Tone.BAD, "alert-circle"),
}
"""What became of a test message."""
SOURCES: dict[str, Any] = {
    Place.ACCOUNT: _("nearest account"),
    Place.METER: pgettext_lazy("place", "meter number"),
    Place.BOX: _("box or pole"),
    Place.NEIGHBOUR: _("device beside the same account"),
    Place.ADDRESS: pgettext_lazy("place", "address"),
    Place.LIST: _("the list itself"),
    Place.MANUAL: _("by hand"),
    Place.SITE: _("found on site"),
}
TAPS: dict[Tap, Any] = {
    Tap.URBAN: _("corridor meter box: lower terminals of the metering junction box"),
    Tap.RURAL: _("three-phase switch box: lower terminals of the metering knife switch"),
}
SLOTS: dict[Slot, Any] = {
    Slot.FORM: _("Application form, signed"),
    Slot.STAMPED_LIST: _("Connection list, stamped"),
    Slot.LIST: _("Connection list, as a file"),
    Slot.CONFIRMATION: _("Confirmation list, stamped"),
    Slot.SLIP: _("Installation slip, signed"),
    Slot.CONTRACT: _("Supply contract with annexes, signed"),
}
PAPERS = {
    PaperState.DRAFT: State(pgettext_lazy("contract", "draft"), Tone.QUIET, "pencil"),
    PaperState.REVIEWED: State(pgettext_lazy("contract", "reviewed"), Tone.RUNNING, "eye-check"),
    PaperState.APPROVED: State(pgettext_lazy("contract", "approved"), Tone.RUNNING, "rubber-stamp"),
    PaperState.SIGNED: State(pgettext_lazy("contract", "signed"), Tone.GOOD, "signature"),
    PaperState.ARCHIVED: State(pgettext_lazy("contract", "archived"), Tone.GOOD, "archive"),
}
DONE: dict[str, Any] = {
    "received": _("entered the application"),
    "accepted": _("accepted it after the first check of the grouping"),
    "sent_back": _("sent it back"),
    "rechecked": _("checked the grouping a second time"),
    "located": _("looked the places up"),
    "placed": _("entered a place by hand"),
    "repaired": _("took over a list that was put right by hand"),
    "answered": _("answered the questions of the survey"),
    "row_out": _("took a row out"),
    "surveyed": _("closed the survey"),
    "list": _("made the confirmation list"),
    "drafted": _("drafted the contract"),
    "reviewed": _("reviewed the contract"),
    "approved": _("approved the contract"),
    "back_to_draft": _("sent the contract back"),
    "signed": _("recorded the signatures"),
    "labels": _("printed the labels"),
    "ordered": _("ordered the work"),
    "came_back": _("took over what the crew reported"),
    "installed": _("entered the installation data"),
    "ended": _("ended the group"),
    "settled": _("the final bill is posted"),
    "document": _("filed a document"),
    "archived": _("closed the file"),
    "test_message": _("sent a test message to the outage contact"),
    "refused": _("tried a step that is not open"),
}
CLAUSES: dict[str, Any] = {
    "boundary": _("Boundary of property"),
    "customer": _("Duties of the customer"),
    "utility": _("Duties of the utility"),
    "notice": _("Notice of outages"),
    "counting": _("Counting and correction of points"),
    "breach": _("Breach of contract"),
}
QUESTIONS: dict[str, Any] = {
    "is_fit": _("Fit as a sub-account?"),
    "belongs": _("Belongs to this benchmark?"),
    "is_ready": _("Supply ready?"),
    "is_listed": _("List correct?"),
}
SETTINGS: dict[str, Any] = {"urban": _("urban"), "rural": _("rural")}
REQUEST: dict[CaseKind, Any] = {
    CaseKind.NEW: _("New reference meter"),
    CaseKind.CHANGE: _("Change of points under a reference meter"),
    CaseKind.BENCHMARK: _("Change of the benchmark"),
    CaseKind.CANCEL: _("Cancellation of the whole group"),
}


def tap(code: str) -> Any:
    """What a place of connection is called; nothing where nobody said it."""
    return TAPS[Tap(code)] if code else ""
