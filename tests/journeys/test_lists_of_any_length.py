"""Pages that somebody finds by following links: a list that shows more rows asks the database no more often."""

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from tomoshibi.identity.models import User
from tomoshibi.ui.lists import page as list_page

LINK = re.compile(r'(?:href|hx-get|data-open-panel|data-panel|data-page)="(/[^"#]*|\?[^"#]*)"')
LIST = re.compile(r'id="list"[^>]* data-count="(\d+)"')
MOST_QUERIES = 100
"""A page that asks more than this asks for each row."""
FEW, MORE = 20, 40


def name_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


class Visitor:
    """Somebody who may open everything, and follows each kind of link once."""

    def __init__(self, client) -> None:
        self.client = client
        self.complaints: list[str] = []
        self.lists: dict[str, str] = {}
        self.opened: set[str] = set()

    def walk(self, start: str) -> None:
        waiting = [start]
        while waiting:
            address = waiting.pop(0)
            waiting += [one for one in self._found(address) if self._is_new(one)]

    def _is_new(self, address: str) -> bool:
        name = name_of(address)
        if not name or name in self.opened or name.startswith("account_") or "export=" in address:
            return False
        self.opened.add(name)
        return True

    def _found(self, address: str) -> Iterator[str]:
        with CaptureQueriesContext(connection) as asked:
            answer = self.client.get(address)
        if answer.status_code >= 400:
            self.complaints.append(f"{address}: {answer.status_code}")
        if len(asked) > MOST_QUERIES:
            self.complaints.append(f"{address}: {len(asked)} queries")
        if answer.status_code >= 300 or "html" not in answer.headers.get("Content-Type", ""):
            return
        text = answer.content.decode()
        shown = LIST.search(text)
        if shown and int(shown[1]) > FEW:
            self.lists[name_of(address)] = address
        for found in LINK.findall(text):
            yield urljoin(address, html.unescape(found))

    def queries_of(self, address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            self.client.get(address)
        return len(asked)


@pytest.mark.slow
def test_no_page_asks_the_database_for_each_row(demo, journey):
    person = User.objects.create_superuser("somebody", password="x", is_staff=True, display_name="灯火 太郎")
    journey.clients["somebody"] = client = journey.sign_in(person.username)
    client.raise_request_exception = False
    visitor = Visitor(client)
    visitor.walk("/")
    assert visitor.complaints == []
    assert len(visitor.opened) > 150
    assert len(visitor.lists) > 10

    asked = {}
    for rows in (FEW, MORE):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(list_page, "ROWS_AT_ONCE", rows)
            asked[rows] = {name: visitor.queries_of(address) for name, address in visitor.lists.items()}
    assert asked[MORE] == asked[FEW]
