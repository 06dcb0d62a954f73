"""Portfolio studies (MS10, MS1, MS2, RB1): ask, watch, stop, look at the answer, take it out."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.billing import jobs, operations, queries, studyexport, studylist, values
from tomoshibi.billing.operations import NobodyToStudy
from tomoshibi.billing.scenario import Scenario
from tomoshibi.billing.studyform import StudyForm, coming_plans, document_choices
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MICRO, plain
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import charts, figures, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.currency import current
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

PROCEDURES = ("MS10", "MS1", "MS2", "RB1")


def _study_or_404(study_id: int) -> values.Study:
    try:
        return queries.study(study_id=study_id)
    except queries.NoSuchStudy:
        raise Http404 from None


@require_GET
@page(*PROCEDURES)
def studies(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        studylist.studies_list(),
        title=_("Studies"),
        subtitle=_("What the book would be billed under other prices, rates or plans; no bill is written"),
        page="billing:study",
        buttons=[lists.Button(_("New study"), "billing:new_study", "plus", key="n", main=True)],
        empty=lists.Empty(
            _("No study yet."), _("A study prices past months again as if something had been different.")
        ),
    )


def _plan_choices() -> list[tuple[str, str]]:
    names = tariffs.plan_names(language=get_language() or "ja", with_area=True)
    return [(code, f"{name} ({code})") for code, name in sorted(names.items())]


def _usual(today: date) -> dict[str, Any]:
    """The twelve reading months before this one: a whole year, and all of it is read."""
    last = Month.of(today).plus(-1)
    return {"first_month": last.plus(-11), "last_month": last}


@require_http_methods(["GET", "POST"])
@page(*PROCEDURES, right=DO)
def new_study(request: HttpRequest) -> HttpResponse:
    asked = {name: text for name, text in request.GET.items() if name in StudyForm.base_fields}
    plans = _plan_choices()
    form = StudyForm(
        request.POST or None,
        plans=plans,
        documents=document_choices(),
        coming=coming_plans(known=plans),
        formulas=masters.fuel_formulas(month=Month.of(clock.today())),
        initial=_usual(clock.today()) | asked,
    )
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                study_id = operations.open_study(
                    title=form.cleaned_data["title"],
                    scenario=form.scenario(),
                    selection=form.selection(),
                    months=form.months(),
                    actor_id=actor(request),
                    now=clock.now(),
                )
                jobs.enqueue_study(study_id=study_id, actor_id=actor(request))
        except NobodyToStudy as refusal:
            form.add_error(None, str(refusal))
        except ValueError as unsound:
            form.add_error("document", str(unsound))
        else:
            return redirect("billing:study", study_id)
    return render(request, "billing/new_study.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@page(*PROCEDURES)
def study(request: HttpRequest, study_id: int) -> HttpResponse:
    found = _study_or_404(study_id)
    names = studylist.plan_names(found)
    context: dict[str, Any] = {
        "study": found,
        "states": studylist.STATES,
        "changes": studylist.in_words(found, plans=names),
        "selection": studylist.selection_words(found, plans=names),
        "months": [Month.from_number(number) for number in found.months],
        "created_by": people.name_of(user_id=found.created_by_id),
        "may_stop": found.state is values.StudyState.RUNNING,
        "again": _again(found),
    }
    if found.result:
        context |= _answer(found.result, names=names)
    return render(request, "billing/study.html", context)


def _again(found: values.Study) -> str:
    """The form with this question in it, to ask it a little differently."""
    scenario = Scenario.from_json(found.scenario)
    asked = {
        "title": found.title,
        "first_month": str(Month.from_number(found.months[0])),
        "last_month": str(Month.from_number(found.months[-1])),
        "area": found.selection.get("area", ""),
        "plan": found.selection.get("plan_code", ""),
        "tax_rate": _typed(scenario.tax_rate_ppm, scale=10_000),
        "carry_tax_over": "on" if scenario.carry_tax_over else "",
        "levy": _typed(scenario.levy_micro, scale=MICRO),
        "fuel_shift": _typed(scenario.fuel_shift_micro or None, scale=MICRO),
        "fuel_base_price": _typed(scenario.fuel_base_price_yen, scale=1),
        "fuel_base_unit": _typed(scenario.fuel_base_unit_micro, scale=MICRO),
        "spot_year": _typed(scenario.spot_year, scale=1),
        "price_change": _typed(scenario.price_change_ppm or None, scale=10_000),
        "price_plan": scenario.price_plan,
        "move_from": next(iter(scenario.moves), ""),
        "move_to": next(iter(scenario.moves.values()), ""),
        "document": next(iter(scenario.documents_named), ""),
        "from_its_day": "on" if scenario.from_their_day else "",
    }
    return f"{reverse('billing:new_study')}?{urlencode({name: text for name, text in asked.items() if text})}"


def _typed(value: int | None, *, scale: int) -> str:
    """A number as somebody types it into the form: without separators."""
    return "" if value is None else plain(value, scale=scale)


def _answer(result: Mapping[str, Any], *, names: Mapping[str, str]) -> dict[str, Any]:
    totals = result["totals"]
    change = totals["after_minor"] - totals["before_minor"]
    return {
        "result": result,
        "totals": totals,
        "change": change,
        "change_percent": studylist.percent(change, totals["before_minor"]),
        "tax_change": totals["after_tax_minor"] - totals["before_tax_minor"],
        "net_change": change - totals["after_tax_minor"] + totals["before_tax_minor"],
        "tables": studylist.tables(result, plans=names),
        "components": studylist.components(result),
        "histogram": _histogram(result["histogram"]),
        "movers": [
            (_("Pay the most more"), _with_people(result["losers"])),
            (_("Pay the most less"), _with_people(result["winners"])),
        ],
        "refused": studylist.refused(result, plans=names),
        "unit": current().unit,
    }


def _histogram(bars: list[Mapping[str, Any]]) -> charts.Chart:
    """Who does not change is counted in words where others do: one tall bar would hide them."""
    title, still = _("Customers by change over all months"), [bar for bar in bars if bar["start"] == bar["end"] == 0]
    if len(bars) > len(still) and any(bar["customers"] for bar in still):
        bars = [bar for bar in bars if bar not in still]
        unchanged = _("%(n)s customers pay the same") % {"n": figures.integer(still[0]["customers"])}
        title = f"{title} ({unchanged})"
    words = [studylist.bar_words(bar) for bar in bars]
    return charts.over_categories(
        chart_id="histogram",
        title=title,
        axis=_("Change [yen]"),
        categories=words,
        series=[charts.Series(name=_("Customers"), points=[bar["customers"] for bar in bars])],
        unit=_("customers"),
    )


def _with_people(rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    ids = [row["customer_id"] for row in rows]
    known = studyexport.people(ids)
    return [dict(row) | {"number": known[row["customer_id"]][0], "name": known[row["customer_id"]][1]} for row in rows]


@require_POST
@page(*PROCEDURES, right=DO)
def cancel_study(request: HttpRequest, study_id: int) -> HttpResponse:
    _study_or_404(study_id)
    try:
        with db.transaction():
            operations.cancel_study(study_id=study_id, now=clock.now(), actor_id=actor(request))
    except operations.StudyEnded as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Stopped; nothing of it was kept."))
    return redirect("billing:study", study_id)


@require_GET
@page(*PROCEDURES)
def export_study(request: HttpRequest, study_id: int, form: str) -> Any:
    """Every customer of a study as CSV; totals and customers as a workbook."""
    found = _study_or_404(study_id)
    if found.state is not values.StudyState.DONE:
        raise Http404
    name = f"study-{study_id}.{form}"
    if form == "csv":
        answer: Any = StreamingHttpResponse(studyexport.as_csv(found), content_type="text/csv; charset=utf-8")
    else:
        answer = HttpResponse(
            studyexport.as_workbook(found),
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_GET
@page(*PROCEDURES)
def study_of_plan(request: HttpRequest) -> HttpResponse:
    """A fragment for drafts and proposals of plans: ask what the version would do to the book."""
    kind = "proposal" if request.GET.get("proposal") else "draft"
    named = f"{kind}:{request.GET.get(kind, '')}"
    plan = request.GET.get("plan", "")
    asked = {"document": named, "title": f"{plan} {request.GET.get('start', '')}".strip()}
    return _offer(request, asked | _moves_to(plan, draft=request.GET.get("draft", "")), known=named)


def _moves_to(plan: str, *, draft: str) -> dict[str, str]:
    """Nobody is on a plan that is not published: the question is who would come to it, from the plan it was copied from."""
    if not plan or tariffs.versions_of(plan_code=plan):
        return {}
    found = {"move_to": plan}
    try:
        based_on = tariffs.draft(draft_id=int(draft)).based_on_id if draft.isdigit() else None
    except tariffs.NoSuchDraft:
        based_on = None
    version = tariffs.version(version_id=based_on) if based_on else None
    return found | ({"move_from": version.plan_code} if version else {})


@require_GET
@page(*PROCEDURES)
def study_of_master(request: HttpRequest) -> HttpResponse:
    """A fragment for changes of masters: ask what the new value would do to the book."""
    number = request.GET.get("proposal", "")
    found = masters.proposal(proposal_id=int(number)) if number.isdigit() else None
    rows = found.rows if found else ()
    asked = studylist.asked_by_master(found.master if found else "", rows[0] if rows else {})
    return _offer(request, asked) if asked else HttpResponse()


def _offer(request: HttpRequest, asked: Mapping[str, str], *, known: str = "") -> HttpResponse:
    earlier = [one for one in queries.study_rows()[:200] if known and known in one.scenario.get("documents_named", ())]
    context = {
        "url": f"{reverse('billing:new_study')}?{urlencode(asked)}",
        "earlier": earlier[:5],
        "states": studylist.STATES,
    }
    return render(request, "billing/study_offer.html", context)
