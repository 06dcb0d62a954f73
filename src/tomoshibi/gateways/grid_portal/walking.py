"""
The element tree of a message, one record at a time.

Hostile input: no entity is resolved, no document type is accepted, nothing is fetched, and the memory of a record is
given back before the next one is read.
"""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from tomoshibi.gateways.grid_portal.port import Dialect
from tomoshibi.gateways.grid_portal.stream import Bounded
from tomoshibi.gateways.problems import BrokenFile, broken, gettext_noop

Element = Any
"""lxml's own element type says less than it does."""
NOT_XML = gettext_noop("the XML is damaged: %(reason)s")
HAS_DOCTYPE = gettext_noop("the XML declares a document type, which no message does")
WRONG_ROOT = gettext_noop("the XML is no message of a grid company: its root is %(found)r")
XML_ERRORS = (etree.LxmlError, SyntaxError, LookupError, ValueError, OSError, AssertionError)


def local(element: Element) -> str:
    """The name of an element without its namespace; nothing for comments."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def texts(element: Element) -> dict[str, str]:
    """The texts of the children that have no children: the last one of a name counts."""
    return {local(child): (child.text or "").strip() for child in element if not len(child)}


def walk(stream: Bounded, tags: tuple[str, ...], *, dialect: Dialect) -> Iterator[tuple[str, Element]]:
    """
    Start and end of the elements of these names, in their order.

    :raises BrokenFile: where the XML is none, or is hostile
    """
    try:
        parser = etree.iterparse(
            stream,
            events=("start", "end"),
            tag=tuple("{*}" + tag for tag in (dialect.root, *tags)),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        rooted = False
        for event, element in parser:
            if not rooted:
                _check_root(element, dialect)
                rooted = True
            yield event, element
        if not rooted:
            raise broken(None, "root", WRONG_ROOT, found=local(parser.root) if parser.root is not None else "")
    except BrokenFile:
        raise
    except XML_ERRORS as error:
        raise broken(None, "xml", NOT_XML, reason=str(error) or type(error).__name__) from error


def _check_root(element: Element, dialect: Dialect) -> None:
    tree = element.getroottree()
    if tree.docinfo.internalDTD is not None:
        raise broken(None, "doctype", HAS_DOCTYPE)
    if local(tree.getroot()) != dialect.root:
        raise broken(None, "root", WRONG_ROOT, found=local(tree.getroot()))


def release(element: Element) -> None:
    """Give back the memory of an element that was used, and of everything before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
