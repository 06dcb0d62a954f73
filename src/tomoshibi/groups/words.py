"""What states, roles, rows and columns of groups are called on screen."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.groups.values import (
    BatchState,
    EditedField,
    GroupState,
    ListState,
    OnSite,
    Origin,
    Role,
    Spread,
    Verification,
)
from tomoshibi.metering.values import RegisterSource
from tomoshibi.ui.states import State, Tone

GROUPS = {
    GroupState.DRAFT: State(pgettext_lazy("group", "draft"), Tone.QUIET, "pencil"),
    GroupState.ACTIVE: State(pgettext_lazy("group", "active"), Tone.GOOD, "circle-check"),
    GroupState.DISSOLVING: State(pgettext_lazy("group", "being dissolved"), Tone.ATTENTION, "hourglass"),
    GroupState.DISSOLVED: State(pgettext_lazy("group", "dissolved"), Tone.QUIET, "circle-off"),
}
ROLES = {
    Role.BENCHMARK: State(_("benchmark"), Tone.RUNNING, "gauge"),
    Role.SUB: State(_("sub-account"), Tone.QUIET, "point"),
}
SITE = {
    OnSite.BENCHMARK: State(pgettext_lazy("on site", "benchmark, complete"), Tone.RUNNING, "gauge"),
    OnSite.COMPLETE: State(pgettext_lazy("on site", "complete"), Tone.GOOD, "circle-check"),
    OnSite.UNSEALED: State(pgettext_lazy("on site", "without a seal"), Tone.ATTENTION, "lock-open"),
    OnSite.INCOMPLETE: State(pgettext_lazy("on site", "data missing"), Tone.QUIET, "circle-dashed"),
    OnSite.SUSPECTED: State(pgettext_lazy("on site", "meter suspected"), Tone.BAD, "alert-triangle"),
}
SOURCES = {
    RegisterSource.COLLECTED: State(_("collected"), Tone.QUIET, "antenna"),
    RegisterSource.FILE: State(_("by file"), Tone.QUIET, "file-import"),
    RegisterSource.HAND: State(_("by hand"), Tone.ATTENTION, "pencil"),
}
LISTS = {
    ListState.WAITING: State(_("being read"), Tone.RUNNING, "loader-2"),
    ListState.REFUSED: State(pgettext_lazy("list", "refused"), Tone.BAD, "circle-x"),
    ListState.READ: State(pgettext_lazy("list", "ready to be written"), Tone.ATTENTION, "eye"),
    ListState.APPLIED: State(pgettext_lazy("list", "written"), Tone.GOOD, "circle-check"),
}
BATCHES = {
    BatchState.OPEN: State(pgettext_lazy("batch", "open"), Tone.ATTENTION, "circle-dashed"),
    BatchState.IMPORTED: State(pgettext_lazy("batch", "imported"), Tone.GOOD, "circle-check"),
    BatchState.ROLLED_BACK: State(pgettext_lazy("batch", "taken back"), Tone.QUIET, "arrow-back-up"),
}
VERIFICATIONS = {
    Verification.OPEN: State(_("not verified"), Tone.QUIET, "circle-dashed"),
    Verification.OK: State(_("found as listed"), Tone.GOOD, "circle-check"),
    Verification.CORRECTED: State(_("found and corrected"), Tone.GOOD, "pencil-check"),
    Verification.NOT_FOUND: State(_("not found on site"), Tone.BAD, "circle-x"),
    Verification.EXTRA: State(_("found, not on the list"), Tone.ATTENTION, "circle-plus"),
}
FIELDS: dict[EditedField, Any] = {
    EditedField.NAME: _("Name of the point"),
    EditedField.ADDRESS: _("Address of the point"),
    EditedField.DISTRICT: _("Transformer district"),
    EditedField.ACCESS_POINT: _("Access point"),
}
ORIGINS: dict[Origin, Any] = {
    Origin.APPLICATION: pgettext_lazy("origin of a point", "by application"),
    Origin.STOCK: pgettext_lazy("origin of a point", "with the old stock"),
}
SPREADS: dict[Spread, Any] = {
    Spread.CORRIDOR: _("in corridors"),
    Spread.STREET: _("along streets"),
    Spread.WATER: _("along waterways"),
    Spread.SINGLE: _("one at a time"),
}
COLUMNS: dict[str, Any] = {
    "": _("File"),
    "account_number": pgettext_lazy("group", "Account number"),
    "benchmark_number": _("Benchmark number"),
    "customer_name": _("Customer"),
    "name": _("Name of the point"),
    "address": _("Address of the point"),
    "position": _("Where it is connected"),
    "nearest_number": _("Nearest account"),
    "access_point_number": _("Access point"),
    "district_number": _("Transformer district"),
    "change": _("What changes"),
    "day": _("Date"),
    "start": _("Date"),
    "end": _("Date"),
    "opened_on": _("Opened on"),
    "opened_text": _("Opened on"),
    "installed_on": _("Installed on"),
    "rated_w": _("Rated power"),
    "device": _("Device type"),
    "device_type": _("Device type"),
    "device_type_id": _("Device type"),
    "application_number": _("Application"),
    "group_id": _("Group of points"),
    "number": pgettext_lazy("group", "Account number"),
    "unit": _("Managing unit"),
    "meter_number": _("Meter bar code"),
    "known": _("Verification"),
    "inspector": _("Inspector"),
    "points": _("Points"),
    "read_at": _("Date"),
    "forward": _("Register reading"),
    "reverse": _("Reverse register"),
    "peak": _("Peak register"),
    "flat": _("Flat register"),
    "valley": _("Valley register"),
}
MISSING: dict[str, Any] = {
    "contract_list": _("contract list"),
    "seal": _("seal number"),
    "installed_on": _("installation day"),
}
COUNTS: dict[str, Any] = {
    "add": _("points join"),
    "remove": _("points leave"),
    "move": _("points move"),
    "unchanged": _("rows change nothing"),
    "refused": _("rows refused"),
}


ROWS = {
    "refused": State(pgettext_lazy("list row", "refused"), Tone.BAD, "circle-x"),
    "add": State(pgettext_lazy("list row", "joins"), Tone.GOOD, "plus"),
    "remove": State(pgettext_lazy("list row", "leaves"), Tone.ATTENTION, "minus"),
    "move": State(pgettext_lazy("list row", "moves"), Tone.RUNNING, "arrow-right"),
    "unchanged": State(pgettext_lazy("list row", "changes nothing"), Tone.QUIET, "equal"),
}
"""What becomes of a row of a list that came in."""


def column(name: str) -> Any:
    """What a column of a list is called for people."""
    return COLUMNS.get(name, name)
