"""The bank's notices of incoming transfers: given in, and what became of each row."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.collection import forms, operations, queries, tables, values
from tomoshibi.collection.views.shared import REFUSALS, in_words
from tomoshibi.documents import queries as documents
from tomoshibi.storage import db
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

LARGEST_BYTES = 2**20
"""Some 5,000 transfers: each is entered by itself while somebody waits."""


@require_GET
@page("RC4")
def files(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.deposit_files(),
        title=_("Files of the bank"),
        subtitle=_("Each is kept as it came; the same file twice changes nothing"),
        page="collection:deposit_file",
        buttons=[
            lists.Button(
                _("Import the bank's file"), "collection:new_deposits", "upload", right="RC4.do", main=True, key="i"
            )
        ],
        empty=lists.Empty(
            _("No files of the bank yet."), _("Download the notice of incoming transfers from your bank.")
        ),
    )


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def upload(request: HttpRequest) -> HttpResponse:
    """Import a notice of incoming transfers."""
    form = forms.DepositUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        if given.size > LARGEST_BYTES:
            form.add_error("file", _("This file is too large for the browser: import it from the command line."))
        else:
            try:
                outcome = _import(request, given)
            except REFUSALS as refusal:
                form.add_error("file", in_words(refusal))
            else:
                messages.success(request, _told(outcome))
                return redirect("collection:deposit_file", outcome.file_id)
    return render(request, "collection/new_deposits.html", {"form": form}, status=422 if form.errors else 200)


def _import(request: HttpRequest, given: UploadedFile) -> values.DepositOutcome:
    """All of the file, or nothing of it."""
    with db.transaction():
        return operations.import_deposits(
            name=given.name or "",
            content=given.read(),
            now=clock.now(),
            today=clock.today(),
            actor_id=actor(request),
        )


def _told(came: values.DepositOutcome) -> str:
    if came.already_known:
        return _("This file was imported before: nothing changed.")
    return _("%(taken)s transfers, the payers of %(owned)s are known; %(known)s known before, %(refused)s refused.") % {
        "taken": came.taken,
        "owned": came.owned,
        "known": came.known,
        "refused": came.refused,
    }


@require_GET
@page("RC4")
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    found = queries.deposit_file(file_id=file_id)
    if found is None:
        raise Http404
    return lists.render_list(
        request,
        tables.deposits(file_id=file_id),
        title=_("File of the bank %(name)s") % {"name": found.name},
        template="collection/deposit_file.html",
        page=lambda row: reverse("collection:receipt", args=[row["receipt_id"]]) if row["receipt_id"] else "",
        empty=lists.Empty(_("This file has no rows.")),
        context={"file": found},
    )


@require_GET
@page("RC4", right=DO)
def raw(request: HttpRequest, file_id: int) -> HttpResponse:
    """The file as it came."""
    found = queries.deposit_file(file_id=file_id)
    if found is None:
        raise Http404
    return downloads.foreign(documents.path(file_id=found.file_id), found.name)
