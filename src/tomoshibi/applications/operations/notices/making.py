"""Making a document, sending it, and the proof that it came."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import links, notice_texts
from tomoshibi.applications.models import Notice, NoticeTemplate
from tomoshibi.applications.queries import notice_facts
from tomoshibi.applications.queries import notices as queries
from tomoshibi.applications.values import notices as values
from tomoshibi.applications.values.notices import About, Channel, NoticeKind, NoticeState, Occasion, TemplateItem
from tomoshibi.documents import operations as documents
from tomoshibi.documents import queries as document_queries
from tomoshibi.identity import operations as identity
from tomoshibi.messaging import operations as messaging
from tomoshibi.storage import bulk, db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

HELD_WORK = "applications.notice_held"
POST_WORK = "applications.notice_post"
TEMPLATE = Path(__file__).resolve().parents[2] / "notice.typ"
OPEN_LINK = "notice"
LINK_DAYS = 60


class NoSuchNotice(LookupError):
    """There is no such document."""


class NoticeRefused(ValueError):
    """The step does not fit the document's state; the sentence says why."""


class NotReadable(LookupError):
    """The link is not ours, or too old."""


@db.transaction_required
def order_notice(*, kind: NoticeKind, about: About, occasion: Occasion) -> None:
    """Let a job make and send a document after this transaction; ordering it twice is one document."""
    worker.enqueue(
        values.SEND_JOB,
        {
            "kind": kind.value,
            "contract_id": about.contract_id,
            "registration_id": about.registration_id,
            "change_id": about.change_id,
            "occasion": occasion.value,
        },
    )


@db.transaction_required
def make_notice(*, kind: NoticeKind, about: About, occasion: Occasion, now: datetime, actor_id: int | None) -> int:
    """
    Fill a document, set it and send it the customer's way; with anything missing it is held, and that is work.

    The same kind about the same contract, registration and change is one document.

    :returns: its id
    :raises LookupError: if what it is about is gone
    """
    key = f"{kind.value}:{about.contract_id or 0}:{about.registration_id or 0}:{about.change_id or 0}"
    known = Notice.objects.filter(key=key).first()
    if known is not None:
        return known.id
    terms, _facts = notice_facts.facts_of(about=about, today=_today(now))
    row = _new(key=key, now=now)
    row.kind, row.occasion = kind.value, occasion.value
    row.contract_id, row.registration_id, row.change_id = about.contract_id, about.registration_id, about.change_id
    row.customer_id = terms.customer.id
    row.channel = _channel(terms).value
    row.save(force_insert=True)
    _send(row, now=now, actor_id=actor_id)
    return row.id


def _new(*, key: str, now: datetime) -> Notice:
    notice_id = int(bulk.allocate_ids("applications_notice", 1)[0])
    return Notice(id=notice_id, number=f"N{notice_id:08d}", key=key, made_at=now)


def _channel(terms: notice_facts.Terms) -> Channel:
    """Statements on paper: a letter; otherwise mail where there is an address; the portal shows each of them anyway."""
    if terms.statement_channel == "paper":
        return Channel.LETTER
    return Channel.MAIL if terms.mail else Channel.LETTER


def _today(now: datetime) -> date:
    return timezone.localtime(now).date()


def _send(row: Notice, *, now: datetime, actor_id: int | None) -> None:
    """Fill, set and send; or hold, with what is missing."""
    today = _today(now)
    about = About(row.contract_id, row.registration_id, row.change_id)
    terms, facts = notice_facts.facts_of(about=about, today=today)
    template = (
        NoticeTemplate.objects.filter(kind=row.kind, state=values.TemplateState.PUBLISHED.value)
        .order_by("-version")
        .first()
    )
    if template is None:
        row.missing = ["template"]
        _hold(row, now=now)
        return
    row.template = template
    row.title = template.title
    row.content, missing = notice_texts.filled([TemplateItem(**item) for item in template.items], facts)
    opening, lacking = notice_texts.fill(template.opening, facts)
    row.missing = [*missing, *(f"opening:{fact}" for fact in lacking)]
    if not template.counsel:
        row.missing = ["counsel", *row.missing]
    if row.channel == Channel.LETTER and not terms.customer.address.is_complete:
        row.missing = [*row.missing, "address"]
    if row.missing:
        _hold(row, now=now)
        return
    pdf = documents.typeset(template=TEMPLATE, data=_paper(row, template, terms, facts, opening, today))
    stored = documents.store(
        name=f"{row.number}.pdf", content=pdf, kind="applications.notice", now=now, actor_id=actor_id
    )
    row.file_id, row.sha256 = stored.id, stored.sha256
    _on_its_way(row, terms, facts, now=now)
    row.save()
    worklist.close_about(kind=HELD_WORK, subjects=[_subject(row)], outcome="sent", now=now, actor_id=actor_id)
    _record(row, f"made {row.kind} document {row.number}, by {row.channel}", now=now, actor_id=actor_id)


def _hold(row: Notice, *, now: datetime) -> None:
    row.save()
    worklist.open_item(
        procedure=values.PROCEDURE,
        kind=HELD_WORK,
        subject=_subject(row),
        title=_("Document %(number)s cannot be sent: %(n)d items are missing")
        % {"number": row.number, "n": len(row.missing)},
        due_at=now + timedelta(days=1),
        now=now,
        url=reverse("applications:notice", args=[row.id]),
    )


def _on_its_way(row: Notice, terms: notice_facts.Terms, facts: dict[str, str], *, now: datetime) -> None:
    if row.channel == Channel.LETTER:
        row.recipient = f"〒{terms.customer.address.postal_code} {terms.customer.address.text}"[:300]
        row.queue_letter()
        row.save()
        worklist.open_item(
            procedure=values.PROCEDURE,
            kind=POST_WORK,
            subject="applications.notices:post",
            title=_("Documents wait to be printed and posted"),
            due_at=now + timedelta(days=2),
            now=now,
            url=reverse("applications:post_queue"),
        )
        return
    row.recipient = terms.mail
    row.send(at=now)
    messaging.send_mail(
        template="applications.notice",
        recipient=terms.mail,
        context={
            "name": terms.customer.name,
            "title": row.title,
            "number": row.number,
            "address": link_to(row_id=row.id, now=now),
            "company": facts["company"],
            "phone": facts["company_phone"],
        },
        about=queries.about(row.id),
        customer_id=row.customer_id,
        now=now,
        key=row.number,
    )


def link_to(*, row_id: int, now: datetime) -> str:
    """The address under which the customer opens a document from a mail; it needs no sign-in."""
    until = now + timedelta(days=LINK_DAYS)
    token = links.made(key=str(row_id), purpose=OPEN_LINK, until=until)
    return settings.BASE_URL + reverse("portals:document", args=[token])


def _paper(
    row: Notice, template: NoticeTemplate, terms: notice_facts.Terms, facts: dict[str, str], opening: str, today: date
) -> dict[str, Any]:
    address = terms.customer.address
    return {
        "title": row.title,
        "number": row.number,
        "made_on": f"{today.year}年{today.month}月{today.day}日",
        "customer": terms.customer.name,
        "postal_code": f"〒{address.postal_code[:3]}-{address.postal_code[3:]}" if address.postal_code else "",
        "address": [part for part in (address.text,) if part],
        "company": facts["company"],
        "company_postal_code": facts["company_postal_code"],
        "company_address": facts["company_address"],
        "company_phone": facts["company_phone"],
        "opening": opening,
        "items": row.content,
        "reissued": row.occasion == Occasion.REISSUE,
        "example": "" if template.counsel else values.EXAMPLE,
        "footer": f"{row.number}　文面 第{template.version}版"
        + (f"　{template.counsel}" if template.counsel else "　見本"),
    }


@db.transaction_required
def fill_again(*, notice_id: int, now: datetime, actor_id: int | None) -> values.Notice:
    """
    What was missing has been entered: a held document is filled and sent.

    :raises NoticeRefused: if it is not held
    """
    row = _locked(notice_id)
    if row.state != NoticeState.HELD:
        raise NoticeRefused(_("document %(number)s was sent already") % {"number": row.number})
    _send(row, now=now, actor_id=actor_id)
    return queries.to_notice(row)


@db.transaction_required
def fill_held(*, registration_id: int, now: datetime) -> int:
    """
    Something that a document lacked is known now: those of a registration that are held are filled and sent.

    :returns: how many went
    """
    rows = list(
        Notice.objects.select_for_update().filter(registration_id=registration_id, state=NoticeState.HELD.value)
    )
    for row in rows:
        _send(row, now=now, actor_id=None)
    return sum(row.state != NoticeState.HELD for row in rows)


@db.transaction_required
def reissue(*, notice_id: int, channel: Channel, now: datetime, actor_id: int | None) -> int:
    """
    Make a document anew, from today's text and facts; the former one stays as it was.

    :raises NoticeRefused: while the former is held
    """
    former = _locked(notice_id)
    if former.state in {NoticeState.HELD, NoticeState.WITHDRAWN}:
        raise NoticeRefused(_("document %(number)s has not been sent") % {"number": former.number})
    row = _new(key=f"reissue:{former.id}:{now.isoformat()}", now=now)
    row.kind, row.occasion, row.channel = former.kind, Occasion.REISSUE.value, channel.value
    row.contract_id, row.registration_id, row.change_id = former.contract_id, former.registration_id, former.change_id
    row.customer_id, row.replaces_id = former.customer_id, former.id
    row.save(force_insert=True)
    _send(row, now=now, actor_id=actor_id)
    return row.id


@db.transaction_required
def withdraw_notice(*, notice_id: int, now: datetime, actor_id: int | None) -> None:
    """
    It is not needed any more.

    :raises NoticeRefused: if it is on its way
    """
    row = _locked(notice_id)
    if not can_proceed(row.withdraw):
        raise NoticeRefused(_("document %(number)s was sent already") % {"number": row.number})
    row.withdraw()
    row.save()
    worklist.close_about(kind=HELD_WORK, subjects=[_subject(row)], outcome="withdrawn", now=now, actor_id=actor_id)
    _record(row, f"withdrew document {row.number}", now=now, actor_id=actor_id)


@db.transaction_required
def post_letters(*, notice_ids: Sequence[int], on: date, now: datetime, actor_id: int | None) -> int:
    """
    Somebody took letters to the post. Those that were posted before stay as they are.

    :returns: how many
    """
    rows = Notice.objects.select_for_update().filter(id__in=list(notice_ids), state=NoticeState.TO_POST.value)
    posted = list(rows)
    for row in posted:
        row.post(on=on, at=now)
        row.posted_by_id = actor_id
        row.save()
    if posted:
        _record(posted[0], f"posted {len(posted)} documents on {on}", now=now, actor_id=actor_id)
    if not queries.letters_to_post():
        worklist.close_about(
            kind=POST_WORK, subjects=["applications.notices:post"], outcome="posted", now=now, actor_id=actor_id
        )
    return len(posted)


@db.transaction_required
def record_opening(*, how: str, now: datetime, notice_id: int | None = None, token: str = "") -> tuple[str, bytes]:
    """
    The customer opens a document: the first time is the proof that it came.

    :param token: of the link in the mail; without it ``notice_id``, whose owner the edge has checked
    :returns: its number and the PDF
    :raises NotReadable: for a link that is not ours or too old, or a document without a paper
    """
    if token:
        try:
            notice_id = int(links.read(token, purpose=OPEN_LINK, now=now))
        except links.LinkNotValid:
            raise NotReadable(_("this link is not valid any more")) from None
    row = Notice.objects.select_for_update().filter(id=notice_id or 0).first()
    if row is None or row.file_id is None:
        raise NotReadable(_("this link is not valid any more"))
    if row.opened_at is None and can_proceed(row.receive):
        row.receive(at=now, how=how)
        row.save()
        _record(row, f"document {row.number} was opened ({how})", now=now, actor_id=None)
    return row.number, document_queries.content(file_id=row.file_id)


def _locked(notice_id: int) -> Notice:
    row = Notice.objects.select_for_update().filter(id=notice_id).first()
    if row is None:
        raise NoSuchNotice(_("there is no such document"))
    return row


def _subject(row: Notice) -> str:
    return queries.about(row.id)


def _record(row: Notice, what: str, *, now: datetime, actor_id: int | None) -> None:
    identity.record_deed(procedure=values.PROCEDURE, what=what, at=now, subject=_subject(row), actor_id=actor_id)
