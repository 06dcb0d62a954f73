"""The meaning of the line numbers of a version: stored once per version, while lines only hold numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import labels
from tomoshibi.tariffs.shapes.shape import Label
from tomoshibi.tariffs.values import Component

LANGUAGES = ("ja", "zh", "en")


def components(document: Mapping[str, Any]) -> tuple[Component, ...]:
    """
    What each line number of a version stands for, with its rule and sources.

    :param document: header and exactly one version
    """
    (version,) = document["versions"]
    program = compiler.program(document)
    parts = {part["code"]: part for part in version["components"]}
    shapes = {shape.code: shape for shape in program.components}
    found = []
    for number, slot in enumerate(program.slots, start=1):
        part = parts[slot.component]
        found.append(
            Component(
                no=number,
                code=slot.code,
                component=slot.component,
                kind=part["kind"],
                group=slot.group.value,
                unit=slot.unit.value,
                quantity_scale=slot.unit.scale,
                label=labels.of_slot(part, shapes[slot.component], slot.code, beside=version["components"]),
                rule=part,
                sources=_sources(part, document["sources"]),
            )
        )
    return tuple(found)


_SURE: Mapping[str, Label] = {
    "medium": {"ja": "おそらく確実", "zh": "较确定", "en": "medium"},
    "low": {"ja": "不確か", "zh": "不确定", "en": "low"},
}


def _sources(part: Mapping[str, Any], known: Mapping[str, str | Label]) -> tuple[Label, ...]:
    """Where the prices of a component come from, each source once per certainty."""
    named = dict.fromkeys(_named(part))
    return tuple(_label(known.get(source, source), sure) for source, sure in named)


def _named(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        if "amount" in value and "source" in value:
            yield value["source"], value.get("confidence", "high")
        for item in value.values():
            yield from _named(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)


def _label(note: str | Label, sure: str) -> Label:
    told = (
        dict.fromkeys(LANGUAGES, note) if isinstance(note, str) else {to: note.get(to, note["ja"]) for to in LANGUAGES}
    )
    return {to: f"{text} ({_SURE[sure][to]})" if sure in _SURE else text for to, text in told.items()}
