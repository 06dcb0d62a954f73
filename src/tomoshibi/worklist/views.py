"""Human work: the list, taking an item, closing it with its outcome."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import ANY_STAFF, page
from tomoshibi.worker import queries as clock
from tomoshibi.worklist import forms, operations, queries, values
from tomoshibi.worklist.lists import items_list


def _item(request: HttpRequest, item_id: int) -> values.Item:
    """The item, if this person may act on its procedure."""
    found = queries.item(item_id=item_id)
    if found is None:
        raise Http404
    if not request.user.has_perm(f"{found.procedure}.view"):  # type: ignore[union-attr]
        raise PermissionDenied(found.procedure)
    return found


@require_GET
@page(ANY_STAFF)
def items(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        items_list(now=clock.now()),
        title=_("Work to do"),
        subtitle=_("Everything that waits for a person, due first"),
        panel="worklist:item",
        actions=[lists.Action(_("Take"), "worklist:take", "hand-grab", key="t")],
        empty=lists.Empty(_("Nothing waits for a person."), _("Exceptions and requests appear here by themselves.")),
    )


@require_GET
@page(ANY_STAFF)
def item(request: HttpRequest, item_id: int) -> HttpResponse:
    found = _item(request, item_id)
    context = {
        "item": found,
        "procedure": identity_queries.procedure(procedure_id=found.procedure),
        "owner": identity_queries.name_of(user_id=found.owner_id),
        "history": [other for other in queries.items_of(subject=found.subject) if other.id != found.id][:10],
        "form": forms.OutcomeForm(),
        "now": clock.now(),
    }
    return render(request, "worklist/item.html", context)


@require_POST
@page(ANY_STAFF)
def take(request: HttpRequest) -> HttpResponse:
    try:
        chosen = lists.chosen(request, items_list(now=clock.now()))
    except (lists.NothingChosen, lists.FilterNotReadable) as refusal:
        messages.error(request, str(refusal))
        return redirect("worklist:items")
    with db.transaction():
        for item_id in chosen.ids:
            _item(request, item_id)
            operations.take(item_id=item_id, actor_id=actor(request))
    messages.success(request, _("%(count)s items are yours now.") % {"count": len(chosen.ids)})
    return redirect("worklist:items")


@require_POST
@page(ANY_STAFF)
def close(request: HttpRequest, item_id: int) -> HttpResponse:
    found = _item(request, item_id)
    if not request.user.has_perm(f"{found.procedure}.do"):  # type: ignore[union-attr]
        raise PermissionDenied(found.procedure)
    form = forms.OutcomeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what was done, please."))
        return redirect("worklist:items")
    actor_id = actor(request)
    try:
        with db.transaction():
            operations.close_item(
                item_id=item_id, outcome=form.cleaned_data["outcome"], now=clock.now(), actor_id=actor_id
            )
            identity.record_deed(
                procedure=found.procedure,
                what=f"closed '{found.title}': {form.cleaned_data['outcome']}",
                at=clock.now(),
                subject=found.subject,
                actor_id=actor_id,
            )
    except operations.AlreadyClosed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Closed."))
    return redirect("worklist:items")
