"""What components and their lines are called in three languages."""

from tomoshibi.rating.program import Component
from tomoshibi.tariffs.shapes import SHAPES
from tomoshibi.tariffs.shapes.shape import Label, Part, component_label


def of_component(part: Part) -> Label:
    """The name of a component; languages that the document leaves out take the default's or the Japanese one."""
    return component_label(part, SHAPES[part["kind"]])


def of_slot(part: Part, shape: Component, code: str) -> Label:
    """The name of one line of a component: its step, band or block."""
    return SHAPES[part["kind"]].slot_label(part, shape, code) or of_component(part)
