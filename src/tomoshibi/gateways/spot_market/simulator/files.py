"""Files as the market publishes them: one row per half-hour, prices in yen with two decimals, names in Japanese."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

AREAS = ("北海道", "東北", "東京", "中部", "北陸", "関西", "中国", "四国", "九州")
HALF_HOURS = 48
_DEAREST_HOUR = 18


def usual_price(day: date, slot: int, area: int) -> Decimal:
    """An invented price: dear in the evening, cheap at noon and at night, a little different on each day and in each area."""
    hour = (slot - 1) // 2
    shape = 14 - abs(hour - _DEAREST_HOUR) // 2 - (3 if hour in range(10, 15) else 0)
    wiggle = (day.toordinal() * 7 + slot * 3 + area * 11) % 50
    return Decimal(shape) + Decimal(wiggle) / 100


def write_day(
    folder: Path, day: date, *, price: Callable[[date, int, int], Decimal] = usual_price, encoding: str = "cp932"
) -> Path:
    """
    Publish a day; a day that is there already is revised.

    :param price: of a day, a half-hour (1 to 48) and an area (0: the system price, then the nine areas)
    """
    names = ["受渡日", "時刻コード", "システムプライス(円/kWh)", *(f"エリアプライス{name}(円/kWh)" for name in AREAS)]
    lines = [",".join(names)]
    for slot in range(1, HALF_HOURS + 1):
        prices = [f"{price(day, slot, area):.2f}" for area in range(len(AREAS) + 1)]
        lines.append(",".join([f"{day:%Y/%m/%d}", str(slot), *prices]))
    folder.mkdir(parents=True, exist_ok=True)
    place, temporary = folder / f"spot_{day:%Y%m%d}.csv", folder / f".{day:%Y%m%d}.part"
    temporary.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    temporary.replace(place)
    return place
