"""Rows of applications, by matter."""

from tomoshibi.applications.models.groupwork import (
    CaseDocument,
    CaseList,
    CasePaper,
    CaseRow,
    CaseStep,
    ContractList,
    GroupCase,
)
from tomoshibi.applications.models.intake import (
    Agency,
    Attempt,
    Consent,
    Deficiency,
    Intake,
    Registration,
    Submission,
    Upload,
)

__all__ = [
    "Agency",
    "Attempt",
    "CaseDocument",
    "CaseList",
    "CasePaper",
    "CaseRow",
    "CaseStep",
    "Consent",
    "ContractList",
    "Deficiency",
    "GroupCase",
    "Intake",
    "Registration",
    "Submission",
    "Upload",
]
