import pytest
from django.utils import translation

from tests.applications.switching.world import outside


@pytest.fixture
def grid(transactional_db, tmp_path):
    """The retailer, the line, and the world behind it."""
    with outside(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def _in_english():
    """Sentences are compared in the language of the code."""
    with translation.override("en"):
        yield
