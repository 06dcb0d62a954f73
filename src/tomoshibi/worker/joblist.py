"""The list of jobs: its columns, filters and the words for states."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.ui import figures, lists
from tomoshibi.ui.lists.columns import Row
from tomoshibi.ui.states import State, Tone
from tomoshibi.worker import queries
from tomoshibi.worker.values import JobState

STATES = {
    JobState.WAITING: State(_("waiting"), Tone.QUIET, "hourglass"),
    JobState.RUNNING: State(_("running"), Tone.RUNNING, "loader-2"),
    JobState.DONE: State(_("done"), Tone.GOOD, "circle-check"),
    JobState.FAILED: State(_("failed"), Tone.BAD, "alert-triangle"),
}


def _progress(row: Row) -> str:
    done, total = row["done_count"], row["total_count"]
    return f"{figures.integer(done)} / {figures.integer(total)}" if total else figures.integer(done) if done else ""


def jobs_list() -> lists.ListQuery:
    """Every job, newest first."""
    return lists.ListQuery(
        name="worker.jobs",
        rows=queries.job_rows(),
        columns=(
            lists.Code("id", _("Job")),
            lists.Text(
                "what", pgettext_lazy("job", "What"), show=lambda row: queries.label_of(row["what"]), also=("what",)
            ),
            lists.StateOf("state", _("State"), states=STATES),
            lists.Text("progress", _("Progress"), show=_progress, also=("done_count", "total_count")),
            lists.Text("message", _("Result or reason"), sortable=False),
            lists.Code("procedure", _("Procedure")),
            lists.Moment("enqueued_at", _("Asked for")),
            lists.Moment("started_at", _("Started"), shown=False),
            lists.Moment("ended_at", _("Ended")),
            lists.Number("attempts", _("Attempts"), shown=False),
            lists.Code("name", _("Name"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("name", "label", "message")),
            lists.Choice("state", _("State"), choices=[(s.value, v.word) for s, v in STATES.items()], facet=True),
            lists.Search("procedure", _("Procedure")),
            lists.DayRange("on", _("Asked for"), path="enqueued_at__date"),
        ),
        order=("-id",),
    )
