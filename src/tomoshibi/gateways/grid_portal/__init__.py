"""
The grid company's portal: meter values in.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.grid_portal.codec import parse_name, read_confirmed, read_facts, read_half_hours
from tomoshibi.gateways.grid_portal.csv_files import read_confirmed_csv, read_half_hours_csv
from tomoshibi.gateways.grid_portal.port import (
    CONFIRMED_ROWS,
    HALF_HOUR_ROWS,
    INTERVAL_MINUTES,
    SLOTS,
    Batch,
    Content,
    Dialect,
    FileFacts,
    FileName,
    Limits,
    Listed,
    Message,
    MessageKind,
    NameRule,
)
from tomoshibi.gateways.problems import BrokenFile, Problem

__all__ = [
    "CONFIRMED_ROWS",
    "HALF_HOUR_ROWS",
    "INTERVAL_MINUTES",
    "SLOTS",
    "Batch",
    "BrokenFile",
    "Content",
    "Dialect",
    "FileFacts",
    "FileName",
    "Limits",
    "Listed",
    "Message",
    "MessageKind",
    "NameRule",
    "Problem",
    "parse_name",
    "read_confirmed",
    "read_confirmed_csv",
    "read_facts",
    "read_half_hours",
    "read_half_hours_csv",
]
