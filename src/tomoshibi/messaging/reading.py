"""A message as people read it: headings, text, files. Whatever the bytes are, something readable comes out."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser

MOST_FILES = 30
LONGEST_TEXT = 200_000
LONGEST_ID = 500
_ID = re.compile(r"<[^<>\s]+>")
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CHARSETS = ("utf-8", "iso-2022-jp", "cp932", "euc-jp")


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """
    What a message says.

    :param references: ids of the thread, oldest first, the one that it answers last
    :param automatic: written by a program: an absence note, a report that a mail was not delivered, a list
    """

    message_id: str
    references: tuple[str, ...]
    sender: str
    sender_name: str
    recipient: str
    subject: str
    sent_at: datetime | None
    text: str
    files: tuple[File, ...]
    left_out: int
    automatic: bool

    @property
    def fingerprint(self) -> str:
        """Who wrote what: the same for a letter that is sent once more."""
        hashed = hashlib.sha256()
        for part in (self.sender.lower(), self.subject, re.sub(r"\s+", " ", self.text).strip()):
            hashed.update(part.encode("utf-8", "replace") + b"\0")
        for file in self.files:
            hashed.update(hashlib.sha256(file.content).digest())
        return hashed.hexdigest()


def read(raw: bytes) -> Letter:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage), "the policy makes these"
    name, address = parseaddr(_heading(message, "From"))
    files = list(_files(message))
    return Letter(
        message_id=(_ID.findall(_heading(message, "Message-ID")) or [""])[0][:LONGEST_ID],
        references=_references(message),
        sender=address[:254],
        sender_name=name[:200],
        recipient=parseaddr(_heading(message, "Delivered-To") or _heading(message, "To"))[1][:254],
        subject=_heading(message, "Subject")[:300],
        sent_at=_sent_at(message),
        text=_text(message)[:LONGEST_TEXT],
        files=tuple(files[:MOST_FILES]),
        left_out=max(0, len(files) - MOST_FILES),
        automatic=_is_automatic(message),
    )


def _heading(message: EmailMessage, name: str) -> str:
    """A heading in one line; one that is written against the rules comes as it is."""
    try:
        value = str(message.get(name, "") or "")
    except (ValueError, TypeError, AttributeError, IndexError, LookupError):
        value = next((str(text) for key, text in message.raw_items() if key.lower() == name.lower()), "")
    return _clean(" ".join(value.split()))


def _clean(text: str) -> str:
    """Without what no text of the database may hold."""
    return _BAD.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def _references(message: EmailMessage) -> tuple[str, ...]:
    found = _ID.findall(_heading(message, "References")) + _ID.findall(_heading(message, "In-Reply-To"))
    return tuple(dict.fromkeys(found))[-50:]


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        moment = message["Date"].datetime if message["Date"] else None
    except (ValueError, TypeError, AttributeError, IndexError, LookupError, OverflowError):
        return None
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None


def _is_automatic(message: EmailMessage) -> bool:
    said = _heading(message, "Auto-Submitted").lower()
    kind = message.get_content_type()
    return bool(
        (said and said != "no")
        or _heading(message, "Precedence").lower() in {"bulk", "list", "junk"}
        or kind == "multipart/report"
        or _heading(message, "Return-Path") == "<>"
    )


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except (AttributeError, KeyError, ValueError, TypeError):
        part = None
    if not isinstance(part, EmailMessage):
        return ""
    text = _decoded(part)
    return _clean(_without_tags(text) if part.get_content_type() == "text/html" else text).replace("\r\n", "\n").strip()


def _decoded(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    for charset in (part.get_content_charset() or "", *_CHARSETS):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", "replace")


def _files(message: EmailMessage) -> Iterator[File]:
    for part in message.walk():
        if part.is_multipart() or not isinstance(part, EmailMessage):
            continue
        try:
            name = part.get_filename() or ""
        except (ValueError, TypeError, AttributeError, LookupError):
            name = "?"
        if not name and (part.get_content_maintype() == "text" or part.get_content_disposition() != "attachment"):
            continue
        content = part.get_payload(decode=True)
        name = _clean(re.split(r"[/\\]", name)[-1]).strip()[:255] or "?"
        yield File(name, part.get_content_type()[:100], content if isinstance(content, bytes) else b"")


class _Words(HTMLParser):
    """The words of a page, with a new line where a block begins."""

    SILENT, BLOCKS = (
        frozenset({"script", "style", "head", "title"}),
        frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3"}),
    )

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in self.SILENT
        if tag in self.BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.SILENT and self.silent > 0

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(re.sub(r"\s+", " ", data))


def _without_tags(page: str) -> str:
    words = _Words()
    words.feed(page)
    return re.sub(r"\n\s*\n+", "\n\n", "".join(words.words))
