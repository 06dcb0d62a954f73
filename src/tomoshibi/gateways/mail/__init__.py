"""
Mail out.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.mail.client import SmtpOutbox, configured
from tomoshibi.gateways.mail.port import (
    Attachment,
    BadAddress,
    Connection,
    Mail,
    MailError,
    NotAdmitted,
    Outbox,
    Refused,
    Unreachable,
)
from tomoshibi.gateways.mail.simulator import MailSimulator, Temper

__all__ = [
    "Attachment",
    "BadAddress",
    "Connection",
    "Mail",
    "MailError",
    "MailSimulator",
    "NotAdmitted",
    "Outbox",
    "Refused",
    "SmtpOutbox",
    "Temper",
    "Unreachable",
    "configured",
]
