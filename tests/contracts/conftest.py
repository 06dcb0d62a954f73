"""Pages need somebody who may open them."""

import pytest
from django.utils import translation

from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.storage import db


@pytest.fixture
def clerk(client, transactional_db):
    """Signed in with the rights of a clerk at the front desk."""
    with db.transaction():
        identity.save_role(code="front", name="受付", rights=["CM1.do", "CM2.do", "CM3.do"])
        user_id = identity.add_person(
            username="suzuki", name="鈴木", mail="s@example.jp", password="lamp-light-42", roles=["front"]
        )
    client.force_login(User.objects.get(id=user_id))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture(autouse=True)
def _in_english():
    """Sentences are compared in the language of the code."""
    with translation.override("en"):
        yield
