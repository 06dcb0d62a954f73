"""Writes of the room."""

from tomoshibi.metering.operations.agreeing import AlreadyConfirmed, NotANewQuantity, enter_agreed
from tomoshibi.metering.operations.demand import (
    DemandKnown,
    OlderVersion,
    agree_contract_demand,
    collect_demand,
    enter_agreed_demand,
    split_at_change_of_equipment,
    take_demands,
)
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
from tomoshibi.metering.operations.registers import (
    CALCULATED,
    REGISTERS,
    SameRegister,
    enter_register,
    record_calculated,
    take_registers,
)
from tomoshibi.metering.operations.taking_over import READINGS, take_over
from tomoshibi.metering.operations.watching import NothingToAsk, ask_again, close_filled_gaps, enqueue_watch, watch

__all__ = [
    "CALCULATED",
    "READINGS",
    "REGISTERS",
    "AlreadyConfirmed",
    "AlreadyRead",
    "DemandKnown",
    "FileInUse",
    "NoSuchPortal",
    "NotANewQuantity",
    "NothingToAsk",
    "OlderVersion",
    "SameRegister",
    "agree_contract_demand",
    "ask_again",
    "close_filled_gaps",
    "collect_demand",
    "enqueue_import",
    "enqueue_watch",
    "enter_agreed",
    "enter_agreed_demand",
    "enter_register",
    "import_file",
    "receive_file",
    "record_calculated",
    "record_fetched",
    "record_listed",
    "record_not_fetched",
    "record_portal_state",
    "refuse_file",
    "set_portal",
    "split_at_change_of_equipment",
    "take_demands",
    "take_over",
    "take_registers",
    "watch",
]
