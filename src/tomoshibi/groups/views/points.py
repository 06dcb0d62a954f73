"""One point: what it is and was, and the four fields that may be put right (GR1)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.groups import forms, operations, queries, values, words
from tomoshibi.groups.views.edge import record
from tomoshibi.identity import queries as people
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

GR1 = values.REGISTER


def _point_page(request: HttpRequest, point_id: int, **shown: Any) -> HttpResponse:
    found = queries.point_by_id(point_id=point_id)
    if found is None:
        raise Http404(_("There is no such point."))
    today = clock.today()
    last = found["memberships"][-1]
    on = today if last["end"] is None or last["end"] > today else last["start"]
    standing = next((p for p in queries.points_of(group_id=last["group_id"], on=on) if p.id == point_id), None)
    edits = queries.edits_of(point_id=point_id)
    context = {
        "point": found,
        "standing": standing,
        "is_active": on == today and standing is not None,
        "registered": parties.registered_number(number=found["account_number"]),
        "roles": words.ROLES,
        "missing": [words.MISSING[name] for name in found["missing"]],
        "edits": [(edit, words.FIELDS[edit.field], people.name_of(user_id=edit.actor_id)) for edit in edits],
        "edit_form": forms.EditForm(initial={"effective_on": today}),
        "complete_form": forms.CompleteForm(today=today, initial=_filled(found)),
    } | shown
    return render(request, "groups/point.html", context, status=422 if shown else 200)


def _filled(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("installed_on", "seal_number", "contract_list")}


@require_GET
@page(GR1)
def point(request: HttpRequest, point_id: int) -> HttpResponse:
    return _point_page(request, point_id)


@require_POST
@page(GR1, right=DO)
def edit(request: HttpRequest, point_id: int) -> HttpResponse:
    form = forms.EditForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            with db.transaction():
                operations.edit_point(
                    point_id=point_id,
                    field=values.EditedField(data["field"]),
                    new=data["new"],
                    effective_on=data["effective_on"],
                    reason=data["reason"],
                    now=clock.now(),
                    actor_id=request.user.pk,
                )
                record(request, GR1, f"put the {data['field']} right", f"groups.point:{point_id}")
        except (operations.NothingChanged, operations.NoSuchPlace) as refusal:
            form.add_error("new", str(refusal))
        except operations.NotPlaced as refusal:
            form.add_error("effective_on", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:point", point_id)
    return _point_page(request, point_id, edit_form=form)


@require_POST
@page(GR1, right=DO)
def complete(request: HttpRequest, point_id: int) -> HttpResponse:
    form = forms.CompleteForm(request.POST, today=clock.today())
    if not form.is_valid():
        return _point_page(request, point_id, complete_form=form)
    try:
        with db.transaction():
            left = operations.complete_point(
                point_id=point_id, **form.cleaned_data, today=clock.today(), now=clock.now(), actor_id=request.user.pk
            )
            record(request, GR1, "completed the point", f"groups.point:{point_id}")
    except (fieldwork.SealUsed, fieldwork.SealElsewhere) as refusal:
        form.add_error("seal_number", str(refusal))
        return _point_page(request, point_id, complete_form=form)
    messages.success(request, _("Saved.") if left else _("Saved. Nothing is missing any more."))
    return redirect("groups:point", point_id)
