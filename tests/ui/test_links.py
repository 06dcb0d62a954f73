"""No link leads its reader to a closed door: the tag, the filter, and the cells of a list ask first."""

from types import SimpleNamespace

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.urls import reverse

from tomoshibi.ui import lists, pages

CALENDAR = reverse("masters:calendar")
TEXT = (
    '{% load ui %}{% link "masters:calendar" style="fig" year=2026 %}<b>{{ words }}</b>{% endlink %}'
    '|{% link "masters:calendar" style="btn" %}Open{% endlink %}|{% if address|may_follow %}yes{% else %}no{% endif %}'
)


def shown_to(*rights: str) -> str:
    @pages.page(pages.ANY_STAFF)
    def view(_request: HttpRequest) -> HttpResponse:
        column = lists.Text("name", "Name", link=lambda _row: CALENDAR)
        told = Template(TEXT).render(Context({"words": "a & b", "address": CALENDAR}))
        return HttpResponse(f"{told}|{column.cell({'name': 'x'})}")

    request = HttpRequest()
    request.user = SimpleNamespace(  # type: ignore[assignment]
        is_authenticated=True, is_staff=True, has_perm=lambda right: right in rights
    )
    return view(request).content.decode()


def test_who_may_open_a_page_gets_its_link():
    link, button, word, cell = shown_to("MS3.view").split("|")
    assert link == f'<a class="fig" href="{CALENDAR}?year=2026"><b>a &amp; b</b></a>'
    assert (button, word) == (f'<a class="btn" href="{CALENDAR}">Open</a>', "yes")
    assert f'href="{CALENDAR}"' in cell


def test_who_may_not_reads_the_words_and_meets_no_button():
    link, button, word, cell = shown_to("GR1.view").split("|")
    assert (link, button, word) == ('<span class="fig"><b>a &amp; b</b></span>', "", "no")
    assert cell == "<td>x</td>"


@pytest.mark.parametrize("address", ["https://example.jp/", "//example.jp/x", "/there/is/no/such/page/"])
def test_what_is_no_page_of_ours_is_not_judged(address):
    assert pages.may_follow(address)
