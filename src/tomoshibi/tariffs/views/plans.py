"""Pages of plans (RB1): list, a plan with its prices in words and as a picture, proposal and publication."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.units import MICRO, MILLI, milli, plain
from tomoshibi.masters.values import AREAS
from tomoshibi.storage import db
from tomoshibi.tariffs import beside, fees, forms, operations, queries, values, wording
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import lists as declared
from tomoshibi.tariffs.values import TypicalDay
from tomoshibi.ui import charts, confirm, downloads, figures, fragments, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.currency import current
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

USUAL_AREA = "03"
CURVE_KWH = tuple(range(0, 601, 25))
SIZES_WITHOUT_A_TABLE = {"A": "30", "kVA": "6", "kW": "10", "contract": ""}


@require_GET
@page("RB1")
def plans(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        declared.plans_list(on=clock.today()),
        title=_("Plans"),
        subtitle=_("Every price with its source; a published version is never edited"),
        page="tariffs:plan",
        buttons=[
            lists.Button(_("Drafts"), "tariffs:drafts", "pencil"),
            lists.Button(_("Upload"), "tariffs:propose", "file-upload", right="RB1.do"),
            lists.Button(_("New draft"), "tariffs:new_draft", "file-plus", right="RB1.do", main=True),
        ],
        empty=lists.Empty(_("No plans yet."), _("Plans appear here when their first version is published.")),
    )


def usual_size(document: Mapping[str, Any]) -> str:
    """A usual contract size of a plan; empty where it has none."""
    capacity = document["capacity"]
    sizes = [str(size) for size in capacity.get("sizes", ())]
    return "30" if "30" in sizes else sizes[0] if sizes else SIZES_WITHOUT_A_TABLE[capacity["unit"]]


def _size(request: HttpRequest, document: Mapping[str, Any]) -> tuple[str, int | None]:
    """The contract size that the chart is drawn for: as asked, or a usual one."""
    usual = usual_size(document)
    asked = request.GET.get("size") or usual
    try:
        return asked, milli(asked) if asked else None
    except ValueError:
        return usual, milli(usual) if usual else None


def _curve(document: Mapping[str, Any], *, size_milli: int | None, today: date) -> charts.Chart | None:
    totals = queries.curve_today(document=document, kwh=CURVE_KWH, capacity_milli=size_milli, today=today)
    if all(total is None for total in totals):
        return None
    size = f" {plain(size_milli, scale=MILLI)} {document['capacity']['unit']}" if size_milli else ""
    return charts.over_categories(
        chart_id="curve",
        title=_("What so many kWh cost%(size)s, without fuel adjustment, levy and discount") % {"size": size},
        axis="kWh",
        categories=[str(kwh) for kwh in CURVE_KWH],
        series=[charts.of_money(pgettext("tariff", "Bill"), totals, kind="line", curve=True)],
        unit=current().unit,
    )


def _market(request: HttpRequest, document: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """What a kWh costs through a day, for market-linked plans: the area that is shown, a chart per component."""
    if all(part["kind"] != "market_linked" for part in document["versions"][0]["components"]):
        return {}
    everywhere = document["area"] == "*"
    asked = request.GET.get("area", "") if everywhere else document["area"]
    area = asked if asked in AREAS else USUAL_AREA
    days = queries.typical_days(document=document, area=area, today=today)
    return {
        "market_linked": True,
        "market_area": area,
        "market_areas": [(one.code, one.name) for one in AREAS.values()] if everywhere else [],
        "typical_days": [_typical_day(day) for day in days],
    }


def _typical_day(day: TypicalDay) -> charts.Chart:
    lines = ((_("Average"), day.average_micro), (_("Lowest"), day.lowest_micro), (_("Highest"), day.highest_micro))
    return charts.over_categories(
        chart_id=f"typical-{day.component}",
        title=_("What a kWh costs through the day, all included: %(first)s to %(last)s")
        % {"first": day.period.start, "last": day.period.end - timedelta(days=1)},
        axis=_("Half-hour"),
        categories=[f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in range(len(day.average_micro))],
        series=[
            charts.Series(
                name,
                [price / MICRO for price in of],
                figures=[figures.decimal(price, scale=MICRO, decimals=2) for price in of],
                kind="line",
                quiet=number > 0,
            )
            for number, (name, of) in enumerate(lines)
        ],
        unit=_("yen/kWh"),
    )


def described(request: HttpRequest, document: Mapping[str, Any]) -> dict[str, Any]:
    """What plan and proposal pages say about a document."""
    size, size_milli = _size(request, document)
    version = document["versions"][0]
    return {
        "document": document,
        "version_comment": wording.in_language(version.get("comment", "")),
        "about": wording.in_language(document.get("comment", "")),
        "from_confidence": version.get("from_confidence", "high"),
        "until": version.get("until"),
        "seller": wording.in_language(document["seller"]) if "seller" in document else "",
        "area": declared.area_name(document["area"]),
        "prices": wording.price_table(document),
        "words": wording.in_words(document),
        "beside": beside.beside(document),
        "proration": wording.proration_in_words(document),
        "rounding": wording.rounding_in_words(document),
        "change": wording.change_in_words(document),
        "tax": wording.tax_in_words(document),
        "cancellation": fees.cancellation_in_words(document),
        "late_interest": fees.late_interest_in_words(document),
        "deferral": fees.deferral_in_words(document),
        "sources": [wording.in_language(source) for source in document["sources"].values()],
        "findings": queries.findings_of(document),
        "by_half_hours": queries.program_of(document).needs_half_hours,
        "chart": _curve(document, size_milli=size_milli, today=clock.today()),
        **_market(request, document, today=clock.today()),
        "size": size,
        "sizes": [str(s) for s in document["capacity"].get("sizes", ())],
        "kinds": declared.KINDS,
        "confidence": declared.CONFIDENCE,
    }


@require_GET
@page("RB1")
def plan(request: HttpRequest, code: str) -> HttpResponse:
    versions = queries.versions_of(plan_code=code)
    if not versions:
        raise Http404
    today = clock.today()
    asked = request.GET.get("version", "")
    current = queries.plan_version(plan_code=code, on=today)
    shown = next((v for v in versions if str(v.id) == asked), current or versions[0])
    context = {
        "shown": shown,
        "name": wording.in_language(shown.name),
        "is_current": current is not None and shown.id == current.id,
        "published_by": people.name_of(user_id=shown.published_by_id),
        "proposed_by": people.name_of(user_id=shown.proposed_by_id),
        "versions": versions,
        "proposals": queries.proposals(plan_code=code),
        "drafts": queries.drafts(plan_code=code, state=values.DraftState.OPEN),
        **described(request, shown.document),
    }
    return render(request, "tariffs/plan.html", context)


@require_GET
@page("RB1")
def document(request: HttpRequest, version_id: int) -> HttpResponse:
    """The version as a document, to start the next one from."""
    found = queries.version(version_id=version_id)
    if found is None:
        raise Http404
    text = queries.text_of(found) or documents.write(dict(found.document))
    return downloads.made(text, f"{found.plan_code}-{found.valid_from}.yaml")


@require_http_methods(["GET", "POST"])
@page("RB1", right=DO)
def propose(request: HttpRequest) -> HttpResponse:
    form = forms.DocumentForm(request.POST or None, request.FILES or None)
    findings: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = operations.propose(
                    text=form.cleaned_data["text"],
                    reason=form.cleaned_data["reason"],
                    now=clock.now(),
                    actor_id=actor(request),
                )
        except operations.DocumentUnsound as refusal:
            findings = refusal.findings
            form.add_error(None, _("The document has errors; nothing was proposed."))
        except ValueError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. A second person publishes it."))
            return redirect("tariffs:proposal", made[-1])
    status = 422 if form.errors else 200
    return render(request, "tariffs/propose.html", {"form": form, "findings": findings}, status=status)


@require_GET
@page("RB1")
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    found = queries.proposal(proposal_id=proposal_id)
    if found is None:
        raise Http404
    before = queries.plan_version(plan_code=found.plan_code, on=found.valid_from)
    context = {
        "proposal": found,
        "name": wording.in_language(found.document["name"]),
        "proposed_by": people.name_of(user_id=found.proposed_by_id),
        "own": found.proposed_by_id == request.user.pk,
        "before": before,
        "changes": wording.changes(before.document if before else None, found.document),
        "kept": queries.sources_kept(found),
        "states": declared.PROPOSALS,
        "draft": next((d for d in queries.drafts(plan_code=found.plan_code) if d.proposal_id == found.id), None),
        "fragments": fragments.addresses(
            "tariffs.document",
            plan=found.plan_code,
            start=found.valid_from.isoformat(),
            draft="",
            proposal=str(found.id),
        ),
        **described(request, found.document),
    }
    return render(request, "tariffs/proposal.html", context)


@require_http_methods(["GET", "POST"])
@page("RB1", right=CONFIRM)
def publish(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The second pair of eyes: from which day on it holds and whom it reaches; yes publishes the version."""
    found = queries.proposal(proposal_id=proposal_id)
    if found is None:
        raise Http404
    is_open, is_own = found.state == values.ProposalState.OPEN, found.proposed_by_id == actor(request)
    if is_open and not is_own and not confirm.is_confirmed(request):
        return confirm.ask(request, _before_publication(found))
    if request.method != "POST":
        # Nothing to ask any more, or not this person: the proposal's own page says why.
        return redirect("tariffs:proposal", proposal_id)
    try:
        with db.transaction():
            version_id = operations.publish(proposal_id=proposal_id, now=clock.now(), actor_id=actor(request))
    except (operations.AlreadyDecided, operations.NotAfterLast, identity.SamePerson) as refusal:
        messages.error(request, str(refusal))
        return redirect("tariffs:proposal", proposal_id)
    version = queries.version(version_id=version_id)
    assert version is not None, "it was published in this request"
    messages.success(request, _("Published."))
    return redirect("tariffs:plan", version.plan_code)


def _before_publication(found: values.Proposal) -> confirm.Question:
    before = queries.plan_version(plan_code=found.plan_code, on=found.valid_from)
    changes = wording.changes(before.document if before else None, found.document)
    reaches_back = before is not None and found.valid_from <= clock.today()
    kept = [place for place, _price in queries.sources_kept(found)]
    return confirm.Question(
        title=_("Publish %(plan)s from %(day)s")
        % {"plan": wording.in_language(found.document["name"]), "day": figures.day(found.valid_from)},
        what=_(
            "From that day on this version prices every bill of the contracts on this plan. It is never edited again."
        ),
        do=_("Publish"),
        back=reverse("tariffs:proposal", args=[found.id]),
        facts=[
            (_("Holds from"), figures.day_with_weekday(found.valid_from)),
            (_("Prices that change"), figures.integer(len(changes))),
            *([(_("Changed under the source they had before"), "; ".join(kept))] if kept else []),
            (_("Proposed by"), people.name_of(user_id=found.proposed_by_id)),
            (_("Reason"), found.reason),
        ],
        warning=_("That day has begun: bills that were issued for days since then come on the rebill list.")
        if reaches_back
        else "",
        fragments=fragments.addresses("tariffs.publish", plan=found.plan_code, start=found.valid_from.isoformat()),
    )


@require_POST
@page("RB1", right=DO)
def reject(request: HttpRequest, proposal_id: int) -> HttpResponse:
    try:
        with db.transaction():
            operations.reject(proposal_id=proposal_id, now=clock.now(), actor_id=actor(request))
    except operations.AlreadyDecided as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Turned down; it stays on record."))
    return redirect("tariffs:proposal", proposal_id)
