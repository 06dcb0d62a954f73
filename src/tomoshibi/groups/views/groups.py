"""Finding groups, one group, its benchmark and its split (GR1)."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.groups import drawings, exports, forms, layouts, listing, operations, queries, values, words
from tomoshibi.groups.views.edge import (
    as_file,
    chosen_day,
    group_or_404,
    named_completeness,
    record,
    show_refusals,
    status,
)
from tomoshibi.identity import queries as people
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.ui import confirm, fragments, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

GR1 = values.REGISTER
ENERGY_DAYS = 60


@require_GET
@page(GR1)
def groups(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.groups_list(on=clock.today()),
        title=_("Groups of points"),
        subtitle=_("One benchmark with a meter, and the points that are billed with it."),
        panel="groups:group_panel",
        page="groups:group",
        buttons=[
            lists.Button(_("All point lists"), reverse("groups:export_all", args=["xlsx"]), "download"),
            lists.Button(_("Verification list"), reverse("groups:verification_list", args=["xlsx"]), "clipboard-list"),
            lists.Button(_("New group"), "groups:new_group", "plus", right=f"{GR1}.do", main=True),
        ],
        empty=lists.Empty(
            _("No groups yet."),
            _("Groups appear here when an application founds one, or when stock customers are imported."),
            icon="topology-star-3",
        ),
    )


def _shown(request: HttpRequest, found: values.Group, *, on: date) -> dict[str, Any]:
    today = clock.today()
    kind = queries.device_type(type_id=found.device_type_id, on=today)
    return {
        "group": found,
        "states": words.GROUPS,
        "roles": words.ROLES,
        "customer": parties.customer(customer_id=found.customer_id),
        "kind": kind,
        "kind_name": queries.device_type_names()[found.device_type_id],
        "room": queries.room_of(group_id=found.id, on=today),
        "multiplier": queries.virtual_multiplier(group_id=found.id, on=on),
        "counts_benchmark": bool(queries.parameter("count_benchmark", on=on)),
        "on": on,
        "today": today,
        "complete": named_completeness(queries.completeness(on=today, group_id=found.id)),
    }


@require_GET
@page(GR1)
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    found = group_or_404(group_id)
    return _group_page(request, found)


def _group_page(request: HttpRequest, found: values.Group, *, check_form: Any = None) -> HttpResponse:
    on, today = chosen_day(request), clock.today()
    frame = queries.points_frame(on=on, group_ids=[found.id])
    points = queries.as_points(frame)
    energy = queries.meter_energy(group_id=found.id, start=today - timedelta(days=ENERGY_DAYS), end=today)
    band = queries.expected_band(device_type_id=found.device_type_id, on=today)
    checks = queries.checks_of(group_id=found.id)
    who = people.names_of(user_ids={check["checked_by_id"] for check in checks if check["checked_by_id"]})
    edits = queries.edits_of(group_id=found.id, limit=20)
    context = _shown(request, found, on=on) | {
        "points": points,
        "places_chart": drawings.access_points(frame, suspected=queries.suspected_groups(on=on)) if points else None,
        "site_states": words.SITE.values(),
        "day_form": forms.DayForm(initial={"on": on}),
        "count_chart": drawings.count_history(queries.count_history(group_id=found.id, on=today), today=today),
        "energy_chart": drawings.energy_per_point(energy, band=band) if energy.height else None,
        "outside": _outside(energy, band),
        "meters": queries.meters_of(group_id=found.id),
        "checks": [(check, who.get(check["checked_by_id"], "")) for check in checks],
        "check_form": check_form or forms.CheckForm(),
        "fragments": fragments.addresses("groups.group", of=request, group=str(found.id)),
        "balance": queries.balance_of(customer_id=found.customer_id, device_type_id=found.device_type_id, on=today),
        "edits": [(edit, words.FIELDS[edit.field], people.name_of(user_id=edit.actor_id)) for edit in edits],
    }
    return render(request, "groups/group.html", context, status=422 if check_form else 200)


def _outside(energy: Any, band: tuple[int, int] | None) -> int:
    """Days on which a point used less or more than its type is expected to."""
    if band is None or not energy.height:
        return 0
    return sum(not band[0] <= used <= band[1] for used in energy["energy_dwh"])


@require_GET
@page(GR1)
def group_panel(request: HttpRequest, group_id: int) -> HttpResponse:
    found = group_or_404(group_id)
    return render(request, "groups/group_panel.html", _shown(request, found, on=clock.today()))


@require_GET
@page(GR1)
def export(request: HttpRequest, group_id: int, kind: str) -> HttpResponse:
    """The group's points of a day in the columns of the confirmation list."""
    found, on = group_or_404(group_id), chosen_day(request)
    frame = exports.point_list(queries.points_frame(on=on, group_ids=[group_id]))
    return as_file(frame, layout=layouts.CONFIRMATION, name=f"{found.benchmark_number}-{on}", kind=kind)


@require_GET
@page(GR1)
def export_all(request: HttpRequest, kind: str) -> HttpResponse:
    """The points of all groups in one file."""
    on = chosen_day(request)
    frame = exports.point_list(queries.points_frame(on=on))
    return as_file(frame, layout=layouts.CONFIRMATION, name=f"points-{on}", kind=kind)


@require_GET
@page(GR1)
def verification_list(request: HttpRequest, kind: str) -> HttpResponse:
    on = chosen_day(request)
    frame = exports.verification_list(queries.verification_list(on=on))
    return as_file(frame, layout=layouts.VERIFICATION, name=f"verification-{on}", kind=kind)


@require_GET
@page(GR1)
def customer_points(request: HttpRequest, customer_id: int, kind: str) -> HttpResponse:
    """The points of all groups of one customer in one file."""
    on = chosen_day(request)
    ids = [row["id"] for row in queries.groups_of_customer(customer_id=customer_id, on=on)]
    frame = exports.point_list(queries.points_frame(on=on, group_ids=ids))
    return as_file(frame, layout=layouts.CONFIRMATION, name=f"customer-{customer_id}-{on}", kind=kind)


@require_http_methods(["GET", "POST"])
@page(GR1, right=DO)
def new_group(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    form = forms.GroupForm(request.POST or None, today=today, initial={"start": today, "physical_ratio": 1})
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = operations.found_group(**_founding(form.cleaned_data), today=today)
                record(request, GR1, f"founded group {made.number}", f"groups.group:{made.id}")
        except RowsRefused as refused:
            show_refusals(form, refused)
        except operations.TypeUnknown as refusal:
            form.add_error("device_code", str(refusal))
        else:
            messages.success(
                request, _("Group %(number)s is a draft until its benchmark was found fit.") % {"number": made.number}
            )
            return redirect("groups:group", made.id)
    return render(request, "groups/new_group.html", {"form": form}, status=status(form))


def _founding(data: dict[str, Any]) -> dict[str, Any]:
    place = supply.access_point(number=data["access_point_number"]) if data["access_point_number"] else None
    benchmark = {"name": data["name"], "address": data["address"]}
    if place:
        benchmark |= {
            "access_point_id": place.id,
            "access_point_number": place.number,
            "district_id": place.district_id,
        }  # fmt: skip
    names = (
        "customer_id", "unit", "device_code", "rated_w", "application_number", "start", "meter_number", "box_number",
        "physical_ratio",
    )  # fmt: skip
    return {name: data[name] for name in names} | {"benchmark": benchmark}


@require_POST
@page(GR1, right=DO)
def check(request: HttpRequest, group_id: int) -> HttpResponse:
    """The three ticks about the benchmark; a draft that has them all becomes active."""
    found = group_or_404(group_id)
    form = forms.CheckForm(request.POST)
    if not form.is_valid():
        return _group_page(request, found, check_form=form)
    with db.transaction():
        operations.check_benchmark(
            group_id=group_id, **form.cleaned_data, today=clock.today(), actor_id=request.user.pk
        )
        record(request, GR1, "checked the benchmark", f"groups.group:{group_id}")
    if found.state is values.GroupState.DRAFT:
        try:
            with db.transaction():
                operations.activate_group(group_id=group_id)
                record(request, GR1, "activated the group", f"groups.group:{group_id}")
        except operations.NotFit as refusal:
            messages.warning(request, str(refusal))
            return redirect("groups:group", group_id)
    messages.success(request, _("Saved."))
    return redirect("groups:group", group_id)


@require_http_methods(["GET", "POST"])
@page(GR1, right=DO)
def split(request: HttpRequest, group_id: int) -> HttpResponse:
    """The proposal for a group over the cap; with a meter for each new benchmark it is done."""
    found, today = group_or_404(group_id), clock.today()
    parts = queries.split_proposal(group_id=group_id, on=today)
    numbers = [part.benchmark_number for part in parts[1:]]
    form = forms.SplitForm(request.POST or None, benchmarks=numbers, today=today, initial={"on": today})
    context = {"group": found, "parts": parts, "form": form, "room": queries.room_of(group_id=group_id, on=today)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "groups/split.html", context, status=status(form))
    if not confirm.is_confirmed(request):
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Split group %(number)s") % {"number": found.number},
                what=_(
                    "Points keep their account numbers and histories; each new part is billed by a meter of its own."
                ),
                do=_("Split"),
                back=reverse("groups:split", args=[group_id]),
                count=sum(part.points for part in parts),
                facts=[(_("Groups afterwards"), len(parts))],
            ),
        )
    try:
        with db.transaction():
            made = operations.split_group(
                group_id=group_id, on=form.cleaned_data["on"], parts=parts, meters=form.meters(), today=today
            )
            record(request, GR1, f"split into {len(made) + 1} groups", f"groups.group:{group_id}")
    except operations.PartsDoNotFit as refusal:
        form.add_error(None, str(refusal))
        return render(request, "groups/split.html", context, status=422)
    messages.success(request, _("%(n)d new groups were made.") % {"n": len(made)})
    return redirect("groups:group", group_id)
