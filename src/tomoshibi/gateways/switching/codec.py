"""Messages to bytes and back, as the message set says; pure. Whatever the bytes are, only ``BrokenFile`` comes out."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from lxml import etree

from tomoshibi.gateways.problems import BrokenFile, Problem, broken, gettext_noop, problem
from tomoshibi.gateways.switching.port import (
    Answer,
    Fault,
    Fields,
    Head,
    MessageSet,
    NoSuchFunction,
    Result,
    Said,
    Value,
)

NOT_XML = gettext_noop("the answer is no XML: %(reason)s")
HAS_DOCTYPE = gettext_noop("the XML declares a document type, which no message does")
WRONG_ROOT = gettext_noop("the XML is no answer of the switching support system: its root is %(found)r")
LACKING = gettext_noop("the answer lacks %(tag)s")
UNREADABLE = gettext_noop("%(tag)s cannot be read: %(found)r")
UNKNOWN_CODE = gettext_noop("%(tag)s holds a code that the message set does not know: %(found)r")
FAULT = gettext_noop("the switching support system did not understand the message: %(text)s (%(code)s)")
SHOWN = 80
LIMIT_BYTES = 64 * 2**20
_UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode(head: Head, fields: Fields, *, messages: MessageSet) -> bytes:
    """
    A request as bytes; fields that the function does not have, or that are empty, are left out.

    :raises NoSuchFunction: if the voltage class has no such function
    """
    if not messages.has(head.function, head.klass):
        raise NoSuchFunction(f"{head.function} does not exist for {head.klass.value}")
    function, tags = messages.functions[head.function], messages.tags
    root = etree.Element(tags["request"])
    top = etree.SubElement(root, tags["head"])
    for name, text in (
        ("function", function.code),
        ("class", messages.classes[head.klass]),
        ("action", messages.actions[head.action]),
        ("retailer", head.retailer),
        ("message_id", head.message_id),
        ("made_at", head.made_at.isoformat(timespec="seconds")),
    ):
        etree.SubElement(top, tags[name]).text = text
    body = etree.SubElement(root, tags["body"])
    for name in function.request:
        value = fields.get(name)
        if value is not None and value != "":
            form = messages.fields[name]
            etree.SubElement(body, form.tag).text = _UNFIT.sub("", _write(value))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _write(value: Value) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    return str(value)


def decode(content: bytes, *, messages: MessageSet) -> Answer:
    """
    An answer; unknown elements are ignored, rows that cannot be read are left out and named.

    :raises BrokenFile: if the bytes are no answer
    :raises Fault: if the answer is the protocol's own refusal
    """
    root = _root(content)
    tags = messages.tags
    if _local(root) != tags["answer"]:
        raise broken(None, "root", WRONG_ROOT, found=_local(root)[:SHOWN])
    fault = _child(root, tags["fault"])
    if fault is not None:
        raise Fault(FAULT, text=_text(fault, tags["text"]), code=_text(fault, tags["code"]))
    head, body = _needed(root, tags["head"]), _child(root, tags["body"])
    code = _text(head, tags["function"])
    function = next((one for one in messages.functions.values() if one.code == code), None)
    if function is None:
        raise broken(None, "function", UNKNOWN_CODE, tag=tags["function"], found=code[:SHOWN])
    result = _text(head, tags["result"])
    if result not in messages.results:
        raise broken(None, "result", UNKNOWN_CODE, tag=tags["result"], found=result[:SHOWN])
    fields, rows, problems = _contents(body, function.reply, function.rows, messages)
    return Answer(
        function=function.key,
        message_id=_text(head, tags["message_id"]),
        result=Result(messages.results[result]),
        said=tuple(_said(root, tags)),
        fields=fields,
        rows=rows,
        problems=tuple(problems),
    )


def _contents(
    body: Any, reply: tuple[str, ...], names: tuple[str, ...], messages: MessageSet
) -> tuple[Fields, list[Fields], list[Problem]]:
    if body is None:
        return {}, [], []
    fields = _fields(body, reply, messages, row=None)
    rows: list[Fields] = []
    problems: list[Problem] = []
    listed = _child(body, messages.tags["rows"])
    found = (one for one in listed if _local(one) == messages.tags["row"]) if listed is not None else ()
    for number, one in enumerate(found, 1):
        try:
            rows.append(_fields(one, names, messages, row=number))
        except BrokenFile as refused:
            problems.extend(refused.problems)
    return fields, rows, problems


def _fields(element: Any, names: tuple[str, ...], messages: MessageSet, *, row: int | None) -> Fields:
    texts = {_local(child): (child.text or "").strip() for child in element if not len(child)}
    found: dict[str, Value] = {}
    for name in names:
        form = messages.fields[name]
        text = texts.get(form.tag, "")
        if not text:
            continue
        try:
            found[name] = _READERS[form.kind](text)
        except (ValueError, OverflowError):
            raise BrokenFile([problem(row, "field", UNREADABLE, tag=form.tag, found=text[:SHOWN])]) from None
    return found


def _day(text: str) -> date:
    if not re.fullmatch(r"[0-9]{8}", text):
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise ValueError(text)
    return int(text)


def _digits(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,40}", text):
        raise ValueError(text)
    return text


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError(text)
    return text == "1"


_READERS: Mapping[str, Callable[[str], Value]] = {
    "text": str,
    "digits": _digits,
    "day": _day,
    "number": _number,
    "flag": _flag,
    "moment": datetime.fromisoformat,
}


def _root(content: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.LxmlError, SyntaxError, LookupError, ValueError, AssertionError) as error:
        raise broken(None, "xml", NOT_XML, reason=str(error) or type(error).__name__) from error
    if root is None:
        raise broken(None, "xml", NOT_XML, reason="nothing")
    if root.getroottree().docinfo.internalDTD is not None:
        raise broken(None, "doctype", HAS_DOCTYPE)
    return root


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _child(element: Any, tag: str) -> Any:
    return next((one for one in element if _local(one) == tag), None)


def _needed(element: Any, tag: str) -> Any:
    found = _child(element, tag)
    if found is None:
        raise broken(None, "lacking", LACKING, tag=tag)
    return found


def _text(element: Any, tag: str) -> str:
    found = _child(element, tag)
    return (found.text or "").strip() if found is not None else ""


def _said(root: Any, tags: Mapping[str, str]) -> list[Said]:
    listed = _child(root, tags["messages"])
    if listed is None:
        return []
    return [
        Said(_text(one, tags["code"]), _text(one, tags["text"])) for one in listed if _local(one) == tags["message"]
    ]
