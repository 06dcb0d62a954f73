"""The page behind a label, as a visitor and as staff see it (G-047 ... G-049)."""

import pytest

from tests import company
from tomoshibi.fieldwork import keys, operations, queries, signing, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.storage import db

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def label(settings, tmp_path, now):
    settings.MEDIA_ROOT = settings.DATA = tmp_path
    settings.BASE_URL = "https://tomoshibi.example.jp"
    with db.transaction():
        company.enter()
        made = operations.make_labels(
            wanted=[values.Wanted(subject="groups.point:1", caption=("6200000001", "灯湖供电所"))], now=now
        )[0]
        operations.print_labels(serials=[made.serial], template="a4-21", now=now)
        operations.hang_seal(number="FY-0001", label_serial=made.serial, place="JR00001", placed_at=now, now=now)
    return made


def page(client, label, *, key=None):
    token = signing.token(label.serial, key_no=1, key=key or keys.private_key())
    return client.get(f"/L/{token}", headers={"accept-language": "en"})


@pytest.mark.requirement("G-048")
def test_a_visitor_learns_that_it_is_genuine_and_whom_to_call(client, label):
    answer = page(client, label)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "This label is genuine." in shown
    assert company.PHONE in shown
    assert queries.label(serial=label.serial).number in shown
    for secret in ("6200000001", "灯湖供电所", "FY-0001", "JR00001"):
        assert secret not in shown


@pytest.mark.requirement("G-048")
def test_staff_see_what_it_hangs_at(client, label):
    with db.transaction():
        identity.add_person(username="wang", name="王", mail="w@example.jp", password="lamp-light-42", roles=[])
    client.force_login(User.objects.get(username="wang"))
    shown = page(client, label).content.decode()
    for fact in ("6200000001", "灯湖供电所", "FY-0001", "JR00001"):
        assert fact in shown


@pytest.mark.requirement("G-049")
def test_a_void_label_says_so(client, label, now):
    with db.transaction():
        operations.void_labels(serials=[label.serial], reason="copied", now=now)
    shown = page(client, label).content.decode()
    assert "void" in shown
    assert "copied" not in shown


@pytest.mark.requirement("G-047")
def test_a_forged_label_is_not_ours(client, label):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    answer = page(client, label, key=Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert answer.status_code == 404
    assert "This is not one of our labels." in answer.content.decode()
    assert client.get("/L/whatever").status_code == 404
