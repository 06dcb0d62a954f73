"""The customer's threads (CM9) and announcements to them (CM10) in the portal."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.care import operations as care
from tomoshibi.care import queries, values
from tomoshibi.care.values import Channel, EnquiryState, Recognized
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.portals.access import customer_page
from tomoshibi.portals.contact import forms
from tomoshibi.portals.customer import words
from tomoshibi.storage import db
from tomoshibi.ui.acting import actor
from tomoshibi.worker import queries as clock

MOST_A_DAY = 20
"""So many questions a day somebody who is signed in may ask."""


def _own(customer_id: int, enquiry_id: int) -> values.Enquiry:
    """A thread that is the customer's for certain; anything else does not exist for them."""
    try:
        found = queries.enquiry(enquiry_id=enquiry_id)
    except queries.NoSuchEnquiry:
        raise Http404 from None
    certain = found.recognized_by in {Recognized.PORTAL, Recognized.CLERK}
    if found.customer_id != customer_id or not certain or found.state is EnquiryState.REROUTED:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@customer_page("CM9")
def enquiries(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    """All threads, and a new question."""
    language = get_language() or "ja"
    about = request.GET.get("about", "")[:20]
    initial = {"key": uuid.uuid4().hex, "subject": _("About %(number)s") % {"number": about} if about else ""}
    form = forms.AskForm(request.POST or None, language=language, initial=initial)
    threads = queries.enquiries_of(customer_id=customer_id, certain=True)
    if request.method == "POST" and form.is_valid():
        today = sum(one.received_at.date() == clock.now().astimezone(one.received_at.tzinfo).date() for one in threads)
        if today >= MOST_A_DAY:
            form.add_error(None, _("You asked much today; please call us."))
        else:
            return _asked(request, form, customer_id=customer_id, language=language)
    context = {
        "company": masters.company(),
        "form": form,
        "threads": [{"it": one, "state": words.THREADS[one.state]} for one in threads if one.state in words.THREADS],
    }
    return render(request, "portals/customer/enquiries.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, form: forms.AskForm, *, customer_id: int, language: str) -> HttpResponse:
    customer = parties.customer(customer_id=customer_id)
    assert customer is not None, "who is signed in is a customer"
    mail = customer.mail or next((a.mail for a in parties.accounts_of(customer_id=customer_id) if a.mail), "")
    with db.transaction():
        made = care.open_enquiry(
            channel=Channel.PORTAL, kind_code=form.cleaned_data["kind"], subject=form.cleaned_data["subject"],
            body=form.cleaned_data["body"], language=language, now=clock.now(), name=customer.name, mail=mail,
            phone=customer.phone or customer.mobile, customer_id=customer_id, recognized_by=Recognized.PORTAL,
            key=f"{customer_id}:{form.cleaned_data['key']}", actor_id=actor(request),
        )  # fmt: skip
    messages.success(request, _("We have your question; the answer appears here."))
    return redirect("portals:customer_enquiry", made.id)


@require_http_methods(["GET", "POST"])
@customer_page("CM9")
def enquiry(request: HttpRequest, enquiry_id: int, *, customer_id: int) -> HttpResponse:
    """One thread, without our notes; the customer may write again."""
    found = _own(customer_id, enquiry_id)
    form = forms.AgainForm(request.POST or None, initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            care.write_again(
                enquiry_id=enquiry_id, body=form.cleaned_data["body"], now=clock.now(), key=form.cleaned_data["key"],
                actor_id=actor(request),
            )  # fmt: skip
        return redirect("portals:customer_enquiry", enquiry_id)
    context = {
        "company": masters.company(),
        "enquiry": found,
        "state": words.THREADS[found.state],
        "entries": queries.entries_of(enquiry_id=enquiry_id, only_shown=True),
        "form": form,
    }
    return render(request, "portals/customer/enquiry.html", context, status=422 if form.errors else 200)


@require_GET
@customer_page("CM10")
def announcements(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    """What was announced to them, and whether they want it by mail."""
    language = get_language() or "ja"
    rows = [
        {"id": one.id, "title": one.title_in(language), "at": one.scheduled_at, "read": read}
        for one, read in queries.announcements_to(customer_id=customer_id)
    ]
    wants = queries.wants_mail(customer_id=customer_id)
    context = {"company": masters.company(), "rows": rows, "wants_mail": wants}
    return render(request, "portals/customer/announcements.html", context)


@require_GET
@customer_page("CM10")
def announcement(request: HttpRequest, announcement_id: int, *, customer_id: int) -> HttpResponse:
    """One announcement; that it was read counts once."""
    shown = {one.id: one for one, _read in queries.announcements_to(customer_id=customer_id)}
    found = shown.get(announcement_id)
    if found is None:
        raise Http404
    with db.transaction():
        care.read(announcement_id=announcement_id, customer_id=customer_id, now=clock.now())
    language = get_language() or "ja"
    context = {
        "company": masters.company(), "title": found.title_in(language), "body": found.body_in(language),
        "at": found.scheduled_at,
    }  # fmt: skip
    return render(request, "portals/customer/announcement.html", context)


@require_POST
@customer_page("CM10")
def announcements_by_mail(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    with db.transaction():
        care.set_wants_mail(customer_id=customer_id, wanted=request.POST.get("wanted") == "1")
    messages.success(request, _("Saved."))
    return redirect("portals:customer_announcements")
