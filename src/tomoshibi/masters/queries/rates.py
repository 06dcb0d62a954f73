"""Rates and amounts: company, levy, government discounts, tax, published monthly amounts, posting accounts."""

from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import values
from tomoshibi.masters.models import (
    Company,
    GovernmentDiscount,
    MonthlyAmount,
    PostingAccount,
    RenewableLevy,
    TaxRate,
)
from tomoshibi.masters.provinces import EVERY_AREA, PROVINCES
from tomoshibi.masters.queries.validity import MasterMissing, holds, period_of


def company(*, on: date | None = None) -> values.Company:
    """
    The retailer's profile on a day; without a day, the newest.

    :raises MasterMissing: before the profile was entered
    """
    rows = Company.objects.filter(holds(on)) if on else Company.objects.order_by("-valid")
    row = rows.first()
    if row is None:
        raise MasterMissing(_("the company profile has not been entered"))
    fields = {name: getattr(row, name) for name in values.Company.__dataclass_fields__ if name != "valid"}
    return values.Company(**fields, valid=period_of(row.valid))


def country() -> str:
    """The country that the company supplies in; Japan until its profile is entered."""
    try:
        return company().country
    except MasterMissing:
        return "JP"


def currency() -> str:
    """What the company's amounts are in; yen until its profile is entered."""
    try:
        return company().currency
    except MasterMissing:
        return "JPY"


def areas(*, on: date | None = None) -> dict[str, values.Area]:
    """
    The areas of the company's country: the ten of Japan, or the provinces of China.

    :param on: only those that hold on that day
    """
    if country() != "CN":
        return values.AREAS
    return {province.area.code: province.area for province in PROVINCES if on is None or province.holds(on)}


def every_area() -> dict[str, values.Area]:
    """Areas of any country by code, to name what is stored."""
    return EVERY_AREA


def levy_units() -> list[values.LevyUnit]:
    """All levies, oldest first."""
    rows = RenewableLevy.objects.order_by("valid")
    return [values.LevyUnit(row.fiscal_year, row.price_micro_per_kwh, period_of(row.valid)) for row in rows]


def tax_rate(*, on: date) -> values.TaxRate:
    """
    The consumption tax rate of a day.

    :raises MasterMissing: before 1989
    """
    return RateBook().tax_rate(on=on)


class RateBook:
    """Taxes, levies and government discounts of all times, each read once: for whoever asks about many days."""

    @cached_property
    def _taxes(self) -> list[values.TaxRate]:
        return tax_rates()

    @cached_property
    def _levies(self) -> list[values.LevyUnit]:
        return levy_units()

    @cached_property
    def _discounts(self) -> list[GovernmentDiscount]:
        return list(GovernmentDiscount.objects.all())

    def tax_rate(self, *, on: date) -> values.TaxRate:
        """
        The consumption tax rate of a day.

        :raises MasterMissing: before 1989
        """
        found = next((rate for rate in self._taxes if on in rate.valid), None)
        if found is None:
            raise MasterMissing(_("no tax rate holds on %(day)s") % {"day": on})
        return found

    def tax_rate_of_bill(self, *, period: Period, fixed_on: date, continuing: bool) -> values.TaxRate:
        """
        The rate of a whole bill, with the transitional measure (経過措置).

        A continuing contract whose period began under the former rate keeps it, if the fee is fixed (the reading) within
        the month after the change.

        :param fixed_on: the day whose reading fixes the fee
        :param continuing: supplied since before the change
        :raises MasterMissing: before 1989
        """
        rate = self.tax_rate(on=fixed_on)
        until = rate.transition_until
        # The period's last day is the day before the reading: a bill that is wholly used before the change has the former.
        wholly_before = period.end <= rate.valid.start
        kept = continuing and until is not None and fixed_on <= until and period.start < rate.valid.start
        return self.tax_rate(on=rate.valid.start - timedelta(days=1)) if wholly_before or kept else rate

    def levy_unit(self, *, reading_day: date) -> values.LevyUnit:
        """
        The renewable levy of a bill whose closing reading falls on a day.

        A unit counts from the April reading day of its year, so for bills of May to April.

        :raises MasterMissing: if no levy of that time was entered
        """
        found = next((levy for levy in self._levies if reading_day in levy.valid), None)
        if found is None:
            raise MasterMissing(_("no renewable levy holds for readings on %(day)s") % {"day": reading_day})
        return found

    def levy_for_month(self, *, month: Month) -> values.LevyUnit:
        """The renewable levy of bills of a month (月分)."""
        return self.levy_unit(reading_day=month.first)

    def government_discount(self, *, usage_month: Month, voltage: str, area: str = "") -> int:
        """
        What the government takes off each kWh used in a month [1e-6 yen/kWh]; 0 where there is none.

        :param voltage: a ``Voltage``, or LV, HV, SHV
        :param area: adds the discount of that area alone to the one of all areas
        """
        wanted = values.Voltage.parse(voltage).value
        return sum(
            row.price_micro_per_kwh
            for row in self._discounts
            if row.voltage == wanted and row.area in {"", area} and usage_month.first in period_of(row.valid)
        )


def tax_rates() -> list[values.TaxRate]:
    return [_tax(row) for row in TaxRate.objects.order_by("valid")]


def _tax(row: TaxRate) -> values.TaxRate:
    return values.TaxRate(row.rate_ppm, period_of(row.valid), row.transition_until, row.note)


def monthly_amount(*, code: str, area: str | None, month: Month) -> int | None:
    """A published amount of a month [1e-6 yen], the area's own before the one of all areas; None when there is none."""
    rows = MonthlyAmount.objects.filter(code=code, month=month.number, area__in={"", area or ""})
    return rows.order_by("-area").values_list("amount_micro", flat=True).first()


def posting_account(*, key: str, on: date) -> str:
    """
    The ledger's account for a kind of posting.

    :raises MasterMissing: if the kind was not mapped
    """
    account = PostingAccount.objects.filter(holds(on), key=key).values_list("account", flat=True).first()
    if account is None:
        raise MasterMissing(_("no account is set for postings of kind %(key)s") % {"key": key})
    return account


def posting_accounts(*, on: date) -> dict[str, str]:
    """All posting keys with their accounts on a day."""
    return dict(PostingAccount.objects.filter(holds(on)).values_list("key", "account"))


def accounts_ever_of(*, key: str) -> list[str]:
    """Every account that took postings of a kind at any time."""
    rows = PostingAccount.objects.filter(key=key).order_by("account").values_list("account", flat=True)
    return list(rows.distinct())
