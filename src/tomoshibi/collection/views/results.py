"""Result files: what they said, and the rows that nobody believed."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.collection import forms, operations, queries, tables, values
from tomoshibi.collection.views.shared import REFUSALS, attempt, in_words
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.ui import confirm, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

LARGEST_BYTES = 256 * 2**20


@require_GET
@page("RC4")
def results(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.result_files(),
        title=_("Result files"),
        subtitle=_("Each is kept as it came; the same file twice changes nothing"),
        page="collection:result",
        buttons=[lists.Button(_("Import a file"), "collection:upload", "upload", right="RC4.do")],
        empty=lists.Empty(_("No result files yet."), _("They are fetched from the agents, or imported by hand.")),
    )


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def upload(request: HttpRequest) -> HttpResponse:
    """Import a result file that came by other means."""
    today = clock.today()
    agents = [(agent.code, agent.name) for agent in masters.debit_agents(on=today)]
    form = forms.ResultUploadForm(request.POST or None, request.FILES or None, agents=agents)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size > LARGEST_BYTES:
            form.add_error("file", _("This file is too large for the browser: import it from the command line."))
        else:
            try:
                outcome = _import(request, form.cleaned_data["agent"], file)
            except REFUSALS as refusal:
                form.add_error("file", in_words(refusal))
            else:
                messages.success(request, _told(outcome))
                return redirect("collection:result", outcome.file_id)
    return render(request, "collection/upload.html", {"form": form}, status=422 if form.errors else 200)


def _import(request: HttpRequest, agent: str, file: UploadedFile) -> values.ImportOutcome:
    """All of the file, or nothing of it."""
    with db.transaction():
        return operations.import_result(
            agent=agent,
            name=file.name or "",
            content=file.read(),
            now=clock.now(),
            today=clock.today(),
            actor_id=actor(request),
        )


def _told(came: values.ImportOutcome) -> str:
    if came.already_known:
        return _("This file was imported before: nothing changed.")
    return _("%(paid)s paid, %(failed)s failed, %(problems)s to look at.") % {
        "paid": came.paid,
        "failed": came.failed,
        "problems": came.problems,
    }


def _agent_name(code: str) -> str:
    return masters.debit_agent_names().get(code, code)


@require_GET
@page("RC4")
def result(request: HttpRequest, file_id: int) -> HttpResponse:
    found = queries.result_file(file_id=file_id)
    if found is None:
        raise Http404
    return lists.render_list(
        request,
        tables.answered(file_id=file_id, agent=found.agent),
        title=_("Result file %(name)s") % {"name": found.name},
        template="collection/result.html",
        empty=lists.Empty(_("No row of this file was applied."), _("Look at the rows that were not believed.")),
        context={
            "file": found,
            "agent_name": _agent_name(found.agent),
            "tab": "matched",
            "waiting": queries.waiting_problems(file_id=file_id),
        },
    )


@require_GET
@page("RC4")
def problems(request: HttpRequest, file_id: int) -> HttpResponse:
    found = queries.result_file(file_id=file_id)
    if found is None:
        raise Http404
    return lists.render_list(
        request,
        tables.problems(file_id=file_id),
        title=_("Result file %(name)s") % {"name": found.name},
        template="collection/result.html",
        actions=[
            lists.Action(_("Believe"), reverse("collection:believe", args=[file_id]), "check", right="RC4.do", key="b"),
            lists.Action(_("Set aside"), reverse("collection:dismiss", args=[file_id]), "x", right="RC4.do", key="x"),
        ],
        empty=lists.Empty(_("Every row of this file was applied.")),
        context={
            "file": found,
            "agent_name": _agent_name(found.agent),
            "tab": "problems",
            "waiting": queries.waiting_problems(file_id=file_id),
        },
    )


@require_POST
@page("RC4", right=DO)
def believe(request: HttpRequest, file_id: int) -> HttpResponse:
    """Apply chosen rows after looking at them."""
    return _decide(
        request,
        file_id,
        title=_("Believe these rows"),
        what=_("The amount that each row names counts; a missing row becomes a debit without result."),
        do=_("Believe"),
        act=lambda problem_id, note: operations.apply_problem(
            problem_id=problem_id, note=note, now=clock.now(), today=clock.today(), actor_id=actor(request)
        ),
    )


@require_POST
@page("RC4", right=DO)
def dismiss(request: HttpRequest, file_id: int) -> HttpResponse:
    """Set chosen rows aside."""
    return _decide(
        request,
        file_id,
        title=_("Set these rows aside"),
        what=_("They change nothing. The note says why."),
        do=_("Set aside"),
        act=lambda problem_id, note: operations.dismiss_problem(
            problem_id=problem_id, note=note, now=clock.now(), actor_id=actor(request)
        ),
    )


def _decide(request: HttpRequest, file_id: int, *, title: str, what: str, do: str, act: object) -> HttpResponse:
    back = reverse("collection:problems", args=[file_id])
    try:
        chosen = lists.chosen(request, tables.problems(file_id=file_id))
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    form = forms.NoteForm(request.POST if confirm.is_confirmed(request) else None)
    if not (confirm.is_confirmed(request) and form.is_valid()):
        question = confirm.Question(title=title, what=what, do=do, back=back, count=len(chosen.ids))
        return confirm.ask(request, question, form=form)

    def decide_all() -> None:
        for problem_id in chosen.ids:
            with db.savepoint():
                act(problem_id, form.cleaned_data["note"])  # type: ignore[operator]

    attempt(request, decide_all, _("Recorded for %(count)s rows.") % {"count": len(chosen.ids)})
    return redirect(back)
