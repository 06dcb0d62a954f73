"""Runs: made, watched, examined, confirmed by a second person, issued; and the table of checks."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.billing import billlist, checks, forms, jobs, operations, queries, values
from tomoshibi.billing.views import pictures
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import confirm as asking
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock
from tomoshibi.worker.values import JobState

EMPTY_RUNS = lists.Empty(
    gettext_lazy("No run yet."), gettext_lazy("A run rates the bills of a reading day, an area or a month.")
)
EMPTY_BILLS = lists.Empty(
    gettext_lazy("No bills yet."), gettext_lazy("Bills appear here when the run has rated its readings.")
)
REFUSALS = (
    operations.WrongState,
    operations.BillsBlocked,
    operations.ChangedSinceLook,
    operations.OwnCorrection,
    operations.RunNotConfirmed,
    operations.AccountingMonthClosed,
    operations.IssueUnderWay,
    operations.NothingToBill,
    operations.NoReason,
    operations.NoSuchBill,
    operations.NoSuchAdjustment,
    operations.NothingChanges,
    operations.BandsNeeded,
    identity.SamePerson,
)


def found_run(run_id: int) -> values.Run:
    try:
        return queries.run(run_id=run_id)
    except queries.NoSuchRun:
        raise Http404 from None


def _back(run_id: int) -> HttpResponse:
    return redirect("billing:run", run_id)


@require_GET
@page("RB6", "RB7")
def all_runs(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        billlist.runs_list(),
        title=_("Billing runs"),
        page="billing:run",
        buttons=[
            lists.Button(_("Rebill list"), "billing:rebill", "file-diff"),
            lists.Button(_("New run"), "billing:new_run", "plus", right="RB6.do", key="n", main=True),
        ],
        empty=EMPTY_RUNS,
    )


@require_http_methods(["GET", "POST"])
@page("RB6", right=DO)
def new_run(request: HttpRequest) -> HttpResponse:
    """What would be selected, per area and reading day; a POST makes the run and starts rating it."""
    if request.method == "POST":
        form = forms.RunForm(request.POST)
        if form.is_valid():
            answer = _make(request, form)
            if answer is not None:
                return answer
    today = clock.today()
    given = request.GET or {"month": str(queries.month_to_bill(today=today)), "area": ""}
    chosen = forms.MonthForm(given)
    month = chosen.cleaned_data["month"] if chosen.is_valid() else Month.of(today)
    area = chosen.cleaned_data.get("area", "") if chosen.is_valid() else ""
    days = queries.reading_day_counts(month=month, area=area)
    areas = masters.every_area()
    for_people = [(day, areas[day.area].name if day.area in areas else day.area) for day in days]
    totals = {name: sum(getattr(day, name) for day in days) for name in ("supplied", "ready", "billed")}
    context = {
        "form": chosen,
        "month": month,
        "area": area,
        "days": for_people,
        "totals": totals,
        "look": queries.last_look(),
        "unread": len(metering.files_waiting()),
    }
    return render(request, "billing/new_run.html", context)


SHOWN_JOBS = ("billing.look_for_changes", "billing.list_differences")
LONGEST_NUMBER = 16


@require_GET
@page("RB6", "RB7")
def rebill(request: HttpRequest) -> HttpResponse:
    """Issued bills that would come out differently today, by month and reason; a button lists the differences."""
    last = queries.last_look()
    counted = last.counts if last is not None else {}
    corrections = [one for one in queries.runs(open_only=True) if one.kind is values.RunKind.CORRECTION]
    open_runs = {one.month: one for one in corrections}
    rows = [
        {
            "month": month,
            "counts": [(word, counts.get(why, 0)) for why, word in billlist.CHANGED.items()],
            "run": open_runs.pop(month.number, None),
            "issued": _corrected_since(month, last),
        }
        for month, counts in counted.items()
    ]
    context = {
        "rows": rows,
        "reasons": billlist.CHANGED.values(),
        "others": [(Month.from_number(number), one.id) for number, one in open_runs.items()],
        "look": last,
        "jobs": _under_way(request),
        "asked_by": people.name_of(user_id=last.asked_by_id) if last is not None else "",
    }
    return render(request, "billing/rebill.html", context)


def _corrected_since(month: Month, look: values.Look | None) -> values.Run | None:
    """The correction of a month that was issued after the look: what the look counted is not all to be done."""
    return next(
        (
            one
            for one in queries.runs(month=month.number)
            if one.kind is values.RunKind.CORRECTION and one.issued_at and look and one.issued_at >= look.began_at
        ),
        None,
    )


def _under_way(request: HttpRequest) -> list[int]:
    """Jobs whose progress the list shows: the look, and the differences that somebody has just asked for."""
    newest = queries.newest_look()
    asked = request.GET.get("job", "")
    numbers = [newest.job_id] if newest is not None and newest.job_id is not None and newest.ended_at is None else []
    numbers += [int(asked)] if asked.isdigit() and len(asked) < LONGEST_NUMBER else []
    there = [clock.job(job_id=number) for number in dict.fromkeys(numbers)]
    return [job.id for job in there if job is not None and job.name in SHOWN_JOBS and job.state is not JobState.DONE]


@require_POST
@page("RB6", right=DO)
def look(request: HttpRequest) -> HttpResponse:
    """Look at all issued bills again, in the worker."""
    with db.transaction():
        jobs.enqueue_look(actor_id=actor(request), now=clock.now())
    return redirect("billing:rebill")


def _make(request: HttpRequest, form: forms.RunForm) -> HttpResponse | None:
    if form.run_kind is values.RunKind.CORRECTION:
        # Which contracts these are only a look at the whole book says: it is the worker's.
        with db.transaction():
            job_id = jobs.enqueue_differences(month=form.cleaned_data["month"], actor_id=actor(request))
        return redirect(f"{reverse('billing:rebill')}?job={job_id}")
    try:
        with db.transaction():
            made = operations.open_run(
                month=form.cleaned_data["month"],
                selection=form.selection(),
                kind=form.run_kind,
                actor_id=actor(request),
                now=clock.now(),
            )
            if made.state is values.RunState.DRAFTED:
                jobs.enqueue_rating(run_id=made.id, actor_id=actor(request))
    except operations.NothingToBill as refusal:
        messages.info(request, str(refusal))
        return None
    return _back(made.id)


COLLECTIVE_SHOWN = 50


@require_GET
@page("RB6", "RB7")
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    found = found_run(run_id)
    language = get_language() or "ja"
    counts = [
        {
            "code": code,
            "name": checks.check_of(code).name[checks.language_of(language)],
            "severity": severity,
            "count": count,
            "waiting": waiting,
        }
        for code, severity, count, waiting in queries.finding_counts(run_id=run_id)
    ]
    blocked = sum(
        waiting for _code, severity, _n, waiting in queries.finding_counts(run_id=run_id) if severity == "blocking"
    )
    issuing = _issuing_state(found)
    context = {
        "run": found,
        "selection": billlist.selection_words(found.selection),
        "states": billlist.RUN_STATES,
        "kinds": billlist.RUN_KINDS,
        "severities": billlist.SEVERITIES,
        "counts": counts,
        "blocked": blocked,
        "by_kind": queries.counts_of_run(run_id=run_id),
        "bill_kinds": billlist.BILL_KINDS,
        "working": found.state in {values.RunState.DRAFTED, values.RunState.RATED}
        or issuing not in {None, JobState.DONE},
        "issuing": issuing in {JobState.WAITING, JobState.RUNNING},
        "may_confirm": found.first_person_id != actor(request),
        "batches": queries.print_batches(run_id=run_id),
        **_printing(found),
        **_collective(found),
    }
    return render(request, "billing/run.html", context)


def _printing(found: values.Run) -> dict[str, Any]:
    """Whether statements are still to be made, a begun batch that broke off among them, and the job that is at it or failed."""
    if found.state is not values.RunState.ISSUED or queries.is_printed(run_id=found.id):
        return {}
    job = jobs.last_printing(run_id=found.id)
    is_at_it = job is not None and job.state in {JobState.WAITING, JobState.RUNNING}
    return {
        "to_print": not is_at_it and queries.goes_by_post(run_id=found.id),
        "printing": job.id if job is not None and job.state is not JobState.DONE else None,
    }


def _collective(found: values.Run) -> dict[str, Any]:
    """The collective invoices of a run: what each is made of, and what it waits for."""
    rows = queries.collective_of_run(run_id=found.id, month=found.month)
    return {
        "collective": rows[:COLLECTIVE_SHOWN],
        "collective_more": max(0, len(rows) - COLLECTIVE_SHOWN),
        "collective_waiting": sum(row.waits for row in rows),
    }


def _issuing_state(found: values.Run) -> JobState | None:
    """How the last job of a confirmed run stands: the one that issues it, from the moment somebody asked for that."""
    if found.state is not values.RunState.CONFIRMED or found.job_id is None:
        return None
    job = clock.job(job_id=found.job_id)
    return job.state if job else None


@require_GET
@page("RB6", "RB7")
def compared(request: HttpRequest, run_id: int) -> HttpResponse:
    """Beside the month before and the year before: a fragment, counted when the page is on the screen already."""
    found = queries.comparison(run_id=found_run(run_id).id)
    plans = tariffs.plan_names(language=get_language() or "ja", with_area=True)
    people = parties.customers_frame(customer_ids=sorted({mover.customer_id for mover in found.movers}))
    names = dict(people.select("customer_id", "name").iter_rows())
    context = {
        "compared": found,
        "plans": [(plans.get(row.plan_code, row.plan_code), row) for row in found.plans],
        "movers": [(names.get(mover.customer_id, ""), mover) for mover in found.movers],
        "chart": pictures.changes(found.classes) if any(found.classes) else None,
    }
    return render(request, "billing/compared.html", context)


@require_GET
@page("RB6", "RB7")
def parts(request: HttpRequest, run_id: int) -> HttpResponse:
    """The parts of a run, for the engineer on duty."""
    context = {"run": found_run(run_id), "parts": queries.chunk_rows(run_id=run_id)}
    return render(request, "billing/parts.html", context)


@require_GET
@page("RB6", "RB7")
def run_bills(request: HttpRequest, run_id: int) -> HttpResponse:
    found = found_run(run_id)
    return lists.render_list(
        request,
        billlist.bills_list(run_id=run_id, differences=found.kind == values.RunKind.CORRECTION),
        title=_("Bills of run %(run)s") % {"run": found.id},
        panel="billing:bill_panel",
        page="billing:bill",
        buttons=[lists.Button(_("Run"), reverse("billing:run", args=[run_id]), "arrow-left")],
        empty=EMPTY_BILLS,
    )


def _step(request: HttpRequest, run_id: int, step: Any, done: str) -> HttpResponse:
    try:
        with db.transaction():
            step()
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return _back(run_id)


@require_POST
@page("RB6", right=DO)
def again(request: HttpRequest, run_id: int) -> HttpResponse:
    """Rate a run anew."""
    found_run(run_id)

    def step() -> None:
        operations.rate_again(run_id=run_id, actor_id=actor(request), now=clock.now())
        jobs.enqueue_rating(run_id=run_id, actor_id=actor(request))

    return _step(request, run_id, step, _("The run is rated again; decisions that still fit stay."))


@require_http_methods(["GET", "POST"])
@page("RB6", right=DO)
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    found = found_run(run_id)
    form = forms.ReasonForm(request.POST if asking.is_confirmed(request) else None)
    if asking.is_confirmed(request) and form.is_valid():
        reason = form.cleaned_data["reason"]
        return _step(
            request,
            run_id,
            lambda: operations.cancel(run_id=run_id, reason=reason, actor_id=actor(request), now=clock.now()),
            _("The run is cancelled."),
        )
    question = asking.Question(
        title=_("Cancel run %(run)s") % {"run": run_id},
        what=_("Throws the drafted bills away. Their contracts can be billed by another run; corrections stay."),
        do=_("Cancel the run"),
        back=reverse("billing:run", args=[run_id]),
        count=found.bill_count,
        amount_minor=found.total_minor,
        danger=True,
    )
    return asking.ask(request, question, form=form)


@require_POST
@page("RB7", right=DO)
def examined(request: HttpRequest, run_id: int) -> HttpResponse:
    """Say that the bills were examined."""
    found_run(run_id)

    def step() -> None:
        operations.finish_examination(run_id=run_id, actor_id=actor(request), now=clock.now())
        jobs.enqueue_draft_look(run_id=run_id, actor_id=actor(request))

    return _step(request, run_id, step, _("Examined. A second person confirms now."))


@require_http_methods(["GET", "POST"])
@page("RB7", right=CONFIRM)
def confirm(request: HttpRequest, run_id: int) -> HttpResponse:
    """The second pair of eyes: counts and totals, and yes."""
    found = found_run(run_id)
    if asking.is_confirmed(request):
        seen = {name: _number(request.POST.get(name)) for name in ("seen_count", "seen_total")}
        return _step(
            request,
            run_id,
            lambda: operations.confirm(run_id=run_id, actor_id=actor(request), now=clock.now(), **seen),
            _("Confirmed. The run can be issued."),
        )
    largest = queries.bills_of_run(run_id=run_id, limit=10)
    plans = tariffs.plan_names(language=get_language() or "ja", with_area=True)
    warnings = sum(n for _code, severity, n, _open in queries.finding_counts(run_id=run_id) if severity == "warning")
    context = {
        "run": found,
        "going": queries.going(run_id=run_id),
        "warnings": warnings,
        "same_person": found.first_person_id == actor(request),
        "own_corrections": queries.corrected_by(run_id=run_id, actor_id=actor(request)),
        "largest": [(bill, plans.get(bill.plan_code, bill.plan_code)) for bill in largest],
        "bill_kinds": billlist.BILL_KINDS,
        "by_kind": queries.counts_of_run(run_id=run_id),
    }
    return render(request, "billing/confirm.html", context)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("-").isdigit() else None


@require_http_methods(["GET", "POST"])
@page("RB7", right=DO)
def issue(request: HttpRequest, run_id: int) -> HttpResponse:
    """Issue a confirmed run: numbers, ledger, debts."""
    found = found_run(run_id)
    if asking.is_confirmed(request):

        def step() -> None:
            operations.start_issue(run_id=run_id, today=clock.today(), now=clock.now())
            jobs.enqueue_issue(run_id=run_id, actor_id=actor(request))

        return _step(request, run_id, step, _("The bills are being issued."))
    going = queries.going(run_id=run_id)
    question = asking.Question(
        title=_("Issue run %(run)s") % {"run": run_id},
        what=_("Gives every bill its number, posts it to the ledger and opens the debts. Held bills stay behind."),
        do=_("Issue"),
        back=reverse("billing:run", args=[run_id]),
        count=going.bill_count,
        amount_minor=going.total_minor,
        facts=[(_("Held"), found.held_count), (_("Day of issue"), clock.today().isoformat())],
    )
    return asking.ask(request, question)


@require_GET
@page("RB7")
def checks_page(request: HttpRequest) -> HttpResponse:
    """The numbered checks as they run, with their settings."""
    language = checks.language_of(get_language() or "ja")
    settings = queries.check_settings()
    rows = [
        {
            "it": check,
            "name": check.name[language],
            "sentence": check.sentence[language],
            "settings": [row for row in settings if row.code == check.code],
        }
        for check in checks.table()
    ]
    return render(request, "billing/checks.html", {"rows": rows, "severities": billlist.SEVERITIES})


@require_http_methods(["GET", "POST"])
@page("RB7", right=DO)
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Give a check another threshold or severity."""
    try:
        found = checks.check_of(code)
    except checks.UnknownCheck:
        raise Http404 from None
    form = forms.CheckForm(request.POST or None, initial={"threshold": found.threshold})
    if request.method == "POST" and form.is_valid():
        severity = form.cleaned_data["severity"]
        setting = checks.Setting(
            code=code,
            plan_code=form.cleaned_data["plan_code"],
            threshold=form.threshold_value(),
            severity=values.Severity(severity) if severity else None,
            enabled=form.cleaned_data["enabled"],
        )
        with db.transaction():
            operations.set_check(
                setting=setting, reason=form.cleaned_data["reason"], actor_id=actor(request), now=clock.now()
            )
        messages.success(request, _("Saved; it counts from the next rating on."))
        return redirect("billing:checks")
    language = checks.language_of(get_language() or "ja")
    context = {"check": found, "name": found.name[language], "sentence": found.sentence[language], "form": form}
    return render(request, "billing/check.html", context, status=422 if form.errors else 200)
