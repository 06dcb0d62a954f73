"""What the worker runs for switching: send what waits, read what happened, look into the inbox of mediations."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tomoshibi.applications import values
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.gateways import switching
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.operations import Progress

PAGES = 10_000
"""A feed that never ends is a mistake of the other side."""


class LineBroken(RuntimeError):
    """The switching support system could not be asked; what waits stays in its place and goes out next time."""


@contextmanager
def _line() -> Iterator[switching.HttpsSwitching]:
    try:
        with switching.HttpsSwitching(operations.connection()) as line:
            yield line
    except switching.SwitchingError as error:
        with db.transaction():
            operations.record_line(now=clock.now(), failure=error.in_words(_))
        raise LineBroken(error.in_words(_)) from error
    with db.transaction():
        operations.record_line(now=clock.now())


@worker.define_job(
    values.SEND_JOB, procedure=values.SUPPLY, label=gettext_noop("Send applications to the switching support system")
)
def send_switching(progress: Progress) -> str:
    """Send what waits, in its order; an answer that never came is asked for with the same message."""
    if not queries.waiting_messages(limit=1):
        return _("nothing waits")
    sent = 0
    with _line() as line:
        sent = _send_all(line, progress)
    return _("%(n)d messages sent") % {"n": sent}


def _send_all(line: switching.Switching, progress: Progress) -> int:
    sent, last = 0, 0
    while waiting := queries.waiting_messages(after=last):
        for message_id, request in waiting:
            try:
                content = line.send(request)
            except switching.SwitchingError:
                with db.transaction():
                    operations.send_failed(message_id=message_id)
                raise
            with db.transaction():
                operations.take_answer(message_id=message_id, content=content, now=clock.now())
            sent, last = sent + 1, message_id
            progress(sent, 0, _("%(n)d messages sent") % {"n": sent})
    return sent


@worker.define_job(
    values.POLL_JOB, procedure=values.SUPPLY, label=gettext_noop("See what became of applications to the grid")
)
def poll_switching(progress: Progress) -> str:
    """
    Send what waits, then read everything that happened since the last time, a thousand events a call.

    Each page and the cursor behind it are one transaction: killed in between, it goes on where it stopped.
    """
    link = queries.link()
    if link is None:
        return _("the switching support system is not set up yet")
    told: dict[str, int] = {}
    with _line() as line:
        _send_all(line, progress)
        for code in link.codes:
            for feed, apply in (
                ("events", operations.apply_events),
                ("mediation_results", operations.apply_mediation_results),
            ):
                _read_feed(line, feed, code, apply, told, progress)
        _send_all(line, progress)
    return _("%(new)d new, %(old)d known, %(foreign)d not ours") % {"new": 0, "old": 0, "foreign": 0, **told}


def _read_feed(
    line: switching.Switching,
    feed: str,
    code: str,
    apply: Callable[..., dict[str, int]],
    told: dict[str, int],
    progress: Progress,
) -> None:
    for _page in range(PAGES):
        now = clock.now()
        messages = operations.message_set(on=now.date())
        cursor = queries.cursor(code=code, feed=feed)
        request = operations.poll_request(feed, code=code, cursor=cursor, now=now, messages=messages)
        content = line.send(request)
        answer = _read(content, messages)
        with db.transaction():
            if answer.rows or answer.problems:
                operations.keep_page(function=feed, request=request, answer=content, now=now)
            for name, count in apply(rows=answer.rows, code=code, messages=messages, now=now).items():
                told[name] = told.get(name, 0) + count
            operations.keep_cursor(code=code, feed=feed, cursor=_cursor(answer, cursor))
        progress(sum(told.values()), 0, _("%(n)d events read") % {"n": sum(told.values())})
        if not answer.fields.get("more"):
            return


def _cursor(answer: switching.Answer, before: int) -> int:
    found: Any = answer.fields.get("cursor", before)
    return max(int(found), before)


def _read(content: bytes, messages: switching.MessageSet) -> switching.Answer:
    """
    :raises LineBroken: if the answer is none, or says no: the next poll asks for the same page again
    """
    try:
        answer = switching.decode(content, messages=messages)
    except switching.BrokenFile as broken:
        raise LineBroken(broken.in_words(_)) from broken
    if answer.result is switching.Result.REFUSED:
        raise LineBroken(answer.words)
    return answer


@worker.define_job(
    values.MEDIATION_JOB,
    procedure=values.MEDIATION,
    label=gettext_noop("Look for mediation requests of other retailers"),
)
def fetch_mediations(progress: Progress, *, by_hand: bool = False) -> str:
    """Once an hour in core time: what other retailers ask; hours in which nobody looked are alarmed."""
    link = queries.link()
    if link is None:
        return _("the switching support system is not set up yet")
    now = clock.now()
    hours = [(day, hour) for day, hour in _hours(now, progress.job_id) if link.core_from <= hour <= link.core_to]
    if not by_hand and not hours:
        return _("outside core time")
    told: dict[str, int] = {}
    with _line() as line:
        for code in link.codes:
            _read_feed(line, "mediation_inbox", code, operations.receive_requests, told, progress)
    missed = _looked(now, hours)
    outcome = _("%(new)d new requests") % {"new": told.get("new", 0)}
    return outcome if not missed else outcome + "; " + _("%(n)d core hours were missed") % {"n": missed}


def _hours(now: datetime, job_id: int | None) -> list[tuple[date, int]]:
    """
    In which hours this look happens. A stepped clock passes many hours in an instant: the look is the one of all hours that
    its job stands for. On the real clock an hour that passed without a look stays missed.
    """
    passed = clock.hours_of(job_id=job_id) if job_id and clock.is_stepped() else []
    return [*passed, (now.date(), now.hour)]


def _looked(now: datetime, hours: Sequence[tuple[date, int]]) -> int:
    with db.transaction():
        for day, hour in hours:
            operations.record_core_hour(day=day, hour=hour, now=now)
        missed = operations.look_for_missed_hours(now=now)
        identity.record_deed(procedure=values.MEDIATION, what="looked into the inbox of mediations", at=now)
    return len(missed)
