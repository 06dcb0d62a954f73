"""An IMAP server over folders of messages, that hangs up on request."""

from tomoshibi.gateways.mailbox.simulator.server import MailboxSimulator, Temper, put

__all__ = ["MailboxSimulator", "Temper", "put"]
