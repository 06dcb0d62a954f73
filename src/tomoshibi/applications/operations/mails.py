"""IN2: what comes of a message - an application that a clerk keys, applications of a sheet, or a word why none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.applications import queries, rules, sheets, values
from tomoshibi.applications.operations import intake as intakes
from tomoshibi.applications.operations.intake import NoConsent, TooManyUploads, WrongState
from tomoshibi.applications.values import IntakeState, Severity, Source
from tomoshibi.documents import operations as documents
from tomoshibi.documents import queries as files
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import Refusal, RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging import queries as letters
from tomoshibi.messaging.values import Inbound, Route
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

PROCEDURE = "IN2"
MAIL_WORK = "applications.mail"
"""Kind of the work items of messages that wait to be keyed."""
READ_WITHIN_BUSINESS_DAYS = 1
DUE_HOUR = 17


class CameOfIt(ValueError):
    """Something came of the message already."""


class NothingSaid(ValueError):
    """An answer or a reason has words."""


@dataclass(frozen=True)
class Sheet:
    """
    A sheet as it was read.

    :param refusals: rows that cannot be taken; while there is one, none is
    """

    attachment_id: int
    name: str
    lines: tuple[sheets.Line, ...]
    refusals: tuple[Refusal, ...]
    problem: str = ""


def subject_of(inbound_id: int) -> str:
    """How records name a message."""
    return f"applications.mail:{inbound_id}"


@db.transaction_required
def put_mail_before_clerk(*, message: Inbound, now: datetime) -> None:
    """Work for whoever reads mails; what a program wrote waits in the list, and for nobody."""
    messaging.put_before_people(inbound_id=message.id)
    if message.is_automatic:
        return
    due = masters.add_business_days(now.date(), READ_WITHIN_BUSINESS_DAYS, area=None)
    worklist.open_item(
        procedure=PROCEDURE,
        kind=MAIL_WORK,
        subject=subject_of(message.id),
        title=_("Read the mail of %(who)s: %(subject)s")
        % {"who": message.sender_name or message.sender, "subject": message.subject},
        due_at=now.replace(
            year=due.year, month=due.month, day=due.day, hour=DUE_HOUR, minute=0, second=0, microsecond=0
        ),
        now=now,
        url=reverse("applications:mail", args=[message.id]),
    )


@db.transaction_required
def key(
    *, typed: Mapping[str, str], language: str, now: datetime, actor_id: int | None, inbound_id: int | None = None,
    draft_key: str = "",
) -> values.Intake:  # fmt: skip
    """
    Keep what a clerk typed beside a message or on the telephone, however unfinished.

    :param draft_key: what was kept before; empty for the first time. A message has one at a time
    :raises CameOfIt: if the message is settled
    :raises WrongState: if the application was sent meanwhile
    """
    typed = with_area(typed)
    if inbound_id is not None:
        _require_waiting(inbound_id)
        known = queries.draft_of_message(inbound_id=inbound_id)
        draft_key = known.key if known else ""
    if draft_key:
        return intakes.save_answers(key=draft_key, typed=typed, now=now)
    source = Source.PHONE if inbound_id is None else Source.MAIL
    return intakes.start(
        source=source, typed=typed, language=language, now=now, actor_id=actor_id, inbound_id=inbound_id
    )


def with_area(typed: Mapping[str, str]) -> dict[str, str]:
    """The area that the prefecture lies in, where nobody wrote one."""
    found = dict(typed)
    if not found.get("area"):
        areas = queries.areas_of(prefecture=queries.plain_answers(found).prefecture)
        found["area"] = areas[0] if areas else ""
    return found


def _require_waiting(inbound_id: int) -> Inbound:
    from tomoshibi.messaging.values import InboundState

    found = letters.inbound(inbound_id=inbound_id)
    if found.state is not InboundState.WAITING or found.route is not Route.APPLICATIONS:
        raise CameOfIt(_("Something came of this message already."))
    return found


@db.transaction_required
def receive_keyed(
    *, draft_key: str, agreed: bool, with_files: Collection[int] = (), now: datetime, actor_id: int | None
) -> intakes.Sent:
    """
    A keyed application is received like one from the Web, with the files of the message.

    :param agreed: the applicant was told the texts and agreed, which the clerk says
    :param with_files: attachments of the message that belong to it
    :raises NoConsent: if they did not: then send them the link, and they do it themselves
    :raises intakes.NotComplete: naming what is missing or wrong
    :raises CameOfIt: if the message is settled
    """
    draft = queries.intake_by_key(key=draft_key)
    if draft.inbound_id is not None and draft.state is IntakeState.DRAFT:
        _require_waiting(draft.inbound_id)
    texts = queries.consent_texts(kind=draft.answers.kind, language=draft.language, on=now.date())
    if not agreed:
        raise NoConsent(_("The applicant has to agree to the texts; send them the link, or say that they did."))
    _carry_files(draft, with_files, now=now, actor_id=actor_id)
    sent = intakes.send(key=draft_key, agreed=texts, language=draft.language, now=now, via="clerk", actor_id=actor_id)
    if draft.inbound_id is not None and not sent.repeated:
        _settle(
            draft.inbound_id, f"application {sent.intake.number}", subject=f"applications.intake:{sent.intake.id}",
            now=now, actor_id=actor_id,
        )  # fmt: skip
    return sent


def _carry_files(draft: values.Intake, wanted: Collection[int], *, now: datetime, actor_id: int | None) -> None:
    if draft.inbound_id is None:
        return
    for one in letters.attachments_of(inbound_id=draft.inbound_id):
        if one.id in wanted and one.file_id is not None and one.media_type in documents.PAPERS:
            content = files.content(file_id=one.file_id)
            intakes.attach(key=draft.key, name=one.name, content=content, now=now, actor_id=actor_id)


@db.transaction_required
def send_link(*, draft_key: str, mail: str, now: datetime, actor_id: int | None) -> values.Intake:
    """
    The applicant gets the address of what was keyed, completes it and agrees: the message is settled with it.

    :raises CameOfIt: if the message is settled
    """
    draft = queries.intake_by_key(key=draft_key)
    if draft.inbound_id is not None:
        _require_waiting(draft.inbound_id)
    intakes.mail_resume_link(key=draft_key, mail=mail, now=now)
    if draft.inbound_id is not None:
        _settle(
            draft.inbound_id, f"the applicant completes {draft.number}", subject=f"applications.intake:{draft.id}",
            now=now, actor_id=actor_id,
        )  # fmt: skip
    return queries.intake_by_key(key=draft_key)


@db.transaction_required
def add_to_intake(*, inbound_id: int, intake_id: int, now: datetime, actor_id: int | None) -> int:
    """
    A message answers what we asked about an application: it goes to it, with its files.

    :returns: how many files were kept with the application
    :raises CameOfIt: if the message is settled
    :raises WrongState: if the application takes no files any more
    :raises TooManyUploads: if it has as many as it may
    """
    _require_waiting(inbound_id)
    found = queries.intake(intake_id=intake_id)
    kept = 0
    for one in letters.attachments_of(inbound_id=inbound_id):
        if one.file_id is not None and one.media_type in documents.PAPERS:
            content = files.content(file_id=one.file_id)
            intakes.attach(key=found.key, name=one.name, content=content, now=now, actor_id=actor_id)
            kept += 1
    _settle(
        inbound_id, f"belongs to {found.number}", subject=f"applications.intake:{intake_id}", now=now, actor_id=actor_id
    )
    return kept


@db.transaction_required
def dismiss(*, inbound_id: int, reason: str, now: datetime, actor_id: int | None) -> None:
    """
    Nothing comes of a message, for a reason; what was keyed from it ends.

    :raises CameOfIt: if something did
    :raises NothingSaid: without a reason
    """
    _require_waiting(inbound_id)
    if not reason.strip():
        raise NothingSaid(_("Say why nothing comes of it."))
    _drop_draft(inbound_id, reason, now=now)
    _settle(inbound_id, reason.strip(), subject="", now=now, actor_id=actor_id)


def _drop_draft(inbound_id: int, reason: str, *, now: datetime) -> None:
    draft = queries.draft_of_message(inbound_id=inbound_id)
    if draft is not None:
        intakes.withdraw(intake_id=draft.id, reason=reason[:300], now=now)


@db.transaction_required
def let_go(*, inbound_id: int, now: datetime, actor_id: int | None) -> None:
    """
    A message is no application but an enquiry: its work here ends, what was keyed ends, and it arrives there.

    :raises CameOfIt: if applications were received from it
    """
    if queries.intakes_of_message(inbound_id=inbound_id):
        raise CameOfIt(_("Applications were received from this message."))
    _drop_draft(inbound_id, _("The message was an enquiry."), now=now)
    messaging.forward(inbound_id=inbound_id, route=Route.ENQUIRIES)
    _close_work(inbound_id, "an enquiry", now=now, actor_id=actor_id)
    _record(inbound_id, "re-routed to enquiries: message", now=now, actor_id=actor_id)


@db.transaction_required
def reply(*, inbound_id: int, subject: str, body: str, key: str, now: datetime, actor_id: int | None) -> None:
    """
    Answer a message in its thread, from the address that it was written to. It waits on until it is settled.

    :param key: of the form that was sent; sending it twice is one answer
    :raises NothingSaid: without words
    """
    message = letters.inbound(inbound_id=inbound_id)
    if not body.strip() or not subject.strip():
        raise NothingSaid(_("An answer has a subject and words."))
    box = letters.mailbox(mailbox_id=message.mailbox_id)
    messaging.reply(
        recipient=message.sender,
        subject=subject,
        body=body,
        about=subject_of(inbound_id),
        key=f"{inbound_id}:{key}",
        now=now,
        to=message,
        sender=box.address if box else "",
    )
    _record(inbound_id, "answered message", now=now, actor_id=actor_id)


# --- sheets


def read_sheet(*, attachment_id: int, content: bytes, name: str, agency_code: str, now: datetime) -> Sheet:
    """What a sheet says, and which of its rows cannot be taken; nothing is written."""
    try:
        lines = sheets.read(content)
    except sheets.NotOurSheet as wrong:
        return Sheet(attachment_id, name, (), (), str(wrong))
    if not lines:
        return Sheet(attachment_id, name, (), (), _("The sheet has no rows."))
    refusals = [*sheets.repeated(lines), *_refused(lines, agency_code=agency_code, now=now)]
    first: dict[tuple[int, str], Refusal] = {}
    for one in sorted(refusals):
        first.setdefault((one.row, one.column), one)
    return Sheet(attachment_id, name, tuple(lines), tuple(first.values()))


def _refused(lines: Sequence[sheets.Line], *, agency_code: str, now: datetime) -> list[Refusal]:
    known = queries.references_of(
        agency_code=agency_code, references=[line.reference for line in lines if line.reference]
    )
    found = []
    for line in lines:
        if line.reference and line.reference in known:
            text = _("brought before: application %(number)s") % {"number": known[line.reference]}
            found.append(Refusal(line.number, sheets.REFERENCE, text))
        if not line.agreed:
            found.append(Refusal(line.number, sheets.AGREED, _("the applicant has to agree to the texts")))
        answers = queries.plain_answers({**with_area(line.typed), "agency_code": agency_code})
        for finding in queries.findings(answers=answers, today=now.date()):
            if rules.RULES[finding.rule].at_once or finding.rule == "duplicate":
                column = finding.fields[0] if finding.fields else sheets.REFERENCE
                found.append(Refusal(line.number, column, rules.sentence(finding)))
            elif finding.severity is Severity.ASK and finding.rule == "address":
                found.append(Refusal(line.number, "postal_code", rules.sentence(finding)))
    return found


@db.transaction_required
def take_sheet(*, inbound_id: int, attachment_id: int, language: str, now: datetime, actor_id: int | None) -> int:
    """
    Every row of a sheet becomes an application received, or none does.

    :returns: how many
    :raises RowsRefused: naming rows, columns and reasons
    :raises CameOfIt: if the message is settled: a sheet is taken once
    :raises sheets.NotOurSheet: if it cannot be read
    """
    message = _require_waiting(inbound_id)
    found = sheet_of(message=message, attachment_id=attachment_id, now=now)
    if found.problem:
        raise sheets.NotOurSheet(found.problem)
    if found.refusals:
        raise RowsRefused(found.refusals)
    agency = queries.agency_code_of_sender(mail=message.sender)
    for line in found.lines:
        made = intakes.start(
            source=Source.MAIL,
            typed={**with_area(line.typed), "agency_code": agency},
            language=language,
            now=now,
            outside_key=line.reference if agency else "",
            actor_id=actor_id,
            inbound_id=inbound_id,
        )
        texts = queries.consent_texts(kind=made.answers.kind, language=language, on=now.date())
        intakes.send(key=made.key, agreed=texts, language=language, now=now, via="sheet", actor_id=actor_id)
    _settle(
        inbound_id, f"{len(found.lines)} applications of {found.name}", subject=subject_of(inbound_id), now=now,
        actor_id=actor_id,
    )  # fmt: skip
    return len(found.lines)


def sheet_of(*, message: Inbound, attachment_id: int, now: datetime) -> Sheet:
    """
    A sheet among the files of a message.

    :raises sheets.NotOurSheet: if the file is none
    """
    one = next((a for a in letters.attachments_of(inbound_id=message.id) if a.id == attachment_id), None)
    if one is None or one.file_id is None or one.media_type != documents.Media.XLSX:
        raise sheets.NotOurSheet(_("This file is no workbook."))
    agency = queries.agency_code_of_sender(mail=message.sender)
    content = files.content(file_id=one.file_id)
    return read_sheet(attachment_id=one.id, content=content, name=one.name, agency_code=agency, now=now)


@db.transaction_required
def answer_refusals(*, inbound_id: int, attachment_id: int, language: str, now: datetime, actor_id: int | None) -> None:
    """
    Tell the sender row by row why their sheet was not taken; the message is settled, they send another.

    :raises CameOfIt: if the message is settled
    """
    from django.utils import translation

    message = _require_waiting(inbound_id)
    with translation.override(language):
        found = sheet_of(message=message, attachment_id=attachment_id, now=now)
        listed = [found.problem] if found.problem else [_sentence(one) for one in found.refusals]
        body = _(
            "We could not take %(name)s: while a row is refused, none is taken. Please correct these and send it again.\n\n"
            "%(rows)s\n\n%(company)s"
        ) % {"name": found.name, "rows": "\n".join(f"- {one}" for one in listed), "company": masters.company().name}
        subject = message.subject if message.subject.lower().startswith("re:") else f"Re: {message.subject}"
    reply(inbound_id=inbound_id, subject=subject, body=body, key=f"sheet:{attachment_id}", now=now, actor_id=actor_id)
    _settle(inbound_id, f"{len(listed)} reasons against {found.name} sent", subject="", now=now, actor_id=actor_id)


def _sentence(one: Refusal) -> str:
    from tomoshibi.applications import words

    label = words.ANSWERS.get(one.column) or words.SHEET.get(one.column, one.column)
    return _("row %(row)s, %(column)s: %(reason)s") % {"row": one.row, "column": label, "reason": one.reason}


def _settle(inbound_id: int, outcome: str, *, subject: str, now: datetime, actor_id: int | None) -> None:
    messaging.settle(inbound_id=inbound_id, outcome=outcome, subject=subject)
    _close_work(inbound_id, outcome, now=now, actor_id=actor_id)
    _record(inbound_id, f"{outcome[:200]} - message", now=now, actor_id=actor_id)


def _close_work(inbound_id: int, outcome: str, *, now: datetime, actor_id: int | None) -> None:
    worklist.close_about(kind=MAIL_WORK, subjects=[subject_of(inbound_id)], outcome=outcome, now=now, actor_id=actor_id)


def _record(inbound_id: int, what: str, *, now: datetime, actor_id: int | None) -> None:
    identity.record_deed(
        procedure=PROCEDURE, what=f"{what} {inbound_id}", at=now, subject=subject_of(inbound_id), actor_id=actor_id
    )


__all__ = [
    "CameOfIt", "NothingSaid", "Sheet", "TooManyUploads", "WrongState", "add_to_intake", "answer_refusals",
    "dismiss", "key", "let_go", "put_mail_before_clerk", "read_sheet", "receive_keyed", "reply", "send_link",
    "sheet_of", "take_sheet",
]  # fmt: skip
