"""What a phone sends about one row of a ticket, read strictly: anything else is kept and shown to the office."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.fieldwork import values

LONGEST_NOTE = 500
_LARGEST_E6 = {"latitude_e6": 90_000_000, "longitude_e6": 180_000_000, "accuracy_m": 10_000_000}


class NotReadable(ValueError):
    """The entry is not of the form that this version of the page writes."""


class What(StrEnum):
    """What the crew says about a row."""

    DONE = "done"
    BLOCKED = "blocked"
    REMOVED = "removed"
    FOUND = "found"
    """A device that is not on the list."""


@dataclass(frozen=True)
class Report:
    """
    An entry, read.

    :ivar task_id: None for something that was found on site
    :ivar made_at: the phone's time
    :ivar label_serial: of the label in the seal, scanned or typed
    :ivar new_label_serial: of the spare label that takes its place
    """

    what: What
    task_id: int | None
    made_at: datetime
    checks: Mapping[str, bool] = field(default_factory=dict)
    label_serial: int | None = None
    new_label_serial: int | None = None
    seal_number: str = ""
    place: str = ""
    position: values.Position | None = None
    photos: tuple[int, ...] = ()
    note: str = ""
    caption: str = ""
    address: str = ""


def read(payload: Mapping[str, Any]) -> Report:
    """
    :param payload: as ``site/entry.js`` of the field page writes it
    :raises NotReadable: naming the part that does not fit
    """
    try:
        what = What(payload.get("what", ""))
    except ValueError:
        raise _not_readable("what") from None
    task_id = payload.get("task_id")
    if (task_id is None) is not (what is What.FOUND) or not (task_id is None or type(task_id) is int):
        raise _not_readable("task_id")
    return Report(
        what=what,
        task_id=task_id,
        made_at=_moment(payload.get("made_at")),
        checks=_checks(payload.get("checks", {})),
        label_serial=_serial(payload, "label_serial"),
        new_label_serial=_serial(payload, "new_label_serial"),
        seal_number=_text(payload, "seal_number", longest=30),
        place=_text(payload, "place", longest=60),
        position=_position(payload.get("position")),
        photos=_photos(payload.get("photos", [])),
        note=_text(payload, "note", longest=LONGEST_NOTE),
        caption=_text(payload, "caption", longest=120),
        address=_text(payload, "address", longest=200),
    )


def _not_readable(part: str) -> NotReadable:
    return NotReadable(_("The entry cannot be read: %(part)s. It is kept; please tell the office.") % {"part": part})


def _moment(given: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise _not_readable("made_at") from None
    if moment.tzinfo is None:
        raise _not_readable("made_at")
    return moment


def _text(payload: Mapping[str, Any], name: str, *, longest: int) -> str:
    given = payload.get(name, "")
    if not isinstance(given, str) or len(given) > longest or "\x00" in given:
        raise _not_readable(name)
    return given.strip()


def _serial(payload: Mapping[str, Any], name: str) -> int | None:
    given = payload.get(name)
    if given is not None and (not isinstance(given, int) or isinstance(given, bool) or not 0 < given < 2**40):
        raise _not_readable(name)
    return given


def _photos(given: Any) -> tuple[int, ...]:
    if not isinstance(given, list | tuple) or not all(type(one) is int and 0 < one < 2**63 for one in given):
        raise _not_readable("photos")
    return tuple(given)


def _checks(given: Any) -> dict[str, bool]:
    if not isinstance(given, dict) or not given.keys() <= set(values.CHECKS):
        raise _not_readable("checks")
    if not all(isinstance(answer, bool) for answer in given.values()):
        raise _not_readable("checks")
    return dict(given)


def _position(given: Any) -> values.Position | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        raise _not_readable("position")
    parts = {name: given.get(name, 0) for name in _LARGEST_E6}
    for name, largest in _LARGEST_E6.items():
        if type(parts[name]) is not int or abs(parts[name]) > largest:
            raise _not_readable("position")
    return values.Position(**parts)
