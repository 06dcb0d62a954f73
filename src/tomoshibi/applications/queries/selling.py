"""Purchase plans for who wants to sell what a plant delivers, and what a month of it would be paid (IN4, AP8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tomoshibi.applications.values import SourceKind
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import energy_dwh
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs import values as tariff_values

TERM_YEARS = 10
"""How long the purchase by law of a plant at low voltage runs (FIT, below 10 kW)."""
HOUSEHOLD = ("unregistered",)
"""A household has no registration number for invoices: plans that ask for it price it so."""


@dataclass(frozen=True)
class Offer:
    """
    A purchase plan, and what it pays for a month.

    :param month_minor: nothing where the plan has no price for this plant
    """

    plan_code: str
    month_minor: int | None


class EnergyNotReadable(ValueError):
    """The energy of a month is no number of kWh."""


def plans(*, area: str, source_kind: str, today: date) -> list[tariff_values.Plan]:
    """
    Purchase plans for low voltage that hold today in an area.

    :param source_kind: FIT takes plans whose price hangs on the year of certification, post-FIT the others
    """
    return [
        plan
        for plan in tariffs.plans(on=today, area=area)
        if plan.voltage == "low"
        and plan.kind == "purchase"
        and plan.current is not None
        and source_kind == (SourceKind.FIT if _is_of_a_term(plan.current.document) else SourceKind.POST_FIT)
    ]


def _is_of_a_term(document: Mapping[str, Any]) -> bool:
    """Its price is one for each year of certification, and ends."""
    return any(part["kind"] == "purchase" for version in document["versions"] for part in version["components"])


def offers(*, area: str, source_kind: str, term_end: date | None, kwh: str, today: date) -> list[Offer]:
    """
    What a month would be paid on the plans that can be chosen, dearest first; those without a price come last.

    :param term_end: the last day of the purchase by law: the year of certification lies ``TERM_YEARS`` before it
    :param kwh: what a month delivered
    :raises EnergyNotReadable: with nothing to say
    """
    try:
        delivered = energy_dwh(kwh)
    except ValueError:
        raise EnergyNotReadable(kwh) from None
    certified = _years_before(term_end, TERM_YEARS) if term_end else None
    found = [
        Offer(plan.code, _paid(plan.code, delivered, certified=certified, month=Month.of(today)))
        for plan in plans(area=area, source_kind=source_kind, today=today)
    ]
    return sorted(found, key=lambda offer: (offer.month_minor is None, -(offer.month_minor or 0), offer.plan_code))


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _paid(plan_code: str, delivered_dwh: int, *, certified: date | None, month: Month) -> int | None:
    source = tariffs.PurchaseSource(
        name=plan_code, plan_code=plan_code, certified_on=certified, delivering_since=certified, codes=HOUSEHOLD
    )
    described = tariffs.DescribedPurchase(
        period=month.period, delivered_dwh=delivered_dwh, rule=tariffs.PurchaseRule.RATIO, sources=(source,),
        registration_number="",
    )  # fmt: skip
    try:
        return tariffs.purchase_statement(described).total_minor
    except tariffs.Unpriceable:
        return None
