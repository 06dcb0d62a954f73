"""The meaning of the line numbers of a version: stored once per version, while lines only hold numbers."""

from collections.abc import Iterator, Mapping
from typing import Any

from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import labels
from tomoshibi.tariffs.values import Component


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
                label=labels.of_slot(part, shapes[slot.component], slot.code),
                rule=part,
                sources=tuple(dict.fromkeys(_sources(part, document["sources"]))),
            )
        )
    return tuple(found)


def _sources(value: Any, known: Mapping[str, str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "amount" in value and "source" in value:
            text = known.get(value["source"], value["source"])
            sure = value.get("confidence", "high")
            yield text if sure == "high" else f"{text} ({sure})"
        for item in value.values():
            yield from _sources(item, known)
    elif isinstance(value, list):
        for item in value:
            yield from _sources(item, known)
