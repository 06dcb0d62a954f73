"""
Messages of the grid company as column batches; pure and streaming: a file object in, frames and vectors out.

Tolerant where facts say that senders differ (unknown tags, a single record, missing elements, namespaces, refused
points, several meters); a file that is damaged anywhere ends in :class:`BrokenFile`, whatever was yielded before.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from typing import BinaryIO

from lxml import etree

from tomoshibi.gateways.grid_portal import cells, confirmed, half_hours
from tomoshibi.gateways.grid_portal.cells import BadCell
from tomoshibi.gateways.grid_portal.port import (
    SLOTS,
    Batch,
    Content,
    Dialect,
    FileFacts,
    FileName,
    Limits,
    Message,
    MessageKind,
    NameRule,
)
from tomoshibi.gateways.grid_portal.stream import opened
from tomoshibi.gateways.grid_portal.walking import Element, release, texts, walk
from tomoshibi.gateways.problems import broken, gettext_noop
from tomoshibi.kernel.periods import Month

STANDARD = Dialect()
USUAL_LIMITS = Limits()
POINTS_AT_A_TIME = 500
NO_KIND = gettext_noop("the message does not say what it is (%(tag)s)")
UNKNOWN_KIND = gettext_noop("messages of kind %(found)r are not known")
OTHER_CONTENT = gettext_noop("the message of kind %(found)r does not bring what was asked for")
NO_DAY = gettext_noop("the message does not say of which day it is (%(tag)s)")
NO_SLOT = gettext_noop("the message does not say of which half-hour it is (%(tag)s)")
BAD_MONTH = gettext_noop("対象年月 %(found)r is no month")
BAD_HEAD = gettext_noop("the head of the message: %(reason)s")
_NAME = re.compile(r"(W[0-9])([0-9]{4})([0-9]{8})([0-9A-Za-z]*)\.(?:zip|xml)", re.IGNORECASE)
CLOCK_LENGTH = 4


def read_facts(file: BinaryIO, *, dialect: Dialect = STANDARD, limits: Limits = USUAL_LIMITS) -> FileFacts:
    """
    The head of a message; the file is left at its beginning.

    :raises BrokenFile:
    """
    try:
        with ExitStack() as stack:
            return _opened(stack, file, dialect=dialect, limits=limits)[0]
    finally:
        file.seek(0)


def read_confirmed(
    file: BinaryIO, *, dialect: Dialect = STANDARD, limits: Limits = USUAL_LIMITS, points: int = POINTS_AT_A_TIME
) -> Message:
    """
    Monthly confirmed values (月間確定使用量, 1210 and 1220) with their half-hours.

    :param file: ZIP with one XML, or the XML; seekable
    :param points: points of a batch; memory is that of a batch, however large the file is
    :returns: batches of ``CONFIRMED_ROWS``
    :raises BrokenFile: here or while batches are walked
    """
    stack = ExitStack()
    facts, _, elements = _opened(stack, file, dialect=dialect, limits=limits, wanted={Content.CONFIRMED})

    def batches() -> Iterator[Batch]:
        with stack:
            namespace = _namespace(elements)
            reader = confirmed.RecordReader(namespace=namespace, dialect=dialect, month=facts.month, limits=limits)
            records = _records(elements, dialect.group)
            yield from confirmed.batches(records, reader=reader, limits=limits, points=points)

    return Message(facts, batches())


def read_half_hours(
    file: BinaryIO, *, dialect: Dialect = STANDARD, limits: Limits = USUAL_LIMITS, points: int = POINTS_AT_A_TIME
) -> Message:
    """
    Half-hours of a day (0120, 1120) or of one slot (0110, 1110). They are not confirmed and not for billing.

    :param file: ZIP with one XML, or the XML; seekable
    :returns: batches of ``HALF_HOUR_ROWS``; the file is read to its end before the first one
    :raises BrokenFile: here or when batches are walked
    """
    stack = ExitStack()
    facts, kind, elements = _opened(stack, file, dialect=dialect, limits=limits, wanted={Content.DAY, Content.SLOT})
    if facts.target_on is None:
        raise broken(None, "day", NO_DAY, tag=dialect.target_on)
    if facts.content is Content.SLOT and facts.slot is None:
        raise broken(None, "slot", NO_SLOT, tag=dialect.slot)
    day, one_slot = facts.target_on, facts.slot

    def batches() -> Iterator[Batch]:
        with stack:
            gathering = confirmed.Gathering(limits)
            table = half_hours.Table(
                slots=1 if one_slot else SLOTS, quantity=kind.quantity, dialect=dialect, gathering=gathering
            )
            if one_slot:
                for row, element in _records(elements, dialect.group):
                    table.put(element, row, 0)
            else:
                _fill_day(table, elements, dialect)
            yield from half_hours.batches(
                table, day=day, first_slot=one_slot or 1, gathering=gathering, points=points, limits=limits
            )

    return Message(facts, batches())


def parse_name(name: str, *, rule: NameRule | None = None) -> FileName | None:
    """The parts of a file's name (``W51220YYYYMMDD...``), or nothing if it is no name of a message."""
    found = _NAME.fullmatch(name.rpartition("/")[2])
    if not found:
        return None
    family, code, day, rest = found.groups()
    try:
        target = cells.day(day, what="name")
    except BadCell:
        return None
    clock = rest[:CLOCK_LENGTH] if family.upper() == "W4" else ""
    tail = rest[len(clock) :]
    rule = rule or NameRule()
    return FileName(name, code, target, clock, tail, _part(tail, rule.revision), _part(tail, rule.section))


def _part(tail: str, place: tuple[int, int] | None) -> int | None:
    text = tail[place[0] : place[1]] if place else ""
    return int(text) if text.isascii() and text.isdigit() else None


Elements = Iterator[tuple[str, Element]]


class _Started:
    """Elements of a message whose head has been read."""

    def __init__(self, first: Element, inner: Elements, ended: bool) -> None:  # noqa: FBT001
        self.first = first
        self.inner = inner
        self.ended = ended


def _opened(
    stack: ExitStack, file: BinaryIO, *, dialect: Dialect, limits: Limits, wanted: set[Content] | None = None
) -> tuple[FileFacts, MessageKind, _Started]:
    """Read up to the first record and say what the message is."""
    with ExitStack() as opening:
        stream = opening.enter_context(opened(file, limits=limits))
        tags = (dialect.terms, dialect.groups, dialect.group, dialect.point)
        elements = walk(stream, tags, dialect=dialect)
        groups = "}" + dialect.groups
        for event, element in elements:
            tag = "}" + element.tag.rpartition("}")[2]
            at_groups = event == "start" and tag == groups
            if at_groups or (event == "end" and tag == "}" + dialect.terms):
                terms = element.getparent() if at_groups else element
                kind, facts = _facts(texts(terms), dialect)
                if wanted is not None and facts.content not in wanted:
                    raise broken(None, "content", OTHER_CONTENT, found=kind.code)
                stack.push(opening.pop_all())
                return facts, kind, _Started(element, elements, ended=not at_groups)
        raise broken(None, "kind", NO_KIND, tag=dialect.message_code)


def _facts(found: dict[str, str], dialect: Dialect) -> tuple[MessageKind, FileFacts]:
    code = found.get(dialect.message_code, "")
    if not code:
        raise broken(None, "kind", NO_KIND, tag=dialect.message_code)
    kind = dialect.kinds.get(code)
    if kind is None:
        raise broken(None, "kind", UNKNOWN_KIND, found=code)
    slot = found.get(dialect.slot)
    try:
        facts = FileFacts(
            message_code=code,
            content=kind.content,
            high_voltage=kind.high_voltage,
            sender_code=found.get(dialect.sender_code, ""),
            sender_name=found.get(dialect.sender_name, ""),
            receiver_code=found.get(dialect.receiver_code, ""),
            receiver_name=found.get(dialect.receiver_name, ""),
            made_on=_day(found.get(dialect.made_on), "ファイル作成年月日"),
            made_at=found.get(dialect.made_at, ""),
            target_on=_day(found.get(dialect.target_on), "対象年月日"),
            month=_month(found.get(dialect.target_month)),
            slot=half_hours.slot_of(slot) + 1 if slot and kind.content is Content.SLOT else None,
        )
    except BadCell as error:
        raise broken(None, "head", BAD_HEAD, reason=error.problem.reason) from error
    return kind, facts


def _day(text: str | None, what: str) -> date | None:
    return cells.day(text, what=what) if text else None


def _month(text: str | None) -> Month | None:
    if not text:
        return None
    digits = text[:6]
    try:
        if len(digits) == len("YYYYMM") and digits.isascii() and digits.isdigit():
            return Month(int(digits[:4]), int(digits[4:]))
    except ValueError:
        pass
    raise BadCell("month", BAD_MONTH, found=text)


def _namespace(started: _Started) -> str | None:
    return etree.QName(started.first).namespace


def _records(started: _Started, tag: str) -> Iterator[tuple[int, Element]]:
    """The finished elements of this name, numbered from 1; each is emptied when the next is asked for."""
    if started.ended:
        # Still read to the end: what follows may be broken.
        for _ in started.inner:
            pass
        return
    row = 0
    for event, element in started.inner:
        if event == "end" and element.tag.rpartition("}")[2] == tag:
            row += 1
            yield row, element
            release(element)


def _fill_day(table: half_hours.Table, started: _Started, dialect: Dialect) -> None:
    """48 groups of one time code each, points inside."""
    row, slot = 0, None
    for event, element in started.inner:
        tag = element.tag.rpartition("}")[2]
        if tag == dialect.group:
            slot = None
            if event == "end":
                release(element)
        elif tag == dialect.point and event == "end":
            row += 1
            if slot is None:
                slot = _slot_above(element, row, dialect)
            table.put(element, row, slot)
            release(element)


def _slot_above(element: Element, row: int, dialect: Dialect) -> int:
    group = element.getparent().getparent() if element.getparent() is not None else None
    found = texts(group).get(dialect.slot, "") if group is not None else ""
    try:
        return half_hours.slot_of(found)
    except BadCell as error:
        raise broken(row, "slot", "%(reason)s", reason=error.problem.reason) from error
