"""Work is counted where it is done, and only there: in the rail and on the board."""

from datetime import timedelta

import pytest

from tomoshibi.config import navigation
from tomoshibi.console import board as boards
from tomoshibi.console import places
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worker.operations import set_clock
from tomoshibi.worklist import operations as worklist

pytestmark = pytest.mark.django_db(transaction=True)

WORK = {
    "collection.debit_failed": ("RC4", 3),
    "collection.result_missing": ("RC4", 2),
    "collection.double_payment": ("RC4", 1),
    "collection.something_new": ("RC4", 1),
    "metering.gap": ("RB2", 4),
    "worker.job_failed": ("RC4", 1),
}


@pytest.fixture
def clerk(client, now):
    """Somebody of collection, who sees no jobs; everything is due an hour ago."""
    with db.transaction():
        set_clock(now=now)
        identity.save_role(code="clerk", name="x", rights=["RC4.do", "RB2.view"])
        user_id = identity.add_person(
            username="ito", name="伊藤", mail="i@example.jp", password="lamp-light-42", roles=["clerk"]
        )
        for kind, (procedure, count) in WORK.items():
            for n in range(count):
                worklist.open_item(
                    procedure=procedure, kind=kind, subject=f"{kind}:{n}", title="x", due_at=now - timedelta(hours=1),
                    role="", now=now,
                )  # fmt: skip
    client.login(username="ito", password="lamp-light-42")
    assert user_id
    return client


def rail_of(client):
    sections = client.get("/").context["rail"]
    return {entry["url"]: entry["due"] for section in sections for entry in section["entries"]}, sections


def test_each_item_is_counted_at_one_entry_of_the_rail(clerk):
    due, sections = rail_of(clerk)
    assert due["/collection/failed/"] == 3
    assert due["/collection/results/"] == 2
    assert due["/collection/credits/"] == 1
    assert due["/collection/receivables/"] == 0
    assert due["/metering/gaps/"] == 4
    assert due["/metering/files/"] == 0
    assert due["/collection/"] == 2, "what has no place of its own, and what is done where the clerk may not look"
    assert sum(due.values()) == sum(count for _procedure, count in WORK.values())
    assert all(section["due"] == sum(e["due"] for e in section["entries"]) for section in sections)


def test_the_board_says_where_the_work_of_a_procedure_is(clerk, now):
    lines = {line.id: line for chapter in boards.board(now=now, may_view=None) for line in chapter.lines}
    parts = {part.url: part.open for part in lines["RC4"].parts}
    assert parts == {
        "/collection/": 1, "/collection/failed/": 3, "/collection/results/": 2, "/collection/credits/": 1,
        "/worker/jobs/": 1,
    }  # fmt: skip
    assert sum(parts.values()) == lines["RC4"].open
    page = clerk.get("/").content.decode()
    assert 'href="/collection/failed/">' in page


@pytest.mark.parametrize("place", places.PLACES, ids=lambda place: place.url)
def test_every_place_has_an_entry_in_the_rail_and_its_name(place):
    entries = {entry.url: entry for section in navigation.RAIL for entry in section.entries}
    assert str(entries[place.url].label) == str(place.label)


def test_the_longest_beginning_of_a_kind_decides():
    assert places.place_of("collection.result_amount").url == "collection:results"
    assert places.place_of("collection.aside_no_mandate").url == "collection:day"
    assert places.place_of("metering.gaps_of_day").url == "metering:gaps"
    assert places.place_of("nobody.knows") is None
