"""Fixed-rate devices and public lighting (定額制・公衆街路灯): amounts per lamp, VA class or device, without a meter."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.rating.proration import Scope
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class DeviceClass:
    """
    :param name: the input ``devices_<name>`` says how many there are
    """

    name: str
    price_micro: int


def input_name(device: str) -> str:
    """The usage column that counts devices of a class."""
    return f"devices_{device}"


@dataclass(frozen=True)
class Devices:
    """
    ``price x count`` per class of device and month. A row must state at least one class; classes it leaves out are none.
    """

    code: str
    classes: tuple[DeviceClass, ...]

    def slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(f"{self.code}_{one.name}", self.code, Unit.PIECE, Group.BASIC) for one in self.classes)

    def values(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        return tuple(input_name(one.name) for one in self.classes)

    def charge(self, sheet: Sheet) -> None:
        stated = np.zeros(sheet.usage.rows, dtype=np.bool_)
        for one in self.classes:
            count, there = sheet.optional_input(input_name(one.name))
            stated |= there
            sheet.refuse(count < 0, Refusal.INPUT_MISSING, input_name(one.name))
            sheet.charge(
                f"{self.code}_{one.name}",
                quantity=np.maximum(count, 0),
                price_micro=one.price_micro,
                scope=Scope.BASIC,
            )
        sheet.refuse(~stated, Refusal.INPUT_MISSING, "devices")


@dataclass(frozen=True)
class PublishedPerDevice:
    """
    A unit per device that somebody publishes: fuel adjustment or levy of lamps (燃料費調整の定額制単価).

    :param value: the published value of a class is ``<value>_<class>``
    """

    code: str
    value: str
    classes: tuple[str, ...]
    group: Group
    sign: int = 1

    def slots(self) -> tuple[Slot, ...]:
        return tuple(Slot(f"{self.code}_{name}", self.code, Unit.PIECE, self.group) for name in self.classes)

    def values(self) -> tuple[str, ...]:
        return tuple(f"{self.value}_{name}" for name in self.classes)

    def inputs(self) -> tuple[str, ...]:
        return tuple(map(input_name, self.classes))

    def charge(self, sheet: Sheet) -> None:
        for name in self.classes:
            count = np.maximum(sheet.optional_input(input_name(name))[0], 0)
            unit, there = sheet.optional_value(f"{self.value}_{name}")
            sheet.refuse((count > 0) & ~there, Refusal.VALUE_MISSING, f"{self.value}_{name}")
            sheet.charge(
                f"{self.code}_{name}", quantity=count, price_micro=unit * np.int64(self.sign), scope=Scope.BLOCKS
            )
