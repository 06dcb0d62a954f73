"""What every page of collection needs."""

from functools import partial

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
from tomoshibi.ui import acting, lists

REFUSALS = (
    operations.AlreadyAssigned, operations.AlreadyDecided, operations.AlreadyRequested, operations.AlreadyResolved,
    operations.AlreadySettled, operations.BatchOutdated, operations.CannotApply, operations.CannotReturn, operations.NotEnoughCredit,
    operations.NothingCollected, operations.NothingOpen, operations.NothingToCollect, operations.NothingToRefund,
    operations.TooLate, operations.TooMuchAllocated, operations.WrongBatchState, operations.WrongRefundState,
    AlreadyHeld, BadHolder, CannotWriteOff, FeeTooLarge, NoSuchPayer, SamePerson, MonthClosed, MasterMissing,
    profiles.AgentNotReady, zengin.BrokenFile, lists.NothingChosen, lists.FilterNotReadable,
)  # fmt: skip
"""Everything that an operation may say no with; each carries a sentence for the user."""


def in_words(refusal: Exception) -> str:
    """A refusal in the reader's language."""
    return refusal.in_words(_) if isinstance(refusal, zengin.BrokenFile) else str(refusal)


attempt = partial(acting.attempt, refusals=REFUSALS, in_words=in_words)
