"""
Mail in.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.mailbox.client import ImapMailbox
from tomoshibi.gateways.mailbox.port import (
    LARGEST_BYTES,
    Connection,
    Folder,
    Mailbox,
    MailboxError,
    NotAdmitted,
    Raw,
    Unreachable,
)
from tomoshibi.gateways.mailbox.simulator import MailboxSimulator, Temper, put

__all__ = [
    "LARGEST_BYTES",
    "Connection",
    "Folder",
    "ImapMailbox",
    "Mailbox",
    "MailboxError",
    "MailboxSimulator",
    "NotAdmitted",
    "Raw",
    "Temper",
    "Unreachable",
    "put",
]
