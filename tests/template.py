"""
One migrated database that the databases of all test processes are copied from: migrating takes ten seconds, copying a moment.

When migrations were added and none changed, the new one grows out of the one before.
"""

import hashlib
import json
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "template_"
LOCK = 20_261_122
"""Of the server, while a process looks for the template or makes it."""


def ready() -> str:
    """The name of a database with every migration of this source applied, made now if there is none."""
    files = _files()
    name = PREFIX + hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    with administrator() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        known = dict(admin.execute("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database").fetchall())
        if name not in known:
            old = {one: made_of for one, made_of in known.items() if one.startswith(PREFIX)}
            _make(admin, name, files, grown_from=_shorter(files, old))
            for one in old:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(one)))
    return name


def _files() -> dict[str, str]:
    """What a template depends on, each with its hash: the migrations, ours or (by their versions) the libraries'."""
    files = [*(ROOT / "src").glob("tomoshibi/*/migrations/*.py"), *(ROOT / "requirements").glob("*.txt")]
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest()[:16] for file in sorted(files)}


def _shorter(files: dict[str, str], old: dict[str, str | None]) -> str:
    """A template to which migrations only have to be added; else the empty one."""
    for name, made_of in old.items():
        before = json.loads(made_of or "{}")
        if before and before.items() <= files.items():
            return name
    return "template0"


def administrator() -> psycopg.Connection[tuple[str]]:
    """A connection to the server that is in none of the tests' databases."""
    own = connection.settings_dict
    return psycopg.connect(
        host=own["HOST"], port=own["PORT"] or None, user=own["USER"], password=own["PASSWORD"] or None,
        dbname="postgres", autocommit=True,
    )  # fmt: skip


def _make(admin: psycopg.Connection[tuple[str]], name: str, files: dict[str, str], *, grown_from: str) -> None:
    """Migrates under a name of its own and renames, so that a process that dies leaves no half template behind."""
    building = f"building_{name}"
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING UTF8 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'").format(
            sql.Identifier(building), sql.Identifier(grown_from)
        )
    )
    connection.close()
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = building
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
    admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(building), json.dumps(files)))
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))
