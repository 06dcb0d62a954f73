"""Settings of collection: what result codes mean and what follows, and how agents are reached."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.collection import forms, operations, queries, tables, values
from tomoshibi.collection.views.shared import attempt
from tomoshibi.gateways import debit_agent
from tomoshibi.masters import queries as masters
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock


@require_GET
@page("RC4")
def codes(request: HttpRequest) -> HttpResponse:
    """All codes per agent, with what follows a failed debit."""
    today = clock.today()
    agents = [
        {
            "agent": agent,
            "codes": sorted(queries.result_codes(agent=agent.code).values(), key=lambda code: code.code),
            "link": queries.link(agent=agent.code),
        }
        for agent in masters.debit_agents(on=today)
    ]
    context = {"agents": agents, "treatments": tables.TREATMENTS, "meanings": tables.MEANINGS}
    return render(request, "collection/codes.html", context)


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def code(request: HttpRequest, agent: str, code: str = "") -> HttpResponse:
    """Say what a code of an agent means, and what follows by rule."""
    known = queries.result_codes(agent=agent).get(code)
    initial = {} if known is None else {name: getattr(known, name) for name in forms.CodeForm.base_fields}
    form = forms.CodeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wanted = values.ResultCode(
            agent=agent,
            code=given["code"],
            meaning=values.CodeClass(given["meaning"]),
            text_ja=given["text_ja"],
            text_zh=given["text_zh"],
            text_en=given["text_en"],
            treatment=values.Treatment(given["treatment"]),
        )
        came = attempt(
            request,
            lambda: operations.set_code(code=wanted, now=clock.now(), actor_id=actor(request)),
            _("The rule is kept; it counts for results that come from now on."),
        )
        if came:
            return redirect("collection:codes")
    context = {"form": form, "agent": agent, "code": code}
    return render(request, "collection/code.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def link(request: HttpRequest, agent: str) -> HttpResponse:
    """How an agent is reached."""
    if agent not in {one.code for one in masters.debit_agents(on=clock.today())}:
        raise Http404
    known = queries.link(agent=agent)
    initial = {} if known is None else {name: getattr(known, name) for name in forms.LinkForm.base_fields}
    form = forms.LinkForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        connection = debit_agent.Connection(**{**given, "key": Path(given["key"])})
        came = attempt(
            request,
            lambda: operations.set_link(agent=agent, connection=connection, now=clock.now(), actor_id=actor(request)),
            _("The connection is kept."),
        )
        if came:
            return redirect("collection:codes")
    context = {"form": form, "agent": agent}
    return render(request, "collection/link.html", context, status=422 if form.errors else 200)
