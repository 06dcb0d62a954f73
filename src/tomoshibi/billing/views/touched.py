"""A fragment for the page of a change: the issued bills that it would touch."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tomoshibi.billing import queries
from tomoshibi.contracts.values import EndReason
from tomoshibi.ui.pages import page
from tomoshibi.worker import queries as clock

ENDS = {"move": EndReason.MOVED_OUT, "move_out": EndReason.MOVED_OUT, "succession": EndReason.REPLACED}
"""Kinds of changes that end the contract, and why it ends then."""


@require_GET
@page("CM2", "CM3", "RB7")
def touched_bills(request: HttpRequest) -> HttpResponse:
    """Issued bills with days from the wished one on: they are worked out again once the change holds."""
    try:
        contract_id, start = int(request.GET["contract"]), date.fromisoformat(request.GET["start"])
    except (KeyError, ValueError):
        raise Http404 from None
    bills = [bill for bill in queries.bills_of(contract_ids=[contract_id]) if bill.period_end > start]
    total_minor = sum(bill.total_minor for bill in bills)
    reason = ENDS.get(request.GET.get("kind", ""))
    fee = None
    if reason is not None:
        fee = queries.fee_at_end(contract_id=contract_id, on=start, notice_on=clock.today(), reason=reason)
    context = {"bills": bills, "start": start, "total_minor": total_minor, "fee": fee}
    return render(request, "billing/touched.html", context)
