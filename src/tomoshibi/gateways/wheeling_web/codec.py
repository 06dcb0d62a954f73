"""
Applications and events as JSON. THE WIRE FORM IS AN ASSUMPTION: these systems are Web pages for people; where a grid company
offers an interface one day, its form is put here, and nothing above this folder knows it.
"""

import base64
import json
from datetime import date
from typing import Any

from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.gateways.wheeling_web.port import Application, BadAnswer, Event, Page, Receipt

TEXT_LIMIT = 300


def encode(application: Application) -> bytes:
    """The request of one application."""
    return json.dumps(
        {
            "messageId": application.message_id,
            "applicantNumber": application.number,
            "action": application.action,
            "kind": application.kind,
            "point": application.spin,
            "wishedOn": application.wished_on.isoformat() if application.wished_on else "",
            "form": dict(application.form),
            "paper": base64.b64encode(application.pdf).decode("ascii"),
        },
        ensure_ascii=False,
    ).encode("utf-8")


def decode_receipt(content: bytes) -> Receipt:
    """
    :raises BadAnswer:
    """
    given = _object(content)
    if not isinstance(given.get("taken"), bool):
        raise BadAnswer(gettext_noop("the answer says neither yes nor no"))
    return Receipt(given["taken"], str(given.get("words", ""))[:TEXT_LIMIT])


def decode_events(content: bytes) -> Page:
    """
    A page of events; a row that cannot be read is left out and counted, unknown members are ignored.

    :raises BadAnswer:
    """
    given = _object(content)
    rows, cursor = given.get("events"), given.get("cursor")
    if not isinstance(rows, list) or not isinstance(cursor, int):
        raise BadAnswer(gettext_noop("the answer is no page of events"))
    events = [_event(row) for row in rows]
    known = tuple(event for event in events if event is not None)
    return Page(known, cursor, given.get("more") is True, len(events) - len(known))


def _object(content: bytes) -> dict[str, Any]:
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(gettext_noop("the answer is not JSON: %(reason)s"), reason=str(error)[:100]) from error
    if not isinstance(given, dict):
        raise BadAnswer(gettext_noop("the answer says neither yes nor no"))
    return given


def _event(row: Any) -> Event | None:
    try:
        return Event(
            seq=int(row["seq"]),
            number=str(row["applicantNumber"])[:20],
            step=int(row["step"]),
            stage=str(row["stage"])[:20],
            reception_number=str(row.get("receptionNumber") or "")[:40],
            design=str(row.get("design") or "")[:20],
            amount_minor=int(row["amount"]) if row.get("amount") is not None else None,
            day=_day(row.get("day")),
            inspection_on=_day(row.get("inspectionOn")),
            reason=str(row.get("reason") or "")[:TEXT_LIMIT],
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
