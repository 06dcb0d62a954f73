"""Reads of the masters: what holds on a day or in a month, calendars, banks, fuel units."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import fuel, readings, values
from tomoshibi.masters.calendars import Days
from tomoshibi.masters.models import (
    Bank,
    BankBranch,
    Company,
    CustomsPrice,
    DebitAgent,
    DebitCycle,
    FuelParameters,
    FuelWindow,
    GovernmentDiscount,
    Holiday,
    MonthlyAmount,
    PostingAccount,
    PublishedFuelUnit,
    ReadingDay,
    RenewableLevy,
    TaxRate,
)

FAR_PAST, FAR_FUTURE = date(1900, 1, 1), date(9999, 12, 31)
NATIONAL, BANK, WORKDAY = "national", "bank", "workday"

__all__ = ["MasterMissing", "company", "compute_fuel_unit", "discounted_fuel_unit", "fuel_unit", "levy_for_month"]

compute_fuel_unit = fuel.compute_unit
"""Pure: a formula and prices (or a published average) to a unit with its derivation."""
discounted_fuel_unit = fuel.with_discounts
"""Pure: government discounts off a unit and its minimum block."""
fuel_unit_with_island = fuel.with_island
"""Pure: a unit and the island adjustment of the same month."""


class MasterMissing(LookupError):
    """No row of a master holds for what was asked; the sentence says which to enter."""


def _period(valid: Any) -> Period:
    return Period(valid.lower or FAR_PAST, valid.upper or FAR_FUTURE)


def _holds(day: date) -> Q:
    return Q(valid__contains=day)


# Company ---------------------------------------------------------------------------------------------------------


def company(*, on: date | None = None) -> values.Company:
    """
    The retailer's profile on a day; without a day, the newest.

    :raises MasterMissing: before the profile was entered
    """
    rows = Company.objects.filter(_holds(on)) if on else Company.objects.order_by("-valid")
    row = rows.first()
    if row is None:
        raise MasterMissing(_("the company profile has not been entered"))
    fields = {name: getattr(row, name) for name in values.Company.__dataclass_fields__ if name != "valid"}
    return values.Company(**fields, valid=_period(row.valid))


# Prices and rates ------------------------------------------------------------------------------------------------


def levy_unit(*, reading_day: date) -> values.LevyUnit:
    """
    The renewable levy of a bill whose closing reading falls on a day.

    A unit counts from the April reading day of its year, so for bills of May to April.

    :raises MasterMissing: if no levy of that time was entered
    """
    row = RenewableLevy.objects.filter(_holds(reading_day)).first()
    if row is None:
        raise MasterMissing(_("no renewable levy holds for readings on %(day)s") % {"day": reading_day})
    return values.LevyUnit(row.fiscal_year, row.price_micro_per_kwh, _period(row.valid))


def levy_for_month(*, month: Month) -> values.LevyUnit:
    """The renewable levy of bills of a month (月分)."""
    return levy_unit(reading_day=month.first)


def levy_units() -> list[values.LevyUnit]:
    """All levies, oldest first."""
    rows = RenewableLevy.objects.order_by("valid")
    return [values.LevyUnit(row.fiscal_year, row.price_micro_per_kwh, _period(row.valid)) for row in rows]


def government_discount(*, usage_month: Month, voltage: str, area: str = "") -> int:
    """
    What the government takes off each kWh used in a month [1e-6 yen/kWh]; 0 where there is none.

    :param voltage: a ``Voltage``, or LV, HV, SHV
    :param area: adds the discount of that area alone to the one of all areas
    """
    rows = GovernmentDiscount.objects.filter(
        _holds(usage_month.first), voltage=values.Voltage.parse(voltage).value, area__in={"", area}
    )
    return sum(rows.values_list("price_micro_per_kwh", flat=True))


def tax_rate(*, on: date) -> values.TaxRate:
    """
    The consumption tax rate of a day.

    :raises MasterMissing: before 1989
    """
    row = TaxRate.objects.filter(_holds(on)).first()
    if row is None:
        raise MasterMissing(_("no tax rate holds on %(day)s") % {"day": on})
    return _tax(row)


def tax_rate_of_bill(*, period: Period, fixed_on: date, continuing: bool) -> values.TaxRate:
    """
    The rate of a whole bill, with the transitional measure (経過措置).

    A continuing contract whose period began under the former rate keeps it, if the fee is fixed (the reading) within
    the month after the change.

    :param fixed_on: the day whose reading fixes the fee
    :param continuing: supplied since before the change
    """
    rate = tax_rate(on=fixed_on)
    until = rate.transition_until
    # The period's last day is the day before the reading: a bill that is wholly used before the change has the former.
    wholly_before = period.end <= rate.valid.start
    kept = continuing and until is not None and fixed_on <= until and period.start < rate.valid.start
    return tax_rate(on=rate.valid.start - timedelta(days=1)) if wholly_before or kept else rate


def tax_rates() -> list[values.TaxRate]:
    return [_tax(row) for row in TaxRate.objects.order_by("valid")]


def _tax(row: TaxRate) -> values.TaxRate:
    return values.TaxRate(row.rate_ppm, _period(row.valid), row.transition_until, row.note)


def monthly_amount(*, code: str, area: str | None, month: Month) -> int | None:
    """A published amount of a month [1e-6 yen], the area's own before the one of all areas; None when there is none."""
    rows = MonthlyAmount.objects.filter(code=code, month=month.number, area__in={"", area or ""})
    return rows.order_by("-area").values_list("amount_micro", flat=True).first()


def posting_account(*, key: str, on: date) -> str:
    """
    The ledger's account for a kind of posting.

    :raises MasterMissing: if the kind was not mapped
    """
    account = PostingAccount.objects.filter(_holds(on), key=key).values_list("account", flat=True).first()
    if account is None:
        raise MasterMissing(_("no account is set for postings of kind %(key)s") % {"key": key})
    return account


def posting_accounts(*, on: date) -> dict[str, str]:
    """All posting keys with their accounts on a day."""
    return dict(PostingAccount.objects.filter(_holds(on)).values_list("key", "account"))


# Fuel ------------------------------------------------------------------------------------------------------------


def fuel_unit(*, area: str, month: Month, product: str = values.REGULATED_LOW) -> values.FuelUnit:
    """
    The fuel adjustment of bills of a month: the published unit, or one computed from parameters and customs prices.

    Parameters of low confidence are not used for bills: such areas need the published unit.

    :raises MasterMissing: naming what is to be entered
    """
    published = PublishedFuelUnit.objects.filter(area=area, product=product, month=month.number).first()
    island = None
    if product != values.ISLAND and (published is None or not published.includes_island):
        island = _island_unit(area, month)
    unit = _published(published) if published else computed_fuel_unit(area=area, month=month, product=product)
    return fuel.with_island(unit, island) if island else unit


def computed_fuel_unit(
    *, area: str, month: Month, product: str = values.REGULATED_LOW, allow_low_confidence: bool = False
) -> values.FuelUnit:
    """
    The unit from parameters and customs prices, without the island adjustment, whatever was published.

    :raises MasterMissing: naming what is not known
    """
    row = FuelParameters.objects.filter(_holds(month.first), area=area, product=product).first()
    place = {"area": values.AREAS[area].name if area in values.AREAS else area, "month": month, "product": product}
    if row is None:
        raise MasterMissing(_("no fuel parameters for %(product)s in %(area)s in %(month)s") % place)
    if row.base_unit_micro is None or row.alpha_ppm is None or row.beta_ppm is None or row.gamma_ppm is None:
        raise MasterMissing(
            _("the fuel parameters of %(area)s in %(month)s are not complete: enter the published unit") % place
        )
    if row.confidence == values.LOW_CONFIDENCE and not allow_low_confidence:
        raise MasterMissing(
            _("the fuel parameters of %(area)s in %(month)s are not certain: enter the published unit") % place
        )
    prices, invented, source = customs_window(month=month, needs_lng=bool(row.beta_ppm))
    unit = fuel.compute_unit(formula=_formula(row), prices=prices)
    return values.FuelUnit(
        price_micro_per_kwh=unit.price_micro_per_kwh,
        block_micro=unit.block_micro,
        block_kwh=unit.block_kwh,
        invented=invented,
        source=f"{row.source}; {source}" if source else row.source,
        confidence=row.confidence,
        average_yen=unit.average_yen,
        steps=unit.steps,
    )


def customs_window(*, month: Month, needs_lng: bool = True) -> tuple[values.FuelPrices, bool, str]:
    """
    The customs prices behind a billing month: the published three-month average, or one of the single months.

    :returns: prices, whether invented, source
    :raises MasterMissing: if neither is known
    """
    window = fuel.window_of(month)
    row = FuelWindow.objects.filter(first_month=window[0].number).first()
    if row is not None and (row.lng_yen_per_t is not None or not needs_lng):
        return (
            values.FuelPrices(row.crude_yen_per_kl, row.lng_yen_per_t or 0, row.coal_yen_per_t),
            row.invented,
            row.source,
        )
    months = list(CustomsPrice.objects.filter(month__in=[m.number for m in window]).order_by("month"))
    if len(months) < fuel.WINDOW_MONTHS:
        raise MasterMissing(
            _("the customs prices of %(first)s to %(last)s are not known, which bills of %(month)s need")
            % {"first": window[0], "last": window[2], "month": month}
        )
    crude, lng, coal = (
        fuel.average_of_months([getattr(m, price) for m in months], [getattr(m, quantity) for m in months])
        for price, quantity in (
            ("crude_yen_per_kl", "crude_kl"),
            ("lng_yen_per_t", "lng_t"),
            ("coal_yen_per_t", "coal_t"),
        )
    )
    sources = "; ".join(dict.fromkeys(m.source for m in months if m.source))
    return values.FuelPrices(crude, lng, coal), any(m.invented for m in months), sources


def fuel_units(
    *, area: str, first: Month, last: Month, product: str = values.REGULATED_LOW
) -> list[tuple[Month, values.FuelUnit | None]]:
    """The units of each month from ``first`` to ``last``; None where none is known."""
    found: list[tuple[Month, values.FuelUnit | None]] = []
    month = first
    while month <= last:
        try:
            found.append((month, fuel_unit(area=area, month=month, product=product)))
        except MasterMissing:
            found.append((month, None))
        month = month.plus(1)
    return found


def _island_unit(area: str, month: Month) -> values.FuelUnit | None:
    """The island adjustment of an area, where it has one that can be known."""
    published = PublishedFuelUnit.objects.filter(area=area, product=values.ISLAND, month=month.number).first()
    if published:
        return _published(published)
    if not FuelParameters.objects.filter(_holds(month.first), area=area, product=values.ISLAND).exists():
        return None
    return computed_fuel_unit(area=area, month=month, product=values.ISLAND)


def _published(row: PublishedFuelUnit) -> values.FuelUnit:
    text = values.Step(text=row.source, value=fuel.sen(row.unit_micro), kind="published")
    return values.FuelUnit(
        price_micro_per_kwh=row.unit_micro,
        block_micro=row.block_micro,
        block_kwh=row.block_kwh,
        published=not row.invented,
        invented=row.invented,
        source=row.source,
        confidence=row.confidence,
        steps=(text,),
    )


def _formula(row: FuelParameters) -> values.FuelFormula:
    assert row.base_unit_micro is not None
    return values.FuelFormula(
        base_price_yen=row.base_price_yen,
        base_unit_micro=row.base_unit_micro,
        alpha_ppm=row.alpha_ppm,
        beta_ppm=row.beta_ppm,
        gamma_ppm=row.gamma_ppm,
        cap_price_yen=row.cap_price_yen,
        special_add_micro=row.special_add_micro,
        block_kwh=row.block_kwh,
        block_base_unit_micro=row.block_base_unit_micro,
    )


# Calendars -------------------------------------------------------------------------------------------------------


def is_holiday(day: date, *, area: str | None = None) -> bool:
    """Whether a day is a national holiday, or one of an area (weekends are not holidays)."""
    return Holiday.objects.filter(day=day, scope__in={NATIONAL, area or NATIONAL}).exists()


def is_bank_business_day(day: date) -> bool:
    return days_of(start=day, end=day + timedelta(days=1), scopes=(NATIONAL, BANK)).is_business_day(day)


def add_bank_business_days(day: date, n: int) -> date:
    """The bank business day ``n`` after (before, if negative) a day; 0: the day itself or the next one open."""
    return _days_around(day, n, scopes=(NATIONAL, BANK)).add(day, n)


def add_business_days(day: date, n: int, *, area: str | None = None) -> date:
    """The same for working days: weekdays but national holidays, and the area's own where one is named."""
    return _days_around(day, n, scopes=(NATIONAL, *([area] if area else []))).add(day, n)


def days_of(*, start: date, end: date, scopes: Sequence[str], works_saturday: bool = False) -> Days:
    """
    The working days of ``[start, end)``, to ask many times with one query.

    :param scopes: ``national``, ``bank`` and area codes whose holidays count
    """
    rows = Holiday.objects.filter(day__gte=start, day__lt=end, scope__in={*scopes, WORKDAY})
    found = list(rows.values_list("day", "scope"))
    return Days(
        [day for day, scope in found if scope != WORKDAY],
        [day for day, scope in found if scope == WORKDAY],
        works_saturday=works_saturday,
    )


def bank_days_of_year(*, year: int) -> Days:
    """Bank business days of a year and two months around it."""
    return days_of(start=date(year - 1, 11, 1), end=date(year + 1, 3, 1), scopes=(NATIONAL, BANK))


def holidays(*, year: int, scope: str = "") -> list[values.Holiday]:
    rows = Holiday.objects.filter(day__year=year).order_by("day", "scope")
    rows = rows.filter(scope=scope) if scope else rows
    return [values.Holiday(row.day, row.scope, row.name) for row in rows]


def _days_around(day: date, n: int, *, scopes: Sequence[str]) -> Days:
    # Closed days never fill more than half of three weeks, so three days a business day and a month are enough.
    reach = timedelta(days=abs(n) * 3 + 31)
    return days_of(start=day - reach, end=day + reach, scopes=scopes)


# Reading calendar ------------------------------------------------------------------------------------------------


def reading_day(*, area: str, base_day: str, month: Month) -> values.ReadingDay:
    """
    When a base day's points are read and cut in a month.

    :raises MasterMissing: if the calendar holds no such row; import it, or generate an approximation
    """
    row = ReadingDay.objects.filter(area=area, base_day=base_day, month=month.number).first()
    if row is None:
        raise MasterMissing(
            _("no reading day of base day %(base)s in area %(area)s for %(month)s: import the area's calendar")
            % {"base": base_day, "area": area, "month": month}
        )
    return _reading(row)


def reading_days(*, month: Month, area: str | None = None) -> list[values.ReadingDay]:
    """All base days of a month, of one area or of all, in the order of reading."""
    rows = ReadingDay.objects.filter(month=month.number)
    rows = rows.filter(area=area) if area else rows
    return [_reading(row) for row in rows.order_by("area", "reading_on", "base_day")]


def reading_days_of_year(*, area: str, fiscal_year: int) -> list[values.ReadingDay]:
    rows = ReadingDay.objects.filter(area=area, fiscal_year=fiscal_year)
    return [_reading(row) for row in rows.order_by("base_day", "month")]


def base_days(*, area: str, month: Month) -> list[str]:
    rows = ReadingDay.objects.filter(area=area, month=month.number)
    return list(rows.order_by("base_day").values_list("base_day", flat=True))


def reading_years() -> list[int]:
    return list(ReadingDay.objects.order_by("-fiscal_year").values_list("fiscal_year", flat=True).distinct())


def fiscal_year_of(month: Month) -> int:
    return readings.fiscal_year_of(month)


def _reading(row: ReadingDay) -> values.ReadingDay:
    return values.ReadingDay(
        row.area, row.base_day, Month.from_number(row.month), row.reading_on, row.metering_on, row.approximate
    )


# Banks -----------------------------------------------------------------------------------------------------------


def bank(code: str, on: date) -> values.Bank | None:
    """The bank of a code on a day."""
    row = Bank.objects.filter(_holds(on), code=code).first()
    return values.Bank(row.code, row.name, row.kana) if row else None


def branch(bank_code: str, code: str, on: date) -> values.Branch | None:
    """The branch of a bank on a day."""
    found = bank(bank_code, on)
    row = BankBranch.objects.filter(_holds(on), bank_code=bank_code, code=code).first()
    return _branch(row, found) if row and found else None


def search_banks(*, text: str, on: date, limit: int = 50) -> list[values.Bank]:
    """Banks by the beginning of their code, or a part of name or kana (any width)."""
    rows = Bank.objects.filter(_holds(on)).filter(_named(text)).order_by("code")[:limit]
    return [values.Bank(row.code, row.name, row.kana) for row in rows]


def search_branches(*, bank_code: str, text: str, on: date, limit: int = 50) -> list[values.Branch]:
    found = bank(bank_code, on)
    if found is None:
        return []
    rows = BankBranch.objects.filter(_holds(on), bank_code=bank_code).filter(_named(text)).order_by("code")[:limit]
    return [_branch(row, found) for row in rows]


def bank_counts(*, on: date) -> tuple[int, int]:
    return Bank.objects.filter(_holds(on)).count(), BankBranch.objects.filter(_holds(on)).count()


def _named(text: str) -> Q:
    from tomoshibi.masters.kana import NotPermitted, half_width

    text = text.strip()
    if not text:
        return Q()
    found = Q(name__icontains=text)
    if text.isdigit():
        return found | Q(code__startswith=text)
    try:
        return found | Q(kana__contains=half_width(text))
    except NotPermitted:
        return found


def _branch(row: BankBranch, of: values.Bank) -> values.Branch:
    return values.Branch(of.code, of.name, of.kana, row.code, row.name, row.kana)


# Direct debit ----------------------------------------------------------------------------------------------------


def debit_agent(code: str, *, on: date) -> values.DebitAgent:
    """
    A collection agent on a day.

    :raises MasterMissing: if there is none of this code
    """
    row = DebitAgent.objects.filter(_holds(on), code=code).first()
    if row is None:
        raise MasterMissing(_("no collection agent %(code)s on %(day)s") % {"code": code, "day": on})
    return values.DebitAgent(**{name: getattr(row, name) for name in values.DebitAgent.__dataclass_fields__})


def debit_agents(*, on: date) -> list[values.DebitAgent]:
    codes = DebitAgent.objects.filter(_holds(on)).order_by("code").values_list("code", flat=True)
    return [debit_agent(code, on=on) for code in codes]


def debit_schedule(*, agent: str, month: Month, cycle_day: int | None = None) -> values.DebitDates:
    """
    The dates of an agent's debit in a month, of its usual cycle or of another.

    :raises MasterMissing: if the agent has no such cycle (the secondary agent's is to be set)
    """
    days = bank_days_of_year(year=month.year)
    rows = _cycles(agent, month)
    wanted = [row for row in rows if (row.cycle_day == cycle_day if cycle_day else row.is_default)]
    if not wanted:
        raise MasterMissing(
            _("the direct-debit schedule of %(agent)s for %(month)s is not set") % {"agent": agent, "month": month}
        )
    return _debit_dates(wanted[0], month, days)


def debit_schedules(*, agent: str, month: Month) -> list[values.DebitDates]:
    """All cycles of an agent in a month, in the order of their debit days."""
    days = bank_days_of_year(year=month.year)
    return sorted((_debit_dates(row, month, days) for row in _cycles(agent, month)), key=lambda d: d.debit_on)


def debit_calendar(*, agent: str, year: int) -> list[values.DebitDates]:
    """Every debit of an agent in a calendar year."""
    return [dates for n in range(1, 13) for dates in debit_schedules(agent=agent, month=Month(year, n))]


def _cycles(agent: str, month: Month) -> list[DebitCycle]:
    # A cycle holds for a debit, so the row that holds on the cycle day itself counts.
    rows = DebitCycle.objects.filter(agent=agent, valid__overlap=(month.first, month.plus(1).first))
    return [row for row in rows if _nominal(row, month) in _period(row.valid)]


def _nominal(row: DebitCycle, month: Month) -> date:
    return date(month.year, month.month, min(row.cycle_day, month.days))


def _debit_dates(row: DebitCycle, month: Month, days: Days) -> values.DebitDates:
    nominal = _nominal(row, month)
    debit_on = days.next_or_same(nominal) if row.roll == "next" else days.previous_or_same(nominal)
    result_on = days.add(debit_on, row.result_days_after)
    settle = row.settle_days_after_result
    return values.DebitDates(
        agent=row.agent,
        month=month,
        cycle_day=row.cycle_day,
        debit_on=debit_on,
        file_due_on=days.add(debit_on, -row.file_days_before),
        result_on=result_on,
        settle_on=days.add(result_on, settle) if settle is not None else None,
    )
