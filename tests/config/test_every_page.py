"""No page of the house stands open: each has its right, or a line here that says why it needs none."""

import pytest

from tests.pages import Address, addresses
from tomoshibi.identity import operations
from tomoshibi.identity.models import User
from tomoshibi.storage import db

PUBLIC = {
    "healthz": "for the machine that watches; says no more than well or not",
    "label": "what a passer-by reads off a label; the token is signed",
    "set_language": "a choice of the visitor's own",
    "console:today": "the front door: the sign-in form, or home for who is signed in",
    "portals:document": "the link in a mail; the token is the key",
    "portals:field_worker": "the script of the field page, without data",
    "applications:blank_sheet": "the empty sheet for applications, the same for everybody",
    "applications:group_progress": "how far an application is, for who knows its query number (G-026)",
    "identity:accept": "an invitation; the token is the key",
    "interface:openapi-json": "the description of the interface",
    "interface:api-root": "answers 404 by itself",
    "interface:consents": "the wording of consents; asks for a key by itself",
    "interface:bring": "asks for an agency's key by itself",
    "interface:state": "asks for an agency's key by itself",
}
OPEN_SITES = ("apply:", "contact:")
"""Sites for people who have no account yet."""
SHUT = {403, 404, 405}


def is_public(address: Address) -> bool:
    return address.name in PUBLIC or address.name.startswith(OPEN_SITES)


def test_every_page_has_a_right_or_stands_in_the_list():
    found = list(addresses())
    assert len(found) > 500, "the walk has lost its way"
    bare = [one.name for one in found if one.procedures is None and not is_public(one)]
    assert not bare, f"guard these with ui.pages.page or portals.access: {bare}"
    assert not [one.name for one in found if one.name in PUBLIC and one.procedures is not None], "no longer public"
    assert PUBLIC.keys() <= {one.name for one in found}


@pytest.fixture
def people(transactional_db) -> dict[str, User]:
    """Somebody of the staff without any right, and somebody who may only sign in to the customer portal."""
    with db.transaction():
        stranger = operations.add_person(username="nobody", name="新人", mail="", password="lamp-light-42")
        outsider = operations.add_person(username="okyaku", name="客", mail="", password="lamp-light-42")
    User.objects.filter(id=outsider).update(is_staff=False, portal_customer_id=10**9)
    return {"stranger": User.objects.get(id=stranger), "outsider": User.objects.get(id=outsider)}


def answers(client, address: Address) -> set[int]:
    return {getattr(client, method)(address.at()).status_code for method in ("get", "post")}


def test_without_a_sign_in_every_page_leads_to_it(client, people):
    for one in addresses():
        if is_public(one):
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(one.at())
            shut = answer.status_code in SHUT or answer.status_code == 401
            assert shut or answer["Location"].startswith("/accounts/login/"), f"{method} {one.name}"


def test_staff_without_the_right_open_nothing(client, people):
    client.force_login(people["stranger"])
    for one in addresses():
        if one.is_staff and "*" not in one.procedures:
            assert answers(client, one) <= {403, 405}, one.name


def test_the_staffs_pages_are_shut_to_customers_and_the_other_way_round(client, people):
    client.force_login(people["outsider"])
    for one in addresses():
        if one.is_staff:
            assert answers(client, one) <= {403, 405}, one.name
    client.force_login(people["stranger"])
    for one in addresses():
        if one.procedures is not None and not one.is_staff and not is_public(one):
            assert answers(client, one) <= {403, 405}, one.name
