"""Energy and bills of groups: worked out by month, seen by group, point by point, and for a customer in one statement (GR12)."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.billing import billlist, forms, grouplist, numbering, operations, queries, values
from tomoshibi.groups import queries as groups
from tomoshibi.kernel.periods import Month
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import downloads, figures, lists
from tomoshibi.ui.charts import Series, over_categories
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

GR12 = values.GROUPS
MONTHS = 12
KINDS = ("pdf", "xlsx")


def _month(request: HttpRequest) -> Month:
    form = forms.MonthForm(request.GET or request.POST)
    usual = Month.of(clock.today()).plus(-1)
    return form.cleaned_data["month"] if form.is_valid() else usual


@require_GET
@page(GR12)
def months(request: HttpRequest) -> HttpResponse:
    """What was worked out for a month, problems first to be seen."""
    month = _month(request)
    ready = queries.group_periods(month=month, until=clock.today())
    sums = queries.group_month_sums(month=month)
    context: dict[str, Any] = {
        "month": month,
        "before": month.plus(-1),
        "after": month.plus(1),
        "sums": sums,
        "waiting": ready.height,
        "may_do": request.user.has_perm(f"{GR12}.do"),
    }
    return lists.render_list(
        request,
        grouplist.energies_list(month=month),
        title=_("Energy of groups"),
        subtitle=_("What a reference meter measured each day, times the points of that day."),
        template="billing/groups/months.html",
        context=context,
        page="billing:group_energy",
        empty=lists.Empty(
            _("Nothing was worked out for this month."), _("It can be, once its last day is over."), icon="calculator"
        ),
    )


@require_POST
@page(GR12, right=DO)
def work_out(request: HttpRequest) -> HttpResponse:
    month = _month(request)
    with db.transaction():
        job_id = worker.enqueue(
            values.CALCULATE_JOB,
            {"month": month.number, "actor_id": request.user.pk},
            label=str(month),
            requested_by_id=request.user.pk,
            lock=f"billing.groups:{month.number}",
        )
    after = f"{reverse('billing:group_months')}?{urlencode({'month': str(month)})}"
    return redirect(f"{reverse('worker:job', args=[job_id])}?{urlencode({'next': after})}")


@require_GET
@page(GR12)
def energy(request: HttpRequest, energy_id: int) -> HttpResponse:
    found = queries.group_energy(energy_id=energy_id)
    if found is None:
        raise Http404
    days = found.days
    context = {
        "energy": found,
        "group": groups.group(group_id=found.group_id),
        "state": found.state,
        "states": grouplist.PROBLEMS,
        "bands": list(found.bands_dwh.items()),
        "bills": [
            bill
            for bill in queries.bills_of_group(supply_point_ids=[found.supply_point_id])
            if bill["month"] == found.month.number
        ],
        "chart": over_categories(
            chart_id="days",
            title=_("Group energy by day"),
            axis=_("Day"),
            categories=[figures.day(one.day) for one in days],
            series=[
                Series(
                    _("Group energy"),
                    [one.energy_dwh / 10_000 for one in days],
                    [figures.kwh(one.energy_dwh) for one in days],
                )
            ],
            unit="kWh",
            low=True,
        ),
    }
    return render(request, "billing/groups/energy.html", context)


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    if not text.isdecimal():
        raise Http404
    return int(text)


@require_GET
@page(GR12)
def of_group(request: HttpRequest) -> HttpResponse:
    """A part of the group's page: the energies that stand, and their bills."""
    group_id = _number(request, "group")
    energies = queries.group_energies(group_id=group_id, limit=MONTHS)
    points = sorted({one.supply_point_id for one in energies})
    context = {
        "energies": energies,
        "bills": queries.bills_of_group(supply_point_ids=points, limit=MONTHS) if points else [],
        "states": grouplist.PROBLEMS,
        "kinds": billlist.BILL_KINDS,
        "text": numbering.text,
    }
    return render(request, "billing/groups/of_group.html", context)


@require_GET
@page(GR12)
def of_customer(request: HttpRequest) -> HttpResponse:
    """A part of a customer's page: what all the groups were billed, month by month."""
    customer_id = _number(request, "customer")
    context = {"customer_id": customer_id, "rows": queries.months_of_customer(customer_id=customer_id)}
    return render(request, "billing/groups/of_customer.html", context)


def _bill(bill_id: int) -> values.Bill:
    try:
        return queries.bill(bill_id=bill_id)
    except queries.NoSuchBill:
        raise Http404 from None


@require_GET
@page(GR12)
def points(request: HttpRequest, bill_id: int) -> HttpResponse:
    """The annex of a group's bill on screen: each point with its days and shares."""
    found = _bill(bill_id)
    rested = queries.group_energy_of_bill(bill_id=bill_id)
    if rested is None:
        raise Http404
    shares = queries.shares_of_bill(bill_id=bill_id, total_minor=found.total_minor)
    context = {
        "bill": found,
        "energy": rested,
        "rows": list(shares.iter_rows(named=True)),
        "sum_dwh": int(shares["energy_dwh"].sum()),
        "sum_minor": int(shares["amount_minor"].sum()),
    }
    return render(request, "billing/groups/points.html", context)


@require_GET
@page(GR12)
def annex(request: HttpRequest, bill_id: int, kind: str) -> HttpResponse:
    found = _bill(bill_id)
    data = queries.annex_data(bill_id=bill_id)
    if kind not in KINDS or data is None:
        raise Http404
    if kind == "pdf":
        content = operations.annex_pdf(bill_id=bill_id)
        assert content is not None, "there is an annex"
    else:
        shares = queries.shares_of_bill(bill_id=bill_id, total_minor=found.total_minor)
        content = grouplist.shares_xlsx(shares, above=dict(data["facts"]))
    return downloads.made(content, f"points-{found.invoice_number or bill_id}.{kind}")


@require_GET
@page(GR12)
def combined(request: HttpRequest, customer_id: int, month: int, kind: str) -> HttpResponse:
    """One statement over all groups of a customer."""
    if kind not in KINDS or parties.customer(customer_id=customer_id) is None:
        raise Http404
    asked = Month.from_number(month)
    data = queries.combined_data(customer_id=customer_id, month=asked)
    if data is None:
        raise Http404(_("No bill was issued for this month."))
    if kind == "pdf":
        content = operations.combined_pdf(customer_id=customer_id, month=asked)
        assert content is not None, "there are bills"
    else:
        bills = queries.combined_bills(customer_id=customer_id, month=asked)
        content = grouplist.combined_xlsx(bills, above=dict(data["facts"]), number=numbering.text)
    return downloads.made(content, f"statement-{customer_id}-{month}.{kind}")
