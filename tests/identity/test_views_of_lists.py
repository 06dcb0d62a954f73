"""Kept views of lists: per person, on every device, shared with the department, opened with."""

import pytest

from tomoshibi.identity import operations, queries
from tomoshibi.identity.models import User
from tomoshibi.storage import db

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/identity/people/"


@pytest.fixture
def browser(client):
    """A browser of somebody: ``browser("yamada")``."""
    with db.transaction():
        operations.save_department(code="billing", name="請求課")
        operations.save_department(code="money", name="収納課")
        for name, department in (("yamada", "billing"), ("sato", "billing"), ("ito", "money")):
            operations.add_person(
                username=name, name=name.title(), mail=f"{name}@example.jp", password="lamp-light-42",
                department=department, administrator=True,
            )  # fmt: skip

    def of(name):
        window = type(client)(headers={"accept-language": "en"})
        window.force_login(User.objects.get(username=name))
        return window

    return of


def keep(window, **wishes):
    usual = {"list": "identity.people", "name": "Active only", "query": "state=active&col=name", "next": LIST}
    return window.post("/identity/views/keep/", usual | wishes)


def names(window):
    page = window.get(LIST + "?all=1")
    return [(view["it"].name, view["it"].mine, view["it"].by) for view in page.context["shelf"]["views"]]


def the_view(window):
    (view,) = window.get(LIST + "?all=1").context["shelf"]["views"]
    return view


def test_a_view_is_kept_with_the_person_and_forgotten(browser):
    assert keep(browser("yamada"))["Location"] == f"{LIST}?state=active&col=name"
    elsewhere = browser("yamada")
    assert names(elsewhere) == [("Active only", True, "")]
    assert f'href="{LIST}?state=active&amp;col=name"' in elsewhere.get(LIST).content.decode()
    keep(elsewhere, query="state=left&start=200&export=csv")
    assert [view.query for view in queries.kept_views(User.objects.get(username="yamada").pk, "identity.people")] == [
        "state=left"
    ], "the same name again replaces it, without what belongs to one request"
    assert names(browser("sato")) == []
    assert browser("sato").post(the_view(elsewhere)["forget"], {"next": LIST}).status_code == 404
    elsewhere.post(the_view(elsewhere)["forget"], {"next": LIST})
    assert names(elsewhere) == []


def test_a_shared_view_is_the_departments(browser):
    keep(browser("yamada"), shared="1")
    assert names(browser("sato")) == [("Active only", False, "Yamada")]
    assert names(browser("ito")) == []
    said = browser("sato").get(LIST).content.decode()
    assert the_view(browser("yamada"))["forget"] not in said
    assert browser("ito").post(the_view(browser("yamada"))["open"], {"next": LIST}).status_code == 404


def test_a_list_opens_with_the_default_view_until_told_otherwise(browser):
    yamada, sato = browser("yamada"), browser("sato")
    keep(yamada, shared="1", default="1")
    assert yamada.get(LIST)["Location"] == f"{LIST}?state=active&col=name"
    assert sato.get(LIST).status_code == 200, "the default is everybody's own"
    filtered = yamada.get(f"{LIST}?state=active")
    assert filtered.context["all_url"] == f"{LIST}?all=1", "everything can still be shown"
    assert yamada.get(f"{LIST}?all=1").status_code == 200
    sato.post(the_view(sato)["open"], {"next": LIST})
    assert sato.get(LIST).status_code == 302
    yamada.post(the_view(yamada)["open"], {"next": LIST})
    assert yamada.get(LIST).status_code == 200
    yamada.post(the_view(yamada)["forget"], {"next": LIST})
    assert sato.get(LIST).status_code == 200, "a view that is gone opens nothing"


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 41}, {"list": "no list"}, {"query": "x=" + "y" * 2000}])
def test_what_does_not_fit_is_refused(browser, wrong):
    window = browser("yamada")
    assert keep(window, **wrong)["Location"] == LIST
    assert names(window) == []


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_nobody_is_led_elsewhere(browser, next_page):
    window = browser("yamada")
    answer = window.post(
        "/identity/views/keep/", {"list": "identity.people", "name": "x", "query": "", "next": next_page}
    )
    assert answer["Location"] == "/?all=1"
