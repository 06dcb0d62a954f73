"""
Particulars of contract terms (契約諸元): numbers that a plan prices by besides size and energy, agreed with the customer.

They hold with the terms that carry them: dated, with the same history and audit trail.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

RESERVE = "reserve_milli"
POWER_FACTOR = "power_factor_percent"
DEVICE = "devices_"
_LARGEST = {RESERVE: 1_000_000_000, POWER_FACTOR: 100}
_MOST_DEVICES = 1_000_000
_DEVICE = re.compile(r"^devices_[a-z][a-z0-9_]{0,59}$")

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        RESERVE: {"type": "integer", "minimum": 0, "maximum": _LARGEST[RESERVE], "description": "reserve power [W]"},
        POWER_FACTOR: {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "agreed, where none is measured",
        },
    },
    "patternProperties": {
        _DEVICE.pattern: {
            "type": "integer",
            "minimum": 0,
            "maximum": _MOST_DEVICES,
            "description": "devices of a class",
        }
    },
    "additionalProperties": False,
}
"""The JSON Schema of the column; ``complaint`` holds its rules with sentences for people."""


def is_known(name: str) -> bool:
    """Whether contract terms have a place for a number that a plan prices by."""
    return name in _LARGEST or _DEVICE.match(name) is not None


def complaint(found: object) -> str:
    """What is wrong with particulars, as a sentence; empty where nothing is."""
    if not isinstance(found, Mapping):
        return _("particulars are a mapping of names to whole numbers")
    for name, value in found.items():
        if not is_known(name):
            return _("%(name)s is no particular of a contract") % {"name": name}
        most = _LARGEST.get(name, _MOST_DEVICES)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            return _("%(name)s is a whole number from 0 to %(most)s") % {"name": name, "most": most}
    return ""


def complaint_of_text(text: str) -> str:
    """As ``complaint``, for JSON text."""
    try:
        return complaint(json.loads(text))
    except ValueError:
        return _("particulars are a mapping of names to whole numbers")
