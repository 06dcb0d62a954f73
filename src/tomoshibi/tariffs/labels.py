"""What components and their lines are called in three languages."""

from collections.abc import Sequence

from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import SHAPES
from tomoshibi.tariffs.shapes.shape import Label, Part, component_label


def of_component(part: Part) -> Label:
    """The name of a component; languages that the document leaves out take the default's or the Japanese one."""
    return component_label(part, SHAPES[part["kind"]])


def of_devices(parts: Sequence[Part]) -> dict[str, Label]:
    """What the classes of devices of a version are called, by their names."""
    return {
        one["name"]: {"ja": one["name"], **one.get("label", {})}
        for part in parts
        if part["kind"] == "devices"
        for one in part["classes"]
    }


def of_slot(part: Part, shape: Component, code: str, *, beside: Sequence[Part] = ()) -> Label:
    """
    The name of one line of a component: its step, band or block.

    :param beside: the components of its version, one of which says what its classes of devices are called
    """
    if part["kind"] == "published_per_device":
        part = {**part, "labels": of_devices(beside)}
    return SHAPES[part["kind"]].slot_label(part, shape, code) or of_component(part)
