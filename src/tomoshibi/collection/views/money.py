"""Transfers that came in, credits, and refunds."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.collection import forms, operations, queries, tables
from tomoshibi.collection.views import returned
from tomoshibi.collection.views.shared import attempt
from tomoshibi.documents import queries as documents
from tomoshibi.identity import queries as people
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.ui import confirm, downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock


@require_GET
@page("RC4")
def receipts(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.receipts(),
        title=_("Bank transfers"),
        page="collection:receipt",
        buttons=[
            lists.Button(_("Files of the bank"), "collection:deposit_files", "files"),
            lists.Button(_("Enter a transfer"), "collection:new_receipt", right="RC4.do", key="n"),
            lists.Button(
                _("Import the bank's file"), "collection:new_deposits", "upload", right="RC4.do", main=True, key="i"
            ),
        ],
        empty=lists.Empty(_("No transfers yet."), _("Import the bank's file, or enter what the statement shows.")),
    )


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def new_receipt(request: HttpRequest) -> HttpResponse:
    payer = request.GET.get("payer", "")
    form = forms.ReceiptForm(request.POST or None, initial={"received_on": clock.today(), "account_id": payer})
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request,
            lambda: operations.enter_receipt(now=clock.now(), actor_id=actor(request), **form.cleaned_data),
            _("Entered."),
        )
        if came:
            return redirect("collection:receipt", came.value)
    return render(request, "collection/new_receipt.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page("RC4")
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    found = queries.receipt(receipt_id=receipt_id)
    if found is None:
        raise Http404
    form = forms.AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and request.user.has_perm("RC4.do"):  # type: ignore[union-attr]
        attempt(
            request,
            lambda: operations.assign_receipt(
                receipt_id=receipt_id,
                now=clock.now(),
                today=clock.today(),
                actor_id=actor(request),
                **form.cleaned_data,
            ),
            _("The money is the payer's now."),
        )
        return redirect("collection:receipt", receipt_id)
    owner = found.owner_id  # type: ignore[attr-defined]
    context = {
        "receipt": found,
        "payer": parties.account(account_id=owner) if owner else None,
        "paid": queries.paid_by_receipt(receipt_id=receipt_id),
        "returned": returned.shown(queries.returned_of(receipt_id=receipt_id)),
        "bank_says_returned": bool(queries.cancellations_of(receipt_id=receipt_id)),
        "guesses": []
        if owner
        else queries.payer_guesses(payer_name=found.payer_name, amount_minor=found.amount_minor, on=clock.today()),
        "entries": ledger.entries_of(document=f"receipt:{receipt_id}"),
        "entered_by": people.name_of(user_id=found.entered_by_id),
        "form": form,
    }
    return render(request, "collection/receipt.html", context, status=422 if form.errors else 200)


@require_GET
@page("RC4")
def credit_list(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.customer_credits(),
        title=_("Credits"),
        subtitle=_("Money of customers beyond what was due; the next bill uses it, or it is paid back"),
        page=lambda row: reverse("collection:new_refund", args=[row["account_id"]]),
        buttons=[lists.Button(_("Refunds"), "collection:refunds", "receipt-refund")],
        empty=lists.Empty(_("No credits."), _("A debt that is paid twice leaves one.")),
    )


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def new_refund(request: HttpRequest, account_id: int) -> HttpResponse:
    """Pay credit of a payer back; ``?again=`` names a refund that the bank sent back, whose details are put right."""
    payer = parties.account(account_id=account_id)
    if payer is None:
        raise Http404
    left = queries.credit_left(account_id=account_id)
    form = forms.RefundForm(request.POST or None, initial=_suggested(request, account_id, left))
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request,
            lambda: operations.request_refund(
                account_id=account_id,
                now=clock.now(),
                today=clock.today(),
                actor_id=actor(request),
                **form.cleaned_data,
            ),
            _("Asked for. It goes into the next refund file."),
        )
        if came:
            return redirect("collection:refunds")
    context = {"form": form, "payer": payer, "left_minor": left}
    return render(request, "collection/new_refund.html", context, status=422 if form.errors else 200)


def _suggested(request: HttpRequest, account_id: int, left_minor: int) -> dict[str, Any]:
    """What a refund form begins with: the refund that came back, or the account that the mandate draws from."""
    number = request.GET.get("again", "")
    before = queries.refund_rows().filter(id=number, account_id=account_id).first() if number.isdecimal() else None
    if before is None:
        return {"amount_minor": left_minor, **_bank_account(account_id)}
    names = ("bank_code", "branch_code", "account_kind", "account_number", "holder_kana")
    amount_minor = min(left_minor, before.amount_minor)
    return {"amount_minor": amount_minor, **{name: getattr(before, name) for name in names}}


def _bank_account(account_id: int) -> dict[str, str]:
    """The account that a mandate draws from is where the money went out: the first guess."""
    found = parties.mandates_of(account_id=account_id)[:1]
    names = ("bank_code", "branch_code", "account_number", "holder_kana")
    return {name: getattr(found[0], name) for name in names} if found else {}


@require_GET
@page("RC4")
def refunds(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.refunds(),
        title=_("Refunds"),
        page="collection:refund",
        template="collection/refunds.html",
        empty=lists.Empty(_("No refunds yet."), _("Pay a credit back from the list of credits.")),
        context={
            "batches": [
                {
                    "row": row,
                    "by": people.name_of(user_id=row.prepared_by_id),
                    "mine": row.prepared_by_id == request.user.pk,
                }
                for row in queries.refund_batches()
            ],
            "batch_states": tables.REFUND_BATCH_STATES,
            "day_form": forms.TransferDayForm(initial={"transfer_on": clock.today()}),
            "paid_form": forms.PaidOnForm(initial={"paid_on": clock.today()}),
        },
    )


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def refund(request: HttpRequest, refund_id: int) -> HttpResponse:
    """One refund; a POST cancels it while it waits."""
    found = queries.refund_rows().filter(id=refund_id).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        attempt(
            request,
            lambda: operations.cancel_refund(
                refund_id=refund_id, now=clock.now(), today=clock.today(), actor_id=actor(request)
            ),
            _("Cancelled: the money is credit again."),
        )
        return redirect("collection:refunds")
    context = {
        "refund": found,
        "bank": masters.branch_names(keys=[(found.bank_code, found.branch_code)], on=clock.today())[
            found.bank_code, found.branch_code
        ],
        "payer": parties.account(account_id=found.account_id),
        "returned": returned.shown(queries.returned_of(refund_id=refund_id)),
        "states": tables.REFUND_STATES,
        "entries": ledger.entries_of(document=f"refund:{refund_id}"),
    }
    return render(request, "collection/refund.html", context)


@require_POST
@page("RC4", right=DO)
def prepare_refunds(request: HttpRequest) -> HttpResponse:
    form = forms.TransferDayForm(request.POST)
    if not form.is_valid():
        messages.error(request, forms.sentences(form))
        return redirect("collection:refunds")
    attempt(
        request,
        lambda: operations.prepare_refunds(now=clock.now(), actor_id=actor(request), **form.cleaned_data),
        _("The file is made. A second person has to release it."),
    )
    return redirect("collection:refunds")


@require_http_methods(["GET", "POST"])
@page("RC4", right=CONFIRM)
def release_refunds(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = queries.refund_batch(batch_id=batch_id)
    if found is None:
        raise Http404
    back = reverse("collection:refunds")
    if not confirm.is_confirmed(request):
        question = confirm.Question(
            title=_("Release the refund file"),
            what=_("The file may be downloaded and handed to the bank, which pays the money out."),
            do=pgettext("debit", "Release"),
            back=back,
            count=found.row_count,
            amount_minor=found.total_minor,
            facts=[
                (_("Prepared by"), people.name_of(user_id=found.prepared_by_id)),
                (_("Transfer on"), found.transfer_on),
            ],
        )
        return confirm.ask(request, question)
    attempt(
        request,
        lambda: operations.release_refunds(batch_id=batch_id, now=clock.now(), actor_id=actor(request)),
        _("Released."),
    )
    return redirect(back)


@require_POST
@page("RC4", right=DO)
def refunds_paid(request: HttpRequest, batch_id: int) -> HttpResponse:
    form = forms.PaidOnForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: operations.mark_refunds_paid(
                batch_id=batch_id, now=clock.now(), actor_id=actor(request), **form.cleaned_data
            ),
            _("The refunds are paid."),
        )
    else:
        messages.error(request, forms.sentences(form))
    return redirect("collection:refunds")


@require_GET
@page("RC4", right=DO)
def refund_file(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The credit-transfer file, only after its release."""
    found = queries.refund_batch(batch_id=batch_id)
    if found is None or found.file_id is None or found.released_by_id is None:
        raise Http404
    stored = documents.stored_file(file_id=found.file_id)
    return downloads.kept(documents.path(file_id=found.file_id), stored.name)
