"""Staff pages of RB2: files of the grid companies, what is missing, and what a point used."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tomoshibi.documents import operations as document_operations
from tomoshibi.documents import queries as documents
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import units
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import queries as masters
from tomoshibi.metering import drawings, forms, operations, queries, tables, values
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.ui import downloads, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock

RB2 = values.PROCEDURE
EVIDENCE_KIND = "metering.evidence"


# Files -----------------------------------------------------------------------------------------------------------


@page(RB2)
def files(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.files_list(),
        title=_("Files of the grid companies"),
        subtitle=_("What came, whether it was read, and which rows were not taken."),
        panel="metering:file_panel",
        page="metering:file",
        buttons=[
            lists.Button(_("Upload a file"), "metering:upload", "upload", right=f"{RB2}.do", key="u"),
            lists.Button(_("Fetch"), "metering:portals", "cloud-download", right=f"{RB2}.do", key="f", main=True),
        ],
        empty=lists.Empty(
            _("No file has come yet."),
            _("Files appear here when they are fetched from a grid company's portal, or uploaded by hand."),
            icon="file-download",
        ),
    )


def _file(file_id: int) -> values.ImportedFile:
    found = queries.file(file_id=file_id)
    if found is None:
        raise Http404(_("There is no such file."))
    return found


def _shown_file(file_id: int) -> dict[str, Any]:
    found = _file(file_id)
    counts = [(tables.ROW_CODES[code], found.counts[code]) for code in values.RowCode if found.counts.get(code)]
    return {
        "file": found,
        "counts": counts,
        "states": tables.FILE_STATES,
        "source": tables.SOURCES[found.source],
        "may_read": found.state in {values.FileState.REFUSED, values.FileState.DONE_WITH_REFUSALS},
        "job_runs": found.state == values.FileState.WAITING and found.job_id is not None,
    }


@page(RB2)
def file(request: HttpRequest, file_id: int) -> HttpResponse:
    shown = _shown_file(file_id)
    return lists.render_list(
        request,
        tables.file_rows_list(file_id=file_id),
        title=shown["file"].name,
        template="metering/file.html",
        context=shown,
        empty=lists.Empty(
            _("No row needs a look."), _("Rows that were not taken appear here, each with its reason."), icon="check"
        ),
    )


@page(RB2)
def file_panel(request: HttpRequest, file_id: int) -> HttpResponse:
    rows = queries.file_rows(file_id=file_id)[:50]
    told = [
        (row, tables.ROW_CODES[values.RowCode(row.code)], tables.sentence(row.template, row.parameters)) for row in rows
    ]
    return render(request, "metering/file_panel.html", _shown_file(file_id) | {"rows": told})


@page(RB2)
def file_raw(request: HttpRequest, file_id: int) -> HttpResponse:
    """The bytes as they came."""
    found = _file(file_id)
    if found.document_id is None:
        raise Http404(_("The bytes of this file are not here."))
    return downloads.foreign(documents.path(file_id=found.document_id), found.name)


def _status(form: Form) -> HTTPStatus:
    """A form with something wrong is shown again as an answer that changed nothing."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


@page(RB2, right=DO)
def upload(request: HttpRequest) -> HttpResponse:
    form = forms.UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content: UploadedFile = form.cleaned_data["file"]
        with db.transaction():
            received, new = operations.receive_file(
                name=content.name or "",
                content=content,  # type: ignore[arg-type]
                source=values.Source.MANUAL,
                now=clock.now(),
                actor_id=request.user.pk,
            )
        if not new:
            messages.info(request, _("This file was received before; nothing changed."))
            return redirect("metering:file", received.id)
        return _read(request, received.id)
    return render(request, "metering/upload.html", {"form": form}, status=_status(form))


@require_POST
@page(RB2, right=DO)
def read_again(request: HttpRequest, file_id: int) -> HttpResponse:
    return _read(request, _file(file_id).id)


def _read(request: HttpRequest, file_id: int) -> HttpResponse:
    try:
        with db.transaction():
            job_id = operations.enqueue_import(file_id=file_id, actor_id=request.user.pk)
    except (operations.AlreadyRead, operations.FileInUse) as refusal:
        messages.warning(request, str(refusal))
        return redirect("metering:file", file_id)
    return _to_job(job_id, after=reverse("metering:file", args=[file_id]))


def _to_job(job_id: int, *, after: str) -> HttpResponse:
    return redirect(f"{reverse('worker:job', args=[job_id])}?{urlencode({'next': after})}")


# Portals ---------------------------------------------------------------------------------------------------------


@page(RB2)
def portals(request: HttpRequest) -> HttpResponse:
    endpoints = queries.endpoints()
    return render(
        request,
        "metering/portals.html",
        {
            "portals": [(endpoint, masters.every_area()[endpoint.area]) for endpoint in endpoints],
            "may_fetch": request.user.has_perm(f"{RB2}.do") and any(endpoint.active for endpoint in endpoints),  # type: ignore[union-attr]
            "may_set": request.user.has_perm(f"{RB2}.do") and len(endpoints) < len(masters.areas()),  # type: ignore[union-attr]
        },
    )


@require_POST
@page(RB2, right=DO)
def fetch(request: HttpRequest) -> HttpResponse:
    """Fetch what is new from all portals, or from one area's."""
    area = request.POST.get("area", "")
    with db.transaction():
        job_id = worker.enqueue(
            values.FETCH_JOB, {"area": area}, requested_by_id=request.user.pk, lock=f"{values.FETCH_JOB}:{area}"
        )
        identity.record_deed(
            procedure=RB2,
            what=f"asked for new files of {f'area {area}' if area else 'all areas'}",
            at=clock.now(),
            actor_id=request.user.pk,
        )
    return _to_job(job_id, after=reverse("metering:files"))


@page(RB2, right=DO)
def new_portal(request: HttpRequest) -> HttpResponse:
    form = forms.NewPortalForm(request.POST or None, taken=[endpoint.area for endpoint in queries.endpoints()])
    if request.method == "POST" and form.is_valid():
        return _set_portal(request, dict(form.cleaned_data))
    return render(request, "metering/portal.html", {"form": form, "area": None}, status=_status(form))


@page(RB2, right=DO)
def portal(request: HttpRequest, area: str) -> HttpResponse:
    found = queries.endpoints(area=area)
    if not found:
        raise Http404(_("There is no portal of this area."))
    form = forms.PortalForm(request.POST or None, initial=forms.initial_of(found[0]))
    if request.method == "POST" and form.is_valid():
        return _set_portal(request, {"area": area, **form.cleaned_data})
    return render(
        request, "metering/portal.html", {"form": form, "area": masters.every_area()[area]}, status=_status(form)
    )


def _set_portal(request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
    with db.transaction():
        operations.set_portal(**given, now=clock.now(), actor_id=request.user.pk)
    messages.success(request, _("The portal was saved."))
    return redirect("metering:portals")


# Gaps ------------------------------------------------------------------------------------------------------------


@page(RB2)
def gaps(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.gaps_list(),
        title=_("Missing values"),
        subtitle=_("Supplied points whose confirmed value is due and not there."),
        template="metering/gaps.html",
        context={
            "days": [(day, masters.every_area()[day.area]) for day in queries.gap_counts()],
            "today": clock.today(),
            "unread": len(queries.files_waiting()),
        },
        panel="metering:gap_panel",
        page="metering:gap",
        actions=[lists.Action(_("Ask the grid company again"), "metering:ask_chosen", "refresh", f"{RB2}.do", "g")],
        buttons=[lists.Button(_("Closed ones too"), "metering:all_gaps", "history")],
        empty=lists.Empty(
            _("Nothing is missing."),
            _("A point appears here the day after its value was due, or when the grid company says it has none."),
            icon="mood-smile",
        ),
    )


@page(RB2)
def all_gaps(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.gaps_list(open_only=False),
        title=_("Missing values, also closed ones"),
        panel="metering:gap_panel",
        page="metering:gap",
        buttons=[lists.Button(_("Open ones only"), "metering:gaps", "hourglass")],
        empty=lists.Empty(_("Nothing was ever missing.")),
    )


@require_POST
@page(RB2, right=DO)
def ask_chosen(request: HttpRequest) -> HttpResponse:
    try:
        chosen = lists.chosen(request, tables.gaps_list())
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("metering:gaps")
    return _ask(request, chosen.ids)


@require_POST
@page(RB2, right=DO)
def ask(request: HttpRequest, gap_id: int) -> HttpResponse:
    return _ask(request, [gap_id], note=request.POST.get("note", ""))


def _ask(request: HttpRequest, gap_ids: list[int], note: str = "") -> HttpResponse:
    try:
        with db.transaction():
            jobs = operations.ask_again(gap_ids=gap_ids, note=note, now=clock.now(), actor_id=request.user.pk)
    except operations.NothingToAsk as refusal:
        messages.warning(request, str(refusal))
        return redirect("metering:gaps")
    messages.success(
        request,
        ngettext("%(n)d value was asked for again.", "%(n)d values were asked for again.", len(gap_ids))
        % {"n": len(gap_ids)},
    )
    return _to_job(jobs[0], after=reverse("metering:gaps"))


@require_POST
@page(RB2, right=DO)
def watch_now(request: HttpRequest) -> HttpResponse:
    with db.transaction():
        job_id = operations.enqueue_watch(actor_id=request.user.pk)
    return _to_job(job_id, after=reverse("metering:gaps"))


def _gap(gap_id: int) -> values.Gap:
    found = queries.gap(gap_id=gap_id)
    if found is None:
        raise Http404(_("There is no such gap."))
    return found


def _shown_gap(gap: values.Gap) -> dict[str, Any]:
    return {
        "gap": gap,
        "area": masters.every_area()[gap.area],
        "reasons": tables.GAP_REASONS,
        "outcomes": tables.GAP_OUTCOMES,
        "age": gap.age_days(clock.today()),
        "open": gap.closed_at is None,
        "suggestions": [
            (suggestion, forms.BASES[suggestion.basis])
            for suggestion in queries.suggestions(
                supply_point_id=gap.supply_point_id, month=Month.from_number(gap.month), period=gap.period
            )
        ],
    }


@page(RB2)
def gap_panel(request: HttpRequest, gap_id: int) -> HttpResponse:
    return render(request, "metering/gap_panel.html", _shown_gap(_gap(gap_id)))


@page(RB2)
def gap(request: HttpRequest, gap_id: int) -> HttpResponse:
    """One gap: ask again, or enter what was agreed."""
    shown = _shown_gap(_gap(gap_id))
    return _gap_page(request, shown, forms.AgreedForm(initial=_proposed(request, shown), today=clock.today()))


def _gap_page(request: HttpRequest, shown: dict[str, Any], form: forms.AgreedForm) -> HttpResponse:
    found: values.Gap = shown["gap"]
    chart = drawings.months(_history(found.supply_point_id, Month.from_number(found.month)))
    return render(request, "metering/gap.html", {**shown, "form": form, "chart": chart}, status=_status(form))


@require_POST
@page(RB2, right=DO)
def agree(request: HttpRequest, gap_id: int) -> HttpResponse:
    """Enter the quantity that was agreed for a gap."""
    found = _gap(gap_id)
    form = forms.AgreedForm(request.POST, request.FILES, today=clock.today())
    if form.is_valid() and _enter_agreed(request, found, form):
        return redirect("metering:point", found.supply_point_id)
    return _gap_page(request, _shown_gap(found), form)


def _proposed(request: HttpRequest, shown: dict[str, Any]) -> dict[str, Any]:
    """A suggestion that the clerk took into the form."""
    for suggestion, _word in shown["suggestions"]:
        if suggestion.basis == request.GET.get("use"):
            kwh = units.plain(suggestion.energy_dwh, scale=units.DWH_PER_KWH)
            return {"energy": kwh, "basis": suggestion.basis.value, "agreed_on": clock.today()}
    return {"agreed_on": clock.today()}


def _enter_agreed(request: HttpRequest, gap: values.Gap, form: forms.AgreedForm) -> bool:
    """Enter the quantity of a form; a refusal stands on the form."""
    given = form.cleaned_data
    now = clock.now()
    try:
        with db.transaction():
            evidence: UploadedFile | None = given["evidence"]
            stored = evidence and document_operations.store(
                name=evidence.name or "",
                content=evidence,  # type: ignore[arg-type]
                kind=EVIDENCE_KIND,
                now=now,
                actor_id=request.user.pk,
            )
            operations.enter_agreed(
                supply_point_id=gap.supply_point_id,
                spin=gap.spin,
                month=Month.from_number(gap.month),
                period=gap.period,
                energy_dwh=given["energy"],
                basis=values.AgreedBasis(given["basis"]),
                reason=given["reason"],
                agreed_by=given["agreed_by"],
                agreed_on=given["agreed_on"],
                evidence_id=stored.id if stored else None,
                now=now,
                actor_id=request.user.pk,
            )
    except (operations.AlreadyConfirmed, operations.NotANewQuantity) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The agreed quantity stands until the grid company provides a value."))
    return True


# Points ----------------------------------------------------------------------------------------------------------


def _history(supply_point_id: int, last_month: Month) -> list[drawings.MonthUse]:
    """13 months up to and including one, and the year before them, for comparison."""
    frame = queries.history_frame(last_month=last_month, months=25, supply_point_ids=[supply_point_id])
    return drawings.month_uses(frame, last_month=last_month)


def _month(request: HttpRequest, latest: int | None, today: date) -> Month:
    """The reading month that the page shows: the one asked for, or the latest with a reading."""
    try:
        return Month.parse(request.GET.get("month", ""))
    except ValueError:
        return Month.from_number(latest) if latest else Month.of(today)


@page(RB2)
def point(request: HttpRequest, supply_point_id: int) -> HttpResponse:
    """What a point used: 13 months, the half-hours of one, every version of every reading."""
    return render(request, "metering/point.html", _shown_point(request, supply_point_id))


def _shown_point(request: HttpRequest, supply_point_id: int) -> dict[str, Any]:
    found = supply.point(supply_point_id=supply_point_id)
    if found is None:
        raise Http404(_("There is no such supply point."))
    readings = queries.readings_of_point(supply_point_id=supply_point_id)
    standing = [reading for reading in readings if reading.superseded_by_id is None]
    month = _month(request, standing[0].month if standing else None, clock.today())
    of_month = [reading for reading in standing if reading.month == month.number]
    period = Period(of_month[-1].period.start, of_month[0].period.end) if of_month else month.period
    curve = queries.load_curve(supply_point_id=supply_point_id, period=period)
    return {
        "point": found,
        "area": masters.every_area()[found.area],
        "month": month,
        "months": sorted({reading.month for reading in standing}, reverse=True),
        "previous": month.plus(-1),
        "following": month.plus(1),
        "period": period,
        "readings": readings,
        "notes": drawings.NOTES,
        "agreed": queries.agreed_of_point(supply_point_id=supply_point_id),
        "bases": forms.BASES,
        "usage": drawings.months(_history(supply_point_id, month)),
        "heat": drawings.heat(curve) if curve else None,
        "days": drawings.days(curve) if curve else None,
    }


@page(RB2)
def evidence(request: HttpRequest, agreed_id: int) -> HttpResponse:
    """The file that shows an agreement."""
    agreed = queries.agreed(agreed_id=agreed_id)
    if agreed is None or agreed.evidence_id is None:
        raise Http404(_("There is no such evidence."))
    stored = documents.stored_file(file_id=agreed.evidence_id)
    return downloads.foreign(documents.path(file_id=stored.id), stored.name)
