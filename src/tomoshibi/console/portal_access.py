"""The customer's way into the portal, from their page (CM5): invited, invited again, blocked, let in again."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries
from tomoshibi.identity.values import PortalState
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Customer
from tomoshibi.storage import db
from tomoshibi.ui import acting, confirm
from tomoshibi.ui.acting import actor
from tomoshibi.ui.fields import ReasonField
from tomoshibi.ui.pages import DO, page
from tomoshibi.ui.states import State, Tone
from tomoshibi.worker import queries as clock

STATES: dict[str, State] = {
    PortalState.INVITED: State(pgettext_lazy("portal", "invited"), Tone.RUNNING, "mail"),
    PortalState.EXPIRED: State(pgettext_lazy("portal", "invitation ran out"), Tone.ATTENTION, "clock"),
    PortalState.OPEN: State(pgettext_lazy("portal", "open"), Tone.GOOD, "circle-check"),
    PortalState.BLOCKED: State(pgettext_lazy("portal", "blocked"), Tone.ATTENTION, "ban"),
}


attempt = partial(acting.attempt, refusals=(identity.NotInPortal, identity.PortalBlocked))


class WhyForm(forms.Form):
    reason = ReasonField()


def _customer(customer_id: int) -> Customer:
    found = parties.customer(customer_id=customer_id)
    if found is None:
        raise Http404
    return found


def _mail(found: Customer) -> str:
    """Where the invitation goes: the customer's own address, else that of who pays."""
    return found.mail or next((a.mail for a in parties.accounts_of(customer_id=found.id) if a.mail), "")


def _mail_or_say(request: HttpRequest, found: Customer) -> str:
    mail = _mail(found)
    if not mail:
        messages.error(request, _("The customer has no mail address; enter one first."))
    return mail


def _deed(request: HttpRequest, found: Customer, what: str, *, now: datetime) -> None:
    identity.record_deed(
        procedure="CM5",
        what=what % {"number": found.number},
        at=now,
        subject=f"parties.customer:{found.id}",
        actor_id=actor(request),
    )


def shown(found: Customer) -> dict[str, Any]:
    """What the customer's page says of the portal."""
    deeds = queries.deeds(subject=f"parties.customer:{found.id}", procedure="CM5", limit=1)
    return {
        "access": queries.portal_access(customer_id=found.id, now=clock.now()),
        "states": STATES,
        "mail": _mail(found),
        "last": deeds[0] if deeds else None,
    }


@require_POST
@page("CM5", right=DO)
def open_portal(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Invite a customer to the portal; the mail with the address goes to the account's address."""
    found, now = _customer(customer_id), clock.now()
    mail = _mail_or_say(request, found)
    if not mail:
        return redirect("console:customer", customer_id)
    try:
        with db.transaction():
            identity.invite(
                username=found.number,
                name=found.name,
                mail=mail,
                now=now,
                actor_id=actor(request),
                portal_customer_id=customer_id,
            )
            _deed(request, found, "invited customer %(number)s to the portal", now=now)
    except identity.NameTaken:
        messages.info(request, _("The portal is open for this customer already."))
    else:
        messages.success(request, _("Invited; the mail is on its way."))
    return redirect("console:customer", customer_id)


@require_POST
@page("CM5", right=DO)
def invite_again(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A fresh address for who lost theirs, let it run out, or forgot the password."""
    found, now = _customer(customer_id), clock.now()
    mail = _mail_or_say(request, found)
    if not mail:
        return redirect("console:customer", customer_id)

    def act() -> bool:
        sent = identity.invite_again(customer_id=customer_id, mail=mail, now=now, actor_id=actor(request))
        if sent:
            _deed(request, found, "sent customer %(number)s a fresh invitation to the portal", now=now)
        return sent

    fresh, before = _("A fresh invitation is on its way; the one before is void."), _("The mail is on its way already.")
    attempt(request, act, lambda sent: fresh if sent else before)
    return redirect("console:customer", customer_id)


@require_POST
@page("CM5", right=DO)
def block(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Close the portal for a customer, for a reason that stays on record."""
    found, now = _customer(customer_id), clock.now()
    form = WhyForm(request.POST if confirm.is_confirmed(request) else None)
    if not form.is_bound or not form.is_valid():
        question = confirm.Question(
            title=_("Block the portal"),
            what=_("%(name)s is signed out everywhere and cannot sign in; contracts, bills and supply go on.")
            % {"name": found.name},
            do=_("Block the portal"),
            back=reverse("console:customer", args=[customer_id]),
            danger=True,
            note=_("You can let the customer in again at any time."),
        )
        return confirm.ask(request, question, form=form)

    def act() -> None:
        if identity.block_portal(customer_id=customer_id, on=clock.today()):
            why = form.cleaned_data["reason"].replace("%", "%%")
            _deed(request, found, f"blocked the portal of customer %(number)s: {why}", now=now)

    attempt(request, act, _("The portal is blocked for this customer."))
    return redirect("console:customer", customer_id)


@require_POST
@page("CM5", right=DO)
def unblock(request: HttpRequest, customer_id: int) -> HttpResponse:
    found, now = _customer(customer_id), clock.now()

    def act() -> None:
        if identity.unblock_portal(customer_id=customer_id, now=now, actor_id=actor(request)):
            _deed(request, found, "let customer %(number)s into the portal again", now=now)

    attempt(request, act, _("The customer can come in again."))
    return redirect("console:customer", customer_id)
