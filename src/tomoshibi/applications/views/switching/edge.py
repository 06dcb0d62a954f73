"""What the pages about the switching support system share: whose they are, what may be refused, one step with its record."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest

from tomoshibi.applications import switching_words as words
from tomoshibi.applications import values
from tomoshibi.applications.operations import switching as operations
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

GRID = (values.SUPPLY, values.GENERATION)
REFUSALS = (
    operations.AlreadyUnderWay, operations.CannotMove, operations.NotSetUp, operations.Unfit, operations.AlreadyAnswered,
    operations.SearchClosed,
)  # fmt: skip


def leave_record(request: HttpRequest, procedure: str, what: str, subject: str) -> None:
    identity.record_deed(procedure=procedure, what=what, at=clock.now(), subject=subject, actor_id=request.user.pk)


def attempt(request: HttpRequest, work: Callable[[], Any], *, done: str, record: tuple[str, str, str]) -> Any:
    """
    One step in one transaction, with its record; a refusal is shown.

    :returns: what the step returned, nothing where it was refused
    """
    try:
        with db.transaction():
            outcome = work()
            leave_record(request, *record)
    except operations.NoSuchCase:
        raise Http404 from None
    except (*REFUSALS, RowsRefused) as refusal:
        messages.error(request, str(refusal))
        return None
    messages.success(request, done)
    return outcome


def in_words(sent: Sequence[values.Message]) -> list[dict[str, Any]]:
    """Messages with the names that people use."""
    return [
        {
            **one.__dict__,
            "function_word": words.FUNCTIONS.get(one.function, one.function),
            "action_word": words.ACTIONS.get(one.action, one.action),
        }
        for one in sent
    ]
