from datetime import date

import pytest

from tomoshibi.masters import operations

TODAY = date(2026, 11, 4)


@pytest.fixture
def shipped(in_transaction):
    """The data that comes with the house, without banks."""
    return operations.load_shipped(on=TODAY, with_banks=False)
