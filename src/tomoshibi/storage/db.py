"""
Four words for what a transaction is here, instead of one ``atomic`` for everything.

``transaction``            the edge opens the one transaction of a request, job or command
``transaction_required``   an operation writes, and somebody above it owns the transaction
``savepoint``              a part that may fail while the rest goes on
``durable``                talks to the outside world: must not stand inside a transaction
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connection
from django.db import transaction as django_transaction

P = ParamSpec("P")
R = TypeVar("R")


class NoTransaction(RuntimeError):
    """An operation was called without a transaction around it."""


class InsideTransaction(RuntimeError):
    """Work that talks to the outside world was called inside a transaction."""


def _test_wraps_everything() -> bool:
    # The test runner may hold one transaction around each test; it is not ours.
    return getattr(settings, "TOMOSHIBI_TESTS_WRAP_TRANSACTIONS", False)


@contextmanager
def transaction() -> Iterator[None]:
    """Open the one transaction of this edge; nesting is a mistake."""
    with django_transaction.atomic(durable=not _test_wraps_everything()):
        yield


@contextmanager
def savepoint() -> Iterator[None]:
    """
    Try a part of a transaction; an exception undoes this part only.

    :raises NoTransaction: outside a transaction
    """
    if not connection.in_atomic_block:
        raise NoTransaction("a savepoint needs a transaction around it")
    with django_transaction.atomic():
        yield


def transaction_required(function: Callable[P, R]) -> Callable[P, R]:
    """Mark an operation that writes: its caller must have opened a transaction."""

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        if not connection.in_atomic_block:
            raise NoTransaction(f"{function.__module__}.{function.__name__} writes: open a transaction at the edge")
        return function(*args, **kwargs)

    return inside


def durable(function: Callable[P, R]) -> Callable[P, R]:
    """Mark work that talks to the outside: it must not hold locks while it waits."""

    @wraps(function)
    def outside(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block and not _test_wraps_everything():
            raise InsideTransaction(f"{function.__module__}.{function.__name__} talks to the outside world")
        return function(*args, **kwargs)

    return outside
