"""Sundry charges: the list, entering one, the second person's decision, withdrawing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.billing import chargeforms, chargelist, forms, jobs, operations, queries, values
from tomoshibi.contracts import operations as contract_operations
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import ChargeState, SundryCharge
from tomoshibi.documents import queries as documents
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import confirm as asking
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

READERS = ("RB6", "RB7")
EMPTY = lists.Empty(
    gettext_lazy("No charges yet."),
    gettext_lazy("What stands on a bill beside its plan waits here first: fees, late interest, contributions."),
)
REFUSALS = (
    operations.ChargeRefused,
    contract_operations.ChargeGone,
    contract_operations.ReasonNeeded,
    identity.SamePerson,
)


@require_GET
@page(*READERS)
def charges(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        chargelist.charges_list(today=clock.today()),
        title=_("Sundry charges"),
        page="billing:charge",
        panel="billing:charge_panel",
        buttons=[
            lists.Button(_("Invoice what is left over"), "billing:left_over", "file-plus", right="RB6.do"),
            lists.Button(_("New charge"), "billing:new_charge", "plus", right="RB6.do", key="n", main=True),
        ],
        empty=EMPTY,
    )


@require_http_methods(["GET", "POST"])
@page("RB6", right=DO)
def new_charge(request: HttpRequest) -> HttpResponse:
    """First whose charge and which kind, then its numbers, why, and what shows it."""
    today = clock.today()
    asked = request.GET or None
    whose = chargeforms.WhoseForm(asked, kinds=chargelist.kind_choices(on=today, entered=True), today=today)
    if asked is not None and "kind" not in request.GET:
        whose = chargeforms.WhoseForm(
            initial=request.GET.dict(), kinds=chargelist.kind_choices(on=today, entered=True), today=today
        )
    if not whose.is_bound or not whose.is_valid():
        status = 422 if whose.is_bound else 200
        return render(request, "billing/charges/new.html", {"whose": whose}, status=status)
    contract, kind = whose.cleaned_data["payer"], masters.charge_kind(code=whose.cleaned_data["kind"], on=today)
    form = chargeforms.ChargeForm(
        request.POST or None, request.FILES or None, kind=kind, initial={"month": Month.of(today)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = operations.enter_charge(
                    contract_id=contract.id, code=kind.code, **form.charge(), actor_id=actor(request), today=today,
                    now=clock.now(),
                )  # fmt: skip
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            waits = made.state is ChargeState.PROPOSED
            messages.success(
                request,
                _("Entered. The next bill carries it when a second person has agreed.") if waits
                else _("Entered. The next bill carries it."),
            )  # fmt: skip
            return redirect("billing:charge", made.id)
    context = {
        "whose": whose,
        "form": form,
        "contract": contract,
        "customer": parties.customer(customer_id=contract.customer_id),
        "kind": kind,
        "kind_name": kind.name(get_language() or "ja"),
        "tax": chargelist.TAXES[kind.tax.value],
    }
    return render(request, "billing/charges/new.html", context, status=422 if form.errors else 200)


def _found(charge_id: int) -> SundryCharge:
    found = contracts.charge(charge_id=charge_id)
    if found is None:
        raise Http404
    return found


def _facts(request: HttpRequest, found: SundryCharge) -> dict[str, Any]:
    contract = contracts.contract(contract_id=found.contract_id)
    assert contract is not None, "a charge has a contract"
    kind = masters.charge_kinds(on=clock.today()).get(found.code)
    names = people.names_of(user_ids={one for one in (found.entered_by_id, found.decided_by_id) if one is not None})
    bill_id = found.billed_by.rpartition(":")[2]
    own = found.entered_by_id == request.user.pk
    open_ = found.state is ChargeState.PROPOSED
    return {
        "charge": found,
        "contract": contract,
        "customer": parties.customer(customer_id=contract.customer_id),
        "name": kind.name(get_language() or "ja") if kind else found.text,
        "states": chargelist.STATES,
        "tax": chargelist.TAXES[found.tax],
        "entered_by": names.get(found.entered_by_id or 0, ""),
        "decided_by": names.get(found.decided_by_id or 0, ""),
        "bill_id": int(bill_id) if bill_id.isdigit() else None,
        "may_decide": open_ and not own and request.user.has_perm(f"RB7.{CONFIRM}"),
        "waits_for_other": open_ and own,
        "may_withdraw": found.state in (ChargeState.WAITING, ChargeState.PROPOSED)
        and request.user.has_perm(f"RB7.{DO}"),
    }


@require_GET
@page(*READERS)
def panel(request: HttpRequest, charge_id: int) -> HttpResponse:
    return render(request, "billing/charges/panel.html", _facts(request, _found(charge_id)))


@require_GET
@page(*READERS)
def charge(request: HttpRequest, charge_id: int) -> HttpResponse:
    return render(request, "billing/charges/charge.html", _facts(request, _found(charge_id)))


@require_POST
@page("RB7", right=CONFIRM)
def decide(request: HttpRequest, charge_id: int) -> HttpResponse:
    """The second person agrees, or turns it down with a reason."""
    agreed = request.POST.get("decision") == "agree"
    common: dict[str, Any] = {"charge_id": charge_id, "actor_id": actor(request), "now": clock.now()}
    try:
        with db.transaction():
            if agreed:
                operations.agree_charge(**common)
            else:
                operations.reject_charge(**common, reason=request.POST.get("reason", ""))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Agreed.") if agreed else _("Rejected."))
    return redirect("billing:charge", charge_id)


@require_http_methods(["GET", "POST"])
@page("RB7", right=DO)
def withdraw(request: HttpRequest, charge_id: int) -> HttpResponse:
    """Take a charge back or waive it, with a reason, before a bill carries it."""
    found = _found(charge_id)
    form = forms.ReasonForm(request.POST if asking.is_confirmed(request) else None)
    if asking.is_confirmed(request) and form.is_valid():
        try:
            with db.transaction():
                operations.withdraw_charge(
                    charge_id=charge_id, reason=form.cleaned_data["reason"], actor_id=actor(request), now=clock.now()
                )
        except REFUSALS as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Withdrawn: no bill carries it."))
        return redirect("billing:charge", charge_id)
    question = asking.Question(
        title=_("Withdraw the charge"),
        what=_("No bill will carry it. It stays on record with the reason."),
        do=_("Withdraw"),
        back=reverse("billing:charge", args=[charge_id]),
        count=1,
        amount_minor=found.amount_minor,
    )
    return asking.ask(request, question, form=form)


@require_GET
@page(*READERS)
def evidence(request: HttpRequest, charge_id: int) -> HttpResponse:
    """The file that shows that a charge is right."""
    found = _found(charge_id)
    if found.evidence_file_id is None:
        raise Http404
    stored = documents.stored_file(file_id=found.evidence_file_id)
    return downloads.foreign(documents.path(file_id=stored.id), stored.name)


@require_http_methods(["GET", "POST"])
@page("RB6", right=DO)
def left_over(request: HttpRequest) -> HttpResponse:
    """A run over the charges that no later bill carries: their contracts ended."""
    today = clock.today()
    found = queries.left_over(today=today)
    if found.is_empty():
        messages.info(request, _("Every charge that waits comes with a bill: none needs an invoice of its own."))
        return redirect("billing:charges")
    if not asking.is_confirmed(request):
        question = asking.Question(
            title=_("Invoice what is left over"),
            what=_("These contracts ended and had their last bill. A run makes an invoice of its own for each; a second person confirms it as any other."),
            do=_("Make the run"),
            back=reverse("billing:charges"),
            count=found.height,
            note="",
        )  # fmt: skip
        return asking.ask(request, question)
    try:
        with db.transaction():
            made = operations.open_run(
                month=Month.of(today),
                selection=values.Selection(),
                kind=values.RunKind.CHARGES,
                actor_id=actor(request),
                now=clock.now(),
            )
            if made.state is values.RunState.DRAFTED:
                jobs.enqueue_rating(run_id=made.id, actor_id=actor(request))
    except operations.NothingToBill as refusal:
        messages.info(request, str(refusal))
        return redirect("billing:charges")
    return redirect("billing:run", made.id)
