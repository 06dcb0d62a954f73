"""What applicants do: begin, write, upload, send, repair, withdraw. Everything is kept as it came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.applications import links, queries, rules, values, writing
from tomoshibi.applications.models import Consent, Deficiency, Intake, Submission, Upload
from tomoshibi.applications.values import DeficiencyState, IntakeState, Severity, Source
from tomoshibi.documents import operations as documents
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import checkdigits
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

PROCEDURE_OF = {Source.WEB: "IN1", Source.AGENCY: "IN1", Source.PHONE: "IN1", Source.MAIL: "IN2"}
"""The procedure under which an application came in."""
WORK = "applications.intake"
"""Kind of the work items of applications that wait to be examined."""
DRAFT_LASTS = timedelta(days=14)
EXAMINE_WITHIN_BUSINESS_DAYS = 1
MOST_UPLOADS = 6
_NUMBER_DIGIT, _WIDTH = 7, 10**8


class WrongState(ValueError):
    """The application's state does not allow this; the sentence says which it is in."""


class NotComplete(ValueError):
    """Something on the form is missing or wrong; ``findings`` say what."""

    def __init__(self, findings: Sequence[values.Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(rules.sentence(one) for one in findings))


class BroughtBefore(ValueError):
    """The agency brought an application under this number already."""


class NoConsent(ValueError):
    """A text that has to be agreed to was not."""


class TooManyUploads(ValueError):
    """An application carries a few files only."""


@dataclass(frozen=True)
class Sent:
    """
    What became of sending an application.

    :param repeated: it had been sent before; nothing was written again
    """

    intake: values.Intake
    repeated: bool


@db.transaction_required
def start(
    *,
    source: Source,
    typed: Mapping[str, str],
    language: str,
    now: datetime,
    outside_key: str = "",
    actor_id: int | None = None,
    inbound_id: int | None = None,
) -> values.Intake:
    """
    Begin an application; its number is given out now, and read out with a check digit.

    :param inbound_id: the message that it is keyed or read from
    :raises BroughtBefore: if two of the agency's requests with the same number of its own come at once
    """
    row = Intake(
        number=_next_number(),
        source=source.value,
        language=language,
        started_at=now,
        expires_at=now + DRAFT_LASTS,
        outside_key=outside_key,
        inbound_id=inbound_id,
    )
    write(row, typed)
    before = BroughtBefore(_("An application was brought under this number before."))
    with refine_integrity_error([(Named("intake_outside_key_once"), before)]), db.savepoint():
        row.save()
    return queries.to_value(row)


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('applications_intake_number')")
        running = int(cursor.fetchone()[0])
    assert running < _WIDTH, "a hundred million numbers are used up"
    return str(int(checkdigits.append(np.array([_NUMBER_DIGIT * _WIDTH + running], dtype=np.int64))[0]))


def write(row: Intake, typed: Mapping[str, str]) -> None:
    """Merge what was typed, and repeat in columns what lists and rules look for."""
    row.typed = {**row.typed, **{name: str(text) for name, text in typed.items() if name in values.intake.ANSWERS}}
    answers = writing.plain(row.typed)
    row.answers = {name: text for name, text in answers.as_dict().items() if text}
    for name in ("kind", "name", "kana", "phone", "mail", "area", "plan_code", "agency_code"):
        setattr(row, name, getattr(answers, name)[: Intake._meta.get_field(name).max_length])  # type: ignore[union-attr]
    row.spin = answers.spin if len(answers.spin) <= Intake._meta.get_field("spin").max_length else ""  # type: ignore[operator, union-attr]
    row.place = answers.place[:300]
    row.wished_on = answers.wished_day
    row.search_key = parties.search_key(row.number, row.name, row.kana, row.phone, row.mail, row.spin)
    row.revision += 1


def locked(*, intake_id: int | None = None, key: str = "") -> Intake:
    """
    The row, held until the transaction ends.

    :raises queries.NoSuchIntake: if there is none
    """
    which: dict[str, Any] = {"id": intake_id} if intake_id is not None else {"key": key}
    row = Intake.objects.select_for_update().filter(**which).first()
    if row is None:
        raise queries.NoSuchIntake(_("there is no such application"))
    return row


def move(row: Intake, step: str, **details: Any) -> None:
    """
    Take a step of the process; the caller saves.

    :raises WrongState: if the state does not allow it
    """
    try:
        getattr(row, step)(**details)
    except TransitionNotAllowed:
        raise WrongState(_("the application %(number)s has gone on meanwhile") % {"number": row.number}) from None


@db.transaction_required
def save_answers(*, key: str, typed: Mapping[str, str], now: datetime) -> values.Intake:
    """
    Keep what was written on a page of the form.

    :raises WrongState: if it was sent or ended meanwhile
    """
    row = locked(key=key)
    if row.state != IntakeState.DRAFT:
        raise WrongState(_("the application %(number)s has gone on meanwhile") % {"number": row.number})
    write(row, typed)
    row.expires_at = now + DRAFT_LASTS
    row.save()
    return queries.to_value(row)


@db.transaction_required
def attach(*, key: str, name: str, content: bytes, now: datetime, actor_id: int | None = None) -> values.Upload:
    """
    Keep a file with an application; the same bytes twice are one file.

    :raises documents.UploadRefused: with the reason
    :raises TooManyUploads: beyond ``MOST_UPLOADS``
    :raises WrongState: if the application has ended
    """
    media = documents.examined(name=name, content=content)
    row = locked(key=key)
    if row.state not in {IntakeState.DRAFT, IntakeState.DEFICIENT, IntakeState.RECEIVED}:
        raise WrongState(_("the application %(number)s has gone on meanwhile") % {"number": row.number})
    stored = documents.store(name=name, content=content, kind="applications.upload", now=now, actor_id=actor_id)
    known = Upload.objects.filter(intake=row)
    if known.count() >= MOST_UPLOADS and not known.filter(file_id=stored.id).exists():
        raise TooManyUploads(_("At most %(n)s files fit an application.") % {"n": MOST_UPLOADS})
    made, _new = Upload.objects.get_or_create(
        intake=row, file_id=stored.id, defaults={"name": name[:255], "media_type": media.value, "uploaded_at": now}
    )
    found = queries.upload(upload_id=made.id)
    assert found is not None
    return found


@db.transaction_required
def detach(*, key: str, upload_id: int) -> None:
    """Take a file away from a draft again."""
    row = locked(key=key)
    if row.state == IntakeState.DRAFT:
        Upload.objects.filter(id=upload_id, intake=row).delete()


@db.transaction_required
def mail_resume_link(*, key: str, mail: str, now: datetime) -> None:
    """
    Send the address of a draft, so that it can be gone on with later and elsewhere.

    :raises WrongState: if it was sent already
    """
    found = save_answers(key=key, typed={"mail": mail}, now=now)
    token = links.made(key=key, purpose=links.RESUME, until=found.expires_at)
    send_mail(
        found,
        "applications.saved",
        key=f"{key}:{found.revision}",
        now=now,
        url=settings.BASE_URL + reverse("apply:resume", args=[token]),
        until=timezone.localtime(found.expires_at).date().isoformat(),
    )


@db.transaction_required
def send(
    *,
    key: str,
    agreed: Sequence[values.ConsentText],
    language: str,
    now: datetime,
    via: str = "form",
    actor_id: int | None = None,
) -> Sent:
    """
    Send an application: kept as it came, examined by the rules, confirmed by mail, put before a clerk.

    Sending it again does nothing: one application is one record.

    :param agreed: the texts that were agreed to, as they were shown
    :raises NotComplete: if a rule that is refused at once has something to say
    :raises NoConsent: if a text that holds today is missing among them
    """
    row = locked(key=key)
    if row.state != IntakeState.DRAFT:
        return Sent(queries.to_value(row), repeated=True)
    found = queries.findings(answers=values.Answers.of(row.answers), today=now.date(), apart_from=row.id)
    at_once = [one for one in found if rules.RULES[one.rule].at_once]
    if at_once:
        raise NotComplete(at_once)
    _require_consents(row, agreed, language=language, now=now)
    row.language = language
    move(row, "receive")
    row.received_at = now
    row.save()
    Submission.objects.create(intake=row, via=via, sent_at=now, language=language, typed=row.typed, actor_id=actor_id)
    Consent.objects.bulk_create(
        Consent(
            intake=row, code=one.code, version=one.version, language=language, title=one.title, body=one.body,
            agreed_at=now,
        )
        for one in agreed
    )  # fmt: skip
    keep_findings(row, found)
    put_before_clerk(row, now=now)
    record(row, "received an application", now=now, actor_id=actor_id)
    result = queries.to_value(row)
    send_mail(
        result, "applications.received", key=f"{key}:received", now=now, url=_status_url(), plan=_plan_name(result)
    )
    return Sent(result, repeated=False)


def _require_consents(row: Intake, agreed: Sequence[values.ConsentText], *, language: str, now: datetime) -> None:
    wanted = queries.consent_texts(kind=row.kind, language=language, on=now.date())
    missing = {text.code for text in wanted} - {text.code for text in agreed}
    if missing:
        raise NoConsent(_("Please read and agree to all texts."))


def keep_findings(row: Intake, found: Sequence[values.Finding]) -> None:
    """Write what the rules say; what a clerk let pass stays passed while the rule says the same."""
    passed = {(one["rule"], one.get("detail", "")) for one in row.findings if one.get("dropped")}
    kept = [one.as_dict() | {"dropped": (one.rule, one.detail) in passed} for one in found]
    row.findings = kept
    row.open_findings = sum(not one["dropped"] and one["severity"] != Severity.NOTE for one in kept)
    row.save()


def put_before_clerk(row: Intake, *, now: datetime) -> None:
    """Work for whoever examines: due by the end of the next working day."""
    due = masters.add_business_days(now.date(), EXAMINE_WITHIN_BUSINESS_DAYS, area=row.area or None)
    worklist.open_item(
        procedure=PROCEDURE_OF[Source(row.source)],
        kind=WORK,
        subject=subject(row),
        title=_("Examine application %(number)s: %(name)s") % {"number": row.number, "name": row.name},
        detail="; ".join(rules.sentence(values.Finding.of(one)) for one in row.findings if not one["dropped"]),
        due_at=now.replace(year=due.year, month=due.month, day=due.day, hour=17, minute=0, second=0, microsecond=0),
        now=now,
        url=reverse("applications:intake", args=[row.id]),
    )


def subject(row: Intake) -> str:
    """How records name an application."""
    return f"applications.intake:{row.id}"


def record(row: Intake, what: str, *, now: datetime, actor_id: int | None, procedure: str = "") -> None:
    identity.record_deed(
        procedure=procedure or PROCEDURE_OF[Source(row.source)],
        what=f"{what} {row.number}",
        at=now,
        subject=subject(row),
        actor_id=actor_id,
    )


def _plan_name(one: values.Intake) -> str:
    from tomoshibi.tariffs import queries as tariffs

    return tariffs.plan_names(language=one.language).get(one.answers.plan_code, one.answers.plan_code)


def _status_url() -> str:
    return f"{settings.BASE_URL}{reverse('apply:status')}"


def send_mail(one: values.Intake, template: str, *, key: str, now: datetime, **words: str) -> None:
    """A mail about an application, in the applicant's language."""
    company = masters.company()
    messaging.send_mail(
        template=template,
        recipient=one.answers.mail,
        context={
            "company": company.name,
            "phone": company.phone,
            "name": one.answers.name or _("Applicant"),
            "number": one.number,
            **words,
        },
        about=f"applications.intake:{one.id}",
        now=now,
        language=one.language,
        key=key,
    )


def close_work(row: Intake, outcome: str, *, now: datetime, actor_id: int | None) -> None:
    """The clerk's work about an application is done."""
    worklist.close_about(kind=WORK, subjects=[subject(row)], outcome=outcome, now=now, actor_id=actor_id)


@db.transaction_required
def repair(
    *, key: str, typed: Mapping[str, str], now: datetime, via: str = "repair", actor_id: int | None = None
) -> values.Intake:
    """
    Take what the applicant (or a clerk with them on the telephone) repaired: only what was asked for.

    :raises WrongState: if nothing is asked for (any more)
    :raises NotComplete: if a rule that was asked for still has something to say
    """
    row = locked(key=key)
    asked = list(Deficiency.objects.select_for_update().filter(intake=row, state=DeficiencyState.OPEN.value))
    if row.state != IntakeState.DEFICIENT or not asked:
        raise WrongState(_("Nothing has to be repaired in the application %(number)s.") % {"number": row.number})
    wanted = {name for one in asked for name in one.fields}
    given = {name: text for name, text in typed.items() if name in wanted or name == "note"}
    write(row, given)
    found = queries.findings(answers=values.Answers.of(row.answers), today=now.date(), apart_from=row.id)
    asked_rules = {one.rule for one in asked}
    still = [
        one for one in found
        if one.severity is Severity.ASK and (one.rule in asked_rules or (set(one.fields) & wanted and rules.RULES[one.rule].at_once))
    ]  # fmt: skip
    if still:
        raise NotComplete(still)
    move(row, "repair")
    row.save()
    Submission.objects.create(intake=row, via=via, sent_at=now, language=row.language, typed=given, actor_id=actor_id)
    for one in asked:
        one.state, one.settled_at = DeficiencyState.REPAIRED.value, now
        one.save()
    keep_findings(row, found)
    put_before_clerk(row, now=now)
    record(row, "received a repair of", now=now, actor_id=actor_id)
    return queries.to_value(row)


@db.transaction_required
def withdraw(*, intake_id: int, reason: str, now: datetime, actor_id: int | None = None) -> values.Intake:
    """
    End an application: the applicant does not want it any more, or we cannot take it.

    :raises WrongState: if it was handed over or has ended
    """
    row = locked(intake_id=intake_id)
    was_draft = row.state == IntakeState.DRAFT
    move(row, "withdraw", reason=reason.strip()[:300])
    row.save()
    _settle_deficiencies(row, now=now)
    close_work(row, "withdrawn", now=now, actor_id=actor_id)
    record(row, "ended the application", now=now, actor_id=actor_id)
    found = queries.to_value(row)
    if not was_draft:
        tell_end(found, now=now)
    return found


def _settle_deficiencies(row: Intake, *, now: datetime) -> None:
    for one in Deficiency.objects.filter(intake=row, state=DeficiencyState.OPEN.value):
        one.state, one.settled_at = DeficiencyState.DROPPED.value, now
        one.save()


@db.transaction_required
def expire(*, intake_id: int, now: datetime) -> bool:
    """End a draft or a request for repair that nobody went on with in time; returns whether it ended now."""
    row = locked(intake_id=intake_id)
    if row.expires_at > now or row.state not in {IntakeState.DRAFT, IntakeState.DEFICIENT}:
        return False
    was_draft = row.state == IntakeState.DRAFT
    move(row, "expire")
    row.save()
    _settle_deficiencies(row, now=now)
    if not was_draft:
        record(row, "let expire", now=now, actor_id=None)
        send_mail(queries.to_value(row), "applications.expired", key=f"{row.key}:expired", now=now, url=_status_url())
    return True


def tell_start(one: values.Intake, *, starts_on: date, contract_number: str, now: datetime) -> None:
    """Tell the applicant the first day of supply."""
    words = {"day": starts_on.isoformat(), "contract": contract_number, "plan": _plan_name(one)}
    send_mail(one, "applications.started", key=f"{one.key}:started", now=now, **words)


def tell_purchase(one: values.Intake, *, starts_on: date, spin: str, now: datetime) -> None:
    """Tell who sells from which day we buy."""
    words = {"day": starts_on.isoformat(), "point": spin, "plan": _plan_name(one)}
    send_mail(one, "applications.purchase_started", key=f"{one.key}:started:{starts_on}", now=now, **words)


def tell_end(one: values.Intake, *, now: datetime) -> None:
    """Tell the applicant that nothing comes of it, and why."""
    send_mail(one, "applications.ended", key=f"{one.key}:ended", now=now, reason=one.reason)
