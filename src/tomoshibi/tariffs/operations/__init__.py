"""Writes of the tariffs: drafts, proposals, publication."""

from tomoshibi.tariffs.operations.drafts import (
    ChangedElsewhere,
    DraftNotOpen,
    abandon_draft,
    propose_draft,
    resume_draft,
    save_draft,
    start_blank_draft,
    start_draft,
)
from tomoshibi.tariffs.operations.publication import (
    AlreadyDecided,
    AlreadyProposed,
    DocumentUnsound,
    NotAfterLast,
    NothingNew,
    VersionIsFinal,
    install_shipped,
    propose,
    publish,
    reject,
)

__all__ = [
    "AlreadyDecided",
    "AlreadyProposed",
    "ChangedElsewhere",
    "DocumentUnsound",
    "DraftNotOpen",
    "NotAfterLast",
    "NothingNew",
    "VersionIsFinal",
    "abandon_draft",
    "install_shipped",
    "propose",
    "propose_draft",
    "publish",
    "reject",
    "resume_draft",
    "save_draft",
    "start_blank_draft",
    "start_draft",
]
