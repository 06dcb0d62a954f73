"""The eleven roles of the group business and their rights, step by step (G-125); the accounts that neighbours are found in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.applications import caselist, grouproles
from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.views.groupwork.edge import keep, sentence
from tomoshibi.groups import operations as group_operations
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.storage import db
from tomoshibi.ui import confirm, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

SHOWN = (*values.STEPS, values.ROLES, values.NEIGHBOURS)


@require_GET
@page(values.ROLES, *values.STEPS)
def roles(request: HttpRequest) -> HttpResponse:
    known = {role.code: role for role in people.roles()}
    names = {step.id: step.name for step in people.group_steps()}
    context: dict[str, Any] = {
        "steps": [(step, names[step]) for step in SHOWN],
        "rows": [
            {
                "role": role,
                "taken": role.code in known,
                "people": known[role.code].people if role.code in known else 0,
                "cells": [
                    (step, _level(known[role.code].rights if role.code in known else frozenset(role.rights), step))
                    for step in SHOWN
                ],
            }
            for role in grouproles.shipped()
        ],
        "all_taken": all(role.code in known for role in grouproles.shipped()),
    }
    return render(request, "applications/groupwork/roles.html", context)


def _level(rights: frozenset[str], step: str) -> str:
    return "do" if f"{step}.do" in rights else "view" if f"{step}.view" in rights else ""


@require_POST
@page(values.ROLES, right=DO)
def take_shipped(request: HttpRequest) -> HttpResponse:
    if not confirm.is_confirmed(request):
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Take over the shipped rights"),
                what=_("The eleven roles get the rights that are shipped; what was changed at them is replaced."),
                do=_("Take over"),
                back=reverse("applications:group_roles"),
                count=len(grouproles.shipped()),
            ),
        )
    with db.transaction():
        operations.take_shipped_rights()
        _record(request, "took over the shipped rights of the eleven roles")
    messages.success(request, _("Done."))
    return redirect("applications:group_roles")


@require_POST
@page(values.ROLES, right=DO)
def set_right(request: HttpRequest) -> HttpResponse:
    form = forms.RightForm(request.POST)
    if form.is_valid() and form.cleaned_data["step"] in SHOWN:
        data = form.cleaned_data
        try:
            with db.transaction():
                operations.set_right(code=data["code"], step=data["step"], level=data["level"])
                _record(request, f"set {data['code']} at {data['step']} to {data['level'] or 'nothing'}")
        except operations.NotARole as refusal:
            messages.error(request, str(refusal))
    return redirect("applications:group_roles")


def _record(request: HttpRequest, what: str) -> None:
    identity.record_deed(procedure=values.ROLES, what=what, at=clock.now(), actor_id=request.user.pk)


@require_GET
@page(values.NEIGHBOURS)
def neighbours(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        caselist.neighbours_list(),
        title=_("Neighbouring accounts"),
        subtitle=_(
            "Ordinary accounts, their meters, and the access points that serve them: nearest accounts are looked up here."
        ),
        buttons=[
            lists.Button(
                _("Upload a register"),
                "applications:neighbours_upload",
                "upload",
                right=f"{values.NEIGHBOURS}.do",
                main=True,
            )
        ],
        empty=lists.Empty(
            _("No accounts yet."),
            _("Upload the register with 户号, 局号, 用电地址, 接入点编号, 接入点名称, 台区编号 and 台区名称."),
            icon="users-group",
        ),
    )


@page(values.NEIGHBOURS, right=DO)
def upload_neighbours(request: HttpRequest) -> HttpResponse:
    form = forms.FileForm(request.POST or None, request.FILES or None)
    refusals: list[Any] = []
    if request.method == "POST" and form.is_valid():
        file = keep(request, form.cleaned_data["file"])
        try:
            with db.transaction():
                count = group_operations.take_served_accounts(file_id=file.id)
                identity.record_deed(
                    procedure=values.NEIGHBOURS,
                    what=f"took {count} neighbouring accounts",
                    at=clock.now(),
                    actor_id=request.user.pk,
                )
        except group_operations.NotReadable as reason:
            form.add_error("file", str(reason))
        except RowsRefused as refused:
            form.add_error("file", sentence(refused))
        else:
            messages.success(request, _("%(n)d accounts are known now.") % {"n": count})
            return redirect("applications:neighbours")
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "applications/groupwork/neighbours.html", {"form": form, "refusals": refusals}, status=status
    )
