"""Rows of applications, by matter."""

from tomoshibi.applications.models.changes import Change, ChangeCase, ChangeLine
from tomoshibi.applications.models.groupwork import (
    CaseDocument,
    CaseList,
    CasePaper,
    CaseRow,
    CaseStep,
    ClauseWording,
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
from tomoshibi.applications.models.notices import Notice, NoticeTemplate
from tomoshibi.applications.models.switching import (
    CoreHour,
    MediationRequest,
    PointSearch,
    SwitchingCase,
    SwitchingLink,
    SwitchingMessage,
    SwitchingStep,
)
from tomoshibi.applications.models.works import WorkCase, WorkDesk, WorkSending, WorkStep

__all__ = [
    "Agency",
    "Attempt",
    "CaseDocument",
    "CaseList",
    "CasePaper",
    "CaseRow",
    "CaseStep",
    "Change",
    "ChangeCase",
    "ChangeLine",
    "ClauseWording",
    "Consent",
    "ContractList",
    "CoreHour",
    "Deficiency",
    "GroupCase",
    "Intake",
    "MediationRequest",
    "Notice",
    "NoticeTemplate",
    "PointSearch",
    "Registration",
    "Submission",
    "SwitchingCase",
    "SwitchingLink",
    "SwitchingMessage",
    "SwitchingStep",
    "Upload",
    "WorkCase",
    "WorkDesk",
    "WorkSending",
    "WorkStep",
]
