"""Labels, work orders and installation data of a group case, a change of its benchmark, and the end of a group."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tomoshibi.applications.forms import groupwork as forms
from tomoshibi.applications.operations import groupwork as operations
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import RowState
from tomoshibi.applications.views.groupwork.case import way_back
from tomoshibi.applications.views.groupwork.edge import act, case_or_404
from tomoshibi.ui import confirm
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock


@require_POST
@page(values.ORDER, right=DO)
def labels(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.LabelForm(request.POST)
    return way_back(request, case_id, form) or act(
        request, case_id, values.ORDER, "printed the labels",
        lambda: operations.print_labels(
            case_id=case_id, template=form.cleaned_data["template"], reason=form.cleaned_data["reason"], now=clock.now(),
            actor_id=request.user.pk,
        ),
        said=lambda made: _("%(count)s labels are ready to be printed.") % {"count": made.count},
    )  # fmt: skip


@require_POST
@page(values.ORDER, right=DO)
def order(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.OrderForm(request.POST)
    return way_back(request, case_id, form) or act(
        request, case_id, values.ORDER, "ordered the work",
        lambda: operations.order_work(
            case_id=case_id, planned_on=form.cleaned_data["planned_on"], place=form.cleaned_data["place"], now=clock.now(),
            today=clock.today(), actor_id=request.user.pk,
        ),
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def order_again(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.INSTALL, "sent waiting rows out again",
        lambda: operations.order_again(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.ORDER, right=DO)
def finish(request: HttpRequest, case_id: int) -> HttpResponse:
    return act(
        request, case_id, values.ORDER, "went on without the rest",
        lambda: operations.finish_without_rest(case_id=case_id, now=clock.now(), today=clock.today(), actor_id=request.user.pk),
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def install(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.InstallForm(request.POST, today=clock.today())
    return way_back(request, case_id, form) or act(
        request, case_id, values.INSTALL, "entered the installation data",
        lambda: operations.install(
            case_id=case_id, on=form.cleaned_data["on"], now=clock.now(), today=clock.today(), actor_id=request.user.pk
        ),
        said=lambda n: _("%(n)d rows are written.") % {"n": n},
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def change_benchmark(request: HttpRequest, case_id: int) -> HttpResponse:
    form = forms.NewBenchmarkForm(request.POST, today=clock.today())
    return way_back(request, case_id, form) or act(
        request, case_id, values.INSTALL, "changed the benchmark",
        lambda: operations.change_benchmark(
            case_id=case_id, **form.cleaned_data, now=clock.now(), today=clock.today(), actor_id=request.user.pk
        ),
    )  # fmt: skip


@require_POST
@page(values.INSTALL, right=DO)
def end(request: HttpRequest, case_id: int) -> HttpResponse:
    """All points leave; said once more before it is done."""
    form, found = forms.EndForm(request.POST, today=clock.today()), case_or_404(case_id)
    wrong = way_back(request, case_id, form)
    if wrong:
        return wrong
    data = form.cleaned_data
    if not confirm.is_confirmed(request):
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Cancel group %(number)s") % {"number": found.group_number},
                what=_("All its points leave it on one day, their labels become void, and the final bill is awaited."),
                do=_("Cancel the group"),
                back=reverse("applications:group_case", args=[case_id]),
                count=len([r for r in queries.rows(case_id=case_id) if r.state is not RowState.REJECTED]),
                facts=[(_("Removed on"), data["on"])],
                danger=True,
            ),
        )
    return act(
        request, case_id, values.INSTALL, "ended the group",
        lambda: operations.end_group(
            case_id=case_id, on=data["on"], register_dwh=data["register_dwh"], now=clock.now(), today=clock.today(),
            actor_id=request.user.pk,
        ),
        said=lambda n: _("%(n)d points left the group; the final bill is awaited.") % {"n": n},
    )  # fmt: skip
