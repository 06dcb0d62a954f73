"""Pages of applications to the grid (AP7, AP8), of the old retailer's inbox (CM6) and of point searches (IN3, IN4)."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import operations as applications
from tomoshibi.applications import switching_lists as listing
from tomoshibi.applications import switching_words as words
from tomoshibi.applications import values
from tomoshibi.applications.forms import switching as forms
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

GRID = (values.SUPPLY, values.GENERATION)
SEARCHES = ("IN3", "IN4")
REFUSALS = (
    operations.AlreadyUnderWay, operations.CannotMove, operations.NotSetUp, operations.Unfit, operations.AlreadyAnswered,
    operations.SearchClosed,
)  # fmt: skip


def _record(request: HttpRequest, procedure: str, what: str, subject: str) -> None:
    identity.record_deed(procedure=procedure, what=what, at=clock.now(), subject=subject, actor_id=request.user.pk)


# Applications -------------------------------------------------------------------------------------------------


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
        "messages_sent": _in_words(queries.messages_of(case_id=case_id)),
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


def _in_words(sent: Sequence[values.Message]) -> list[dict[str, Any]]:
    """Messages with the names that people use."""
    return [
        {
            **one.__dict__,
            "function_word": words.FUNCTIONS.get(one.function, one.function),
            "action_word": words.ACTIONS.get(one.action, one.action),
        }
        for one in sent
    ]


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
    customer = parties.customer(customer_id=known["customer_id"]) if "customer_id" in known else None
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
            _record(request, procedure, f"opened an application: {kind.value}", f"applications.case:{case_id}")
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
    _do(
        request,
        lambda: operations.change_case(case_id=case_id, changes=given, now=clock.now(), actor_id=actor(request)),
        done=_("Saved."),
        record=(found.procedure, "corrected an application", f"applications.case:{case_id}"),
    )
    return redirect("applications:switching_case", case_id)


def _do(request: HttpRequest, work: Callable[[], Any], *, done: str, record: tuple[str, str, str]) -> Any:
    """
    One step in one transaction, with its record; a refusal is shown.

    :returns: what the step returned, nothing where it was refused
    """
    try:
        with db.transaction():
            outcome = work()
            _record(request, *record)
    except operations.NoSuchCase:
        raise Http404 from None
    except (*REFUSALS, RowsRefused) as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, done)
    return outcome


def _procedure_of(case_ids: Sequence[int]) -> str:
    found = [queries.case(case_id=case_id) for case_id in case_ids[:1]]
    return found[0].procedure if found and found[0] else values.SUPPLY


def _ask(request: HttpRequest, case_ids: Sequence[int]) -> None:
    _do(
        request,
        lambda: operations.ask_old_retailers(case_ids=case_ids, now=clock.now(), actor_id=actor(request)),
        done=_("The old retailer is asked."),
        record=(_procedure_of(case_ids), f"asked the old retailers of {len(case_ids)}", _subject(case_ids)),
    )


def _submit(request: HttpRequest, case_ids: Sequence[int]) -> None:
    _do(
        request,
        lambda: operations.submit_cases(case_ids=case_ids, now=clock.now(), actor_id=actor(request)),
        done=_("Sent to the grid company."),
        record=(_procedure_of(case_ids), f"sent {len(case_ids)} to the grid", _subject(case_ids)),
    )


def _cancel(request: HttpRequest, case_ids: Sequence[int]) -> None:
    reason = request.POST.get("reason", "").strip() or _("no longer wanted")
    _do(
        request,
        lambda: operations.cancel_cases(case_ids=case_ids, reason=reason, now=clock.now(), actor_id=actor(request)),
        done=_("Canceled, or asked to be."),
        record=(_procedure_of(case_ids), f"canceled {len(case_ids)}", _subject(case_ids)),
    )


def _facts_again(request: HttpRequest, case_ids: Sequence[int]) -> None:
    _do(
        request,
        lambda: operations.ask_facts(case_id=case_ids[0], now=clock.now(), actor_id=actor(request)),
        done=_("The grid is asked for the facts of the point."),
        record=(_procedure_of(case_ids), "asked for the facts of a point", _subject(case_ids)),
    )


def _take_size(request: HttpRequest, case_ids: Sequence[int]) -> None:
    _do(
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
    made = _do(
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


# The line -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@page(*GRID)
def link(request: HttpRequest) -> HttpResponse:
    """How the system is reached, and the message set that it is spoken to with."""
    found = queries.link()
    may_set = request.user.has_perm("AP7.do")  # type: ignore[union-attr]
    initial: dict[str, Any] = {"pace_ms": 1000, "timeout_seconds": 60, "core_from": 9, "core_to": 17}
    if found is not None:
        initial = {name: getattr(found, name) for name in forms.LinkForm.base_fields}
        initial |= {
            "retailer_codes": forms.codes_as_text(dict(found.retailer_codes)),
            "search_areas": list(found.search_areas),
        }
    form = forms.LinkForm(request.POST or None, initial=initial)
    if request.method == "POST" and may_set and form.is_valid():
        with db.transaction():
            operations.set_link(**form.cleaned_data)
            _record(request, values.SUPPLY, "set how the switching support system is reached", "applications.link:1")
        messages.success(request, _("Saved."))
        return redirect("applications:switching_link")
    messages_set = operations.message_set(on=clock.today())
    context = {"form": form, "link": found, "may_set": may_set, "set": messages_set, "classes": words.CLASSES}
    return render(request, "applications/switching/link.html", context, status=422 if form.errors else 200)


@require_POST
@page(*GRID, "CM6", right=DO)
def ask_now(request: HttpRequest) -> HttpResponse:
    """Send what waits and see what happened, without waiting for the hour."""
    with db.transaction():
        job_id = worker.enqueue(values.POLL_JOB, requested_by_id=request.user.pk, lock=values.LINE)
        _record(request, values.SUPPLY, "asked the switching support system now", "applications.link:1")
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('applications:switching')}")


# Requests of other retailers ------------------------------------------------------------------------------------


@require_GET
@page(values.MEDIATION)
def requests(request: HttpRequest) -> HttpResponse:
    found, now = queries.link(), clock.now()
    looked = queries.core_hours(day=now.date())
    hours = [
        (hour, looked.get(hour), hour <= now.hour) for hour in range(found.core_from, found.core_to + 1)
    ] if found else []  # fmt: skip
    return lists.render_list(
        request,
        listing.requests_list(),
        title=_("Requests of other retailers"),
        subtitle=_("Customers of ours whom another retailer wants to supply. Each is answered once, in time."),
        template="applications/switching/requests.html",
        context={"hours": hours},
        page="applications:mediation",
        actions=[lists.Action(_("Agree"), "applications:agree_chosen", "thumb-up", "CM6.do", "y")],
        buttons=[lists.Button(_("Look now"), "applications:look_ask", "refresh", right="CM6.do", key="l", main=True)],
        empty=lists.Empty(
            _("No requests yet."),
            _("The inbox is looked at once an hour in core time."),
            icon="mailbox",
        ),
    )


@require_GET
@page(values.MEDIATION)
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    found = queries.request(request_id=request_id)
    if found is None:
        raise Http404
    known = operations.message_set(on=clock.today()).reasons
    contract = contracts.contract(contract_id=found.contract_id) if found.contract_id else None
    account = parties.account(account_id=contract.account_id) if contract else None
    context = {
        "it": found,
        "states": words.REQUESTS,
        "contract": contract,
        "customer": parties.customer(customer_id=contract.customer_id) if contract else None,
        "account": account,
        "reasons": [known.get(code, code) for code in found.reasons],
        "form": forms.AnswerForm(reasons=list(known.items()), initial={"reasons": list(found.reasons)}),
        "case": queries.case(case_id=found.case_id) if found.case_id else None,
        "messages_sent": _in_words(queries.messages_of(request_id=request_id)),
        "message_states": words.MESSAGES,
    }
    return render(request, "applications/switching/request.html", context)


def _answer(request: HttpRequest, request_ids: Sequence[int], *, agree: bool, reasons: Sequence[str] = ()) -> None:
    _do(
        request,
        lambda: operations.answer_requests(
            request_ids=request_ids, agree=agree, reasons=reasons, now=clock.now(), actor_id=actor(request)
        ),
        done=_("We agreed.") if agree else _("We declined."),
        record=(
            values.MEDIATION,
            f"{'agreed to' if agree else 'declined'} {len(request_ids)} requests",
            f"applications.mediation:{request_ids[0]}",
        ),
    )


@require_POST
@page(values.MEDIATION, right=DO)
def answer(request: HttpRequest, request_id: int) -> HttpResponse:
    """One click: as the rules suggest, or the other way with reasons."""
    agree = request.POST.get("decision") == "agree"
    _answer(request, [request_id], agree=agree, reasons=request.POST.getlist("reasons"))
    return redirect("applications:mediation", request_id)


@require_POST
@page(values.MEDIATION, right=DO)
def agree_chosen(request: HttpRequest) -> HttpResponse:
    """Agree to the chosen ones that wait and fit; the others are looked at one by one."""
    try:
        chosen = lists.chosen(request, listing.requests_list())
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("applications:mediations")
    found = [queries.request(request_id=int(one)) for one in chosen.ids]
    fitting = [one.id for one in found if one and one.suggested and one.state is values.RequestState.WAITING]
    if fitting:
        _answer(request, fitting, agree=True)
    if len(fitting) < len(found):
        messages.warning(
            request, _("%(n)d do not fit or were answered: look at them one by one.") % {"n": len(found) - len(fitting)}
        )
    return redirect("applications:mediations")


@require_http_methods(["GET", "POST"])
@page(values.MEDIATION, right=DO)
def look(request: HttpRequest) -> HttpResponse:
    """Look into the inbox now."""
    if request.method == "GET":
        return render(request, "applications/switching/look.html")
    with db.transaction():
        job_id = worker.enqueue(
            values.MEDIATION_JOB, {"by_hand": True}, requested_by_id=request.user.pk, lock=values.LINE
        )
        _record(request, values.MEDIATION, "looked into the inbox by hand", "applications.link:1")
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('applications:mediations')}")


# Searches of points ---------------------------------------------------------------------------------------------


@require_GET
@page(*SEARCHES)
def searches(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.searches_list(),
        title=_("Point searches"),
        subtitle=_("The number of a supply or generation point, by address or meter."),
        page="applications:point_search",
        buttons=[
            lists.Button(_("New search"), "applications:new_point_search", "search", right="IN3.do", key="n", main=True)
        ],
        empty=lists.Empty(
            _("No searches yet."),
            _("A reconnection needs the number of its point; where the customer does not know it, it is searched."),
            icon="map-search",
        ),
    )


@require_http_methods(["GET", "POST"])
@page(*SEARCHES, right=DO)
def new_search(request: HttpRequest) -> HttpResponse:
    form = forms.SearchForm(request.POST or None, initial={name: text for name, text in request.GET.items() if text})
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                search_id = operations.open_search(**form.cleaned_data, now=clock.now(), actor_id=actor(request))
                procedure = "IN4" if form.cleaned_data["generation"] else "IN3"
                _record(request, procedure, "opened a search of a point", f"applications.search:{search_id}")
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("applications:point_search", search_id)
    return render(request, "applications/switching/new_search.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page(*SEARCHES)
def search(request: HttpRequest, search_id: int) -> HttpResponse:
    """A search with what was found; who may work on it takes one, gives up, or looks again."""
    found = queries.search(search_id=search_id)
    if found is None:
        raise Http404
    may_do = request.user.has_perm(f"{found.procedure}.do")  # type: ignore[union-attr]
    if request.method == "POST" and may_do:
        _work_on_search(request, found)
        return redirect("applications:point_search", search_id)
    context = {
        "it": found,
        "states": words.SEARCHES,
        "area": dict(forms.AREA_CHOICES)[found.area],
        "found": [{**one, "where": words.SEARCH_SOURCES[one["source"]]} for one in found.found],
        "source": words.SEARCH_SOURCES[found.source] if found.source else "",
        "form": forms.FoundForm(),
        "again_form": forms.SearchForm(
            initial={name: getattr(found, name) for name in ("address", "building", "meter_number")}
        ),
        "may_do": may_do and found.state is not values.SearchState.FOUND,
        "for_intake": _intake_of(found.subject),
        "may_apply": request.user.has_perm(f"{values.GENERATION if found.generation else values.SUPPLY}.do"),  # type: ignore[union-attr]
    }
    return render(request, "applications/switching/search.html", context)


def _intake_of(subject: str) -> int | None:
    """The received application that needed the number; it went on by itself with it."""
    about, _colon, number = subject.rpartition(":")
    return int(number) if about == "applications.intake" else None


def _work_on_search(request: HttpRequest, found: values.Search) -> None:
    what, now, actor_id = request.POST.get("do", ""), clock.now(), actor(request)
    subject = f"applications.search:{found.id}"
    if what == "take":
        source = values.SearchSource(request.POST.get("source", values.SearchSource.WEB.value))

        def take() -> None:
            answer = operations.answer_search(
                search_id=found.id, spin=request.POST.get("spin", ""), source=source, now=now, actor_id=actor_id
            )
            applications.take_point(subject=answer["subject"], spin=answer["spin"], now=now)

        _do(
            request,
            take,
            done=_("The number is kept."),
            record=(found.procedure, f"found a point by {source.value}", subject),
        )
    elif what == "give_up":
        _do(
            request,
            lambda: operations.give_up_search(search_id=found.id, now=now, actor_id=actor_id),
            done=_("Nothing was found."),
            record=(found.procedure, "no point was found", subject),
        )
    elif what == "again":
        texts = {name: request.POST.get(name, "") for name in ("address", "building", "meter_number")}
        _do(
            request,
            lambda: operations.search_again(search_id=found.id, **texts, now=now, actor_id=actor_id),
            done=_("Looked again."),
            record=(found.procedure, "looked for a point again", subject),
        )
