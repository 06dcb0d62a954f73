"""Writes of care: enquiries, their threads and texts (announcements: ``announcing``)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.care import queries, recognizing, shipped, values
from tomoshibi.care.announcing import (
    NoReceivers,
    NotReady,
    UnknownCustomers,
    change_draft,
    confirm,
    draft,
    mail_some,
    publish,
    read,
    request,
    send_back,
    set_alone_up_to,
    set_wants_mail,
    withdraw,
)
from tomoshibi.care.models import AnswerText, Enquiry, Entry, Kind
from tomoshibi.care.values import Channel, EnquiryState, EntryKind, Recognized
from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.values import Inbound, Route
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

WORK = "care.enquiry"
"""Kind of the work items of enquiries that wait for an answer."""
DUE_HOUR = 17
CLOSES_AFTER = timedelta(days=14)
"""So long after our answer an enquiry closes by itself."""


class NothingWritten(ValueError):
    """A line of a thread has words."""


class WrongStep(ValueError):
    """The enquiry's state does not allow this."""


class NoAddress(ValueError):
    """Nobody knows where the answer should go."""


class NoSuchCustomer(LookupError):
    """There is no customer with the number."""


class NoKind(LookupError):
    """There is no kind of enquiry to put it under."""


@db.transaction_required
def load_shipped() -> int:
    """Kinds and texts that come with the product; what is there stays as people made it. Returns how many are new."""
    made = 0
    for position, one in enumerate(shipped.KINDS):
        defaults = {"names": one.names, "business_days": one.business_days, "position": position}
        made += Kind.objects.get_or_create(code=one.code, defaults=defaults)[1]
    for text in shipped.TEXTS:
        defaults = {"title": text.title, "body": text.body}
        made += AnswerText.objects.get_or_create(code=text.code, language=text.language, defaults=defaults)[1]
    return made


@db.transaction_required
def save_kind(*, code: str, names: Mapping[str, str], business_days: int, is_active: bool = True) -> int:
    """Enter or change a kind; what is open already keeps its deadline."""
    defaults = {"names": dict(names), "business_days": business_days, "is_active": is_active}
    return Kind.objects.update_or_create(code=code, defaults=defaults)[0].id


@db.transaction_required
def save_text(*, code: str, language: str, title: str, body: str) -> None:
    """:raises ValueError: if the text names something that no enquiry has"""
    shipped.filled(body, dict.fromkeys(shipped.PLACEHOLDERS, ""))
    AnswerText.objects.update_or_create(code=code, language=language, defaults={"title": title, "body": body})


@db.transaction_required
def open_enquiry(
    *,
    channel: Channel,
    kind_code: str,
    subject: str,
    body: str,
    language: str,
    now: datetime,
    name: str = "",
    mail: str = "",
    phone: str = "",
    customer_id: int | None = None,
    recognized_by: Recognized = Recognized.NOT,
    key: str = "",
    message: Inbound | None = None,
    actor_id: int | None = None,
) -> values.Enquiry:
    """
    Somebody asks; the same form again is the same enquiry.

    :param key: of the form that was sent
    :param message: the mail that it came by
    :raises NothingWritten: without words
    :raises NoKind: if kinds were not set up
    """
    if not body.strip() and message is None:
        raise NothingWritten(_("Please write what you want to know."))
    if key:
        known = Enquiry.objects.filter(channel=channel.value, key=key).select_related("kind").first()
        if known is not None:
            return queries.to_enquiry(known)
    kind = _kind(kind_code)
    if customer_id is None:
        customer_id, recognized_by = recognizing.customer_of(mail=mail, text=f"{subject}\n{body}")
    row = Enquiry.objects.create(
        channel=channel.value,
        kind=kind,
        subject=(" ".join(subject.split()) or body.strip()[:60])[:300],
        customer_id=customer_id,
        recognized_by=recognized_by.value,
        name=name[:200],
        mail=mail[:254],
        phone=phone[:30],
        language=language,
        received_at=now,
        due_at=_due(kind, now),
        key=key,
        search_key=parties.search_key(subject, name, mail, phone),
    )
    Entry.objects.create(
        enquiry=row, kind=EntryKind.RECEIVED.value, body=body, at=now, inbound_id=message.id if message else None
    )
    _put_before_people(row, now=now)
    _record(row, "received", now=now, actor_id=actor_id)
    return queries.to_enquiry(row)


def _kind(code: str) -> Kind:
    row = (
        Kind.objects.filter(code=code, is_active=True).first()
        or Kind.objects.filter(is_active=True).order_by("-position").first()
    )
    if row is None:
        raise NoKind(_("No kind of enquiry is set up."))
    return row


def _due(kind: Kind, now: datetime) -> datetime:
    day = masters.add_business_days(now.date(), kind.business_days, area=None)
    return now.replace(year=day.year, month=day.month, day=day.day, hour=DUE_HOUR, minute=0, second=0, microsecond=0)


def subject_of(enquiry_id: int) -> str:
    """How records name an enquiry."""
    return f"care.enquiry:{enquiry_id}"


def _put_before_people(row: Enquiry, *, now: datetime) -> None:
    worklist.open_item(
        procedure=values.PROCEDURE_OF[Channel(row.channel)],
        kind=WORK,
        subject=subject_of(row.id),
        title=_("Answer %(number)s: %(subject)s") % {"number": row.number, "subject": row.subject},
        due_at=row.due_at,
        now=now,
        url=reverse("care:enquiry", args=[row.id]),
    )


def _close_work(row: Enquiry, outcome: str, *, now: datetime, actor_id: int | None) -> None:
    worklist.close_about(kind=WORK, subjects=[subject_of(row.id)], outcome=outcome, now=now, actor_id=actor_id)


def _record(row: Enquiry, what: str, *, now: datetime, actor_id: int | None) -> None:
    identity.record_deed(
        procedure=values.PROCEDURE_OF[Channel(row.channel)],
        what=f"{what} enquiry {row.number}",
        at=now,
        subject=subject_of(row.id),
        actor_id=actor_id,
    )


def _locked(enquiry_id: int) -> Enquiry:
    row = Enquiry.objects.select_for_update().filter(id=enquiry_id).first()
    if row is None:
        raise queries.NoSuchEnquiry(_("there is no such enquiry"))
    return row


def _move(row: Enquiry, step: str) -> None:
    try:
        getattr(row, step)()
    except TransitionNotAllowed:
        raise WrongStep(_("the enquiry %(number)s has gone on meanwhile") % {"number": row.number}) from None


# --- what comes by mail


@db.transaction_required
def take_message(*, message: Inbound, now: datetime) -> values.Enquiry | None:
    """
    A message becomes an enquiry, or goes on with the one that it answers; what a program wrote becomes none.

    :returns: nothing where a program wrote it
    """
    known = _of_thread(message)
    if known is None and message.is_automatic:
        messaging.settle(inbound_id=message.id, outcome="a program wrote it")
        return None
    messaging.put_before_people(inbound_id=message.id)
    if known is not None:
        write_again(enquiry_id=known.id, body=message.body, now=now, message=message)
        return queries.enquiry(enquiry_id=known.id)
    back = queries.enquiry_of_message(inbound_id=message.id)
    if back is not None:
        row = _locked(back.id)
        _move(row, "come_back")
        row.save()
        _put_before_people(row, now=now)
        messaging.settle(inbound_id=message.id, outcome=f"enquiry {row.number}", subject=subject_of(row.id))
        return queries.to_enquiry(row)
    made = open_enquiry(
        channel=Channel.MAIL, kind_code="", subject=message.subject, body=message.body, language="ja", now=now,
        name=message.sender_name, mail=message.sender, message=message,
    )  # fmt: skip
    messaging.settle(inbound_id=message.id, outcome=f"enquiry {made.number}", subject=subject_of(made.id))
    return made


def _of_thread(message: Inbound) -> Enquiry | None:
    """
    The enquiry that our mail, which this one answers, was about - if the same person writes.

    A forwarded number of ours lets nobody else into a thread.
    """
    room, _colon, number = message.replies_about.partition(":")
    if room != "care.enquiry" or not number.isdigit():
        return None
    row = Enquiry.objects.filter(id=int(number)).exclude(state=EnquiryState.REROUTED.value).first()
    return row if row is not None and row.mail.lower() == message.sender.lower() else None


@db.transaction_required
def write_again(
    *,
    enquiry_id: int,
    body: str,
    now: datetime,
    message: Inbound | None = None,
    key: str = "",
    actor_id: int | None = None,
) -> None:
    """
    The customer writes again: the thread goes on, and an answer is due anew.

    :raises NothingWritten: without words
    :raises WrongStep: if it was re-routed
    """
    if not body.strip() and message is None:
        raise NothingWritten(_("Please write what you want to know."))
    row = _locked(enquiry_id)
    if key and Entry.objects.filter(enquiry=row, key=key).exists():
        return
    was_open = row.state in OPEN
    _move(row, "write_again")
    row.closed_at = None
    if not was_open:
        row.due_at = _due(row.kind, now)
    row.save()
    Entry.objects.create(
        enquiry=row,
        kind=EntryKind.RECEIVED.value,
        body=body,
        at=now,
        inbound_id=message.id if message else None,
        key=key,
    )
    if message is not None:
        messaging.settle(inbound_id=message.id, outcome=f"enquiry {row.number}", subject=subject_of(row.id))
    _put_before_people(row, now=now)
    _record(row, "wrote again in", now=now, actor_id=actor_id)


OPEN = frozenset(state.value for state in values.OPEN_ENQUIRIES)


@db.transaction_required
def give_away(*, inbound_id: int, now: datetime, actor_id: int | None) -> None:
    """
    The message of an enquiry is an application: it arrives there, and the enquiry ends.

    :raises WrongStep: if it was answered, or did not come by this mail alone
    """
    found = queries.enquiry_of_message(inbound_id=inbound_id)
    if found is None:
        raise WrongStep(_("There is no enquiry of this message."))
    row = _locked(found.id)
    if row.first_answered_at is not None:
        raise WrongStep(_("The enquiry %(number)s was answered already.") % {"number": row.number})
    _move(row, "reroute")
    row.closed_at = now
    row.save()
    messaging.forward(inbound_id=inbound_id, route=Route.APPLICATIONS)
    _close_work(row, "an application", now=now, actor_id=actor_id)
    _record(row, "re-routed to applications:", now=now, actor_id=actor_id)


# --- what we do


@db.transaction_required
def assign(*, enquiry_id: int, user_id: int | None, now: datetime, actor_id: int | None) -> None:
    """Take it, or give it to somebody."""
    row = _locked(enquiry_id)
    row.assigned_to_id = user_id
    if user_id is not None and row.state == EnquiryState.NEW:
        _move(row, "take")
    row.save()
    _record(row, "assigned", now=now, actor_id=actor_id)


@db.transaction_required
def set_kind(*, enquiry_id: int, kind_id: int, now: datetime, actor_id: int | None) -> None:
    """Put it under another kind; its deadline is that kind's, from when it was received."""
    row = _locked(enquiry_id)
    row.kind = Kind.objects.get(id=kind_id)
    row.due_at = _due(row.kind, row.received_at.astimezone(now.tzinfo))
    row.save()
    if row.state in OPEN:
        _close_work(row, "another kind", now=now, actor_id=actor_id)
        _put_before_people(row, now=now)
    _record(row, f"put under {row.kind.code}", now=now, actor_id=actor_id)


@db.transaction_required
def tie(*, enquiry_id: int, customer_number: str, now: datetime, actor_id: int | None) -> None:
    """
    One of us made sure whose enquiry it is; from now on the customer sees it in the portal.

    :param customer_number: empty unties it
    :raises NoSuchCustomer: if nobody has the number
    """
    row = _locked(enquiry_id)
    customer = parties.customer_by_number(number=customer_number) if customer_number.strip() else None
    if customer_number.strip() and customer is None:
        raise NoSuchCustomer(_("there is no customer %(number)s") % {"number": customer_number})
    row.customer_id = customer.id if customer else None
    row.recognized_by = (Recognized.CLERK if customer else Recognized.NOT).value
    row.save()
    _record(row, f"tied to {customer.number if customer else 'nobody'}:", now=now, actor_id=actor_id)


@db.transaction_required
def note_reading(*, enquiry_id: int, now: datetime, actor_id: int | None) -> None:
    """Somebody looked at the contact data behind the masks."""
    _record(_locked(enquiry_id), "read the contact data of", now=now, actor_id=actor_id)


@db.transaction_required
def note(*, enquiry_id: int, body: str, now: datetime, actor_id: int | None) -> None:
    """
    Write something for us only.

    :raises NothingWritten: without words
    """
    if not body.strip():
        raise NothingWritten(_("A note has words."))
    row = _locked(enquiry_id)
    Entry.objects.create(enquiry=row, kind=EntryKind.NOTE.value, body=body, at=now, author_id=actor_id)
    _record(row, "noted in", now=now, actor_id=actor_id)


@db.transaction_required
def answer(*, enquiry_id: int, body: str, key: str, now: datetime, actor_id: int | None) -> None:
    """
    Answer: by mail in the thread of the last message, in the portal with a mail that says so. Sent twice it is one.

    :param key: of the form that was sent
    :raises NothingWritten: without words
    :raises NoAddress: if there is neither a mail address nor a portal
    :raises WrongStep: if it is closed
    """
    if not body.strip():
        raise NothingWritten(_("An answer has words."))
    row = _locked(enquiry_id)
    if Entry.objects.filter(enquiry=row, key=key).exists():
        return
    _move(row, "answer")
    delivery_id = _sent(row, body, key=key, now=now)
    row.first_answered_at = row.first_answered_at or now
    row.assigned_to_id = row.assigned_to_id or actor_id
    row.save()
    Entry.objects.create(
        enquiry=row,
        kind=EntryKind.ANSWER.value,
        body=body,
        at=now,
        author_id=actor_id,
        delivery_id=delivery_id,
        key=key,
    )
    _close_work(row, "answered", now=now, actor_id=actor_id)
    _record(row, "answered", now=now, actor_id=actor_id)


def _sent(row: Enquiry, body: str, *, key: str, now: datetime) -> int | None:
    last = Entry.objects.filter(enquiry=row, inbound__isnull=False).order_by("-id").first()
    message = letters.inbound(inbound_id=last.inbound_id) if last and last.inbound_id else None
    subject = row.subject if row.subject.lower().startswith("re:") else f"Re: {row.subject}"
    if row.channel == Channel.PORTAL:
        if row.mail:
            messaging.send_mail(
                template="care.answered", recipient=row.mail,
                context={"company": masters.company().name, "name": row.name, "number": row.number, "subject": row.subject},
                about=subject_of(row.id), now=now, customer_id=row.customer_id, language=row.language,
                key=f"{row.id}:{key}",
            )  # fmt: skip
        return None
    if not row.mail:
        raise NoAddress(_("There is no mail address: answer by telephone, write a note, and close it."))
    return messaging.reply(
        recipient=row.mail, subject=f"{subject} [{row.number}]" if row.number not in subject else subject, body=body,
        about=subject_of(row.id), key=f"{row.id}:{key}", now=now, to=message, sender=_own_address(message),
        customer_id=row.customer_id,
    )  # fmt: skip


def _own_address(message: Inbound | None) -> str:
    """The mailbox that the message came to; for others the first one for enquiries, so that answers come back here."""
    if message is not None:
        box = letters.mailbox(mailbox_id=message.mailbox_id)
        if box is not None and box.route is Route.ENQUIRIES:
            return box.address
    return next((b.address for b in letters.mailboxes(only_active=True) if b.route is Route.ENQUIRIES), "")


@db.transaction_required
def hand_over(*, enquiry_id: int, procedure: str, url: str, label: str, now: datetime, actor_id: int | None) -> None:
    """A procedure goes on from here; the thread remembers which and where."""
    row = _locked(enquiry_id)
    if row.state == EnquiryState.NEW:
        _move(row, "take")
        row.assigned_to_id = row.assigned_to_id or actor_id
        row.save()
    Entry.objects.create(
        enquiry=row,
        kind=EntryKind.HAND_OVER.value,
        body=label,
        at=now,
        author_id=actor_id,
        procedure=procedure,
        url=url,
    )
    _record(row, f"handed to {procedure}", now=now, actor_id=actor_id)


@db.transaction_required
def close(*, enquiry_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Nothing is left to be said.

    :raises WrongStep: if it is closed already
    """
    row = _locked(enquiry_id)
    _move(row, "close")
    row.closed_at = now
    row.save()
    _close_work(row, "closed", now=now, actor_id=actor_id)
    _record(row, "closed", now=now, actor_id=actor_id)


@db.transaction_required
def close_quiet(*, enquiry_ids: Sequence[int], now: datetime) -> int:
    """Close what was answered and nobody wrote about since; returns how many."""
    for enquiry_id in enquiry_ids:
        close(enquiry_id=enquiry_id, now=now, actor_id=None)
    return len(enquiry_ids)


def text_for(enquiry: values.Enquiry, *, body: str, clerk: str) -> str:
    """A text for an answer with its marks filled in."""
    company = masters.company()
    words = {
        "name": enquiry.name or _("Customer"), "number": enquiry.number, "subject": enquiry.subject, "clerk": clerk,
        "company": company.name, "phone": company.phone,
    }  # fmt: skip
    return shipped.filled(body, words)


__all__ = [
    "CLOSES_AFTER", "WORK", "NoAddress", "NoKind", "NoReceivers", "NoSuchCustomer", "NotReady", "NothingWritten",
    "UnknownCustomers", "WrongStep", "answer", "assign", "change_draft", "close", "close_quiet", "confirm", "draft",
    "give_away", "hand_over", "load_shipped", "mail_some", "note", "note_reading", "open_enquiry", "publish", "read",
    "request", "save_kind", "save_text", "send_back", "set_alone_up_to", "set_kind", "set_wants_mail", "subject_of",
    "take_message", "text_for", "tie", "withdraw", "write_again",
]  # fmt: skip
