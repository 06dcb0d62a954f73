"""Bills: the list, one bill with its derivation and document, and a statement made again."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.billing import billlist, derivation, forms, operations, queries, values
from tomoshibi.billing.views import pictures
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import E10_PER_MICRO, MICRO
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs import values as tariff_values
from tomoshibi.ui import confirm as asking
from tomoshibi.ui import downloads, figures, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

EMPTY = lists.Empty(gettext_lazy("No bills yet."), gettext_lazy("Bills appear here when a run has rated readings."))


@require_GET
@page("RB6", "RB7")
def all_bills(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        billlist.bills_list(),
        title=_("Bills"),
        panel="billing:bill_panel",
        page="billing:bill",
        empty=EMPTY,
    )


def _found(bill_id: int) -> values.Bill:
    try:
        return queries.bill(bill_id=bill_id, language=get_language() or "ja")
    except queries.NoSuchBill:
        raise Http404 from None


def _context(bill_id: int) -> dict[str, Any]:
    found = _found(bill_id)
    contract = contracts.contract(contract_id=found.contract_id)
    version = tariffs.version(version_id=found.plan_version_id)
    documents = queries.documents_of(contract_id=found.contract_id, period_start=found.period_start)
    return {
        "bill": found,
        "contract": contract,
        "customer": parties.customer(customer_id=found.customer_id),
        "version": version,
        "plan_name": version.name_in(get_language() or "ja") if version else found.plan_code,
        "demand": queries.demand_of_bill(bill_id=bill_id, plan_version_id=found.plan_version_id),
        "documents": documents,
        "before_minor": found.rerated_minor - found.total_minor,
        "taxed_minor": found.total_minor - found.untaxed_minor,
        "parts": _parts(bill_id),
        "fuel": _fuel(found, version),
        "splits": billlist.SPLITS_OF_AGREED if found.agreed else billlist.SPLITS,
        "group": queries.group_energy_of_bill(bill_id=bill_id),
        "kinds": billlist.BILL_KINDS,
        "states": billlist.RUN_STATES,
        "months_chart": pictures.months(contract=contract, month=found.month, bill=found) if contract else None,
        "collective": queries.collective_invoice(bill_id=bill_id),
        "country": masters.company().country,
        "last_year": queries.bill_a_year_before(contract_id=found.contract_id, month=found.month),
    }


def _fuel(found: values.Bill, version: tariff_values.PlanVersion | None) -> dict[str, Any] | None:
    """How the fuel unit of a bill comes about, as the masters have it today; whether it is the one that was billed."""
    product = tariffs.fuel_product(version.document) if version else ""
    billed = {line.price for line in found.lines if line.rule.endswith("(fuel)")}
    point = supply.point(supply_point_id=found.supply_point_id)
    if not product or not billed or point is None:
        return None
    month = Month.from_number(found.month)
    try:
        unit, steps = masters.fuel_in_words(area=point.area, month=month, product=product)
    except masters.MasterMissing:
        return None
    shown = figures.decimal(unit.price_micro_per_kwh, scale=MICRO, decimals=2)
    same = derivation.decimals(unit.price_micro_per_kwh * E10_PER_MICRO, at_least=2) in billed
    return {"steps": steps, "shown": shown, "same": same, "area": point.area, "product": product, "month": month}


def _parts(bill_id: int) -> list[dict[str, Any]]:
    """The parts that were kept of an unusual bill, with their plans in words."""
    language = get_language() or "ja"
    found = []
    for part in queries.parts_of(bill_id=bill_id):
        version = tariffs.version(version_id=part.plan_version_id)
        found.append(
            {
                "period_start": part.period_start,
                "last_day": part.period_end - timedelta(days=1),
                "plan": version.name_in(language) if version else "",
                "capacity_milli": part.capacity_milli,
                "energy_dwh": part.energy_dwh,
                "split": part.split,
            }
        )
    return found


@require_GET
@page("RB6", "RB7", "RB8", "RB9")
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    context = _context(bill_id)
    number = context["bill"].invoice_number
    context["reissues"] = _reissues(context)
    if number:
        context["ledger_url"] = reverse("ledger:journal") + f"?q={number}"
    return render(request, "billing/bill.html", context)


def _reissues(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """When, for whom and why the document of a bill was made again; a collective invoice is one document."""
    whole = context["collective"]
    found = queries.reissues(bill_ids=[one.id for one in whole.members] if whole else [context["bill"].id])
    names = people.names_of(user_ids={one["actor_id"] for one in found if one["actor_id"] is not None})
    return [one | {"by": names.get(one["actor_id"], "")} for one in found]


@require_GET
@page("RB6", "RB7", "RB8", "RB9")
def panel(request: HttpRequest, bill_id: int) -> HttpResponse:
    return render(request, "billing/bill_panel.html", _context(bill_id))


@require_GET
@page("RB6", "RB7", "RB8", "RB9")
def invoice(request: HttpRequest, bill_id: int) -> HttpResponse:
    """The bills of a collective invoice as a list: for looking, and as a spreadsheet for the customer."""
    found = queries.collective_invoice(bill_id=bill_id)
    if found is None:
        raise Http404
    return lists.render_list(
        request,
        billlist.members_list(found),
        title=_("Collective invoice %(number)s") % {"number": found.number},
        panel="billing:bill_panel",
        page="billing:bill",
        buttons=[
            lists.Button(_("The document"), reverse("billing:statement", args=[found.lead_bill_id]), "file-type-pdf")
        ],
        empty=EMPTY,
    )


@require_GET
@page("RB6", "RB7")
def replay(request: HttpRequest, bill_id: int) -> HttpResponse:
    """The bill priced again from what it was priced from, or from what was known on a day."""
    found = _found(bill_id)
    form = forms.KnownOnForm(request.GET if "known_on" in request.GET else None)
    known_on = form.cleaned_data["known_on"] if form.is_bound and form.is_valid() else None
    context: dict[str, Any] = {"bill": found, "form": form, "known_on": known_on, "days": _days_known(found)}
    try:
        with db.transaction():
            again = operations.replay(
                bill_id=bill_id, known_on=known_on, today=clock.today(), language=get_language() or "ja"
            )
            whole = operations.replay_collective(bill_id=bill_id) if found.lead_bill_id and not known_on else None
    except operations.NothingKept as nothing:
        return render(request, "billing/replay.html", context | {"nothing": str(nothing)})
    return render(
        request,
        "billing/replay.html",
        context
        | {"replay": again, "sources": _source_rows(again), "totals": _total_rows(again.totals), "whole": whole}
        | {"whole_totals": _total_rows(whole.totals) if whole else []},
    )


def _days_known(bill: values.Bill) -> list[tuple[date, str]]:
    """Days that are worth asking about, with what became known on them, in words."""
    if bill.kind is values.BillKind.CHARGES:
        return []
    return [
        (day, ", ".join(str(billlist.REPLAY_WORDS[what]) for what in sorted(found, reverse=True)))
        for day, found in queries.days_of_knowledge(bill=bill).items()
    ]


def _total_rows(totals: Sequence[values.ReplayTotal]) -> list[dict[str, Any]]:
    return [
        {
            "word": billlist.REPLAY_WORDS[one.what],
            "stored": billlist.replay_value(one.what, one.stored),
            "again": billlist.replay_value(one.what, one.again),
            "same": one.same,
        }
        for one in totals
    ]


def _source_rows(again: values.Replay) -> list[tuple[str, list[tuple[str, Any]]]]:
    """What a bill was priced from, in words."""
    language = get_language() or "ja"
    plans = tariffs.plan_names(language=language)
    rows = []
    for source in again.sources:
        name = plans.get(source.name, source.name)
        title = f"{billlist.REPLAY_WORDS[source.kind]} {name}".strip()
        rows.append(
            (
                title,
                [(billlist.fact_name(name), billlist.fact_value(name, value)) for name, value in source.facts.items()],
            )
        )
    return rows


@require_GET
@page("RB7", "RB8", "RB9")
def statement(request: HttpRequest, bill_id: int) -> HttpResponse:
    found = _found(bill_id)
    name = found.invoice_number or f"draft-{bill_id}"
    return downloads.made(operations.statement_pdf(bill_id=bill_id), f"{name}.pdf")


@require_http_methods(["GET", "POST"])
@page("RB9", right=DO)
def reissue(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Make a statement again on request, marked as such."""
    found = _found(bill_id)
    if not found.invoice_number:
        raise Http404
    form = forms.ReasonForm(request.POST if asking.is_confirmed(request) else None)
    if asking.is_confirmed(request) and form.is_valid():
        with db.transaction():
            operations.reissue(
                bill_id=bill_id, reason=form.cleaned_data["reason"], actor_id=actor(request), now=clock.now()
            )
        messages.success(request, _("The statement was made again: it stands on this page, ready to be sent."))
        return redirect(f"{reverse('billing:bill', args=[bill_id])}#reissues")
    customer = parties.customer(customer_id=found.customer_id)
    question = asking.Question(
        title=_("Make the statement again"),
        what=_("The statement says that it was issued again; the request is recorded."),
        do=_("Make it again"),
        back=reverse("billing:bill", args=[bill_id]),
        amount_minor=None if found.lead_bill_id else found.total_minor,
        facts=[
            (_("Number"), found.invoice_number),
            (_("Customer"), customer.name if customer else "–"),
            (_("Reading month"), figures.month(found.month)),
        ],
        note="",
    )
    return asking.ask(request, question, form=form)


@require_GET
@page("RB7", "RB8", "RB9")
def reissued(request: HttpRequest, bill_id: int, reissue_id: int) -> HttpResponse:
    """The statement as it was made again on a request."""
    found = _found(bill_id)
    try:
        content = operations.reissued_pdf(bill_id=bill_id, reissue_id=reissue_id)
    except queries.NoSuchBill:
        raise Http404 from None
    return downloads.made(content, f"{found.invoice_number}-reissued.pdf")
