"""Rows of applications, by matter."""

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

__all__ = ["Agency", "Attempt", "Consent", "Deficiency", "Intake", "Registration", "Submission", "Upload"]
