"""Writes of billing: runs, examination, issue, corrections, statements."""

from tomoshibi.billing.operations.drafting import DraftedElsewhere, rate_chunk
from tomoshibi.billing.operations.examination import (
    Correction,
    NoReason,
    NoSuchAdjustment,
    NoSuchBill,
    NothingChanges,
    ask_grid,
    correct,
    draft_again,
    hold,
    release,
    set_check,
    withdraw_correction,
)
from tomoshibi.billing.operations.issuing import (
    AccountingMonthClosed,
    BillsBlocked,
    ChangedSinceLook,
    RunNotConfirmed,
    confirm,
    finish_examination,
    finish_issue,
    issue_chunk,
    start_issue,
)
from tomoshibi.billing.operations.runs import (
    IssueUnderWay,
    NothingToBill,
    WrongState,
    cancel,
    finish_rating,
    note_job,
    open_run,
    rate_again,
)

__all__ = [
    "AccountingMonthClosed", "BillsBlocked", "ChangedSinceLook", "Correction", "DraftedElsewhere", "IssueUnderWay",
    "NoReason", "NoSuchAdjustment", "NoSuchBill", "NothingChanges", "NothingToBill", "RunNotConfirmed", "WrongState",
    "ask_grid", "cancel", "confirm", "correct", "draft_again", "finish_examination", "finish_issue", "finish_rating",
    "hold", "issue_chunk", "note_job", "open_run", "rate_again", "rate_chunk", "release", "set_check", "start_issue",
    "withdraw_correction",
]  # fmt: skip
