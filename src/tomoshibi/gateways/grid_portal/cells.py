"""Single values of a message: text to integers and days, with the reason where that fails."""

import re
from datetime import date

from tomoshibi.gateways.problems import Problem, gettext_noop, problem
from tomoshibi.kernel import units
from tomoshibi.kernel.halfhours import MISSING

SPIN = re.compile(r"(?:0[1-9]|10)[0-9]{20}")
BAD_SPIN = gettext_noop("%(found)r is no supply point identifier of 22 digits")
BAD_NUMBER = gettext_noop("%(what)s %(found)r is no usable number: %(reason)s")
NEGATIVE = gettext_noop("%(what)s %(found)r is negative")
TOO_LARGE = gettext_noop("%(what)s %(found)r is too large")
BAD_DAY = gettext_noop("%(what)s %(found)r is no day (YYYYMMDD)")
INT32 = 2**31 - 1


class BadCell(ValueError):
    """A value that cannot be used; carries the problem without its row."""

    def __init__(self, code: str, template: str, **values: object) -> None:
        self.problem = problem(None, code, template, **values)
        super().__init__(self.problem.reason)

    def at(self, row: int) -> Problem:
        found = self.problem
        return Problem(row, found.code, found.template, found.values)


def spin(text: str | None) -> str:
    """
    A supply point identifier.

    :raises BadCell:
    """
    found = (text or "").strip()
    if not SPIN.fullmatch(found):
        raise BadCell("spin", BAD_SPIN, found=text or "")
    return found


def energy_dwh(text: str, *, what: str) -> int:
    """
    Energy in kWh as tenths of a watt-hour.

    :raises BadCell: for anything but a decimal of at most four places, or a negative one
    """
    return _not_negative(text, what=what, scale=units.DWH_PER_KWH, limit=units.ENERGY_LIMIT_DWH)


def milli(text: str, *, what: str) -> int:
    """
    A size as thousandths.

    :raises BadCell:
    """
    return _not_negative(text, what=what, scale=units.MILLI, limit=2**40)


def _not_negative(text: str, *, what: str, scale: int, limit: int) -> int:
    try:
        found = units.scaled(text, scale=scale, limit=limit)
    except ValueError as error:
        raise BadCell("number", BAD_NUMBER, what=what, found=text, reason=str(error)) from None
    if found < 0:
        raise BadCell("negative", NEGATIVE, what=what, found=text)
    return found


def day(text: str, *, what: str) -> date:
    """
    ``YYYYMMDD`` as a day.

    :raises BadCell:
    """
    found = text.strip()
    if len(found) == len("YYYYMMDD") and found.isascii() and found.isdigit():
        try:
            return date(int(found[:4]), int(found[4:6]), int(found[6:]))
        except ValueError:
            pass
    raise BadCell("day", BAD_DAY, what=what, found=text)


class HalfHours(dict[str, int]):
    """
    Half-hour quantities by their text: the same few thousand texts come again and again.

    :raises BadCell: for a text that is no energy
    """

    REMEMBERED = 200_000

    def __missing__(self, text: str) -> int:
        if not text.strip():
            return int(MISSING)
        found = energy_dwh(text, what="30分電力量")
        if found > INT32:
            raise BadCell("number", TOO_LARGE, what="30分電力量", found=text)
        if len(self) >= self.REMEMBERED:
            self.clear()
        self[text] = found
        return found
