"""Pages of the clerks who read mails and take applications on the telephone (IN2, IN1)."""

import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tomoshibi.applications import listing, operations, queries, sheets, values, words
from tomoshibi.applications.forms import mails as forms
from tomoshibi.applications.operations import mails as work
from tomoshibi.applications.values import IntakeState
from tomoshibi.documents.operations import PAPERS, Media
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.values import Inbound, InboundState, Route
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import acting, confirm, downloads, lists
from tomoshibi.ui.acting import actor
from tomoshibi.ui.pages import DO, page
from tomoshibi.worker import queries as clock

PROCEDURE = "IN2"
SUPPLIES = ("regulated", "free")
"""Kinds of plans on which we supply."""
REFUSALS = (
    work.CameOfIt, work.NothingSaid, operations.NoConsent, operations.TooManyUploads, operations.WrongState,
    operations.UploadRefused, sheets.NotOurSheet,
)  # fmt: skip


def _in_words(refusal: Exception) -> str:
    if isinstance(refusal, RowsRefused):
        return _("Rows are refused; nothing was taken: %(first)s") % {"first": refusal.refusals[0].reason}
    return str(refusal)


attempt = partial(acting.attempt, refusals=(*REFUSALS, RowsRefused), in_words=_in_words)


def _letter_or_404(inbound_id: int) -> Inbound:
    try:
        found = letters.inbound(inbound_id=inbound_id)
    except letters.NoSuchMessage:
        raise Http404 from None
    if found.route is not Route.APPLICATIONS:
        raise Http404
    return found


@require_GET
@page(PROCEDURE)
def mails(request: HttpRequest) -> HttpResponse:
    return lists.render_list(
        request,
        listing.mails_list(),
        title=_("Mails to key"),
        panel="applications:mail_panel",
        page="applications:mail",
        buttons=[
            lists.Button(_("Application on the telephone"), "applications:phone", "phone", right="IN1.do", main=True),
            lists.Button(_("Sheet for agencies"), "applications:blank_sheet", "file-spreadsheet"),
            lists.Button(_("Mailboxes"), "messaging:mailboxes", "mailbox", right="IN2.do"),
        ],
        empty=lists.Empty(
            _("No mails yet."), _("What people write to the mailbox for applications appears here."),
            url=reverse("messaging:mailboxes"), button=_("Mailboxes"),
        ),
    )  # fmt: skip


@require_GET
@page(PROCEDURE)
def mail_panel(request: HttpRequest, inbound_id: int) -> HttpResponse:
    context = _letter(_letter_or_404(inbound_id)) | {"may": _may(request)}
    return render(request, "applications/mails/panel.html", context)


def _may(request: HttpRequest) -> bool:
    """Who keys applications reads what was written; who only looks in does not."""
    return request.user.has_perm("IN2.do")  # type: ignore[union-attr]


def _letter(found: Inbound) -> dict[str, Any]:
    files = letters.attachments_of(inbound_id=found.id)
    agency = queries.agency_code_of_sender(mail=found.sender)
    return {
        "letter": found,
        "state": listing.INBOUND[found.state],
        "files": files,
        "repetitions": letters.repetitions_of(inbound_id=found.id),
        "agency": agency,
        "agency_name": queries.agency_name(code=agency) if agency else "",
        "answered": _answered(found),
        "waits": found.state is InboundState.WAITING,
        "received": queries.intakes_of_message(inbound_id=found.id),
        "sheets": [one for one in files if one.file_id and one.media_type == Media.XLSX],
    }


def _answered(found: Inbound) -> values.Intake | None:
    """The application that our mail, which this one answers, was about."""
    kind, _colon, number = found.replies_about.partition(":")
    if kind != "applications.intake" or not number.isdigit():
        return None
    try:
        return queries.intake(intake_id=int(number))
    except queries.NoSuchIntake:
        return None


def _plans(*kinds: str) -> list[tuple[str, str]]:
    names = tariffs.plan_names(language=get_language() or "ja")
    known = {p.code for p in tariffs.plans(on=clock.today()) if p.voltage == "low" and p.kind in kinds}
    return sorted(((code, names.get(code, code)) for code in known), key=lambda one: one[1])


@require_http_methods(["GET", "POST"])
@page(PROCEDURE)
def mail(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """The message at the left, what is keyed from it at the right; what was typed is kept whatever happens."""
    found = _letter_or_404(inbound_id)
    may = _may(request)
    context = _letter(found)
    files = [one for one in context["files"] if one.file_id and one.media_type in PAPERS]
    draft = queries.draft_of_message(inbound_id=inbound_id)
    first = {"mail": found.sender, "name": found.sender_name, "applicant": "person", "statement_channel": "portal"}
    typed = dict(draft.typed) if draft else first
    form = forms.KeyedForm(request.POST or None, typed=typed, plans=_plans(*SUPPLIES, "purchase"), files=files)
    if request.method == "POST" and may:
        answer = _keyed(request, form, inbound_id=inbound_id, draft_key="", back="applications:mail", where=inbound_id)
        if answer is not None:
            return answer
    subject = found.subject if found.subject.lower().startswith("re:") else f"Re: {found.subject}"
    context |= {
        "form": form,
        "may": may,
        "draft": draft,
        "reply": forms.ReplyForm(initial={"subject": subject, "key": uuid.uuid4().hex}),
        "sent": letters.deliveries_about(about=work.subject_of(inbound_id)),
    }
    return render(request, "applications/mails/mail.html", context, status=422 if form.errors else 200)


def _keyed(
    request: HttpRequest, form: forms.KeyedForm, *, inbound_id: int | None, draft_key: str, back: str, where: Any
) -> HttpResponse | None:
    """Keep what was typed; then do what was asked. Nothing: the page is shown again with what is wrong."""
    now, do = clock.now(), request.POST.get("do", "keep")
    try:
        with db.transaction():
            draft = work.key(
                typed=form.typed(), language="ja", now=now, actor_id=actor(request), inbound_id=inbound_id,
                draft_key=draft_key,
            )  # fmt: skip
    except REFUSALS as refused:
        messages.error(request, str(refused))
        return redirect(back, where) if where else redirect(back)
    if do == "receive":
        return _received(form, draft, actor_id=actor(request), request=request)
    if do == "link":
        sent = bool(draft.answers.mail) and attempt(
            request,
            lambda: work.send_link(draft_key=draft.key, mail=draft.answers.mail, now=now, actor_id=actor(request)),
            _("The link is on its way; the applicant completes what you keyed."),
        )
        if not sent:
            form.add_error("mail", _("Where should the link go?"))
            return None
        return redirect("applications:mails")
    messages.success(request, _("Kept as draft %(number)s.") % {"number": draft.number})
    return redirect("applications:mail", inbound_id) if inbound_id else redirect("applications:phone_draft", draft.key)


def _received(
    form: forms.KeyedForm, draft: values.Intake, *, actor_id: int, request: HttpRequest
) -> HttpResponse | None:
    try:
        with db.transaction():
            sent = work.receive_keyed(
                draft_key=draft.key, agreed=bool(form.data.get("agreed")), with_files=form.wanted_files(),
                now=clock.now(), actor_id=actor_id,
            )  # fmt: skip
    except operations.NotComplete as missing:
        form.is_valid()
        for finding in missing.findings:
            form.show(finding)
        return None
    except operations.NoConsent as refused:
        form.add_error("agreed", str(refused))
        return None
    except REFUSALS as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, _("Application %(number)s is received.") % {"number": sent.intake.number})
    return redirect("applications:intake", sent.intake.id)


@require_http_methods(["GET", "POST"])
@page("IN1", right=DO)
def phone(request: HttpRequest, key: str = "") -> HttpResponse:
    """An application on the telephone: the same form without a message."""
    draft = None
    if key:
        try:
            draft = queries.intake_by_key(key=str(uuid.UUID(key)))
        except (ValueError, queries.NoSuchIntake):
            raise Http404 from None
        if draft.state is not IntakeState.DRAFT:
            return redirect("applications:intake", draft.id)
    typed = dict(draft.typed) if draft else {"applicant": "person", "statement_channel": "portal"}
    form = forms.KeyedForm(request.POST or None, typed=typed, plans=_plans(*SUPPLIES, "purchase"))
    if request.method == "POST":
        if draft is None:
            # First there is a draft, then an address of its own: whatever is sent again goes on with it.
            with db.transaction():
                draft = work.key(typed=form.typed(), language="ja", now=clock.now(), actor_id=actor(request))
        answer = _keyed(
            request, form, inbound_id=None, draft_key=draft.key, back="applications:phone_draft", where=draft.key
        )
        if answer is not None:
            return answer
    context = {"form": form, "draft": draft}
    return render(request, "applications/mails/phone.html", context, status=422 if form.errors else 200)


@require_POST
@page(PROCEDURE, right=DO)
def reply(request: HttpRequest, inbound_id: int) -> HttpResponse:
    _letter_or_404(inbound_id)
    form = forms.ReplyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("An answer has a subject and words."))
        return redirect("applications:mail", inbound_id)
    attempt(
        request,
        lambda: work.reply(inbound_id=inbound_id, now=clock.now(), actor_id=actor(request), **form.cleaned_data),
        _("The answer is on its way."),
    )
    return redirect("applications:mail", inbound_id)


@require_http_methods(["GET", "POST"])
@page(PROCEDURE, right=DO)
def dismiss(request: HttpRequest, inbound_id: int) -> HttpResponse:
    found = _letter_or_404(inbound_id)
    form = forms.DismissForm(request.POST if confirm.is_confirmed(request) else None)
    if not (confirm.is_confirmed(request) and form.is_valid()):
        question = confirm.Question(
            title=_("Nothing comes of this mail"),
            what=_("The mail stays on record with your reason. What was keyed from it ends."),
            do=_("Put it aside"),
            back=reverse("applications:mail", args=[inbound_id]),
            facts=[(_("Subject"), found.subject)],
            note="",
        )
        return confirm.ask(request, question, form=form)
    reason = form.cleaned_data["reason"]
    attempt(
        request,
        lambda: work.dismiss(inbound_id=inbound_id, reason=reason, now=clock.now(), actor_id=actor(request)),
        _("The mail is put aside."),
    )
    return redirect("applications:mails")


@require_POST
@page(PROCEDURE, right=DO)
def add(request: HttpRequest, inbound_id: int) -> HttpResponse:
    """The message answers what we asked about an application."""
    answered = _answered(_letter_or_404(inbound_id))
    if answered is None:
        raise Http404
    done = attempt(
        request,
        lambda: work.add_to_intake(
            inbound_id=inbound_id, intake_id=answered.id, now=clock.now(), actor_id=actor(request)
        ),
        _("The mail and its files are with application %(number)s.") % {"number": answered.number},
    )
    return redirect("applications:intake", answered.id) if done else redirect("applications:mail", inbound_id)


@require_http_methods(["GET", "POST"])
@page(PROCEDURE, right=DO)
def sheet(request: HttpRequest, inbound_id: int, attachment_id: int) -> HttpResponse:
    """A sheet row by row: all of it is taken, or the sender is told what is wrong with it."""
    found = _letter_or_404(inbound_id)
    language = get_language() or "ja"
    if request.method == "POST":
        actor_id, now, do = actor(request), clock.now(), request.POST.get("do")
        arguments: dict[str, Any] = {
            "inbound_id": inbound_id, "attachment_id": attachment_id, "language": "ja", "now": now, "actor_id": actor_id,
        }  # fmt: skip
        if do == "take" and attempt(
            request, lambda: work.take_sheet(**arguments), _("Every row is an application now.")
        ):
            return redirect("applications:mail", inbound_id)
        if do == "answer" and attempt(
            request, lambda: work.answer_refusals(**arguments), _("The sender is told what is wrong with the sheet.")
        ):
            return redirect("applications:mails")
    try:
        read = work.sheet_of(message=found, attachment_id=attachment_id, now=clock.now())
    except sheets.NotOurSheet:
        raise Http404 from None
    names = tariffs.plan_names(language=language)
    wrong: dict[int, list[dict[str, Any]]] = {}
    for one in read.refusals:
        label = words.ANSWERS.get(one.column) or words.SHEET.get(one.column, one.column)
        wrong.setdefault(one.row, []).append({"label": label, "reason": one.reason})
    rows = [
        {"line": line, "plan": names.get(line.typed.get("plan_code", ""), line.typed.get("plan_code", "")),
         "wrong": wrong.get(line.number, [])}
        for line in read.lines
    ]  # fmt: skip
    context = {**_letter(found), "sheet": read, "rows": rows, "refused_rows": len(wrong)}
    return render(request, "applications/mails/sheet.html", context, status=422 if request.method == "POST" else 200)


@require_GET
def blank_sheet(request: HttpRequest) -> HttpResponse:
    """The empty sheet, in the reader's language; it is published, so nobody has to sign in for it."""
    labels = {**{n: str(w) for n, w in words.ANSWERS.items()}, **{n: str(w) for n, w in words.SHEET.items()}}
    choices = {name: [(code, str(word)) for code, word in chosen.items()] for name, chosen in words.CHOSEN.items()}
    choices |= {
        "kind": [(code, str(word)) for code, word in words.KINDS.items() if code != values.IntakeKind.SELL],
        "capacity_unit": [(unit, unit) for unit in ("A", "kVA", "kW", "contract")],
        "plan_code": _plans(*SUPPLIES),
        "agreed": [("はい", _("yes"))],
    }
    content = sheets.blank(labels=labels, choices=choices, title=_("Applications"))
    return downloads.made(content, "tomoshibi-applications.xlsx")
