"""Pages of the clerks who examine applications (IN1, IN2) and register what comes of them (CM1)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import (
    forms,
    listing,
    operations,
    queries,
    registering,
    rules,
    switching_words,
    values,
    words,
)
from tomoshibi.applications.values import Severity
from tomoshibi.contracts import queries as contracts
from tomoshibi.documents import queries as documents
from tomoshibi.identity import queries as people
from tomoshibi.identity.operations import SamePerson
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.messaging import queries as messaging
from tomoshibi.messaging.operations import BadNumber, NoGateway
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import masked
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import acting, confirm, downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import CONFIRM, DO, page
from tomoshibi.worker import queries as clock

READERS = ("IN1", "IN2", "CM1")
DOERS = ("IN1", "IN2")
REFUSALS = (
    operations.StillOpen, operations.WrongState, operations.NoSuchCustomer, operations.NothingToAsk,
    operations.NotComplete, operations.NoMobile, NoGateway, BadNumber, operations.PointUnknown, SamePerson, RowsRefused, lists.NothingChosen,
    lists.FilterNotReadable,
)  # fmt: skip
attempt = partial(acting.attempt, refusals=REFUSALS)
GROUPS = (
    ("place", ("postal_code", "prefecture", "city", "town", "block", "building", "area")),
    ("supply", ("spin", "current_retailer", "current_customer_number", "current_name", "wished_on")),
    ("plant", values.SELLERS),
    ("plan", ("kind", "plan_code", "capacity", "capacity_unit", "use_kwh")),
    ("person", ("applicant", "name", "kana", "phone", "mail", "payment_method", "statement_channel", "agency_code", "note")),
)  # fmt: skip
"""Answers as the page groups them."""


def _or_404(intake_id: int) -> values.Intake:
    try:
        return queries.intake(intake_id=intake_id)
    except queries.NoSuchIntake:
        raise Http404 from None


@require_GET
@page(*READERS)
def intakes(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.intakes_list(),
        title=_("Applications received"),
        panel="applications:intake_panel",
        page="applications:intake",
        actions=[lists.Action(_("In order"), "applications:accept_many", "circle-check", right="IN1.do", key="a")],
        buttons=[lists.Button(_("Application site"), reverse("apply:start"), "world")],
        empty=lists.Empty(
            _("No applications yet."),
            _("What people send from the application site, by mail or through agencies appears here."),
            url=reverse("apply:start"),
            button=_("Application site"),
        ),
    )


@require_POST
@page(*DOERS, right=DO)
def accept_many(request: HttpRequest) -> HttpResponse:
    """Everything chosen that has no open finding is found in order at once."""
    try:
        chosen = lists.chosen(request, listing.intakes_list())
    except (lists.NothingChosen, lists.FilterNotReadable) as refused:
        messages.error(request, str(refused))
        return redirect("applications:intakes")
    if not confirm.is_confirmed(request):
        question = confirm.Question(
            title=_("Find applications in order"),
            what=_("Customers and payers are registered from those without an open finding, and the grid is asked."),
            do=_("In order"),
            back=reverse("applications:intakes"),
            count=len(chosen.ids),
            note="",
        )
        return confirm.ask(request, question)
    with db.transaction():
        taken, left = operations.accept_many(intake_ids=chosen.ids, now=clock.now(), actor_id=actor(request))
    messages.success(request, _("%(n)s applications are in order.") % {"n": taken})
    if left:
        messages.warning(request, _("Not taken, something is open: %(numbers)s") % {"numbers": ", ".join(left[:20])})
    return redirect("applications:intakes")


def _in_full(request: HttpRequest) -> bool:
    """Who works with applications reads telephone and mail; who only looks in sees their ends, as elsewhere."""
    return any(request.user.has_perm(right) for right in ("IN1.do", "IN2.do", "CM1.do", "CM1.confirm"))  # type: ignore[union-attr]


def _context(found: values.Intake, *, in_full: bool) -> dict[str, Any]:
    """Everything that the page and the panel show: what was written, with the findings beside it."""
    by_field: dict[str, list[dict[str, Any]]] = {}
    shown: list[dict[str, Any]] = [
        {"it": f, "sentence": rules.sentence(f), "severity": words.SEVERITIES[f.severity],
         "labels": [words.ANSWERS[name] for name in f.fields]}
        for f in found.findings
    ]  # fmt: skip
    for one in shown:
        for name in one["it"].fields:
            by_field.setdefault(name, []).append(one)
    plans = tariffs.plan_names(language=get_language() or "ja")
    registration = queries.registration_of(intake_id=found.id)
    return {
        "intake": found,
        "state": words.INTAKES[found.state],
        "source": words.SOURCES[found.source],
        "groups": [
            [_row(found, name, by_field, plans, in_full=in_full) for name in names]
            for group, names in GROUPS
            if group != "plant" or found.answers.sells
        ],
        "findings": shown,
        "may_examine": found.state is values.IntakeState.RECEIVED,
        "registration": registration,
        "plan_name": plans.get(registration.plan_code, registration.plan_code) if registration else "",
        "registration_state": words.REGISTRATIONS[registration.state] if registration else None,
        "why_second": registering.REASONS.get(registration.needs_second, "") if registration else "",
        "examined_by": people.name_of(user_id=found.examined_by_id) if found.examined_by_id else "",
    }


def _row(
    found: values.Intake, name: str, by_field: dict[str, Any], plans: dict[str, str], *, in_full: bool
) -> dict[str, Any]:
    plain, typed = getattr(found.answers, name), found.typed.get(name, "")
    if name in words.CONTACTS and not in_full:
        plain = typed = masked(plain or typed)
    shown = _said(name, plain, plans)
    return {
        "name": name,
        "label": words.ANSWERS[name],
        "text": shown if plain else typed,
        "typed": typed if typed and typed != plain and name not in words.CHOSEN else "",
        "findings": by_field.get(name, []),
    }


def _said(name: str, answer: str, plans: dict[str, str]) -> str:
    """An answer as people read it: what is chosen from a few, by its word."""
    return str((plans if name == "plan_code" else words.CHOSEN.get(name, {})).get(answer, answer))


def _as_it_came(found: values.Intake, *, in_full: bool) -> list[dict[str, Any]]:
    """Each time something was sent in, with what was typed, empty answers left out."""
    plans = tariffs.plan_names(language=get_language() or "ja")
    return [
        {
            "sent_at": one.sent_at,
            "via": words.VIAS.get(one.via, one.via),
            "rows": [
                (words.ANSWERS.get(name, name),
                 masked(text) if name in words.CONTACTS and not in_full else _said(name, text, plans))
                for name, text in ((name, one.typed.get(name, "")) for name in values.ANSWERS)
                if text
            ],
        }
        for one in queries.submissions_of(intake_id=found.id)
    ]  # fmt: skip


@require_GET
@page(*READERS)
def intake(request: HttpRequest, intake_id: int) -> HttpResponse:
    """The application with findings beside what was written, and what can be done now."""
    return _page(request, _or_404(intake_id))


def _asks(found: values.Intake) -> list[tuple[str, str]]:
    return [(f.rule, rules.sentence(f)) for f in found.findings if f.severity is Severity.ASK and not f.dropped]


def _ask_form(found: values.Intake, data: Any = None) -> forms.AskForm:
    texts = found.has_mobile and messaging.text_link() is not None
    return forms.AskForm(data, findings=_asks(found), texts=texts)


def _page(request: HttpRequest, found: values.Intake, ask_form: forms.AskForm | None = None) -> HttpResponse:
    in_full = _in_full(request)
    context = _context(found, in_full=in_full)
    known = next((f.detail for f in found.findings if f.rule == "known"), "")
    registration: values.Registration | None = context["registration"]
    context |= {
        "ask": ask_form or _ask_form(found),
        "accept": forms.AcceptForm(initial={"customer_number": known.split(",")[0]}),
        "is_known": known,
        "uploads": queries.uploads_of(intake_id=found.id),
        "in_full": in_full,
        "consents": [
            {"it": one, "language": _language_word(one.language)} for one in queries.consents_of(intake_id=found.id)
        ],
        "submissions": _as_it_came(found, in_full=in_full),
        "searches": queries.switching.searches_about(subject=f"applications.intake:{found.id}"),
        "search_states": switching_words.SEARCHES,
        "deficiencies": queries.deficiencies_of(intake_id=found.id),
        "letters": _letters(found),
        "mails": messaging.deliveries_about(about=f"applications.intake:{found.id}"),
        "may_confirm": registration is not None and registration.prepared_by_id != request.user.pk,
        **_registered(registration),
    }
    return render(request, "applications/intake/intake.html", context, status=422 if ask_form else 200)


def _language_word(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


def _letters(found: values.Intake) -> list[Any]:
    """Messages that it was keyed or read from, and those that came about it."""
    about = messaging.inbound_of(outcome_subject=f"applications.intake:{found.id}")
    if found.inbound_id is not None and all(one.id != found.inbound_id for one in about):
        about.insert(0, messaging.inbound(inbound_id=found.inbound_id))
    return about


def _registered(registration: values.Registration | None) -> dict[str, Any]:
    """What the registration wrote into other rooms."""
    if registration is None:
        return {}
    return {
        "grid_cases": queries.switching.cases_of(registration_id=registration.id),
        "grid_states": switching_words.STATES,
        "purchase": queries.purchases.purchase_of(registration_id=registration.id)
        if registration.source_kind
        else None,
        "customer": parties.customer(customer_id=registration.customer_id) if registration.customer_id else None,
        "account": parties.account(account_id=registration.account_id) if registration.account_id else None,
        "contract": contracts.contract(contract_id=registration.contract_id) if registration.contract_id else None,
    }


@require_GET
@page(*READERS)
def intake_panel(request: HttpRequest, intake_id: int) -> HttpResponse:
    return render(request, "applications/intake/panel.html", _context(_or_404(intake_id), in_full=_in_full(request)))


def _to(intake_id: int) -> HttpResponse:
    return redirect("applications:intake", intake_id)


@require_POST
@page(*DOERS, right=DO)
def accept(request: HttpRequest, intake_id: int) -> HttpResponse:
    number = request.POST.get("customer_number", "").strip()
    attempt(
        request,
        lambda: operations.accept(
            intake_id=intake_id, now=clock.now(), actor_id=actor(request), customer_number=number
        ),
        _("The application is in order."),
    )
    return _to(intake_id)


@require_POST
@page(*DOERS, right=DO)
def examine(request: HttpRequest, intake_id: int) -> HttpResponse:
    """Ask the rules again."""
    attempt(request, lambda: operations.examine(intake_id=intake_id, now=clock.now()), _("The rules were asked again."))
    return _to(intake_id)


@require_POST
@page(*DOERS, right=DO)
def let_pass(request: HttpRequest, intake_id: int) -> HttpResponse:
    rule = request.POST.get("rule", "")
    attempt(
        request,
        lambda: operations.let_pass(intake_id=intake_id, rule=rule, now=clock.now(), actor_id=actor(request)),
        _("The finding passes."),
    )
    return _to(intake_id)


@require_POST
@page(*DOERS, right=DO)
def ask(request: HttpRequest, intake_id: int) -> HttpResponse:
    """A mail, and a text message where it is wanted, with a signed link, where the applicant repairs just that."""
    found = _or_404(intake_id)
    form = _ask_form(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    by_text = form.cleaned_data.get("by_text", False)
    said = _("The applicant was asked by mail and text message.") if by_text else _("The applicant was asked by mail.")
    went = attempt(
        request,
        lambda: operations.ask(
            intake_id=intake_id,
            among=form.cleaned_data.get("findings", []),
            question=form.cleaned_data["question"],
            about=form.cleaned_data["about"],
            by_text=by_text,
            now=clock.now(),
            actor_id=actor(request),
        ),
        said,
    )
    return _to(intake_id) if went else _page(request, _or_404(intake_id), form)


@require_http_methods(["GET", "POST"])
@page(*DOERS, right=DO)
def change(request: HttpRequest, intake_id: int) -> HttpResponse:
    """What the applicant said on the telephone."""
    found = _or_404(intake_id)
    form = forms.AnswersForm(request.POST or None, typed=dict(found.typed))
    if request.method == "POST" and form.is_valid() and attempt(
        request,
        lambda: operations.change_answers(
            intake_id=intake_id,
            typed=form.changed(),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
            actor_id=actor(request),
        ),
        _("Saved."),
    ):  # fmt: skip
        return _to(intake_id)
    context = {"intake": found, "form": form}
    return render(request, "applications/intake/change.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page(*DOERS, right=DO)
def withdraw(request: HttpRequest, intake_id: int) -> HttpResponse:
    found = _or_404(intake_id)
    question = confirm.Question(
        title=_("End application %(number)s") % {"number": found.number},
        what=_("The applicant gets a mail with the reason. A new application is needed to go on."),
        do=_("End the application"),
        back=reverse("applications:intake", args=[intake_id]),
        danger=True,
    )
    said = _("The application has ended; the applicant is told by mail.")
    return _with_reason(request, intake_id, question, operations.withdraw, said)


def _with_reason(
    request: HttpRequest, intake_id: int, question: confirm.Question, act: Callable[..., object], said: str
) -> HttpResponse:
    """Ask whether, and why; then do it."""
    form = forms.ReasonForm(request.POST if confirm.is_confirmed(request) else None)
    if not (confirm.is_confirmed(request) and form.is_valid()):
        return confirm.ask(request, question, form=form)
    reason = form.cleaned_data["reason"]
    attempt(
        request,
        lambda: act(intake_id=intake_id, reason=reason, now=clock.now(), actor_id=actor(request)),
        said,
    )
    return _to(intake_id)


@require_POST
@page("CM1", right=CONFIRM)
def confirm_registration(request: HttpRequest, intake_id: int) -> HttpResponse:
    """The second pair of eyes."""
    attempt(
        request,
        lambda: operations.confirm_registration(intake_id=intake_id, now=clock.now(), actor_id=actor(request)),
        _("Customer and payer are registered; the case went to the grid."),
    )
    return _to(intake_id)


@require_POST
@page("CM1", right=CONFIRM)
def send_back(request: HttpRequest, intake_id: int) -> HttpResponse:
    form = forms.SendBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why it is sent back."))
        return _to(intake_id)
    attempt(
        request,
        lambda: operations.send_back(
            intake_id=intake_id, reason=form.cleaned_data["reason"], now=clock.now(), actor_id=actor(request)
        ),
        _("It is examined again."),
    )
    return _to(intake_id)


@require_http_methods(["GET", "POST"])
@page("CM1", right=DO)
def complete(request: HttpRequest, intake_id: int) -> HttpResponse:
    """The grid's answer fixes the first day; the contract is written from what is there."""
    found = _or_404(intake_id)
    registration = queries.registration_of(intake_id=intake_id)
    if registration is None:
        raise Http404
    form = forms.StartForm(request.POST or None, initial={"starts_on": registration.wished_on})
    if request.method == "POST" and form.is_valid() and attempt(
        request,
        lambda: operations.complete_registration(
            intake_id=intake_id, now=clock.now(), actor_id=actor(request), **form.cleaned_data
        ),
        _("The contract stands; the applicant is told by mail."),
    ):  # fmt: skip
        return _to(intake_id)
    plans = tariffs.plan_names(language=get_language() or "ja")
    plan_name = plans.get(registration.plan_code, registration.plan_code)
    context = {"intake": found, "registration": registration, "plan_name": plan_name, "form": form}
    return render(
        request, "applications/intake/complete.html", context, status=422 if request.method == "POST" else 200
    )


@require_http_methods(["GET", "POST"])
@page("CM1", right=DO)
def cancel(request: HttpRequest, intake_id: int) -> HttpResponse:
    """The grid or the old retailer refused, or the applicant changed their mind."""
    found = _or_404(intake_id)
    question = confirm.Question(
        title=_("Give up the registration of %(number)s") % {"number": found.number},
        what=_("No contract comes of it. The customer stays in the register."),
        do=_("Give up"),
        back=reverse("applications:intake", args=[intake_id]),
        danger=True,
    )
    said = _("The registration is given up; the applicant is told by mail.")
    return _with_reason(request, intake_id, question, operations.cancel_registration, said)


@require_GET
@page(*READERS)
def file(request: HttpRequest, upload_id: int) -> HttpResponse:
    """A stranger's file: always as an attachment, never shown by this origin."""
    found = queries.upload(upload_id=upload_id)
    if found is None:
        raise Http404
    if not _in_full(request):
        raise PermissionDenied
    return downloads.foreign(documents.path(file_id=found.file_id), found.name)


@require_GET
@page(*READERS)
def agencies(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.agencies_list(),
        title=_("Agencies that bring applications"),
        page="applications:agency",
        buttons=[lists.Button(_("New agency"), "applications:new_agency", "plus", right="IN1.do", main=True)],
        empty=lists.Empty(_("No agencies yet."), _("An agency has a code, a link of its own and, if it wants, a key.")),
    )


@require_http_methods(["GET", "POST"])
@page("IN1", right=DO)
def new_agency(request: HttpRequest) -> HttpResponse:
    form = forms.AgencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            agency_id = operations.save_agency(**form.cleaned_data)
            _record_agency(request, f"entered agency {form.cleaned_data['code']}")
        return redirect("applications:agency", agency_id)
    return render(request, "applications/intake/agency.html", {"form": form}, status=422 if form.errors else 200)


def _record_agency(request: HttpRequest, what: str) -> None:
    from tomoshibi.identity import operations as identity

    identity.record_deed(procedure="IN1", what=what, at=clock.now(), actor_id=actor(request))


@require_http_methods(["GET", "POST"])
@page("IN1", right=DO)
def agency(request: HttpRequest, agency_id: int) -> HttpResponse:
    """An agency, its link, and its key (shown once, when it is made)."""
    known = queries.agency(agency_id=agency_id)
    if known is None:
        raise Http404
    wants_key = request.POST.get("do") == "key"
    form = forms.AgencyForm(
        request.POST if request.method == "POST" and "do" not in request.POST else None, initial=known
    )
    keys = forms.KeyForm(request.POST if wants_key else None)
    key = ""
    if form.is_bound and form.is_valid():
        with db.transaction():
            operations.save_agency(**form.cleaned_data | {"code": known["code"]})
            _record_agency(request, f"changed agency {known['code']}")
        messages.success(request, _("Saved."))
        return redirect("applications:agency", agency_id)
    if wants_key and keys.is_valid():
        with db.transaction():
            key = operations.issue_key(code=known["code"], scopes=keys.cleaned_data["scopes"])
            _record_agency(request, f"made a key for agency {known['code']}")
    if request.POST.get("do") == "withdraw_key":
        with db.transaction():
            operations.withdraw_key(code=known["code"])
            _record_agency(request, f"withdrew the key of agency {known['code']}")
        messages.success(request, _("The key opens nothing any more."))
        return redirect("applications:agency", agency_id)
    link = f"{settings.BASE_URL}{reverse('apply:start')}?a={known['code']}"
    context = {
        "form": form, "keys": keys, "key": key, "link": link,
        "agency": queries.agency(agency_id=agency_id), "agency_id": agency_id,
    }  # fmt: skip
    return render(
        request, "applications/intake/agency.html", context, status=422 if form.errors or keys.errors else 200
    )
