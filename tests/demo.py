"""The demonstration, small: what journeys and browser tests share."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tomoshibi.gateways import simulators
from tomoshibi.onboarding.demo import connected, load, market, outside, story
from tomoshibi.storage import db, server

CUSTOMERS = 140


@contextmanager
def small_demo(folder: Path) -> Iterator[simulators.Places]:
    """Three billed months and one open month whose files wait; simulators of all outside systems run."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr(story, "CUSTOMERS", CUSTOMERS)
        patch.setattr(server, "data_folder", lambda: folder)
        patch.setattr(load, "_loads", [])
        load.load(say=lambda *_told: None)
        usual = outside.places()
        free = simulators.Places(usual.folder, usual.host, 0, 0, 0, 0, 0, 0, 0, 0)
        ports = {
            name: urlsplit(address).port
            for name, address in simulators.start(
                free, stack, today=outside.the_day, known=connected.point, publish=market.publish
            ).items()
        }
        here = simulators.Places(
            usual.folder,
            usual.host,
            ports["grid_portal"],
            ports["debit_agent"],
            ports["mail"],
            ports["switching"],
            ports["mailbox"],
            ports["wheeling_web"],
            ports["spot_market"],
            ports["sms"],
        )
        with db.transaction():
            outside.connect(here)
        yield here
