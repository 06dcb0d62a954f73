from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest

from tomoshibi.gateways import switching

TODAY = date(2026, 11, 2)


class Clock:
    """The day out there, set by the test."""

    def __init__(self):
        self.today = TODAY


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def simulator(tmp_path, keys, clock):
    switching.Manners(calls_per_second=0).write(tmp_path / "switching")
    with ExitStack() as stack:
        yield stack.enter_context(
            switching.SwitchingSimulator(
                tmp_path / "switching",
                certificate=keys / "server.pem",
                key=keys / "server.key",
                authority=keys / "ca.pem",
                today=lambda: clock.today,
            )
        )


@pytest.fixture
def connection(simulator, keys):
    return switching.Connection(
        address=simulator.address, certificate=keys / "client.p12", authority=keys / "ca.pem", pace_seconds=0
    )


@pytest.fixture
def messages():
    return switching.message_set(on=TODAY)


@pytest.fixture
def ask(connection, messages):
    """Ask the system one thing, as a retailer, over the real line."""
    sent = []

    def asking(function, *, klass=switching.Class.LOW, action=switching.Action.NEW, by="55555", again="", **fields):
        sent.append(function)
        head = switching.Head(
            function, klass, by, again or f"m{len(sent)}", datetime(2026, 11, 2, 9, tzinfo=UTC), action
        )
        with switching.HttpsSwitching(connection) as line:
            return switching.decode(line.send(switching.encode(head, fields, messages=messages)), messages=messages)

    return asking
