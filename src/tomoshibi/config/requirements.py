"""The table of group requirements: id, room, tests that carry it, state - read from the tests, written nowhere by hand."""

import csv
from dataclasses import asdict, dataclass
from pathlib import Path

from tomoshibi.config.procedures import marked

TESTS = Path(__file__).resolve().parents[3] / "tests"
REGISTER = Path(__file__).resolve().parents[1] / "groups" / "requirements.csv"


@dataclass(frozen=True)
class Row:
    """
    A requirement (G-001 ... G-130) and the tests that carry its id.

    :ivar missing: what of it is not there although a test carries it; written by hand, and only ever against us
    """

    id: str
    room: str
    text: str
    missing: str
    tests: tuple[str, ...]

    @property
    def state(self) -> str:
        if not self.tests:
            return "not yet done"
        return "in part" if self.missing else "tested"


def table(folder: Path = TESTS) -> list[Row]:
    tests = carried_by_tests(folder)
    with REGISTER.open(encoding="utf-8", newline="") as file:
        return [Row(**row, tests=tuple(tests.get(row["id"], ()))) for row in csv.DictReader(file)]


def as_dicts() -> list[dict[str, object]]:
    return [{**asdict(row), "state": row.state} for row in table()]


def carried_by_tests(folder: Path = TESTS) -> dict[str, list[str]]:
    """Tests that carry ``@pytest.mark.requirement(...)``, by requirement."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        for function, ids in marked(file, "requirement"):
            for id_ in ids:
                found.setdefault(id_, []).append(f"{file.relative_to(folder).with_suffix('')}::{function}")
    return found
