"""The second factor as people meet it: an authenticator app, a passkey, recovery codes, and the way back when all is lost."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest

from tests.browser.conftest import PASSWORD
from tomoshibi.identity import queries

pytestmark = pytest.mark.django_db(transaction=True)
STEP_SECONDS, DIGITS = 30, 6


def app_code(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0xF
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"


def sign_in(page, username, *, password=PASSWORD):
    page.goto("/accounts/login/")
    page.fill("#id_login", username)
    page.fill("#id_password", password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.goto("/accounts/logout/")
    page.locator("main form[action*=logout] button, form[action*=logout] button").last.click()
    page.wait_for_url("**/accounts/login/**")


def signed_in(page) -> bool:
    page.goto("/")
    return page.locator(".rail").count() > 0


def confirm(page):
    """Whoever changes how they sign in is asked for the password again."""
    if page.get_by_role("button", name="Confirm it is you").count():
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Confirm it is you").click()


def type_code(page, code):
    page.locator("input[name=code]").fill(code)
    page.locator(
        "form:has(input[name=code]) button[type=submit], form:has(input[name=code]) button:not([type])"
    ).first.click()


@pytest.fixture
def key(open_page):
    """A window with a security key of its own: Chromium's virtual authenticator."""

    def plugged(**wishes):
        page = open_page(language="en", **wishes)
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        added = session.send("WebAuthn.addVirtualAuthenticator", {"options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }})  # fmt: skip
        page.credentials = lambda: session.send(
            "WebAuthn.getCredentials", {"authenticatorId": added["authenticatorId"]}
        )
        return page

    return plugged


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_an_authenticator_app_is_set_up_and_asked_for(open_page, staff, accessible, look, settings, size):
    settings.MFA_TOTP_TOLERANCE = 1  # half a minute may pass between a code and its check
    page = open_page(language="en", size=size)
    sign_in(page, "yamada")
    page.wait_for_selector(".rail", state="attached")
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Set up").click()
    confirm(page)
    page.wait_for_selector("code.code")
    accessible(page)
    look(page, "second-factor-app")
    page.fill("#id_code", "000000")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_text("Incorrect code").wait_for()
    secret = page.locator("code.code").inner_text()
    page.fill("#id_code", app_code(secret))
    page.get_by_role("button", name="Switch on").click()
    page.wait_for_url("**/2fa/**codes/**")
    accessible(page)
    look(page, "recovery-codes")
    recovery = re.findall(r"\b[0-9a-f]{8}\b", page.locator("main").inner_html())
    assert len(set(recovery)) == 10
    assert queries.people()[0].has_mfa

    sign_out(page)
    sign_in(page, "yamada")
    page.wait_for_selector("input[name=code]")
    accessible(page)
    look(page, "second-factor-asked")
    assert not signed_in(page), "the password alone opens nothing"
    page.goto("/accounts/2fa/authenticate/")
    type_code(page, app_code(secret))
    page.wait_for_selector(".rail", state="attached")

    sign_out(page)
    sign_in(page, "yamada")
    type_code(page, recovery[0])
    page.wait_for_selector(".rail", state="attached")  # a recovery code is good for the day the phone is lost
    sign_out(page)
    sign_in(page, "yamada")
    type_code(page, recovery[0])
    page.get_by_text("Incorrect code").wait_for()  # but only once
    assert not signed_in(page)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_passkey_is_added_and_signs_in_alone(key, staff, accessible, look, size):
    page = key(size=size)
    sign_in(page, "yamada")
    page.wait_for_selector(".rail", state="attached")
    page.goto("/accounts/2fa/webauthn/add/")
    confirm(page)
    page.wait_for_selector("#mfa_webauthn_add")
    accessible(page)
    look(page, "passkey-add")
    page.fill("input[name=name]", "Touch sensor")
    page.locator("input[name=passwordless]").check()
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    assert len(page.credentials()["credentials"]) == 1
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_text("Touch sensor").wait_for()
    accessible(page)
    look(page, "passkeys")
    sign_out(page)
    page.click("#passkey_login")
    page.wait_for_selector(".rail", state="attached")
    assert signed_in(page)


def test_who_lost_everything_comes_back_through_an_administrator(key, open_page, staff, look, django_user_model):
    lost = django_user_model.objects.create_user("sato", password=PASSWORD, is_staff=True, display_name="佐藤")
    page = key()
    sign_in(page, "sato")
    page.wait_for_selector(".rail", state="attached")
    page.goto("/accounts/2fa/webauthn/add/")
    confirm(page)
    page.wait_for_selector("#mfa_webauthn_add")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)
    elsewhere = open_page(language="en")
    sign_in(elsewhere, "sato")
    elsewhere.wait_for_url("**/2fa/authenticate/**")
    assert not signed_in(elsewhere)

    office = open_page(language="en", user=staff)
    office.goto(f"/identity/people/{lost.pk}/")
    look(office, "person-with-second-factor", full=True)
    office.fill("#factor_reason", "laptop stolen, seen in person")
    office.get_by_role("button", name="Reset the second factor").click()
    office.get_by_text("signs in with the password alone now").wait_for()
    assert queries.deeds(procedure="MS7")[0].what.startswith("reset the second factor of sato")
    assert not signed_in(page), "the lost device is signed out"
    elsewhere.context.clear_cookies()
    sign_in(elsewhere, "sato")
    elsewhere.wait_for_selector(".rail", state="attached")
