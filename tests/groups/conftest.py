"""Groups of small devices, in a transaction of the test's own."""

import pytest

from tests.contracts.conftest import _in_english
from tests.groups import book

__all__ = ["_in_english"]


@pytest.fixture
def customer(in_transaction) -> int:
    book.device_type()
    return book.customer()


@pytest.fixture
def group(customer):
    return book.found(customer)
