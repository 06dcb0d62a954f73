"""Writes of changes: wishes, what a clerk does with them, what the grid answers, what they do to the registers."""

from tomoshibi.applications.operations.changes.effects import WaitsForMandate
from tomoshibi.applications.operations.changes.grid import follow
from tomoshibi.applications.operations.changes.requests import (
    ASKED_WORK,
    BACK_WORK,
    AlreadyAsked,
    ChangeRefused,
    NoSuchChange,
    ask_change,
    examine_change,
)
from tomoshibi.applications.operations.changes.steps import (
    accept_change,
    answer_by_hand,
    apply_change,
    cancel_change,
    correct_change,
    decline_change,
    enter_change,
)

__all__ = [
    "ASKED_WORK",
    "BACK_WORK",
    "AlreadyAsked",
    "ChangeRefused",
    "NoSuchChange",
    "WaitsForMandate",
    "accept_change",
    "answer_by_hand",
    "apply_change",
    "ask_change",
    "cancel_change",
    "correct_change",
    "decline_change",
    "enter_change",
    "examine_change",
    "follow",
]
