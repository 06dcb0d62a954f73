"""What a plan takes from elsewhere than its document: published values, calendars, taxes, and who shares a delivery."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from tomoshibi.masters import queries as masters
from tomoshibi.tariffs import labels
from tomoshibi.tariffs.shapes.shape import Part, in_language

_PUBLISHED = ("published_per_kwh", "published_monthly", "published_per_device")
_MARKET = ("market_linked", "market_average")


class Kind(StrEnum):
    """What a plan may take from elsewhere."""

    FUEL = "fuel"
    LEVY = "levy"
    DISCOUNT = "discount"
    PUBLISHED = "published"
    SPOT = "spot"
    DAYS = "days"
    DEMAND = "demand"
    POWER_FACTOR = "power_factor"
    TAX = "tax"
    INVOICE = "invoice"
    CHARGES = "charges"
    SHARING = "sharing"
    TAX_STATUS = "tax_status"


@dataclass(frozen=True)
class Beside:
    """
    One thing with its rule in words.

    :param address: name of the page where it is looked up or changed; empty where there is none
    """

    kind: Kind
    name: str
    sentence: str
    address: str = ""


def beside(document: Part) -> list[Beside]:
    """What a one-version document takes from elsewhere, in the user's language."""
    parts = document["versions"][0]["components"]
    if document["kind"] == "purchase":
        return list(_of_purchase())
    return [*_of_components(parts), *_of_days(parts), *_of_invoice(document)]


def _of_components(parts: list[Part]) -> Iterator[Beside]:
    for part in parts:
        if part["kind"] == "fuel":
            said = _(
                "The unit of the product %(product)s: the prices of three fuels by the weights of the area, averaged over "
                "the months before the bill that the product's parameters name, cut at a cap where there is one, with the "
                "island unit of the area."
            )
            product = masters.fuel_product_word(product=part["product"])
            yield Beside(Kind.FUEL, _("Fuel units"), said % {"product": product}, "masters:fuel")
    kinds = {part["kind"] for part in parts}
    if "levy" in kinds:
        said = _("By the reading month of the bill; a certified site owes what its exemption leaves of it.")
        yield Beside(Kind.LEVY, _("Renewable levy"), said, "masters:levy")
    if "government_discount" in kinds:
        said = _("By the month of use, the voltage and the area; nothing in months without one.")
        yield Beside(Kind.DISCOUNT, _("Government discounts"), said, "masters:government_discounts_list")
    published = [
        f"{in_language(labels.of_component(part))} ({', '.join(_codes(part))})"
        for part in parts
        if part["kind"] in _PUBLISHED
    ]
    if published:
        said = _("Published for each month and area: %(names)s. A bill without its value is refused.")
        names = ", ".join(dict.fromkeys(published))
        yield Beside(Kind.PUBLISHED, _("Monthly amounts"), said % {"names": names}, "masters:monthly_amounts_list")
    if kinds.intersection(_MARKET):
        said = _("The day-ahead prices of the area or the whole market, half-hour by half-hour.")
        yield Beside(Kind.SPOT, _("Spot prices"), said, "masters:spot")


def _codes(part: Part) -> list[str]:
    """Under which codes the amounts of a component are entered."""
    if "classes" in part:
        return [f"{part['value']}_{name}" for name in part["classes"]]
    own_block = "block_kwh" in part and not part.get("block_from_unit")
    return [part["value"], *([f"{part['value']}_block"] if own_block else [])]


def _of_days(parts: list[Part]) -> Iterator[Beside]:
    conditions = [one for part in parts for band in part.get("bands", ()) for one in band.get("when", ())]
    if any("days" in one for one in conditions):
        said = _("Which days are holidays at the area; Sundays count as holidays.")
        yield Beside(Kind.DAYS, _("Holidays"), said, "masters:holidays")
    if any(part.get("size") == "demand" for part in parts):
        said = _(
            "The largest demand of the month and the eleven before it, in whole kW; equipment added inside a month begins "
            "a demand of its own, a decrease is agreed for twelve months, and everything from 500 kW on is agreed."
        )
        yield Beside(Kind.DEMAND, _("Contract demand"), said)
    if any(part.get("power_factor") == "measured" for part in parts):
        said = _(
            "From the active and reactive energy of 08:00 to 22:00, in whole per cent; a month without any counts as 85, "
            "a leading current as 100."
        )
        yield Beside(Kind.POWER_FACTOR, _("Power factor"), said)


def _of_invoice(document: Part) -> Iterator[Beside]:
    if document.get("currency", "JPY") != "JPY":
        return
    said = _(
        "One rate for the whole bill, that of its last day; where the rate changed inside the period, contracts that go on "
        "keep the former one for readings until the end of the transition."
    )
    yield Beside(Kind.TAX, _("Tax rates"), said, "masters:tax_rates_list")
    said = _("An invoice over several contracts rounds the tax once for each rate.")
    yield Beside(Kind.INVOICE, _("Collective invoices"), said)
    said = _("Fees and credits by their own amounts and formulas come on the bill below the plan's lines.")
    yield Beside(Kind.CHARGES, _("Sundry charges"), said, "masters:charge_kinds_list")


def _of_purchase() -> Iterator[Beside]:
    said = _(
        "Sources behind one point share what it delivered in whole kWh, by rated output, by their own meters, or the first "
        "source first; the shares add up."
    )
    yield Beside(Kind.SHARING, _("Several sources"), said)
    said = _(
        "Of the tax paid to a generator without a registration number the buyer deducts what the transitional rule of the "
        "day allows; with a number all of it."
    )
    yield Beside(Kind.TAX_STATUS, _("Tax status of the generator"), said)
