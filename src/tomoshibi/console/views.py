"""Staff pages that cross rooms: the day board, global search, the customer's page."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.billing import values as billing_values
from tomoshibi.collection import queries as collection
from tomoshibi.console import awaited, days, portal_access, timeline
from tomoshibi.console import board as boards
from tomoshibi.console import impact as impacts
from tomoshibi.console import months as monthly
from tomoshibi.console import search as searching
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import queries as identity
from tomoshibi.masters import queries as masters
from tomoshibi.masters import values as masters_values
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import ANY_STAFF, page
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker
from tomoshibi.worker.values import JobState

MONTH_PROCEDURES = ("RB2", "RB6", "RB7", "RB8", "RB9", "RC4")
"""Who works on the month sees how far it is."""


@require_GET
def front_door(request: HttpRequest) -> HttpResponse:
    """The address that people type: a customer who does so wants the portal."""
    if request.user.is_authenticated and not getattr(request.user, "is_staff", False):
        return redirect(identity.home_url(is_staff=False))
    return today(request)


@page(ANY_STAFF)
def today(request: HttpRequest) -> HttpResponse:
    counts = worker.job_counts()
    can_step = settings.DEMO and worker.is_stepped()
    everything = getattr(request.user, "is_superuser", False)
    may_view = None if everything else identity.rights_of(user_id=actor(request))
    chapters = boards.board(now=worker.now(), may_view=may_view)
    return render(
        request,
        "console/today.html",
        {
            "chapters": chapters,
            "any_busy": any(chapter.busy for chapter in chapters),
            "any_quiet": any(chapter.quiet for chapter in chapters),
            "sees_months": may_view is None or any(f"{procedure}.view" in may_view for procedure in MONTH_PROCEDURES),
            "can_step": can_step,
            "awaited": awaited.days_ahead(today=worker.today()) if can_step else [],
            "failed": worker.jobs(state=JobState.FAILED, limit=5),
            "running": worker.jobs(state=JobState.RUNNING, limit=5),
            "job_counts": {state.value: counts.get(state.value, 0) for state in JobState},
        },
    )


@require_GET
@page(*MONTH_PROCEDURES)
def months(request: HttpRequest) -> HttpResponse:
    """How far the months under way are; counted when the board is on the screen already."""
    return render(request, "console/months.html", {"tracks": monthly.tracks(today=worker.today())})


@require_POST
@page(ANY_STAFF)
def next_day(request: HttpRequest) -> HttpResponse:
    """The demo's clock: on to tomorrow; what is due on the way is started in its order."""
    if not (settings.DEMO and worker.is_stepped()):
        raise Http404
    started = days.next_day()
    messages.success(request, _("It is tomorrow; %(count)s scheduled jobs were started.") % {"count": started})
    return redirect("console:today")


@require_POST
@page(ANY_STAFF)
def go_on(request: HttpRequest) -> HttpResponse:
    """The demo's clock: on to a day on which something is awaited, through all days between."""
    if not (settings.DEMO and worker.is_stepped()):
        raise Http404
    until = request.POST.get("until", "")
    if until not in {str(one.day) for one in awaited.days_ahead(today=worker.today())}:
        messages.info(request, _("Nothing is awaited on that day any more: step to the next day."))
        return redirect("console:today")
    with db.transaction():
        under_way = [
            job
            for job in worker.jobs(state=JobState.WAITING) + worker.jobs(state=JobState.RUNNING)
            if job.name == days.GO_ON_JOB
        ]
        job_id = (
            under_way[0].id
            if under_way
            else worker_operations.enqueue(
                days.GO_ON_JOB,
                {"until": until},
                requested_by_id=actor(request),
                lock=days.GO_ON_JOB,
            )
        )
    return redirect(f"{reverse('worker:job', args=[job_id])}?next={reverse('console:today')}")


@require_GET
@page("CM1", "CM2", "CM3", "RB7", "RC4")
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    hits = searching.search(text)
    if len(hits) == 1 and hits[0].url and hits[0].number == text.strip():
        return HttpResponse(status=302, headers={"Location": hits[0].url})
    return render(request, "console/search.html", {"text": text, "hits": hits, "search_text": text})


@require_GET
@page("CM1", "CM2", "CM3", "RB7", "RC4")
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Everything about one customer: today's state on top, one time line below."""
    found = parties.customer(customer_id=customer_id)
    if found is None:
        raise Http404
    kind = request.GET.get("kind", "")
    held = contracts.contracts_of(customer_id=customer_id)
    events = timeline.of_customer(customer_id=customer_id)
    owed_minor, credit_minor = collection.balance_of(customer_id=customer_id)
    context: dict[str, Any] = {
        "customer": found,
        "accounts": [_account(account) for account in parties.accounts_of(customer_id=customer_id, on=worker.today())],
        "contracts": [_contract(contract) for contract in held],
        "owed_minor": owed_minor,
        "credit_minor": credit_minor,
        "last_contact": next((e for e in events if e.kind == "message"), None),
        "work_count": sum(1 for e in events if e.kind == "work" and not e.detail),
        "events": [e for e in events if kind not in timeline.KINDS or e.kind == kind],
        "kind": kind,
        "kinds": [(k, _KIND_WORDS[k]()) for k in timeline.KINDS],
        "portal": portal_access.shown(found),
    }
    template = "console/events.html" if request.headers.get("HX-Request") else "console/customer.html"
    return render(request, template, context)


def _impact(request: HttpRequest, language: str) -> tuple[masters_values.Proposal, impacts.Impact]:
    number = request.GET.get("proposal", "")
    proposal = masters.proposal(proposal_id=int(number)) if number.isdecimal() else None
    if proposal is None:
        raise Http404
    try:
        return proposal, impacts.of_proposal(proposal=proposal, today=worker.today(), language=language)
    except masters.BadSheet:
        raise Http404 from None  # the page says which rows no longer fit


@require_GET
@page("MS1", "MS2", "MS10", "SU3")
def after_change_of_master(request: HttpRequest) -> HttpResponse:
    """A fragment for the page of a change that holds: bills that were worked out before it, and where they are looked at."""
    proposal, impact = _impact(request, get_language() or "ja")
    if not impact.reprices or proposal.decided_at is None:
        return HttpResponse()
    before = [run for run in impact.runs if run.created_at <= proposal.decided_at]
    open_runs = [run for run in before if run.is_open]
    context = {
        "issued": sum(run.bill_count for run in before if not run.is_open),
        "drafted": sum(run.bill_count for run in open_runs),
        "open_runs": open_runs,
    }
    return render(request, "console/after_change.html", context)


@require_GET
@page("MS1", "MS2", "MS3", "MS4", "MS5", "MS6", "MS8", "MS10", "SU3")
def impact_of_master(request: HttpRequest) -> HttpResponse:
    """A fragment for the page of a proposed change: which plans, contracts, runs, debits and postings it would touch."""
    language = get_language() or "ja"
    _proposal, impact = _impact(request, language)
    runs = [
        {"it": run, "state": billing_values.STATE_NAMES[run.state], "url": reverse("billing:run", args=[run.run_id])}
        for run in impact.runs[: impacts.SHOWN]
    ]
    context = {
        "impact": impact,
        "words": impacts.words(impact),
        "plans": impact.plans[: impacts.SHOWN],
        "runs": runs,
        "posted": [
            {
                "url": one.url,
                "code": one.account.code,
                "name": one.account.name(language),
                "amount_minor": one.amount_minor,
            }
            for one in impact.posted
        ],
        "more_plans": max(0, len(impact.plans) - impacts.SHOWN),
        "more_runs": max(0, len(impact.runs) - impacts.SHOWN),
    }
    return render(request, "console/impact.html", context)


def _account(account: Any) -> dict[str, Any]:
    return {
        "it": account,
        "pays_by": _PAYMENT_WORDS.get(account.payment_method, str)(),
        "statement": _("by portal") if account.statement_channel == "portal" else _("on paper"),
    }


def _contract(contract: Any) -> dict[str, Any]:
    today_ = worker.today()
    terms = contract.terms_on(today_)
    plan = tariffs.plan_version(plan_code=terms.plan_code, on=today_) if terms else None
    return {
        "it": contract,
        "plan": plan.name_in(get_language() or "ja") if plan else "",
        "point": supply.point(supply_point_id=contract.supply_point_id),
        "active": contract.start <= today_ and (contract.end is None or today_ < contract.end),
    }


_KIND_WORDS = {
    "contract": lambda: _("contract"),
    "usage": lambda: _("usage"),
    "bill": lambda: _("bill"),
    "payment": lambda: _("payment"),
    "message": lambda: _("message"),
    "work": lambda: _("work"),
    "note": lambda: _("note"),
}

_PAYMENT_WORDS = {
    "direct_debit": lambda: _("direct debit"),
    "transfer": lambda: _("bank transfer"),
    "card": lambda: _("credit card"),
    "cvs": lambda: _("convenience store"),
}
