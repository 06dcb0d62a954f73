"""When something breaks, people read a sentence in their language, and nothing of what is inside."""

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path
from django.views.defaults import server_error

from tomoshibi.config.urls import urlpatterns as house


def _broken(request: HttpRequest):
    raise RuntimeError("secret 4711")


urlpatterns = [path("broken/", _broken), *house]
handler500 = server_error


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("language", "words"), [("ja", "エラーが発生しました"), ("zh-hans", "发生错误"), ("en", "Something went wrong")]
)
def test_a_mistake_of_ours(language, words):
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    response = client.get("/broken/")
    html = response.content.decode()
    assert response.status_code == 500
    assert words in html
    assert "4711" not in html


@pytest.mark.django_db
def test_a_page_that_was_open_too_long():
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    response = client.post("/accounts/login/", {"login": "a", "password": "b"})
    assert response.status_code == 403
    assert "The page was open too long" in response.content.decode()


@pytest.mark.django_db
def test_a_right_that_is_missing_is_named(django_user_model):
    client = Client(headers={"accept-language": "en"})
    client.force_login(django_user_model.objects.create_user("clerk", password="x", is_staff=True))
    response = client.get("/identity/people/")
    assert response.status_code == 403
    assert "MS7" in response.content.decode()
