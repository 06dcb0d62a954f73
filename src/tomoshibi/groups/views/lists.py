"""Point lists: uploaded, looked through, written (GR2)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.documents import queries as documents
from tomoshibi.groups import forms, listing, operations, previewing, queries, values, words
from tomoshibi.groups.views.edge import group_or_404, record, status, to_job
from tomoshibi.storage import db
from tomoshibi.ui import confirm, downloads, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

GR2 = values.LISTS


@require_GET
@page(GR2)
def point_lists(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.point_lists_list(),
        title=_("Point lists"),
        subtitle=_("Lists of points as they came in; each was written whole, or not at all."),
        page="groups:list",
        buttons=[
            lists.Button(_("Upload a list"), "groups:upload", "upload", right=f"{GR2}.do", key="u", main=True),
        ],
        empty=lists.Empty(
            _("No list has come in yet."), _("Upload a connection list or a confirmation list."), icon="table-import"
        ),
    )


@require_http_methods(["GET", "POST"])
@page(GR2, right=DO)
def upload(request: HttpRequest, group_id: int | None = None) -> HttpResponse:
    group = group_or_404(group_id) if group_id else None
    form = forms.ListForm(request.POST or None, request.FILES or None, initial={"effective_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with db.transaction():
            list_id = operations.receive_list(
                name=data["file"].name,
                content=data["file"],
                group_id=group_id,
                application_number=data["application_number"],
                effective_on=data["effective_on"],
                now=clock.now(),
                actor_id=request.user.pk,
            )
            record(request, GR2, f"uploaded {data['file'].name}", f"groups.pointlist:{list_id}")
        return redirect("groups:list", list_id)
    return render(request, "groups/upload.html", {"form": form, "group": group}, status=status(form))


def _list_or_404(list_id: int) -> values.PointList:
    found = queries.point_list(list_id=list_id)
    if found is None:
        raise Http404(_("There is no such list."))
    return found


@require_GET
@page(GR2)
def point_list(request: HttpRequest, list_id: int) -> HttpResponse:
    found = _list_or_404(list_id)
    wrong = [reason for number, _column, reason in found.refusals if not number]
    context = {
        "point_list": found,
        "states": words.LISTS,
        "group": queries.group(group_id=found.group_id) if found.group_id else None,
        "counts": [(words.COUNTS[name], n) for name, n in found.counts.items()],
        "wrong": wrong,
        "is_refused": found.state is values.ListState.REFUSED,
        "is_waiting": found.state is values.ListState.WAITING,
        "is_ready": found.state is values.ListState.READ,
    }
    return lists.render_list(
        request,
        listing.rows_of_list(previewing.rows(found, today=clock.today())),
        title=found.name,
        template="groups/list.html",
        context=context,
        empty=lists.Empty(
            _("No rows yet.") if context["is_waiting"] else _("This file has no rows that can be shown."),
            icon="table-import",
        ),
    )


@require_GET
@page(GR2)
def raw(request: HttpRequest, list_id: int) -> HttpResponse:
    """The file as it came."""
    found = _list_or_404(list_id)
    return downloads.foreign(documents.path(file_id=found.document_id), found.name)


@require_POST
@page(GR2, right=DO)
def apply(request: HttpRequest, list_id: int) -> HttpResponse:
    found = _list_or_404(list_id)
    back = reverse("groups:list", args=[list_id])
    if not confirm.is_confirmed(request):
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Write the list %(name)s") % {"name": found.name},
                what=_("All its rows are written, or none if something changed since it was read."),
                do=_("Write the list"),
                back=back,
                count=sum(n for name, n in found.counts.items() if name != "unchanged"),
                facts=[(words.COUNTS[name], n) for name, n in found.counts.items()],
            ),
        )
    try:
        with db.transaction():
            job_id = operations.enqueue_apply(list_id=list_id, actor_id=request.user.pk)
    except operations.ListNotReady as refusal:
        messages.warning(request, str(refusal))
        return redirect(back)
    return to_job(job_id, after=back)
