"""
Spot prices of the demo: invented, alike each time, in the form of the market's own file.

Nights are cheap, the sun makes noons cheaper still, evenings are dear; summers and winters cost more than autumn.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tomoshibi.gateways import spot_market
from tomoshibi.masters.values import AREAS, SPOT_SLOTS
from tomoshibi.onboarding.demo import story

PLAN = "tomoshibi-market"
EVERY, FROM = 60, 7
"""Of so many homes in a row, the one that is on the market-linked plan."""
START = story.FIRST_MONTH.first
"""A quote asks for a year of prices, and a market price adjustment for two months before."""
# Yen/kWh at 0, 3, 6 ... 24 h of a quiet day, without the sun.
_HOURS = (9.2, 8.4, 10.1, 13.5, 12.8, 12.2, 16.9, 13.4, 9.2)
_SEASON = {1: 1.34, 2: 1.22, 3: 0.98, 5: 0.80, 6: 0.92, 7: 1.22, 8: 1.30, 9: 1.08, 10: 0.88, 11: 0.96, 12: 1.18}
_SUN = {"01": 2.0, "02": 4.0, "03": 3.2, "04": 3.6, "05": 3.0, "06": 4.2, "07": 4.8, "08": 6.0, "09": 7.4}
_LEVEL = {"01": 1.14, "02": 1.02, "03": 1.10, "04": 1.04, "05": 0.98, "06": 0.96, "07": 0.97, "08": 0.95, "09": 0.92}


def file(first: date, last: date) -> bytes:
    """A CSV of the market from a day to a day, both in it: areas 01 to 09 and the system."""
    return _csv(first + timedelta(days=n) for n in range((last - first).days + 1))


def publish(folder: Path, day: date) -> Path:
    """What the market gives out about a day, in the folder of its simulator."""
    place, temporary = folder / spot_market.name_of(day), folder / f".{day:%Y%m%d}.part"
    temporary.write_bytes(_csv([day]))
    temporary.replace(place)
    return place


def _csv(days: Iterable[date]) -> bytes:
    header = ["受渡日", "時刻コード", "システムプライス(円/kWh)"]
    header += [f"エリアプライス{AREAS[area].name_ja}(円/kWh)" for area in _SUN]
    lines = [",".join(header)]
    for day in days:
        prices = _day(day)
        for slot in range(SPOT_SLOTS):
            of_areas = prices[:, slot]
            lines.append(
                ",".join([f"{day:%Y/%m/%d}", str(slot + 1), _text(of_areas.mean()), *map(_text, of_areas.tolist())])
            )
    return "\r\n".join(lines).encode("cp932")


def _text(yen: float) -> str:
    return f"{max(yen, 0.01):.2f}"


def _day(day: date) -> np.ndarray:
    """:returns: (areas, 48) [yen/kWh]"""
    rng = np.random.default_rng([story.SEED, day.toordinal()])
    hours = np.arange(SPOT_SLOTS) / 2
    weekend = 0.86 if day.weekday() > 4 else 1.0  # noqa: PLR2004 - Saturday and Sunday
    base = np.interp(hours, np.arange(0, 25, 3), _HOURS) * _SEASON.get(day.month, 1.0) * weekend
    bell = np.exp(-(((hours - 12) / 2.6) ** 2)) * rng.uniform(0.25, 1.15)
    common = rng.normal(1.0, 0.09) + rng.normal(0, 0.03, SPOT_SLOTS)
    return np.array(
        [(base * _LEVEL[area] - bell * _SUN[area]) * common + rng.normal(0, 0.12, SPOT_SLOTS) for area in _SUN]
    )
