"""Fuel adjustment units: published, or computed from parameters and customs prices."""

from collections.abc import Collection
from dataclasses import replace

from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month
from tomoshibi.masters import fuel, fuelwords, notewords, values
from tomoshibi.masters.models import CustomsPrice, FuelParameters, FuelWindow, PublishedFuelUnit
from tomoshibi.masters.queries.validity import MasterMissing, period_of

compute_fuel_unit = fuel.compute_unit
"""Pure: a formula and prices (or a published average) to a unit with its derivation."""
discounted_fuel_unit = fuel.with_discounts
"""Pure: government discounts off a unit and its minimum block."""
fuel_unit_with_island = fuel.with_island
"""Pure: a unit and the island adjustment of the same month."""

Key = tuple[str, str]


class FuelBook:
    """All that units of some areas and months rest on, read with four queries."""

    def __init__(self, *, areas: Collection[str], first: Month, last: Month) -> None:
        start, end = first.plus(-fuel.LONGEST_LAG_MONTHS).number, last.number
        self._published = {
            (row.area, row.product, row.month): row
            for row in PublishedFuelUnit.objects.filter(area__in=areas, month__gte=first.number, month__lte=last.number)
        }
        self._parameters: dict[Key, list[FuelParameters]] = {}
        for row in FuelParameters.objects.filter(
            area__in=areas, valid__overlap=(first.first, last.plus(1).first)
        ).order_by("valid"):
            self._parameters.setdefault((row.area, row.product), []).append(row)
        self._windows = {
            row.first_month: row for row in FuelWindow.objects.filter(first_month__gte=start, first_month__lte=end)
        }
        self._months = {row.month: row for row in CustomsPrice.objects.filter(month__gte=start, month__lte=end)}

    def unit(self, *, area: str, month: Month, product: str) -> values.FuelUnit:
        """
        The unit of a month: the published one, or one computed; with the island adjustment.

        :raises MasterMissing: naming what is to be entered
        """
        published = self._published.get((area, product, month.number))
        found = _from_notice(published) if published else self.computed(area=area, month=month, product=product)
        island = None
        if product != values.ISLAND and (published is None or not published.includes_island):
            island = self._island(area, month)
        return fuel.with_island(found, island) if island else found

    def computed(self, *, area: str, month: Month, product: str, allow_low_confidence: bool = False) -> values.FuelUnit:
        """
        The unit from parameters and customs prices, whatever was published.

        :raises MasterMissing: naming what is not known
        """
        row = self._certain(area, month, product, allow_low_confidence=allow_low_confidence)
        prices, invented, source = self.window(month=month, needs_lng=bool(row.beta_ppm), window=_window(row))
        return replace(
            fuel.compute_unit(formula=_formula(row), prices=prices),
            invented=invented,
            source="; ".join(filter(None, [row.source, source])),
            confidence=values.LOW_CONFIDENCE if invented else row.confidence,
        )

    def window(
        self, *, month: Month, needs_lng: bool = True, window: values.PriceWindow = fuel.USUAL_WINDOW
    ) -> tuple[values.FuelPrices, bool, str]:
        """
        The customs prices behind a billing month: the published three-month average, or one of the single months.

        :param window: which months' prices the product's unit rests on

        :returns: prices, whether invented, source
        :raises MasterMissing: if neither is known
        """
        wanted = fuel.window_of(month, window=window)
        row = self._windows.get(wanted[0].number) if window.months == fuel.PUBLISHED_MONTHS else None
        if row is not None and (row.lng_yen_per_t is not None or not needs_lng):
            prices = values.FuelPrices(row.crude_yen_per_kl, row.lng_yen_per_t or 0, row.coal_yen_per_t)
            return prices, row.invented, row.source
        months = [self._months[m.number] for m in wanted if m.number in self._months]
        if len(months) < window.months:
            raise MasterMissing(
                _("the customs prices of %(first)s to %(last)s are not known, which bills of %(month)s need")
                % {"first": wanted[0], "last": wanted[-1], "month": month}
            )
        averages = (
            fuel.average_of_months([getattr(m, price) for m in months], [getattr(m, quantity) for m in months])
            for price, quantity in (
                ("crude_yen_per_kl", "crude_kl"),
                ("lng_yen_per_t", "lng_t"),
                ("coal_yen_per_t", "coal_t"),
            )
        )
        sources = "; ".join(dict.fromkeys(m.source for m in months if m.source))
        return values.FuelPrices(*averages), any(m.invented for m in months), sources

    def _certain(self, area: str, month: Month, product: str, *, allow_low_confidence: bool) -> FuelParameters:
        """The parameters of a month, refused where they are incomplete or not certain."""
        rows = self._parameters.get((area, product), [])
        row = next((row for row in rows if month.first in period_of(row.valid)), None)
        place = {"area": values.AREAS[area].name if area in values.AREAS else area, "month": month, "product": product}
        if row is None:
            raise MasterMissing(_("no fuel parameters for %(product)s in %(area)s in %(month)s") % place)
        if not _is_complete(row):
            raise MasterMissing(
                _("the fuel parameters of %(area)s in %(month)s are not complete: enter the published unit") % place
            )
        if row.confidence == values.LOW_CONFIDENCE and not allow_low_confidence:
            raise MasterMissing(
                _("the fuel parameters of %(area)s in %(month)s are not certain: enter the published unit") % place
            )
        return row

    def _island(self, area: str, month: Month) -> values.FuelUnit | None:
        """The island adjustment of an area, where it has one."""
        published = self._published.get((area, values.ISLAND, month.number))
        if published:
            return _from_notice(published)
        rows = self._parameters.get((area, values.ISLAND), [])
        if not any(month.first in period_of(row.valid) for row in rows):
            return None
        return self.computed(area=area, month=month, product=values.ISLAND)


def fuel_unit(*, area: str, month: Month, product: str = values.REGULATED_LOW) -> values.FuelUnit:
    """
    The fuel adjustment of bills of a month: the published unit, or one computed from parameters and customs prices.

    Parameters of low confidence are not used for bills: such areas need the published unit.

    :raises MasterMissing: naming what is to be entered
    """
    return FuelBook(areas=[area], first=month, last=month).unit(area=area, month=month, product=product)


def fuel_in_words(
    *, area: str, month: Month, product: str = values.REGULATED_LOW
) -> tuple[values.FuelUnit, list[tuple[str, str, str]]]:
    """
    The unit of bills of a month with its derivation to be read: what each step is, how it is done, what comes out.

    :raises MasterMissing: naming what is to be entered
    """
    unit = fuel_unit(area=area, month=month, product=product)
    steps = zip(fuelwords.of_steps(unit), unit.steps, strict=True)
    return unit, [(word, notewords.in_words(step.text), step.value) for word, step in steps]


def computed_fuel_unit(
    *, area: str, month: Month, product: str = values.REGULATED_LOW, allow_low_confidence: bool = False
) -> values.FuelUnit:
    """
    The unit from parameters and customs prices, without the island adjustment, whatever was published.

    :raises MasterMissing: naming what is not known
    """
    book = FuelBook(areas=[area], first=month, last=month)
    return book.computed(area=area, month=month, product=product, allow_low_confidence=allow_low_confidence)


def fuel_unit_change(
    *,
    area: str,
    month: Month,
    product: str = values.REGULATED_LOW,
    base_price_yen: int | None = None,
    base_unit_micro: int | None = None,
) -> int:
    """
    By how much the unit of a month would differ with other parameters, the customs prices staying [1e-6 yen/kWh].

    :raises MasterMissing: where the formula or the customs prices are not known
    """
    book = FuelBook(areas=[area], first=month, last=month)
    row = book._certain(area, month, product, allow_low_confidence=True)
    prices, _invented, _source = book.window(month=month, needs_lng=bool(row.beta_ppm), window=_window(row))
    formula = _formula(row)
    given = {"base_price_yen": base_price_yen, "base_unit_micro": base_unit_micro}
    changed = replace(formula, **{name: value for name, value in given.items() if value is not None})
    before, after = (fuel.compute_unit(formula=one, prices=prices) for one in (formula, changed))
    return after.price_micro_per_kwh - before.price_micro_per_kwh


def fuel_formulas(*, month: Month) -> dict[str, list[str]]:
    """
    Products whose formula is known for bills of a month, with the areas: for them ``fuel_unit_change`` needs the customs
    prices only.
    """
    found: dict[str, list[str]] = {}
    rows = FuelParameters.objects.filter(valid__contains=month.first).exclude(product=values.ISLAND)
    for row in rows.order_by("product", "area"):
        if _is_complete(row):
            found.setdefault(row.product, []).append(row.area)
    return found


def _is_complete(row: FuelParameters) -> bool:
    return None not in {row.base_unit_micro, row.alpha_ppm, row.beta_ppm, row.gamma_ppm}


def fuel_units(
    *, areas: Collection[str], first: Month, last: Month, product: str = values.REGULATED_LOW
) -> dict[str, list[tuple[Month, values.FuelUnit | None]]]:
    """The units of each area and month from ``first`` to ``last``; None where none is known."""
    book = FuelBook(areas=areas, first=first, last=last)
    months = [first.plus(n) for n in range(last.since(first) + 1)]
    return {area: [(month, _unit_or_none(book, area, month, product)) for month in months] for area in areas}


def priced_months(*, area: str, month: Month, product: str) -> tuple[Month, Month] | None:
    """First and last month of the customs prices that a unit rests on; None where there are no parameters."""
    rows = FuelParameters.objects.filter(area=area, product=product, valid__contains=month.first)
    row = rows.first()
    if row is None:
        return None
    months = fuel.window_of(month, window=_window(row))
    return months[0], months[-1]


def price_windows() -> frozenset[values.PriceWindow]:
    """Every window that a product's parameters name, the usual one among them."""
    named = FuelParameters.objects.values_list("lag_months", "window_months").distinct()
    return frozenset({fuel.USUAL_WINDOW, *(values.PriceWindow(*one) for one in named)})


def fuel_product_word(*, product: str) -> str:
    """What a product of the fuel adjustment is called; a retailer's own one by its code."""
    return str(fuelwords.PRODUCTS.get(product, product))


def fuel_products(*, area: str) -> list[str]:
    """Products that an area has parameters or units for, without the island adjustment."""
    named = set(FuelParameters.objects.filter(area=area).values_list("product", flat=True).distinct())
    named |= set(PublishedFuelUnit.objects.filter(area=area).values_list("product", flat=True).distinct())
    return sorted(named - {values.ISLAND})


def fuel_product_words() -> dict[str, str]:
    """What the products that ship are called, in the user's language, by code; without the island adjustment."""
    return {code: str(word) for code, word in fuelwords.PRODUCTS.items() if code != values.ISLAND}


def _unit_or_none(book: FuelBook, area: str, month: Month, product: str) -> values.FuelUnit | None:
    try:
        return book.unit(area=area, month=month, product=product)
    except MasterMissing:
        return None


def _from_notice(row: PublishedFuelUnit) -> values.FuelUnit:
    step = values.Step(
        text=row.source, value=fuel.sen(row.unit_micro), kind="invented" if row.invented else "published"
    )
    return values.FuelUnit(
        price_micro_per_kwh=row.unit_micro,
        block_micro=row.block_micro,
        block_kwh=row.block_kwh,
        published=not row.invented,
        invented=row.invented,
        source=row.source,
        confidence=row.confidence,
        steps=(step,),
    )


def _window(row: FuelParameters) -> values.PriceWindow:
    return values.PriceWindow(lag_months=row.lag_months, months=row.window_months)


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
