"""Announcements to portal users (CM10): written, counted, decided, sent, read, withdrawn."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.care import forms, listing, operations, queries, values, words
from tomoshibi.care.values import AnnouncementState, Audience
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.identity.operations import SamePerson
from tomoshibi.kernel import languages
from tomoshibi.masters.values import AREAS
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs.values import Plan
from tomoshibi.ui import acting, confirm, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

PROCEDURE = values.ANNOUNCE
REFUSALS = (operations.NotReady, operations.NoReceivers, operations.UnknownCustomers, SamePerson)
attempt = partial(acting.attempt, refusals=REFUSALS)


def _or_404(announcement_id: int) -> values.Announcement:
    try:
        return queries.announcement(announcement_id=announcement_id)
    except queries.NoSuchAnnouncement:
        raise Http404 from None


def _plans() -> list[tuple[str, str]]:
    names = tariffs.plan_names(language=get_language() or "ja")
    sold = [plan for plan in tariffs.plans(on=clock.today()) if plan.kind != "purchase"]
    return sorted(((plan.code, _named(plan, names)) for plan in sold), key=lambda one: one[1])


def _named(plan: Plan, names: Mapping[str, str]) -> str:
    """Many areas have a plan of the same name: the area is said with it."""
    name, area = names.get(plan.code, plan.code), AREAS.get(plan.area)
    return f"{name} ({area.name})" if area else name


@require_GET
@page(PROCEDURE)
def announcements(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.announcements_list(),
        title=_("Announcements"),
        page="care:announcement",
        buttons=[
            lists.Button(_("New announcement"), "care:new_announcement", "plus", right="CM10.do", main=True),
            lists.Button(_("Second person"), "care:announcement_limit", "user-check", right="CM10.confirm"),
        ],
        empty=lists.Empty(
            _("No announcements yet."), _("A campaign, an outage, a price change: said to those it concerns.")
        ),
    )


@require_http_methods(["GET", "POST"])
@page(PROCEDURE, right=DO)
def edit(request: HttpRequest, announcement_id: int = 0) -> HttpResponse:
    """Write it, or change it while nobody was asked."""
    found = _or_404(announcement_id) if announcement_id else None
    if found is not None and found.state is not AnnouncementState.DRAFT:
        return redirect("care:announcement", announcement_id)
    form = forms.AnnouncementForm(request.POST or None, plans=_plans(), initial=_initial(found) if found else None)
    if request.method == "POST" and form.is_valid():
        try:
            with db.transaction():
                made = _kept(form, announcement_id, actor_id=actor(request))
            return redirect("care:announcement", made)
        except operations.UnknownCustomers as unknown:
            form.add_error("numbers", str(unknown))
        except REFUSALS as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "announcement": found}
    return render(request, "care/announcement_form.html", context, status=422 if form.errors else 200)


def _kept(form: forms.AnnouncementForm, announcement_id: int, *, actor_id: int) -> int:
    given: dict[str, Any] = {
        "texts": form.texts(), "audience": form.audience(), "by_mail": form.cleaned_data["by_mail"],
        "now": clock.now(), "actor_id": actor_id,
    }  # fmt: skip
    if announcement_id:
        operations.change_draft(announcement_id=announcement_id, **given)
        return announcement_id
    return operations.draft(**given)


def _initial(found: values.Announcement) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "by_mail": found.by_mail,
        "areas": list(found.audience.areas),
        "plans": list(found.audience.plans),
    }
    for short, language in languages.INTERFACE.items():
        words_of = found.texts.get(language, {})
        initial |= {f"title_{short}": words_of.get("title", ""), f"body_{short}": words_of.get("body", "")}
    for name in ("agencies", "places", "numbers"):
        initial[name] = " ".join(getattr(found.audience, name))
    return initial


@require_GET
@page(PROCEDURE)
def announcement(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """What it says, whom it would reach now or reached, and what can be done."""
    found = _or_404(announcement_id)
    before = found.state in {AnnouncementState.DRAFT, AnnouncementState.WAITING, AnnouncementState.SCHEDULED}
    frame = queries.audience_frame(audience=found.audience, today=clock.today()) if before else None
    reached, mailed, read = queries.counts_of(announcement_id=announcement_id)
    names = dict(_plans()) if found.audience.plans else {}
    would = frame.height if frame is not None else 0
    context = {
        "announcement": found,
        "title": found.title_in(get_language() or "ja"),
        "state": words.ANNOUNCEMENTS[found.state],
        "texts": [(word, found.texts[code]) for code, word in words.LANGUAGES.items() if code in found.texts],
        "areas": [AREAS[code].name for code in found.audience.areas if code in AREAS],
        "plans": [names.get(code, code) for code in found.audience.plans],
        "is_everybody": found.audience == Audience(),
        "is_before": before,
        "would": would,
        "would_mail": int(frame["wants_mail"].sum()) if frame is not None and found.by_mail else 0,
        "needs_second": would > queries.alone_up_to(),
        "alone_up_to": queries.alone_up_to(),
        "reached": reached,
        "mailed": mailed,
        "read": read,
        "read_percent": round(100 * read / reached) if reached else 0,
        "form": forms.SendForm(initial={"counted": would}),
        "withdraw": forms.WithdrawForm(),
        "created_by": people.name_of(user_id=found.created_by_id) if found.created_by_id else "",
        "decided_by": people.name_of(user_id=found.decided_by_id) if found.decided_by_id else "",
        "may_decide": found.created_by_id != request.user.pk,
    }
    return render(request, "care/announcement.html", context)


def _to(announcement_id: int) -> HttpResponse:
    return redirect("care:announcement", announcement_id)


@require_POST
@page(PROCEDURE, right=DO)
def send(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Ask once more with the count, then let it go out at its moment."""
    found = _or_404(announcement_id)
    form = forms.SendForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
        return _to(announcement_id)
    counted, at = form.cleaned_data["counted"], form.moment(clock.now())
    if not confirm.is_confirmed(request):
        second = _("somebody else with the right to confirm CM10") if counted > queries.alone_up_to() else ""
        question = confirm.Question(
            title=_("Send the announcement"),
            what=_("Portal users see it from its moment on; who wants mails gets one where you chose so."),
            do=_("Send it"),
            back=reverse("care:announcement", args=[announcement_id]),
            count=counted,
            facts=[(_("Title"), found.title_in("ja")), (_("Goes out at"), f"{at:%Y-%m-%d %H:%M}")],
            second_person=second,
            note=_("It can be withdrawn; mails that left cannot."),
        )
        return confirm.ask(request, question)
    attempt(
        request,
        lambda: operations.request(
            announcement_id=announcement_id, at=at, counted=counted, now=clock.now(), today=clock.today(),
            actor_id=actor(request),
        ),
        _("It is on its way to its moment."),
    )  # fmt: skip
    return _to(announcement_id)


@require_POST
@page(PROCEDURE, right=CONFIRM)
def confirm_it(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """The second pair of eyes."""
    _or_404(announcement_id)
    attempt(
        request,
        lambda: operations.confirm(announcement_id=announcement_id, now=clock.now(), actor_id=actor(request)),
        _("It goes out at its moment."),
    )
    return _to(announcement_id)


@require_POST
@page(PROCEDURE, right=CONFIRM)
def send_back(request: HttpRequest, announcement_id: int) -> HttpResponse:
    _or_404(announcement_id)
    attempt(
        request,
        lambda: operations.send_back(announcement_id=announcement_id, now=clock.now(), actor_id=actor(request)),
        _("It is a draft again."),
    )
    return _to(announcement_id)


@require_POST
@page(PROCEDURE, right=DO)
def withdraw(request: HttpRequest, announcement_id: int) -> HttpResponse:
    _or_404(announcement_id)
    reason = request.POST.get("reason", "")
    attempt(
        request,
        lambda: operations.withdraw(
            announcement_id=announcement_id, reason=reason, now=clock.now(), actor_id=actor(request)
        ),
        _("It is shown no longer."),
    )
    return _to(announcement_id)


@require_http_methods(["GET", "POST"])
@page(PROCEDURE, right=CONFIRM)
def limit(request: HttpRequest) -> HttpResponse:
    """From how many people on a second person is asked."""
    form = forms.LimitForm(request.POST or None, initial={"alone_up_to": queries.alone_up_to()})
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            operations.set_alone_up_to(count=form.cleaned_data["alone_up_to"])
            identity.record_deed(
                procedure=PROCEDURE, what=f"one person may reach {form.cleaned_data['alone_up_to']}", at=clock.now(),
                actor_id=actor(request),
            )  # fmt: skip
        messages.success(request, _("Saved."))
        return redirect("care:announcements")
    return render(request, "care/limit.html", {"form": form}, status=422 if form.errors else 200)
