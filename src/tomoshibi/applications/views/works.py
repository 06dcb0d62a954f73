"""Pages of applications by form: wheeling from 500 kW up (AP9) and electrical works (AP10, AP11)."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import works_lists as listing
from tomoshibi.applications import works_words as words
from tomoshibi.applications import worksforms
from tomoshibi.applications.forms import works as forms
from tomoshibi.applications.forms.switching import known_of
from tomoshibi.applications.operations import works as operations
from tomoshibi.applications.queries import works as queries
from tomoshibi.applications.values import works as values
from tomoshibi.applications.values.works import DesignState, SendState, WorkKind, WorkState
from tomoshibi.contracts import queries as contracts
from tomoshibi.documents import queries as documents
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.ui import confirm, downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

GRID = values.PROCEDURES
REFUSALS = (
    operations.NoDesk, operations.Lacking, operations.OpenAlready, operations.TooLate, operations.WrongStep,
    identity.SamePerson,
)  # fmt: skip


def _or_404(case_id: int) -> values.WorkCase:
    found = queries.case(case_id=case_id)
    if found is None:
        raise Http404
    return found


def _do(request: HttpRequest, found: values.WorkCase, what: str, work: Callable[[], Any], *, done: str) -> bool:
    """One step in one transaction, with its record; a refusal is shown."""
    try:
        with db.transaction():
            work()
            _record(request, found.procedure, what, found.id)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def _record(request: HttpRequest, procedure: str, what: str, case_id: int) -> None:
    identity.record_deed(
        procedure=procedure, what=what, at=clock.now(), subject=f"applications.work:{case_id}", actor_id=request.user.pk
    )


@require_GET
@page(*GRID)
def works(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.works_list(),
        title=_("Applications by form"),
        subtitle=_("High voltage from 500 kW, special high voltage, and electrical works."),
        panel="applications:work_panel",
        page="applications:work",
        buttons=[
            lists.Button(
                _("Desks of the grid companies"), "applications:work_desks", "building-community", right="AP9.view"
            ),
            lists.Button(_("New application"), "applications:new_work", "plus", right="AP9.do", key="n", main=True),
        ],
        empty=lists.Empty(
            _("No applications yet."),
            _(
                "What the switching support system does not take, and works at a customer's place, are applied for here."
            ),
            icon="tools",
        ),
    )


@require_GET
@page(*GRID)
def work(request: HttpRequest, case_id: int) -> HttpResponse:
    return _page(request, _or_404(case_id))


@require_GET
@page(*GRID)
def panel(request: HttpRequest, case_id: int) -> HttpResponse:
    found = _or_404(case_id)
    context = {**_facts(found), "with_state": True, "steps": queries.steps_of(case_id=case_id)[:8]}
    return render(request, "applications/works/panel.html", context)


def _page(request: HttpRequest, found: values.WorkCase, *, status: int = 200, **bound: Any) -> HttpResponse:
    today = clock.today()
    sendings = queries.sendings_of(case_id=found.id)
    context = {
        **_facts(found),
        "steps": queries.steps_of(case_id=found.id),
        "sendings": [
            {**one.__dict__, "route_word": words.ROUTES[one.route], "action_word": words.ACTIONS[one.action]}
            for one in sendings
        ],
        "sending_states": words.SENDINGS,
        "to_take": next((one for one in sendings if one.state is SendState.BY_HAND), None),
        "may": _may(found),
        "received_form": forms.ReceivedForm(),
        "design_form": forms.DesignForm(initial={"design": found.design}),
        "contribution_form": forms.ContributionForm(),
        "fixed_form": forms.DayFixedForm(initial={"on": found.fixed_on or found.wished_on}),
        "done_form": forms.OnForm(initial={"on": found.fixed_on or today}),
        "paid_form": forms.OnForm(initial={"on": today}),
        "terms_form": forms.TermsForm(
            initial={"account_number": found.account_number, "plan_code": found.terms.get("plan_code", "")}
        ),
        "returned_form": forms.WhyForm(prefix="returned"),
        "refused_form": forms.WhyForm(prefix="refused"),
        "cancel_form": forms.WhyForm(prefix="cancel"),
        "taken_form": forms.TakenForm(),
        **bound,
    }
    return render(request, "applications/works/work.html", context, status=status)


def _facts(found: values.WorkCase) -> dict[str, Any]:
    language = get_language() or "ja"
    asked = [
        (field.label(language), _said(field, found.details.get(field.name)))
        for field in worksforms.form_of(found.kind).fields
        if found.details.get(field.name) not in {None, "", False}
    ]
    return {
        "case": found,
        "states": words.STATES,
        "kind": words.KINDS[found.kind],
        "voltage": words.VOLTAGES[found.voltage],
        "route": words.ROUTES[found.route],
        "design": words.DESIGNS[found.design],
        "asked": asked,
        "contract": contracts.contract(contract_id=found.contract_id) if found.contract_id else None,
        "customer": parties.customer(customer_id=found.customer_id) if found.customer_id else None,
        "entered_by": people.name_of(user_id=found.contribution_by_id) if found.contribution_by_id else "",
        "approved_by": people.name_of(user_id=found.approved_by_id) if found.approved_by_id else "",
    }


def _said(field: worksforms.Field, value: Any) -> Any:
    return _("yes") if field.type == "yesno" else value


def _may(found: values.WorkCase) -> dict[str, bool]:
    """Which steps fit the state."""
    state = found.state
    with_grid = state in {WorkState.SENT, WorkState.ACCEPTED, WorkState.DESIGN}
    designing = state in {WorkState.ACCEPTED, WorkState.DESIGN}
    return {
        "send": state in {WorkState.DRAFT, WorkState.RETURNED},
        "change": state in values.CHANGEABLE,
        "cancel": state in {*values.CHANGEABLE, WorkState.QUOTED},
        "received": state is WorkState.SENT,
        "design": designing,
        "contribution": designing,
        "agree": state is WorkState.QUOTED,
        "paid": found.approved_by_id is not None and found.paid_on is None and bool(found.contribution_minor),
        "fix": designing or state in {WorkState.AGREED, WorkState.SCHEDULED},
        "done": state is WorkState.SCHEDULED,
        "terms": found.kind in values.BEGINNING_WORKS
        and found.contract_id is None
        and found.registration_id is None
        and (found.is_open or state is WorkState.DONE),
        "returned": with_grid,
        "refused": with_grid,
    }


@require_http_methods(["GET", "POST"])
@page(*GRID, right=DO)
def new(request: HttpRequest) -> HttpResponse:
    """First what and where, then what the form of the kind asks; what our books know stands there already."""
    asked = request.POST if request.method == "POST" else request.GET
    what = forms.WhatForm(asked if "kind" in asked else None, initial={"contract": asked.get("contract", "")})
    if not what.is_valid():
        return render(request, "applications/works/new.html", {"what": what})
    kind = WorkKind(what.cleaned_data["kind"])
    known, problem = known_of(
        contract_number=what.cleaned_data["contract"], spin=what.cleaned_data["spin"], today=clock.today()
    )
    area = str(known.get("spin") or "")[:2] or what.cleaned_data["area"]
    if problem or not area:
        what.add_error("contract" if problem else "spin", problem or _("Which contract or point is it about?"))
        return render(request, "applications/works/new.html", {"what": what}, status=422)
    form = forms.WorkForm(
        request.POST if request.method == "POST" else None, kind=kind, initial=known | _of_books(known)
    )
    if request.method == "POST" and form.is_valid():
        opened = _open(request, form, kind, area, known)
        if opened is not None:
            return redirect("applications:work", opened)
    context = {
        "what": what,
        "form": form,
        "kind": words.KINDS[kind],
        "chosen": kind.value,
        "known": known,
        "area": area,
    }
    return render(request, "applications/works/new.html", context, status=422 if form.errors else 200)


def _of_books(known: Mapping[str, Any]) -> dict[str, Any]:
    customer = parties.customer(customer_id=known["customer_id"]) if "customer_id" in known else None
    point = supply.point(spin=known["spin"]) if known.get("spin") else None
    found: dict[str, Any] = {"voltage": _class_of(point)}
    if customer is not None:
        found |= {"holder_name": customer.name, "holder_kana": customer.kana, "phone": customer.phone}
    return found


def _class_of(point: Any) -> str:
    if point is None or point.voltage.value == "low":
        return values.VoltageClass.LOW
    return values.VoltageClass.HIGH_LARGE if point.voltage.value == "high" else values.VoltageClass.SPECIAL


def _open(
    request: HttpRequest, form: forms.WorkForm, kind: WorkKind, area: str, known: Mapping[str, Any]
) -> int | None:
    plan, account = form.cleaned_data["plan_code"], form.cleaned_data["account_number"]
    payer = parties.account_by_number(number=account) if account else None
    if account and payer is None:
        unknown = _("there is no billing account %(number)s") % {"number": account}
        form.add_error("account_number", parties.refusal_of(number=account) or unknown)
        return None
    made = values.NewWork(
        kind=kind,
        area=area,
        spin=known.get("spin", ""),
        contract_id=known.get("contract_id"),
        customer_id=known.get("customer_id") or (payer.customer_id if payer else None),
        account_number=account,
        terms={"plan_code": plan} if plan else {},
        **form.columns(),
    )
    try:
        with db.transaction():
            case_id = operations.open_work(new=made, now=clock.now(), actor_id=actor(request))
            found = _or_404(case_id)
            _record(request, found.procedure, f"opened an application: {kind.value}", case_id)
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("The application is opened as a draft."))
    return case_id


@require_http_methods(["GET", "POST"])
@page(*GRID, right=DO)
def change(request: HttpRequest, case_id: int) -> HttpResponse:
    found = _or_404(case_id)
    initial = {name: getattr(found, name) for name in forms.COLUMNS} | {
        "account_number": found.account_number, "plan_code": found.terms.get("plan_code", ""),
    }  # fmt: skip
    form = forms.WorkForm(request.POST or None, kind=found.kind, details=found.details, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.columns()
        plan = form.cleaned_data["plan_code"]
        given |= {
            "voltage": given["voltage"].value,
            "account_number": form.cleaned_data["account_number"],
            "terms": {**found.terms, "plan_code": plan} if plan else dict(found.terms),
        }
        if _do(
            request,
            found,
            "corrected an application",
            lambda: operations.change_work(case_id=case_id, changes=given, now=clock.now(), actor_id=actor(request)),
            done=_("Saved."),
        ):
            return redirect("applications:work", case_id)
    context = {"form": form, "case": found, "kind": words.KINDS[found.kind]}
    return render(request, "applications/works/change.html", context, status=422 if form.errors else 200)


Data = Mapping[str, Any]
Act = Callable[[int, Data, dict[str, Any]], Any]
_ACTS: Mapping[str, tuple[str, type[django_forms.Form], Act]] = {
    "received": ("received_form", forms.ReceivedForm, lambda i, d, by: operations.received(case_id=i, number=d["number"], **by)),
    "design": ("design_form", forms.DesignForm, lambda i, d, by: operations.designed(case_id=i, to=DesignState(d["design"]), **by)),
    "contribution": ("contribution_form", forms.ContributionForm, lambda i, d, by: operations.contribution_told(
        case_id=i, amount_minor=d["amount_minor"], due_on=d["due_on"], **by)),
    "fixed": ("fixed_form", forms.DayFixedForm, lambda i, d, by: operations.day_fixed(
        case_id=i, on=d["on"], inspection_on=d["inspection_on"], **by)),
    "done": ("done_form", forms.OnForm, lambda i, d, by: operations.work_done(case_id=i, on=d["on"], **by)),
    "paid": ("paid_form", forms.OnForm, lambda i, d, by: operations.paid(case_id=i, on=d["on"], **by)),
    "terms": ("terms_form", forms.TermsForm, lambda i, d, by: operations.terms_known(
        case_id=i, account_number=d["account_number"], plan_code=d["plan_code"], **by)),
    "returned": ("returned_form", forms.WhyForm, lambda i, d, by: operations.returned(case_id=i, reason=d["reason"], **by)),
    "refused": ("refused_form", forms.WhyForm, lambda i, d, by: operations.refused(case_id=i, reason=d["reason"], **by)),
    "cancel": ("cancel_form", forms.WhyForm, lambda i, d, by: operations.cancel_work(case_id=i, reason=d["reason"], **by)),
}  # fmt: skip
"""Steps that are told by a small form: where it stands on the page, the form, and what is done."""
_PREFIXED = {"returned", "refused", "cancel"}


@require_POST
@page(*GRID, right=DO)
def told(request: HttpRequest, case_id: int, what: str) -> HttpResponse:
    """What the grid company said, or what we did, entered by hand."""
    found = _or_404(case_id)
    if what not in _ACTS:
        raise Http404
    name, form_class, act = _ACTS[what]
    form = form_class(request.POST, prefix=what if what in _PREFIXED else None)
    if not form.is_valid():
        return _page(request, found, status=422, **{name: form})
    by = {"now": clock.now(), "actor_id": actor(request)}
    _do(request, found, f"entered: {what}", lambda: act(case_id, form.cleaned_data, by), done=_("Saved."))
    return redirect("applications:work", case_id)


@require_POST
@page(*GRID, right=DO)
def send(request: HttpRequest, case_id: int) -> HttpResponse:
    _do(
        request,
        _or_404(case_id),
        "sent an application by form",
        lambda: operations.send_work(case_id=case_id, now=clock.now(), actor_id=actor(request)),
        done=_("The form is filled and on its way."),
    )
    return redirect("applications:work", case_id)


@require_POST
@page(*GRID, right=DO)
def taken(request: HttpRequest, case_id: int, sending_id: int) -> HttpResponse:
    """A person posted the form, or entered it on the grid company's page."""
    form = forms.TakenForm(request.POST)
    said = form.cleaned_data["words"] if form.is_valid() else ""
    _do(
        request,
        _or_404(case_id),
        "took a form to the grid company",
        lambda: operations.sent_by_hand(sending_id=sending_id, words=said, now=clock.now(), actor_id=actor(request)),
        done=_("Saved."),
    )
    return redirect("applications:work", case_id)


@require_POST
@page(*GRID, right=CONFIRM)
def agree(request: HttpRequest, case_id: int) -> HttpResponse:
    """A second person agrees to the contribution; asked before, because the customer's bill carries it."""
    found = _or_404(case_id)
    if not confirm.is_confirmed(request):
        question = confirm.Question(
            title=_("Agree to the contribution"),
            what=_("We pay it to the grid company, and the customer's next bill carries it."),
            do=_("Agree and charge"),
            back=reverse("applications:work", args=[case_id]),
            amount_minor=found.contribution_minor,
            facts=[(_("Application"), found.number), (_("Name"), found.holder_name)],
        )
        return confirm.ask(request, question)
    _do(
        request,
        found,
        "agreed to a contribution",
        lambda: operations.agree_to_contribution(case_id=case_id, now=clock.now(), actor_id=actor(request)),
        done=_("Agreed: the customer's next bill carries the amount."),
    )
    return redirect("applications:work", case_id)


@require_POST
@page(*GRID, right=CONFIRM)
def disagree(request: HttpRequest, case_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "").strip() or _("the amount is not agreed to")
    _do(
        request,
        _or_404(case_id),
        "did not agree to a contribution",
        lambda: operations.refuse_contribution(
            case_id=case_id, reason=reason, now=clock.now(), actor_id=actor(request)
        ),
        done=_("The amount is to be entered anew."),
    )
    return redirect("applications:work", case_id)


@require_GET
@page(*GRID)
def paper(request: HttpRequest, case_id: int, sending_id: int, kind: str) -> HttpResponse:
    """The filled form as it went out."""
    found = queries.sending(sending_id=sending_id)
    if found is None or found[1] != case_id or kind not in {"pdf", "xlsx"}:
        raise Http404
    file_id = found[0].pdf_id if kind == "pdf" else found[0].xlsx_id
    if file_id is None:
        raise Http404
    stored = documents.stored_file(file_id=file_id)
    return downloads.kept(documents.path(file_id=file_id), stored.name)


@require_http_methods(["GET", "POST"])
@page(*GRID)
def desks(request: HttpRequest) -> HttpResponse:
    """Where each grid company takes applications, and how our line to it stands."""
    may_set = request.user.has_perm("AP9.confirm") or request.user.has_perm("AP10.confirm")  # type: ignore[union-attr]
    area = request.GET.get("area", "")
    known = next((one for one in queries.desks() if one.area == area), None)
    blank = {"answer_days": 3, "design_days": 30, "cutoff_days": 3, "pace_ms": 1000, "area": area}
    form = forms.DeskForm(request.POST or None, initial=known.__dict__ if known else blank)
    if request.method == "POST" and may_set and form.is_valid():
        with db.transaction():
            operations.set_desk(**form.cleaned_data)
            _record(request, values.WHEELING, f"set the desk of area {form.cleaned_data['area'] or 'all'}", 0)
        messages.success(request, _("Saved."))
        return redirect("applications:work_desks")
    context = {
        "desks": [
            {
                **one.__dict__,
                "wheeling_word": words.ROUTES[one.wheeling_route],
                "works_word": words.ROUTES[one.works_route],
            }
            for one in queries.desks()
        ],
        "form": form,
        "may_set": may_set,
    }
    return render(request, "applications/works/desks.html", context, status=422 if form.errors else 200)


@require_POST
@page(*GRID, right=DO)
def ask_now(request: HttpRequest) -> HttpResponse:
    """Send what waits and ask the Web systems now."""
    with db.transaction():
        job_id = worker.enqueue(values.WORKS_POLL_JOB, requested_by_id=request.user.pk, lock=values.WORKS_LINE)
        _record(request, values.WEB_WORKS, "asked the wheeling Web systems", 0)
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('applications:works')}")
