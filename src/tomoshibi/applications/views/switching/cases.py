"""Applications to the grid (AP7, AP8): the list, one with its story, new ones, and the steps of one or many."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import switching_lists as listing
from tomoshibi.applications import switching_words as words
from tomoshibi.applications import values
from tomoshibi.applications.forms import switching as forms
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.views.switching.edge import GRID, REFUSALS, attempt, in_words, leave_record
from tomoshibi.contracts import queries as contracts
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock


@require_GET
@page(*GRID)
def cases(request: HttpRequest) -> HttpResponse:
    link = queries.link()
    return lists.render_list(
        request,
        listing.cases_list(),
        title=_("Applications to the grid"),
        subtitle=link.failure if link and link.failure else "",
        panel="applications:switching_panel",
        page="applications:switching_case",
        actions=[
            lists.Action(_("Ask the old retailers"), "applications:switching_ask", "message-question", "AP7.do", "a"),
            lists.Action(_("Send to the grid"), "applications:switching_submit", "send", "AP7.do", "s"),
            lists.Action(_("Cancel applications"), "applications:switching_cancel", "ban", "AP7.do", danger=True),
        ],
        buttons=[
            lists.Button(_("The line"), "applications:switching_link", "plug", right="AP7.view"),
            lists.Button(
                _("New application"), "applications:new_switching", "plus", right="AP7.do", key="n", main=True
            ),
        ],
        empty=lists.Empty(
            _("No applications yet."),
            _("They come from examined intakes, from requests of other retailers, and by hand."),
            icon="plug-connected",
        ),
    )


def _case_or_404(case_id: int) -> values.Case:
    found = queries.case(case_id=case_id)
    if found is None:
        raise Http404
    return found


def _facts(found: values.Case) -> dict[str, Any]:
    plans = tariffs.plan_names(language=get_language() or "ja")
    plan = str(found.terms.get("plan_code", ""))
    return {
        "case": found,
        "states": words.STATES,
        "kind": words.KINDS[found.kind],
        "klass": words.CLASSES[found.klass],
        "source_kind": words.SOURCES[found.source_kind] if found.source_kind else "",
        "work": words.WORKS[found.work],
        "contract": contracts.contract(contract_id=found.contract_id) if found.contract_id else None,
        "customer": parties.customer(customer_id=found.customer_id) if found.customer_id else None,
        "point": supply.point(supply_point_id=found.supply_point_id) if found.supply_point_id else None,
        "plan": plans.get(plan, plan),
        "earliest": _earliest(found),
    }


def _earliest(found: values.Case) -> Any:
    if found.is_locked or found.kind is values.SwitchingKind.USAGE:
        return None
    try:
        return queries.earliest_on(spin=found.spin, klass=found.klass, work=found.work, today=clock.today())
    except masters.MasterMissing:
        return None


@require_GET
@page(*GRID)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    return _case_page(request, case_id)


def _case_page(request: HttpRequest, case_id: int, *, status: int = 200, **bound: Any) -> HttpResponse:
    found = _case_or_404(case_id)
    initial = {name: getattr(found, name) for name in forms.CORRECTABLE}
    size = found.point_facts.get("capacity_milli")
    terms = found.contract_id and contracts.contract(contract_id=found.contract_id)
    held = terms.terms_on(found.fixed_on or clock.today()) if terms else None
    context = {
        **_facts(found),
        "steps": queries.steps_of(case_id=case_id),
        "messages_sent": in_words(queries.messages_of(case_id=case_id)),
        "pending": ", ".join(
            str(words.FUNCTIONS.get(name, name)) for name in str(found.point_facts.get("pending", "")).split(",") if name
        ),
        "message_states": words.MESSAGES,
        "correction_form": forms.CorrectionForm(initial=initial),
        "may": _may(found),
        "size_differs": bool(held and size and int(size) != held.capacity_milli
                             and held.capacity_kind.value == found.point_facts.get("capacity_kind")),
        "kinds_begin": found.kind in values.BEGINNING,
    }  # fmt: skip
    return render(request, "applications/switching/case.html", context | bound, status=status)


def _may(found: values.Case) -> dict[str, bool]:
    """Which steps fit the state."""
    state, start = found.state, found.kind is values.SwitchingKind.START
    asks = start and not found.told_directly
    again = {values.SwitchingState.REJECTED, values.SwitchingState.EXPIRED, values.SwitchingState.AGREED}
    return {
        "ask": asks and state in {values.SwitchingState.DRAFT, values.SwitchingState.DECLINED},
        "submit": state in again or (state is values.SwitchingState.DRAFT and not asks),
        "change": state in {*values.OURS, values.SwitchingState.SUBMITTED},
        "cancel": state in {*values.OURS, values.SwitchingState.MEDIATING, values.SwitchingState.SUBMITTED},
        "reconnect": start and state in {values.SwitchingState.REJECTED, values.SwitchingState.EXPIRED},
        "facts": found.klass is not values.PointClass.HIGH,
    }


@require_GET
@page(*GRID)
def case_panel(request: HttpRequest, case_id: int) -> HttpResponse:
    found = _case_or_404(case_id)
    context = {**_facts(found), "steps": queries.steps_of(case_id=case_id)[:8]}
    return render(request, "applications/switching/panel.html", context)


@require_http_methods(["GET", "POST"])
@page(*GRID, right=DO)
def new_case(request: HttpRequest) -> HttpResponse:
    """First what and where, then what the kind needs; what our books know stands there already."""
    asked = request.POST if request.method == "POST" else request.GET
    kind_form = forms.KindForm(asked if "kind" in asked else None, initial={"contract": asked.get("contract", "")})
    if not kind_form.is_valid():
        return render(request, "applications/switching/new.html", {"kind_form": kind_form})
    kind = values.SwitchingKind(kind_form.cleaned_data["kind"])
    known, problem = forms.known_of(
        contract_number=kind_form.cleaned_data["contract"], spin=kind_form.cleaned_data["spin"], today=clock.today()
    )
    if problem or not known.get("spin"):
        kind_form.add_error("contract" if problem else "spin", problem or _("Which contract or point is it about?"))
        return render(request, "applications/switching/new.html", {"kind_form": kind_form}, status=422)
    form = forms.CaseForm(
        request.POST if request.method == "POST" else None, kind=kind, initial=known | _of_customer(known)
    )
    if request.method == "POST" and form.is_valid():
        opened = _open(request, form, kind, known)
        if opened is not None:
            return redirect("applications:switching_case", opened)
    context = {
        "kind_form": kind_form,
        "form": form,
        "kind": words.KINDS[kind],
        "known": known,
        "chosen_kind": kind.value,
    }
    return render(request, "applications/switching/new.html", context, status=422 if form.errors else 200)


def _of_customer(known: dict[str, Any]) -> dict[str, Any]:
    customer = parties.customer(customer_id=known["customer_id"]) if known.get("customer_id") else None
    found = {"klass": _class_of(known["spin"]).value}
    if customer is not None:
        found |= {"holder_name": customer.name, "holder_kana": customer.kana, "phone": customer.phone}
    return found


def _class_of(spin: str) -> values.PointClass:
    point = supply.point(spin=spin)
    if point is None:
        return values.PointClass.LOW
    if point.kind.value == "generation":
        return values.PointClass.GENERATION
    return values.PointClass.LOW if point.voltage.value == "low" else values.PointClass.HIGH


def _open(request: HttpRequest, form: forms.CaseForm, kind: values.SwitchingKind, known: dict[str, Any]) -> int | None:
    columns, now = form.columns(), clock.now()
    plan = form.cleaned_data.get("plan_code", "")
    terms = {}
    if plan:
        terms = {
            "plan_code": plan,
            "capacity_kind": columns.get("capacity_kind") or "contract",
            "capacity_milli": columns.get("capacity_milli") or 0,
        }
    new = values.NewCase(
        kind=kind,
        spin=known["spin"],
        contract_id=known.get("contract_id"),
        customer_id=known.get("customer_id") or _payers_customer(columns.get("account_number", "")),
        terms=terms,
        consent_at=now if kind is values.SwitchingKind.USAGE else None,
        **columns,
    )
    try:
        with db.transaction():
            case_id = operations.open_case(new=new, now=now, actor_id=actor(request))
            procedure = values.GENERATION if new.klass is values.PointClass.GENERATION else values.SUPPLY
            leave_record(request, procedure, f"opened an application: {kind.value}", f"applications.case:{case_id}")
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("The application is opened as a draft."))
    return case_id


def _payers_customer(number: str) -> int | None:
    account = parties.account_by_number(number=number) if number else None
    return account.customer_id if account else None


@require_POST
@page(*GRID, right=DO)
def change(request: HttpRequest, case_id: int) -> HttpResponse:
    found = _case_or_404(case_id)
    form = forms.CorrectionForm(request.POST)
    if not form.is_valid():
        return _case_page(request, case_id, status=422, correction_form=form)
    given = {name: value for name, value in form.cleaned_data.items() if name in forms.CORRECTABLE}
    attempt(
        request,
        lambda: operations.change_case(case_id=case_id, changes=given, now=clock.now(), actor_id=actor(request)),
        done=_("Saved."),
        record=(found.procedure, "corrected an application", f"applications.case:{case_id}"),
    )
    return redirect("applications:switching_case", case_id)


def _procedure_of(case_ids: Sequence[int]) -> str:
    found = [queries.case(case_id=case_id) for case_id in case_ids[:1]]
    return found[0].procedure if found and found[0] else values.SUPPLY


def _ask(request: HttpRequest, case_ids: Sequence[int]) -> None:
    attempt(
        request,
        lambda: operations.ask_old_retailers(case_ids=case_ids, now=clock.now(), actor_id=actor(request)),
        done=_("The old retailer is asked."),
        record=(_procedure_of(case_ids), f"asked the old retailers of {len(case_ids)}", _subject(case_ids)),
    )


def _submit(request: HttpRequest, case_ids: Sequence[int]) -> None:
    attempt(
        request,
        lambda: operations.submit_cases(case_ids=case_ids, now=clock.now(), actor_id=actor(request)),
        done=_("Sent to the grid company."),
        record=(_procedure_of(case_ids), f"sent {len(case_ids)} to the grid", _subject(case_ids)),
    )


def _cancel(request: HttpRequest, case_ids: Sequence[int]) -> None:
    reason = request.POST.get("reason", "").strip() or _("no longer wanted")
    attempt(
        request,
        lambda: operations.cancel_cases(case_ids=case_ids, reason=reason, now=clock.now(), actor_id=actor(request)),
        done=_("Canceled, or asked to be."),
        record=(_procedure_of(case_ids), f"canceled {len(case_ids)}", _subject(case_ids)),
    )


def _facts_again(request: HttpRequest, case_ids: Sequence[int]) -> None:
    attempt(
        request,
        lambda: operations.ask_facts(case_id=case_ids[0], now=clock.now(), actor_id=actor(request)),
        done=_("The grid is asked for the facts of the point."),
        record=(_procedure_of(case_ids), "asked for the facts of a point", _subject(case_ids)),
    )


def _take_size(request: HttpRequest, case_ids: Sequence[int]) -> None:
    attempt(
        request,
        lambda: operations.accept_grid_size(case_id=case_ids[0], now=clock.now(), actor_id=actor(request)),
        done=_("The contract has the grid's size."),
        record=(_procedure_of(case_ids), "took the grid's size", _subject(case_ids)),
    )


def _subject(case_ids: Sequence[int]) -> str:
    return f"applications.case:{case_ids[0]}" if len(case_ids) == 1 else "applications.cases"


_STEPS: dict[str, Callable[[HttpRequest, Sequence[int]], None]] = {
    "ask": _ask,
    "submit": _submit,
    "cancel": _cancel,
    "facts": _facts_again,
    "size": _take_size,
}


@require_POST
@page(*GRID, right=DO)
def step(request: HttpRequest, case_id: int, name: str) -> HttpResponse:
    """One step of one application."""
    if name not in _STEPS:
        raise Http404
    _STEPS[name](request, [case_id])
    return redirect("applications:switching_case", case_id)


@require_POST
@page(*GRID, right=DO)
def reconnect(request: HttpRequest, case_id: int) -> HttpResponse:
    found = _case_or_404(case_id)
    made = attempt(
        request,
        lambda: operations.reconnect_instead(case_id=case_id, now=clock.now(), actor_id=actor(request)),
        done=_("A reconnection takes its place."),
        record=(found.procedure, "a reconnection takes the place of a switch", f"applications.case:{case_id}"),
    )
    return redirect("applications:switching_case", made or case_id)


def _bulk(request: HttpRequest, name: str) -> HttpResponse:
    try:
        chosen = lists.chosen(request, listing.cases_list())
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("applications:switching")
    _STEPS[name](request, [int(one) for one in chosen.ids])
    return redirect("applications:switching")


@require_POST
@page(*GRID, right=DO)
def ask_chosen(request: HttpRequest) -> HttpResponse:
    return _bulk(request, "ask")


@require_POST
@page(*GRID, right=DO)
def submit_chosen(request: HttpRequest) -> HttpResponse:
    return _bulk(request, "submit")


@require_POST
@page(*GRID, right=DO)
def cancel_chosen(request: HttpRequest) -> HttpResponse:
    return _bulk(request, "cancel")
