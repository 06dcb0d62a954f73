"""The rows of fieldwork."""

from tomoshibi.fieldwork.models.labels import Label, LabelKey, LabelPrint, LabelTemplate, PrintedLabel, Scan, Seal
from tomoshibi.fieldwork.models.tickets import Entry, Member, Qualification, Task, Ticket

__all__ = [
    "Entry",
    "Label",
    "LabelKey",
    "LabelPrint",
    "LabelTemplate",
    "Member",
    "PrintedLabel",
    "Qualification",
    "Scan",
    "Seal",
    "Task",
    "Ticket",
]
