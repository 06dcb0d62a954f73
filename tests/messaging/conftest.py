from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """What jobs say is compared in the language of the code."""
    with translation.override("en"):
        yield
