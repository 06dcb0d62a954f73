"""The book of the billing tests."""

import pytest

from tests.billing import book


@pytest.fixture
def masters(in_transaction, now):
    book.masters_and_plans(now)
