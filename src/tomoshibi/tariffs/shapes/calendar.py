"""Which half-hour belongs to which band of a plan document."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from tomoshibi.rating.bands import BandCalendar, DayType
from tomoshibi.tariffs.shapes import shape as s
from tomoshibi.tariffs.shapes.shape import Complaint, Part, Place

_DAYS = {"weekday": DayType.WEEKDAY, "saturday": DayType.SATURDAY, "holiday": DayType.HOLIDAY}
HOURS = "^([01][0-9]|2[0-3]):[03]0-([01][0-9]|2[0-4]):[03]0$"
SLOTS = 48
MONTHS = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 12}, "minItems": 1}
CONDITIONS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {
            "months": MONTHS,
            "days": {"type": "array", "items": {"enum": ["weekday", "saturday", "holiday"]}, "minItems": 1},
            "hours": {"type": "array", "items": {"type": "string", "pattern": HOURS}, "minItems": 1},
        },
        "additionalProperties": False,
    },
}


def slots_of(hours: str) -> range:
    """Half-hour numbers of ``10:00-17:00``."""
    start, end = (int(clock[:2]) * 2 + (clock[3] == "3") for clock in hours.split("-"))
    return range(start, end)


def claims(part: Part) -> dict[tuple[int, int, int], list[int]]:
    """
    Which bands claim each half-hour by their conditions.

    :returns: numbers of bands per (month 0..11, day type, slot)
    """
    found: dict[tuple[int, int, int], list[int]] = {
        (month, day, slot): [] for month in range(12) for day in DayType for slot in range(48)
    }
    for number, band in enumerate(part["bands"]):
        mine = set()
        for condition in band.get("when", ()):
            months = [month - 1 for month in condition.get("months", range(1, 13))]
            days = [_DAYS[day] for day in condition.get("days", _DAYS)]
            slots = [slot for hours in condition.get("hours", ["00:00-24:00"]) for slot in slots_of(hours)]
            mine |= {(month, day, slot) for month in months for day in days for slot in slots}
        for place in mine:
            found[place].append(number)
    return found


def calendar(part: Part) -> BandCalendar:
    """The calendar of a component with ``bands`` that lint found sound."""
    claimed = claims(part)
    rest = next((number for number, band in enumerate(part["bands"]) if "when" not in band), None)

    def band_at(month: int, day: int, slot: int) -> int:
        owners = claimed[month, day, slot]
        assert len(owners) <= 1, "lint refuses bands that overlap"
        owner = owners[0] if owners else rest
        assert owner is not None, "lint refuses bands with gaps"
        return owner

    return BandCalendar(
        tuple(tuple(tuple(band_at(month, day, slot) for slot in range(48)) for day in DayType) for month in range(12))
    )


def complaints(part: Part, here: Place) -> Iterator[Complaint]:
    """Bands that overlap, leave half-hours without a price, or do not add up to the bill's energy."""
    names = [band["name"] for band in part["bands"]]
    if len(set(names)) != len(names):
        yield (*here, "bands"), _("each band has a name of its own"), True
        return
    open_bands = [name for name, band in zip(names, part["bands"], strict=True) if "when" not in band]
    if len(open_bands) > 1:
        text = _("only one band may have no condition; here: %(names)s")
        yield (*here, "bands"), text % {"names": ", ".join(open_bands)}, True
    if part.get("remainder", names[0]) not in names:
        yield (*here, "remainder"), _("%(name)s is not a band") % {"name": part["remainder"]}, True
    if "round" in part and "remainder" not in part:
        text = _("rounded bands need a remainder band, or they do not add up to the energy of the bill")
        yield (*here, "round"), text, True
    wrong = list(_hours_that_end_before_they_begin(part, here))
    yield from wrong
    claimed = {} if wrong else claims(part)
    for place, owners in claimed.items():
        if len(owners) > 1:
            text = _("%(bands)s overlap at %(when)s")
            yield (*here, "bands"), text % {"bands": ", ".join(names[n] for n in owners), "when": _when(place)}, True
            return
        if not owners and not open_bands:
            yield (*here, "bands"), _("no band covers %(when)s") % {"when": _when(place)}, True
            return


def _hours_that_end_before_they_begin(part: Part, here: Place) -> Iterator[Complaint]:
    for number, band in enumerate(part["bands"]):
        for index, condition in enumerate(band.get("when", ())):
            for place, hours in enumerate(condition.get("hours", ())):
                slots = slots_of(hours)
                if not slots or slots.stop > SLOTS:
                    text = _("%(hours)s do not end later on the same day: a night is 22:00-24:00 and 00:00-08:00")
                    yield (*here, "bands", number, "when", index, "hours", place), text % {"hours": hours}, True


def _when(place: tuple[int, int, int]) -> str:
    month, day, slot = place
    kind = _day_words()[DayType(day)]
    return _("%(clock)s on %(days)s in month %(month)s") % {
        "clock": f"{slot // 2:02d}:{slot % 2 * 30:02d}",
        "days": kind,
        "month": month + 1,
    }


def band_name(band: Mapping[str, object]) -> str:
    """A band's name in the language of the user."""
    return s.in_language({"ja": band["name"], **band.get("label", {})})  # type: ignore[dict-item, call-overload]


def priced_in_bands(part: Part) -> str:
    """Every band with the months, days and hours that it holds in: ``peak (months 7-9, weekdays, 13:00-16:00)``."""
    bands = ", ".join(f"{band_name(band)} ({_holds(band)})" for band in part["bands"])
    return _("Each half-hour of the period is priced in its band: %(bands)s.") % {"bands": bands}


def rounded_bands(part: Part) -> list[str]:
    """How the bands are rounded so that they add up to the energy of the bill; empty where they are not."""
    if "remainder" not in part:
        return []
    rest = next((band_name(band) for band in part["bands"] if band["name"] == part["remainder"]), part["remainder"])
    return [_("Bands are rounded to kWh; %(band)s takes what is left.") % {"band": rest}]


def _holds(band: Part) -> str:
    if "when" not in band:
        return _("the rest")
    return "; ".join(_condition_in_words(one) for one in band["when"]) or _("at no time")


def _condition_in_words(condition: Part) -> str:
    said = [months_in_words(condition["months"])] if "months" in condition else []
    if "days" in condition:
        names = _day_words()
        said.append("/".join(names[_DAYS[day]] for day in condition["days"]))
    said.append("/".join(condition.get("hours", [_("all day")])))
    return ", ".join(said)


def months_in_words(months: Iterable[int]) -> str:
    """``months 1-3, 12`` for the numbers of months."""
    runs: list[list[int]] = []
    for month in sorted(months):
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    said = "/".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return _("months %(months)s") % {"months": said}


def _day_words() -> dict[DayType, str]:
    return {DayType.WEEKDAY: _("weekdays"), DayType.SATURDAY: _("Saturdays"), DayType.HOLIDAY: _("holidays")}
