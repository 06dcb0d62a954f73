"""
The grid company's portal: meter values in.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.grid_portal.client import HttpsPortal, certificate_ends
from tomoshibi.gateways.grid_portal.codec import parse_name, read_confirmed, read_facts, read_half_hours
from tomoshibi.gateways.grid_portal.csv_files import read_confirmed_csv, read_half_hours_csv
from tomoshibi.gateways.grid_portal.port import (
    CONFIRMED_ROWS,
    HALF_HOUR_ROWS,
    INTERVAL_MINUTES,
    SLOTS,
    BadAnswer,
    Batch,
    Connection,
    Content,
    Dialect,
    Fetched,
    FileFacts,
    FileGone,
    FileName,
    Limits,
    Listed,
    Message,
    MessageKind,
    NameRule,
    NotAdmitted,
    Portal,
    PortalError,
    Unreachable,
)
from tomoshibi.gateways.grid_portal.simulator import (
    Behaviour,
    PointDay,
    PointMonth,
    PortalSimulator,
    confirmed_name,
    day_name,
    write_confirmed,
    write_day,
    write_slot,
)
from tomoshibi.gateways.problems import BrokenFile, Problem

__all__ = [
    "CONFIRMED_ROWS",
    "HALF_HOUR_ROWS",
    "INTERVAL_MINUTES",
    "SLOTS",
    "BadAnswer",
    "Batch",
    "Behaviour",
    "BrokenFile",
    "Connection",
    "Content",
    "Dialect",
    "Fetched",
    "FileFacts",
    "FileGone",
    "FileName",
    "HttpsPortal",
    "Limits",
    "Listed",
    "Message",
    "MessageKind",
    "NameRule",
    "NotAdmitted",
    "PointDay",
    "PointMonth",
    "Portal",
    "PortalError",
    "PortalSimulator",
    "Problem",
    "Unreachable",
    "certificate_ends",
    "confirmed_name",
    "day_name",
    "parse_name",
    "read_confirmed",
    "read_confirmed_csv",
    "read_facts",
    "read_half_hours",
    "read_half_hours_csv",
    "write_confirmed",
    "write_day",
    "write_slot",
]
