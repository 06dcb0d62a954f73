from datetime import date

import pytest
from django.utils import translation

from tomoshibi.masters import operations

TODAY = date(2026, 11, 4)


@pytest.fixture
def shipped(in_transaction):
    """The data that comes with the house, without banks."""
    return operations.load_shipped(on=TODAY, with_banks=False)


@pytest.fixture
def in_english():
    """Sentences as the code has them."""
    with translation.override("en"):
        yield
