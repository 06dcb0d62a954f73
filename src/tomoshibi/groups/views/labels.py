"""Labels of a group: print all before connection, some again, replace what was lost (GR5)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.documents import queries as documents
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.fieldwork import queries as labels_of_field
from tomoshibi.fieldwork import values as field_values
from tomoshibi.groups import forms, operations, queries, values
from tomoshibi.groups.views.edge import group_or_404, record
from tomoshibi.identity import queries as people
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.ui import downloads
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

GR5 = values.LABELS
ORDERS = field_values.TICKETS
REFUSALS = (
    operations.NoPointsChosen,
    fieldwork.NoReason,
    fieldwork.CodeTooSmall,
    fieldwork.AlreadyVoid,
    masters.MasterMissing,
)


def _labels_page(request: HttpRequest, group_id: int, **shown: Any) -> HttpResponse:
    found = group_or_404(group_id)
    rows = queries.labels_of_group(group_id=group_id, on=clock.today())
    prints = labels_of_field.prints_of_subjects(subjects=[values.subject_of(row.point.id) for row in rows])
    layouts = labels_of_field.templates()
    who = people.names_of(user_ids={one.printed_by_id for one in prints if one.printed_by_id})
    context = {
        "group": found,
        "rows": rows,
        "without": sum(row.label is None or not row.label.print_count for row in rows),
        "prints": [
            (
                one,
                layouts[one.template].name if one.template in layouts else one.template,
                who.get(one.printed_by_id or 0, ""),
            )
            for one in prints
        ],
        "form": forms.LabelForm(),
        "work_form": forms.SiteWorkForm(today=clock.today(), initial={"planned_on": clock.today()}),
        "chosen": set(),
    } | shown
    return render(request, "groups/labels.html", context, status=422 if shown else 200)


@require_GET
@page(GR5)
def labels(request: HttpRequest, group_id: int) -> HttpResponse:
    return _labels_page(request, group_id)


@require_POST
@page(GR5, right=DO)
def print_labels(request: HttpRequest, group_id: int) -> HttpResponse:
    """Print the chosen points' labels, or all of the group when none is chosen."""
    group = group_or_404(group_id)
    form, chosen = forms.LabelForm(request.POST), _chosen(request)
    if form.is_valid():
        try:
            with db.transaction():
                made = operations.print_labels(
                    group_id=group_id,
                    point_ids=sorted(chosen) or None,
                    template=form.cleaned_data["template"],
                    reason=form.cleaned_data["reason"],
                    today=clock.today(),
                    now=clock.now(),
                    actor_id=request.user.pk,
                )
                record(request, GR5, f"printed {made.count} labels of {group.number}", f"groups.group:{group_id}")
        except REFUSALS as refusal:
            form.add_error("reason" if isinstance(refusal, fieldwork.NoReason) else None, str(refusal))
        else:
            messages.success(request, _("%(count)s labels are ready to be printed.") % {"count": made.count})
            return redirect(f"{reverse('groups:labels', args=[group_id])}#print-{made.id}")
    return _labels_page(request, group_id, form=form, chosen=chosen)


@require_POST
@page(GR5, right=DO)
def replace_labels(request: HttpRequest, group_id: int) -> HttpResponse:
    group = group_or_404(group_id)
    form, chosen = forms.LabelForm(request.POST), _chosen(request)
    if form.is_valid():
        try:
            with db.transaction():
                count = operations.replace_labels(
                    group_id=group_id,
                    point_ids=sorted(chosen),
                    reason=form.cleaned_data["reason"],
                    today=clock.today(),
                    now=clock.now(),
                    actor_id=request.user.pk,
                )
                record(request, GR5, f"replaced {count} labels of {group.number}", f"groups.group:{group_id}")
        except REFUSALS as refusal:
            form.add_error("reason" if isinstance(refusal, fieldwork.NoReason) else None, str(refusal))
        else:
            messages.success(request, _("%(count)s labels are void; print the new ones.") % {"count": count})
            return redirect("groups:labels", group_id)
    return _labels_page(request, group_id, form=form, chosen=chosen)


@require_POST
@page(ORDERS, right=DO)
def order_site_work(request: HttpRequest, group_id: int) -> HttpResponse:
    """A ticket for a crew: the chosen points, or all of the group."""
    group = group_or_404(group_id)
    form, chosen = forms.SiteWorkForm(request.POST, today=clock.today()), _chosen(request)
    if form.is_valid():
        try:
            with db.transaction():
                ticket_id = operations.order_site_work(
                    group_id=group_id,
                    point_ids=sorted(chosen) or None,
                    **form.cleaned_data,
                    today=clock.today(),
                    now=clock.now(),
                    actor_id=request.user.pk,
                )
                record(request, ORDERS, f"ordered work on site at {group.number}", f"fieldwork.ticket:{ticket_id}")
        except operations.NoPointsChosen as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The ticket waits for a leader."))
            return redirect("fieldwork:ticket", ticket_id)
    return _labels_page(request, group_id, work_form=form, chosen=chosen)


def _chosen(request: HttpRequest) -> set[int]:
    return {int(text) for text in request.POST.getlist("points") if text.isdigit()}


@require_GET
@page(GR5)
def sheet(request: HttpRequest, print_id: int) -> HttpResponse:
    """The PDF of a print, as it was made."""
    try:
        made = labels_of_field.label_print(print_id=print_id)
    except labels_of_field.NoSuchPrint:
        raise Http404 from None
    return downloads.made(documents.content(file_id=made.file_id), f"labels-{made.id}.pdf")
