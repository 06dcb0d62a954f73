"""Writes of fieldwork: labels are made, printed, voided; seals are hung and taken away; scans are told apart."""

from tomoshibi.fieldwork.operations.labels import (
    AlreadyVoid,
    NoReason,
    define_template,
    make_labels,
    print_labels,
    replace_label,
    void_labels,
)
from tomoshibi.fieldwork.operations.scanning import scan
from tomoshibi.fieldwork.operations.seals import LabelVoid, SealElsewhere, SealUsed, hang_seal, remove_seal
from tomoshibi.fieldwork.sheets import CodeTooSmall

__all__ = [
    "AlreadyVoid",
    "CodeTooSmall",
    "LabelVoid",
    "NoReason",
    "SealElsewhere",
    "SealUsed",
    "define_template",
    "hang_seal",
    "make_labels",
    "print_labels",
    "remove_seal",
    "replace_label",
    "scan",
    "void_labels",
]
