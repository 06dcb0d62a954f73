"""A mail server that keeps what it gets in a folder, and refuses on request."""

from tomoshibi.gateways.mail.simulator.server import MailSimulator, Temper

__all__ = ["MailSimulator", "Temper"]
