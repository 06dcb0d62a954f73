"""Labels in a transaction of the test's own, stored files in a folder of the test's own, sentences in English."""

import pytest

from tests.contracts.conftest import _in_english

__all__ = ["_in_english"]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = settings.DATA = tmp_path
    settings.BASE_URL = "https://tomoshibi.example.jp"
