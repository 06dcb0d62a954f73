"""What every page of collection needs."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from tomoshibi.collection import operations, profiles
from tomoshibi.collection.operations.failures import AlreadyHeld
from tomoshibi.collection.operations.receipts import NoSuchPayer
from tomoshibi.collection.operations.refunds import BadHolder
from tomoshibi.collection.operations.settlements import FeeTooLarge
from tomoshibi.collection.operations.write_offs import CannotWriteOff
from tomoshibi.gateways import zengin
from tomoshibi.identity.operations import SamePerson
from tomoshibi.ledger.operations import MonthClosed
from tomoshibi.masters.queries import MasterMissing
from tomoshibi.storage import db
from tomoshibi.ui import lists

REFUSALS = (
    operations.AlreadyAssigned, operations.AlreadyDecided, operations.AlreadyRequested, operations.AlreadyResolved,
    operations.AlreadySettled, operations.BatchOutdated, operations.CannotApply, operations.NotEnoughCredit,
    operations.NothingCollected, operations.NothingOpen, operations.NothingToCollect, operations.NothingToRefund,
    operations.TooLate, operations.TooMuchAllocated, operations.WrongBatchState, operations.WrongRefundState,
    AlreadyHeld, BadHolder, CannotWriteOff, FeeTooLarge, NoSuchPayer, SamePerson, MonthClosed, MasterMissing,
    profiles.AgentNotReady, zengin.BrokenFile, lists.NothingChosen, lists.FilterNotReadable,
)  # fmt: skip
"""Everything that an operation may say no with; each carries a sentence for the user."""


def actor(request: HttpRequest) -> int:
    assert request.user.pk is not None, "pages let in signed-in people only"
    return int(request.user.pk)


def in_words(refusal: Exception) -> str:
    """A refusal in the reader's language."""
    return refusal.in_words(_) if isinstance(refusal, zengin.BrokenFile) else str(refusal)


def attempt(request: HttpRequest, act: Callable[[], Any], done: str | Callable[[Any], str] = "") -> tuple[bool, Any]:
    """
    Do something in one transaction and tell the user what came out.

    :param done: the sentence after success, or a function of what came out
    :returns: whether it was done, and what came out
    """
    try:
        with db.transaction():
            outcome = act()
    except REFUSALS as refusal:
        messages.error(request, in_words(refusal))
        return False, None
    if done:
        messages.success(request, done(outcome) if callable(done) else done)
    return True, outcome
