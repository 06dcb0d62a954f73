"""Debts: the list, one debt, what follows failed debits, debts given up."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.collection import forms, operations, queries, tables, values
from tomoshibi.collection.views.shared import attempt
from tomoshibi.documents import queries as documents
from tomoshibi.identity import queries as people
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import LIVE_MANDATES
from tomoshibi.ui import confirm, downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

PAYMENTS_SHOWN = 6


@require_GET
@page("RC4")
def receivables(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.receivables(),
        title=_("Debts"),
        subtitle=_("What customers owe for issued bills"),
        page="collection:receivable",
        panel="collection:receivable_panel",
        actions=[
            lists.Action(_("Put on hold"), "collection:hold_chosen", "hand-stop", right="RC4.do", key="h"),
            lists.Action(
                _("Propose to write off"), "collection:write_off_chosen", "circle-off", right="RC4.do", danger=True
            ),
        ],
        empty=lists.Empty(_("No debts yet."), _("They open by themselves when bills are issued.")),
    )


def _context(request: HttpRequest, receivable_id: int) -> dict[str, Any]:
    found = queries.receivable(receivable_id=receivable_id)
    if found is None:
        raise Http404
    failures = queries.failures_of(receivable_id=receivable_id)
    meanings = queries.CodeTexts()
    return {
        "debt": found,
        "payer": parties.account(account_id=found.account_id, on=clock.today()),
        "customer": parties.customer(customer_id=found.customer_id),
        "states": tables.RECEIVABLE_STATES,
        "allocations": [
            {"row": row, "word": WAYS[values.AllocationKind(row.kind)]()}
            for row in queries.allocations_of(receivable_id=receivable_id)
        ],
        "failures": [
            {
                "row": row,
                "reason": meanings.of(row.agent, row.code),  # type: ignore[attr-defined]
                "by": people.name_of(user_id=row.decided_by_id),
            }
            for row in failures
        ],
        "treatments": tables.TREATMENTS,
        "choices": [
            (treatment.value, tables.TREATMENTS[treatment.value].icon, words()[0])
            for treatment, words in TREATMENT_WORDS.items()
        ],
        "held": queries.hold_of(receivable_id=receivable_id),
        "write_off": queries.write_off_of(receivable_id=receivable_id),
        "entries": ledger.entries_of(document=f"bill:{found.bill_id}"),
        "credit_minor": queries.credit_left(account_id=found.account_id),
        "form": forms.ReasonForm(),
    }


WAYS: dict[values.AllocationKind, Callable[[], str]] = {
    values.AllocationKind.DEBIT: lambda: _("direct debit"),
    values.AllocationKind.RECEIPT: lambda: _("bank transfer"),
    values.AllocationKind.CREDIT: lambda: _("credit"),
    values.AllocationKind.WRITE_OFF: lambda: _("write-off"),
    values.AllocationKind.REVERSAL: lambda: pgettext("payment", "taken back"),
}


@require_GET
@page("RC4")
def receivable(request: HttpRequest, receivable_id: int) -> HttpResponse:
    return render(request, "collection/receivable.html", _context(request, receivable_id))


@require_GET
@page("RC4")
def receivable_panel(request: HttpRequest, receivable_id: int) -> HttpResponse:
    return render(request, "collection/receivable_panel.html", _context(request, receivable_id))


@require_GET
@page("RC4")
def failed(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.failed(),
        title=_("Failed debits"),
        subtitle=_("What follows, by rule of the result code or as you decide"),
        page=lambda row: reverse("collection:receivable", args=[row["receivable_id"]]),
        actions=[
            lists.Action(_("Again with the next cycle"), "collection:decide_again", "repeat", right="RC4.do", key="a"),
            lists.Action(_("Payment letter"), "collection:decide_letter", "mail", right="RC4.do", key="l"),
            lists.Action(
                _("Wait for another mandate"), "collection:decide_mandate", "signature", right="RC4.do", key="m"
            ),
            lists.Action(_("Put on hold"), "collection:decide_hold", "hand-stop", right="RC4.do", key="h"),
        ],
        empty=lists.Empty(_("No debit has failed."), _("Failed debits appear here when a result file was imported.")),
    )


TREATMENT_WORDS: dict[values.Treatment, Callable[[], tuple[str, str]]] = {
    values.Treatment.AGAIN: lambda: (
        _("Again with the next cycle"),
        _("The next batch of the agent asks for them again."),
    ),
    values.Treatment.LETTER: lambda: (_("Payment letter"), _("One letter per payer is made, with our bank details.")),
    values.Treatment.MANDATE: lambda: (
        _("Wait for another mandate"),
        _("The mandate is suspended; nothing is asked for until somebody decides again."),
    ),
    values.Treatment.HOLD: lambda: (_("Put on hold"), _("Nothing is asked for until the hold is lifted.")),
}


@require_POST
@page("RC4", right=DO)
def decide(request: HttpRequest, treatment: str) -> HttpResponse:
    """Decide what follows the chosen failed debits."""
    wanted = values.Treatment(treatment)
    back = request.POST.get("back") or reverse("collection:failed")
    try:
        ids = [int(one) for one in request.POST.getlist("debit_row_id")] or lists.chosen(request, tables.failed()).ids
    except (lists.NothingChosen, lists.FilterNotReadable, ValueError) as refusal:
        messages.error(request, str(refusal))
        return redirect("collection:failed")
    title, what = TREATMENT_WORDS[wanted]()
    form = forms.ReasonForm(request.POST if confirm.is_confirmed(request) else None)
    if not (confirm.is_confirmed(request) and form.is_valid()):
        question = confirm.Question(
            title=title,
            what=what,
            do=title,
            back=_local(back),
            count=len(ids),
            note=_("You may decide otherwise later."),
        )
        return confirm.ask(request, question, form=form)
    attempt(
        request,
        lambda: operations.decide(
            debit_row_ids=ids,
            treatment=wanted,
            reason=form.cleaned_data["reason"],
            now=clock.now(),
            today=clock.today(),
            actor_id=actor(request),
        ),
        lambda count: _("Decided for %(count)s debits.") % {"count": count},
    )
    return redirect(_local(back))


def _local(address: str) -> str:
    """Only addresses of our own."""
    return address if address.startswith("/collection/") else reverse("collection:failed")


@require_GET
@page("RC4")
def letter(request: HttpRequest, file_id: int) -> HttpResponse:
    """A payment letter as PDF."""
    try:
        stored = documents.stored_file(file_id=file_id)
    except documents.NoSuchFile:
        raise Http404 from None
    if stored.kind != "collection.payment_letter":
        raise Http404
    return downloads.kept(documents.path(file_id=file_id), stored.name, shown=True)


def _over_chosen(
    request: HttpRequest, *, title: str, what: str, danger: bool, second: str, act: Callable[[int, str], Any]
) -> HttpResponse:
    """Ask for a reason and do something to every chosen debt."""
    back = reverse("collection:receivables")
    try:
        given = [int(one) for one in request.POST.getlist("receivable_id")]
        ids = given or lists.chosen(request, tables.receivables()).ids
    except (lists.NothingChosen, lists.FilterNotReadable, ValueError) as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    form = forms.ReasonForm(request.POST if confirm.is_confirmed(request) else None)
    if not (confirm.is_confirmed(request) and form.is_valid()):
        question = confirm.Question(
            title=title, what=what, do=title, back=back, count=len(ids), second_person=second, danger=danger,
            amount_minor=queries.open_of(receivable_ids=ids), note="",
        )  # fmt: skip
        return confirm.ask(request, question, form=form)
    attempt(
        request,
        lambda: [act(one, form.cleaned_data["reason"]) for one in ids],
        _("Recorded for %(count)s debts.") % {"count": len(ids)},
    )
    return redirect("collection:receivable", ids[0]) if len(ids) == 1 else redirect(back)


@require_POST
@page("RC4", right=DO)
def hold_chosen(request: HttpRequest) -> HttpResponse:
    return _over_chosen(
        request,
        title=_("Put on hold"),
        what=_("Nothing is asked for until the hold is lifted."),
        danger=False,
        second="",
        act=lambda one, reason: operations.hold(
            receivable_id=one, reason=reason, now=clock.now(), actor_id=actor(request)
        ),
    )


@require_POST
@page("RC4", right=DO)
def lift_hold(request: HttpRequest, receivable_id: int) -> HttpResponse:
    attempt(
        request,
        lambda: operations.lift_hold(receivable_id=receivable_id, now=clock.now(), actor_id=actor(request)),
        _("The hold is lifted."),
    )
    return redirect("collection:receivable", receivable_id)


@require_POST
@page("RC4", right=DO)
def write_off_chosen(request: HttpRequest) -> HttpResponse:
    return _over_chosen(
        request,
        title=_("Propose to write off"),
        what=_("What is open becomes a loss once a second person agrees."),
        danger=True,
        second=_("anybody who may confirm collection, except you"),
        act=lambda one, reason: operations.propose_write_off(
            receivable_id=one, reason=reason, now=clock.now(), actor_id=actor(request)
        ),
    )


@require_POST
@page("RC4", right=CONFIRM)
def write_off(request: HttpRequest, write_off_id: int) -> HttpResponse:
    """The second pair of eyes."""
    receivable_id = int(request.POST.get("receivable_id", "0"))
    if request.POST.get("do") == "refuse":
        attempt(
            request,
            lambda: operations.withdraw_write_off(write_off_id=write_off_id, now=clock.now(), actor_id=actor(request)),
            _("Turned down."),
        )
    else:
        attempt(
            request,
            lambda: operations.confirm_write_off(
                write_off_id=write_off_id, now=clock.now(), today=clock.today(), actor_id=actor(request)
            ),
            _("Written off."),
        )
    return redirect("collection:receivable", receivable_id)


@require_GET
@page("RC4")
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A customer's account, as a part of another page: what is open, credits, mandates, payments."""
    today = clock.today()
    owed, credit = queries.balance_of(customer_id=customer_id)
    debts = queries.receivables_of(customer_id=customer_id)
    context = {
        "customer_id": customer_id,
        "today": today,
        "debts": [debt for debt in debts if debt.open_minor],
        "debt_count": len(debts),
        "credits": [one for one in queries.credits_of(customer_id=customer_id) if one.left_minor],
        "payments": [
            {"it": payment, "word": WAYS[payment.kind]()}
            for payment in queries.payments_of(customer_id=customer_id, limit=PAYMENTS_SHOWN)
        ],
        "mandates": _live_mandates(customer_id, today),
        "owed_minor": owed,
        "credit_minor": credit,
        "states": tables.RECEIVABLE_STATES,
        "origins": tables.ORIGINS,
        "mandate_states": tables.MANDATE_STATES,
    }
    return render(request, "collection/customer.html", context)


def _live_mandates(customer_id: int, today: date) -> list[dict[str, Any]]:
    accounts = parties.accounts_of(customer_id=customer_id, on=today)
    found = [
        mandate
        for account in accounts
        for mandate in parties.mandates_of(account_id=account.id)
        if mandate.state in LIVE_MANDATES
    ]
    banks = masters.branch_names(keys=[(one.bank_code, one.branch_code) for one in found], on=today)
    return [{"it": one, "bank": banks[one.bank_code, one.branch_code]} for one in found]
