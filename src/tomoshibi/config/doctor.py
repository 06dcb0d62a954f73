"""``tomoshibi doctor``: what an engineer on duty asks first. What is wrong comes with what to do about it."""

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import django
from django.conf import settings
from django.db import connection
from django.utils import translation

from tomoshibi import __version__
from tomoshibi.applications.operations import switching as switching_operations
from tomoshibi.applications.queries import switching
from tomoshibi.collection import queries as collection
from tomoshibi.config import readiness
from tomoshibi.config.readiness import Finding
from tomoshibi.gateways import debit_agent, grid_portal, mail, mailbox, sms
from tomoshibi.gateways import switching as gateway
from tomoshibi.gateways.problems import OutsideError
from tomoshibi.identity import queries as people
from tomoshibi.ledger import queries as ledger
from tomoshibi.messaging import jobs as mailboxes
from tomoshibi.messaging import queries as messaging
from tomoshibi.messaging import values as messaging_values
from tomoshibi.metering import portals
from tomoshibi.metering import queries as metering
from tomoshibi.storage import server
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker_queries

CLOCK_TOLERANCE = timedelta(seconds=5)
CERTIFICATE_NOTICE = timedelta(days=30)
OLDEST_POSTGRESQL = 16
TIMEOUT_SECONDS = 5.0
"""So long the doctor waits for an outside system."""


def examine() -> Iterator[Finding]:
    """Findings in the order one would ask; the first that fails often explains the rest."""
    yield Finding(
        "versions", True, f"Tomoshibi {__version__}, Python {sys.version.split()[0]}, Django {django.__version__}"
    )
    try:
        readiness.start_database()
    except readiness.CannotStart as reason:
        yield Finding("database", False, str(reason), "see the server's log: postgres/log in the data folder")
        yield readiness.free_disk()
        return
    newer, pending = readiness.newer_migrations(), readiness.pending_migrations()
    yield database(version=_number("SHOW server_version_num") // 10_000)
    yield letters(encoding=_text("SHOW server_encoding"), knows_kana=_text("SELECT 'あ' ~ '^[[:alpha:]]$'") == "True")
    yield schema(newer=newer, pending=pending)
    yield clock(worker_operations.server_time() - datetime.now(tz=UTC))
    yield readiness.free_disk()
    if newer or pending:
        return
    yield second_factors(*people.second_factors())
    yield books(edited=ledger.find_total_mismatches().height, differences=collection.differences_to_the_ledger())
    yield worker(counts=worker_queries.job_counts(), silent=worker_queries.silent_for())
    for name, ask in outside_systems().items():
        yield reach(name, ask)
    yield from certificates()


def database(*, version: int) -> Finding:
    kind = "embedded" if server.is_embedded() else "outside"
    said = f"PostgreSQL {version}, {kind}"
    if version >= OLDEST_POSTGRESQL:
        return Finding("database", True, said)
    return Finding(
        "database",
        False,
        f"{said}; {OLDEST_POSTGRESQL} or newer is needed",
        "upgrade the server, or leave TOMOSHIBI_DATABASE_URL empty and use the embedded one (tomoshibi backup, restore)",
    )


def letters(*, encoding: str, knows_kana: bool) -> Finding:
    """Names in kana and kanji must be letters for the database, or searching finds nothing."""
    if encoding == "UTF8" and knows_kana:
        return Finding("letters", True, "UTF-8; kana and kanji are letters")
    wrong = f"the database's encoding is {encoding}" if encoding != "UTF8" else "its LC_CTYPE knows no kana and kanji"
    return Finding(
        "letters",
        False,
        f"{wrong}: searching by name will not work",
        "make the database anew: CREATE DATABASE ... TEMPLATE template0 ENCODING UTF8 LC_COLLATE 'C' LC_CTYPE "
        "'C.UTF-8', then tomoshibi restore",
    )


def schema(*, newer: list[str], pending: int) -> Finding:
    if newer:
        return Finding(
            "schema",
            False,
            f"newer than this version: {newer[-1]}",
            "start the newer version, or restore a backup that this one made",
        )
    if pending:
        return Finding("schema", False, f"{pending} steps wait", "tomoshibi upgrade (make a backup first)")
    return Finding("schema", True, "up to date")


def clock(difference: timedelta) -> Finding:
    """:param difference: of the database's clock from this machine's"""
    if abs(difference) <= CLOCK_TOLERANCE:
        return Finding("clock", True, "agrees with the database's")
    seconds = abs(difference).total_seconds()
    return Finding(
        "clock",
        False,
        f"the database's clock is {seconds:.0f} s off from this machine's",
        "set both by a time server (systemd-timesyncd, chrony)",
    )


def second_factors(lost: int, count: int) -> Finding:
    """After a restore under another secret key nobody with a second factor can sign in; better said than found out."""
    if not lost:
        return Finding("second factors", True, f"{count} sealed, all can be read")
    return Finding(
        "second factors",
        False,
        f"{lost} of {count} were sealed with a secret key that is not here; their owners cannot sign in",
        "put the key back (TOMOSHIBI_SECRET_KEY, or secret_key in the data folder), or name it in "
        "TOMOSHIBI_OLD_SECRET_KEYS and run tomoshibi people seal-second-factors; where it is lost, take the second "
        "factors away on the page People",
    )


def books(*, edited: int, differences: Mapping[str, tuple[int, int]]) -> Finding:
    """
    :param edited: totals of accounts and months that are not the sum of their legs
    :param differences: by kind of posting, what the ledger has and what the debts and credits behind it come to
    """
    wrong = [f"{edited} totals of the ledger are not the sums of their legs"] if edited else []
    wrong += [
        f"{key} is {kept:,} in the ledger, its rows come to {rows:,}" for key, (kept, rows) in differences.items()
    ]
    if not wrong:
        return Finding("books", True, "the ledger's totals are its legs, and its debts and credits the customers'")
    return Finding(
        "books",
        False,
        "; ".join(wrong),
        "somebody wrote into the database beside the program, or posted to these accounts by other means: look at "
        "/ledger/ and at a backup from before",
    )


def worker(*, counts: Mapping[str, int], silent: timedelta | None) -> Finding:
    """
    :param counts: jobs by state
    :param silent: since when no worker gave a sign of life; nothing where none ever did
    """
    said = ", ".join(f"{number} {state}" for state, number in sorted(counts.items())) or "none yet"
    asleep = silent is None or silent.total_seconds() > settings.WORKER_STALLED_SECONDS
    if counts.get("waiting") and asleep:
        return Finding("jobs", False, f"{said}; no worker is at work", "tomoshibi worker (tomoshibi up starts one)")
    if counts.get("failed"):
        return Finding("jobs", False, said, "see why and run them again: /worker/jobs/?state=failed")
    return Finding("jobs", True, said)


Ask = Callable[[], object]


def outside_systems() -> dict[str, Ask]:
    """Every outside system that is set up, and how it is asked for a sign of life, signing in as its client does."""
    found: dict[str, Ask] = {"mail server": lambda: mail.SmtpOutbox(_patient(mail.configured())).send()}
    for endpoint in metering.endpoints(active_only=True):
        found[f"grid {endpoint.area}"] = lambda it=endpoint: _list_portal(portals.connection(it))  # type: ignore[misc]
    for agent in collection.linked_agents():
        link = collection.link(agent=agent)
        assert link is not None, agent
        found[f"agent {agent}"] = debit_agent.SftpAgent(_patient(link)).list_files
    for box in messaging.mailboxes(only_active=True):
        found[f"mailbox {box.code}"] = lambda it=box: _look_into(it)  # type: ignore[misc]
    if switching.link() is not None:
        found["switching"] = _ask_switching
    texts = messaging.text_connection()
    if texts is not None:
        found["text messages"] = lambda: _ask_receipts(texts)
    return found


def _look_into(box: messaging_values.Mailbox) -> object:
    try:
        known = mailboxes.connection(box)
    except OSError as reason:
        raise mailbox.NotAdmitted("%(where)s: %(reason)s", where=box.password_file, reason=reason) from reason
    with mailbox.ImapMailbox(_patient(known)) as line:
        return line.folder()


def _ask_switching() -> object:
    """The list of retailers is the smallest thing that the switching support system can be asked for."""
    now = worker_queries.now()
    link, messages = switching.link(), switching_operations.message_set(on=now.date())
    assert link is not None
    codes = link.codes or ("",)
    request = switching_operations.poll_request("retailers", code=codes[0], cursor=0, now=now, messages=messages)
    with gateway.HttpsSwitching(_patient(switching_operations.connection())) as line:
        return line.send(request)


def _list_portal(connection: grid_portal.Connection) -> object:
    with grid_portal.HttpsPortal(_patient(connection)) as portal:
        return portal.list_files()


def _ask_receipts(connection: sms.Connection) -> object:
    """Receipts are read, and asked for again by whoever writes them down: the mark does not move."""
    with sms.HttpsTextOutbox(_patient(connection)) as outbox:
        return outbox.receipts()


C = TypeVar("C")


def _patient(connection: C) -> C:
    return dataclasses.replace(connection, timeout_seconds=TIMEOUT_SECONDS)  # type: ignore[type-var]


def reach(name: str, ask: Ask) -> Finding:
    """Ask an outside system for a sign of life."""
    try:
        with translation.override("en"):
            ask()
    except OutsideError as reason:
        return Finding(name, False, str(reason), _WAY_OUT.get(type(reason).__name__, _WAY_OUT["Unreachable"]))
    return Finding(name, True, "answers")


_WAY_OUT = {
    "Unreachable": "is its address right, the line up, the firewall open? Jobs that need it try again by themselves",
    "NotAdmitted": "look at our certificate, key or password for it, and at the key of the other side",
}


def certificates(*, now: datetime | None = None) -> Iterator[Finding]:
    """Client certificates of the grid companies' portals and of the switching support system that end soon."""
    moment = now or worker_operations.server_time()
    yield from _switching_certificate(moment)
    for endpoint in metering.endpoints(active_only=True):
        if not endpoint.certificate_file:
            continue
        try:
            known = portals.connection(endpoint)
            ends = grid_portal.certificate_ends(known.certificate, password=known.password)
        except OutsideError:
            continue  # said already, by whoever tried to reach the portal
        if ends - moment < CERTIFICATE_NOTICE:
            yield Finding(
                f"grid {endpoint.area}",
                False,
                f"the client certificate ends on {ends:%Y-%m-%d}",
                "ask the grid company for the next one and enter it under Meter files, Portals",
            )


def _switching_certificate(moment: datetime) -> Iterator[Finding]:
    if switching.link() is None:
        return
    try:
        known = switching_operations.connection()
        ends = grid_portal.certificate_ends(known.certificate, password=known.password)
    except (OutsideError, switching_operations.NotSetUp):
        return  # said already, by whoever tried to reach the system
    if ends - moment < CERTIFICATE_NOTICE:
        yield Finding(
            "switching",
            False,
            f"the client certificate ends on {ends:%Y-%m-%d}",
            "ask for the next one and enter it under Applications to the grid, The line",
        )


def _text(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])


def _number(query: str) -> int:
    return int(_text(query))
