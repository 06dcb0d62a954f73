"""The file of a group case: its documents and papers, what is missing, and closing it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.applications import casepapers
from tomoshibi.applications import casewords as words
from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import Slot
from tomoshibi.applications.views.groupwork.case import way_back
from tomoshibi.applications.views.groupwork.edge import act, case_or_404, keep, record, ticket_of
from tomoshibi.documents import operations as typesetting
from tomoshibi.documents import queries as documents
from tomoshibi.groups import queries as groups
from tomoshibi.identity import queries as people
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import downloads
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock


@require_POST
@page(values.ACCEPT, values.SURVEY, values.INSTALL, values.ARCHIVE, right=DO)
def add_document(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.DocumentForm(request.POST, request.FILES)
    wrong = way_back(request, case_id, form)
    if wrong:
        return wrong
    data = form.cleaned_data
    file = keep(request, data["file"])
    return act(
        request, case_id, values.ARCHIVE, f"filed {data['slot']}",
        lambda: operations.file_document(
            case_id=case_id, slot=Slot(data["slot"]), file=file, name=data["file"].name, version=data["version"] or 0,
            now=clock.now(), actor_id=request.user.pk,
        ),
        anchor="documents",
    )  # fmt: skip


@require_POST
@page(values.ARCHIVE, right=DO)
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.ARCHIVE, "closed the file",
        lambda: operations.close_case(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_GET
@page(*values.STEPS)
def document(request: HttpRequest, case_id: int, document_id: int) -> HttpResponse:
    found = queries.document(case_id=case_id, document_id=document_id)
    if found is None:
        raise Http404
    return downloads.foreign(documents.path(file_id=found.document_id), found.name)


@require_GET
@page(*values.STEPS)
def paper(request: HttpRequest, case_id: int, name: str) -> HttpResponse:
    """One of the papers, as it stands now."""
    found, rows = case_or_404(case_id), queries.rows(case_id=case_id)
    if name == "application":  # it names people and their numbers in full
        if not request.user.has_perm(f"{values.ACCEPT}.view"):  # type: ignore[union-attr]
            raise PermissionDenied(values.ACCEPT)
        with db.transaction():
            record(request, values.ACCEPT, "looked at personal numbers", case_id)
    written = queries.paper_of(case_id=case_id)
    if name == "application":
        made = (
            casepapers.APPLICATION,
            casepapers.application(
                case=found,
                person=people.name_of(user_id=found.received_by_id),
                contract_number=written.number if written else "",
            ),
        )
    elif name == "connection":
        made = casepapers.CONNECTION, casepapers.connection(case=found, rows=rows)
    elif name == "slips" and queries.lists_of(case_id=case_id):
        labels_of = {point_id: label.number for point_id, label in queries.labels_of(rows=rows).items()}
        version = len(queries.lists_of(case_id=case_id))
        made = casepapers.SLIPS, casepapers.slips(case=found, rows=rows, version=version, labels=labels_of)
    elif name == "contract" and written is not None:
        who = people.names_of(
            user_ids={i for i in (written.drafted_by_id, written.reviewed_by_id, written.approved_by_id) if i}
        )
        made = casepapers.CONTRACT, casepapers.contract(case=found, paper=written, rows=rows, people={**who})
    elif name == "workorder":
        ticket = ticket_of(found)
        made = (
            casepapers.WORK_ORDER,
            casepapers.work_order(
                case=found,
                rows=rows,
                ticket=ticket.number if ticket else "",
                leader=people.name_of(user_id=ticket.leader_id) if ticket and ticket.leader_id else "",
                qualification=ticket.qualification if ticket else "",
                planned=ticket.planned_on if ticket else None,
            ),
        )
    else:
        raise Http404
    return downloads.made(typesetting.typeset(template=made[0], data=made[1]), f"{found.number}-{name}.pdf")


@require_GET
@page(*values.STEPS)
def cases_of_group(request: HttpRequest) -> HttpResponse:
    """On the page of a group: its applications, and where the next one begins (``?group=``)."""
    number = request.GET.get("group", "")
    group = groups.group(group_id=int(number)) if number.isdecimal() else None
    if group is None:
        raise Http404
    context = {
        "group": group,
        "customer": parties.customer(customer_id=group.customer_id),
        "cases": list(reversed(queries.cases_of_group(group_id=group.id)))[:5],
        "states": words.STATES,
        "kinds": words.KINDS,
    }
    return render(request, "applications/groupwork/of_group.html", context)


@require_GET
@page(*values.STEPS)
def papers_of_group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Every accepted form of a group in the order of its day, the latest holds; and the versions of its list (G-025)."""
    group = groups.group(group_id=group_id)
    if group is None:
        raise Http404
    cases_ = queries.cases_of_group(group_id=group_id)
    context = {
        "group": group,
        "count_form": forms.CountForm(),
        "customer": parties.customer(customer_id=group.customer_id),
        "cases": [(one, queries.case(case_id=one.id), queries.paper_of(case_id=one.id)) for one in cases_],
        "lists": queries.contract_lists(group_id=group_id),
        "states": words.STATES,
        "kinds": words.KINDS,
        "paper_states": words.PAPERS,
    }
    return render(request, "applications/groupwork/group.html", context)


@require_GET
@page(*values.STEPS)
def reports(request: HttpRequest) -> HttpResponse:
    """What should not be there: groups without a signed list, points without a ticket, files that are not complete."""
    today = clock.today()
    incomplete = queries.incomplete_archives(today=today)
    missing = operations.missing_documents_of(case_ids=[one.id for one in incomplete])
    archives = [
        (one, [words.SLOTS[slot] for slot in missing[one.id]], bool(one.due_on and one.due_on < today))
        for one in incomplete
    ]
    without = queries.groups_without_list(on=today)
    waiting = _by_benchmark(queries.waiting_rows())
    context = {
        "archives": archives,
        "figures": queries.figures(today=today),
        "by_unit": queries.cases_by_unit(today=today),
        "waiting": waiting,
        "without_list": without[:200],
        "without_list_count": len(without),
        "without_ticket": queries.connected_without_ticket(),
        "without_application": groups.points_without_application(),
        "title": pgettext("group case", "What is missing"),
    }
    return render(request, "applications/groupwork/reports.html", context)


def _by_benchmark(rows: list[values.Waiting]) -> list[dict[str, Any]]:
    """What waits, per customer and benchmark, and where it is applied for once its group is there."""
    found: dict[tuple[int, str], list[values.Waiting]] = {}
    for row in rows:
        found.setdefault((row.customer_id, row.benchmark_number), []).append(row)
    made = []
    known = groups.groups_at(benchmark_numbers={number for _customer, number in found})
    customers = parties.customers_frame(customer_ids=sorted({customer for customer, _number in found}))
    numbers = dict(customers.select("customer_id", "number").iter_rows())
    for (customer_id, benchmark_number), some in found.items():
        group = known.get(benchmark_number)
        ready = group is not None and group.customer_id == customer_id
        made.append({
            "customer": some[0].customer_name,
            "districts": ", ".join(sorted({row.district_number for row in some if row.district_number})),
            "benchmark": benchmark_number,
            "count": len(some),
            "url": operations.address_of(benchmark_number, customer_number=numbers[customer_id]) if ready else "",
        })  # fmt: skip
    return made
