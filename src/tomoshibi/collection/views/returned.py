"""Transfers that a bank takes back: said by one person on the transfer's page, agreed to by another."""

from typing import Any

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tomoshibi.collection import forms, operations, queries, values
from tomoshibi.collection.views.shared import attempt
from tomoshibi.identity import queries as people
from tomoshibi.ui import figures
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def of_receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Say that a transfer that came in left our account again."""
    found = queries.receipt(receipt_id=receipt_id)
    if found is None:
        raise Http404
    form = forms.ReturnForm(request.POST or None, initial={"returned_on": clock.today()})
    context = {
        "title": _("The bank took this transfer back"),
        "amount_minor": found.amount_minor,
        "whose": found.payer_name,
        "consequences": queries.consequences_of_return(receipt_id=receipt_id),
        "nobodys": found.owner_id is None,  # type: ignore[attr-defined]
    }
    return _say(request, form, context, reverse("collection:receipt", args=[receipt_id]), receipt_id=receipt_id)


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def of_refund(request: HttpRequest, refund_id: int) -> HttpResponse:
    """Say that a refund did not arrive and came back."""
    found = queries.refund_rows().filter(id=refund_id).first()
    if found is None:
        raise Http404
    came = queries.unapplied_of(amount_minor=found.amount_minor)
    transfers = [(one.id, f"{figures.day(one.received_on)} {one.payer_name}") for one in came]
    form = forms.RefundReturnForm(request.POST or None, initial={"returned_on": clock.today()}, transfers=transfers)
    context = {
        "title": _("The bank sent this refund back"),
        "amount_minor": found.amount_minor,
        "whose": found.holder_kana,
        "consequences": values.Consequences(credit_minor=found.amount_minor),
        "comes_back": True,
    }
    return _say(request, form, context, reverse("collection:refund", args=[refund_id]), refund_id=refund_id)


def _say(
    request: HttpRequest, form: django_forms.Form, context: dict[str, Any], back: str, **subject: int
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request,
            lambda: operations.propose_return(
                now=clock.now(), actor_id=actor(request), **(subject | form.cleaned_data)
            ),
            _("Recorded. A second person has to agree."),
        )
        if came:
            return redirect(back)
    shown = {**context, "form": form, "back": back}
    return render(request, "collection/new_return.html", shown, status=422 if form.errors else 200)


@require_POST
@page("RC4", right=CONFIRM)
def decide(request: HttpRequest, returned_id: int) -> HttpResponse:
    """The second pair of eyes."""
    found = queries.returned_transfer(returned_id=returned_id)
    if found is None:
        raise Http404
    if request.POST.get("do") == "refuse":
        attempt(
            request,
            lambda: operations.withdraw_return(returned_id=returned_id, now=clock.now(), actor_id=actor(request)),
            _("Turned down."),
        )
    else:
        attempt(
            request,
            lambda: operations.confirm_return(
                returned_id=returned_id, now=clock.now(), today=clock.today(), actor_id=actor(request)
            ),
            _("The money is where it was before the transfer."),
        )
    if found.refund_id is not None:
        return redirect("collection:refund", found.refund_id)
    return redirect("collection:receipt", found.receipt_id)


def shown(found: Any) -> dict[str, Any] | None:
    """What a page says of a return: who said and agreed, and what follows while it waits."""
    if found is None:
        return None
    waits = found.confirmed_at is None
    of_receipt = found.receipt_id is not None and found.refund_id is None
    return {
        "row": found,
        "waits": waits,
        "proposed_by": people.name_of(user_id=found.proposed_by_id),
        "confirmed_by": people.name_of(user_id=found.confirmed_by_id),
        "consequences": queries.consequences_of_return(receipt_id=found.receipt_id) if waits and of_receipt else None,
    }
