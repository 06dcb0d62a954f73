"""The address that people type leads each to the place where their day begins."""

import pytest
from django.test import Client
from django.urls import reverse

from tomoshibi.identity.models import User

pytestmark = pytest.mark.django_db


def test_a_customer_is_led_to_the_portal():
    client = Client()
    client.force_login(User.objects.create_user(username="C-0001", password="x", portal_customer_id=1, is_staff=False))
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("portals:customer_home")


def test_staff_see_their_day_and_strangers_sign_in():
    assert "/accounts/login/" in Client().get("/")["Location"]
    client = Client()
    client.force_login(User.objects.create_user(username="clerk", password="x", is_staff=True))
    assert client.get("/").status_code == 200
