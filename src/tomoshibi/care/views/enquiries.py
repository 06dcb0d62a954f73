"""One inbox of enquiries (CM7, CM8, CM9): threads, answers, hand-over, figures."""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.care import forms, handing, listing, operations, queries, values, words
from tomoshibi.care.values import Channel, EnquiryState, Recognized
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.messaging import queries as letters
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import masked, masked_address
from tomoshibi.storage import db
from tomoshibi.ui import acting, charts, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

PROCEDURES = ("CM7", "CM8", "CM9")
REFUSALS = (
    operations.NothingWritten, operations.WrongStep, operations.NoAddress, operations.NoSuchCustomer, operations.NoKind,
)  # fmt: skip
attempt = partial(acting.attempt, refusals=REFUSALS)
DAYS_SHOWN = 30


def _language() -> str:
    return get_language() or "ja"


def _or_404(enquiry_id: int) -> values.Enquiry:
    try:
        return queries.enquiry(enquiry_id=enquiry_id)
    except queries.NoSuchEnquiry:
        raise Http404 from None


def _staff() -> dict[int, str]:
    return {person.id: person.name for person in people.people()}


def _kinds() -> list[tuple[str, str]]:
    return [(str(kind.id), kind.name_in(_language())) for kind in queries.kinds()]


@require_GET
@page(*PROCEDURES)
def enquiries(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.enquiries_list(people=_staff()),
        title=_("Enquiries"),
        panel="care:enquiry_panel",
        page="care:enquiry",
        actions=[lists.Action(_("Take"), "care:take_many", "hand-grab", right="CM7.do", key="t")],
        buttons=[
            lists.Button(_("Enquiry on the telephone"), "care:phone", "phone", right="CM7.do", main=True),
            lists.Button(_("Figures"), "care:figures", "chart-bar"),
            lists.Button(_("Texts of answers"), "care:texts", "file-text"),
            lists.Button(_("Kinds"), "care:kinds", "tags"),
        ],
        empty=lists.Empty(
            _("No enquiries yet."), _("What people write by mail, on the home page and in the portal appears here."),
            url=reverse("contact:form"), button=_("The home page's form"),
        ),
    )  # fmt: skip


@require_POST
@page(*PROCEDURES, right=DO)
def take_many(request: HttpRequest) -> HttpResponse:
    try:
        chosen = lists.chosen(request, listing.enquiries_list(people=_staff()))
    except (lists.NothingChosen, lists.FilterNotReadable) as refused:
        messages.error(request, str(refused))
        return redirect("care:enquiries")
    with db.transaction():
        for enquiry_id in chosen.ids:
            operations.assign(enquiry_id=enquiry_id, user_id=actor(request), now=clock.now(), actor_id=actor(request))
    messages.success(request, _("%(n)s enquiries are yours now.") % {"n": len(chosen.ids)})
    return redirect("care:enquiries")


def _context(found: values.Enquiry, *, unmasked: bool = False) -> dict[str, Any]:
    entries = queries.entries_of(enquiry_id=found.id)
    names = people.names_of(user_ids={one.author_id for one in entries if one.author_id})
    deliveries = letters.deliveries(ids=[one.delivery_id for one in entries if one.delivery_id])
    customer = parties.customer(customer_id=found.customer_id) if found.customer_id else None
    return {
        "enquiry": found,
        "state": words.ENQUIRIES[found.state],
        "kind": found.kind.name_in(_language()),
        "channel": words.CHANNELS[found.channel],
        "channel_icon": words.CHANNEL_ICONS[found.channel],
        "thread": [
            {
                "it": one,
                "word": words.ENTRIES[one.kind],
                "icon": words.ENTRY_ICONS[one.kind],
                "who": names.get(one.author_id or 0, ""),
                "files": letters.attachments_of(inbound_id=one.inbound_id) if one.inbound_id else [],
                "delivery": deliveries.get(one.delivery_id or 0),
            }
            for one in entries
        ],
        "customer": customer,
        "recognized": words.RECOGNIZED.get(found.recognized_by, ""),
        "is_certain": found.recognized_by in {Recognized.PORTAL, Recognized.CLERK},
        "unmasked": unmasked,
        "mail": found.mail if unmasked else masked_address(found.mail),
        "phone": found.phone if unmasked else masked(found.phone),
        "customer_phone": (customer.phone or customer.mobile)
        if customer and unmasked
        else masked((customer.phone or customer.mobile) if customer else ""),
        "late": found.is_open and found.due_at < clock.now(),
        "assigned": people.name_of(user_id=found.assigned_to_id) if found.assigned_to_id else "",
    }


@require_GET
@page(*PROCEDURES)
def enquiry_panel(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    return render(request, "care/panel.html", _context(_or_404(enquiry_id)))


@require_GET
@page(*PROCEDURES)
def enquiry(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    """A thread, who writes, and what can be done."""
    return _shown(request, _or_404(enquiry_id))


def _shown(request: HttpRequest, found: values.Enquiry, *, unmasked: bool = False, body: str = "") -> HttpResponse:
    context = _context(found, unmasked=unmasked)
    first = next((one["it"].inbound_id for one in context["thread"] if one["it"].inbound_id), None)
    chosen = request.GET.get("text", "")
    for text in queries.answer_texts(language=found.language):
        if text.code == chosen:
            body = operations.text_for(found, body=text.body, clerk=people.name_of(user_id=actor(request)))
    context |= {
        "answer": forms.AnswerForm(initial={"key": uuid.uuid4().hex, "body": body}),
        "texts": queries.answer_texts(language=found.language),
        "note": forms.NoteForm(),
        "assign": forms.AssignForm(
            people=_staff(), kinds=_kinds(), initial={"to": str(found.assigned_to_id or ""), "kind": str(found.kind.id)}
        ),
        "tie": forms.TieForm(initial={"customer_number": context["customer"].number if context["customer"] else ""}),
        "ways": handing.ways(customer=context["customer"]),
        "may": any(request.user.has_perm(f"{procedure}.do") for procedure in PROCEDURES),  # type: ignore[union-attr]
        "may_write": found.state not in {EnquiryState.CLOSED, EnquiryState.REROUTED},
        "message_id": first
        if found.channel is Channel.MAIL and found.first_answered_at is None and found.is_open
        else None,
        "others": [
            {"it": one, "state": words.ENQUIRIES[one.state]}
            for one in (queries.enquiries_of(customer_id=found.customer_id, limit=10) if found.customer_id else [])
            if one.id != found.id
        ],
    }
    return render(request, "care/enquiry.html", context, status=422 if body and request.method == "POST" else 200)


def _to(enquiry_id: int) -> HttpResponse:
    return redirect("care:enquiry", enquiry_id)


@require_POST
@page(*PROCEDURES, right=DO)
def show_contact(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    """What stands behind the masks; that it was read is recorded."""
    found = _or_404(enquiry_id)
    with db.transaction():
        operations.note_reading(enquiry_id=enquiry_id, now=clock.now(), actor_id=actor(request))
    return _shown(request, found, unmasked=True)


@require_POST
@page(*PROCEDURES, right=DO)
def answer(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    found = _or_404(enquiry_id)
    form = forms.AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("An answer has words."))
        return _to(enquiry_id)
    done = attempt(
        request,
        lambda: operations.answer(enquiry_id=enquiry_id, now=clock.now(), actor_id=actor(request), **form.cleaned_data),
        _("The answer is on its way."),
    )
    return _to(enquiry_id) if done else _shown(request, found, body=form.cleaned_data["body"])


@require_POST
@page(*PROCEDURES, right=DO)
def note(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    _or_404(enquiry_id)
    body = request.POST.get("body", "")[: forms.LONGEST]
    attempt(
        request,
        lambda: operations.note(enquiry_id=enquiry_id, body=body, now=clock.now(), actor_id=actor(request)),
        _("Saved."),
    )
    return _to(enquiry_id)


@require_POST
@page(*PROCEDURES, right=DO)
def assign(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    found = _or_404(enquiry_id)
    form = forms.AssignForm(request.POST, people=_staff(), kinds=_kinds())
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
        return _to(enquiry_id)
    to, kind = form.cleaned_data["to"], int(form.cleaned_data["kind"])
    with db.transaction():
        if (found.assigned_to_id or 0) != int(to or 0):
            operations.assign(
                enquiry_id=enquiry_id, user_id=int(to) if to else None, now=clock.now(), actor_id=actor(request)
            )
        if kind != found.kind.id:
            operations.set_kind(enquiry_id=enquiry_id, kind_id=kind, now=clock.now(), actor_id=actor(request))
    messages.success(request, _("Saved."))
    return _to(enquiry_id)


@require_POST
@page(*PROCEDURES, right=DO)
def tie(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    _or_404(enquiry_id)
    number = request.POST.get("customer_number", "")[:12].strip()
    attempt(
        request,
        lambda: operations.tie(enquiry_id=enquiry_id, customer_number=number, now=clock.now(), actor_id=actor(request)),
        _("Saved."),
    )
    return _to(enquiry_id)


@require_POST
@page(*PROCEDURES, right=DO)
def hand_over(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    """Go on in a procedure: its page opens, and the thread remembers it."""
    found = _or_404(enquiry_id)
    customer = parties.customer(customer_id=found.customer_id) if found.customer_id else None
    wanted = request.POST.get("procedure", "")
    chosen = next(((way, url) for way, url in handing.ways(customer=customer) if way.procedure == wanted), None)
    if chosen is None:
        messages.error(request, _("Choose where it goes on; for most the customer has to be known."))
        return _to(enquiry_id)
    way, url = chosen
    with db.transaction():
        operations.hand_over(
            enquiry_id=enquiry_id, procedure=way.procedure, url=url, label=str(way.label), now=clock.now(),
            actor_id=actor(request),
        )  # fmt: skip
    return redirect(url)


@require_POST
@page(*PROCEDURES, right=DO)
def close(request: HttpRequest, enquiry_id: int) -> HttpResponse:
    _or_404(enquiry_id)
    done = attempt(
        request,
        lambda: operations.close(enquiry_id=enquiry_id, now=clock.now(), actor_id=actor(request)),
        _("The enquiry is closed."),
    )
    return redirect("care:enquiries") if done else _to(enquiry_id)


@require_http_methods(["GET", "POST"])
@page("CM7", right=DO)
def phone(request: HttpRequest) -> HttpResponse:
    """Somebody asks on the telephone."""
    form = forms.PhoneForm(request.POST or None, kinds=_kinds(), initial={"key": uuid.uuid4().hex})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        customer = parties.customer_by_number(number=given["customer_number"]) if given["customer_number"] else None
        kind = queries.kind(kind_id=int(given["kind"]))
        if given["customer_number"] and customer is None:
            form.add_error("customer_number", _("Nobody has this number."))
        elif kind is not None:
            with db.transaction():
                made = operations.open_enquiry(
                    channel=Channel.PHONE, kind_code=kind.code, subject=given["subject"], body=given["body"],
                    language="ja", now=clock.now(), name=given["name"], mail=given["mail"], phone=given["phone"],
                    customer_id=customer.id if customer else None,
                    recognized_by=Recognized.CLERK if customer else Recognized.NOT, key=given["key"],
                    actor_id=actor(request),
                )  # fmt: skip
            return _to(made.id)
    return render(request, "care/phone.html", {"form": form}, status=422 if form.errors else 200)


# --- kinds and texts


@require_http_methods(["GET", "POST"])
@page(*PROCEDURES)
def kinds(request: HttpRequest) -> HttpResponse:
    """Kinds with their deadlines; a new one, or another word for one."""
    chosen = next((k for k in queries.kinds(only_active=False) if str(k.id) == request.GET.get("kind", "")), None)
    initial = {
        "code": chosen.code, "name_ja": chosen.names.get("ja", ""), "name_zh": chosen.names.get("zh-hans", ""),
        "name_en": chosen.names.get("en", ""), "business_days": chosen.business_days, "is_active": chosen.is_active,
    } if chosen else {}  # fmt: skip
    form = forms.KindForm(request.POST or None, initial=initial)
    may = request.user.has_perm("CM7.do")  # type: ignore[union-attr]
    if request.method == "POST" and may and form.is_valid():
        given = form.cleaned_data
        names = {"ja": given["name_ja"], "zh-hans": given["name_zh"], "en": given["name_en"]}
        with db.transaction():
            operations.save_kind(
                code=given["code"], names={k: v for k, v in names.items() if v}, business_days=given["business_days"],
                is_active=given["is_active"],
            )  # fmt: skip
            _record(request, f"saved kind {given['code']}")
        messages.success(request, _("Saved."))
        return redirect("care:kinds")
    rows = [{"it": kind, "name": kind.name_in(_language())} for kind in queries.kinds(only_active=False)]
    return render(
        request, "care/kinds.html", {"kinds": rows, "form": form, "may": may}, status=422 if form.errors else 200
    )


def _record(request: HttpRequest, what: str) -> None:
    identity.record_deed(procedure="CM7", what=what, at=clock.now(), actor_id=actor(request))


@require_GET
@page(*PROCEDURES)
def texts(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.texts_list(),
        title=_("Texts of answers"),
        page="care:text",
        buttons=[lists.Button(_("New text"), "care:new_text", "plus", right="CM7.do", main=True)],
        empty=lists.Empty(_("No texts yet."), _("A text begins an answer; its marks are filled in.")),
    )


@require_http_methods(["GET", "POST"])
@page(*PROCEDURES, right=DO)
def text(request: HttpRequest, text_id: int = 0) -> HttpResponse:
    found = next((one for one in queries.answer_texts() if one.id == text_id), None)
    if text_id and found is None:
        raise Http404
    initial = {name: getattr(found, name) for name in forms.TextForm.base_fields} if found else {}
    form = forms.TextForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with db.transaction():
            operations.save_text(**form.cleaned_data)
            _record(request, f"saved text {form.cleaned_data['code']}")
        messages.success(request, _("Saved."))
        return redirect("care:texts")
    return render(request, "care/text.html", {"form": form, "text": found}, status=422 if form.errors else 200)


# --- figures


@require_GET
@page(*PROCEDURES)
def figures(request: HttpRequest) -> HttpResponse:
    """What came, what was answered and how long it took, by kind and by channel."""
    now, last = clock.now(), clock.today()
    first = last - timedelta(days=_days(request) - 1)
    language = _language()
    names = {kind.code: kind.name_in(language) for kind in queries.kinds(only_active=False)}
    by_kind = queries.statistics(by="kind__code", first=first, last=last, now=now)
    by_channel = queries.statistics(by="channel", first=first, last=last, now=now)
    days = queries.by_day(first=first, last=last)
    chart = charts.over_categories(
        chart_id="days", title=_("Received and answered"), axis=_("Day"), categories=[day.isoformat() for day, *_n in days],
        series=[
            charts.Series(_("Received"), [n for _day, n, _m in days]),
            charts.Series(_("First answers"), [m for _day, _n, m in days], kind="line"),
        ],
        unit=_("enquiries"), whole=True,
    )  # fmt: skip
    kinds_chart = charts.over_categories(
        chart_id="kinds", title=_("By kind"), axis=_("Kind"), categories=[names.get(one.label, one.label) for one in by_kind],
        series=[
            charts.Series(_("Received"), [one.received for one in by_kind]),
            charts.Series(_("First answers"), [one.answered for one in by_kind], quiet=True),
        ],
        unit=_("enquiries"), whole=True,
    )  # fmt: skip
    context = {
        "first": first,
        "last": last,
        "days": _days(request),
        "chart": chart,
        "kinds_chart": kinds_chart,
        "is_quiet": not by_kind,
        "tables": [
            (_("By kind"), _("Kind"), [{"it": one, "label": names.get(one.label, one.label)} for one in by_kind]),
            (
                _("By channel"),
                _("Channel"),
                [{"it": one, "label": words.CHANNELS.get(one.label, one.label)} for one in by_channel],
            ),
        ],
    }
    return render(request, "care/figures.html", context)


def _days(request: HttpRequest) -> int:
    given = request.GET.get("days", "")
    return min(366, max(1, int(given))) if given.isdigit() and len(given) < 5 else DAYS_SHOWN  # noqa: PLR2004
