"""Pages of changes (CM2, CM3): the list, a new one with what it would bring, its page with every step."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import change_lists as listing
from tomoshibi.applications import change_words as words
from tomoshibi.applications import switching_words
from tomoshibi.applications.forms import changes as forms
from tomoshibi.applications.operations import changes as operations
from tomoshibi.applications.queries import changes as queries
from tomoshibi.applications.queries import consequences
from tomoshibi.applications.values import changes as values
from tomoshibi.applications.values.changes import ChangeKind, ChangeState, NewChange
from tomoshibi.applications.values.works import WorkKind
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import Contract
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import SupplyPoint, Voltage
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import confirm, fragments, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

BOTH = (values.WITH_GRID, values.OURS_ONLY)


def _plans() -> dict[str, str]:
    return tariffs.plan_names(language=get_language() or "ja")


@require_GET
@page(*BOTH)
def changes(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.changes_list(),
        title=_("Changes of contracts"),
        page="applications:change",
        panel="applications:change_panel",
        buttons=[lists.Button(_("New change"), "applications:new_change", "plus", right="CM3.do", key="n", main=True)],
        empty=lists.Empty(
            _("No changes yet."),
            _("They come from the customer portal, and from whoever takes a call, a letter or a mail."),
            icon="replace",
        ),
    )


@require_http_methods(["GET", "POST"])
@page(*BOTH, right=DO)
def new_change(request: HttpRequest) -> HttpResponse:
    """First which contract and what, then what is wanted, then what it would bring; yes writes it down."""
    asked = request.POST if request.method == "POST" else request.GET
    kind_form = forms.KindForm(asked if "kind" in asked else None, initial={"contract": asked.get("contract", "")})
    if not kind_form.is_valid():
        status = 422 if kind_form.is_bound else 200
        return render(request, "applications/changes/new.html", {"kind_form": kind_form}, status=status)
    contract, kind = kind_form.cleaned_data["contract"], ChangeKind(kind_form.cleaned_data["kind"])
    before = queries.present_values(kind=kind, contract=contract, on=max(clock.today(), contract.start))
    form = forms.ChangeForm(
        request.POST if request.method == "POST" else None,
        kind=kind, contract=contract, today=clock.today(), initial=forms.fresh(kind, before), prefix="w",
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and _may_waive(request, form):
        try:
            operations.examine_change(new=form.change(), today=clock.today())
            if not confirm.is_confirmed(request):
                return _ask(request, form.change(), before)
            with db.transaction():
                made = operations.enter_change(new=form.change(), now=clock.now(), actor_id=actor(request))
        except operations.ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Change %(number)s is written down.") % {"number": made.number})
            return redirect("applications:change", made.id)
    context = {
        "kind_form": kind_form,
        "form": form,
        "kind": words.KINDS[kind],
        "chosen_kind": kind.value,
        "contract": contract,
        "customer": parties.customer(customer_id=contract.customer_id),
    }
    return render(request, "applications/changes/new.html", context, status=422 if form.errors else 200)


def _may_waive(request: HttpRequest, form: forms.ChangeForm) -> bool:
    """A fee is given up by who may settle bills."""
    if not form.cleaned_data.get("waive_fee") or request.user.has_perm("RB7.do"):  # type: ignore[union-attr]
        return True
    form.add_error("waive_fee", _("You may not give a fee up: ask somebody who may settle bills."))
    return False


def _ask(request: HttpRequest, new: NewChange, before: dict[str, Any]) -> HttpResponse:
    """What the change would bring, before anything is written down."""
    return render(request, "applications/changes/ask.html", _brings(new, before))


def _brings(new: NewChange, before: dict[str, Any]) -> dict[str, Any]:
    contract = contracts.contract(contract_id=new.contract_id)
    assert contract is not None, "it has been examined"
    shown = [
        {"it": one, "icon": words.EFFECTS[one.effect][0], "word": words.EFFECTS[one.effect][1]}
        for one in consequences.consequences(new=new, today=clock.today())
    ]
    return {
        "new": new,
        "contract": contract,
        "customer": parties.customer(customer_id=contract.customer_id),
        "kind": words.KINDS[new.kind],
        "rows": words.rows(new.wanted, before, plans=_plans()),
        "consequences": shown,
        "fragments": _fragments(new),
    }


def _fragments(new: NewChange) -> list[str]:
    """What rooms that price bills know about it."""
    if new.kind not in consequences.PRICED | values.ENDING_KINDS:
        return []
    return fragments.addresses(
        "applications.change", contract=str(new.contract_id), start=new.effective_on.isoformat(), kind=new.kind.value
    )


def _change_or_404(change_id: int) -> values.Change:
    found = queries.change(change_id=change_id)
    if found is None:
        raise Http404
    return found


def _as_new(found: values.Change) -> NewChange:
    return NewChange(found.kind, found.contract_id, found.effective_on, found.source, found.wanted)


def _facts(found: values.Change) -> dict[str, Any]:
    contract = contracts.contract(contract_id=found.contract_id)
    assert contract is not None, "a change has a contract"
    return {
        "change": found,
        "states": words.STATES,
        "kind": words.KINDS[found.kind],
        "source": words.SOURCES[found.source],
        "contract": contract,
        "new_contract": contracts.contract(contract_id=found.new_contract_id) if found.new_contract_id else None,
        "customer": parties.customer(customer_id=found.customer_id),
        "point": supply.point(supply_point_id=contract.supply_point_id),
        "rows": words.rows(found.wanted, found.before, plans=_plans()),
    }


@require_GET
@page(*BOTH)
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    return _page(request, change_id)


def _page(request: HttpRequest, change_id: int, *, status: int = 200, **bound: Any) -> HttpResponse:
    found = _change_or_404(change_id)
    grid = queries.grid_requests(change_id=change_id)
    facts = _facts(found)
    context = {
        **facts,
        "lines": queries.lines_of(change_id=change_id),
        "grid": [{"it": one, "part": words.PARTS[one.part]} for one in grid],
        "grid_states": switching_words.STATES,
        "may": _may(found, by_hand=not grid),
        "answer_form": forms.AnswerForm(auto_id="answer_%s"),
        "form_kind": _form_of(found, facts["point"]),
        "may_do": request.user.has_perm(f"{found.procedure}.do"),  # type: ignore[union-attr]
    }
    if found.is_open and found.kind is ChangeKind.MOVE and not found.wanted.get("spin"):
        context["search"] = _search_there(found)
    if found.is_open:
        context |= _brings(_as_new(found), dict(found.before))
        context["form"] = _correction_form(None, found)
    return render(request, "applications/changes/change.html", context | bound, status=status)


FORM_OF = {
    ChangeKind.HOLDER: WorkKind.CUSTOMER,
    ChangeKind.SUCCESSION: WorkKind.CUSTOMER,
    ChangeKind.CAPACITY: WorkKind.CAPACITY,
    ChangeKind.MOVE_OUT: WorkKind.TERMINATE,
}
"""The form by which the grid company is told of a change that the switching support system does not take."""


def _form_of(found: values.Change, point: SupplyPoint | None) -> str:
    """At low voltage another size that is not in amperes is work on the connection."""
    is_low = point is not None and point.voltage is Voltage.LOW
    if is_low and found.kind is ChangeKind.CAPACITY:
        return WorkKind.SIZE
    return FORM_OF.get(found.kind, "")


def _search_there(found: values.Change) -> str:
    """Where the point of the new place is looked for, with its address in the form."""
    there = "".join(str(found.wanted.get(name, "")) for name in ("prefecture", "city", "town", "block"))
    asked = {"address": there, "building": found.wanted.get("building", ""), "why": found.number}
    return f"{reverse('applications:new_point_search')}?{urlencode(asked)}"


def _may(found: values.Change, *, by_hand: bool) -> dict[str, bool]:
    """Which steps fit the state."""
    ours = found.state in {ChangeState.ASKED, ChangeState.BACK} and not found.cancel_asked
    return {
        "accept": ours,
        "decline": ours,
        "correct": found.is_open and not found.cancel_asked,
        "cancel": found.is_open and not found.cancel_asked,
        "answer": found.state is ChangeState.AT_GRID and by_hand,
    }


def _correction_form(data: Any, found: values.Change) -> forms.ChangeForm:
    contract = contracts.contract(contract_id=found.contract_id)
    assert contract is not None, "a change has a contract"
    initial = {"effective_on": found.effective_on, **forms.initial_of(dict(found.wanted))}
    form = forms.ChangeForm(
        data, kind=found.kind, contract=contract, today=clock.today(), initial=initial, prefix="c", auto_id="correct_%s"
    )
    for name in ("source", "reason"):
        del form.fields[name]
    return form


@require_GET
@page(*BOTH)
def change_panel(request: HttpRequest, change_id: int) -> HttpResponse:
    return render(request, "applications/changes/panel.html", _facts(_change_or_404(change_id)))


_FROM_PAGE: dict[str, list[ChangeKind]] = {
    "contract": list(ChangeKind),
    "customer": [ChangeKind.HOLDER, ChangeKind.CONTACT],
    "account": [ChangeKind.PAYMENT, ChangeKind.CHANNEL, ChangeKind.CONTACT],
}
"""What may be asked for on the page of what."""


@require_GET
@page(*BOTH)
def changes_of(request: HttpRequest) -> HttpResponse:
    """A fragment for the pages of contracts, customers and payers: what changed, and what may be changed from there."""
    name = next((name for name in _FROM_PAGE if request.GET.get(name, "").isdigit()), "")
    if not name:
        raise Http404
    which = int(request.GET[name])
    found = queries.changes_of(**{f"{name}_id": which}, limit=10)
    held: Sequence[Contract | None] = (
        [contracts.contract(contract_id=which)]
        if name == "contract"
        else contracts.contracts_of(**{f"{name}_id": which})
    )
    today = clock.today()
    running = (one for one in held if one is not None and (name == "contract" or one.end is None or one.end > today))
    contract = next(running, None)
    context = {
        "rows": [{"it": one, "kind": words.KINDS[one.kind]} for one in found],
        "states": words.STATES,
        "contract": contract,
        "kinds": [(kind, words.KINDS[kind]) for kind in _FROM_PAGE[name]],
    }
    return render(request, "applications/changes/of.html", context)


def _step(request: HttpRequest, change_id: int, work: Callable[..., Any], done: str, **more: Any) -> HttpResponse:
    """One step in one transaction; a refusal is shown."""
    found = _change_or_404(change_id)
    if not request.user.has_perm(f"{found.procedure}.do"):  # type: ignore[union-attr]
        messages.error(request, _("You may not do this."))
        return redirect("applications:change", change_id)
    try:
        with db.transaction():
            work(change_id=change_id, now=clock.now(), actor_id=actor(request), **more)
    except operations.ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("applications:change", change_id)


@require_POST
@page(*BOTH, right=DO)
def accept(request: HttpRequest, change_id: int) -> HttpResponse:
    return _step(request, change_id, operations.accept_change, _("Accepted."))


@require_POST
@page(*BOTH, right=DO)
def decline(request: HttpRequest, change_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(request, change_id, operations.decline_change, _("Declined."), reason=reason)


@require_POST
@page(*BOTH, right=DO)
def cancel(request: HttpRequest, change_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(request, change_id, operations.cancel_change, _("Canceled, or asked to be."), reason=reason)


@require_POST
@page(*BOTH, right=DO)
def correct(request: HttpRequest, change_id: int) -> HttpResponse:
    found = _change_or_404(change_id)
    form = _correction_form(request.POST, found)
    if not form.is_valid() or not _may_waive(request, form):
        return _page(request, change_id, status=422, form=form)
    return _step(
        request, change_id, operations.correct_change, _("Saved."),
        effective_on=form.cleaned_data["effective_on"], wanted=form.wanted(),
    )  # fmt: skip


@require_POST
@page(values.WITH_GRID, right=DO)
def answer(request: HttpRequest, change_id: int) -> HttpResponse:
    """What the grid said outside the support system."""
    form = forms.AnswerForm(request.POST, auto_id="answer_%s")
    if not form.is_valid():
        return _page(request, change_id, status=422, answer_form=form)
    data = form.cleaned_data
    return _step(
        request, change_id, operations.answer_by_hand, _("Saved."),
        agreed=data["agreed"] == "yes", on=data["on"], reason=data["reason"],
    )  # fmt: skip
