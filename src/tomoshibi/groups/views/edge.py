"""What the pages of groups share: looking things up, recording deeds, handing out files."""

from datetime import date
from typing import Any

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tomoshibi.groups import exports, forms, layouts, queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.ui import downloads
from tomoshibi.worker import queries as clock

KINDS = ("csv", "xlsx")


def group_or_404(group_id: int) -> values.Group:
    found = queries.group(group_id=group_id)
    if found is None:
        raise Http404(_("There is no such group."))
    return found


def chosen_day(request: HttpRequest) -> date:
    """The day that the page was asked for, today where it was asked for none."""
    form = forms.DayForm(request.GET)
    return (form.cleaned_data["on"] if form.is_valid() else None) or clock.today()


def named_completeness(found: values.Completeness) -> list[tuple[Any, int, int]]:
    """What is looked for, how many points have it, and of how many."""
    named = (
        (_("Address"), found.address),
        (_("Access point"), found.access_point),
        (_("Transformer district"), found.district),
        (_("Installation day"), found.installed_on),
        (_("Seal number"), found.seal),
    )
    return [(name, have, found.points) for name, have in named]


def record(request: HttpRequest, step: str, what: str, subject: str) -> None:
    identity.record_deed(procedure=step, what=what, at=clock.now(), subject=subject, actor_id=request.user.pk)


def status(form: Form) -> int:
    """A form with something wrong is shown again as an answer that changed nothing."""
    return 422 if form.is_bound and form.errors else 200


def show_refusals(form: Form, refused: RowsRefused) -> None:
    for refusal in refused.refusals:
        form.add_error(refusal.column if refusal.column in form.fields else None, refusal.reason)


def to_job(job_id: int, *, after: str) -> HttpResponse:
    return redirect(f"{reverse('worker:job', args=[job_id])}?{urlencode({'next': after})}")


def as_file(frame: Any, *, layout: layouts.Layout, name: str, kind: str) -> HttpResponse:
    """
    :param kind: csv or xlsx
    """
    if kind not in KINDS:
        raise Http404
    content = exports.as_xlsx(frame, layout) if kind == "xlsx" else exports.as_csv(frame, layout)
    return downloads.made(content, f"{name}.{kind}")
