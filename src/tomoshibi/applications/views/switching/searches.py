"""Searches for the number of a supply or generation point (IN3, IN4)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tomoshibi.applications import operations as applications
from tomoshibi.applications import switching_lists as listing
from tomoshibi.applications import switching_words as words
from tomoshibi.applications import values
from tomoshibi.applications.forms import switching as forms
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.views.switching.edge import REFUSALS, attempt, leave_record
from tomoshibi.storage import db
from tomoshibi.ui import lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

SEARCHES = ("IN3", "IN4")


@require_GET
@page(*SEARCHES)
def searches(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.searches_list(),
        title=_("Point searches"),
        subtitle=_("The number of a supply or generation point, by address or meter."),
        page="applications:point_search",
        buttons=[
            lists.Button(_("New search"), "applications:new_point_search", "search", right="IN3.do", key="n", main=True)
        ],
        empty=lists.Empty(
            _("No searches yet."),
            _("A reconnection needs the number of its point; where the customer does not know it, it is searched."),
            icon="map-search",
        ),
    )


@require_http_methods(["GET", "POST"])
@page(*SEARCHES, right=DO)
def new_search(request: HttpRequest) -> HttpResponse:
    form = forms.SearchForm(request.POST or None, initial={name: text for name, text in request.GET.items() if text})
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                search_id = operations.open_search(**form.cleaned_data, now=clock.now(), actor_id=actor(request))
                procedure = "IN4" if form.cleaned_data["generation"] else "IN3"
                leave_record(request, procedure, "opened a search of a point", f"applications.search:{search_id}")
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("applications:point_search", search_id)
    return render(request, "applications/switching/new_search.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page(*SEARCHES)
def search(request: HttpRequest, search_id: int) -> HttpResponse:
    """A search with what was found; who may work on it takes one, gives up, or looks again."""
    found = queries.search(search_id=search_id)
    if found is None:
        raise Http404
    may_do = request.user.has_perm(f"{found.procedure}.do")  # type: ignore[union-attr]
    form = forms.FoundForm(request.POST if request.POST.get("do") == "take" else None)
    refused = request.method == "POST" and may_do and not _work_on_search(request, found, form)
    if request.method == "POST" and not refused:
        return redirect("applications:point_search", search_id)
    context = {
        "it": found,
        "states": words.SEARCHES,
        "area": dict(forms.AREA_CHOICES)[found.area],
        "found": [{**one, "where": words.SEARCH_SOURCES[one["source"]]} for one in found.found],
        "source": words.SEARCH_SOURCES[found.source] if found.source else "",
        "form": form,
        "again_form": forms.SearchForm(
            initial={name: getattr(found, name) for name in ("address", "building", "meter_number")}
        ),
        "may_do": may_do and found.state is not values.SearchState.FOUND,
        "for_intake": _intake_of(found.subject),
        "may_apply": request.user.has_perm(f"{values.GENERATION if found.generation else values.SUPPLY}.do"),  # type: ignore[union-attr]
    }
    return render(request, "applications/switching/search.html", context, status=422 if refused else 200)


def _intake_of(subject: str) -> int | None:
    """The received application that needed the number; it went on by itself with it."""
    about, _colon, number = subject.rpartition(":")
    return int(number) if about == "applications.intake" else None


def _work_on_search(request: HttpRequest, found: values.Search, form: forms.FoundForm) -> bool:
    """:returns: whether it was done; what is wrong with a number stands beside it"""
    what, now, actor_id = request.POST.get("do", ""), clock.now(), actor(request)
    subject = f"applications.search:{found.id}"
    if what == "take":
        return form.is_valid() and _take(request, found, form)
    if what == "give_up":
        attempt(
            request,
            lambda: operations.give_up_search(search_id=found.id, now=now, actor_id=actor_id),
            done=_("Nothing was found."),
            record=(found.procedure, "no point was found", subject),
        )
    elif what == "again":
        texts = {name: request.POST.get(name, "") for name in ("address", "building", "meter_number")}
        attempt(
            request,
            lambda: operations.search_again(search_id=found.id, **texts, now=now, actor_id=actor_id),
            done=_("Looked again."),
            record=(found.procedure, "looked for a point again", subject),
        )
    return True


def _take(request: HttpRequest, found: values.Search, form: forms.FoundForm) -> bool:
    """The number is kept, and what waited for it goes on."""
    source, now = values.SearchSource(form.cleaned_data["source"]), clock.now()
    try:
        with db.transaction():
            answer = operations.answer_search(
                search_id=found.id, spin=form.cleaned_data["spin"], source=source, now=now, actor_id=actor(request)
            )
            applications.take_point(subject=answer["subject"], spin=answer["spin"], now=now)
            leave_record(
                request, found.procedure, f"found a point by {source.value}", f"applications.search:{found.id}"
            )
    except operations.Unfit as unfit:
        form.add_error("spin", str(unfit))
        return False
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return True
    messages.success(request, _("The number is kept."))
    return True
