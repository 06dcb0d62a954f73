"""Who may lead a crew, and until when (FW3)."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.fieldwork import forms, listing, operations, queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

FW3 = values.QUALIFIED


@require_GET
@page(FW3)
def qualifications(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.qualifications_list(today=clock.today()),
        title=_("Qualified leaders"),
        page="fieldwork:qualification",
        buttons=[lists.Button(_("New qualification"), "fieldwork:new_qualification", right=f"{FW3}.do", main=True)],
        empty=lists.Empty(
            _("Nobody may lead a crew yet."),
            _("Without a qualification that holds on the day, nobody is given a ticket."),
        ),
    )


@require_http_methods(["GET", "POST"])
@page(FW3, right=DO)
def new_qualification(request: HttpRequest) -> HttpResponse:
    form = forms.QualificationForm(request.POST or None, initial={"start": clock.today()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with db.transaction():
                made = operations.add_qualification(
                    person_id=data["person_id"], name=data["name"], certificate=data["certificate"],
                    start=data["start"], end=form.end(),
                )  # fmt: skip
                _record(request, f"may lead: {data['name']} {data['certificate']}", made.id)
        except (operations.QualifiedAlready, operations.EndsBeforeStart) as refusal:
            form.add_error("start", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("fieldwork:qualifications")
    return render(request, "fieldwork/new_qualification.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page(FW3, right=DO)
def qualification(request: HttpRequest, qualification_id: int) -> HttpResponse:
    """One qualification: it ends when it runs out or is withdrawn."""
    found = queries.qualification(qualification_id=qualification_id)
    if found is None:
        raise Http404
    initial = {"last_day": found.end - timedelta(days=1)} if found.end else {}
    form = forms.EndForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                operations.end_qualification(
                    qualification_id=qualification_id, end=form.cleaned_data["last_day"] + timedelta(days=1)
                )
                _record(request, f"leads until {form.cleaned_data['last_day']}", qualification_id)
        except (operations.EndsBeforeStart, operations.QualifiedAlready) as refusal:
            form.add_error("last_day", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("fieldwork:qualifications")
    context = {"qualification": found, "person": people.name_of(user_id=found.person_id), "form": form}
    return render(request, "fieldwork/qualification.html", context, status=422 if form.errors else 200)


def _record(request: HttpRequest, what: str, qualification_id: int) -> None:
    subject = f"fieldwork.qualification:{qualification_id}"
    identity.record_deed(procedure=FW3, what=what, at=clock.now(), subject=subject, actor_id=request.user.pk)
