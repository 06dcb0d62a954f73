"""What crosses the door of the supply room: points, and the meters on them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tomoshibi.masters.values import Voltage

__all__ = ["Connection", "Found", "Meter", "PointKind", "Setting", "SupplyPoint", "Voltage", "spin_warning"]

SPIN_PATTERN = r"^(0[1-9]|10)[0-9]{20}$"
"""供給地点特定番号: 22 digits, the first two name the area."""
CHINESE_PATTERN = r"^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])[0-9]{10}$"
"""用电点: the number of the province, then the ten digits of the account number (户号), which mean nothing themselves."""
PATTERNS = {"JP": SPIN_PATTERN, "CN": CHINESE_PATTERN}
"""By country of the company; a number of one country never looks like one of another."""
ANY_PATTERN = f"{SPIN_PATTERN}|{CHINESE_PATTERN}"


class Connection(StrEnum):
    """Whether power can flow at a point."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    REMOVED = "removed"


class Setting(StrEnum):
    """How a district is built: it decides where devices may be connected."""

    URBAN = "urban"
    RURAL = "rural"


class PointKind(StrEnum):
    SUPPLY = "supply"
    GENERATION = "generation"


@dataclass(frozen=True)
class SupplyPoint:
    """A place where the grid meets a customer. The address is the place of use (使用場所)."""

    id: int
    spin: str
    kind: PointKind
    area: str
    voltage: Voltage
    base_day: str
    connection: Connection
    postal_code: str
    address: str
    building: str
    place_name: str


@dataclass(frozen=True)
class Meter:
    """A meter, and where it hangs on the days ``[start, end)``."""

    id: int
    number: str
    model: str
    is_smart: bool
    interval_minutes: int
    spin: str
    start: date
    end: date | None


@dataclass(frozen=True)
class District:
    """The area of one distribution transformer (台区)."""

    id: int
    number: str
    name: str
    unit: str
    setting: Setting


@dataclass(frozen=True)
class AccessPoint:
    """Where a cable takes its supply (接入点)."""

    id: int
    number: str
    name: str
    district_id: int | None
    district_number: str
    district_name: str


@dataclass(frozen=True)
class Found:
    """One hit of a search."""

    supply_point_id: int
    spin: str
    area: str
    address: str
    meter_number: str


def spin_warning(spin: str, voltage: Voltage) -> bool:
    """
    Whether the third digit of an identifier speaks against the voltage (0 low, 1 high and special high).

    The meaning of that digit is known from one design document only, so it is a reason to ask, not to refuse.
    """
    return len(spin) > 2 and spin[2] in "01" and (spin[2] == "0") != (voltage is Voltage.LOW)  # noqa: PLR2004
