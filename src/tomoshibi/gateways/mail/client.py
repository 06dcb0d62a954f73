"""Mail over SMTP, through Django's own message and connection classes."""

import smtplib
import ssl
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from tomoshibi.gateways.mail.port import (
    BadAddress,
    Connection,
    Mail,
    MailError,
    NotAdmitted,
    Refused,
    Unreachable,
)
from tomoshibi.gateways.problems import REASON
from tomoshibi.storage import db

TRY_AGAIN = range(400, 500)
"""Replies of this class are for now, those above for good (RFC 5321, 4.2.1)."""


def configured() -> Connection:
    """The mail server of the deployment's settings."""
    security = "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "none"
    return Connection(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        security=security,
    )


class SmtpOutbox:
    """
    One mail server (``port.Outbox``).

    :param connection: the deployment's own server where none is given
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self._given = connection
        self._connection = connection or configured()

    def send(self, *mails: Mail) -> tuple[MailError | None, ...]:
        """Send some messages; see ``send_each``."""
        return tuple(self.send_each(mails))

    @db.durable
    def send_each(self, mails: Iterable[Mail]) -> Iterator[MailError | None]:
        """
        Send messages one by one over one connection; what became of each is known before the next one leaves.

        :returns: for each message nothing, or why it did not leave; one that is refused does not stop the others
        :raises Unreachable: if the server was not reached at all
        :raises NotAdmitted: if it does not accept our name and password
        """
        here, backend = self._connection, self._backend()
        try:
            backend.open()
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
            raise NotAdmitted(REASON, where=f"{here.host}:{here.port}", reason=error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(REASON, where=f"{here.host}:{here.port}", reason=error) from error
        try:
            for mail in mails:
                yield _sent(backend, mail)
        finally:
            backend.close()

    def _backend(self) -> BaseEmailBackend:
        here = self._given
        if here is None:  # the settings may name another way out than SMTP
            return get_connection()
        return EmailBackend(
            host=here.host,
            port=here.port,
            username=here.user,
            password=here.password,
            use_tls=here.security == "starttls",
            use_ssl=here.security == "tls",
            timeout=here.timeout_seconds,
        )


def _sent(backend: BaseEmailBackend, mail: Mail) -> MailError | None:
    try:
        backend.send_messages([_message(mail)])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return _refusal(mail, code, words)
    except smtplib.SMTPResponseException as error:
        return _refusal(mail, error.smtp_code, error.smtp_error)
    except (ValueError, UnicodeError) as error:
        return BadAddress(REASON, where=mail.to, reason=error)
    except (OSError, smtplib.SMTPException) as error:
        return Unreachable(REASON, where=mail.to, reason=error)
    return None


def _refusal(mail: Mail, code: int, words: bytes | str) -> MailError:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    kind = Unreachable if code in TRY_AGAIN else Refused
    return kind(REASON, where=mail.to, reason=f"{code} {said}")


def _message(mail: Mail) -> EmailMultiAlternatives:
    thread = {"In-Reply-To": mail.in_reply_to, "References": mail.references}
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender or settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id, **{name: value for name, value in thread.items() if value}},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for one in mail.attachments:
        message.attach(one.name, one.content, one.kind)
    return message
