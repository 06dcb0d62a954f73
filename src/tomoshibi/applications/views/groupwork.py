"""Group cases from the counter to the archive: the list, the page of a case, and what each role does there."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import caselist, casepapers
from tomoshibi.applications import casewords as words
from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, CaseState, PaperState, RowState, Slot
from tomoshibi.applications.views.groupwork_edge import act, case_or_404, first_error, keep, record
from tomoshibi.documents import operations as typesetting
from tomoshibi.documents import queries as documents
from tomoshibi.fieldwork import queries as fieldwork
from tomoshibi.groups import queries as groups
from tomoshibi.identity import queries as people
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import confirm, downloads, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

FILES = (("form", Slot.FORM), ("stamped_list", Slot.STAMPED_LIST), ("electronic_list", Slot.LIST))
FORMS: dict[str, Any] = {
    "sign": forms.SignForm,
    "labels": forms.LabelForm,
    "order": forms.OrderForm,
    "document": forms.DocumentForm,
    "file": forms.FileForm,
    "refuse": forms.RefuseForm,
    "out": forms.OutForm,
}


@require_GET
@page(*values.STEPS)
def cases(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        caselist.cases_list(today=clock.today()),
        title=_("Group applications"),
        subtitle=_("New reference meters, changes and cancellations, from the counter to the archive."),
        panel="applications:group_case_panel",
        page="applications:group_case",
        buttons=[
            lists.Button(_("Applications that are late"), f"{reverse('applications:group_cases')}?late=yes", "alarm"),
            lists.Button(
                _("New application"),
                "applications:group_case_new",
                "plus",
                right=f"{values.ACCEPT}.do",
                key="n",
                main=True,
            ),
        ],
        empty=lists.Empty(
            _("No applications yet."),
            _("Applications appear here when the counter has accepted a form and its list."),
            icon="clipboard-text",
        ),
    )


@require_http_methods(["GET", "POST"])
@page(values.ACCEPT, right=DO)
def new_case(request: HttpRequest) -> HttpResponse:
    """The form as it lies on the counter; with ``?kind=`` a cancellation or a change of the benchmark."""
    kind = CaseKind(request.GET["kind"]) if request.GET.get("kind") in {"cancel", "benchmark"} else None
    given: dict[str, Any] = {
        name: request.GET[name] for name in ("benchmark_number", "customer_id") if request.GET.get(name)
    }
    waiting = _waiting(request) if kind is None else []
    if waiting:
        given |= {"kinds": [CaseKind.CHANGE], "declared_points": len(waiting)}
    form = forms.CaseForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        today=clock.today(),
        has_list=bool(waiting),
        initial={"signed_on": clock.today(), "seen": "stamp"} | given,
    )
    context: dict[str, Any] = {"form": form, "kind": kind, "refusals": (), "offer": "", "title": _title(kind)}
    context["waiting"] = waiting
    if request.method == "POST" and form.is_valid():
        try:
            case_id = _receive(request, form, has_list=bool(waiting))
        except operations.FormRefused as refused:
            for name, reason in refused.refusals.items():
                form.add_error(name if name in form.fields else None, reason)
            context["offer"] = refused.offer
        except operations.ListRefused as refused:
            form.add_error("electronic_list", str(refused))
            context |= {"refusals": _named(refused.refusals), "good": refused.good}
        else:
            case = queries.case(case_id=case_id)
            messages.success(
                request,
                _("Application %(number)s; the customer asks for it with query number %(query)s.")
                % {"number": case.number, "query": case.query_number},
            )
            return redirect("applications:group_case", case_id)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "applications/groupwork/new.html", context, status=status)


def _waiting(request: HttpRequest) -> list[values.Waiting]:
    """Devices that wait at a benchmark, where the counter came to apply for them: their list writes itself."""
    number = request.GET.get("benchmark_number", "")
    return queries.waiting_rows(benchmark_number=number) if request.GET.get("waiting") and number else []


def _title(kind: CaseKind | None) -> Any:
    return words.REQUEST[kind] if kind else _("New application")


def _named(refusals: Any) -> list[tuple[int, Any, str]]:
    from tomoshibi.groups.queries import column_name

    return [(row, column_name(column), reason) for row, column, reason in refusals]


def _receive(request: HttpRequest, form: forms.CaseForm, *, has_list: bool) -> int:
    data = form.cleaned_data
    files = {slot: keep(request, data[name]) for name, slot in FILES if data.get(name)}
    application = operations.Application(
        kinds=form.chosen(),
        customer_id=data["customer_id"],
        benchmark_number=data["benchmark_number"].strip(),
        unit=data.get("unit", ""),
        device_code=data.get("device_code", ""),
        rated_w=data.get("rated_w") or 1,
        declared_points=data.get("declared_points") or 1,
        outage_contact=data["outage_contact"],
        outage_mobile=data["outage_mobile"],
        seen=data["seen"],
        signed_on=data["signed_on"],
        agent_name=data["agent_name"],
        agent_document=data["agent_document"],
        agent_phone=data["agent_phone"],
        boundary_changes=data.get("boundary_changes", False),
        new_benchmark=data.get("new_benchmark", ""),
        meter_number=data.get("meter_number", ""),
    )
    now, number = clock.now(), application.benchmark_number
    with db.transaction():
        if has_list:
            customer = parties.customer(customer_id=application.customer_id)
            assert customer is not None, "the form has looked the customer up"
            files[Slot.LIST] = operations.write_list(
                benchmark_number=number, customer_name=customer.name, now=now, actor_id=request.user.pk
            )
        case_id = operations.receive(
            application=application,
            files=files,
            good_rows=data.get("good_rows", False),
            now=now,
            today=clock.today(),
            actor_id=request.user.pk,
        )
        if has_list:
            operations.note_applied(benchmark_number=number, number=queries.case(case_id=case_id).number, now=now)
        record(request, values.ACCEPT, "received an application", case_id)
    return case_id


@require_GET
@page(*values.STEPS)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    return render(request, "applications/groupwork/case.html", _context(request, case_id))


@require_GET
@page(*values.STEPS)
def case_panel(request: HttpRequest, case_id: int) -> HttpResponse:
    found = case_or_404(case_id)
    context = {
        "case": found,
        "states": words.STATES,
        "kinds": words.KINDS,
        "path": _path(found),
        **_deadline(found, queries.paper_of(case_id=case_id), today=clock.today()),
    }
    return render(request, "applications/groupwork/panel.html", context)


def _path(found: values.Case) -> list[tuple[Any, str]]:
    """The steps of the case's kind: done, now, or to come."""
    states = values.PATHS[found.kind]
    at = states.index(found.state) if found.state in states else -1
    return [
        (words.STATES[state], "done" if n < at or found.state is CaseState.CLOSED else "now" if n == at else "later")
        for n, state in enumerate(states)
    ]


def _context(request: HttpRequest, case_id: int) -> dict[str, Any]:
    found, today = case_or_404(case_id), clock.today()
    rows = queries.rows(case_id=case_id)
    steps = queries.steps_of(case_id=case_id)
    docs = queries.documents_of(case_id=case_id)
    paper = queries.paper_of(case_id=case_id)
    who = people.names_of(
        user_ids={s.by_id for s in steps if s.by_id}
        | {d.by_id for d in docs if d.by_id}
        | {int(str(g["by_id"])) for g in found.grouping if g["by_id"]}
        | {r.placed_by_id for r in rows if r.placed_by_id}
    )
    labels, odd = queries.labels_of(rows=rows), queries.odd_taps(rows=rows)
    live = [row for row in rows if row.state is not RowState.REJECTED]
    names = {step.id: step.name for step in people.group_steps()}
    return {
        "case": found,
        "rows": [
            {
                "row": r,
                "label": labels.get(r.point_id or 0),
                "source": words.SOURCES.get(r.source, ""),
                "tap": words.tap(r.tap),
                "is_odd": r.no in odd,
                "who": who.get(r.placed_by_id or 0, ""),
            }
            for r in rows
        ],
        "live": live,
        "out_count": len(rows) - len(live),
        "path": _path(found),
        "states": words.STATES,
        "kinds": words.KINDS,
        "row_states": words.ROWS,
        "changes": words.CHANGES,
        "paper_states": words.PAPERS,
        "questions": words.QUESTIONS,
        "paper": paper,
        "steps": [(s, words.DONE[s.what], names.get(s.step, ""), who.get(s.by_id or 0, "")) for s in reversed(steps)],
        "documents": [(d, words.SLOTS[d.slot], who.get(d.by_id or 0, "")) for d in docs],
        "missing": [words.SLOTS[slot] for slot in operations.missing_documents_of(case_ids=[case_id])[case_id]],
        "lists": queries.lists_of(case_id=case_id),
        "contract_lists": queries.contract_lists(group_id=found.group_id) if found.group_id else (),
        "grouping": [(g, who.get(int(str(g["by_id"] or 0)), "")) for g in found.grouping],
        "skipped": _named(found.skipped),
        "today": today,
        "ticket": _ticket(found),
        **_deadline(found, paper, today=today),
        "joint": queries.joint_cases(number=found.joint_number),
        "texts": queries.test_messages(case_id=case_id),
        "text_states": words.TEXTS,
        "ending": groups.ending_of(group_id=found.group_id) if found.group_id else None,
        **_step_context(found, rows, paper),
    }


def _deadline(found: values.Case, paper: values.Paper | None, *, today: date) -> dict[str, Any]:
    """Whose turn it is, how old the case is, and whether it is late (G-127)."""
    until = localtime(found.closed_at).date() if found.closed_at else today
    return {
        "owner": words.owner_at(found.state, paper.state if paper else None),
        "age_days": (until - found.received_on).days,
        "is_late": bool(found.due_on and found.due_on < today),
    }


def _ticket(found: values.Case) -> Any:
    return fieldwork.ticket(found.ticket_id) if found.ticket_id else None


def _step_context(found: values.Case, rows: list[values.Row], paper: values.Paper | None) -> dict[str, Any]:
    """What only the present step needs: its forms, and what it still lacks."""
    today, state = clock.today(), found.state
    made: dict[str, Any] = {name: kind() for name, kind in FORMS.items()}
    made["document"] = forms.DocumentForm(initial={"version": len(queries.lists_of(case_id=found.id))})
    if state is CaseState.SURVEY:
        live = [row for row in rows if row.state is not RowState.REJECTED]
        chosen = next((row.no for row in live if row.is_benchmark), None)
        made |= {
            "lacks": operations.survey_lacks(case_id=found.id),
            "unplaced": [row for row in live if row.placed_at is None and row.change != "remove"],
            "benchmark": forms.BenchmarkForm(
                rows=live,
                initial={
                    "no": chosen, "meter_number": found.meter_number, "box_number": found.box_number,
                    "is_steady": found.is_steady, "is_reliable": found.is_reliable, "is_safe": found.is_safe,
                },
            ),
        }  # fmt: skip
    elif state is CaseState.CONTRACT:
        made["contract"] = forms.ContractForm(clauses=paper.clauses if paper else queries.clauses())
        made["is_draft"] = paper is None or paper.state is PaperState.DRAFT
    elif state is CaseState.ORDER:
        made["order"] = forms.OrderForm(initial={"planned_on": today})
        made["joining"] = [r for r in rows if r.change == "add" and r.state in {RowState.PLANNED, RowState.WAITING}]
        subjects = [f"groups.point:{row.point_id}" for row in made["joining"]]
        made["slips"] = bool(made["joining"]) and bool(queries.lists_of(case_id=found.id))
        made["prints"] = fieldwork.prints_of_subjects(subjects=subjects) if subjects else ()
    elif state is CaseState.INSTALL:
        made["lacks"] = operations.installation_lacks(case_id=found.id)
        made["install"] = forms.InstallForm(today=today, initial={"on": today})
        made["end"] = forms.EndForm(today=today, initial={"on": today})
        made["rebench"] = forms.NewBenchmarkForm(
            today=today, initial={"on": today, "meter_number": found.meter_number, "box_number": found.box_number}
        )
        made["waiting"] = [r for r in rows if r.state in {RowState.WAITING, RowState.PLANNED}]
        made["ready"] = [r for r in rows if r.state is RowState.DONE and r.installed_on is None]
    if found.kind is CaseKind.CANCEL:
        made["seals"] = operations.seals_of(case_id=found.id)
    return made


def _valid(request: HttpRequest, case_id: int, form: Any) -> HttpResponse | None:
    """The way back with what is wrong, or nothing where the form is right."""
    if form.is_valid():
        return None
    messages.error(request, first_error(form))
    return redirect("applications:group_case", case_id)


@require_POST
@page(values.ACCEPT, right=DO)
def accept(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.ACCEPT, "accepted an application",
        lambda: operations.accept_case(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.ACCEPT, right=DO)
def refuse(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.RefuseForm(request.POST)
    return _valid(request, case_id, form) or act(
        request, case_id, values.ACCEPT, "sent an application back",
        lambda: operations.refuse_case(
            case_id=case_id, reason=form.cleaned_data["reason"], now=clock.now(), today=clock.today(), actor_id=request.user.pk
        ),
    )  # fmt: skip


@require_POST
@page(values.ACCEPT, right=DO)
def personal(request: HttpRequest, case_id: int) -> HttpResponse:
    """Numbers of people in full: only with the right, and that somebody looked is on record (G-129)."""
    found = case_or_404(case_id)
    with db.transaction():
        record(request, values.ACCEPT, "looked at personal numbers", case_id)
    response = render(request, "applications/groupwork/personal.html", {"case": found})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@page(values.ACCEPT, right=DO)
def test_message(request: HttpRequest, case_id: int) -> HttpResponse:
    """Does the number on the form ring at the outage contact? (G-020)"""
    return act(
        request, case_id, values.ACCEPT, "sent a test message to the outage contact",
        lambda: operations.send_test_message(case_id=case_id, now=clock.now(), actor_id=request.user.pk),
        said=lambda _made: _("The test message leaves now; what became of it stands on this page."),
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def recheck(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.SURVEY, "checked the grouping a second time",
        lambda: operations.recheck_grouping(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def locate(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.SURVEY, "looked places up",
        lambda: operations.locate_rows(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
        said=lambda made: _("%(placed)d rows have their place; %(open)d wait for you.") % {"placed": made[0], "open": made[1]},
        anchor="rows",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@page(values.SURVEY, values.INSTALL, right=DO)
def row(request: HttpRequest, case_id: int, no: int) -> HttpResponse:
    """One row: its place by hand, or out of the application."""
    found, one = case_or_404(case_id), queries.row(case_id=case_id, no=no)
    if one is None:
        raise Http404
    initial = {
        name: getattr(one, name)
        for name in (
            "access_point_number",
            "access_point_name",
            "district_number",
            "district_name",
            "tap",
            "distance_m",
            "not_nearest",
        )
    }
    form = forms.RowForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return act(
            request, case_id, values.SURVEY, f"placed row {no} by hand",
            lambda: operations.place_row(
                case_id=case_id, no=no, **form.cleaned_data, now=clock.now(), today=clock.today(), actor_id=request.user.pk
            ),
            anchor="rows",
        )  # fmt: skip
    context = {
        "case": found, "row": one, "form": form, "out": forms.OutForm(), "source": words.SOURCES.get(one.source, ""),
        "changes": words.CHANGES, "row_states": words.ROWS,
    }  # fmt: skip
    return render(request, "applications/groupwork/row.html", context, status=422 if form.is_bound else 200)


@require_POST
@page(values.SURVEY, values.INSTALL, right=DO)
def row_out(request: HttpRequest, case_id: int, no: int) -> HttpResponse:
    form = forms.OutForm(request.POST)
    return _valid(request, case_id, form) or act(
        request, case_id, values.SURVEY, f"took row {no} out",
        lambda: operations.take_row_out(
            case_id=case_id, no=no, reason=form.cleaned_data["reason"],
            other_benchmark=form.cleaned_data["other_benchmark"].strip(), now=clock.now(), today=clock.today(),
            actor_id=request.user.pk,
        ),
        anchor="rows",
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def answers(request: HttpRequest, case_id: int) -> HttpResponse:
    """The four questions of all rows at once; what was left open stays open."""
    told: dict[int, dict[str, Any]] = {}
    all_yes = "all_yes" in request.POST
    for one in queries.rows(case_id=case_id):
        given: dict[str, Any] = {}
        for question, before in one.answers:
            text = request.POST.get(f"{question}-{one.no}", "")
            if text in {"yes", "no"}:
                given[question] = text == "yes"
            elif all_yes and before is None:
                given[question] = True
        note = request.POST.get(f"note-{one.no}", "").strip()
        if given or note != one.note:
            told[one.no] = given | {"note": note}
    return act(
        request, case_id, values.SURVEY, f"answered the questions of {len(told)} rows",
        lambda: operations.answer_rows(case_id=case_id, answers=told, now=clock.now(), actor_id=request.user.pk),
        anchor="rows",
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def benchmark(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.BenchmarkForm(request.POST, rows=queries.rows(case_id=case_id))
    return _valid(request, case_id, form) or act(
        request, case_id, values.SURVEY, "chose the benchmark",
        lambda: operations.choose_benchmark(case_id=case_id, **form.cleaned_data, actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def close_survey(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.SURVEY, "closed the survey",
        lambda: operations.close_survey(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def repair(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.FileForm(request.POST, request.FILES)
    wrong = _valid(request, case_id, form)
    if wrong:
        return wrong
    file = keep(request, form.cleaned_data["file"])
    return act(
        request, case_id, values.SURVEY, "took over a repaired list",
        lambda: operations.repair_rows(case_id=case_id, file_id=file.id, now=clock.now(), actor_id=request.user.pk),
        said=lambda n: _("%(n)d rows were put right.") % {"n": n},
        anchor="rows",
    )  # fmt: skip


@require_POST
@page(values.DRAFT, right=DO)
def draft(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.ContractForm(request.POST, clauses={})
    return _valid(request, case_id, form) or act(
        request, case_id, values.DRAFT, "drafted the contract",
        lambda: operations.draft_contract(
            case_id=case_id, clauses=form.cleaned_data, now=clock.now(), actor_id=request.user.pk
        ),
    )  # fmt: skip


@require_POST
@page(values.REVIEW, right=DO)
def review(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.REVIEW, "reviewed the contract",
        lambda: operations.review_contract(case_id=case_id, now=clock.now(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.APPROVE, right=DO)
def approve(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.APPROVE, "approved the contract",
        lambda: operations.approve_contract(case_id=case_id, now=clock.now(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.REVIEW, values.APPROVE, right=DO)
def send_back(request: HttpRequest, case_id: int) -> HttpResponse:
    """Whoever has the contract sends it back: who approves, once it was reviewed."""
    paper = queries.paper_of(case_id=case_id)
    step = values.APPROVE if paper and paper.state is PaperState.REVIEWED else values.REVIEW
    if not request.user.has_perm(f"{step}.do"):
        raise PermissionDenied(step)
    form = forms.RefuseForm(request.POST)
    return _valid(request, case_id, form) or act(
        request, case_id, step, "sent the contract back",
        lambda: operations.send_contract_back(
            case_id=case_id, step=step, remark=form.cleaned_data["reason"], now=clock.now(), actor_id=request.user.pk
        ),
    )  # fmt: skip


@require_POST
@page(values.SIGN, right=DO)
def sign(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.SignForm(request.POST, request.FILES)
    wrong = _valid(request, case_id, form)
    if wrong:
        return wrong
    data = form.cleaned_data
    file = keep(request, data["file"])
    return act(
        request, case_id, values.SIGN, "recorded the signatures",
        lambda: operations.sign_contract(
            case_id=case_id, signed_on=data["signed_on"], file=file, name=data["file"].name, now=clock.now(),
            today=clock.today(), actor_id=request.user.pk,
        ),
    )  # fmt: skip


@require_POST
@page(values.ORDER, right=DO)
def labels(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.LabelForm(request.POST)
    return _valid(request, case_id, form) or act(
        request, case_id, values.ORDER, "printed the labels",
        lambda: operations.print_labels(
            case_id=case_id, template=form.cleaned_data["template"], reason=form.cleaned_data["reason"], now=clock.now(),
            actor_id=request.user.pk,
        ),
        said=lambda made: _("%(count)s labels are ready to be printed.") % {"count": made.count},
    )  # fmt: skip


@require_POST
@page(values.ORDER, right=DO)
def order(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.OrderForm(request.POST)
    return _valid(request, case_id, form) or act(
        request, case_id, values.ORDER, "ordered the work",
        lambda: operations.order_work(
            case_id=case_id, planned_on=form.cleaned_data["planned_on"], place=form.cleaned_data["place"], now=clock.now(),
            today=clock.today(), actor_id=request.user.pk,
        ),
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def order_again(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.INSTALL, "sent waiting rows out again",
        lambda: operations.order_again(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.ORDER, right=DO)
def finish(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.ORDER, "went on without the rest",
        lambda: operations.finish_without_rest(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def install(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.InstallForm(request.POST, today=clock.today())
    return _valid(request, case_id, form) or act(
        request, case_id, values.INSTALL, "entered the installation data",
        lambda: operations.install(
            case_id=case_id, on=form.cleaned_data["on"], now=clock.now(), today=clock.today(), actor_id=request.user.pk
        ),
        said=lambda n: _("%(n)d rows are written.") % {"n": n},
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def change_benchmark(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.NewBenchmarkForm(request.POST, today=clock.today())
    return _valid(request, case_id, form) or act(
        request, case_id, values.INSTALL, "changed the benchmark",
        lambda: operations.change_benchmark(
            case_id=case_id, **form.cleaned_data, now=clock.now(), today=clock.today(), actor_id=request.user.pk
        ),
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def end(request: HttpRequest, case_id: int) -> HttpResponse:
    """All points leave; said once more before it is done."""
    form, found = forms.EndForm(request.POST, today=clock.today()), case_or_404(case_id)
    wrong = _valid(request, case_id, form)
    if wrong:
        return wrong
    data = form.cleaned_data
    if not confirm.is_confirmed(request):
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Cancel group %(number)s") % {"number": found.group_number},
                what=_("All its points leave it on one day, their labels become void, and the final bill is awaited."),
                do=_("Cancel the group"),
                back=reverse("applications:group_case", args=[case_id]),
                count=len([r for r in queries.rows(case_id=case_id) if r.state is not RowState.REJECTED]),
                facts=[(_("Removed on"), data["on"])],
                danger=True,
            ),
        )
    return act(
        request, case_id, values.INSTALL, "ended the group",
        lambda: operations.end_group(
            case_id=case_id, on=data["on"], register_dwh=data["register_dwh"], now=clock.now(), today=clock.today(),
            actor_id=request.user.pk,
        ),
        said=lambda n: _("%(n)d points left the group; the final bill is awaited.") % {"n": n},
    )  # fmt: skip


@require_POST
@page(values.ACCEPT, values.SURVEY, values.INSTALL, values.ARCHIVE, right=DO)
def add_document(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.DocumentForm(request.POST, request.FILES)
    wrong = _valid(request, case_id, form)
    if wrong:
        return wrong
    data = form.cleaned_data
    file = keep(request, data["file"])
    return act(
        request, case_id, values.ARCHIVE, f"filed {data['slot']}",
        lambda: operations.file_document(
            case_id=case_id, slot=Slot(data["slot"]), file=file, name=data["file"].name, version=data["version"] or 0,
            now=clock.now(), actor_id=request.user.pk,
        ),
        anchor="documents",
    )  # fmt: skip


@require_POST
@page(values.ARCHIVE, right=DO)
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.ARCHIVE, "closed the file",
        lambda: operations.close_case(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_GET
@page(*values.STEPS)
def document(request: HttpRequest, case_id: int, document_id: int) -> HttpResponse:
    found = queries.document(case_id=case_id, document_id=document_id)
    if found is None:
        raise Http404
    return downloads.foreign(documents.path(file_id=found.document_id), found.name)


@require_GET
@page(*values.STEPS)
def paper(request: HttpRequest, case_id: int, name: str) -> HttpResponse:
    """One of the papers, as it stands now."""
    found, rows = case_or_404(case_id), queries.rows(case_id=case_id)
    if name == "application":  # it names people and their numbers in full
        if not request.user.has_perm(f"{values.ACCEPT}.view"):  # type: ignore[union-attr]
            raise PermissionDenied(values.ACCEPT)
        with db.transaction():
            record(request, values.ACCEPT, "looked at personal numbers", case_id)
    written = queries.paper_of(case_id=case_id)
    if name == "application":
        made = (
            casepapers.APPLICATION,
            casepapers.application(
                case=found,
                person=people.name_of(user_id=found.received_by_id),
                contract_number=written.number if written else "",
            ),
        )
    elif name == "connection":
        made = casepapers.CONNECTION, casepapers.connection(case=found, rows=rows)
    elif name == "slips" and queries.lists_of(case_id=case_id):
        labels_of = {point_id: label.number for point_id, label in queries.labels_of(rows=rows).items()}
        version = len(queries.lists_of(case_id=case_id))
        made = casepapers.SLIPS, casepapers.slips(case=found, rows=rows, version=version, labels=labels_of)
    elif name == "contract" and written is not None:
        who = people.names_of(
            user_ids={i for i in (written.drafted_by_id, written.reviewed_by_id, written.approved_by_id) if i}
        )
        made = casepapers.CONTRACT, casepapers.contract(case=found, paper=written, rows=rows, people={**who})
    elif name == "workorder":
        ticket = _ticket(found)
        made = (
            casepapers.WORK_ORDER,
            casepapers.work_order(
                case=found,
                rows=rows,
                ticket=ticket.number if ticket else "",
                leader=people.name_of(user_id=ticket.leader_id) if ticket and ticket.leader_id else "",
                qualification=ticket.qualification if ticket else "",
                planned=ticket.planned_on if ticket else None,
            ),
        )
    else:
        raise Http404
    return downloads.made(typesetting.typeset(template=made[0], data=made[1]), f"{found.number}-{name}.pdf")


@require_GET
@page(values.ACCEPT)
def waiting_list(request: HttpRequest, benchmark_number: str) -> HttpResponse:
    """What waits at a benchmark in the printed form's columns, for the customer's stamp."""
    rows = queries.waiting_rows(benchmark_number=benchmark_number)
    if not rows:
        raise Http404
    content = operations.as_list(rows, customer_name=rows[0].customer_name)
    return downloads.made(content, f"{benchmark_number}.xlsx")


@require_http_methods(["GET", "POST"])
@page(values.DRAFT)
def clauses(request: HttpRequest) -> HttpResponse:
    """How this company words the special clauses of its contracts (G-041)."""
    form = forms.ContractForm(request.POST or None, clauses=queries.clauses())
    for field in form.fields.values():
        field.required = False
    if request.method == "POST":
        if not request.user.has_perm(f"{values.DRAFT}.do"):  # type: ignore[union-attr]
            raise PermissionDenied(values.DRAFT)
        if form.is_valid():
            with db.transaction():
                operations.word_clauses(clauses=form.cleaned_data, now=clock.now(), actor_id=request.user.pk)
                record(request, values.DRAFT, "worded the special clauses", 0)
            messages.success(request, _("Saved."))
            return redirect("applications:group_clauses")
    return render(request, "applications/groupwork/clauses.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@page(*values.STEPS)
def list_version(request: HttpRequest, case_id: int, version: int) -> HttpResponse:
    """A version of the confirmation list; one that is superseded is marked across the page."""
    content = queries.list_content(case_id=case_id, version=version)
    if content is None:
        raise Http404
    return downloads.made(
        typesetting.typeset(template=casepapers.CONFIRMATION, data=content), f"{content['version']}.pdf"
    )


@require_GET
@page(*values.STEPS)
def contract_list(request: HttpRequest, case_id: int, version: int) -> HttpResponse:
    found = case_or_404(case_id)
    lists_ = queries.contract_lists(group_id=found.group_id) if found.group_id else []
    one = next((c for c in lists_ if c.version == version), None)
    if one is None:
        raise Http404
    return downloads.made(documents.content(file_id=one.document_id), f"{found.group_number}-L{version}.pdf")


@require_GET
@page(*values.STEPS)
def repair_list(request: HttpRequest, case_id: int) -> HttpResponse:
    """The rows in the columns of the confirmation list, to put places right in a spreadsheet and bring back."""
    found = case_or_404(case_id)
    version = operations.list_version(case_id=case_id)
    content = groups.as_repair_list(
        rows=[
            {
                "seq": n, "account_number": r.account_number, "customer_name": found.customer_name, "address": r.address or r.name,
                "nearest_number": r.nearest_number, "access_point_number": r.access_point_number,
                "access_point_name": r.access_point_name, "change": casepapers.CHANGES[r.change], "day": "",
                "benchmark_number": found.benchmark_number, "district_number": r.district_number,
                "district_name": r.district_name, "name": r.name, "list_version": version, "row_key": str(r.no),
            }
            for n, r in enumerate((r for r in queries.rows(case_id=case_id) if r.state is not RowState.REJECTED), start=1)
        ]
    )  # fmt: skip
    return downloads.made(content, f"{version}.xlsx")


@require_http_methods(["GET"])
def progress(request: HttpRequest) -> HttpResponse:
    """For the customer, without a sign-in: how far an application is, by its query number (G-026)."""
    form = forms.ProgressForm(request.GET or None)
    found = queries.by_query_number(query_number=form.cleaned_data["q"]) if form.is_valid() else None
    context: dict[str, Any] = {"form": form, "asked": form.is_bound, "found": found}
    if found is not None:
        case_ = queries.case(case_id=found.id)
        context |= {"path": _path(case_), "state": words.STATES[found.state].word, "kind": words.KINDS[found.kind].word}
    return render(request, "applications/groupwork/progress.html", context)


@require_GET
@page(*values.STEPS)
def reports(request: HttpRequest) -> HttpResponse:
    """What should not be there: groups without a signed list, points without a ticket, files that are not complete."""
    today = clock.today()
    incomplete = queries.incomplete_archives(today=today)
    missing = operations.missing_documents_of(case_ids=[one.id for one in incomplete])
    archives = [
        (one, [words.SLOTS[slot] for slot in missing[one.id]], bool(one.due_on and one.due_on < today))
        for one in incomplete
    ]
    without = queries.groups_without_list(on=today)
    waiting = _by_benchmark(queries.waiting_rows())
    context = {
        "archives": archives,
        "figures": queries.figures(today=today),
        "by_unit": queries.cases_by_unit(today=today),
        "waiting": waiting,
        "without_list": without[:200],
        "without_list_count": len(without),
        "without_ticket": queries.connected_without_ticket(),
        "without_application": groups.points_without_application(),
        "title": pgettext("group case", "What is missing"),
    }
    return render(request, "applications/groupwork/reports.html", context)


def _by_benchmark(rows: list[values.Waiting]) -> list[dict[str, Any]]:
    """What waits, per customer and benchmark, and where it is applied for once its group is there."""
    found: dict[tuple[int, str], list[values.Waiting]] = {}
    for row in rows:
        found.setdefault((row.customer_id, row.benchmark_number), []).append(row)
    made = []
    known = groups.groups_at(benchmark_numbers={number for _customer, number in found})
    customers = parties.customers_frame(customer_ids=sorted({customer for customer, _number in found}))
    numbers = dict(customers.select("customer_id", "number").iter_rows())
    for (customer_id, benchmark_number), some in found.items():
        group = known.get(benchmark_number)
        ready = group is not None and group.customer_id == customer_id
        made.append({
            "customer": some[0].customer_name,
            "districts": ", ".join(sorted({row.district_number for row in some if row.district_number})),
            "benchmark": benchmark_number,
            "count": len(some),
            "url": operations.address_of(benchmark_number, customer_number=numbers[customer_id]) if ready else "",
        })  # fmt: skip
    return made


@require_GET
@page(*values.STEPS)
def papers_of_group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Every accepted form of a group in the order of its day, the latest holds; and the versions of its list (G-025)."""
    group = groups.group(group_id=group_id)
    if group is None:
        raise Http404
    cases_ = queries.cases_of_group(group_id=group_id)
    context = {
        "group": group,
        "count_form": forms.CountForm(),
        "customer": parties.customer(customer_id=group.customer_id),
        "cases": [(one, queries.case(case_id=one.id), queries.paper_of(case_id=one.id)) for one in cases_],
        "lists": queries.contract_lists(group_id=group_id),
        "states": words.STATES,
        "kinds": words.KINDS,
        "paper_states": words.PAPERS,
    }
    return render(request, "applications/groupwork/group.html", context)
