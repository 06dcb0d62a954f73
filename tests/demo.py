"""The demonstration, small: what journeys and browser tests share."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection
from psycopg import sql

from tests import template
from tomoshibi.gateways import simulators
from tomoshibi.onboarding.demo import coming, connected, load, market, outside, story
from tomoshibi.storage import db, server

CUSTOMERS = 140
_KEPT: dict[str, Path] = {}
"""The database in which this process keeps the demonstration as it was loaded, and its files."""


@contextmanager
def small_demo(folder: Path) -> Iterator[simulators.Places]:
    """Three billed months and one open month whose files wait; simulators of all outside systems run."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr(story, "CUSTOMERS", CUSTOMERS)
        patch.setattr(server, "data_folder", lambda: folder)
        patch.setattr(load, "_loads", [])
        _load(folder)
        mail.outbox.clear()  # letters of the past lie in it only where the demonstration was not copied
        usual = outside.places()
        free = simulators.Places(usual.folder, usual.host, 0, 0, 0, 0, 0, 0, 0, 0)
        ports = {
            name: urlsplit(address).port
            for name, address in simulators.start(
                free,
                stack,
                today=outside.the_day,
                known=connected.point,
                publish=market.publish,
                stock=coming.grid_files,
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


def _load(folder: Path) -> None:
    """Load by the real paths, or copy what this process loaded before: a second instead of ten."""
    name = connection.settings_dict["NAME"]
    kept = f"demo_of_{name}"
    connection.close()
    if kept in _KEPT:
        shutil.copytree(_KEPT[kept], folder, dirs_exist_ok=True)
        _copy_database(kept, to=name)
        return
    load.load(say=lambda *_told: None)
    connection.close()
    _copy_database(name, to=kept)
    _KEPT[kept] = folder.with_name(f"{folder.name}-as-loaded")
    shutil.copytree(folder, _KEPT[kept])


def _copy_database(source: str, *, to: str) -> None:
    with template.administrator() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(to)))
        # Threads that are through may not have hung up yet; a database that somebody is connected to is not copied.
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(to), sql.Identifier(source)))
