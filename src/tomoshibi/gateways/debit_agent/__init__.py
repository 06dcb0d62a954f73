"""
A collection agent: request files out, results and reports in.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.debit_agent.client import SftpAgent
from tomoshibi.gateways.debit_agent.codec import decode_report, is_file_name, request_of
from tomoshibi.gateways.debit_agent.port import (
    Agent,
    AgentError,
    AlreadySent,
    BadReport,
    Connection,
    Fetched,
    Listed,
    NoSuchFile,
    NotAdmitted,
    Report,
    Sent,
    Unreachable,
)
from tomoshibi.gateways.debit_agent.simulator import AgentSimulator, Manners, make_keys

__all__ = [
    "Agent",
    "AgentError",
    "AgentSimulator",
    "AlreadySent",
    "BadReport",
    "Connection",
    "Fetched",
    "Listed",
    "Manners",
    "NoSuchFile",
    "NotAdmitted",
    "Report",
    "Sent",
    "SftpAgent",
    "Unreachable",
    "decode_report",
    "is_file_name",
    "make_keys",
    "request_of",
]
