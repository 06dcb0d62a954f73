"""Areas of a Chinese company: provinces by their number of two digits, dated (``data/provinces.csv``, GB/T 2260)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.functional import lazystr
from django.utils.translation import get_language

from tomoshibi.masters.values import AREAS, Area

FILE = Path(__file__).parent / "data" / "provinces.csv"


@dataclass(frozen=True)
class _Names:
    """A name in the language of whoever reads it."""

    by_language: Mapping[str, str]

    def __str__(self) -> str:
        return self.by_language.get((get_language() or "ja")[:2], self.by_language["ja"])


@dataclass(frozen=True)
class Province:
    """A province as an area on the days ``[valid_from, valid_to)``; no grid company of another name stands behind it."""

    area: Area
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


def _read() -> tuple[Province, ...]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Province(
                area=Area(
                    row["code"],
                    lazystr(_Names({"en": row["name_en"], "ja": row["name_ja"], "zh": row["name_zh"]})),
                    row["name_ja"],
                    "",
                    50,
                ),
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(file)
        )


PROVINCES: tuple[Province, ...] = _read()
EVERY_AREA: dict[str, Area] = AREAS | {province.area.code: province.area for province in PROVINCES}
"""Areas of any country, for naming what is stored; codes of two countries never meet."""
