"""Group applications at the counter: the list, the form as it lies there, accepting and refusing, and what the customer may ask."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import caselist
from tomoshibi.applications import casewords as words
from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, Slot
from tomoshibi.applications.views.groupwork.case import way_back
from tomoshibi.applications.views.groupwork.edge import act, case_or_404, keep, named, path_of, record
from tomoshibi.groups import queries as groups
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

FILES = (("form", Slot.FORM), ("stamped_list", Slot.STAMPED_LIST), ("electronic_list", Slot.LIST))


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
    if request.GET.get("kind") == CaseKind.CHANGE:
        given["kinds"] = [CaseKind.CHANGE]
        given |= _as_now(number=request.GET.get("benchmark_number", ""))
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
            context |= {"refusals": named(refused.refusals), "good": refused.good}
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


def _as_now(*, number: str) -> dict[str, Any]:
    """What the group at a benchmark says of itself, so that nobody copies it onto the form of a change."""
    found = groups.group(benchmark_number=number) if number else None
    if found is None:
        return {}
    kind = groups.device_type(type_id=found.device_type_id, on=clock.today())
    return {"unit": found.unit, "device_code": kind.code if kind else "", "rated_w": found.rated_w}


def _waiting(request: HttpRequest) -> list[values.Waiting]:
    """Devices that wait at a benchmark, where the counter came to apply for them: their list writes itself."""
    number = request.GET.get("benchmark_number", "")
    return queries.waiting_rows(benchmark_number=number) if request.GET.get("waiting") and number else []


def _title(kind: CaseKind | None) -> Any:
    return words.REQUEST[kind] if kind else _("New application")


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
    return way_back(request, case_id, form) or act(
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


@require_GET
@page(values.ACCEPT)
def waiting_list(request: HttpRequest, benchmark_number: str) -> HttpResponse:
    """What waits at a benchmark in the printed form's columns, for the customer's stamp."""
    rows = queries.waiting_rows(benchmark_number=benchmark_number)
    if not rows:
        raise Http404
    content = operations.as_list(rows, customer_name=rows[0].customer_name)
    return downloads.made(content, f"{benchmark_number}.xlsx")


@require_http_methods(["GET"])
def progress(request: HttpRequest) -> HttpResponse:
    """For the customer, without a sign-in: how far an application is, by its query number (G-026)."""
    form = forms.ProgressForm(request.GET or None)
    found = queries.by_query_number(query_number=form.cleaned_data["q"]) if form.is_valid() else None
    context: dict[str, Any] = {"form": form, "asked": form.is_bound, "found": found}
    if found is not None:
        case_ = queries.case(case_id=found.id)
        context |= {
            "path": path_of(case_),
            "state": words.STATES[found.state].word,
            "kind": words.KINDS[found.kind].word,
        }
    return render(request, "applications/groupwork/progress.html", context)
