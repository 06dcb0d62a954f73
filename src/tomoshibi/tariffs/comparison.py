"""What a year of use would cost on every plan that could be offered: the quote of a prospect."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from tomoshibi.kernel.halfhours import MISSING
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.rating.deferral import instalments
from tomoshibi.rating.refusals import Refusal
from tomoshibi.tariffs import compile as compiler
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
    :param deferred_minor: per month, what of it the plan lets the customer pay with later bills
    :param parts: in so many parts, one with each of the following bills
    """

    plan_code: str
    name: Mapping[str, str]
    totals_minor: tuple[int | None, ...]
    refusal: tuple[str, str] | None
    deferred_minor: tuple[int, ...] = ()
    parts: int = 0

    @property
    def year_minor(self) -> int | None:
        """The sum; nothing where a month is missing: half a year must not look cheap."""
        known = [total for total in self.totals_minor if total is not None]
        return sum(known) if len(known) == len(self.totals_minor) else None

    @property
    def asked_minor(self) -> tuple[int | None, ...]:
        """What the bills ask for: less what they defer, with the parts of what those of the months before deferred."""
        due = [0] * len(self.totals_minor)
        for month, amount in enumerate(self.deferred_minor):
            for later, part in enumerate(instalments(amount, months=self.parts), start=month + 1):
                if later < len(due):
                    due[later] += part
        deferred = self.deferred_minor or (0,) * len(due)
        return tuple(
            None if total is None else total - later + part
            for total, later, part in zip(self.totals_minor, deferred, due, strict=True)
        )

    @property
    def later_minor(self) -> int:
        """What is still to be paid after the last month."""
        known = ((one, asked) for one, asked in zip(self.totals_minor, self.asked_minor, strict=True))
        return sum(one - asked for one, asked in known if one is not None and asked is not None)


def months_until(last: Month) -> list[Month]:
    return [last.plus(n - MONTHS + 1) for n in range(MONTHS)]


def year_of(text: str, *, last: Month, profile: str) -> list[Load]:
    """
    Twelve monthly values, oldest first, or one of a year, spread along a standard profile.

    :param text: numbers with spaces, tabs or lines between, as they come out of a sheet
    :param profile: one of ``profiles.PROFILES``; empty where none stands for the people of the country: then twelve values
        are wanted, and no half-hours are made of them
    :raises UnreadableYear: naming what does not fit
    """
    found = loads.typed_energies(text, refused=UnreadableYear)
    months = months_until(last)
    if not profile:
        _wanted(found)
        return [loads.of_month(month, energy_dwh=one) for month, one in zip(months, found, strict=True)]
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


def _wanted(found: Sequence[int]) -> None:
    if len(found) != MONTHS:
        raise UnreadableYear(
            _("There are %(n)s values; one is wanted for each of the twelve months.") % {"n": len(found)}
        )


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


def without_use(last: Month) -> list[Load]:
    """A year of a point without a meter: its plan prices devices, and no energy."""
    return [loads.of_month(month, energy_dwh=0) for month in months_until(last)]


def offers(
    *,
    plans: Sequence[values.Plan],
    year: Sequence[Load],
    area: str,
    size_milli: int | None,
    size_unit: str,
    codes: Sequence[str] = (),
    use_told: bool = True,
    known: published.Masters | None = None,
) -> list[Offer]:
    """
    Today's version of every plan for supply, cheapest first; those that cannot be priced by what was told at the end, each
    with its reason. Plans for purchase are no offers to somebody who buys power.

    :param plans: plans of the area with the version that holds today
    :param codes: what the contract would carry: discounts, and how the payer pays and is told
    :param use_told: without it the loads are months without a meter, and only plans that price devices alone have a price
    :param known: what was read of the masters before
    """
    sold = [plan for plan in plans if plan.kind != "purchase"]
    reasons = {plan.code: _unfit(plan, size_unit=size_unit, use_told=use_told) for plan in sold}
    fitting = [(plan, plan.current) for plan in sold if plan.current is not None and reasons[plan.code] is None]
    asked = [
        quotes.Asked(
            document=preview.as_if_it_held(version.document),
            capacity_milli=None if plan.capacity_unit == "contract" else size_milli,
            codes=codes,
        )
        for plan, version in fitting
    ]
    priced = quotes.compare(asked=asked, loads=year, area=area, known=known)
    found = [_offer(plan, months) for (plan, _version), months in zip(fitting, priced, strict=True)]
    unpriced = [quotes.Priced(None, reason) for reason in reasons.values()]
    found += [
        _offer(plan, [one] * len(year)) for plan, one in zip(sold, unpriced, strict=True) if one.refusal is not None
    ]
    return sorted(found, key=lambda offer: (offer.year_minor is None, offer.year_minor or 0, offer.plan_code))


def _unfit(plan: values.Plan, *, size_unit: str, use_told: bool) -> tuple[str, str] | None:
    """Why a plan is not asked for a price at all."""
    if plan.current is None:
        return values.NOT_HELD, ""
    if plan.capacity_unit not in {size_unit, "contract"}:
        return values.OTHER_UNIT, plan.capacity_unit
    if not use_told and not compiler.program(preview.as_if_it_held(plan.current.document)).unmetered:
        return Refusal.NO_ENERGY.code, ""
    return None


def _offer(plan: values.Plan, priced: Sequence[quotes.Priced]) -> Offer:
    rule = None
    if plan.current is not None and any(one.deferred_minor for one in priced):
        rule = compiler.program(preview.as_if_it_held(plan.current.document)).deferral
    return Offer(
        plan_code=plan.code,
        name=plan.name,
        totals_minor=tuple(one.total_minor for one in priced),
        refusal=next((one.refusal for one in priced if one.refusal), None),
        deferred_minor=tuple(one.deferred_minor for one in priced) if rule else (),
        parts=rule.months if rule else 0,
    )
