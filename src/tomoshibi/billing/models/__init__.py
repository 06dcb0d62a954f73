"""Rows of billing."""

from tomoshibi.billing.models.bills import (
    Bill,
    Extra,
    Invoice,
    Line,
    NumberBlock,
    NumberSequence,
    Part,
    Published,
    PublishedUse,
)
from tomoshibi.billing.models.examining import Adjustment, CheckSetting, Examination, Finding, Hold
from tomoshibi.billing.models.groups import GroupMonth
from tomoshibi.billing.models.looks import Look
from tomoshibi.billing.models.runs import Chunk, Run
from tomoshibi.billing.models.statements import Notice, PrintBatch, PrintPart, Reissue
from tomoshibi.billing.models.studies import Study, StudyPart

__all__ = [
    "Adjustment",
    "Bill",
    "CheckSetting",
    "Chunk",
    "Examination",
    "Extra",
    "Finding",
    "GroupMonth",
    "Hold",
    "Invoice",
    "Line",
    "Look",
    "Notice",
    "NumberBlock",
    "NumberSequence",
    "Part",
    "PrintBatch",
    "PrintPart",
    "Published",
    "PublishedUse",
    "Reissue",
    "Run",
    "Study",
    "StudyPart",
]
