"""
Journeys: business stories through real views, the real worker and simulators over real sockets.

``@pytest.mark.procedure("RB6", "RC4")`` is a claim. After the test the claim is checked: the journey must have opened a
page registered under each id and left that procedure's deed. Where a gateway is part of a procedure, it must have
spoken to a simulator.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.demo import small_demo
from tomoshibi.gateways import simulators
from tomoshibi.identity.models import Deed, User
from tomoshibi.storage import db
from tomoshibi.worker import queue

GATEWAY_PROCEDURES = {
    "RB2": "grid_portal",
    "RB4": "grid_portal",
    "IN2": "mailbox",
    "CM7": "mailbox",
    "RC4": "debit_agent",
    "AP7": "switching",
    "AP8": "switching",
    "CM6": "switching",
    "AP10": "wheeling_web",
}
"""Procedures that count only when the outside world took part, and whose simulator that is."""


@dataclass
class Journey:
    """What happens in a journey, and what it leaves behind."""

    opened: set[str] = field(default_factory=set)
    spoken_to: set[str] = field(default_factory=set)
    clients: dict[str, "Recording"] = field(default_factory=dict)

    def sign_in(self, username: str) -> "Recording":
        """A browser of this person; the same one each time."""
        if username not in self.clients:
            client = Recording(self, username)
            client.force_login(User.objects.get(username=username))
            self.clients[username] = client
        return self.clients[username]

    def sign_in_customer(self, customer_id: int) -> "Recording":
        """The browser of the customer's portal user."""
        return self.sign_in(User.objects.get(portal_customer_id=customer_id).username)

    def work(self) -> int:
        """Let the worker run until nothing waits."""
        return queue.run_waiting()

    def in_transaction(self, function: Callable[..., Any], **arguments: Any) -> Any:
        with db.transaction():
            return function(**arguments)


class Recording(Client):
    """A test client that remembers which procedures' pages it opened, and refuses to go on after an error page."""

    def __init__(self, journey: Journey, username: str) -> None:
        super().__init__()
        self.journey = journey
        self.username = username

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if response.status_code < 400:
            self.journey.opened.update(response.headers.get("X-Procedures", "").split())
        return response


@pytest.fixture
def journey(transactional_db: None, request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> Iterator[Journey]:
    settings.MEDIA_ROOT = tmp_path / "files"
    made = Journey()
    yield made
    marker = request.node.get_closest_marker("procedure")
    if marker is None or request.node.stash.get(_FAILED, False):
        return
    claimed = set(marker.args)
    assert claimed <= made.opened, f"no page was opened under {sorted(claimed - made.opened)}"
    done = set(Deed.objects.values_list("procedure", flat=True))
    assert claimed <= done, f"no deed was left under {sorted(claimed - done)}"
    wanted = {GATEWAY_PROCEDURES[p] for p in claimed & GATEWAY_PROCEDURES.keys()}
    assert wanted <= made.spoken_to, f"the journey did not speak to {sorted(wanted - made.spoken_to)}"


@pytest.fixture
def demo(journey: Journey, tmp_path: Path) -> Iterator[simulators.Places]:
    with small_demo(tmp_path) as places:
        yield places


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report
