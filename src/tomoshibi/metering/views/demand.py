"""Staff pages of RB4: who is on actual demand, what is missing, and why the contract demand is what it is."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.metering import demand_csv, demand_list, forms, operations, queries, values
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

RB4 = values.DEMAND_PROCEDURE


@page(RB4)
def demands(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        demand_list.demands_list(),
        title=_("Maximum demand"),
        subtitle=_("Contracts whose plan prices by actual demand; nobody else's demand is collected."),
        panel="metering:demand_panel",
        page="metering:demand",
        buttons=[
            lists.Button(_("Upload a CSV"), "metering:upload_demand", "upload", right=f"{RB4}.do", key="u"),
            lists.Button(_("Collect"), "metering:collect_demand", "refresh", right=f"{RB4}.do", key="c", main=True),
        ],
        empty=lists.Empty(
            _("No contract is on actual demand."),
            _("A contract appears here when its plan has a basic charge by demand and its month is collected."),
            icon="chart-line",
        ),
    )


@page(RB4, right=DO)
def collect(request: HttpRequest) -> HttpResponse:
    """Collect a month: ask which, then let the worker do it."""
    form = forms.CollectForm(request.POST or None, initial={"month": Month.of(clock.today())})
    if request.method == "POST" and form.is_valid():
        month: Month = form.cleaned_data["month"]
        with db.transaction():
            job_id = worker.enqueue(
                values.COLLECT_JOB,
                {"month": month.number, "actor_id": request.user.pk},
                requested_by_id=request.user.pk,
                lock=values.COLLECT_JOB,
            )
        after = urlencode({"next": reverse("metering:demands")})
        return redirect(f"{reverse('worker:job', args=[job_id])}?{after}")
    return render(request, "metering/collect_demand.html", {"form": form}, status=_status(form))


@page(RB4, right=DO)
def upload(request: HttpRequest) -> HttpResponse:
    form = forms.DemandFileForm(request.POST or None, request.FILES or None)
    refused: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = demand_csv.read(file.read())
            with db.transaction():
                taken, refused = operations.take_demands(
                    rows=rows, source_name=file.name or "", now=clock.now(), actor_id=request.user.pk
                )
        except demand_csv.NotDemands as wrong:
            form.add_error("file", wrong.sentences[:20])
        else:
            said = ngettext("%(n)d demand was taken.", "%(n)d demands were taken.", taken) % {"n": taken}
            messages.success(request, said)
            for sentence in refused[:20]:
                messages.warning(request, sentence)
            return redirect("metering:demands")
    return render(request, "metering/upload_demand.html", {"form": form}, status=_status(form))


def _status(form: Any) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _shown(demand_id: int) -> dict[str, Any]:
    found = queries.demand(demand_id=demand_id)
    if found is None:
        raise Http404(_("There is no such month."))
    history = queries.demand_history(contract_id=found.contract_id)
    return {
        "demand": found,
        "month": next((one for one in history if one.id == found.id), None),
        "history": [(one, demand_list.reason(one)) for one in history],
        "former": queries.demand_versions(contract_id=found.contract_id),
        "chart": demand_list.chart(history),
        "sources": demand_list.SOURCES,
        "stands": found.superseded_at is None,
        "provided": queries.is_provided(found),
    }


@page(RB4)
def demand_panel(request: HttpRequest, demand_id: int) -> HttpResponse:
    return render(request, "metering/demand_panel.html", _shown(demand_id))


@page(RB4)
def demand(request: HttpRequest, demand_id: int) -> HttpResponse:
    """One contract's months: what was measured, what counts, and why."""
    return _page(request, demand_id)


def _page(request: HttpRequest, demand_id: int, **bound: Form) -> HttpResponse:
    """The page with its forms; ``bound`` holds the one that came back with errors."""
    day, shown = clock.today(), _shown(demand_id)
    found = shown["demand"]
    blank = {
        "form": forms.AgreedDemandForm(today=day, initial={"agreed_on": day}),
        "contract_form": forms.ContractDemandForm(today=day, initial={"agreed_on": day}),
        "equipment_form": forms.EquipmentForm(period=Period(found.period_start, found.period_end)),
    }
    status = _status(next(iter(bound.values()))) if bound else 200
    return render(request, "metering/demand.html", shown | blank | bound, status=status)


@require_POST
@page(RB4, right=DO)
def agree(request: HttpRequest, demand_id: int) -> HttpResponse:
    """Enter the demand that was agreed where the meter has none."""
    form = forms.AgreedDemandForm(request.POST, today=clock.today())
    if form.is_valid():
        try:
            with db.transaction():
                after = operations.enter_agreed_demand(
                    demand_id=demand_id, **form.cleaned_data, now=clock.now(), actor_id=request.user.pk
                )
        except (operations.OlderVersion, operations.DemandKnown) as refusal:
            messages.error(request, str(refusal))
            return redirect("metering:demand", demand_id)
        messages.success(request, _("The agreed demand stands until the grid company provides a value."))
        return redirect("metering:demand", after)
    return _page(request, demand_id, form=form)


@require_POST
@page(RB4, right=DO)
def agree_contract(request: HttpRequest, demand_id: int) -> HttpResponse:
    """Enter a contract demand by agreement."""
    form = forms.ContractDemandForm(request.POST, today=clock.today())
    if form.is_valid():
        try:
            with db.transaction():
                after = operations.agree_contract_demand(
                    demand_id=demand_id, **form.cleaned_data, now=clock.now(), actor_id=request.user.pk
                )
        except operations.OlderVersion as refusal:
            messages.error(request, str(refusal))
            return redirect("metering:demand", demand_id)
        messages.success(request, _("The contract demand is agreed from this month on."))
        return redirect("metering:demand", after)
    return _page(request, demand_id, contract_form=form)


@require_POST
@page(RB4, right=DO)
def change_equipment(request: HttpRequest, demand_id: int) -> HttpResponse:
    """Divide a month at a change of equipment."""
    found = queries.demand(demand_id=demand_id)
    if found is None:
        raise Http404(_("There is no such month."))
    form = forms.EquipmentForm(request.POST, period=Period(found.period_start, found.period_end))
    if form.is_valid():
        try:
            with db.transaction():
                after = operations.split_at_change_of_equipment(
                    demand_id=demand_id, **form.cleaned_data, now=clock.now(), actor_id=request.user.pk
                )
        except operations.OlderVersion as refusal:
            messages.error(request, str(refusal))
            return redirect("metering:demand", demand_id)
        messages.success(request, _("The month has two parts now, each with its own contract demand."))
        return redirect("metering:demand", after)
    return _page(request, demand_id, equipment_form=form)
