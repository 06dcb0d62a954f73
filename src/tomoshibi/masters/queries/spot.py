"""Spot prices: vectors of a period, their sum, what is missing, which files they came from."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from tomoshibi.kernel.periods import Period
from tomoshibi.masters import spot, values
from tomoshibi.masters.models import SpotDay, SpotImport, SpotLink

ONE_DAY = timedelta(days=1)


def spot_prices(*, area: str, period: Period, known_at: datetime | None = None) -> values.SpotPrices:
    """
    The prices that hold for the half-hours of a period; ``values.NO_PRICE`` where the market has none.

    :param area: an area code, or ``values.SYSTEM_PRICE``
    :param known_at: those that held at that moment, whatever was revised since
    """
    prices = np.full((period.days, values.SPOT_SLOTS), values.NO_PRICE, dtype=np.int64)
    rows = SpotDay.objects.filter(area=area, day__gte=period.start, day__lt=period.end)
    rows = rows.filter(holds=True) if known_at is None else _held_at(rows, known_at)
    invented = False
    for day, vector, made in rows.values_list("day", "price_micro", "spot_import__invented"):
        prices[(day - period.start).days] = [values.NO_PRICE if price is None else price for price in vector]
        invented |= made
    return values.SpotPrices(area, period, prices.reshape(-1), invented)


def spot_market() -> values.SpotMarket | None:
    """How the day-ahead market is reached: by the settings of the deployment, or as the database says (demonstrations)."""
    if settings.SPOT_MARKET_ADDRESS:
        return values.SpotMarket(settings.SPOT_MARKET_ADDRESS, settings.SPOT_MARKET_AUTHORITY)
    row = SpotLink.objects.first()
    return values.SpotMarket(row.address, row.trust_file, row.invented) if row else None


def spot_revised(*, since: datetime) -> list[tuple[str, date, datetime]]:
    """Area and day of prices that were changed and hold, and since when; those that hold longer are left out."""
    rows = SpotDay.objects.filter(holds=True, revision__gt=0).annotate(
        since=Coalesce("spot_import__decided_at", "spot_import__imported_at")
    )
    return list(rows.filter(since__gt=since).order_by("day", "area").values_list("area", "day", "since"))


read_spot_file = spot.read
"""The prices of a market file, one vector per area and day, without taking them in (quotes, studies)."""


def spot_known_at() -> datetime | None:
    """When spot prices last came to hold: what was known from then on is what is known now."""
    latest = SpotImport.objects.aggregate(imported=Max("imported_at"), decided=Max("decided_at"))
    return max((moment for moment in latest.values() if moment is not None), default=None)


def _held_at(rows: QuerySet[SpotDay], moment: datetime) -> QuerySet[SpotDay]:
    """
    The revision of each day that held at a moment, oldest first, so that the last of a day is its own.

    A day that had no prices holds from its import on; one that was changed, from the second person's decision on.
    """
    holding = Q(spot_import__state=values.SpotImportState.HOLDS.value)
    at_once = Q(spot_import__imported_at__lte=moment) & (
        Q(revision=0) | holding & Q(spot_import__decided_at__isnull=True)
    )
    decided = holding & Q(spot_import__decided_at__lte=moment)
    return rows.filter(at_once | decided).order_by("day", "revision")


def spot_sum(*, area: str, period: Period) -> tuple[int, int] | None:
    """
    Sum [1e-6 currency/kWh] and number of the prices of a period; nothing while one is missing.
    """
    prices = spot_prices(area=area, period=period).price_micro
    if not prices.size or (prices == values.NO_PRICE).any():
        return None
    return int(prices.sum()), prices.size


def spot_gaps(*, area: str, period: Period) -> list[values.SpotGap]:
    """Days of a period on which prices are missing, joined where they follow each other."""
    prices = spot_prices(area=area, period=period).price_micro.reshape(-1, values.SPOT_SLOTS)
    missing = (prices == values.NO_PRICE).sum(axis=1)
    return list(_joined(period.start, missing.tolist()))


def _joined(start: date, missing: list[int]) -> Iterator[values.SpotGap]:
    first, total = None, 0
    for number, count in enumerate([*missing, 0]):
        if count:
            first = number if first is None else first
            total += count
        elif first is not None:
            yield values.SpotGap(start + first * ONE_DAY, start + (number - 1) * ONE_DAY, total)
            first, total = None, 0


def spot_span() -> Period | None:
    """From the first day with prices until after the last; nothing while there are none."""
    days = SpotDay.objects.filter(holds=True).order_by("day").values_list("day", flat=True)
    first, last = days.first(), days.last()
    return Period(first, last + ONE_DAY) if first and last else None


def spot_days_to_ask(*, today: date) -> list[date]:
    """
    Days that the market is asked for: from the last that is here (or a fortnight ago) up to tomorrow, and the last week
    as far as it came from the market itself, which may revise it.
    """
    tomorrow = today + ONE_DAY
    known = SpotDay.objects.filter(holds=True, day__lte=tomorrow).order_by("-day").values_list("day", flat=True)
    newest = known.first() or today - timedelta(days=14)
    asked = {newest + ONE_DAY * n for n in range(1, (tomorrow - newest).days + 1)}
    own = known.filter(day__gt=today - timedelta(days=7), spot_import__imported_by=None, spot_import__invented=False)
    return sorted(asked | set(own))


def spot_areas() -> list[str]:
    """Areas that have prices; the system price last."""
    found = SpotDay.objects.filter(holds=True).order_by("area").values_list("area", flat=True).distinct()
    return sorted(found, key=lambda area: (area == values.SYSTEM_PRICE, area))


def spot_import(*, import_id: int) -> values.SpotImport | None:
    row = SpotImport.objects.filter(id=import_id).first()
    return to_value(row) if row else None


def spot_imports(*, limit: int = 20) -> list[values.SpotImport]:
    """Files of spot prices, newest first."""
    return [to_value(row) for row in SpotImport.objects.order_by("-imported_at", "-id")[:limit]]


def to_value(row: SpotImport) -> values.SpotImport:
    fields = {name: getattr(row, name) for name in values.SpotImport.__dataclass_fields__ if name != "state"}
    return values.SpotImport(**fields, state=values.SpotImportState(row.state))


def spot_changes(*, import_id: int) -> list[values.SpotChange]:
    """What a file changes of prices that hold (or held, once it was decided), by day and area."""
    mine = {(row.area, row.day): row for row in SpotDay.objects.filter(spot_import_id=import_id)}
    if not mine:
        return []
    days = [day for _area, day in mine]
    others = SpotDay.objects.filter(day__gte=min(days), day__lte=max(days)).exclude(spot_import_id=import_id)
    before: dict[tuple[str, date], SpotDay] = {}
    for row in others.order_by("revision"):
        own = mine.get((row.area, row.day))
        if own is not None and row.revision < own.revision:
            before[row.area, row.day] = row
    found = [_change(before[key], mine[key]) for key in sorted(before, key=lambda key: (key[1], key[0]))]
    return [change for change in found if change.half_hours]


def _change(before: SpotDay, after: SpotDay) -> values.SpotChange:
    pairs = zip(before.price_micro, after.price_micro, strict=True)
    return values.SpotChange(
        area=after.area,
        day=after.day,
        half_hours=sum(old is not None and old != new for old, new in pairs),
        before_micro=_average(before.price_micro),
        after_micro=_average(after.price_micro),
    )


def _average(prices: list[int | None]) -> int:
    known = [price for price in prices if price is not None]
    return sum(known) // max(len(known), 1)
