"""What is killed when: drawn from the seed, the same for the same seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Target(StrEnum):
    """Whom the kill hits."""

    WORKER = "worker"
    DATABASE = "database server"
    BACKEND = "database process of the job"


class Moment(StrEnum):
    """Where in its work the job is hit."""

    IN_COPY = "inside a COPY"
    BEFORE_COMMIT = "before the commit of a part"
    AFTER_COMMIT = "between two parts"
    ANY = "at a random moment"


@dataclass(frozen=True)
class Kill:
    """
    One kill.

    :param table: the COPY to wait for (``IN_COPY``), or the one that marks the part (``BEFORE_COMMIT``, ``AFTER_COMMIT``)
    :param skip: so many of these pass first
    :param share: how much of the COPY's rows go out before the kill
    :param delay: seconds after the job began (``ANY``)
    """

    target: Target
    moment: Moment
    table: str = ""
    skip: int = 0
    share: float = 0.0
    delay: float = 0.0

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Kill":
        return cls(**found | {"target": Target(found["target"]), "moment": Moment(found["moment"])})

    def __str__(self) -> str:
        where = {
            Moment.IN_COPY: f"{self.moment} of {self.table}, after {self.share:.0%}",
            Moment.ANY: f"{self.moment}, {self.delay:.2f} s into the job",
        }
        return f"{self.target}, {where.get(self.moment, f'{self.moment} with {self.table}')}"


RATING = ("billing_bill", "billing_line", "billing_finding")
ISSUE = ("billing_invoice", "ledger_entry", "ledger_leg")
OPENING = ("collection_receivable",)
MARKS = {RATING[0]: "billing_line", ISSUE[0]: "ledger_leg", OPENING[0]: "collection_receivable"}
"""The COPY that every transaction of a stage does: by it the commit of a part is known."""
MOMENTS = (Moment.IN_COPY, Moment.BEFORE_COMMIT, Moment.AFTER_COMMIT, Moment.ANY, Moment.IN_COPY, Moment.ANY)
PARTS = 40
"""So many parts a run has: kills pass at most two parts each, so that none comes after the end."""


def draw(*, kills: int, seed: int) -> dict[str, list[Kill]]:
    """
    The kills of each stage: rating, issue, and opening the debts (the last of the issue stage). Whom a kill hits and
    where in its work is dealt like cards, so that six kills already hit every target and every moment.
    """
    dice = random.Random(seed)
    opening = max(1, kills // 7) if kills > 2 else 0
    rating = (kills - opening + 1) // 2
    counts = {"rating": (rating, RATING), "issue": (kills - opening - rating, ISSUE)}
    targets = _mixed(dice, list(Target), kills)
    moments = _mixed(dice, MOMENTS, kills - opening)
    drawn = {
        stage: [_one(dice, moments.pop(), tables, targets.pop()) for _ in range(count)]
        for stage, (count, tables) in counts.items()
    }
    # The debts are opened in one transaction: once it is committed there is nothing left to kill.
    last = [dice.choice([Moment.IN_COPY, Moment.BEFORE_COMMIT]) for _ in range(opening - 1)] + [Moment.AFTER_COMMIT]
    drawn["opening"] = [_one(dice, moment, OPENING, targets.pop(), skip=0) for moment in last[-opening:] if opening]
    return drawn


def _mixed(dice: random.Random, among: Sequence[T], count: int) -> list[T]:
    """Each as often as it stands there, in a random order."""
    found = [among[number % len(among)] for number in range(count)]
    dice.shuffle(found)
    return found


def _one(dice: random.Random, moment: Moment, tables: Sequence[str], target: Target, skip: int | None = None) -> Kill:
    if moment is Moment.ANY:
        return Kill(target, moment, delay=dice.uniform(0.0, 0.6))
    table = dice.choice(tables) if moment is Moment.IN_COPY else MARKS[tables[0]]
    passed = dice.randint(0, 1) if skip is None else skip
    return Kill(target, moment, table=table, skip=passed, share=dice.uniform(0.05, 0.95))
