"""The survey of a group case: places, questions, the benchmark, and rows put right by hand or in a spreadsheet."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import casepapers
from tomoshibi.applications import casewords as words
from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import RowState
from tomoshibi.applications.views.groupwork.case import way_back
from tomoshibi.applications.views.groupwork.edge import act, act_on_form, case_or_404, keep
from tomoshibi.groups import queries as groups
from tomoshibi.ui import downloads
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock


@require_POST
@page(values.SURVEY, right=DO)
def recheck(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.SURVEY, "checked the grouping a second time",
        lambda: operations.recheck_grouping(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def locate(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.SURVEY, "looked places up",
        lambda: operations.locate_rows(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
        said=lambda made: _("%(placed)d rows have their place; %(open)d wait for you.") % {"placed": made[0], "open": made[1]},
        anchor="rows",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@page(values.SURVEY, values.INSTALL, right=DO)
def row(request: HttpRequest, case_id: int, no: int) -> HttpResponse:
    """One row: its place by hand, or out of the application."""
    found, one = case_or_404(case_id), queries.row(case_id=case_id, no=no)
    if one is None:
        raise Http404
    initial = {
        name: getattr(one, name)
        for name in (
            "access_point_number",
            "access_point_name",
            "district_number",
            "district_name",
            "tap",
            "distance_m",
            "not_nearest",
        )
    }
    form = forms.RowForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = act_on_form(
            request, case_id, values.SURVEY, f"placed row {no} by hand",
            lambda: operations.place_row(
                case_id=case_id, no=no, **form.cleaned_data, now=clock.now(), today=clock.today(), actor_id=request.user.pk
            ),
            anchor="rows", form=form,
        )  # fmt: skip
        if answer is not None:
            return answer
    context = {
        "case": found, "row": one, "form": form, "out": forms.OutForm(), "source": words.SOURCES.get(one.source, ""),
        "changes": words.CHANGES, "row_states": words.ROWS,
    }  # fmt: skip
    return render(request, "applications/groupwork/row.html", context, status=422 if form.is_bound else 200)


@require_POST
@page(values.SURVEY, values.INSTALL, right=DO)
def row_out(request: HttpRequest, case_id: int, no: int) -> HttpResponse:
    form = forms.OutForm(request.POST)
    return way_back(request, case_id, form) or act(
        request, case_id, values.SURVEY, f"took row {no} out",
        lambda: operations.take_row_out(
            case_id=case_id, no=no, reason=form.cleaned_data["reason"],
            other_benchmark=form.cleaned_data["other_benchmark"].strip(), now=clock.now(), today=clock.today(),
            actor_id=request.user.pk,
        ),
        anchor="rows",
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def answers(request: HttpRequest, case_id: int) -> HttpResponse:
    """The four questions of all rows at once; what was left open stays open."""
    told: dict[int, dict[str, Any]] = {}
    all_yes = "all_yes" in request.POST
    for one in queries.rows(case_id=case_id):
        given: dict[str, Any] = {}
        for question, before in one.answers:
            text = request.POST.get(f"{question}-{one.no}", "")
            if text in {"yes", "no"}:
                given[question] = text == "yes"
            elif all_yes and before is None:
                given[question] = True
        note = request.POST.get(f"note-{one.no}", "").strip()
        if given or note != one.note:
            told[one.no] = given | {"note": note}
    return act(
        request, case_id, values.SURVEY, f"answered the questions of {len(told)} rows",
        lambda: operations.answer_rows(case_id=case_id, answers=told, now=clock.now(), actor_id=request.user.pk),
        anchor="rows",
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def benchmark(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.BenchmarkForm(request.POST, rows=queries.rows(case_id=case_id))
    return way_back(request, case_id, form) or act(
        request, case_id, values.SURVEY, "chose the benchmark",
        lambda: operations.choose_benchmark(case_id=case_id, **form.cleaned_data, actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def close_survey(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.SURVEY, "closed the survey",
        lambda: operations.close_survey(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.SURVEY, right=DO)
def repair(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.FileForm(request.POST, request.FILES)
    wrong = way_back(request, case_id, form)
    if wrong:
        return wrong
    file = keep(request, form.cleaned_data["file"])
    return act(
        request, case_id, values.SURVEY, "took over a repaired list",
        lambda: operations.repair_rows(case_id=case_id, file_id=file.id, now=clock.now(), actor_id=request.user.pk),
        said=lambda n: _("%(n)d rows were put right.") % {"n": n},
        anchor="rows",
    )  # fmt: skip


@require_GET
@page(*values.STEPS)
def repair_list(request: HttpRequest, case_id: int) -> HttpResponse:
    """The rows in the columns of the confirmation list, to put places right in a spreadsheet and bring back."""
    found = case_or_404(case_id)
    version = operations.list_version(case_id=case_id)
    content = groups.as_repair_list(
        rows=[
            {
                "seq": n, "account_number": r.account_number, "customer_name": found.customer_name, "address": r.address or r.name,
                "nearest_number": r.nearest_number, "access_point_number": r.access_point_number,
                "access_point_name": r.access_point_name, "change": casepapers.CHANGES[r.change], "day": "",
                "benchmark_number": found.benchmark_number, "district_number": r.district_number,
                "district_name": r.district_name, "name": r.name, "list_version": version, "row_key": str(r.no),
            }
            for n, r in enumerate((r for r in queries.rows(case_id=case_id) if r.state is not RowState.REJECTED), start=1)
        ]
    )  # fmt: skip
    return downloads.made(content, f"{version}.xlsx")
