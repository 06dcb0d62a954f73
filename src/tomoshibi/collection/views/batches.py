"""Batches of direct debits: their rows, and the steps from preparation to settlement."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.collection import forms, operations, queries, tables, values
from tomoshibi.collection.views.shared import attempt
from tomoshibi.documents import queries as documents
from tomoshibi.identity import queries as people
from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.kernel.units import MICRO
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import queries as masters
from tomoshibi.ui import confirm, downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock


def _batch(batch_id: int) -> values.DebitBatch:
    found = queries.batch(batch_id=batch_id)
    if found is None:
        raise Http404
    return found


@require_GET
@page("RC4")
def batches(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        tables.batches(),
        title=_("Direct-debit batches"),
        page="collection:batch",
        empty=lists.Empty(
            _("No batches yet."),
            _("Prepare one from the day list."),
            url=reverse("collection:day"),
            button=_("Day list"),
        ),
    )


@require_GET
@page("RC4")
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = _batch(batch_id)
    return lists.render_list(
        request,
        tables.debits(batch=found),
        title=_("Direct debit of %(day)s") % {"day": found.debit_on},
        page=lambda row: reverse("collection:receivable", args=[row["receivable_id"]]),
        empty=lists.Empty(_("This batch has no rows.")),
        template="collection/batch.html",
        context={
            "batch": found,
            "agent_name": masters.debit_agent_names().get(found.agent, found.agent),
            "figures": queries.batch_figures(batch_id=batch_id),
            "batch_states": tables.BATCH_STATES,
            "prepared_by": people.name_of(user_id=found.prepared_by_id),
            "released_by": people.name_of(user_id=found.released_by_id),
            "settlement": queries.settlement_of(batch_id=batch_id),
            "stored": documents.stored_file(file_id=found.file_id) if found.file_id else None,
            "entries": ledger.entries_of(document=f"debit_batch:{batch_id}"),
            "may_release": found.prepared_by_id != request.user.pk,
        },
    )


@require_GET
@page("RC4")
def aside(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = _batch(batch_id)
    return lists.render_list(
        request,
        tables.aside(batch_id=batch_id),
        title=_("Set aside from the debit of %(day)s") % {"day": found.debit_on},
        subtitle=_(
            "These debts could not be asked for; they stay open and come into the next batch once it is possible."
        ),
        empty=lists.Empty(_("Nothing was set aside.")),
        buttons=[lists.Button(_("Batch"), reverse("collection:batch", args=[batch_id]), "chevron-left")],
    )


@require_GET
@page("RC4")
def download(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The request file, byte for byte, for handing it over by other means; only after its release."""
    found = _batch(batch_id)
    if found.file_id is None or found.released_by_id is None:
        raise Http404
    stored = documents.stored_file(file_id=found.file_id)
    return downloads.kept(documents.path(file_id=found.file_id), stored.name)


@require_http_methods(["GET", "POST"])
@page("RC4", right=CONFIRM)
def release(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The second pair of eyes: after this the money moves."""
    found = _batch(batch_id)
    back = reverse("collection:batch", args=[batch_id])
    if not confirm.is_confirmed(request):
        question = confirm.Question(
            title=_("Release the direct debit of %(day)s") % {"day": found.debit_on},
            what=_("The file is sent to the agent, and the money is drawn from these customers' bank accounts."),
            do=_("Release and send"),
            back=back,
            count=found.row_count,
            amount_minor=found.total_minor,
            facts=[
                (_("Collection agent"), masters.debit_agent_names().get(found.agent, found.agent)),
                (_("Prepared by"), people.name_of(user_id=found.prepared_by_id)),
                (_("Set aside"), found.aside_count),
            ],
            warning=""
            if found.prepared_by_id != request.user.pk
            else _("You prepared it: another person has to release it."),
        )
        return confirm.ask(request, question)
    came = attempt(
        request,
        lambda: operations.release_batch(
            batch_id=batch_id, now=clock.now(), today=clock.today(), actor_id=actor(request)
        ),
        _("Released. The file is being sent."),
    )
    return redirect(f"{reverse('worker:job', args=[came.value])}?next={back}") if came else redirect(back)


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def cancel(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = _batch(batch_id)
    back = reverse("collection:batch", args=[batch_id])
    form = forms.ReasonForm(request.POST if confirm.is_confirmed(request) else None)
    if not (confirm.is_confirmed(request) and form.is_valid()):
        question = confirm.Question(
            title=_("Cancel the batch"),
            what=_("Nothing is drawn. The debts can be asked for again."),
            do=_("Cancel the batch"),
            back=back,
            count=found.row_count,
            amount_minor=found.total_minor,
            danger=True,
        )
        return confirm.ask(request, question, form=form)
    attempt(
        request,
        lambda: operations.cancel_batch(
            batch_id=batch_id, now=clock.now(), actor_id=actor(request), **form.cleaned_data
        ),
        _("Cancelled."),
    )
    return redirect(back)


@require_POST
@page("RC4", right=DO)
def sent(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The file was handed over by other means."""
    found = _batch(batch_id)
    stored = documents.stored_file(file_id=found.file_id or 0)
    attempt(
        request,
        lambda: operations.mark_sent(
            batch_id=batch_id, remote_name=stored.name, now=clock.now(), actor_id=actor(request)
        ),
        _("Marked as sent."),
    )
    return redirect("collection:batch", batch_id)


@require_http_methods(["GET", "POST"])
@page("RC4", right=DO)
def settle(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What the agent paid us, and what it kept."""
    found = _batch(batch_id)
    back = reverse("collection:batch", args=[batch_id])
    collected = queries.collected_minor(batch_id=batch_id)
    posted = request.POST if confirm.is_confirmed(request) else None
    form = forms.SettlementForm(posted, initial=None if posted else _usual_settlement(found))
    if posted is None or not form.is_valid():
        question = confirm.Question(
            title=_("Settlement of the debit of %(day)s") % {"day": found.debit_on},
            what=_("The collected amount less fee and tax is on our bank account."),
            do=_("Enter the settlement"),
            back=back,
            count=queries.collected_count(batch_id=batch_id),
            amount_minor=collected,
        )
        return confirm.ask(request, question, form=form)
    attempt(
        request,
        lambda: operations.settle(batch_id=batch_id, now=clock.now(), actor_id=actor(request), **form.cleaned_data),
        _("The settlement is entered."),
    )
    return redirect(back)


def _usual_settlement(found: values.DebitBatch) -> dict[str, object]:
    """What the contract leads us to expect: a fee per debit asked for, and its tax rounded down."""
    today = clock.today()
    fee = masters.debit_agent(found.agent, on=found.debit_on).fee_minor * found.row_count
    rate = masters.tax_rate(on=found.debit_on).rate_ppm
    tax = divide(fee * rate, MICRO, rounding=Rounding.FLOOR)
    return {"settled_on": found.settle_on or today, "fee_minor": fee, "fee_tax_minor": tax}
