"""How the outside world behaves: a file that a person or a test can change at any time."""

from dataclasses import dataclass, field
from typing import Any

from tomoshibi.gateways.manners import Kept

ANY = "*"


@dataclass(frozen=True)
class Manners(Kept):
    """
    What the grid company and the other retailers do; points are named by their 22 digits, ``*`` means all.

    :param grid_days: days until the grid company has worked on an application
    :param answer_days: days until an old retailer answers a mediation
    :param deadline_days: days after which an unanswered mediation, or an unmatched application, expires
    :param backdate_days: so far back a reconnection may begin
    :param mediation_no: point -> codes of the reasons for which its old retailer says no
    :param silent: points whose old retailer never answers
    :param refuse: point -> (code and) words with which the grid company rejects an application at once
    :param reject: point -> words with which it rejects later, after it was in progress
    :param occupied: points that nobody told of, but where somebody still lives: a reconnection there is refused
    :param base_days: area -> reading days that points which nobody told of may have; an area that is not named has all
    :param meter_open: points whose meter work stays open after completion; closed ``meter_days`` later
    :param odd_stage: point -> a stage code that no table holds, shown while in progress
    :param repeat_events: each page of events brings so many of the events before it again
    :param shuffle_events: pages come in the wrong order
    :param calls_per_second: faster callers are turned away; 0 for no limit
    :param unavailable: so many requests are answered with 503 first
    :param faults: so many requests are answered with the protocol's own refusal
    :param nonsense: answers are a page in HTML
    :param refuses: every request is answered with 403
    """

    grid_days: int = 1
    answer_days: int = 1
    deadline_days: int = 10
    backdate_days: int = 14
    meter_days: int = 5
    mediation_no: dict[str, list[str]] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    refuse: dict[str, str] = field(default_factory=dict)
    reject: dict[str, str] = field(default_factory=dict)
    occupied: tuple[str, ...] = ()
    base_days: dict[str, list[str]] = field(default_factory=dict)
    meter_open: tuple[str, ...] = ()
    odd_stage: dict[str, str] = field(default_factory=dict)
    repeat_events: int = 0
    shuffle_events: bool = False
    calls_per_second: float = 1.0
    unavailable: int = 0
    faults: int = 0
    nonsense: bool = False
    refuses: bool = False


def named(table: dict[str, Any], spin: str) -> Any:
    """What a table says of a point, or of all."""
    return table.get(spin, table.get(ANY))


def listed(points: tuple[str, ...], spin: str) -> bool:
    return spin in points or ANY in points
