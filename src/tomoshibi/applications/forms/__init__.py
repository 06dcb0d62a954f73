"""Forms of applications, by matter."""

from tomoshibi.applications.forms.intake import (
    AcceptForm,
    AgencyForm,
    AnswersForm,
    AskForm,
    KeyForm,
    ReasonForm,
    SendBackForm,
    StartForm,
)

__all__ = [
    "AcceptForm",
    "AgencyForm",
    "AnswersForm",
    "AskForm",
    "KeyForm",
    "ReasonForm",
    "SendBackForm",
    "StartForm",
]
