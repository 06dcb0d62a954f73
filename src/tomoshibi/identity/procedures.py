"""The business procedures, as the list that rights, the day board and the generated documentation share."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language


@dataclass(frozen=True)
class Procedure:
    """One procedure: its id, the room that carries it, its name in three languages."""

    id: str
    room: str
    ja: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """In the language of the page."""
        language = get_language() or "ja"
        return self.zh if language.startswith("zh") else self.en if language.startswith("en") else self.ja

    @property
    def chapter(self) -> str:
        return self.id.rstrip("0123456789")


def read() -> tuple[Procedure, ...]:
    """The business procedures of a retailer."""
    return _read("procedures.csv")


def read_group_steps() -> tuple[Procedure, ...]:
    """The steps of the group business: they have rights, work and pages like procedures, and a list of their own."""
    return _read("group_steps.csv")


@lru_cache(maxsize=2)
def _read(name: str) -> tuple[Procedure, ...]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return tuple(Procedure(**row) for row in csv.DictReader(file))
