"""Writes of fieldwork: labels, seals and scans; work tickets, entries from phones, qualified people."""

from tomoshibi.fieldwork.operations.entries import DecidedAlready, apply_entry, decide_entry
from tomoshibi.fieldwork.operations.labels import (
    AlreadyVoid,
    NoReason,
    NotSpare,
    define_template,
    make_labels,
    make_spares,
    print_labels,
    replace_label,
    use_spare,
    void_labels,
)
from tomoshibi.fieldwork.operations.qualifications import (
    EndsBeforeStart,
    QualifiedAlready,
    add_qualification,
    end_qualification,
)
from tomoshibi.fieldwork.operations.recording import REFUSALS as NOT_RECORDED
from tomoshibi.fieldwork.operations.scanning import scan, scan_label
from tomoshibi.fieldwork.operations.seals import LabelVoid, SealElsewhere, SealUsed, hang_seal, remove_seal
from tomoshibi.fieldwork.operations.tickets import (
    AdoptedAlready,
    CrewAtWork,
    NothingToDo,
    NotQualified,
    OnTheCrew,
    RowsOpen,
    TicketEnded,
    add_member,
    adopt,
    assign_leader,
    close_ticket,
    open_ticket,
    remove_member,
    withdraw_ticket,
)
from tomoshibi.fieldwork.sheets import CodeTooSmall

__all__ = [
    "NOT_RECORDED",
    "AdoptedAlready",
    "AlreadyVoid",
    "CodeTooSmall",
    "CrewAtWork",
    "DecidedAlready",
    "EndsBeforeStart",
    "LabelVoid",
    "NoReason",
    "NotQualified",
    "NotSpare",
    "NothingToDo",
    "OnTheCrew",
    "QualifiedAlready",
    "RowsOpen",
    "SealElsewhere",
    "SealUsed",
    "TicketEnded",
    "add_member",
    "add_qualification",
    "adopt",
    "apply_entry",
    "assign_leader",
    "close_ticket",
    "decide_entry",
    "define_template",
    "end_qualification",
    "hang_seal",
    "make_labels",
    "make_spares",
    "open_ticket",
    "print_labels",
    "remove_member",
    "remove_seal",
    "replace_label",
    "scan",
    "scan_label",
    "use_spare",
    "void_labels",
    "withdraw_ticket",
]
