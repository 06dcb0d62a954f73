"""
Text messages to phones.

This package is the door: other rooms import from here and nothing below.
"""

from tomoshibi.gateways.sms.client import HttpsTextOutbox
from tomoshibi.gateways.sms.port import (
    BadAnswer,
    Connection,
    NotAdmitted,
    Receipt,
    ReceiptState,
    Refused,
    SmsError,
    Text,
    TextOutbox,
    Unreachable,
)
from tomoshibi.gateways.sms.simulator import SIMULATOR_TOKEN, Signal, SmsSimulator, Unwilling, shown_on_phones

__all__ = [
    "SIMULATOR_TOKEN",
    "BadAnswer",
    "Connection",
    "HttpsTextOutbox",
    "NotAdmitted",
    "Receipt",
    "ReceiptState",
    "Refused",
    "Signal",
    "SmsError",
    "SmsSimulator",
    "Text",
    "TextOutbox",
    "Unreachable",
    "Unwilling",
    "shown_on_phones",
]
