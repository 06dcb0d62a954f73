"""Messages and receipts as JSON: what we send, and what we believe of an answer. Pure."""

import json
from datetime import datetime
from typing import Any

from tomoshibi.gateways.problems import gettext_noop
from tomoshibi.gateways.sms.port import BadAnswer, Receipt, ReceiptState, Text

LIMIT_BYTES = 2_000_000


def encode(text: Text) -> bytes:
    """The body of a message."""
    given = {"id": text.message_id, "to": text.to, "text": text.text, "sender": text.sender}
    return json.dumps(given, ensure_ascii=False).encode()


def reason_of(body: bytes) -> str:
    """Why something was refused, in the gateway's words; short, whatever it sends."""
    try:
        told = json.loads(body)
        return f"{told['code']} {told['reason']}"[:200]
    except (ValueError, TypeError, LookupError, RecursionError):
        return body[:200].decode("utf-8", "replace")


def receipts(body: bytes) -> tuple[tuple[Receipt, ...], str]:
    """
    A page of receipts and the mark behind it.

    :raises BadAnswer: if it is anything else
    """
    try:
        told: dict[str, Any] = json.loads(body)
        found = tuple(
            Receipt(
                message_id=str(one["id"]),
                state=ReceiptState(one["state"]),
                at=_moment(one["at"]),
                reason=str(one.get("reason", ""))[:200],
            )
            for one in told["receipts"]
        )
        return found, str(told["next"])
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise BadAnswer(
            gettext_noop("the gateway's receipts cannot be read: %(reason)s"), reason=str(error)[:200]
        ) from error


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no time zone")
    return moment
