"""One migrated database that the databases of all test processes are copied from: migrating takes half a minute, copying a moment."""

import hashlib
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
    name = PREFIX + _fingerprint()
    with _administrator() as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        known = {row[0] for row in admin.execute("SELECT datname FROM pg_database").fetchall()}
        if name not in known:
            for old in known:
                if old.startswith(PREFIX):
                    admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            _make(admin, name)
    return name


def _fingerprint() -> str:
    """Changes with every migration, ours or a library's."""
    files = [*(ROOT / "src").glob("tomoshibi/*/migrations/*.py"), *(ROOT / "requirements").glob("*.txt")]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _administrator() -> psycopg.Connection[tuple[str]]:
    own = connection.settings_dict
    return psycopg.connect(
        host=own["HOST"], port=own["PORT"] or None, user=own["USER"], password=own["PASSWORD"] or None,
        dbname="postgres", autocommit=True,
    )  # fmt: skip


def _make(admin: psycopg.Connection[tuple[str]], name: str) -> None:
    """Migrates under a name of its own and renames, so that a process that dies leaves no half template behind."""
    building = f"building_{name}"
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING UTF8 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'").format(
            sql.Identifier(building)
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
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))
