"""Writes of the room."""

from tomoshibi.metering.operations.agreeing import AlreadyConfirmed, NotANewQuantity, enter_agreed
from tomoshibi.metering.operations.fetching import (
    NoSuchPortal,
    record_fetched,
    record_listed,
    record_not_fetched,
    record_portal_state,
    set_portal,
)
from tomoshibi.metering.operations.importing import (
    AlreadyRead,
    FileInUse,
    enqueue_import,
    import_file,
    receive_file,
    refuse_file,
)
from tomoshibi.metering.operations.taking_over import READINGS, take_over
from tomoshibi.metering.operations.watching import NothingToAsk, ask_again, close_filled_gaps, watch

__all__ = [
    "READINGS",
    "AlreadyConfirmed",
    "AlreadyRead",
    "FileInUse",
    "NoSuchPortal",
    "NotANewQuantity",
    "NothingToAsk",
    "ask_again",
    "close_filled_gaps",
    "enqueue_import",
    "enter_agreed",
    "import_file",
    "receive_file",
    "record_fetched",
    "record_listed",
    "record_not_fetched",
    "record_portal_state",
    "refuse_file",
    "set_portal",
    "take_over",
    "watch",
]
