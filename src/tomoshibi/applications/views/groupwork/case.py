"""The page of a group case: where it stands, its rows, papers and steps, and the forms of the present step."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from tomoshibi.applications import casewords as words
from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, CaseState, PaperState, RowState
from tomoshibi.applications.views.groupwork.edge import case_or_404, deadline, first_error, named, path_of, ticket_of
from tomoshibi.fieldwork import queries as fieldwork
from tomoshibi.groups import queries as groups
from tomoshibi.identity import queries as people
from tomoshibi.ui.pages import page
from tomoshibi.worker import queries as clock

FORMS: dict[str, Any] = {
    "sign": forms.SignForm,
    "labels": forms.LabelForm,
    "order": forms.OrderForm,
    "document": forms.DocumentForm,
    "file": forms.FileForm,
    "refuse": forms.RefuseForm,
    "out": forms.OutForm,
}


STEP_FORMS: dict[str, Any] = {
    "benchmark": forms.BenchmarkForm,
    "contract": forms.ContractForm,
    "install": forms.InstallForm,
    "end": forms.EndForm,
    "rebench": forms.NewBenchmarkForm,
}
"""Forms that only their step's page has, by their names there."""


@require_GET
@page(*values.STEPS)
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    return render(request, "applications/groupwork/case.html", _context(request, case_id))


@require_GET
@page(*values.STEPS)
def case_panel(request: HttpRequest, case_id: int) -> HttpResponse:
    found = case_or_404(case_id)
    context = {
        "case": found,
        "states": words.STATES,
        "kinds": words.KINDS,
        "path": path_of(found),
        **deadline(found, queries.paper_of(case_id=case_id), today=clock.today()),
    }
    return render(request, "applications/groupwork/panel.html", context)


def way_back(request: HttpRequest, case_id: int, form: Any) -> HttpResponse | None:
    """The page again with what was typed and what is wrong with it, or nothing where the form is right."""
    if form.is_valid():
        return None
    messages.error(request, first_error(form))
    context = _context(request, case_id)
    name = next((name for name, kind in (FORMS | STEP_FORMS).items() if type(form) is kind), "")
    if name not in context:  # a form of another page, or of a step that the case has left
        return redirect("applications:group_case", case_id)
    return render(request, "applications/groupwork/case.html", context | {name: form}, status=422)


def _context(request: HttpRequest, case_id: int) -> dict[str, Any]:
    found, today = case_or_404(case_id), clock.today()
    rows = queries.rows(case_id=case_id)
    steps = queries.steps_of(case_id=case_id)
    docs = queries.documents_of(case_id=case_id)
    paper = queries.paper_of(case_id=case_id)
    who = people.names_of(
        user_ids={s.by_id for s in steps if s.by_id}
        | {d.by_id for d in docs if d.by_id}
        | {int(str(g["by_id"])) for g in found.grouping if g["by_id"]}
        | {r.placed_by_id for r in rows if r.placed_by_id}
    )
    labels, odd = queries.labels_of(rows=rows), queries.odd_taps(rows=rows)
    live = [row for row in rows if row.state is not RowState.REJECTED]
    names = {step.id: step.name for step in people.group_steps()}
    return {
        "case": found,
        "rows": [
            {
                "row": r,
                "label": labels.get(r.point_id or 0),
                "source": words.SOURCES.get(r.source, ""),
                "tap": words.tap(r.tap),
                "is_odd": r.no in odd,
                "who": who.get(r.placed_by_id or 0, ""),
            }
            for r in rows
        ],
        "live": live,
        "out_count": len(rows) - len(live),
        "path": path_of(found),
        "states": words.STATES,
        "kinds": words.KINDS,
        "row_states": words.ROWS,
        "changes": words.CHANGES,
        "paper_states": words.PAPERS,
        "questions": words.QUESTIONS,
        "paper": paper,
        "steps": [(s, words.DONE[s.what], names.get(s.step, ""), who.get(s.by_id or 0, "")) for s in reversed(steps)],
        "documents": [(d, words.SLOTS[d.slot], who.get(d.by_id or 0, "")) for d in docs],
        "missing": [words.SLOTS[slot] for slot in operations.missing_documents_of(case_ids=[case_id])[case_id]],
        "lists": queries.lists_of(case_id=case_id),
        "contract_lists": queries.contract_lists(group_id=found.group_id) if found.group_id else (),
        "grouping": [(g, who.get(int(str(g["by_id"] or 0)), "")) for g in found.grouping],
        "skipped": named(found.skipped),
        "today": today,
        "is_looked_up": any(step.what == "located" for step in steps),
        "ticket": ticket_of(found),
        **deadline(found, paper, today=today),
        "joint": queries.joint_cases(number=found.joint_number),
        "texts": queries.test_messages(case_id=case_id),
        "text_states": words.TEXTS,
        "ending": groups.ending_of(group_id=found.group_id) if found.group_id else None,
        **_step_context(found, rows, paper),
    }


def _step_context(found: values.Case, rows: list[values.Row], paper: values.Paper | None) -> dict[str, Any]:
    """What only the present step needs: its forms, and what it still lacks."""
    today, state = clock.today(), found.state
    made: dict[str, Any] = {name: kind() for name, kind in FORMS.items()}
    made["document"] = forms.DocumentForm(initial={"version": len(queries.lists_of(case_id=found.id))})
    if state is CaseState.SURVEY:
        live = [row for row in rows if row.state is not RowState.REJECTED]
        chosen = next((row.no for row in live if row.is_benchmark), None)
        made |= {
            "lacks": operations.survey_lacks(case_id=found.id),
            "unplaced": [row for row in live if row.placed_at is None and row.change != "remove"],
            "benchmark": forms.BenchmarkForm(
                rows=live,
                initial={
                    "no": chosen, "meter_number": found.meter_number, "box_number": found.box_number,
                    "is_steady": found.is_steady, "is_reliable": found.is_reliable, "is_safe": found.is_safe,
                },
            ),
        }  # fmt: skip
    elif state is CaseState.CONTRACT:
        made["contract"] = forms.ContractForm(clauses=paper.clauses if paper else queries.clauses())
        made["is_draft"] = paper is None or paper.state is PaperState.DRAFT
    elif state is CaseState.ORDER:
        made["order"] = forms.OrderForm(initial={"planned_on": today})
        made["joining"] = [r for r in rows if r.change == "add" and r.state in {RowState.PLANNED, RowState.WAITING}]
        subjects = [f"groups.point:{row.point_id}" for row in made["joining"]]
        made["slips"] = bool(made["joining"]) and bool(queries.lists_of(case_id=found.id))
        made["prints"] = fieldwork.prints_of_subjects(subjects=subjects) if subjects else ()
    elif state is CaseState.INSTALL:
        made["lacks"] = operations.installation_lacks(case_id=found.id)
        made["install"] = forms.InstallForm(today=today, initial={"on": today})
        made["end"] = forms.EndForm(today=today, initial={"on": today})
        made["rebench"] = forms.NewBenchmarkForm(
            today=today, initial={"on": today, "meter_number": found.meter_number, "box_number": found.box_number}
        )
        made["waiting"] = [r for r in rows if r.state in {RowState.WAITING, RowState.PLANNED}]
        made["ready"] = [r for r in rows if r.state is RowState.DONE and r.installed_on is None]
    if found.kind is CaseKind.CANCEL:
        made["seals"] = operations.seals_of(case_id=found.id)
    return made
