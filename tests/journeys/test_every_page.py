"""Every page of the house with the demonstration behind it: looking changes nothing, and nobody sees another's rows."""

import re
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from tests.pages import Address, addresses
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.storage import db

TEXTS = {"area": "03", "agent": "agent-a", "month": "2026-09", "code": "R01", "procedure": "RB6"}


def models_by_name() -> dict[tuple[str, str], type[Model]]:
    """``(room, snake_case name)`` and ``("", snake_case name)``."""
    found: dict[tuple[str, str], type[Model]] = {}
    for model in apps.get_models():
        if model.__module__.startswith("tomoshibi."):
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()
            found[model._meta.app_label, name] = model
            found.setdefault(("", name), model)
    return found


def filled(address: Address, models: dict[tuple[str, str], type[Model]]) -> dict[str, Any]:
    """Rows that there are, for the parameters of an address."""
    room = address.name.split(":")[0]
    given: dict[str, Any] = {}
    for name, kind in address.asks.items():
        if kind == "IntConverter":
            thing = name.removesuffix("_id")
            model = models.get((room, thing)) or models.get(("", thing))
            row = model._default_manager.order_by("pk").first() if model else None
            if row is not None:
                given[name] = row.pk
        elif name in TEXTS:
            given[name] = TEXTS[name]
    return given


@contextmanager
def nothing_may_be_written():
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            yield
        finally:
            cursor.execute("SET default_transaction_read_only = off")


@pytest.mark.slow
def test_looking_at_a_page_changes_nothing(demo, client):
    models = models_by_name()
    with db.transaction():
        admin = identity.add_person(
            username="looker", name="見る人", mail="", password="lamp-light-42", administrator=True
        )
    client.force_login(User.objects.get(id=admin))
    broken, shown = {}, 0
    with nothing_may_be_written():
        for one in addresses():
            if one.procedures is not None and not one.is_staff:
                continue
            try:
                answer = client.get(one.at(**filled(one, models)))
            except Exception as wrong:  # noqa: BLE001 - all of them are wanted, not the first
                broken[one.name] = f"{type(wrong).__name__}: {wrong}"[:200]
                continue
            shown += answer.status_code == 200
            if answer.status_code >= 500:
                broken[one.name] = str(answer.status_code)
    assert not broken, "\n".join(f"{name}: {why}" for name, why in broken.items())
    assert shown > 200, f"only {shown} pages were shown: too few to prove anything"


@pytest.mark.slow
def test_a_customer_sees_nothing_of_another_one(demo, client):
    """Rows of somebody else answer as if there were none, whatever the page."""
    mine, *others = models_by_name()["parties", "customer"].objects.order_by("pk")[:140]
    with db.transaction():
        portal = identity.add_person(username="mine", name="客", mail="", password="lamp-light-42")
    User.objects.filter(id=portal).update(is_staff=False, portal_customer_id=mine.pk)
    client.force_login(User.objects.get(id=portal))
    models = models_by_name()
    looked = 0
    for one in addresses():
        if one.procedures is None or one.is_staff:
            continue
        for name, kind in one.asks.items():
            thing = name.removesuffix("_id")
            model = next((models[key] for key in models if key[1] == thing), None) if kind == "IntConverter" else None
            columns = {field.attname for field in model._meta.concrete_fields} if model else set()
            if "customer_id" not in columns:
                continue
            theirs = model._default_manager.filter(customer_id__in=[other.pk for other in others]).first()
            if theirs is None:
                continue
            looked += 1
            for method in ("get", "post"):
                answer = getattr(client, method)(one.at(**{name: theirs.pk}))
                assert answer.status_code in {403, 404, 405}, f"{method} {one.name} shows {thing} {theirs.pk}"
    assert looked >= 2, "no row of another customer was asked for"
