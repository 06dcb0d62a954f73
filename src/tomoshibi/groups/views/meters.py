"""Reads of reference meters by file and by hand, one meter for another, whether a meter is trusted, the supply (GR11)."""

from collections.abc import Callable
from typing import Any

import polars as pl
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.groups import layouts, meterforms, operations, queries, values, words
from tomoshibi.groups.views.edge import group_or_404, record, show_refusals, status
from tomoshibi.identity import queries as people
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.metering import operations as metering_operations
from tomoshibi.metering import queries as metering
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

GR11 = values.READS
EDITS_SHOWN = 30
DAYS_SHOWN = 40


def _reads_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="groups.reads",
        rows=metering.register_rows(),
        columns=(
            lists.Code("meter_number", gettext_lazy("Meter bar code")),
            lists.Day("day", gettext_lazy("At the end of")),
            lists.Energy("forward_dwh", gettext_lazy("Register reading"), decimals=2),
            lists.Energy("peak_dwh", gettext_lazy("Peak register"), decimals=2),
            lists.Energy("flat_dwh", gettext_lazy("Flat register"), decimals=2),
            lists.Energy("valley_dwh", gettext_lazy("Valley register"), decimals=2),
            lists.Energy("reverse_dwh", gettext_lazy("Reverse register"), decimals=2),
            lists.StateOf("source", gettext_lazy("How it came"), states=words.SOURCES),
        ),
        filters=(
            lists.Search("q", gettext_lazy("Meter bar code"), among=("meter_number",)),
            lists.DayRange("day", gettext_lazy("At the end of")),
            lists.Choice(
                "source",
                gettext_lazy("How it came"),
                choices=[(key.value, state.word) for key, state in words.SOURCES.items()],
                facet=True,
            ),
        ),
        order=("-day", "meter_number"),
        also=("id",),
    )


@require_GET
@page(GR11)
def reads(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        _reads_list(),
        title=_("Reads of reference meters"),
        subtitle=_("What registers showed at the ends of days: daily freezes, monthly reads, reads by hand."),
        buttons=[
            lists.Button(_("Upload registers"), "groups:upload_reads", "upload", right=f"{GR11}.do", key="u", main=True)
        ],
        empty=lists.Empty(
            _("No meter has been read yet."), _("Upload a file, or enter a read on a group's page."), icon="gauge"
        ),
    )


@require_http_methods(["GET", "POST"])
@page(GR11, right=DO)
def upload_reads(request: HttpRequest) -> HttpResponse:
    form = meterforms.RegisterFileForm(request.POST or None, request.FILES or None)
    refusals: list[tuple[int, Any, str]] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with db.transaction():
                rows, written = operations.take_register_file(
                    name=file.name, content=file, today=clock.today(), now=clock.now(), actor_id=request.user.pk
                )
                record(request, GR11, f"took {written} registers from {file.name}", "groups.registers:0")
        except layouts.NotReadable as reason:
            form.add_error("file", str(reason))
        except RowsRefused as refused:
            refusals = [(one.row, words.column(one.column), one.reason) for one in refused.refusals]
        else:
            messages.success(
                request, _("%(rows)d rows read, %(written)d registers are new.") % {"rows": rows, "written": written}
            )
            return redirect("groups:reads")
    code = 422 if refusals else status(form)
    return render(request, "groups/meters/upload.html", {"form": form, "refusals": refusals}, status=code)


def _page(request: HttpRequest, group_id: int, **bound: Any) -> HttpResponse:
    """The meters of a group with everything that may be done about them; a bound form shows what is wrong with it."""
    found, today = group_or_404(group_id), clock.today()
    meters = queries.meters_of(group_id=group_id)
    numbers = [meter.number for meter in meters]
    hanging = [meter.number for meter in meters if meter.end is None]
    shown = (
        metering.registers_frame(meters=numbers, start=today.replace(day=1).replace(month=1), end=today)
        if numbers
        else None
    )
    edits = metering.register_edits(meters=numbers, limit=EDITS_SHOWN)
    marks = queries.suspicions_of(group_id=group_id)
    who = {one["actor_id"] for one in edits} | {one["marked_by_id"] for one in marks}
    supply = queries.supply_of(group_id=group_id)
    given = {"today": today}
    context = {
        "group": found,
        "meters": meters,
        "registers": list(shown.sort("day", descending=True).head(DAYS_SHOWN).iter_rows(named=True))
        if shown is not None
        else [],
        "edits": edits,
        "marks": marks,
        "names": people.names_of(user_ids={one for one in who if one}),
        "supply": supply,
        "plan": tariffs.plan_names(language=get_language() or "ja").get(supply["plan_code"], supply["plan_code"])
        if supply
        else "",
        "read_form": meterforms.ReadForm(meters=numbers, **given),
        "exchange_form": meterforms.ExchangeForm(meters=hanging, **given),
        "suspect_form": meterforms.SuspectForm(meters=numbers, initial={"start": today}, **given),
        "clear_form": meterforms.ClearForm(
            meters=[one["meter_number"] for one in marks if one["end"] is None], initial={"on": today}, **given
        ),
        "supply_form": meterforms.SupplyForm(
            customer_id=found.customer_id, today=today, initial={"start": found.opened_on, "area": masters.usual_area()}
        ),
    } | bound
    return render(request, "groups/meters/meters.html", context, status=422 if bound else 200)


@require_GET
@page(GR11)
def meters(request: HttpRequest, group_id: int) -> HttpResponse:
    return _page(request, group_id)


def _numbers(group_id: int) -> list[str]:
    return [meter.number for meter in queries.meters_of(group_id=group_id)]


def _do(
    request: HttpRequest,
    group_id: int,
    name: str,
    form: Any,
    act: Callable[[dict[str, Any]], str],
    *wrong: type[Exception],
) -> HttpResponse:
    """Check a form of the page and do what it asks for; what is refused stands at the form."""
    if form.is_valid():
        try:
            with db.transaction():
                record(request, GR11, act(form.cleaned_data), f"groups.group:{group_id}")
        except RowsRefused as refused:
            show_refusals(form, refused)
        except wrong as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("groups:meters", group_id)
    return _page(request, group_id, **{name: form})


@require_POST
@page(GR11, right=DO)
def enter_read(request: HttpRequest, group_id: int) -> HttpResponse:
    form = meterforms.ReadForm(request.POST, meters=_numbers(group_id), today=clock.today())

    def act(data: dict[str, Any]) -> str:
        operations.enter_read(
            group_id=group_id,
            meter_number=data["meter_number"],
            day=data["day"],
            registers=form.registers(),
            reason=data["reason"],
            now=clock.now(),
            actor_id=request.user.pk,
        )
        return f"read {data['meter_number']} at the end of {data['day']}"

    return _do(request, group_id, "read_form", form, act, operations.NotHanging, metering_operations.SameRegister)


@require_POST
@page(GR11, right=DO)
def exchange(request: HttpRequest, group_id: int) -> HttpResponse:
    form = meterforms.ExchangeForm(request.POST, meters=_numbers(group_id), today=clock.today())

    def act(data: dict[str, Any]) -> str:
        operations.exchange_reference_meter(
            group_id=group_id,
            old_number=data["meter_number"],
            new_number=data["new_number"],
            on=data["on"],
            old_registers={"forward_dwh": data["old_register"]},
            new_registers={"forward_dwh": data["new_register"]},
            physical_ratio=data["physical_ratio"],
            register_digits=data["register_digits"],
            reason=data["reason"],
            now=clock.now(),
            actor_id=request.user.pk,
        )
        return f"meter {data['new_number']} for {data['meter_number']} on {data['on']}"

    return _do(request, group_id, "exchange_form", form, act, operations.NotHanging)


@require_POST
@page(GR11, right=DO)
def suspect(request: HttpRequest, group_id: int) -> HttpResponse:
    form = meterforms.SuspectForm(request.POST, meters=_numbers(group_id), today=clock.today())

    def act(data: dict[str, Any]) -> str:
        operations.mark_suspect(group_id=group_id, **data, actor_id=request.user.pk)
        return f"marked meter {data['meter_number']} as suspect: {data['reason']}"

    return _do(request, group_id, "suspect_form", form, act, operations.NotHanging, operations.AlreadySuspect)


@require_POST
@page(GR11, right=DO)
def clear(request: HttpRequest, group_id: int) -> HttpResponse:
    form = meterforms.ClearForm(request.POST, meters=_numbers(group_id), today=clock.today())

    def act(data: dict[str, Any]) -> str:
        operations.clear_suspect(group_id=group_id, **data, actor_id=request.user.pk)
        return f"trusts meter {data['meter_number']} again: {data['because']}"

    return _do(request, group_id, "clear_form", form, act, operations.NotSuspect)


@require_POST
@page(GR11, right=DO)
def supply(request: HttpRequest, group_id: int) -> HttpResponse:
    """Put a group on supply: from then on it is read on the first of the month and billed."""
    found = group_or_404(group_id)
    form = meterforms.SupplyForm(request.POST, customer_id=found.customer_id, today=clock.today())

    def act(data: dict[str, Any]) -> str:
        row = {name: data[name] for name in ("area", "account_number", "plan_code", "start")}
        made = operations.open_supplies(
            pl.DataFrame([row | {"group_id": group_id, "base_day": "01"}], schema=dict(operations.NEW_SUPPLIES)),
            now=clock.now(),
            actor_id=request.user.pk,
        )
        return f"supplied under contract {made['number'][0]}"

    return _do(request, group_id, "supply_form", form, act)
