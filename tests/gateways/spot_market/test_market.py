"""The market over a real socket: days that are there, not yet, revised, broken off; and what the reader makes of them."""

import contextlib
import http.client
import ssl
from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest

from tomoshibi.gateways import spot_market
from tomoshibi.masters import queries as masters

DAY = date(2026, 11, 21)


@pytest.fixture
def market(tmp_path, keys):
    with spot_market.MarketSimulator(
        tmp_path / "spot", certificate=keys / "server.pem", key=keys / "server.key"
    ) as running:
        yield running


@pytest.fixture
def client(market, keys):
    connection = spot_market.Connection(address=market.address, authority=keys / "ca.pem", timeout_seconds=5)
    with spot_market.HttpsMarket(connection) as opened:
        yield opened


def test_a_day_comes_as_the_market_writes_it(market, client):
    spot_market.write_day(market.folder, DAY)
    found = masters.read_spot_file(client.fetch(DAY))
    assert {day for _area, day in found} == {DAY}
    assert len(found) == 10
    assert all(len(vector) == 48 and None not in vector for vector in found.values())


def test_a_day_that_is_not_published_is_an_answer(client):
    assert client.fetch(DAY) is None


def test_a_revised_day_has_its_new_prices(market, client):
    spot_market.write_day(market.folder, DAY)
    before = client.fetch(DAY)
    spot_market.write_day(market.folder, DAY, price=lambda _day, _slot, _area: Decimal("9.87"))
    after = client.fetch(DAY)
    assert after != before
    assert set(masters.read_spot_file(after)["03", DAY]) == {9_870_000}


def test_the_market_publishes_up_to_tomorrow_by_itself(tmp_path, keys):
    with spot_market.MarketSimulator(
        tmp_path / "own", certificate=keys / "server.pem", key=keys / "server.key", today=lambda: DAY
    ) as running:
        connection = spot_market.Connection(address=running.address, authority=keys / "ca.pem")
        with spot_market.HttpsMarket(connection) as opened:
            assert opened.fetch(DAY.replace(day=22)) is not None
            assert opened.fetch(DAY.replace(day=23)) is None


def test_a_line_stays_open_between_two_questions(market, keys):
    """A client that asks again at once must not meet a line that was closed without a word."""
    context = ssl.create_default_context(cafile=keys / "ca.pem")
    line = http.client.HTTPSConnection(*market.place, timeout=5, context=context)
    with contextlib.closing(line):
        for _time in range(2):
            line.request("GET", f"/{spot_market.name_of(DAY)}")
            answer = line.getresponse()
            answer.read()
            assert answer.status == HTTPStatus.NOT_FOUND


def test_what_goes_wrong_is_named(market, client, keys):
    spot_market.write_day(market.folder, DAY)
    spot_market.Behaviour(unavailable=1).write(market.folder)
    with pytest.raises(spot_market.Unreachable, match="503"):
        client.fetch(DAY)
    spot_market.Behaviour(cut=(spot_market.name_of(DAY),)).write(market.folder)
    with pytest.raises(spot_market.Unreachable):
        client.fetch(DAY)
    stranger = spot_market.Connection(address=market.address)
    with spot_market.HttpsMarket(stranger) as opened, pytest.raises(spot_market.Unreachable, match=r"(?i)certificate"):
        opened.fetch(DAY)
    with pytest.raises(spot_market.BadAnswer):
        spot_market.HttpsMarket(spot_market.Connection(address=market.address, authority=keys / "nothing.pem"))
