"""What a year of use would cost on every plan that could be offered: the quote of a prospect."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.units import energy_dwh
from tomoshibi.tariffs import demands, loads, preview, profiles, published, quotes, values
from tomoshibi.tariffs.loads import Load

MONTHS = 12


class UnreadableYear(ValueError):
    """Neither twelve monthly values nor one of a year."""


@dataclass(frozen=True)
class Offer:
    """
    One plan over the months.

    :param totals_minor: per month, None where it cannot be priced
    :param refusal: code and detail of the first month that cannot
    """

    plan_code: str
    name: Mapping[str, str]
    totals_minor: tuple[int | None, ...]
    refusal: tuple[str, str] | None

    @property
    def year_minor(self) -> int | None:
        """The sum; nothing where a month is missing: half a year must not look cheap."""
        known = [total for total in self.totals_minor if total is not None]
        return sum(known) if len(known) == len(self.totals_minor) else None


def months_until(last: Month) -> list[Month]:
    return [last.plus(n - MONTHS + 1) for n in range(MONTHS)]


def year_of(text: str, *, last: Month, profile: str) -> list[Load]:
    """
    Twelve monthly values, oldest first, or one of a year, spread along a standard profile.

    :param text: numbers with spaces, tabs or lines between, as they come out of a sheet
    :raises UnreadableYear: naming what does not fit
    """
    numbers = [one for one in re.split(r"[\s;、]+", unicodedata.normalize("NFKC", text).replace(",", "")) if one]
    found = []
    for one in numbers:
        try:
            found.append(energy_dwh(one))
        except ValueError:
            raise UnreadableYear(
                _("%(text)s is not a number of kWh with up to four decimals") % {"text": one}
            ) from None
    if any(one < 0 for one in found):
        raise UnreadableYear(_("Use is not below zero."))
    months = months_until(last)
    whole = Period(months[0].plus(-1).period.start, months[-1].plus(-1).period.end)
    known = profiles.holidays(whole)
    if len(found) == 1:
        found = _spread_year(found[0], whole, months=months, profile=profile, known_holidays=known)
    if len(found) != MONTHS:
        raise UnreadableYear(_("There are %(n)s values; twelve are wanted, or one for the year.") % {"n": len(found)})
    return [
        profiles.of_month(month, energy_dwh=one, profile=profile, known_holidays=known)
        for month, one in zip(months, found, strict=True)
    ]


def _spread_year(
    energy: int, whole: Period, *, months: Sequence[Month], profile: str, known_holidays: Collection[date]
) -> list[int]:
    """A year's energy by month as the profile has it."""
    slots = profiles.spread(whole, energy_dwh=energy, profile=profile, known_holidays=known_holidays)
    edges = [(month.plus(-1).period.end - whole.start).days * loads.SLOTS_A_DAY for month in months]
    return [int(slots[start:end].sum(dtype="int64")) for start, end in zip([0, *edges[:-1]], edges, strict=True)]


def of_file(text: str) -> list[Load]:
    """
    A load file (``loads.read``), its newest twelve months; every one of them is whole. Their contract demand follows from
    the older months of the file, too.

    :raises loads.UnreadableLoad: naming the row, or the month with the half-hours that it lacks
    """
    found = demands.settled(sorted(loads.read(text), key=lambda load: load.month))
    if not found:
        raise loads.UnreadableLoad(_("The file holds no values."))
    for load in found[-MONTHS:]:
        _whole(load)
    return found[-MONTHS:]


def _whole(load: Load) -> None:
    """A month with a gap would look cheaper on every plan than it is."""
    if load.half_hours is None:
        return
    missing = np.flatnonzero(load.half_hours == MISSING)
    if missing.size:
        day, slot = divmod(int(missing[0]), loads.SLOTS_A_DAY)
        first = f"{load.period.start + timedelta(days=day)} {slot // 2:02d}:{slot % 2 * loads.SLOT_MINUTES:02d}"
        said = _(
            "%(month)s: %(n)d of %(all)d half-hours are missing, the first %(first)s. A month is whole, or not in the file."
        )
        numbers = {"month": Month.of(load.period.start), "n": missing.size, "all": load.half_hours.size, "first": first}
        raise loads.UnreadableLoad(said % numbers)


def offers(
    *,
    plans: Sequence[values.Plan],
    year: Sequence[Load],
    area: str,
    size_milli: int | None,
    size_unit: str,
    known: published.Masters | None = None,
) -> list[Offer]:
    """
    Today's version of every plan that fits the size, cheapest first; those that cannot be priced at the end.

    :param plans: plans of the area with the version that holds today
    :param known: what was read of the masters before
    """
    fitting = [
        (plan, plan.current)
        for plan in plans
        if plan.current is not None and plan.kind != "purchase" and plan.capacity_unit in {size_unit, "contract"}
    ]
    asked = [
        quotes.Asked(
            document=preview.as_if_it_held(version.document),
            capacity_milli=None if plan.capacity_unit == "contract" else size_milli,
        )
        for plan, version in fitting
    ]
    priced = quotes.compare(asked=asked, loads=year, area=area, known=known)
    found = [_offer(plan, months) for (plan, _version), months in zip(fitting, priced, strict=True)]
    return sorted(found, key=lambda offer: (offer.year_minor is None, offer.year_minor or 0, offer.plan_code))


def _offer(plan: values.Plan, priced: Sequence[quotes.Priced]) -> Offer:
    return Offer(
        plan_code=plan.code,
        name=plan.name,
        totals_minor=tuple(one.total_minor for one in priced),
        refusal=next((one.refusal for one in priced if one.refusal), None),
    )
