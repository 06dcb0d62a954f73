"""Bills: the list, one bill with its derivation and document, and a statement made again."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.billing import billlist, forms, operations, queries, values
from tomoshibi.billing.views import pictures
from tomoshibi.billing.views.runs import actor
from tomoshibi.contracts import queries as contracts
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import confirm as asking
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

EMPTY = lists.Empty(gettext_lazy("No bills yet."), gettext_lazy("Bills appear here when a run has rated readings."))


@require_GET
@page("RB6", "RB7")
def all_bills(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        billlist.bills_list(),
        title=_("Bills"),
        panel="billing:bill_panel",
        page="billing:bill",
        empty=EMPTY,
    )


def _found(bill_id: int) -> values.Bill:
    try:
        return queries.bill(bill_id=bill_id, language=get_language() or "ja")
    except queries.NoSuchBill:
        raise Http404 from None


def _context(bill_id: int) -> dict[str, Any]:
    found = _found(bill_id)
    contract = contracts.contract(contract_id=found.contract_id)
    version = tariffs.version(version_id=found.plan_version_id)
    documents = queries.documents_of(contract_id=found.contract_id, period_start=found.period_start)
    return {
        "bill": found,
        "contract": contract,
        "customer": parties.customer(customer_id=found.customer_id),
        "version": version,
        "plan_name": version.name_in(get_language() or "ja") if version else found.plan_code,
        "documents": documents,
        "before_minor": found.rerated_minor - found.total_minor,
        "taxed_minor": found.total_minor - found.untaxed_minor,
        "kinds": billlist.BILL_KINDS,
        "states": billlist.RUN_STATES,
        "months_chart": pictures.months(contract=contract, month=found.month, bill=found) if contract else None,
        "last_year": queries.bill_a_year_before(contract_id=found.contract_id, month=found.month),
    }


@require_GET
@page("RB6", "RB7", "RB8", "RB9")
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    context = _context(bill_id)
    number = context["bill"].invoice_number
    if number:
        context["ledger_url"] = reverse("ledger:journal") + f"?q={number}"
    return render(request, "billing/bill.html", context)


@require_GET
@page("RB6", "RB7", "RB8", "RB9")
def panel(request: HttpRequest, bill_id: int) -> HttpResponse:
    return render(request, "billing/bill_panel.html", _context(bill_id))


def _pdf(content: bytes, *, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


@require_GET
@page("RB7", "RB8", "RB9")
def statement(request: HttpRequest, bill_id: int) -> HttpResponse:
    found = _found(bill_id)
    return _pdf(operations.statement_pdf(bill_id=bill_id), name=found.invoice_number or f"draft-{bill_id}")


@require_http_methods(["GET", "POST"])
@page("RB9", right=DO)
def reissue(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Make a statement again on request, marked as such."""
    found = _found(bill_id)
    if not found.invoice_number:
        raise Http404
    form = forms.ReasonForm(request.POST if asking.is_confirmed(request) else None)
    if asking.is_confirmed(request) and form.is_valid():
        with db.transaction():
            content = operations.reissue(
                bill_id=bill_id, reason=form.cleaned_data["reason"], actor_id=actor(request), now=clock.now()
            )
        return _pdf(content, name=f"{found.invoice_number}-reissued")
    question = asking.Question(
        title=_("Make the statement again"),
        what=_("The statement says that it was issued again; the request is recorded."),
        do=_("Make it again"),
        back=reverse("billing:bill", args=[bill_id]),
        facts=[(_("Number"), found.invoice_number)],
        note="",
    )
    return asking.ask(request, question, form=form)
