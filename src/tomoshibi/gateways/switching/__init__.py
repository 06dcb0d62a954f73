"""
The switching support system (スイッチング支援システム): applications out, what became of them in.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.calling import Pace
from tomoshibi.gateways.problems import BrokenFile, Problem
from tomoshibi.gateways.switching.client import HttpsSwitching
from tomoshibi.gateways.switching.codec import decode, encode
from tomoshibi.gateways.switching.port import (
    Action,
    Answer,
    BadAnswer,
    Class,
    Connection,
    Fault,
    Fields,
    Head,
    Mediation,
    MessageSet,
    NoSuchFunction,
    NotAdmitted,
    Result,
    Said,
    Stage,
    Switching,
    SwitchingError,
    Unreachable,
)
from tomoshibi.gateways.switching.simulator import OTHERS, Known, Manners, PointSeed, SwitchingSimulator, World
from tomoshibi.gateways.switching.tables import BrokenTable, message_set

__all__ = [
    "OTHERS",
    "Action",
    "Answer",
    "BadAnswer",
    "BrokenFile",
    "BrokenTable",
    "Class",
    "Connection",
    "Fault",
    "Fields",
    "Head",
    "HttpsSwitching",
    "Known",
    "Manners",
    "Mediation",
    "MessageSet",
    "NoSuchFunction",
    "NotAdmitted",
    "Pace",
    "PointSeed",
    "Problem",
    "Result",
    "Said",
    "Stage",
    "Switching",
    "SwitchingError",
    "SwitchingSimulator",
    "Unreachable",
    "World",
    "decode",
    "encode",
    "message_set",
]
