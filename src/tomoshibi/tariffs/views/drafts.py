"""The plan editor (RB1): drafts as forms or as text, with what they would cost beside them."""

import difflib
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MILLI, plain
from tomoshibi.storage import db
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import editor, forms, operations, queries, values, wording
from tomoshibi.tariffs import lists as declared
from tomoshibi.tariffs.views.plans import CURVE_KWH, usual_size
from tomoshibi.ui import charts, fragments, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.currency import current
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

CONFLICT = 409
LOOK_BACK_MONTHS = 24
"""How far the worked example looks for a month whose values are published."""


@require_GET
@page("RB1")
def drafts(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        declared.drafts_list(),
        title=_("Drafts of plans"),
        subtitle=_("Kept as typed until they are proposed; nothing is lost"),
        page="tariffs:draft",
        buttons=[lists.Button(_("New draft"), "tariffs:new_draft", "file-plus", right="RB1.do", main=True)],
        empty=lists.Empty(
            _("No drafts."),
            _("A draft is the next version of a plan, a new plan like another one, or a new plan from nothing."),
        ),
    )


@require_http_methods(["GET", "POST"])
@page("RB1", right=DO)
def new_draft(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    plans = queries.plans(on=today)
    newest = {plan.code: queries.versions_of(plan_code=plan.code)[0] for plan in plans}
    choices = [
        (v.id, f"{declared.area_name(v.area)} {wording.in_language(v.name)} ({v.plan_code}, {v.valid_from})")
        for v in newest.values()
    ]
    first = Month.of(today).plus(1).first
    asked = request.GET.get("version", "")
    initial = {"valid_from": first, "version": int(asked) if asked.isdigit() else None}
    form = forms.NewDraftForm(request.POST or None, versions=choices, taken=newest, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        begun = {name: given[name] for name in ("valid_from", "plan_code", "name")}
        begun |= {"now": clock.now(), "actor_id": actor(request)}
        with db.transaction():
            if given["purpose"] == "blank":
                draft_id = operations.start_blank_draft(currency=current().code, **begun)
            else:
                draft_id = operations.start_draft(version_id=given["version"], **begun)
        return redirect("tariffs:draft", draft_id)
    return render(request, "tariffs/new_draft.html", {"form": form}, status=422 if form.errors else 200)


def _draft_or_404(draft_id: int) -> values.Draft:
    try:
        return queries.draft(draft_id=draft_id)
    except queries.NoSuchDraft:
        raise Http404 from None


@require_GET
@page("RB1")
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    found = _draft_or_404(draft_id)
    findings = queries.findings_of_draft(found)
    form = editor.form(found.text, findings)
    if form is None:
        return redirect("tariffs:draft_text", draft_id)
    return render(request, "tariffs/draft.html", _page(request, found, findings, form))


def _page(
    request: HttpRequest, found: values.Draft, findings: list[values.Finding], form: editor.Form | None
) -> dict[str, Any]:
    based_on = queries.version(version_id=found.based_on_id) if found.based_on_id else None
    return {
        "draft": found,
        "form": form,
        "open": found.state == values.DraftState.OPEN and request.user.has_perm("RB1.do"),
        "states": declared.DRAFTS,
        "based_on": based_on,
        "based_on_name": wording.in_language(based_on.name) if based_on else "",
        "changed_by": people.name_of(user_id=found.changed_by_id),
        "plan_name": _name_in(found.text),
        **_beside(request.GET, found, findings, form or editor.form(found.text, findings)),
    }


def _name_in(text: str) -> str:
    """What the plan of a draft is called; nothing where its text does not say it."""
    try:
        return wording.in_language(documents.read(text)["name"])
    except (documents.Unreadable, LookupError, TypeError, AttributeError):
        return ""


def _beside(
    asked: Mapping[str, str], found: values.Draft, findings: list[values.Finding], form: editor.Form | None
) -> dict[str, Any]:
    """What stands beside the form: findings, price curve, worked example, differences, whom it reaches."""
    blocking = [one for one in findings if one.blocking]
    context: dict[str, Any] = {
        "findings": [(one, form.place_of(one.path) if form else None) for one in findings],
        "blocking": len(blocking),
        "sound": not blocking,
    }
    if blocking:
        return context | {"example_form": _example_form(asked, _usual_size_in(found.text))}
    document = queries.read_document(found.text)[0][-1]
    context["example_form"] = example = _example_form(asked, usual_size(document))
    context["takes"] = queries.program_of(document).inputs
    if example.is_valid():
        context |= _priced(document, example.cleaned_data)
    start = document["versions"][0]["from"]
    published = queries.versions_of(plan_code=document["plan"])
    before = next((v for v in published if v.valid_from.isoformat() <= start), None)
    compared = before or (queries.version(version_id=found.based_on_id) if found.based_on_id else None)
    return context | {
        "document": document,
        "start": start,
        "compared": compared,
        "compared_name": wording.in_language(compared.name) if compared else "",
        "compared_is_own": before is not None,
        "changes": wording.changes(compared.document if compared else None, document),
        "difference": _difference(compared.document if compared else {}, document),
        "fragments": fragments.addresses(
            "tariffs.document", plan=document["plan"], start=start, draft=str(found.id), proposal=""
        ),
    }


def _usual_size_in(text: str) -> str:
    """A usual size of a plan whose document may not be sound yet."""
    try:
        return usual_size(documents.read(text))
    except (documents.Unreadable, LookupError, TypeError, AttributeError):
        return ""


def _example_form(asked: Mapping[str, str], size: str) -> forms.ExampleForm:
    """The example's wishes: as posted with the form (``x-``), or usual ones."""
    given = {name.removeprefix("x-"): text for name, text in asked.items() if name.startswith("x-") and text.strip()}
    usual = {
        "kwh": "300",
        "size": size,
        "month": str(Month.of(clock.today())),
        "profile": "household",
    }
    return forms.ExampleForm(usual | given, prefix=None, auto_id="x-%s")


def _priced(document: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    size = given["size"]
    totals = queries.curve_on_profile(
        document=document, kwh=CURVE_KWH, capacity_milli=size, profile=given["profile"], today=clock.today()
    )
    example = queries.worked_example(
        document,
        month=given["month"],
        energy_dwh=given["kwh"],
        capacity_milli=size,
        profile=given["profile"],
        demand_milli=given["demand"],
        power_factor=given["power_factor"],
        look_back=LOOK_BACK_MONTHS,
    )
    unit = document["capacity"]["unit"]
    shown = f" {plain(size, scale=MILLI)} {unit}" if size else ""
    chart = charts.over_categories(
        chart_id="curve",
        title=_("What so many kWh cost%(size)s, without fuel adjustment, levy and discount") % {"size": shown},
        axis="kWh",
        categories=[str(kwh) for kwh in CURVE_KWH],
        series=[charts.of_money(pgettext("tariff", "Bill"), totals, kind="line", curve=True)],
        unit=current().unit,
        low=True,
    )
    return {
        "chart": chart if any(total is not None for total in totals) else None,
        "example": example,
        "example_lines": [(wording.in_language(line.label), line.text, line.amount) for line in example.lines],
        "refusal": queries.refusal_sentence(*example.refusal, document=document) if example.refusal else "",
        "profiled": queries.program_of(document).needs_half_hours,
        "size_unit": unit,
    }


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lines of the document that differ: ``(sign, line)``; a blank sign is context."""
    old, new = (documents.write(dict(one), in_order=True).splitlines() if one else [] for one in (before, after))
    found = difflib.unified_diff(old, new, lineterm="", n=1)
    return [(line[:1].strip(), line[1:]) for line in found if not line.startswith(("---", "+++", "@@"))]


@require_POST
@page("RB1", right=DO)
def save(request: HttpRequest, draft_id: int) -> HttpResponse:
    """What was typed into the form, kept; a button of the form adds or takes out a row besides."""
    found = _draft_or_404(draft_id)
    findings = queries.findings_of_draft(found)
    form = editor.form(found.text, findings)
    if form is None:
        return redirect("tariffs:draft_text", draft_id)
    posted = request.POST.dict()
    revision = int(posted.get("revision") or 0)
    text = typed = editor.apply(found.text, found=form, posted=posted)
    # What saves itself while somebody types never takes anything out: the script sends the button that has the focus along.
    by_itself = bool(request.headers.get("HX-Request"))
    act, _colon, place = ("" if by_itself else posted.get("do", "")).partition(":")
    acts = {
        "row": lambda: editor.add_row(text, name=place),
        "component": lambda: editor.add_component(text, kind=posted["new-kind"]),
        "source": lambda: editor.add_source(text),
        "remove": lambda: editor.remove(text, name=place),
    }
    try:
        # Of another revision the button's place may be another one; nothing is kept of it either way.
        text = acts[act]() if act in acts and revision == found.revision else text
    except LookupError:
        messages.error(request, _("This place is no longer in the document."))
        return redirect("tariffs:draft", draft_id)
    try:
        with db.transaction():
            operations.save_draft(
                draft_id=draft_id,
                text=text,
                revision=revision,
                now=clock.now(),
                actor_id=actor(request),
            )
    except (operations.ChangedElsewhere, operations.DraftNotOpen) as refusal:
        if by_itself:
            return render(request, "tariffs/draft_conflict.html", {"sentence": str(refusal), "draft": found})
        return _not_kept(request, found, typed, refusal, fields=editor.others(found=form, posted=posted))
    if not by_itself:
        added = editor.newest_component(typed, text) if act == "component" else ()
        anchor = f"#{editor.slug(added or documents.path_of(place))}" if act in {"row", "component"} else ""
        return redirect(reverse("tariffs:draft", args=[draft_id]) + anchor)
    saved = queries.draft(draft_id=draft_id)
    findings = queries.findings_of_draft(saved)
    fresh = editor.form(saved.text, findings)
    return render(
        request,
        "tariffs/draft_saved.html",
        {
            "draft": saved,
            "form": fresh,
            "errors": fresh.errors() if fresh else {},
            **_beside(posted, saved, findings, fresh),
        },
    )


@require_http_methods(["GET", "POST"])
@page("RB1")
def draft_text(request: HttpRequest, draft_id: int) -> HttpResponse:
    """The document itself, with findings at their lines."""
    found = _draft_or_404(draft_id)
    text = found.text
    if request.method == "POST":
        if not request.user.has_perm("RB1.do"):
            return HttpResponse(status=403)
        typed = forms.TextForm(request.POST)
        if not typed.is_valid():
            return HttpResponse(status=400)
        text = typed.cleaned_data["text"].replace("\r\n", "\n")
        try:
            with db.transaction():
                operations.save_draft(
                    draft_id=draft_id,
                    text=text,
                    revision=typed.cleaned_data["revision"],
                    now=clock.now(),
                    actor_id=actor(request),
                )
        except (operations.ChangedElsewhere, operations.DraftNotOpen) as refusal:
            return _not_kept(request, found, text, refusal)
        messages.success(request, _("Saved."))
        return redirect("tariffs:draft_text", draft_id)
    return render(request, "tariffs/draft_text.html", _text_page(request, found, text))


def _text_page(request: HttpRequest, found: values.Draft, text: str) -> dict[str, Any]:
    findings = queries.findings_of_draft(found, text=text)
    return _page(request, found, findings, editor.form(text, findings)) | {
        "text": text,
        "marked": sorted((one for one in findings if one.line), key=lambda one: one.line or 0),
    }


def _not_kept(
    request: HttpRequest,
    found: values.Draft,
    text: str,
    refusal: Exception,
    *,
    fields: list[tuple[str, str, str]] | None = None,
) -> HttpResponse:
    """
    What was typed and could not be saved, on the page of the document, to be copied from.

    :param text: the document as it was typed
    :param fields: place, what was typed there, and what stands there now; of a form
    """
    messages.error(request, str(refusal))
    context = _text_page(request, found, text) | {"refused": True, "others": fields}
    return render(request, "tariffs/draft_text.html", context, status=CONFLICT)


@require_POST
@page("RB1", right=DO)
def abandon(request: HttpRequest, draft_id: int) -> HttpResponse:
    return _changed(request, draft_id, operations.abandon_draft, _("Given up; it is kept and can be taken up again."))


@require_POST
@page("RB1", right=DO)
def resume(request: HttpRequest, draft_id: int) -> HttpResponse:
    return _changed(request, draft_id, operations.resume_draft, _("Taken up again."))


def _changed(request: HttpRequest, draft_id: int, operation: Any, sentence: str) -> HttpResponse:
    _draft_or_404(draft_id)
    try:
        with db.transaction():
            operation(draft_id=draft_id, now=clock.now(), actor_id=actor(request))
    except operations.DraftNotOpen as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    return redirect("tariffs:draft", draft_id)


@require_http_methods(["GET", "POST"])
@page("RB1", right=DO)
def propose_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    found = _draft_or_404(draft_id)
    if found.state == values.DraftState.PROPOSED and found.proposal_id:
        return redirect("tariffs:proposal", found.proposal_id)  # a second click, or the way back to this page
    findings = queries.findings_of_draft(found)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                proposal_id = operations.propose_draft(
                    draft_id=draft_id, reason=form.cleaned_data["reason"], now=clock.now(), actor_id=actor(request)
                )
        except operations.DocumentUnsound as refusal:
            findings = refusal.findings
            form.add_error(None, _("The document has errors; nothing was proposed."))
        except ValueError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. A second person publishes it."))
            return redirect("tariffs:proposal", proposal_id)
    context = _page(request, found, findings, None) | {"reason_form": form}
    return render(request, "tariffs/draft_propose.html", context, status=422 if form.errors else 200)
