"""The customer's portal (RB8): what is to be paid, the bills with their PDFs, usage as a picture."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as bills_of_billing
from tomoshibi.billing import values as billing_values
from tomoshibi.collection import queries as collection
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts import values as contract_values
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.units import DWH_PER_KWH, plain
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.portals.access import customer_page
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import charts, downloads
from tomoshibi.ui.acting import actor
from tomoshibi.worker import queries as clock

MONTHS_SHOWN = 13


def _own_bill(customer_id: int, bill_id: int) -> billing_values.Bill:
    """A bill that is issued and belongs to who asks; anything else does not exist for them."""
    try:
        found = bills_of_billing.bill(bill_id=bill_id, language=get_language() or "ja")
    except bills_of_billing.NoSuchBill:
        raise Http404 from None
    if found.customer_id != customer_id or not found.invoice_number:
        raise Http404
    return found


def _own_invoice(customer_id: int, found: billing_values.Bill) -> bills_of_billing.CollectiveInvoice | None:
    """
    The collective invoice of a bill, where it may be shown: to who pays it, or who has all the contracts on it.

    Somebody for whom another pays sees their own bill; the payer's invoice says what others use.
    """
    invoice = bills_of_billing.collective_invoice(bill_id=found.id)
    if invoice is None or all(bill.customer_id == customer_id for bill in invoice.members):
        return invoice
    payer = parties.account(account_id=found.account_id)
    return invoice if payer is not None and payer.customer_id == customer_id else None


@require_GET
@customer_page("RB8")
def home(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    open_minor, credit_minor = collection.balance_of(customer_id=customer_id)
    bills = bills_of_billing.bills_of(customer_id=customer_id, limit=30)
    context = {
        "customer": parties.customer(customer_id=customer_id),
        "company": masters.company(),
        "open_minor": open_minor,
        "credit_minor": credit_minor,
        "latest": _latest(customer_id, bills),
        "payments": {r.bill_id: r for r in collection.receivables_of(customer_id=customer_id)},
        "usage_chart": _usage_chart(bills),
        "contracts": [
            {
                "it": c,
                "plan": _plan_name(c),
                "point": supply.point(supply_point_id=c.supply_point_id),
                "starts": c.start > clock.today(),
            }
            for c in contracts.contracts_of(customer_id=customer_id)
        ],
    }
    return render(request, "portals/customer/home.html", context)


def _latest(customer_id: int, bills: list[billing_values.Bill]) -> dict[str, Any] | None:
    """What the newest bill asks for: of a collective invoice, the invoice for all its contracts."""
    if not bills:
        return None
    newest = bills[0]
    invoice = _own_invoice(customer_id, newest) if newest.lead_bill_id else None
    asked = invoice or newest
    return {
        "bill": newest,
        "total_minor": asked.total_minor,
        "energy_dwh": asked.energy_dwh,
        "contracts": len(invoice.members) if invoice else 1,
    }


def _plan_name(contract: contract_values.Contract) -> str:
    terms = contract.terms_on(clock.today())
    plan = tariffs.plan_version(plan_code=terms.plan_code, on=clock.today()) if terms else None
    return plan.name_in(get_language() or "ja") if plan else ""


def _usage_chart(bills: list[billing_values.Bill]) -> charts.Chart:
    """Energy of the last months, oldest first, with the table behind it."""
    by_month: dict[int, int] = {}
    for found in bills:
        if found.corrects_bill_id is None:
            by_month[found.month] = by_month.get(found.month, 0) + found.energy_dwh
    months = sorted(by_month)[-MONTHS_SHOWN:]
    energies = [by_month[month] for month in months]
    return charts.over_categories(
        chart_id="usage",
        title=_("Usage"),
        axis=_("Month"),
        categories=[str(Month.from_number(month)) for month in months],
        series=[
            charts.Series(
                _("Used"),
                [energy / DWH_PER_KWH for energy in energies],
                figures=[plain(energy, scale=DWH_PER_KWH) for energy in energies],
            )
        ],
        unit="kWh",
    )


@require_GET
@customer_page("RB8")
def bills(request: HttpRequest, *, customer_id: int) -> HttpResponse:
    payments = {r.bill_id: r for r in collection.receivables_of(customer_id=customer_id)}
    rows = [
        {"it": b, "payment": payments.get(b.invoice_bill_id)}
        for b in bills_of_billing.bills_of(customer_id=customer_id)
    ]
    return render(request, "portals/customer/bills.html", {"bills": rows, "company": masters.company()})


@require_GET
@customer_page("RB8")
def bill(request: HttpRequest, bill_id: int, *, customer_id: int) -> HttpResponse:
    found = _own_bill(customer_id, bill_id)
    debts = collection.receivables_of(customer_id=customer_id)
    payment = next((r for r in debts if r.bill_id == found.invoice_bill_id), None)
    period = Period(found.period_start, found.period_end)
    context = {"bill": found, "period": period, "payment": payment, "company": masters.company()}
    invoice = _own_invoice(customer_id, found)
    if invoice is not None:
        points = supply.points_frame(supply_point_ids=[bill.supply_point_id for bill in invoice.members])
        places = {row["supply_point_id"]: f"{row['address']} {row['building']}" for row in points.iter_rows(named=True)}
        rows = [
            {"it": bill, "place": places[bill.supply_point_id], "own": bill.customer_id == customer_id}
            for bill in invoice.members
        ]
        context |= {"collective": invoice, "members": rows}
    return render(request, "portals/customer/bill.html", context)


@require_GET
@customer_page("RB8")
def statement(request: HttpRequest, bill_id: int, *, customer_id: int) -> HttpResponse:
    """The statement as PDF; that it was read is recorded."""
    found = _own_bill(customer_id, bill_id)
    if found.lead_bill_id and _own_invoice(customer_id, found) is None:
        raise Http404
    pdf = billing.statement_pdf(bill_id=bill_id)
    with db.transaction():
        identity.record_deed(
            procedure="RB8",
            what=f"statement {found.invoice_number} opened in the portal",
            at=clock.now(),
            subject=f"billing.bill:{bill_id}",
            actor_id=actor(request),
        )
    return downloads.made(pdf, f"{found.invoice_number}.pdf")
