"""What other retailers ask of us (CM6): the inbox, one request, its answer."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import switching_lists as listing
from tomoshibi.applications import switching_words as words
from tomoshibi.applications import values
from tomoshibi.applications.forms import switching as forms
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import purchases
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.views.switching.edge import attempt, in_words, leave_record
from tomoshibi.contracts import queries as contracts
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


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
    purchase = None if contract else purchases.purchase_at(spin=found.spin, on=clock.today())
    ours = contract or purchase
    context = {
        "it": found,
        "states": words.REQUESTS,
        "contract": contract,
        "customer": parties.customer(customer_id=ours.customer_id) if ours and ours.customer_id else None,
        "purchase": purchase,
        "account": account,
        "reasons": [known.get(code, code) for code in found.reasons],
        "form": forms.AnswerForm(reasons=list(known.items()), initial={"reasons": list(found.reasons)}),
        "case": queries.case(case_id=found.case_id) if found.case_id else None,
        "messages_sent": in_words(queries.messages_of(request_id=request_id)),
        "message_states": words.MESSAGES,
    }
    return render(request, "applications/switching/request.html", context)


def _answer(request: HttpRequest, request_ids: Sequence[int], *, agree: bool, reasons: Sequence[str] = ()) -> None:
    attempt(
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
        leave_record(request, values.MEDIATION, "looked into the inbox by hand", "applications.link:1")
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('applications:mediations')}")
