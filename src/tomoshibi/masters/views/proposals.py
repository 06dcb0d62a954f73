"""Changes that wait for a second person: what they would do, and the decision."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.masters import forms, listing, operations, queries, values
from tomoshibi.masters.register import MASTERS, Master
from tomoshibi.masters.sheets import ACTION, REMOVE, BadSheet
from tomoshibi.masters.views.edge import may, may_with
from tomoshibi.storage import db
from tomoshibi.ui import fragments
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import ANY_STAFF, CONFIRM, DO, page
from tomoshibi.worker import queries as clock

SHOWN_ROWS = 100


@page(ANY_STAFF)
def waiting(request: HttpRequest) -> HttpResponse:
    """Every proposal of the masters that this person may see, those that wait first."""
    shown = [
        {"it": one, "master": MASTERS[one.master], "url": f"masters:{one.master}_proposal"}
        for one in queries.proposals()
        if may(request, MASTERS[one.master], "view")
    ]
    return render(request, "masters/proposals.html", {"proposals": shown, "states": listing.PROPOSAL_STATES})


def proposal(request: HttpRequest, master: Master, proposal_id: int) -> HttpResponse:
    """What a proposal says and would do; who may decide it, does so here."""
    found = _found(master, proposal_id)
    form = forms.DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _decide(request, master, found, form):
            return redirect(f"masters:{master.code}_proposal", proposal_id)
        found = _found(master, proposal_id)
    context = {
        "master": master,
        "proposal": found,
        "states": listing.PROPOSAL_STATES,
        "form": form,
        "list_url": f"masters:{master.code}_list",
        **_outlook(master, found),
        **_rights(request, master, found),
    }
    return render(request, "masters/proposal.html", context, status=422 if form.errors else 200)


def _found(master: Master, proposal_id: int) -> values.Proposal:
    found = queries.proposal(proposal_id=proposal_id)
    if found is None or found.master != master.code:
        raise Http404
    return found


def _rights(request: HttpRequest, master: Master, found: values.Proposal) -> dict[str, bool]:
    own = found.proposed_by_id == request.user.pk
    open_ = found.state is values.ProposalState.PROPOSED
    return {
        "may_decide": open_ and not own and may_with(request, master, found.rows, CONFIRM),
        "may_withdraw": open_ and own and may(request, master, DO),
        "waits_for_other": open_ and own,
    }


def _outlook(master: Master, found: values.Proposal) -> dict[str, Any]:
    """What would change; for decided proposals only what was proposed."""
    rows = list(found.rows)
    if found.state is not values.ProposalState.PROPOSED:
        return {
            "decided_rows": [_said(master, row) for row in rows[:SHOWN_ROWS]],
            "row_count": len(rows),
            "after_fragments": fragments.addresses("masters.changed", proposal=str(found.id))
            if found.state is values.ProposalState.APPLIED
            else (),
        }
    try:
        effects = queries.effects(master=master.code, rows=rows[:SHOWN_ROWS], today=clock.today())
        impact = queries.impact(master=master.code, rows=rows, today=clock.today())
    except BadSheet as refused:
        return {"refused": refused.errors, "row_count": len(rows)}
    return {
        "effects": [_compared(master, effect) for effect in effects],
        "row_count": len(rows),
        "impact": impact,
        "impact_fragments": fragments.addresses("masters.change", proposal=str(found.id)),
    }


def _said(master: Master, row: Mapping[str, str]) -> dict[str, Any]:
    """A row as it was proposed: what was to be done, and its cells under the words of their columns."""
    cells = [(column, listing.in_words(column, row.get(column.name, ""))) for column in master.all_columns]
    return {
        "removes": row.get(ACTION, "").lower() == REMOVE,
        "cells": [(column, cell) for column, cell in cells if cell],
    }


def _compared(master: Master, effect: values.Effect) -> dict[str, Any]:
    """An effect as lines of column, now, and then."""
    now = effect.replaced[0] if effect.replaced else {}
    then = {} if effect.removes else effect.cells
    lines = [
        {
            "column": column,
            "now": listing.in_words(column, now.get(column.name, "")),
            "then": listing.in_words(column, then.get(column.name, "")),
        }
        for column in master.columns
        if effect.cells.get(column.name) or now.get(column.name)
    ]
    return {"it": effect, "lines": lines, "others": effect.replaced[1:]}


def _decide(request: HttpRequest, master: Master, found: values.Proposal, form: forms.DecisionForm) -> bool:
    decision, now = request.POST.get("decision", ""), clock.now()
    note = form.cleaned_data["note"]
    allowed = _rights(request, master, found)
    try:
        with db.transaction():
            if decision == "approve" and allowed["may_decide"]:
                count = operations.approve_change(proposal_id=found.id, actor_id=actor(request), now=now, note=note)
                said = _("Agreed: %(count)s rows hold now.") % {"count": count}
            elif decision == "reject" and allowed["may_decide"]:
                operations.reject_change(proposal_id=found.id, actor_id=actor(request), now=now, note=note)
                said = _("Rejected.")
            elif decision == "withdraw" and allowed["may_withdraw"]:
                operations.withdraw_change(proposal_id=found.id, actor_id=actor(request), now=now)
                said = _("Withdrawn.")
            else:
                form.add_error(None, _("A second person has to decide this; the one who proposed it cannot."))
                return False
    except (
        identity.SamePerson,
        operations.AlreadyDecided,
        operations.ChangeRefused,
        operations.OnlyOwn,
        BadSheet,
    ) as no:
        form.add_error("note" if decision == "reject" and not note else None, str(no))
        return False
    messages.success(request, said)
    return True
