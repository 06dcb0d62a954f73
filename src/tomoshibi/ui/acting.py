"""Who acts on a page, and telling them what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from tomoshibi.storage import db


def actor(request: HttpRequest) -> int:
    """The person behind a request to a page that lets in signed-in people only."""
    assert request.user.pk is not None, "pages let in signed-in people only"
    return int(request.user.pk)


@dataclass(frozen=True)
class Came:
    """What came of it: true where it was done, with the value that the act gave."""

    done: bool
    value: Any = None

    def __bool__(self) -> bool:
        return self.done


def attempt(
    request: HttpRequest,
    act: Callable[[], Any],
    done: str | Callable[[Any], str] = "",
    *,
    refusals: tuple[type[Exception], ...],
    in_words: Callable[[Exception], str] = str,
) -> Came:
    """
    Do something in one transaction and tell the user what came out.

    :param done: the sentence after success, or a function of what came out
    :param refusals: what the act may say no with; each carries a sentence for the user
    :param in_words: a refusal in the reader's language, where it does not say itself
    """
    try:
        with db.transaction():
            outcome = act()
    except refusals as refusal:
        messages.error(request, in_words(refusal))
        return Came(False)
    if done:
        messages.success(request, done(outcome) if callable(done) else done)
    return Came(True, outcome)
