"""A message that was put into the wrong room goes to the right one: an application is an enquiry, or the reverse."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tomoshibi.applications import operations as applications
from tomoshibi.care import operations as care
from tomoshibi.care import queries as enquiries
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.values import Inbound, Route
from tomoshibi.storage import db
from tomoshibi.ui import confirm
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock


@require_http_methods(["GET", "POST"])
@page("IN2", "CM7", right=DO)
def reroute(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """Ask, then do it in one transaction: the message ends here and arrives there."""
    try:
        found = letters.inbound(inbound_id=inbound_id)
    except letters.NoSuchMessage:
        raise Http404 from None
    to_enquiry = found.route is Route.APPLICATIONS
    back = _page_of(found)
    if not confirm.is_confirmed(request):
        question = confirm.Question(
            title=_("This mail is an enquiry") if to_enquiry else _("This mail is an application"),
            what=_("What was keyed from it ends, and it goes to the enquiries.")
            if to_enquiry
            else _("The enquiry ends without an answer, and the mail goes to the applications."),
            do=_("Re-route it"),
            back=back,
            facts=[(_("Subject"), found.subject)],
            note=_("It can be routed back."),
        )
        return confirm.ask(request, question)
    try:
        with db.transaction():
            there = _to_enquiries(found, request) if to_enquiry else _to_applications(found, request)
    except (applications.CameOfIt, care.WrongStep, messaging.WrongStep) as refused:
        messages.error(request, str(refused))
        return redirect(back)
    messages.success(request, _("The mail is re-routed."))
    return redirect(there)


def _to_enquiries(found: Inbound, request: HttpRequest) -> str:
    now = clock.now()
    applications.let_go_of_mail(inbound_id=found.id, now=now, actor_id=actor(request))
    made = care.take_message(message=letters.inbound(inbound_id=found.id), now=now)
    return reverse("care:enquiry", args=[made.id]) if made else reverse("care:enquiries")


def _to_applications(found: Inbound, request: HttpRequest) -> str:
    now = clock.now()
    care.give_away(inbound_id=found.id, now=now, actor_id=actor(request))
    applications.put_mail_before_clerk(message=letters.inbound(inbound_id=found.id), now=now)
    return reverse("applications:mail", args=[found.id])


def _page_of(found: Inbound) -> str:
    if found.route is Route.APPLICATIONS:
        return reverse("applications:mail", args=[found.id])
    enquiry = enquiries.enquiry_of_message(inbound_id=found.id)
    return reverse("care:enquiry", args=[enquiry.id]) if enquiry else reverse("care:enquiries")
