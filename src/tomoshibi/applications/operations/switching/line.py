"""The line to the switching support system: its settings, messages waiting to be sent, cursors of what was read."""

import os
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.applications import values
from tomoshibi.applications.models import MediationRequest, PointSearch, SwitchingCase, SwitchingLink, SwitchingMessage
from tomoshibi.applications.queries import switching as queries
from tomoshibi.gateways import switching
from tomoshibi.storage import db, places, server
from tomoshibi.worker import operations as worker

PASSWORD = "TOMOSHIBI_SWITCHING_PASSWORD"  # noqa: S105 - the name of an environment variable
"""Where the password of the private key is, if it has one; it is never kept in the database."""
FOLDER = "switching"
"""Message sets of this installation lie here, in the data folder."""


class NotSetUp(ValueError):
    """How the switching support system is reached, or our retailer code in the area, is not entered."""


def message_set(*, on: date) -> switching.MessageSet:
    """The message set of a day, with what this installation corrected."""
    return switching.message_set(on=on, folders=[server.data_folder() / FOLDER])


def connection() -> switching.Connection:
    """
    :raises NotSetUp: while nobody entered how the system is reached
    """
    link = queries.link()
    if link is None or not link.address:
        raise NotSetUp(_("how the switching support system is reached is not set up yet"))
    return switching.Connection(
        address=link.address,
        certificate=places.found(link.certificate_file),
        key=places.found(link.key_file) if link.key_file else None,
        password=os.environ.get(PASSWORD, ""),
        authority=places.found(link.trust_file) if link.trust_file else None,
        timeout_seconds=float(link.timeout_seconds),
        pace_seconds=link.pace_ms / 1000,
        source_address=link.source_address,
    )


@db.transaction_required
def set_link(
    *,
    address: str,
    certificate_file: str,
    retailer_codes: Mapping[str, str],
    key_file: str = "",
    trust_file: str = "",
    source_address: str = "",
    pace_ms: int = 1000,
    timeout_seconds: int = 60,
    core_from: int = 9,
    core_to: int = 17,
    search_areas: Sequence[str] = (),
) -> None:
    """
    How the system is reached. Cursors stay: what was read is not read again.

    :param retailer_codes: area -> our five digits there; an empty area stands for all others
    :param core_from: first hour in which mediations are looked at; ``core_to``: the last
    :param search_areas: areas whose grid company offers the search of points as a message
    """
    SwitchingLink.objects.update_or_create(
        id=1,
        defaults={
            "address": address,
            "certificate_file": places.kept(certificate_file),
            "key_file": places.kept(key_file),
            "trust_file": places.kept(trust_file),
            "source_address": source_address,
            "pace_ms": pace_ms,
            "timeout_seconds": timeout_seconds,
            "retailer_codes": dict(retailer_codes),
            "core_from": core_from,
            "core_to": core_to,
            "search_areas": list(search_areas),
        },
    )


def our_code(area: str) -> str:
    """
    Our retailer code in an area.

    :raises NotSetUp: if none is entered
    """
    link = queries.link()
    code = link.code_of(area) if link else ""
    if not code:
        raise NotSetUp(_("our retailer code in area %(area)s is not entered") % {"area": area})
    return code


@db.transaction_required
def queue(
    function: str,
    fields: Mapping[str, Any],
    *,
    area: str,
    klass: values.PointClass,
    now: datetime,
    action: switching.Action = switching.Action.NEW,
    case: SwitchingCase | None = None,
    mediation: MediationRequest | None = None,
    search: PointSearch | None = None,
    code: str = "",
) -> SwitchingMessage:
    """
    Write a message down; a job sends it as it stands, with the same message id until it is answered.

    :raises NotSetUp:
    :raises switching.NoSuchFunction: if the voltage class has no such function
    """
    message_id = uuid.uuid4()
    head = switching.Head(
        function=function,
        klass=switching.Class(klass.value),
        retailer=code or our_code(area),
        message_id=str(message_id),
        made_at=now,
        action=action,
    )
    request = switching.encode(head, fields, messages=message_set(on=now.date()))
    row = SwitchingMessage.objects.create(
        case=case,
        mediation=mediation,
        search=search,
        message_id=message_id,
        function=function,
        action=action.value,
        request=request.decode("utf-8"),
        made_at=now,
    )
    worker.enqueue(values.SEND_JOB, lock=values.LINE)
    return row


def poll_request(function: str, *, code: str, cursor: int, now: datetime, messages: switching.MessageSet) -> bytes:
    """The request for the next page of a feed."""
    head = switching.Head(function, switching.Class.LOW, code, str(uuid.uuid4()), now)
    return switching.encode(head, {"cursor": cursor, "limit": 1000}, messages=messages)


@db.transaction_required
def keep_page(*, function: str, request: bytes, answer: bytes, now: datetime) -> None:
    """A page of events as it came, for whoever asks later what exactly was said."""
    SwitchingMessage.objects.create(
        message_id=uuid.uuid4(),
        function=function,
        action=switching.Action.NEW.value,
        state=values.MessageState.DONE.value,
        request=request.decode("utf-8"),
        answer=answer.decode("utf-8", "replace"),
        tries=1,
        made_at=now,
        answered_at=now,
    )


@db.transaction_required
def keep_cursor(*, code: str, feed: str, cursor: int) -> None:
    """So far a feed was read; in the transaction that applied what was read."""
    row = SwitchingLink.objects.select_for_update().get(id=1)
    row.cursors = {**row.cursors, code: {**row.cursors.get(code, {}), feed: cursor}}
    row.save(update_fields=["cursors"])


@db.transaction_required
def record_line(*, now: datetime, failure: str = "") -> None:
    """When the system was last reached, or why not."""
    changes: dict[str, Any] = {"failure": failure[:500]} if failure else {"failure": "", "reached_at": now}
    SwitchingLink.objects.filter(id=1).update(**changes)


@db.transaction_required
def send_failed(*, message_id: int) -> None:
    """The line broke before an answer came: the message stays in its place."""
    row = SwitchingMessage.objects.select_for_update().get(id=message_id)
    row.tries += 1
    row.save(update_fields=["tries"])
