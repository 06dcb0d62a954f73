"""Lists of the room: files, their rows that need a look, gaps; and the words for their states and codes."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tomoshibi.masters import queries as masters
from tomoshibi.metering import queries, values
from tomoshibi.metering.values import FileState, GapOutcome, GapReason, RowCode, Source
from tomoshibi.ui import lists
from tomoshibi.ui.states import State, Tone
from tomoshibi.worker import queries as clock

FILE_STATES = {
    FileState.WAITING: State(_("waiting"), Tone.QUIET, "hourglass", _("It was received and is read next.")),
    FileState.DONE: State(_("read completely"), Tone.GOOD, "circle-check", _("Every row was taken.")),
    FileState.DONE_WITH_REFUSALS: State(
        _("read, rows refused"), Tone.ATTENTION, "alert-circle", _("Some rows were not taken; see which and why.")
    ),
    FileState.REFUSED: State(
        pgettext_lazy("file", "refused"), Tone.BAD, "file-x", _("It cannot be read; nothing of it was taken.")
    ),
}
SOURCES = {Source.PORTAL: _("from the portal"), Source.MANUAL: _("by hand")}
ROW_CODES = {
    RowCode.NEW: State(_("new"), Tone.GOOD, "circle-check"),
    RowCode.REPLACED: State(
        _("replaces the earlier"), Tone.GOOD, "replace", _("It took the place of an earlier value.")
    ),
    RowCode.UNCHANGED: State(_("unchanged"), Tone.QUIET, "equal", _("The same value was here already.")),
    RowCode.NOT_PROVIDED: State(
        _("not provided"), Tone.ATTENTION, "ban", _("The grid company has no value for these days.")
    ),
    RowCode.SUPERSEDED: State(
        _("older than ours"), Tone.QUIET, "history", _("A later word on these days was here already.")
    ),
    RowCode.DUPLICATE: State(_("twice in the file"), Tone.BAD, "copy", _("An earlier row of the file was taken.")),
    RowCode.UNKNOWN_POINT: State(_("unknown point"), Tone.BAD, "map-pin-off"),
    RowCode.NOT_SUPPLIED: State(_("not supplied by us"), Tone.BAD, "plug-x"),
    RowCode.NO_PERIOD: State(_("no reading days"), Tone.BAD, "calendar-x"),
    RowCode.BROKEN: State(_("cannot be read"), Tone.BAD, "file-x"),
}
_KEPT_CODES = [(code.value, state.word) for code, state in ROW_CODES.items() if code not in values.COUNTED_ONLY]
GAP_REASONS = {
    GapReason.MISSING: State(_("missing"), Tone.BAD, "alert-triangle", _("Nothing came by the day it was due.")),
    GapReason.NOT_PROVIDED: State(
        _("not provided"), Tone.ATTENTION, "ban", _("The grid company has no value for these days.")
    ),
}
GAP_OUTCOMES = {
    GapOutcome.ARRIVED: State(_("arrived"), Tone.GOOD, "circle-check"),
    GapOutcome.AGREED: State(_("agreed upon"), Tone.GOOD, "signature"),
    GapOutcome.NOT_EXPECTED: State(_("not expected any more"), Tone.QUIET, "plug-x"),
    "": State(_("still missing"), Tone.ATTENTION, "hourglass"),
}


def area_choices() -> list[tuple[str, str]]:
    return [(code, f"{code} {area.name}") for code, area in masters.areas().items()]


def sentence(template: str, parameters: Mapping[str, Any] | str) -> str:
    """A kept reason in the reader's language."""
    found = json.loads(parameters) if isinstance(parameters, str) else parameters
    return gettext(template) % found if template else ""


def files_list() -> lists.ListQuery:
    """Every file, newest first."""
    return lists.ListQuery(
        name="metering.files",
        rows=queries.files(),
        columns=(
            lists.Text("name", _("File")),
            lists.StateOf("state", _("State"), states=FILE_STATES),
            lists.MonthOf("month", _("Reading month")),
            lists.Number("rows", _("Rows"), path="counts", show=_rows, also=("counts",), sortable=False),
            lists.Number("refused", _("Refused"), path="counts", show=_refused, also=("counts",), sortable=False),
            lists.Text("source", _("Came from"), show=lambda row: SOURCES[Source(row["source"])], also=("source",)),
            lists.Moment("received_at", _("Received")),
            lists.Moment("imported_at", _("Read at"), shown=False),
            lists.Code("message_code", _("Kind"), shown=False),
            lists.Number("revision", _("Revision"), shown=False),
            lists.Number("size", _("Size of the file"), of="B", shown=False),
            lists.Code("sha256", "SHA-256", shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("name", "sha256", "sender")),
            lists.Choice("state", _("State"), choices=[(s.value, v.word) for s, v in FILE_STATES.items()], facet=True),
            lists.Choice("source", _("Came from"), choices=[(s.value, word) for s, word in SOURCES.items()]),
            lists.MonthIs("month", _("Reading month")),
            lists.DayRange("on", _("Received"), path="received_at__date"),
        ),
        order=("-received_at", "-id"),
    )


def _rows(row: Mapping[str, Any]) -> int | None:
    return sum(row["counts"].values()) or None


def _refused(row: Mapping[str, Any]) -> int | None:
    return sum(row["counts"].get(code, 0) for code in values.REFUSED_ROWS) or None


def file_rows_list(*, file_id: int) -> lists.ListQuery:
    """Rows of a file that are not simply readings, in the file's order."""
    return lists.ListQuery(
        name="metering.file_rows",
        rows=queries.file_rows(file_id=file_id),
        columns=(
            lists.Number("row_number", _("Row")),
            lists.Code("spin", _("Supply point")),
            lists.MonthOf("month", _("Reading month")),
            lists.StateOf("code", _("Result"), states=ROW_CODES),
            lists.Text(
                "reason",
                _("Reason"),
                show=lambda row: sentence(row["template"], row["parameters"]),
                also=("template", "parameters"),
            ),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("spin", "template")),
            lists.Choice("code", _("Result"), choices=_KEPT_CODES, facet=True),
        ),
        order=("row_number",),
    )


def _days_late(row: Mapping[str, Any]) -> int:
    """How old a gap is: days since its value was due."""
    return max(0, (clock.today() - row["due_on"]).days)


def gaps_list(*, open_only: bool = True) -> lists.ListQuery:
    """What is due and not there, longest overdue first."""
    return lists.ListQuery(
        name="metering.gaps" if open_only else "metering.gaps_all",
        rows=queries.gaps(open_only=open_only),
        columns=(
            lists.Code("spin", _("Supply point")),
            lists.MonthOf("month", _("Reading month")),
            lists.StateOf("reason", _("Why"), states=GAP_REASONS),
            lists.Code("area", _("Area"), explain={code: area.name for code, area in masters.areas().items()}),
            lists.Code("base_day", _("Base day")),
            lists.Day("due_on", _("Due"), weekday=True),
            *(
                (lists.Number("late", _("Days late"), path="due_on", show=_days_late, sortable=False),)
                if open_only
                else ()
            ),
            lists.Number("asked_count", _("Asked again")),
            lists.Moment("asked_at", _("Last asked")),
            lists.Code("contract_number", _("Contract")),
            lists.Day("period_start", _("First day of use"), shown=False),
            lists.Day("period_end", _("Day after the last day of use"), shown=False),
            lists.Moment("opened_at", _("Noticed"), shown=False),
            *(() if open_only else (lists.StateOf("outcome", _("Outcome"), states=GAP_OUTCOMES),)),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("spin", "contract_number", "base_day")),
            lists.Choice("reason", _("Why"), choices=[(r.value, s.word) for r, s in GAP_REASONS.items()], facet=True),
            lists.Choice("area", _("Area"), choices=area_choices),
            lists.MonthIs("month", _("Reading month")),
            lists.DayRange("due", _("Due"), path="due_on"),
        ),
        order=("due_on", "area", "base_day", "spin"),
        also=("supply_point_id",),
    )
