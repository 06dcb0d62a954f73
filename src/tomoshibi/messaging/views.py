"""Mailboxes (IN2, CM7), and the files of messages."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.documents import queries as documents
from tomoshibi.identity import operations as identity
from tomoshibi.messaging import forms, operations, queries, values, words
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

READERS = ("IN2", "CM7")


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
                actor_id=int(request.user.pk or 0),
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
@page(*READERS)
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """A stranger's file: always as an attachment, never shown by this origin."""
    found = queries.attachment(attachment_id=attachment_id)
    if found is None or found.file_id is None:
        raise Http404
    return _sent(found.file_id, found.name)


@require_GET
@page(*READERS)
def raw(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """A message as it came."""
    try:
        found = queries.inbound(inbound_id=inbound_id)
    except queries.NoSuchMessage:
        raise Http404 from None
    return _sent(found.raw_file_id, f"{found.id}.eml.txt")


def _sent(file_id: int, name: str) -> HttpResponse:
    answer = FileResponse(
        documents.path(file_id=file_id).open("rb"), as_attachment=True, filename=name,
        content_type="application/octet-stream",
    )  # fmt: skip
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]
