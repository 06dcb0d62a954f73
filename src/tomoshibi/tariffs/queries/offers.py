"""What loads would cost, and what generation points are paid, through the same pricing as bills."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.tariffs import comparison, demands, loads, preview, published, purchases, quotes, told
from tomoshibi.tariffs.queries.documents import plan_documents, shipped_plan

quote = quotes.quote
"""What loads would cost on a plan, through the same pricing as a bill."""
curve = quotes.curve
"""Totals of a version over energies."""
with_demand, UnreadableDemand = demands.given, demands.UnreadableDemand
"""Loads with the maximum demand and power factor that were told of them."""
with_numbers, UnreadableNumbers = told.given, told.UnreadableNumbers
"""Loads with the other numbers that plans price by: reserve power, devices, days of outage, months of the contract."""
of_newcomer = told.of_newcomer
"""Loads of somebody who comes new."""
by_register, UnreadableRegisters = told.by_register, told.UnreadableRegisters
"""Loads with the energies of a meter's rate registers."""
read_spot_file = masters.read_spot_file
"""A market file as spot prices for ``quote``."""
load_of_month = loads.of_month
read_purchase, Unpriceable = purchases.read, purchases.Unpriceable
DescribedPurchase, PurchaseSource, PurchaseRule = purchases.Described, purchases.Source, purchases.Rule
"""A generation point described in a file, and what cannot be paid."""


def read_load(text: str) -> list[loads.Load]:
    """
    A load file (``month,kwh`` or ``start,kwh``) as loads for ``quote``, with the demand that its half-hours tell.

    :raises UnreadableLoad: naming the row
    """
    return demands.settled(loads.read(text))


def purchase_statement(
    described: purchases.Described, *, offline: bool = False, tax_rate_ppm: int | None = None
) -> purchases.Statement:
    """
    What a generation point is paid for a period, on the published purchase plans.

    :param offline: the shipped plans instead of the published ones, and no masters
    :param tax_rate_ppm: instead of the rate of the period's last day
    :raises Unpriceable: if the point cannot be paid as it is described
    """
    codes = {source.plan_code for source in described.sources}
    found = {code: shipped_plan(plan_code=code) if offline else plan_documents(plan_code=code) for code in codes}
    if tax_rate_ppm is None:
        if offline:
            raise Unpriceable("without the masters the tax rate must be named")
        tax_rate_ppm = masters.tax_rate(on=described.period.end - timedelta(days=1)).rate_ppm
    return purchases.statement(
        period=described.period,
        delivered_dwh=described.delivered_dwh,
        sources=described.sources,
        rule=described.rule,
        plans=found,
        tax_rate_ppm=tax_rate_ppm,
        registration_number=described.registration_number,
    )


Load, Quote, NoVersion, UnreadableLoad = loads.Load, quotes.Quote, quotes.NoVersion, loads.UnreadableLoad


def curve_today(
    *, document: Mapping[str, Any], kwh: Sequence[int], capacity_milli: int | None, today: date
) -> list[int | None]:
    """Totals of a version over energies with today's tax and without published units; see ``quotes.curve``."""
    rate = masters.tax_rate(on=today).rate_ppm
    return quotes.curve(
        document=document,
        kwh=kwh,
        capacity_milli=capacity_milli,
        month=Month.of(today),
        given={"tax_rate_ppm": rate},
    )


def curve_on_profile(
    *, document: Mapping[str, Any], kwh: Sequence[int], capacity_milli: int | None, profile: str, today: date
) -> list[int | None]:
    """Totals of any sound document over energies with today's tax and without published units (``preview.curve``)."""
    rate = masters.tax_rate(on=today).rate_ppm
    month = Month.of(today)
    return preview.curve(
        document, month=month, kwh=kwh, capacity_milli=capacity_milli, profile=profile, tax_rate_ppm=rate
    )


worked_example = preview.example
"""One bill of a document that need not be published, line by line."""
offers = comparison.offers
"""What a year of use would cost on every plan that fits, cheapest first."""
PublishedValues = published.Masters
"""What the masters publish, each value read once: for ``offers`` to many people."""
months_until, without_use = comparison.months_until, comparison.without_use
"""The twelve months of a quote; and their loads where there is no meter."""
year_of = comparison.year_of
"""Twelve monthly values or a yearly one as loads."""
year_of_file = comparison.of_file
"""A load file as the loads of its newest twelve months."""
UnreadableYear = comparison.UnreadableYear
