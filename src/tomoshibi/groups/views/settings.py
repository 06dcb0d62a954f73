"""The company's rules in numbers, and device types (GR4)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.groups import forms, listing, operations, queries, values
from tomoshibi.groups.views.edge import record, status
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

GR4 = values.SETTINGS


@require_GET
@page(GR4)
def settings(request: HttpRequest) -> HttpResponse:
    return _settings_page(request)


def _settings_page(request: HttpRequest, *, form: Any = None) -> HttpResponse:
    today = clock.today()
    return lists.render_list(
        request,
        listing.device_types_list(),
        title=_("Device types"),
        template="groups/settings.html",
        context={
            "parameters": queries.parameters(on=today),
            "form": form or forms.ParameterForm(initial={"start": today}),
        },
        buttons=[lists.Button(_("New device type"), "groups:new_device_type", "plus", right=f"{GR4}.do", main=True)],
        empty=lists.Empty(
            _("No device types yet."), _("A group is made of devices of one type."), icon="device-desktop"
        ),
    )


@require_POST
@page(GR4, right=DO)
def set_parameter(request: HttpRequest) -> HttpResponse:
    form = forms.ParameterForm(request.POST)
    if form.is_valid():
        try:
            with db.transaction():
                operations.set_parameter(**form.cleaned_data)
                data = form.cleaned_data
                record(
                    request, GR4, f"set {data['code']} to {data['value']} from {data['start']}", "groups.parameter:0"
                )
        except operations.RuleOutOfRange as refusal:
            form.add_error("value", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:settings")
    response = _settings_page(request, form=form)
    response.status_code = 422
    return response


@require_http_methods(["GET", "POST"])
@page(GR4, right=DO)
def device_type(request: HttpRequest, type_id: int | None = None) -> HttpResponse:
    """A new type, or other terms of one from a day on."""
    initial: dict[str, Any] = {"start": clock.today()}
    history = queries.device_type_history(type_id=type_id) if type_id else []
    if type_id:
        if not history:
            raise Http404
        found = queries.device_type(type_id=type_id, on=history[-1][0])
        assert found is not None, "its last terms hold on their first day"
        initial |= {
            name: getattr(found, name)
            for name in ("code", "name", "kind", "rated_min_w", "rated_max_w", "day_min_dwh", "day_max_dwh")
        }
        initial |= {"spread": found.spread.value}
    form = forms.DeviceTypeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            with db.transaction():
                operations.save_device_type(
                    code=data["code"],
                    name=data["name"],
                    kind=data["kind"],
                    spread=values.Spread(data["spread"]),
                    start=data["start"],
                    rated_w=(data["rated_min_w"], data["rated_max_w"]),
                    day_dwh=(data["day_min_dwh"], data["day_max_dwh"]),
                )
                record(request, GR4, f"saved device type {data['code']}", f"groups.devicetype:{type_id or 0}")
        except operations.TypeTerms as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:settings")
    context = {"form": form, "type_id": type_id, "history": history}
    return render(request, "groups/device_type.html", context, status=status(form))


@require_POST
@page(GR4, right=DO)
def delete_device_type(request: HttpRequest, type_id: int) -> HttpResponse:
    try:
        with db.transaction():
            operations.delete_device_type(type_id=type_id)
            record(request, GR4, "deleted a device type that nobody used", f"groups.devicetype:{type_id}")
    except operations.TypeInUse as refusal:
        messages.error(request, str(refusal))
        return redirect("groups:device_type", type_id)
    messages.success(request, _("Deleted."))
    return redirect("groups:settings")
