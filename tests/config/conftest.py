"""Installations of their own: a data folder or a database, and the ``tomoshibi`` command as people start it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from tomoshibi.storage import server


@dataclass
class Installation:
    """A place where Tomoshibi is set up: its data folder, and an outside database where it has one."""

    data: Path
    database: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOMOSHIBI_", "PYTEST"))}
        own = {"TOMOSHIBI_DATA": str(self.data), "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        if self.database:
            host = quote(server.connection_parameters()["HOST"], safe="")
            own["TOMOSHIBI_DATABASE_URL"] = f"postgresql://{server.SUPERUSER}@/{self.database}?host={host}"
            own["TOMOSHIBI_SECRET_KEY"] = "only for tests"
        return kept | own | self.more

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tomoshibi.config.commands", *map(str, arguments)]
        out = subprocess.PIPE
        return subprocess.Popen(command, env=self.environment, stdout=out, stderr=subprocess.STDOUT, text=True)

    def run(self, *arguments: object) -> tuple[int, str]:
        """:returns: exit code, and everything that was said"""
        process = self.start(*arguments)
        said, _nothing = process.communicate(timeout=240)
        return process.returncode, said

    def python(self, code: str) -> str:
        """Run a piece of Django code there."""
        setup = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'tomoshibi.config.settings'\n"
        setup += "from tomoshibi.storage import server\nif server.is_embedded(): server.start()\ndjango.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", setup + code], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the outside database directly."""
        assert self.database
        with _connected(self.database) as session:
            found = session.execute(query, parameters)
            return found.fetchall() if found.description else []


def _connected(database: str) -> psycopg.Connection[Any]:
    host = server.connection_parameters()["HOST"]
    return psycopg.connect(host=host, user=server.SUPERUSER, dbname=database, autocommit=True)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Somewhere else, on an empty outside database of the tests' server."""
    if not server.is_embedded():
        pytest.skip("needs the tests' own embedded server")
    name = f"elsewhere_{os.getpid()}"
    with _connected("postgres") as admin:
        admin.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING UTF8 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
    yield Installation(data=tmp_path_factory.mktemp("elsewhere"), database=name)
    with _connected("postgres") as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
