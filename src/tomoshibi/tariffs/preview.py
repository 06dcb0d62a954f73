"""What a document that need not be published would cost: the price curve, and one bill worked out line by line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tomoshibi.kernel.periods import Month
from tomoshibi.rating.power_factor import NEUTRAL_PERCENT
from tomoshibi.rating.refusals import Refusal
from tomoshibi.tariffs import compile as compiler
from tomoshibi.tariffs import demands, profiles, quotes
from tomoshibi.tariffs.loads import Load

Part = Mapping[str, Any]
ANY_AREA = "*"
USUAL_AREA = "03"


def as_if_it_held(document: Part) -> dict[str, Any]:
    """The one version of a document as if it had always held and went on, to price any month with it."""
    (version,) = document["versions"]
    timeless = {key: value for key, value in version.items() if key != "until"} | {"from": "1900-01-01"}
    return dict(document) | {"versions": [timeless]}


def area_of(document: Part) -> str:
    """The area whose published values a preview takes; plans for every area are shown for Tokyo."""
    return str(document["area"]) if document["area"] != ANY_AREA else USUAL_AREA


def load(document: Part, *, month: Month, energy_dwh: int, profile: str) -> Load:
    """A month's load; its half-hours only where the plan prices by them."""
    if compiler.program(document).needs_half_hours:
        return profiles.of_month(month, energy_dwh=energy_dwh, profile=profile)
    return Load(month, month.plus(-1).period, energy_dwh)


def example(
    document: Part,
    *,
    month: Month,
    energy_dwh: int,
    capacity_milli: int | None,
    profile: str,
    demand_milli: int | None = None,
    power_factor: int | None = None,
    look_back: int = 0,
) -> quotes.Quote:
    """
    One bill with its lines, with the published values of its month.

    :param demand_milli: maximum demand of the month, for plans that price by it; the contract size where none is given
    :param power_factor: for plans that price by it [%]; the neutral one where none is given
    :param look_back: how many earlier months may stand in where values of the month are not published yet
    """
    timeless, area = as_if_it_held(document), area_of(document)

    def bills(months: Sequence[Month]) -> list[quotes.Quote]:
        loads = [load(timeless, month=one, energy_dwh=energy_dwh, profile=profile) for one in months]
        demand = capacity_milli if demand_milli is None else demand_milli
        loads = [_with_demand(one, demand_milli=demand, power_factor=power_factor) for one in loads]
        return quotes.quote(documents=[timeless], loads=loads, area=area, capacity_milli=capacity_milli)

    (found,) = bills([month])
    if look_back and _waits_for_a_value(found):
        earlier = bills([month.plus(-n) for n in range(1, look_back + 1)])
        return next((one for one in earlier if not _waits_for_a_value(one)), earlier[-1])
    return found


def _with_demand(given: Load, *, demand_milli: int | None, power_factor: int | None = None) -> Load:
    """A load whose one month is all that is known of its demand."""
    factor = NEUTRAL_PERCENT if power_factor is None else power_factor
    (found,) = demands.settled([replace(given, max_demand_milli=demand_milli, power_factor_percent=factor)])
    return found


def _waits_for_a_value(quote: quotes.Quote) -> bool:
    return quote.refusal is not None and quote.refusal[0] == Refusal.VALUE_MISSING.code


def curve(
    document: Part, *, month: Month, kwh: Sequence[int], capacity_milli: int | None, profile: str, tax_rate_ppm: int
) -> list[int | None]:
    """
    Totals over energies, published units counted as zero; time-of-use plans along a standard profile, those on actual
    demand at the contract size and the neutral power factor.

    :returns: total per energy, nothing where it cannot be priced
    """
    timeless = as_if_it_held(document)
    given = dict.fromkeys(compiler.program(timeless).values, 0) | {"tax_rate_ppm": tax_rate_ppm}
    loads = [load(timeless, month=month, energy_dwh=one * 10_000, profile=profile) for one in kwh]
    loads = [_with_demand(one, demand_milli=capacity_milli) for one in loads]
    priced = quotes.quote(
        documents=[timeless], loads=loads, area=area_of(document), capacity_milli=capacity_milli, given=given
    )
    return [one.total_minor for one in priced]
