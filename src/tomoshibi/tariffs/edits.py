"""
Change one place of a plan document and leave the rest of its text, comments included, as it was written.

Every edit is read back: where the text could not be changed in place so that it says exactly what was meant, the
smallest part around the place is written anew, and only that part loses its comments.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs.document import Path_


class NoSuchPlace(LookupError):
    """The document has nothing at that path."""


def put(text: str, path: Path_, value: Any) -> str:
    """
    Set a value, or add it where its key is not there yet.

    :param path: keys and list positions; mappings, and lists of one, that are missing on the way are made
    :raises NoSuchPlace: if a list on the way is shorter
    """
    data = documents.read(text)
    depth = _known_depth(data, path)
    if depth < len(path):
        for key in reversed(path[depth + 1 :]):
            if isinstance(key, int) and key:
                raise NoSuchPlace(documents.path_text(path))
            value = {key: value} if isinstance(key, str) else [value]
        path = path[: depth + 1]
    if isinstance(path[-1], int):
        depth = len(path)
    wanted = deepcopy(data)
    _at(wanted, path[:-1])[path[-1]] = value
    there = depth == len(path)
    return _checked(text, wanted, path, lambda: _replaced(text, path, value) if there else _added(text, path, value))


def remove(text: str, path: Path_) -> str:
    """
    Take out a key or an item of a list.

    :raises NoSuchPlace: if it is not there
    """
    wanted = deepcopy(documents.read(text))
    _at(wanted, path)
    del _at(wanted, path[:-1])[path[-1]]
    return _checked(text, wanted, path[:-1], lambda: _removed(text, path))


def insert(text: str, path: Path_, value: Any) -> str:
    """
    Put an item into a list before the place that the last part of the path names.

    :raises NoSuchPlace: if there is no such list
    """
    wanted = deepcopy(documents.read(text))
    items = _at(wanted, path[:-1])
    index = path[-1]
    if not isinstance(items, list) or not isinstance(index, int):
        raise NoSuchPlace(documents.path_text(path))
    items.insert(index, value)
    return _checked(text, wanted, path[:-1], lambda: _inserted(text, path[:-1], index, value))


def _checked(text: str, wanted: Any, path: Path_, edit: Callable[[], str]) -> str:
    """The edited text if it reads as wanted; else the same with ever larger parts written anew."""
    attempts = [edit]
    for length in range(len(path), 0, -1):
        place = path[:length]
        attempts.append(lambda place=place: _replaced(text, place, _at(wanted, place)))  # type: ignore[misc]
    for attempt in attempts:
        try:
            found = attempt()
            if documents.read(found) == wanted:
                return found
        except (documents.Unreadable, NoSuchPlace, yaml.YAMLError):
            continue
    return documents.write(wanted)


def _at(data: Any, path: Path_) -> Any:
    for part in path:
        try:
            data = data[part]
        except (LookupError, TypeError):
            raise NoSuchPlace(documents.path_text(path)) from None
    return data


def _known_depth(data: Any, path: Path_) -> int:
    """How many parts of a path are there already."""
    for depth, part in enumerate(path):
        in_mapping = isinstance(data, dict) and part in data
        if in_mapping or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = _at(data, (part,))
        elif isinstance(data, dict) and isinstance(part, str):
            return depth
        else:
            raise NoSuchPlace(documents.path_text(path))
    return len(path)


def _node(text: str, path: Path_) -> Node:
    node = documents.compose(text)
    for part in path:
        if isinstance(node, MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            node = None
    if node is None:
        raise NoSuchPlace(documents.path_text(path))
    return node


def _collection(text: str, path: Path_) -> CollectionNode:
    node = _node(text, path)
    if not isinstance(node, CollectionNode):
        raise NoSuchPlace(documents.path_text(path))
    return node


def _end(node: Node) -> int:
    """Where the content of a node ends, without comments behind it."""
    flat = not isinstance(node, CollectionNode) or node.flow_style or not node.value
    if flat:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _line_end(text: str, index: int) -> int:
    """The end of the line, behind its comment."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found


def _flow(value: Any) -> str:
    return documents.write(value, flow=True).strip()


def _block(value: Any, indent: int) -> str:
    """Lines of a value at an indentation, the first one without it."""
    lines = documents.write(value).rstrip("\n").split("\n")
    return ("\n" + " " * indent).join(lines)


def _replaced(text: str, path: Path_, value: Any) -> str:
    node = _node(text, path)
    start, end = node.start_mark.index, _end(node)
    space = "" if end > start or not start or text[start - 1] == " " else " "
    return text[:start] + space + _flow(value) + text[end:]


def _added(text: str, path: Path_, value: Any) -> str:
    parent, key = _collection(text, path[:-1]), path[-1]
    entry = f"{_flow(key)}: {_flow(value)}"
    if parent.flow_style or not parent.value:
        at = parent.end_mark.index - 1
        return text[:at].rstrip() + (", " if parent.value else "") + entry + text[at:]
    at = _line_end(text, _end(parent))
    return f"{text[:at]}\n{' ' * parent.value[0][0].start_mark.column}{entry}{text[at:]}"


def _removed(text: str, path: Path_) -> str:
    parent = _collection(text, path[:-1])
    spans = _spans(parent)
    number = (
        path[-1] if isinstance(parent, SequenceNode) else [key.value for key, _ in parent.value].index(str(path[-1]))
    )
    assert isinstance(number, int)
    start, end = spans[number]
    if parent.flow_style:
        if number + 1 < len(spans):
            return text[:start] + text[spans[number + 1][0] :]
        return text[: spans[number - 1][1] if number else start] + text[end:]
    line = text.rfind("\n", 0, start) + 1
    if isinstance(parent, SequenceNode):
        line = text.rfind("\n", 0, text.rfind("-", 0, start)) + 1
    elif text[line:start].strip():
        # The first key stands on the line of its dash: what follows moves up.
        return text[:start] + text[spans[number + 1][0] :] if number + 1 < len(spans) else text
    return text[:line] + text[_line_end(text, end) + 1 :]


def _spans(parent: Node) -> list[tuple[int, int]]:
    if isinstance(parent, MappingNode):
        return [(key.start_mark.index, _end(value)) for key, value in parent.value]
    return [(item.start_mark.index, _end(item)) for item in parent.value]


def _inserted(text: str, path: Path_, index: int, value: Any) -> str:
    parent = _collection(text, path)
    spans = _spans(parent)
    if not spans and isinstance(value, dict):
        # An empty list can only be written as []: what comes first into it begins a list of lines.
        line = text.rfind("\n", 0, parent.start_mark.index) + 1
        key = line + len(text[line:]) - len(text[line:].lstrip(" -"))
        if text[key : parent.start_mark.index].rstrip().endswith(":"):
            indent = key - line + 2
            item = f"\n{' ' * indent}- {_block(value, indent + 2)}"
            return text[: parent.start_mark.index].rstrip() + item + text[parent.end_mark.index :]
    if parent.flow_style or not spans:
        if index < len(spans):
            at = spans[index][0]
            return f"{text[:at]}{_flow(value)}, {text[at:]}"
        at = parent.end_mark.index - 1
        return text[:at].rstrip() + (", " if spans else "") + _flow(value) + text[at:]
    dash = text.rfind("-", 0, spans[0][0])
    indent = dash - text.rfind("\n", 0, dash) - 1
    item = f"- {_block(value, indent + 2)}"
    if index:
        at = _line_end(text, spans[index - 1][1])
        return f"{text[:at]}\n{' ' * indent}{item}{text[at:]}"
    return f"{text[:dash]}{item}\n{' ' * indent}{text[dash:]}"
