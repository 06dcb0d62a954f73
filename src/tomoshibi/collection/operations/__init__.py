"""
Writes of collection. The folder is one door; each file holds one part of the business:

``receivables`` debts are opened and credits used; ``batches`` debits are asked for; ``results`` and ``problems`` answers
come in; ``deposits`` the bank's notices of transfers; ``failures`` what follows a failed debit; ``settlements`` the agent pays us; ``receipts`` transfers come in;
``refunds`` money goes back; ``returned`` a bank takes a transfer back; ``write_offs`` debts are given up; ``rules`` what a result code means.
"""

from tomoshibi.collection.operations.batches import (
    AlreadyRequested,
    BatchOutdated,
    NothingToCollect,
    TooLate,
    WrongBatchState,
    cancel_batch,
    mark_sent,
    prepare_batch,
    release_batch,
)
from tomoshibi.collection.operations.deposits import import_deposits
from tomoshibi.collection.operations.failures import AlreadyDecided, NothingOpen, decide, hold, lift_hold
from tomoshibi.collection.operations.late_interest import tell_late_interest
from tomoshibi.collection.operations.links import note_fetched, record_report, set_link
from tomoshibi.collection.operations.problems import AlreadyResolved, CannotApply, apply_problem, dismiss_problem
from tomoshibi.collection.operations.receipts import AlreadyAssigned, TooMuchAllocated, assign_receipt, enter_receipt
from tomoshibi.collection.operations.receivables import apply_credits, open_receivables
from tomoshibi.collection.operations.refunds import (
    NotEnoughCredit,
    NothingToRefund,
    WrongRefundState,
    cancel_refund,
    mark_refunds_paid,
    prepare_refunds,
    release_refunds,
    request_refund,
)
from tomoshibi.collection.operations.results import import_result, report_broken_file, report_late_results
from tomoshibi.collection.operations.returned import CannotReturn, confirm_return, propose_return, withdraw_return
from tomoshibi.collection.operations.rules import set_code
from tomoshibi.collection.operations.settlements import AlreadySettled, NothingCollected, settle
from tomoshibi.collection.operations.write_offs import confirm_write_off, propose_write_off, withdraw_write_off

__all__ = [
    "AlreadyAssigned",
    "AlreadyDecided",
    "AlreadyRequested",
    "AlreadyResolved",
    "AlreadySettled",
    "BatchOutdated",
    "CannotApply",
    "CannotReturn",
    "NotEnoughCredit",
    "NothingCollected",
    "NothingOpen",
    "NothingToCollect",
    "NothingToRefund",
    "TooLate",
    "TooMuchAllocated",
    "WrongBatchState",
    "WrongRefundState",
    "apply_credits",
    "apply_problem",
    "assign_receipt",
    "cancel_batch",
    "cancel_refund",
    "confirm_return",
    "confirm_write_off",
    "decide",
    "dismiss_problem",
    "enter_receipt",
    "hold",
    "import_deposits",
    "import_result",
    "lift_hold",
    "mark_refunds_paid",
    "mark_sent",
    "note_fetched",
    "open_receivables",
    "prepare_batch",
    "prepare_refunds",
    "propose_return",
    "propose_write_off",
    "record_report",
    "release_batch",
    "release_refunds",
    "report_broken_file",
    "report_late_results",
    "request_refund",
    "set_code",
    "set_link",
    "settle",
    "tell_late_interest",
    "withdraw_return",
    "withdraw_write_off",
]  # fmt: skip
