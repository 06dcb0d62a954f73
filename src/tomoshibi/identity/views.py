"""Administrator accounts (MS7): people, departments, roles and rights, invitations, access review, audit trail."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from tomoshibi.identity import forms, operations, queries, values
from tomoshibi.identity import lists as declared
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import ANY_STAFF, DO, page
from tomoshibi.worker import queries as clock

EMPTY_PEOPLE = lists.Empty(_("Nobody works here yet."), _("Invite the first person."))


def _deed(request: HttpRequest, what: str, subject: str = "") -> None:
    operations.record_deed(procedure="MS7", what=what, at=clock.now(), subject=subject, actor_id=actor(request))


@require_GET
@page("MS7")
def people(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        declared.people_list(),
        title=_("People"),
        subtitle=_("Who may sign in, with which rights, and when somebody last looked at them"),
        page="identity:person",
        actions=[lists.Action(_("Rights are right"), "identity:review", "eye-check", right="MS7.do", key="r")],
        buttons=[
            lists.Button(_("Roles and rights"), "identity:roles", "lock-access"),
            lists.Button(_("Invite"), "identity:invite", "user-plus", right="MS7.do", main=True),
        ],
        empty=EMPTY_PEOPLE,
    )


@require_POST
@page("MS7", right=DO)
def review(request: HttpRequest) -> HttpResponse:
    """The access review: these people's rights were looked at."""
    try:
        chosen = lists.chosen(request, declared.people_list())
        with db.transaction():
            count = operations.review_access(user_ids=chosen.ids, on=clock.today(), actor_id=actor(request))
            _deed(request, f"reviewed the rights of {count} people")
    except (lists.NothingChosen, lists.FilterNotReadable, operations.OneselfOnly) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Recorded for %(count)s people.") % {"count": count})
    return redirect("identity:people")


@require_http_methods(["GET", "POST"])
@page("MS7", right=DO)
def invite(request: HttpRequest) -> HttpResponse:
    form = forms.InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = operations.invite(**form.cleaned_data, now=clock.now(), actor_id=actor(request))
                _deed(request, f"invited {made.username}")
        except operations.NameTaken as refusal:
            form.add_error("username", str(refusal))
        else:
            return redirect("identity:invited", made.id)
    return render(request, "identity/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page("MS7", right=DO)
def invited(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """What became of an invitation; a POST makes a new address, to be handed over by other means than mail."""
    found = queries.invitation(invitation_id=invitation_id)
    if found is None:
        raise Http404
    address = ""
    if request.method == "POST" and not found.accepted:
        with db.transaction():
            token = operations.issue_token(invitation_id=invitation_id, now=clock.now())
            _deed(request, f"made a new invitation address for {found.username}")
        address = request.build_absolute_uri(reverse("identity:accept", args=[token]))
    return render(request, "identity/invited.html", {"invitation": found, "address": address})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: kept with the person, where one is signed in; in the browser for the pages before that."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated:
        with suppress(operations.UnknownLanguage), db.transaction():
            operations.set_language(user_id=actor(request), language=chosen)
    return set_language(request)


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The invited person sets their own password; an address that is over says so before anything is typed."""
    invitation = queries.open_invitation(token=token, now=clock.now())
    if invitation is None:
        return render(request, "identity/accept.html", {"refusal": operations.NOT_VALID}, status=410)
    form = forms.PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                operations.accept_invitation(token=token, password=form.cleaned_data["password"], now=clock.now())
        except operations.PasswordTooWeak as weak:
            form.add_error("password", str(weak))
        except operations.InvitationNotValid as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your account is open. Please sign in."))
            return redirect("account_login")
    context = {"form": form, "invitation": invitation}
    return render(request, "identity/accept.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page("MS7")
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    found = queries.person(user_id=user_id)
    if found is None:
        raise Http404
    codes = [role.code for role in queries.roles() if role.name in found.roles]
    department = next((code for code, name in queries.departments() if name == found.department), "")
    form = forms.PersonForm(request.POST or None, initial={"roles": codes, "department": department})
    if request.method == "POST" and request.user.has_perm("MS7.do") and form.is_valid():  # type: ignore[union-attr]
        try:
            with db.transaction():
                operations.change_person(
                    user_id=user_id,
                    department=form.cleaned_data["department"],
                    roles=form.cleaned_data["roles"],
                    actor_id=actor(request),
                )
                _deed(request, f"changed the rights of {found.username}", f"identity.user:{user_id}")
        except operations.OneselfOnly as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("identity:person", user_id)
    context = {
        "person": found,
        "form": form,
        "leave_form": forms.ReasonForm(auto_id="leave_%s"),
        "factor_form": forms.ReasonForm(auto_id="factor_%s"),
        "deeds": [d for d in queries.deeds(limit=2000) if d.who == (found.name or found.username)][:20],
    }
    return render(request, "identity/person.html", context, status=422 if form.errors else 200)


@require_POST
@page("MS7", right=DO)
def leave(request: HttpRequest, user_id: int) -> HttpResponse:
    found = queries.person(user_id=user_id)
    form = forms.ReasonForm(request.POST)
    if found is None:
        raise Http404
    try:
        if not form.is_valid():
            messages.error(request, _("Say why, please."))
            return redirect("identity:person", user_id)
        with db.transaction():
            operations.leave(user_id=user_id, on=clock.today(), actor_id=actor(request))
            _deed(request, f"ended the access of {found.username}", f"identity.user:{user_id}")
    except operations.OneselfOnly as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s can no longer sign in.") % {"name": found.name or found.username})
    return redirect("identity:person", user_id)


@require_POST
@page("MS7", right=DO)
def second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Somebody lost phone and codes: they come in with the password alone, and set up a new second factor."""
    found = queries.person(user_id=user_id)
    form = forms.ReasonForm(request.POST)
    if found is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Say why, please."))
        return redirect("identity:person", user_id)
    try:
        with db.transaction():
            operations.reset_second_factor(user_id=user_id, actor_id=actor(request))
            what = f"reset the second factor of {found.username}: {form.cleaned_data['reason']}"
            _deed(request, what, f"identity.user:{user_id}")
    except operations.OneselfOnly as refusal:
        messages.error(request, str(refusal))
    else:
        name = found.name or found.username
        messages.success(request, _("%(name)s signs in with the password alone now.") % {"name": name})
    return redirect("identity:person", user_id)


@require_GET
@page("MS7")
def roles(request: HttpRequest) -> HttpResponse:
    """The matrix: procedures down, roles across, what each may."""
    known = queries.roles()
    matrix = [
        {"procedure": procedure, "cells": [_highest(role, procedure.id) for role in known]}
        for procedure in queries.steps()
    ]
    return render(
        request,
        "identity/roles.html",
        {
            "roles": known,
            "matrix": matrix,
            "departments": queries.departments(),
        },
    )


def _highest(role: values.Role, procedure: str) -> str:
    held = [right for right in values.RIGHTS if f"{procedure}.{right}" in role.rights]
    return held[-1] if held else ""


@require_http_methods(["GET", "POST"])
@page("MS7", right=DO)
def role(request: HttpRequest, code: str = "") -> HttpResponse:
    found = next((r for r in queries.roles() if r.code == code), None)
    if code and found is None:
        raise Http404
    initial = {"code": found.code, "name": found.name} if found else {}
    form = forms.RoleForm(request.POST or None, initial=initial)
    rights = set(request.POST.getlist("rights")) if request.method == "POST" else set(found.rights if found else ())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with db.transaction():
                operations.save_role(code=data["code"], name=data["name"], rights=rights)
                _deed(request, f"saved the role {data['code']} with {len(rights)} rights")
        except operations.UnknownRight as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("identity:roles")
    matrix = [
        {"procedure": p, "cells": [(f"{p.id}.{right}", f"{p.id}.{right}" in rights) for right in values.RIGHTS]}
        for p in queries.steps()
    ]
    context = {"form": form, "role": found, "matrix": matrix}
    return render(request, "identity/role.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page("MS7", right=DO)
def department(request: HttpRequest, code: str = "") -> HttpResponse:
    """A department of the company: named here, renamed here, and who did it."""
    found = queries.department(code=code) if code else None
    if code and found is None:
        raise Http404
    form = forms.DepartmentForm(request.POST or None, initial={"code": code, "name": found[1] if found else ""})
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            operations.save_department(**form.cleaned_data)
            _deed(request, f"saved the department {form.cleaned_data['code']}")
        messages.success(request, _("Saved."))
        return redirect("identity:roles")
    context = {"form": form, "code": code, "found": found}
    return render(request, "identity/department.html", context, status=422 if form.errors else 200)


@require_GET
@page("MS7")
def deeds(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        declared.deeds_list(),
        title=_("What was done"),
        subtitle=_("Business acts under their procedure, newest first"),
        empty=lists.Empty(_("Nothing was done yet."), _("Every act under a procedure appears here by itself.")),
    )


@require_GET
@page(ANY_STAFF)
def trail(request: HttpRequest, model: str, row_id: int) -> HttpResponse:
    """A fragment for any page: who changed this row, when, from, to, why."""
    if not (model == "identity.user" and queries.is_portal_person(user_id=row_id)):
        _may_see_trail(request, model)
    try:
        found = queries.trail(model=model, row_id=row_id)
    except queries.NoTrail:
        raise Http404 from None
    context = {"changes": found, "deeds": queries.deeds(subject=f"{model}:{row_id}", limit=50)}
    return render(request, "identity/trail.html", context)


@require_GET
@page(ANY_STAFF)
def trail_by_key(request: HttpRequest, model: str) -> HttpResponse:
    """The same for a row that its page knows by a natural key: ``?agent=...&code=...``."""
    _may_see_trail(request, model)
    key = {name: str(value) for name, value in request.GET.items()}
    try:
        found = queries.row_ids(model=model, key=key)
        context = {
            "changes": queries.trail_of_rows(model=model, row_ids=found),
            "deeds": [deed for row_id in found for deed in queries.deeds(subject=f"{model}:{row_id}", limit=50)],
            "title": " ".join((queries.kind_of_row(model=model), *key.values())),
        }
    except queries.NoTrail:
        raise Http404 from None
    return render(request, "identity/trail.html", context)


def _may_see_trail(request: HttpRequest, model: str) -> None:
    """People's rights are for those who look after them; every other row's trail stands on its page."""
    if model.startswith("identity.") and not request.user.has_perm("MS7.view"):  # type: ignore[union-attr]
        raise PermissionDenied


@require_POST
@page(ANY_STAFF)
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep what a list shows; back to the list as it was."""
    form = forms.ViewForm(request.POST)
    back = _next(request)
    if not form.is_valid():
        messages.error(request, _("A view needs a name of at most 40 characters."))
        return redirect(back)
    data = form.cleaned_data
    with db.transaction():
        operations.keep_view(
            user_id=actor(request),
            list_name=data["list"],
            name=data["name"],
            query=data["query"],
            shared=data["shared"],
            default=data["default"],
        )
    messages.success(request, _("The view %(name)s is kept.") % {"name": data["name"]})
    return redirect(f"{back}?{data['query'] or 'all=1'}")


@require_POST
@page(ANY_STAFF)
def forget_view(request: HttpRequest, view_id: int) -> HttpResponse:
    with db.transaction():
        gone = operations.forget_view(user_id=actor(request), view_id=view_id)
    if not gone:
        raise Http404
    messages.success(request, _("The view is forgotten."))
    return redirect(_next(request))


@require_POST
@page(ANY_STAFF)
def open_with_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Open a list with a view from now on, or with everything again."""
    with db.transaction():
        opens = operations.switch_default_view(user_id=actor(request), view_id=view_id)
    if opens is None:
        raise Http404
    messages.success(request, _("The list opens with this view.") if opens else _("The list opens with everything."))
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    """The page of ours that the form names; the day board for any other."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) and "?" not in wanted
    return wanted if ours and wanted.startswith("/") else "/"
