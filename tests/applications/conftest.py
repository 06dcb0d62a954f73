import pytest

from tests.applications import office


@pytest.fixture
def open_office(db):
    from django.db import transaction

    with transaction.atomic():
        office.open_office()
