import pytest
from django.utils import translation


@pytest.fixture
def in_english():
    """Sentences as the code has them."""
    with translation.override("en"):
        yield
