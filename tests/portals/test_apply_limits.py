"""What strangers may ask for without end, and what not."""

import pytest
from django.test import Client

from tests.applications import office
from tomoshibi.applications import operations
from tomoshibi.applications.operations import throttle
from tomoshibi.applications.values import Source
from tomoshibi.portals.apply.visitors import COOKIE
from tomoshibi.storage import db

pytestmark = pytest.mark.django_db(transaction=True)


def test_prices_are_worked_out_so_many_times_an_hour(monkeypatch):
    with db.transaction():
        office.open_office()
        draft = operations.start(source=Source.WEB, typed=office.ANSWERS, language="ja", now=office.NOW)
    monkeypatch.setitem(throttle.LIMITS, "prices", throttle.LIMITS["prices"]._replace(times=1))
    client = Client()
    response = client.get("/apply/")
    response.set_signed_cookie(COOKIE, draft.key, salt=COOKIE)
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    assert client.get("/apply/prices/").status_code == 200
    assert client.get("/apply/prices/").status_code == 429
    assert client.get("/apply/plan/").status_code == 200, "only the prices are refused"
