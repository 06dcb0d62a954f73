"""A utility that takes applications, and a browser in which its people sign in one after the other."""

import pytest

from tests.applications.groupwork import world
from tomoshibi.storage import db


@pytest.fixture
def utility(client, transactional_db, settings, tmp_path):
    """The id of a customer who may apply."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.TIME_ZONE = "Asia/Shanghai"
    with db.transaction():
        return world.found_utility()
