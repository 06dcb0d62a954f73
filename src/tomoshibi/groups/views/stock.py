"""Stock customers: totals, batches, verification, import and its undoing (GR3)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.groups import forms, layouts, listing, operations, queries, values, words
from tomoshibi.groups.views.edge import record, status, to_job
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.ui import confirm, lists
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

GR3 = values.STOCK


@require_GET
@page(GR3)
def stock(request: HttpRequest) -> HttpResponse:
    return _stock_page(request)


def _stock_page(request: HttpRequest, *, form: Any = None) -> HttpResponse:
    tables = queries.stock_tables()
    context = {
        "tables": [(table, queries.stock_progress(table_id=table.id)) for table in tables[:5]],
        "batches": queries.stock_batches(),
        "batch_states": words.BATCHES,
        "totals_form": form or forms.TotalsForm(),
        "decision_form": forms.DecisionForm(),
        "extras": queries.extras(),
    }
    return render(request, "groups/stock.html", context, status=422 if form else 200)


@require_POST
@page(GR3, right=DO)
def totals(request: HttpRequest) -> HttpResponse:
    form = forms.TotalsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _stock_page(request, form=form)
    file = form.cleaned_data["file"]
    try:
        with db.transaction():
            made = operations.receive_totals(
                name=file.name,
                content=file,
                declared=form.cleaned_data["declared"],
                now=clock.now(),
                actor_id=request.user.pk,
            )
            record(request, GR3, f"took in the totals {file.name}", f"groups.stocktable:{made.id}")
    except layouts.NotReadable as refusal:
        form.add_error("file", str(refusal))
        return _stock_page(request, form=form)
    except RowsRefused as refused:
        form.add_error("file", "; ".join(map(str, refused.refusals[:5])))
        return _stock_page(request, form=form)
    if made.needs_decision:
        messages.warning(
            request,
            _(
                "%(declared)d points are declared, but the rows add up to %(counted)d, %(difference)d apart: please decide."
            )
            % {"declared": made.declared, "counted": made.counted, "difference": made.difference},
        )
    return redirect("groups:stock")


@require_POST
@page(GR3, right=DO)
def decide_totals(request: HttpRequest, table_id: int) -> HttpResponse:
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A decision says what holds, and why."))
        return redirect("groups:stock")
    try:
        with db.transaction():
            operations.decide_totals(
                table_id=table_id, decision=form.cleaned_data["decision"], now=clock.now(), actor_id=request.user.pk
            )
            record(request, GR3, "decided about declared totals", f"groups.stocktable:{table_id}")
    except operations.NoSuchTable as missing:
        raise Http404(str(missing)) from None
    messages.success(request, _("Saved."))
    return redirect("groups:stock")


@require_http_methods(["GET", "POST"])
@page(GR3, right=DO)
def new_batch(request: HttpRequest) -> HttpResponse:
    form = forms.BatchForm(request.POST or None, initial={"takeover_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            batch_id = operations.open_batch(**form.cleaned_data, now=clock.now())
            record(request, GR3, f"opened batch {form.cleaned_data['name']}", f"groups.stockbatch:{batch_id}")
        return redirect("groups:batch", batch_id)
    return render(request, "groups/new_batch.html", {"form": form}, status=status(form))


def _batch_or_404(batch_id: int) -> values.StockBatch:
    found = queries.stock_batch(batch_id=batch_id)
    if found is None:
        raise Http404(_("There is no such batch."))
    return found


@require_GET
@page(GR3)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = _batch_or_404(batch_id)
    context = {
        "batch": found,
        "states": words.BATCHES,
        "customer": parties.customer(customer_id=found.customer_id),
        "preview": queries.batch_preview(batch_id=batch_id, on=clock.today()),
        "sheet_form": forms.SheetForm(),
        "decision_form": forms.DecisionForm(initial={"decision": found.decision}),
        "refusals": [(number, words.column(column), reason) for number, column, reason in found.refusals],
    }
    return lists.render_list(
        request,
        listing.stock_rows_list(batch_id=batch_id),
        title=found.name,
        template="groups/batch.html",
        context=context,
        actions=[
            lists.Action(
                _("Record what was found"),
                reverse("groups:verify", args=[batch_id]),
                "clipboard-check",
                right=f"{GR3}.do",
            )
        ],
        empty=lists.Empty(
            _("No rows yet."),
            _("Upload the verification list of this block, then its point list."),
            icon="table-import",
        ),
    )


@require_POST
@page(GR3, right=DO)
def sheet(request: HttpRequest, batch_id: int) -> HttpResponse:
    form = forms.SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return redirect("groups:batch", batch_id)
    file = form.cleaned_data["file"]
    try:
        with db.transaction():
            job_id = operations.receive_sheet(
                batch_id=batch_id, name=file.name, content=file, now=clock.now(), actor_id=request.user.pk
            )
            record(request, GR3, f"uploaded {file.name}", f"groups.stockbatch:{batch_id}")
    except operations.NoSuchBatch as missing:
        raise Http404(str(missing)) from None
    return to_job(job_id, after=reverse("groups:batch", args=[batch_id]))


@require_POST
@page(GR3, right=DO)
def verify(request: HttpRequest, batch_id: int) -> HttpResponse:
    """What was found on site, for the chosen rows."""
    _batch_or_404(batch_id)
    back = reverse("groups:batch", args=[batch_id])
    try:
        chosen = lists.chosen(request, listing.stock_rows_list(batch_id=batch_id))
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    confirmed = confirm.is_confirmed(request)
    form = forms.VerifyForm(request.POST if confirmed else None, initial={"on": clock.today()})
    if not confirmed or not form.is_valid():
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Record what was found"),
                what=_("Only rows that were found as listed, or found and corrected, are imported."),
                do=_("Record"),
                back=back,
                count=len(chosen.ids),
                note=_("It can be recorded anew until the rows are imported."),
            ),
            form=form,
        )
    data = form.cleaned_data
    with db.transaction():
        count = operations.verify_rows(
            batch_id=batch_id,
            row_ids=chosen.ids,
            found=values.Verification(data["found"]),
            inspector=data["inspector"],
            on=data["on"],
        )
        record(request, GR3, f"recorded {data['found']} for {count} rows", f"groups.stockbatch:{batch_id}")
    messages.success(request, _("%(n)d rows were recorded.") % {"n": count})
    return redirect(back)


@require_POST
@page(GR3, right=DO)
def decide_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    form = forms.DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A decision says what holds, and why."))
        return redirect("groups:batch", batch_id)
    with db.transaction():
        operations.decide_batch(
            batch_id=_batch_or_404(batch_id).id, decision=form.cleaned_data["decision"], actor_id=request.user.pk
        )
        record(request, GR3, "decided about declared points", f"groups.stockbatch:{batch_id}")
    messages.success(request, _("Saved."))
    return redirect("groups:batch", batch_id)


@require_POST
@page(GR3, right=DO)
def import_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = _batch_or_404(batch_id)
    back = reverse("groups:batch", args=[batch_id])
    preview = queries.batch_preview(batch_id=batch_id, on=clock.today())
    if not confirm.is_confirmed(request) and preview.points:
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Import batch %(name)s") % {"name": found.name},
                what=_("Groups and points are made of the verified rows; the others stay for later."),
                do=_("Import"),
                back=back,
                count=preview.points,
                facts=[(_("New groups"), preview.groups), (_("Rows that wait"), preview.waiting)],
                warning=_("Some groups are larger than the cap; they take no further points until they are split.")
                if preview.over_cap
                else "",
                note=_("It can be taken back as long as nothing of it was changed."),
            ),
        )
    try:
        with db.transaction():
            job_id = operations.enqueue_import(batch_id=batch_id, today=clock.today(), actor_id=request.user.pk)
    except (operations.NothingVerified, operations.NeedsDecision) as refusal:
        messages.warning(request, str(refusal))
        return redirect(back)
    return to_job(job_id, after=back)


@require_POST
@page(GR3, right=DO)
def roll_back(request: HttpRequest, batch_id: int) -> HttpResponse:
    found = _batch_or_404(batch_id)
    back = reverse("groups:batch", args=[batch_id])
    if not confirm.is_confirmed(request):
        return confirm.ask(
            request,
            confirm.Question(
                title=_("Take batch %(name)s back") % {"name": found.name},
                what=_("All groups and points that it brought are taken out again; its rows stay."),
                do=_("Take back"),
                back=back,
                danger=True,
                note=_("Afterwards it may be put right and imported once more."),
            ),
        )
    try:
        with db.transaction():
            count = operations.roll_back_batch(batch_id=batch_id)
            record(request, GR3, f"took {count} points back", f"groups.stockbatch:{batch_id}")
    except (operations.BatchMove, operations.UsedSince) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(n)d points were taken out again.") % {"n": count})
    return redirect(back)
