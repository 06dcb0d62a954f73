"""Second factors stand sealed in the database, and open only with the installation's key."""

import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import connection

from tomoshibi.config import doctor
from tomoshibi.identity import operations, queries
from tomoshibi.identity.models import User

SECRET, PASSWORD = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "lamp-light-42"


@pytest.fixture
def sato(in_transaction):
    user_id = operations.add_person(
        username="sato", name="佐藤", mail="x@example.jp", password=PASSWORD, roles=["clerk"]
    )
    return User.objects.get(id=user_id)


@pytest.fixture
def app(sato, settings):
    """Sato's app, and recovery codes."""
    settings.MFA_TOTP_TOLERANCE = 1  # half a minute may pass between a code and its check
    totp.TOTP.activate(sato, SECRET)
    return RecoveryCodes.activate(sato).get_unused_codes()


def _stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT json_agg(data)::text FROM mfa_authenticator")
        return cursor.fetchone()[0]


def _code() -> str:
    return totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))


def _sign_in(client, code):
    client.post("/accounts/login/", {"login": "sato", "password": PASSWORD})
    return client.post("/accounts/2fa/authenticate/", {"code": code}, headers={"accept-language": "en"})


def test_neither_secret_nor_codes_stand_in_the_database(app):
    stored = _stored()
    assert SECRET not in stored
    assert stored.count("sealed:") == 2
    assert len(app) == 10
    assert not any(code in stored for code in app)


def test_a_key_is_asked_for_only_where_the_person_has_one(app, client):
    client.post("/accounts/login/", {"login": "sato", "password": PASSWORD})
    page = client.get("/accounts/2fa/authenticate/").content.decode()
    assert 'name="code"' in page
    assert "mfa_webauthn_authenticate" not in page


def test_the_app_and_a_recovery_code_still_sign_in(app, client):
    assert _sign_in(client, _code()).status_code == 302
    assert client.session["_auth_user_id"]
    client.logout()
    assert _sign_in(client, app[0]).status_code == 302


def test_under_another_key_the_page_says_what_to_do(app, client, settings):
    settings.SECRET_KEY = "another"
    assert queries.second_factors() == (2, 2)
    answer = _sign_in(client, _code())
    assert answer.status_code == 200
    assert "set up under another secret key" in answer.content.decode()
    finding = doctor.second_factors(*queries.second_factors())
    assert not finding.fine
    assert "TOMOSHIBI_OLD_SECRET_KEYS" in finding.do


def test_after_a_change_of_the_key_all_are_sealed_anew_and_the_old_one_can_go(app, settings):
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    settings.SECRET_KEY_FALLBACKS = [old]
    assert queries.second_factors() == (0, 2)
    assert operations.seal_second_factors() == 2
    settings.SECRET_KEY_FALLBACKS = []
    assert queries.second_factors() == (0, 2)
    settings.SECRET_KEY = old
    assert queries.second_factors() == (2, 2)
