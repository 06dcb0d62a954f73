"""Pages that every master has: its list, a row, a change, CSV in and out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tomoshibi.identity import queries as identity
from tomoshibi.masters import forms, listing, operations, queries
from tomoshibi.masters.register import MASTERS, Master
from tomoshibi.masters.sheets import BadSheet, read_csv
from tomoshibi.masters.views.edge import may, may_with
from tomoshibi.storage import db
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import ANY_STAFF, DO, RIGHTS, page
from tomoshibi.worker import queries as clock

SHOWN_ERRORS = 50
HOMES = {
    "levy": "masters:levy",
    "fuel_parameters": "masters:fuel",
    "customs_prices": "masters:fuel",
    "fuel_windows": "masters:fuel",
    "fuel_units": "masters:fuel",
    "reading_days": "masters:calendar",
    "reading_rules": "masters:calendar",
    "holidays": "masters:holidays",
    "debit_agents": "masters:debits_agent_a",
    "debit_cycles": "masters:debits_agent_a",
    "banks": "masters:banks",
    "bank_branches": "masters:banks",
}
"""Masters that have a page of their own beside the list."""


@page(ANY_STAFF)
def overview(request: HttpRequest) -> HttpResponse:
    """All masters that this person may open, with what waits for a decision."""
    shown = [
        {
            "master": master,
            "rows": queries.row_count(master=master.code),
            "waiting": queries.waiting_count(master=master.code),
            "url": f"masters:{master.code}_list",
            "home": HOMES.get(master.code, ""),
        }
        for master in MASTERS.values()
        if may(request, master, "view")
    ]
    return render(request, "masters/overview.html", {"masters": shown, "roles": [] if shown else _who_may()})


def _who_may() -> list[str]:
    """The roles that may look at a master: for who may not, so that they know whom to ask."""
    wanted = {f"{procedure}.{right}" for one in MASTERS.values() for procedure in one.procedures for right in RIGHTS}
    return [role.name for role in identity.roles() if wanted & set(role.rights)]


def list_rows(request: HttpRequest, master: Master) -> HttpResponse:
    name = f"masters:{master.code}"
    buttons = [lists.Button(_("CSV"), f"{name}_export", "file-export")]
    if master.code in HOMES:
        buttons.insert(0, lists.Button(_("Overview"), HOMES[master.code], "chart-line"))
    if may(request, master, DO):
        buttons += [
            lists.Button(_("Import"), f"{name}_import", "file-import"),
            lists.Button(_("Propose a change"), f"{name}_propose", "pencil-plus", key="n", main=True),
        ]
    return lists.render_list(
        request,
        listing.list_of(master, queries.list_rows(master=master.code, today=clock.today())),
        title=str(master.label),
        subtitle=_("A change holds after a second person has agreed."),
        page=f"{name}_row",
        buttons=buttons,
        empty=lists.Empty(
            _("Nothing has been entered yet."),
            _("Rows appear here when a proposed change or an imported file has been agreed to."),
            icon="database",
        ),
    )


def row(request: HttpRequest, master: Master, row_id: int) -> HttpResponse:
    """One row: what it says, where it is from, who changed it."""
    cells = queries.record(master=master.code, row_id=row_id)
    if cells is None:
        raise Http404
    facts = [
        (column, cells.get(column.name, ""), listing.in_words(column, cells.get(column.name, "")))
        for column in master.all_columns
    ]
    context = {
        "master": master,
        "row_id": row_id,
        "facts": facts,
        "address": cells.get("source", "").partition(" ")[0].rstrip(";"),
        "confidence": cells.get("confidence", ""),
        "confidences": listing.CONFIDENCES,
        "model": queries.model_of(master=master.code),
        "may_change": may(request, master, DO),
        "list_url": f"masters:{master.code}_list",
        "propose_url": f"masters:{master.code}_propose",
    }
    return render(request, "masters/row.html", context)


def propose(request: HttpRequest, master: Master) -> HttpResponse:
    """Propose one row; ``?row=`` starts from a present one."""
    start = request.GET.get("row", "")
    initial = queries.record(master=master.code, row_id=int(start)) if start.isdecimal() else None
    form = forms.RowForm(master, request.POST or None, initial=initial or {"confidence": "high"})
    if request.method == "POST" and form.is_valid():
        made = _proposed(request, master, [form.cells()], form.cleaned_data["reason"], form)
        if made:
            return redirect(f"masters:{master.code}_proposal", made)
    context = {"master": master, "form": form, "list_url": f"masters:{master.code}_list"}
    return render(request, "masters/propose.html", context, status=422 if form.errors else 200)


def import_csv(request: HttpRequest, master: Master) -> HttpResponse:
    """Propose the rows of a CSV file."""
    form = forms.SheetForm(request.POST or None, request.FILES or None)
    errors: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_csv(master, form.cleaned_data["file"].read())
            made = _proposed(request, master, rows, form.cleaned_data["reason"], form)
        except BadSheet as refused:
            errors = list(refused.errors)
        else:
            if made:
                return redirect(f"masters:{master.code}_proposal", made)
    context = {
        "master": master,
        "form": form,
        "refused": errors[:SHOWN_ERRORS],
        "refused_count": len(errors),
        "list_url": f"masters:{master.code}_list",
        "export_url": f"masters:{master.code}_export",
    }
    return render(request, "masters/import.html", context, status=422 if errors or form.errors else 200)


def export_csv(request: HttpRequest, master: Master) -> HttpResponse:
    """The whole master as the file that can be imported again."""
    # The mark lets spreadsheets see that it is UTF-8.
    content = ("\ufeff" + queries.export_csv(master=master.code)).encode()
    return downloads.made(content, f"{master.slug}-{clock.today()}.csv")


def _proposed(
    request: HttpRequest, master: Master, rows: list[dict[str, str]], reason: str, form: forms.ReasonForm
) -> int | None:
    if not may_with(request, master, rows, DO):
        raise PermissionDenied(", ".join(master.procedures_for(rows)))
    try:
        with db.transaction():
            made = operations.propose_change(
                master=master.code, rows=rows, reason=reason, actor_id=actor(request), now=clock.now()
            )
    except operations.ChangeRefused as refused:
        form.add_error(None, str(refused))
        return None
    except BadSheet as refused:
        if isinstance(form, forms.SheetForm):
            raise
        for error in refused.errors:
            form.add_error(error.column if error.column in form.fields else None, error.reason)
        return None
    messages.success(request, _("Proposed. It holds after a second person has agreed."))
    return made
