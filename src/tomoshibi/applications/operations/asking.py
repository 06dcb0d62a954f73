"""What applicants are asked to repair: a mail, and a text message where a clerk wants one, with a link of their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tomoshibi.applications import links, queries, rules, values
from tomoshibi.applications.models import Deficiency
from tomoshibi.applications.operations import intake as intakes
from tomoshibi.applications.values import DeficiencyState, IntakeState, Severity
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.storage import db

ANSWER_WITHIN = timedelta(days=10)
REMIND_AFTER = timedelta(days=5)
TEXT = "applications.deficient_text"
"""The text message beside the mail: what a phone shows at once, and the link."""


class NothingToAsk(ValueError):
    """A request for repair names at least one thing."""


class NoMobile(ValueError):
    """No text message reaches the number in the application."""


@db.transaction_required
def ask(
    *,
    intake_id: int,
    among: Sequence[str],
    question: str = "",
    about: Sequence[str] = (),
    by_text: bool = False,
    now: datetime,
    actor_id: int | None,
) -> values.Intake:
    """
    Ask the applicant to repair what rules found, or what a clerk wants to know, by a mail with a link of its own.

    :param among: codes of the findings to ask for
    :param question: a question in the clerk's own words
    :param about: answers that the question is about
    :param by_text: send the link as a text message, too: the reminder comes the same ways
    :raises WrongState: if it does not wait to be examined
    :raises NothingToAsk: if no finding is named and no question is put
    :raises NoMobile: if the applicant's telephone takes no text messages
    :raises messaging.NoGateway: while nobody set up how text messages leave
    """
    row = intakes.locked(intake_id=intake_id)
    found = [f for f in map(values.Finding.of, row.findings) if f.rule in among and f.severity is Severity.ASK]
    if question:
        found.append(values.Finding("asked", Severity.ASK, tuple(about), question))
    if not found:
        raise NothingToAsk(_("Choose what the applicant should repair, or write a question."))
    if by_text and not queries.to_value(row).has_mobile:
        raise NoMobile(_("A text message goes to a mobile phone; %(number)s is none.") % {"number": row.phone or "–"})
    intakes.move(row, "ask")
    row.expires_at = now + ANSWER_WITHIN
    row.save()
    with translation.override(row.language):
        sentences = [rules.sentence(one) for one in found]
    for one, sentence in zip(found, sentences, strict=True):
        Deficiency.objects.update_or_create(
            intake=row,
            rule=one.rule,
            state=DeficiencyState.OPEN.value,
            defaults={
                "fields": list(one.fields), "sentence": sentence[:500], "asked_at": now, "asked_by_id": actor_id,
                "due_at": row.expires_at, "reminded_at": None, "by_text": by_text,
            },
        )  # fmt: skip
    intakes.close_work(row, "asked the applicant", now=now, actor_id=actor_id)
    intakes.record(row, f"asked for {', '.join(one.rule for one in found)} in", now=now, actor_id=actor_id)
    asked = queries.to_value(row)
    _tell(asked, template="applications.deficient", key=f"asked:{row.revision}", now=now)
    if by_text:
        _text(asked, key=f"asked:{row.revision}", now=now)
    return asked


def _link(one: values.Intake) -> dict[str, str]:
    token = links.made(key=one.key, purpose=links.REPAIR, until=one.expires_at)
    return {
        "url": settings.BASE_URL + reverse("apply:repair", args=[token]),
        "until": timezone.localtime(one.expires_at).date().isoformat(),
    }


def _tell(one: values.Intake, *, template: str, key: str, now: datetime) -> None:
    """The list of what to repair, with the signed link."""
    asked = queries.deficiencies_of(intake_id=one.id, only_open=True)
    what = "\n".join(f"- {deficiency.sentence}" for deficiency in asked)
    intakes.send_mail(one, template, key=f"{one.key}:{key}", now=now, what=what, **_link(one))


def _text(one: values.Intake, *, key: str, now: datetime) -> None:
    company = masters.company()
    messaging.send_text(
        template=TEXT,
        number=one.answers.phone,
        context={"company": company.name, "phone": company.phone, "number": one.number, **_link(one)},
        about=f"applications.intake:{one.id}",
        now=now,
        language=one.language,
        key=f"{one.key}:{key}",
    )


def _text_again(one: values.Intake, *, key: str, now: datetime) -> None:
    """Who was asked by text message is told so again; where the gateway has been taken away since, the mail has to do."""
    by_text = any(asked.by_text for asked in queries.deficiencies_of(intake_id=one.id, only_open=True))
    if not by_text or not one.has_mobile:
        return
    try:
        _text(one, key=key, now=now)
    except messaging.NoGateway:
        return


@db.transaction_required
def send_repair_link(*, intake_id: int, now: datetime) -> None:
    """Send the link of an open request again, to who lost it; at most once a minute."""
    row = intakes.locked(intake_id=intake_id)
    if row.state == IntakeState.DEFICIENT:
        key, one = f"again:{now:%Y%m%d%H%M}", queries.to_value(row)
        _tell(one, template="applications.deficient", key=key, now=now)
        _text_again(one, key=key, now=now)


@db.transaction_required
def remind(*, intake_id: int, now: datetime) -> bool:
    """
    Remind an applicant once of what is asked for, the ways they were asked; returns whether a mail went.

    Called for whoever was asked ``REMIND_AFTER`` ago; asking again within does nothing.
    """
    row = intakes.locked(intake_id=intake_id)
    due = Deficiency.objects.filter(
        intake=row, state=DeficiencyState.OPEN.value, reminded_at=None, asked_at__lte=now - REMIND_AFTER
    )
    if row.state != IntakeState.DEFICIENT or not due.exists():
        return False
    for one in due:
        one.reminded_at = now
        one.save()
    key, asked = f"reminded:{row.revision}", queries.to_value(row)
    _tell(asked, template="applications.reminder", key=key, now=now)
    _text_again(asked, key=key, now=now)
    return True
