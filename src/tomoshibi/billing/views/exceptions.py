"""The one list of exceptions: the reason in words, the bill beside last year, and what to do about it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.billing import billlist, forms, operations, queries, values
from tomoshibi.billing.views import beside, pictures
from tomoshibi.billing.views.runs import REFUSALS, found_run
from tomoshibi.contracts import queries as contracts
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import confirm as asking
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

EMPTY = lists.Empty(gettext_lazy("Nothing to examine."), gettext_lazy("Every bill passed its checks, or was decided."))
ALL = "all"


def _panel(row: Any) -> str:
    return reverse("billing:exception_panel", args=[f"{row['run_id']}-{row['contract_id']}"])


def _page(row: Any) -> str:
    return reverse("billing:exception", args=[f"{row['run_id']}-{row['contract_id']}"])


def _list(request: HttpRequest, *, run_id: int | None, title: str) -> HttpResponse:
    scope = str(run_id) if run_id is not None else ALL
    buttons = []
    if run_id is not None:
        buttons.append(lists.Button(_("Run"), reverse("billing:run", args=[run_id]), "arrow-left"))
    release, hold = (reverse(f"billing:{name}", args=[scope]) for name in ("release_chosen", "hold_chosen"))
    return lists.render_list(
        request,
        billlist.exceptions_list(run_id),
        title=title,
        panel=_panel,
        page=_page,
        actions=[
            lists.Action(_("Release"), release, "circle-check", right="RB7.do", key="r"),
            lists.Action(_("Hold"), hold, "hand-stop", right="RB7.do", key="h"),
        ],
        buttons=buttons,
        empty=EMPTY,
    )


@require_GET
@page("RB7")
def of_run(request: HttpRequest, run_id: int) -> HttpResponse:
    found_run(run_id)
    return _list(request, run_id=run_id, title=_("Bills to examine - run %(run)s") % {"run": run_id})


@require_GET
@page("RB7")
def of_all_runs(request: HttpRequest) -> HttpResponse:
    return _list(request, run_id=None, title=_("Bills to examine"))


def _context(key: str) -> dict[str, Any]:
    run_text, _dash, contract_text = key.partition("-")
    contract_text = contract_text.partition("-")[0]
    if not (run_text.isdigit() and contract_text.isdigit()):
        raise Http404
    run, contract_id = found_run(int(run_text)), int(contract_text)
    language = get_language() or "ja"
    contract = contracts.contract(contract_id=contract_id)
    if contract is None:
        raise Http404
    bill = queries.draft_of(run_id=run.id, contract_id=contract_id, language=language)
    before, after = queries.neighbours(run_id=run.id, contract_id=contract_id)
    return {
        "run": run,
        "contract": contract,
        "customer": parties.customer(customer_id=contract.customer_id),
        "bill": bill,
        "beside": beside.months(contract=contract, month=run.month),
        "findings": queries.findings_of(run_id=run.id, contract_id=contract_id, language=language),
        "history": queries.examinations_of(run_id=run.id, contract_id=contract_id),
        "adjustments": queries.adjustments_of(contract_id=contract_id, month=run.month),
        "months_chart": pictures.months(contract=contract, month=run.month, bill=bill),
        "load_chart": pictures.load(bill) if bill else None,
        "severities": billlist.SEVERITIES,
        "decisions": billlist.DECISIONS,
        "open": run.state in {values.RunState.CHECKED, values.RunState.EXAMINED},
        "previous": f"{run.id}-{before}" if before else "",
        "next": f"{run.id}-{after}" if after else "",
        "key": f"{run.id}-{contract_id}",
    }


@require_GET
@page("RB7")
def panel(request: HttpRequest, key: str) -> HttpResponse:
    return render(request, "billing/exception_panel.html", _context(key))


@require_GET
@page("RB7")
def exception(request: HttpRequest, key: str) -> HttpResponse:
    context = _context(key)
    form = forms.CorrectionForm(bands=_bands(context["run"].id, context["contract"].id))
    return render(request, "billing/exception.html", context | {"form": form, "reason_form": forms.ReasonForm()})


def _bands(run_id: int, contract_id: int) -> dict[str, str]:
    return queries.bands_of(run_id=run_id, contract_id=contract_id, language=get_language() or "ja")


@require_POST
@page("RB7", right=DO)
def release_chosen(request: HttpRequest, scope: str) -> HttpResponse:
    return _decide_chosen(request, scope, values.Decision.RELEASE)


@require_POST
@page("RB7", right=DO)
def hold_chosen(request: HttpRequest, scope: str) -> HttpResponse:
    return _decide_chosen(request, scope, values.Decision.HOLD)


def _decide_chosen(request: HttpRequest, scope: str, decision: values.Decision) -> HttpResponse:
    run_id = int(scope) if scope.isdigit() else None
    back = reverse("billing:run_exceptions", args=[run_id]) if run_id else reverse("billing:exceptions")
    try:
        keys = lists.chosen(request, billlist.exceptions_list(run_id)).ids
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    by_run: dict[int, set[int]] = {}
    for key in keys:
        number, contract_id, _code = key.split("-")
        by_run.setdefault(int(number), set()).add(int(contract_id))
    form = forms.ReasonForm(request.POST if asking.is_confirmed(request) else None)
    if asking.is_confirmed(request) and form.is_valid():
        _decide_all(request, by_run, decision, reason=form.cleaned_data["reason"])
        return redirect(back)
    hold = decision is values.Decision.HOLD
    question = asking.Question(
        title=_("Hold bills") if hold else _("Release bills"),
        what=_("The run is issued without them; the next run makes them again.")
        if hold
        else _("The bills go on although a check found something."),
        do=_("Hold") if hold else _("Release"),
        back=back,
        count=sum(map(len, by_run.values())),
        note="",
    )
    return asking.ask(request, question, form=form)


def _decide_all(request: HttpRequest, by_run: dict[int, set[int]], decision: values.Decision, *, reason: str) -> None:
    act = operations.hold if decision is values.Decision.HOLD else operations.release
    try:
        with db.transaction():
            count = sum(
                act(run_id=run_id, contract_ids=sorted(ids), reason=reason, actor_id=actor(request), now=clock.now())
                for run_id, ids in by_run.items()
            )
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Decided for %(count)s bills.") % {"count": count})


@require_POST
@page("RB7", right=DO)
def decide(request: HttpRequest, run_id: int, contract_id: int) -> HttpResponse:
    """Release, hold, or ask the grid company about one bill; then on to the next."""
    decision = request.POST.get("decision", "")
    reason = request.POST.get("reason", "")
    _before, after = queries.neighbours(run_id=run_id, contract_id=contract_id)
    common: dict[str, Any] = {"run_id": run_id, "reason": reason, "actor_id": actor(request), "now": clock.now()}
    try:
        with db.transaction():
            if decision == values.Decision.RELEASE:
                operations.release(contract_ids=[contract_id], **common)
            elif decision == values.Decision.HOLD:
                operations.hold(contract_ids=[contract_id], **common)
            elif decision == values.Decision.ASK_GRID:
                operations.ask_grid(contract_id=contract_id, **common)
            else:
                raise Http404
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("billing:exception", f"{run_id}-{contract_id}")
    messages.success(request, _("Recorded."))
    if after:
        return redirect("billing:exception", f"{run_id}-{after}")
    return redirect("billing:run_exceptions", run_id)


@require_POST
@page("RB7", right=DO)
def price_again(request: HttpRequest, run_id: int, contract_id: int) -> HttpResponse:
    """Price one contract of the run from today's facts: its value came in, its terms or a master were put right."""
    found_run(run_id)
    try:
        with db.transaction():
            operations.draft_again(
                run_id=run_id, contract_id=contract_id, actor_id=actor(request), now=clock.now(), today=clock.today()
            )
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Priced again from today's facts."))
    return redirect("billing:exception", f"{run_id}-{contract_id}")


@require_http_methods(["POST"])
@page("RB7", right=DO)
def correct(request: HttpRequest, run_id: int, contract_id: int) -> HttpResponse:
    """An individual correction; the bill is priced again at once."""
    found_run(run_id)
    form = forms.CorrectionForm(request.POST, bands=_bands(run_id, contract_id))
    key = f"{run_id}-{contract_id}"
    if not form.is_valid():
        context = _context(key) | {"form": form, "reason_form": forms.ReasonForm()}
        return render(request, "billing/exception.html", context, status=422)
    try:
        with db.transaction():
            operations.correct(
                run_id=run_id,
                contract_id=contract_id,
                correction=form.correction(),
                reason=form.cleaned_data["reason"],
                actor_id=actor(request),
                now=clock.now(),
                today=clock.today(),
            )
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Corrected; the bill was priced again."))
    return redirect("billing:exception", key)


@require_POST
@page("RB7", right=DO)
def withdraw(request: HttpRequest, run_id: int, adjustment_id: int) -> HttpResponse:
    """Take an individual correction back."""
    try:
        with db.transaction():
            operations.withdraw_correction(
                run_id=run_id,
                adjustment_id=adjustment_id,
                actor_id=actor(request),
                now=clock.now(),
                today=clock.today(),
            )
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn; the bill was priced again."))
    return redirect(request.POST.get("next") or reverse("billing:run_exceptions", args=[run_id]))
