"""What the worker runs for applications by form: take them out, read what grid companies tell, chase what is late."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.applications import worksletter
from tomoshibi.applications.operations import works as operations
from tomoshibi.applications.queries import works as queries
from tomoshibi.applications.values import works as values
from tomoshibi.documents import queries as documents
from tomoshibi.gateways import mail, wheeling_web
from tomoshibi.identity import operations as identity
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DeskUnreachable(RuntimeError):
    """A grid company's desk could not be reached; what waits stays in its place and goes out next time."""


@worker.define_job(
    values.WORKS_SEND_JOB, procedure=values.WEB_WORKS, label=gettext_noop("Send applications by form to grid companies")
)
def send_works(progress: Progress) -> str:
    """Take out what waits, in its order: over the line or by mail."""
    sent, last = 0, 0
    while waiting := queries.waiting_sendings(after=last):
        for sending_id, case_id in waiting:
            _send(sending_id, case_id)
            sent, last = sent + 1, sending_id
            progress(sent, 0, _("%(n)d forms sent") % {"n": sent})
    return _("%(n)d forms sent") % {"n": sent} if sent else _("nothing waits")


def _send(sending_id: int, case_id: int) -> None:
    found, case = queries.sending(sending_id=sending_id), queries.case(case_id=case_id)
    assert found is not None
    assert case is not None
    sending = found[0]
    try:
        taken, words = _over_line(sending, case) if sending.route is values.Route.WEB else _by_mail(sending, case)
    except (wheeling_web.Unreachable, mail.Unreachable) as error:
        with db.transaction():
            operations.did_not_leave(sending_id=sending_id, words=error.in_words(_), for_good=False, now=clock.now())
        raise DeskUnreachable(error.in_words(_)) from error
    except (wheeling_web.WheelingError, mail.MailError) as error:
        taken, words = False, error.in_words(_)
    with db.transaction():
        if taken:
            operations.left(sending_id=sending_id, words=words, now=clock.now())
            identity.record_deed(
                procedure=case.procedure,
                what=f"sent {case.number} to the grid company ({sending.route.value})",
                at=clock.now(),
                subject=f"applications.work:{case.id}",
            )
        else:
            operations.did_not_leave(sending_id=sending_id, words=words, for_good=True, now=clock.now())


def _over_line(sending: values.Sending, case: values.WorkCase) -> tuple[bool, str]:
    desk = queries.desk(area=case.area)
    assert desk is not None, case
    paper = worksletter.content(case=case, desk=desk, action=sending.action, round_number=1, made_at=sending.made_at)
    application = wheeling_web.Application(
        message_id=f"{case.number}-{sending.id}",
        number=case.number,
        action=sending.action.value,
        kind=case.kind.value,
        spin=case.spin,
        wished_on=case.wished_on,
        form={row[0]: row[1] for section in paper["sections"] for row in section["rows"]},
        pdf=documents.content(file_id=sending.pdf_id or 0),
    )
    with _line(desk) as line:
        receipt = line.apply(application)
    return receipt.taken, receipt.words


@contextmanager
def _line(desk: values.Desk) -> Iterator[wheeling_web.HttpsWheelingWeb]:
    connection = wheeling_web.Connection(
        address=desk.address,
        certificate=Path(desk.certificate_file),
        authority=Path(desk.trust_file) if desk.trust_file else None,
        pace_seconds=desk.pace_ms / 1000,
    )
    with wheeling_web.HttpsWheelingWeb(connection) as line:
        yield line


def _by_mail(sending: values.Sending, case: values.WorkCase) -> tuple[bool, str]:
    company = masters.company()
    desk = queries.desk(area=case.area)
    assert desk is not None, case
    paper = worksletter.content(case=case, desk=desk, action=sending.action, round_number=1, made_at=sending.made_at)
    attachments = [
        mail.Attachment(f"{case.number}.{ending}", documents.content(file_id=file_id), kind)
        for ending, file_id, kind in (("xlsx", sending.xlsx_id, XLSX), ("pdf", sending.pdf_id, "application/pdf"))
        if file_id
    ]
    message = mail.Mail(
        to=sending.to,
        subject=f"【{paper['action']}】{paper['title']} {case.number}",
        text=f"{paper['to']}\n\n{paper['title']}（{paper['action']}）を添付のとおり送付します。\n整理番号: {case.number}\n\n"
        f"{company.name}\n{company.phone}\n",
        message_id=f"{case.number}-{sending.id}",
        attachments=tuple(attachments),
    )
    (error,) = mail.SmtpOutbox().send(message)
    if error is not None:
        raise error
    return True, ""


@worker.define_job(
    values.WORKS_POLL_JOB, procedure=values.WEB_WORKS, label=gettext_noop("See what became of applications for works")
)
def poll_works(progress: Progress) -> str:
    """
    Send what waits, then read what each grid company's Web system told since the last time.

    A page and the cursor behind it are one transaction. A system that cannot be reached does not hold up the others.
    """
    desks = queries.web_desks()
    if not desks:
        return _("no grid company's Web system is set up")
    outcome = send_works(progress)
    told: dict[str, int] = {"new": 0, "old": 0, "foreign": 0}
    broken = ""
    for desk in desks:
        try:
            for name, count in _read(desk).items():
                told[name] += count
            failure = ""
        except wheeling_web.WheelingError as error:
            failure = broken = error.in_words(_)
        with db.transaction():
            operations.note_line(area=desk.area, failure=failure, now=clock.now())
    if broken:
        raise DeskUnreachable(broken)
    return outcome + "; " + _("%(new)d new, %(old)d known, %(foreign)d not ours") % told


def _read(desk: values.Desk) -> dict[str, int]:
    told: dict[str, int] = {"new": 0, "old": 0, "foreign": 0}
    cursor = desk.cursor
    with _line(desk) as line:
        while True:
            page = line.events(after=cursor)
            rows = [dataclasses.asdict(event) for event in page.events]
            cursor = max(cursor, page.cursor)
            with db.transaction():
                counts = operations.take_events(area=desk.area, rows=rows, cursor=cursor, now=clock.now())
            for name, count in counts.items():
                told[name] += count
            if not page.more:
                return told


@worker.define_job(
    values.WORKS_CHASE_JOB,
    procedure=values.OTHER_WORKS,
    label=gettext_noop("Look for applications by form that are late"),
)
def chase_works(progress: Progress) -> str:
    """Every morning: whose next step is late."""
    del progress
    with db.transaction():
        late = operations.chase(now=clock.now())
    return _("%(n)d are late") % {"n": late}
