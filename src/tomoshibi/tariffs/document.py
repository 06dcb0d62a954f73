"""Plan documents: YAML or JSON text, read exactly, with the place of everything in it."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tomoshibi.tariffs import fees, unreadable
from tomoshibi.tariffs.shapes import SHAPES

FOLDER = Path(__file__).parent
PLANS = FOLDER / "plans"
Unreadable = unreadable.Unreadable
_DEFAULTS = ("tax", "quantity", "rounding", "proration", "change", *fees.SCHEMA)
Path_ = tuple[str | int, ...]


class _ExactLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Decimals and dates stay text, so that 29.80 is what was written, and 010 is no 8; a key twice is refused."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen = set()
        for key, _value in node.value:
            if isinstance(key, ScalarNode) and key.value != "<<":
                if key.value in seen:
                    text = _("%(name)s stands here twice") % {"name": repr(key.value)}
                    raise Unreadable(text, key.start_mark.line + 1)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_WHOLE = "tag:yaml.org,2002:int"
_EXACT_AS_TEXT = {"tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp", _WHOLE}
_ExactLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in _EXACT_AS_TEXT]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# Of the ways in which YAML writes whole numbers only the plain one: 0x10, 010, 1_000 and 1:30 are what they say, texts.
_ExactLoader.add_implicit_resolver(_WHOLE, re.compile("^-?(0|[1-9][0-9]*)$"), list("-0123456789"))


def read(text: str) -> dict[str, Any]:
    """
    A document as plain values; decimals as text.

    :raises Unreadable: with the line
    """
    root = compose(text)
    loader = _ExactLoader("")
    try:
        found = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as wrong:
        raise unreadable.of_error(wrong, text) from None
    finally:
        loader.dispose()
    if not isinstance(found, dict):
        raise Unreadable(_("a plan document is a mapping with plan, name, area, ... versions"))
    return found


class _ExactDumper(yaml.SafeDumper):
    """Writes 29.80 as it was read, without quotes; small things stay on one line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_ExactDumper.yaml_implicit_resolvers = _ExactLoader.yaml_implicit_resolvers


def write(value: Any, *, flow: bool | None = None, in_order: bool = False) -> str:
    """
    Plain values as YAML that ``read`` gives back exactly.

    :param flow: all on one line; otherwise only the innermost lists and mappings are
    :param in_order: keys by their names, so that two documents can be compared line by line
    """
    return yaml.dump(
        value, Dumper=_ExactDumper, allow_unicode=True, sort_keys=in_order, width=10_000, default_flow_style=flow
    ).removesuffix("...\n")


def compose(text: str) -> Node | None:
    """
    The tree of a text with the place of everything in it.

    :raises Unreadable: with the line
    """
    return unreadable.tree(lambda: yaml.compose(text, Loader=_ExactLoader), text)


def lines(text: str) -> dict[Path_, int]:
    """The line of every place in a document, by its path."""
    root = compose(text)
    found: dict[Path_, int] = {}
    if root is not None:
        _walk(root, (), found)
    return found


def _walk(node: Node, path: Path_, found: dict[Path_, int]) -> None:
    found.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        for key, value in node.value:
            found[*path, key.value] = key.start_mark.line + 1
            _walk(value, (*path, key.value), found)
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), found)


def path_text(path: Path_) -> str:
    """``versions[0].components[1].price``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def path_of(text: str) -> Path_:
    """The reverse of ``path_text``."""
    return tuple(int(part) if part.isdigit() else part for part in text.replace("[", ".").replace("]", "").split("."))


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema of plan documents: the frame of ``plan.schema.json`` with every price shape in it."""
    found: dict[str, Any] = json.loads((FOLDER / "plan.schema.json").read_text(encoding="utf-8"))
    component = found["$defs"]["component"]
    component["properties"]["kind"] = {"enum": sorted(SHAPES)}
    component["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"$ref": f"#/$defs/{kind}"},
        }
        for kind in SHAPES
    ]
    found["$defs"] |= {kind: shape.schema for kind, shape in SHAPES.items()}
    for place in (found, found["$defs"]["version"]):
        place["properties"] |= fees.SCHEMA
    return found


def versions(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    Each version as a document of its own: the header with its defaults, and exactly one version.

    Only the sources that the version uses stay in it, so that a later addition elsewhere changes no hash.
    """
    header = {key: value for key, value in document.items() if key not in {"versions", *_DEFAULTS}}
    found = []
    for version in document["versions"]:
        own = {key: document[key] for key in _DEFAULTS if key in document} | dict(version)
        used = _sources_in(own)
        sources = {key: text for key, text in document.get("sources", {}).items() if key in used}
        found.append(header | {"sources": sources, "versions": [own]})
    return found


def _sources_in(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        own = {value["source"]} if isinstance(value.get("source"), str) else set()
        return own.union(*(_sources_in(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(_sources_in(v) for v in value))
    return set()


def canonical(document: Mapping[str, Any]) -> str:
    """The one text of a document, whatever its order of keys and layout was."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def without_notes(document: Any) -> Any:
    """A document without what it only tells people: comments, and the texts of its sources."""
    if isinstance(document, Mapping):
        return {
            key: dict.fromkeys(value, "") if key == "sources" else without_notes(value)
            for key, value in document.items()
            if key != "comment"
        }
    return [without_notes(item) for item in document] if isinstance(document, list) else document


def shipped() -> list[Path]:
    """The plan documents that come with the product."""
    return sorted(PLANS.glob("*.yaml"))
