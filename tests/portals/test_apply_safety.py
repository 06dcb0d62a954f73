"""The public door: programs are kept out without asking people riddles, and every form carries its token."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.applications import office
from tomoshibi.applications import operations, queries
from tomoshibi.applications.models import Intake
from tomoshibi.applications.values import Source
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.portals.apply.visitors import COOKIE, TRAP
from tomoshibi.storage import db
from tomoshibi.worker import operations as clock

pytestmark = pytest.mark.django_db(transaction=True)
AGREED = {"agree_terms": "on", "agree_privacy": "on", "agree_proxy": "on"}
PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 9 + b"\xff\xc0\x00\x11\x08\x00\x20\x00\x20\x03" + b"\0" * 40


@pytest.fixture
def draft(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with db.transaction():
        office.open_office()
        return operations.start(source=Source.WEB, typed=office.ANSWERS, language="en", now=office.NOW)


def browser(draft, **how):
    """Somebody who is writing the application."""
    client = Client(headers={"accept-language": "en"}, **how)
    response = client.get("/apply/")
    response.set_signed_cookie(COOKIE, draft.key, salt=COOKIE)
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    return client


def later(**by):
    with db.transaction():
        clock.set_clock(now=office.NOW + timedelta(**by))


def test_who_fills_in_what_people_do_not_see_begins_and_sends_nothing(draft):
    client = browser(draft)
    later(minutes=5)
    assert client.post("/apply/check/", AGREED | {TRAP: "http://spam.example"}).status_code == 422
    begun = {"kind": "switch", "postal_code": "105-0011", TRAP: "x"}
    assert client.post("/apply/", begun).status_code == 422
    assert list(Intake.objects.values_list("state", flat=True)) == ["draft"]


def test_nobody_fills_in_five_pages_in_no_time(draft):
    client = browser(draft)
    later(seconds=2)
    quick = client.post("/apply/check/", AGREED)
    assert quick.status_code == 422
    assert "look at your answers once more" in quick.content.decode()
    later(seconds=30)
    assert client.post("/apply/check/", AGREED).status_code == 302
    assert Intake.objects.get().state == "received"


def test_a_form_without_its_token_is_refused(draft):
    later(minutes=5)
    client = browser(draft, enforce_csrf_checks=True)
    assert client.post("/apply/check/", AGREED).status_code == 403
    assert client.post("/apply/files/", {"files": SimpleUploadedFile("a.jpg", PHOTO)}).status_code == 403
    assert Intake.objects.get().state == "draft"


def test_an_agencys_link_ties_the_application_to_it(draft):
    client = Client(headers={"accept-language": "en"})
    assert "あかり商店" in client.get("/apply/?a=AKARI").content.decode()
    for code in ("AKARI", "NOBODY"):
        client.post("/apply/", {"kind": "switch", "postal_code": "105-0011", "a": code})
    assert list(Intake.objects.order_by("id").values_list("agency_code", flat=True)) == ["", "AKARI", ""]


def test_a_year_of_months_is_priced_as_it_is_and_a_word_is_refused(draft):
    client = browser(draft)
    months = "310 290 260 220 200 190 240 260 230 210 230 280"
    year = client.get("/apply/prices/", {"size": "A:30", "use_kwh": months}).content.decode()
    month = client.get("/apply/prices/", {"size": "A:30", "use_kwh": "260"}).content.decode()
    assert "従量電灯B" in year or "Regulated" in year or "tokyo" in year
    assert year != month
    wrong = client.get("/apply/prices/", {"size": "A:30", "use_kwh": "much"}).content.decode()
    assert "apply-offer" not in wrong


def test_a_plan_with_a_campaign_is_priced_for_who_comes_new(draft):
    client = browser(draft)
    year = client.get("/apply/prices/", {"size": "kVA", "kva": "8", "use_kwh": "700 " * 12}).content.decode()
    assert 'value="tomoshibi-evening"' in year, "its discounts ask for the month and the number of contracts"


def test_who_only_looks_in_sees_the_ends_of_telephone_and_mail_and_no_files(draft):
    later(minutes=5)
    client = browser(draft)
    client.post("/apply/files/", {"files": SimpleUploadedFile("bill.jpg", PHOTO)})
    client.post("/apply/check/", AGREED)
    (upload,) = queries.uploads_of(intake_id=draft.id)
    with db.transaction():
        identity.save_role(code="reader", name="閲覧", rights=["IN1.view"])
        identity.add_person(
            username="reader", name="閲覧", mail="r@example.jp", password="lamp-light-42", roles=["reader"]
        )
    page, file = reverse("applications:intake", args=[draft.id]), reverse("applications:file", args=[upload.id])
    shown = {}
    for username in ("reader", office.CLERK):
        staff = Client(headers={"accept-language": "en"})
        staff.force_login(User.objects.get(username=username))
        shown[username] = staff.get(page).content.decode()
        answer = staff.get(file)
        assert answer.status_code == (403 if username == "reader" else 200)
    for secret in ("090-0000-1234", "０９０−００００−１２３４", "taro@example.jp"):
        assert secret not in shown["reader"], secret
        assert secret in shown[office.CLERK], secret
    assert "…1234" in shown["reader"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
