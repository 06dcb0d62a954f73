"""Pages of supply points and meters (CM1 registration, CM2 changes)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.supply import forms, listing, operations, queries, values, words
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

READERS = ("CM1", "CM2", "CM3", "RB2", "RB7", "RC4")


def _record(request: HttpRequest, procedure: str, what: str, supply_point_id: int) -> None:
    identity.record_deed(
        procedure=procedure,
        what=what,
        at=clock.now(),
        subject=f"supply.supplypoint:{supply_point_id}",
        actor_id=request.user.pk,
    )


def _show_refusals(form: Any, refused: RowsRefused) -> None:
    for refusal in refused.refusals:
        form.add_error(refusal.column if refusal.column in form.fields else None, refusal.reason)


@require_GET
@page(*READERS)
def points(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.points_list(),
        title=_("Supply points"),
        panel="supply:point_panel",
        page="supply:point",
        buttons=[lists.Button(_("New supply point"), "supply:new_point", "plus", right="CM1.do", main=True)],
        empty=lists.Empty(_("No supply points yet."), _("A point appears here when it is registered.")),
    )


@require_GET
@page(*READERS)
def point(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    return _point_page(request, supply_point_id)


@require_GET
@page(*READERS)
def point_panel(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    return _point_page(request, supply_point_id, template="supply/point_panel.html")


def _point_page(
    request: HttpRequest,
    supply_point_id: int,
    *,
    template: str = "supply/point.html",
    status: int = 200,
    form: Any = None,
) -> HttpResponse:
    found = queries.point(supply_point_id=supply_point_id)
    if found is None:
        raise Http404
    context = {
        "point": found,
        "area": masters.every_area()[found.area].name,
        "voltage": words.VOLTAGES[found.voltage],
        "kind": words.KINDS[found.kind],
        "connections": words.CONNECTIONS,
        "odd_digit": values.spin_warning(found.spin, found.voltage),
        "meters": queries.meters_of(supply_point_id=supply_point_id),
        "form": form or forms.MeterForm(initial={"on": clock.today()}),
    }
    return render(request, template, context, status=status)


@require_http_methods(["GET", "POST"])
@page("CM1", right=DO)
def new_point(request: HttpRequest) -> HttpResponse:
    form = forms.PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = operations.register_point(**form.cleaned_data)
                _record(request, "CM1", f"registered point {made.spin}", made.id)
        except RowsRefused as refused:
            _show_refusals(form, refused)
        else:
            if values.spin_warning(made.spin, made.voltage):
                messages.warning(
                    request, _("The third digit does not look like this voltage. Please check the number.")
                )
            messages.success(request, _("Registered."))
            return redirect("supply:point", made.id)
    return render(request, "supply/new_point.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page("CM2", right=DO)
def change_point(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    found = queries.point_columns(supply_point_id=supply_point_id)
    if found is None:
        raise Http404
    form = forms.ChangePointForm(request.POST or None, initial=found)
    if request.method == "POST" and form.is_valid():
        changes = {name: value for name, value in form.cleaned_data.items() if name != "reason"}
        try:
            with db.transaction():
                operations.change_point(supply_point_id=supply_point_id, changes=changes)
                changed = ", ".join(name for name in form.changed_data if name != "reason")
                _record(request, "CM2", f"changed {changed or 'nothing'}", supply_point_id)
        except RowsRefused as refused:
            _show_refusals(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("supply:point", supply_point_id)
    context = {"form": form, "spin": found["spin"], "supply_point_id": supply_point_id}
    return render(request, "supply/change_point.html", context, status=422 if form.errors else 200)


@require_POST
@page("CM2", right=DO)
def hang_meter(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    found = queries.point(supply_point_id=supply_point_id)
    if found is None:
        raise Http404
    form = forms.MeterForm(request.POST)
    if form.is_valid():
        try:
            with db.transaction():
                _hang(found.spin, form.cleaned_data)
                _record(request, "CM2", f"hung meter {form.cleaned_data['meter_number']}", supply_point_id)
        except operations.MeterElsewhere as refusal:
            form.add_error("meter_number", str(refusal))
        except operations.NoSuchPoint as refusal:
            form.add_error("old_number", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("supply:point", supply_point_id)
    return _point_page(request, supply_point_id, status=422, form=form)


def _hang(spin: str, data: dict[str, Any]) -> None:
    details = {"on": data["on"], "is_smart": data["is_smart"], "interval_minutes": data["interval_minutes"]}
    if data["old_number"]:
        operations.exchange_meter(spin=spin, old_number=data["old_number"], new_number=data["meter_number"], **details)
    else:
        operations.hang_meter(spin=spin, meter_number=data["meter_number"], **details)
