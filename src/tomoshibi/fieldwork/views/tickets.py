"""Work tickets in the office: find, give to a leader, decide what does not fit, print, close (FW1)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.documents import operations as documents
from tomoshibi.documents import queries as stored
from tomoshibi.fieldwork import forms, listing, operations, paper, queries, reports, values, words
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.ui import confirm, downloads, figures, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

FW1 = values.TICKETS


def _found(ticket_id: int) -> values.Ticket:
    try:
        return queries.ticket(ticket_id)
    except queries.NoSuchTicket:
        raise Http404 from None


def _record(request: HttpRequest, what: str, ticket_id: int) -> None:
    identity.record_deed(
        procedure=FW1, what=what, at=clock.now(), subject=f"fieldwork.ticket:{ticket_id}", actor_id=request.user.pk
    )


@require_GET
@page(FW1)
def tickets(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.tickets_list(),
        title=_("Work tickets"),
        panel="fieldwork:ticket_panel",
        page="fieldwork:ticket",
        buttons=[lists.Button(_("Spare labels"), "fieldwork:spares", "qrcode", right=f"{FW1}.do")],
        empty=lists.Empty(
            _("No work on site was ordered yet."),
            _("A ticket appears here when an application, a change or a group orders work at its points."),
        ),
    )


def _context(found: values.Ticket) -> dict[str, Any]:
    entries = queries.entries_of(ticket_id=found.id)
    ids = {entry.actor_id for entry in entries} | {task.done_by_id for task in found.tasks} | {found.leader_id}
    names = people.names_of(user_ids={one for one in ids if one})
    by_task = {task.id: task for task in found.tasks}
    return {
        "ticket": found,
        "leader": names.get(found.leader_id or 0, ""),
        "rows": [
            {
                "task": task,
                "who": names.get(task.done_by_id or 0, ""),
                "act": words.ACTS[task.act],
                "checks": _checks(task),
                "place_seen": _place(task),
            }
            for task in found.tasks
        ],
        "waiting": [
            {"entry": entry, "who": names.get(entry.actor_id or 0, ""), "task": by_task.get(entry.task_id or 0)}
            for entry in entries
            if entry.state is values.EntryState.QUEUED
        ],
        "entries": [(entry, names.get(entry.actor_id or 0, ""), by_task.get(entry.task_id or 0)) for entry in entries],
        "states": words.TICKETS,
        "outcomes": words.OUTCOMES,
        "entry_states": words.ENTRIES,
        "is_running": found.state not in {values.TicketState.CLOSED, values.TicketState.WITHDRAWN},
        "may_close": all(task.outcome for task in found.tasks),
    }


def _place(task: values.Task) -> str:
    """Where the phone stood, in degrees."""
    if not task.position:
        return ""
    degrees = (task.position.latitude_e6, task.position.longitude_e6)
    return ", ".join(figures.decimal(one, scale=MICRO) for one in degrees)


def _checks(task: values.Task) -> list[tuple[Any, bool]]:
    return [(words.CHECKS[name], task.checks[name]) for name in values.CHECKS if name in task.checks]


def _ticket_page(request: HttpRequest, found: values.Ticket, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = _context(found) | {
        "leader_form": forms.LeaderForm(ticket=found, initial={"person_id": found.leader_id}),
        "member_form": forms.MemberForm(),
    }
    return render(request, "fieldwork/ticket.html", context | shown, status=status)


@require_GET
@page(FW1)
def ticket(request: HttpRequest, ticket_id: int) -> HttpResponse:
    return _ticket_page(request, _found(ticket_id))


@require_GET
@page(FW1)
def ticket_panel(request: HttpRequest, ticket_id: int) -> HttpResponse:
    return render(request, "fieldwork/ticket_panel.html", _context(_found(ticket_id)))


@require_POST
@page(FW1, right=DO)
def assign(request: HttpRequest, ticket_id: int) -> HttpResponse:
    found = _found(ticket_id)
    form = forms.LeaderForm(request.POST, ticket=found)
    if form.is_valid():
        try:
            with db.transaction():
                operations.assign_leader(
                    ticket_id=ticket_id, **form.cleaned_data, now=clock.now(), actor_id=request.user.pk
                )
                _record(request, f"gave ticket {found.number} to a leader", ticket_id)
        except (operations.NotQualified, operations.CrewAtWork, operations.TicketEnded) as refusal:
            form.add_error("person_id", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("fieldwork:ticket", ticket_id)
    return _ticket_page(request, found, leader_form=form, status=422)


@require_POST
@page(FW1, right=DO)
def add_member(request: HttpRequest, ticket_id: int) -> HttpResponse:
    found, form = _found(ticket_id), forms.MemberForm(request.POST)
    if form.is_valid():
        try:
            with db.transaction():
                operations.add_member(ticket_id=ticket_id, **form.member())
                _record(request, f"added to the crew of {found.number}", ticket_id)
        except (operations.OnTheCrew, operations.TicketEnded) as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("fieldwork:ticket", ticket_id)
    return _ticket_page(request, found, member_form=form, status=422)


@require_POST
@page(FW1, right=DO)
def remove_member(request: HttpRequest, ticket_id: int, member_id: int) -> HttpResponse:
    found = _found(ticket_id)
    try:
        with db.transaction():
            operations.remove_member(ticket_id=ticket_id, member_id=member_id)
            _record(request, f"took somebody off the crew of {found.number}", ticket_id)
    except operations.TicketEnded as refusal:
        messages.error(request, str(refusal))
    return redirect("fieldwork:ticket", ticket_id)


@require_POST
@page(FW1, right=DO)
def close(request: HttpRequest, ticket_id: int) -> HttpResponse:
    found = _found(ticket_id)
    if not confirm.is_confirmed(request):
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Close ticket %(number)s") % {"number": found.number},
                what=_("Who ordered the work is told what became of each row. Entries that come later wait for you."),
                do=_("Close the ticket"),
                back=reverse("fieldwork:ticket", args=[ticket_id]),
                count=len(found.tasks),
            ),
        )
    try:
        with db.transaction():
            operations.close_ticket(ticket_id=ticket_id, now=clock.now(), actor_id=request.user.pk)
            _record(request, f"closed ticket {found.number}", ticket_id)
    except (operations.RowsOpen, operations.TicketEnded) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Ticket %(number)s is closed.") % {"number": found.number})
    return redirect("fieldwork:ticket", ticket_id)


@require_http_methods(["POST"])
@page(FW1, right=DO)
def withdraw(request: HttpRequest, ticket_id: int) -> HttpResponse:
    found = _found(ticket_id)
    form = forms.WithdrawForm(request.POST if confirm.is_confirmed(request) else None)
    if not confirm.is_confirmed(request) or not form.is_valid():
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Withdraw ticket %(number)s") % {"number": found.number},
                what=_("The crew need not go any more. What was done already stays on record."),
                do=_("Withdraw the ticket"),
                back=reverse("fieldwork:ticket", args=[ticket_id]),
                count=len(found.tasks),
            ),
            form=form,
        )
    try:
        with db.transaction():
            operations.withdraw_ticket(
                ticket_id=ticket_id, reason=form.cleaned_data["reason"], now=clock.now(), actor_id=request.user.pk
            )
            _record(request, f"withdrew ticket {found.number}", ticket_id)
    except operations.TicketEnded as refusal:
        messages.error(request, str(refusal))
    return redirect("fieldwork:ticket", ticket_id)


@require_POST
@page(FW1, right=DO)
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """An entry that waits is applied after all, or dropped; both stay on record."""
    try:
        ticket_id = queries.entry(key=key).ticket_id
    except queries.NoSuchEntry:
        raise Http404 from None
    accept = request.POST.get("do") == "apply"
    try:
        with db.transaction():
            operations.decide_entry(key=key, accept=accept, now=clock.now(), actor_id=request.user.pk)
            _record(request, f"{'applied' if accept else 'dropped'} entry {key}", ticket_id)
    except (
        operations.DecidedAlready,
        operations.TicketEnded,
        reports.NotReadable,
        *operations.NOT_RECORDED,
    ) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("fieldwork:ticket", ticket_id)


@require_GET
@page(FW1)
def ticket_pdf(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """The ticket on paper, in the language of the company."""
    found = _found(ticket_id)
    names = people.names_of(user_ids={found.leader_id} if found.leader_id else set())
    data = paper.ticket_sheet(
        found, company=masters.company(), leader=names.get(found.leader_id or 0, ""), printed_at=clock.now()
    )
    return downloads.made(documents.typeset(template=paper.TICKET, data=data), f"{found.number}.pdf")


@require_GET
@page(FW1)
def photo(request: HttpRequest, ticket_id: int, file_id: int) -> HttpResponse:
    """A photo of one of the ticket's rows."""
    if not any(file_id in task.photos for task in _found(ticket_id).tasks):
        raise Http404
    response = HttpResponse(stored.content(file_id=file_id), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400"
    return response


@require_http_methods(["GET", "POST"])
@page(FW1, right=DO)
def spares(request: HttpRequest) -> HttpResponse:
    """Labels for a crew to carry: hung where one is lost, damaged or was never there."""
    form = forms.SparesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = operations.make_spares(
                    count=form.cleaned_data["count"], now=clock.now(), actor_id=request.user.pk
                )
                printed = operations.print_labels(
                    serials=[label.serial for label in made], template=form.cleaned_data["template"],
                    company=masters.company().name, now=clock.now(), actor_id=request.user.pk,
                )  # fmt: skip
                identity.record_deed(
                    procedure=FW1, what=f"printed {len(made)} spare labels", at=clock.now(), actor_id=request.user.pk,
                    subject=f"fieldwork.print:{printed.id}",
                )  # fmt: skip
        except (operations.CodeTooSmall, masters.MasterMissing) as refusal:
            form.add_error("template", str(refusal))
        else:
            return downloads.made(stored.content(file_id=printed.file_id), f"spare-labels-{printed.id}.pdf")
    return render(request, "fieldwork/spares.html", {"form": form}, status=422 if form.errors else 200)
