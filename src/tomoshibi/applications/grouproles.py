"""The eleven roles of the group business as they are shipped (``group_roles.csv``): a company may change them on a page."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language


@dataclass(frozen=True)
class ShippedRole:
    """
    A role of the requirements (G-125).

    :ivar rights: like ``GP1.do``
    :ivar is_inside: has a sign-in of its own; the others are people of the customer
    """

    code: str
    ja: str
    zh: str
    en: str
    rights: tuple[str, ...]
    is_inside: bool

    @property
    def name(self) -> str:
        """In the language of the page."""
        language = get_language() or "ja"
        return self.zh if language.startswith("zh") else self.en if language.startswith("en") else self.ja


@lru_cache(maxsize=1)
def shipped() -> tuple[ShippedRole, ...]:
    """All eleven, in the order of the requirements."""
    with (Path(__file__).parent / "group_roles.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            ShippedRole(
                code=row["code"],
                ja=row["ja"],
                zh=row["zh"],
                en=row["en"],
                rights=tuple(row["rights"].split()),
                is_inside=row["inside"] == "1",
            )
            for row in csv.DictReader(file)
        )
