"""Mailboxes (IN2, CM7) and the files of messages; messages that left (CM4), how text messages leave, the demo's phones."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.documents import queries as documents
from tomoshibi.gateways import sms
from tomoshibi.identity import operations as identity
from tomoshibi.messaging import forms, listing, operations, queries, values, words
from tomoshibi.storage import db
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

READERS = ("IN2", "CM7")
OPERATION = "MS7"


def mailboxes_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="messaging.mailboxes",
        rows=queries.mailbox_rows(),
        columns=(
            lists.Code("code", _("Code"), link=lambda row: reverse("messaging:mailbox", args=[row["id"]])),
            lists.Text("name", _("Name")),
            lists.Text("route", _("Messages are"), show=lambda row: words.ROUTES[row["route"]]),
            lists.Text("address", _("Mail address")),
            lists.Flag("is_active", _("Look into it")),
            lists.Moment("reached_at", _("Last reached")),
            lists.Text("failure", _("Failure")),
        ),
        filters=(lists.Search("q", _("Search"), among=("code", "name", "address")),),
        order=("code",),
        also=("id", "route"),
    )


@require_GET
@page(*READERS)
def mailboxes(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        mailboxes_list(),
        title=_("Mailboxes"),
        page="messaging:mailbox",
        buttons=[
            lists.Button(_("Look now"), reverse("messaging:look"), "refresh", right="IN2.do"),
            lists.Button(_("New mailbox"), "messaging:new_mailbox", "plus", right="IN2.do", main=True),
        ],
        empty=lists.Empty(
            _("No mailbox yet."),
            _("A mailbox is read over IMAP every hour; its messages are applications or enquiries."),
        ),
    )


@require_http_methods(["GET", "POST"])
@page("IN2", right=DO)
def new_mailbox(request: HttpRequest) -> HttpResponse:
    return _edited(request, None)


@require_http_methods(["GET", "POST"])
@page("IN2", right=DO)
def mailbox(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    found = queries.mailbox(mailbox_id=mailbox_id)
    if found is None:
        raise Http404
    return _edited(request, found)


def _edited(request: HttpRequest, found: values.Mailbox | None) -> HttpResponse:
    initial = {name: getattr(found, name) for name in forms.MailboxForm.base_fields} if found else None
    form = forms.MailboxForm(request.POST or None, initial=initial)
    if found is not None:
        form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            box = operations.save_mailbox(**form.cleaned_data)
            identity.record_deed(
                procedure="IN2",
                what=f"set how mailbox {form.cleaned_data['code']} is reached",
                at=clock.now(),
                subject=f"messaging.mailbox:{box}",
                actor_id=actor(request),
            )
        messages.success(request, _("Saved."))
        return redirect("messaging:mailboxes")
    return render(
        request, "messaging/mailbox.html", {"form": form, "mailbox": found}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@page("IN2", right=DO)
def look(request: HttpRequest) -> HttpResponse:
    """Take what is new now, without waiting for the schedule."""
    if request.method != "POST":
        return render(request, "messaging/look.html", {"mailboxes": queries.mailboxes(only_active=True)})
    with db.transaction():
        job_id = worker.enqueue(values.POLL_JOB, requested_by_id=request.user.pk, lock=values.POLL_JOB)
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('applications:mails')}")


@require_GET
@page(*READERS, right=DO)
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """A stranger's file: always as an attachment, never shown by this origin."""
    found = queries.attachment(attachment_id=attachment_id)
    if found is None or found.file_id is None:
        raise Http404
    return downloads.foreign(documents.path(file_id=found.file_id), found.name)


@require_GET
@page(*READERS, right=DO)
def raw(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """A message as it came."""
    try:
        found = queries.inbound(inbound_id=inbound_id)
    except queries.NoSuchMessage:
        raise Http404 from None
    return downloads.foreign(documents.path(file_id=found.raw_file_id), f"{found.id}.eml.txt")


# --- what left


@require_GET
@page(values.STEP, OPERATION)
def deliveries(request: HttpRequest) -> HttpResponse:
    buttons = [lists.Button(_("Text messages"), "messaging:link", "device-mobile-message")]
    if settings.DEMO:
        buttons.append(lists.Button(_("What the phones show"), "messaging:phones", "device-mobile"))
    return lists.render_list(
        request,
        listing.deliveries_list(),
        title=_("Messages sent"),
        subtitle=_("Mails and text messages: what waits, what left, what arrived and what did not."),
        panel="messaging:delivery_panel",
        buttons=buttons,
        empty=lists.Empty(
            _("No messages yet."), _("Messages appear here when the house tells somebody something."), icon="mail"
        ),
    )


@require_GET
@page(values.STEP, OPERATION)
def delivery_panel(request: HttpRequest, delivery_id: int) -> HttpResponse:
    found = queries.delivery(delivery_id=delivery_id)
    if found is None:
        raise Http404
    # In the demonstration nobody else has the recipient's inbox: there the addresses in a message can be followed.
    context = {"delivery": found, "states": words.STATES, "channels": words.CHANNELS, "is_demo": settings.DEMO}
    return render(request, "messaging/panel.html", context)


@require_http_methods(["GET", "POST"])
@page(values.STEP, OPERATION)
def link(request: HttpRequest) -> HttpResponse:
    """How the gateway is reached, and whether it was."""
    found = queries.text_link()
    may_set = request.user.has_perm(f"{OPERATION}.do")  # type: ignore[union-attr]
    initial: dict[str, Any] = {name: getattr(found, name) for name in forms.LinkForm.base_fields} if found else {}
    form = forms.LinkForm(request.POST or None, initial=initial)
    if request.method == "POST" and may_set and form.is_valid():
        with db.transaction():
            operations.set_text_link(**form.cleaned_data)
            _record(request, "set how text messages leave")
        messages.success(request, _("Saved."))
        return redirect("messaging:link")
    context = {
        "form": form,
        "link": found,
        "may_set": may_set,
        "waiting": queries.count_queued(channel=values.Channel.TEXT),
        "variable": queries.TOKEN,
        "is_demo": settings.DEMO,
    }
    return render(request, "messaging/link.html", context, status=422 if form.errors else 200)


@require_POST
@page(values.STEP, OPERATION, right=DO)
def ask_now(request: HttpRequest) -> HttpResponse:
    """Send what waits and fetch receipts, without waiting for the hour."""
    with db.transaction():
        job_id = worker.enqueue(values.RECEIPTS_JOB, requested_by_id=request.user.pk, lock=values.SEND_TEXTS_JOB)
        _record(request, "asked the gateway for text messages now")
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('messaging:deliveries')}")


@require_GET
@page(values.STEP, OPERATION)
def phones(request: HttpRequest) -> HttpResponse:
    """The demo's phones: what their owners would see; a real gateway does not answer this."""
    link_ = queries.text_connection()
    if not settings.DEMO:
        raise Http404
    shown = sms.shown_on_phones(link_.address, authority=link_.authority) if link_ else None
    by_number: dict[str, list[sms.Signal]] = {}
    for one in shown or ():
        by_number.setdefault(one.to, []).append(one)
    return render(request, "messaging/phones.html", {"phones": by_number, "is_reached": shown is not None})


def _record(request: HttpRequest, what: str) -> None:
    identity.record_deed(
        procedure=values.STEP, what=what, at=clock.now(), subject="messaging.text_link:1", actor_id=request.user.pk
    )
