"""Is everything there that a start needs? Each answer is a sentence with what to do."""

import fcntl
import shutil
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from tomoshibi.storage import server

ENOUGH_DISK = 2 * 2**30
"""[bytes] With less the doctor complains; the server itself refuses to start below ``server.LEAST_ROOM``."""


class CannotStart(RuntimeError):
    """Something is in the way; the sentence says what and how to get rid of it."""


@dataclass(frozen=True)
class Finding:
    """
    One line of the doctor.

    :param do: what to do about it, where it is not fine
    """

    subject: str
    fine: bool
    detail: str
    do: str = ""

    def __post_init__(self) -> None:
        assert self.fine or self.do, f"{self.subject}: what is wrong comes with what to do"


def require_free_port(host: str, port: int) -> None:
    """
    :raises CannotStart: if something listens there already
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            raise CannotStart(
                f"port {port} on {host} is taken ({reason.strerror}). Is Tomoshibi running already? "
                f"Another port: make run PORT={port + 1} (or tomoshibi up --port {port + 1})"
            ) from None


def hold_data_folder() -> TextIO:
    """
    Nobody else starts everything on this data folder while the answer is kept: two sets would fetch, send and tell the
    rooms their addresses side by side.

    :raises CannotStart: if somebody holds it
    """
    path = server.data_folder() / "running"
    held = path.open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise CannotStart(
            f"Tomoshibi is running on {path.parent} already. Stop it first, or start on another data folder: "
            "TOMOSHIBI_DATA=... make run"
        ) from None
    return held


def start_database() -> None:
    """
    :raises CannotStart: if the embedded server cannot start or an outside one does not answer
    """
    import psycopg

    try:
        if server.is_embedded():
            server.start()
        p = server.connection_parameters()
        psycopg.connect(
            host=p["HOST"],
            port=p["PORT"] or None,
            user=p["USER"],
            password=p["PASSWORD"],
            dbname=p["NAME"],
            connect_timeout=5,
        ).close()
    except server.NoRoom as full:
        raise CannotStart(str(full)) from None
    except (psycopg.OperationalError, OSError) as reason:
        where = "the embedded database" if server.is_embedded() else "the database that TOMOSHIBI_DATABASE_URL names"
        raise CannotStart(f"{where} does not answer: {reason}") from None


def applied_migrations() -> list[str]:
    """Each step of the schema that the database has, as ``room name``."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return sorted(f"{room} {name}" for room, name in MigrationRecorder(connection).applied_migrations())


def unknown_migrations(migrations: Iterable[str]) -> list[str]:
    """Those of these steps (``room name``) of our rooms that this version of Tomoshibi does not know."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    # What an earlier version did in many steps and this one does in one is known too.
    replaced = {step for migration in loader.disk_migrations.values() for step in migration.replaces}
    known = {f"{room} {name}" for room, name in {*loader.disk_migrations, *replaced}}
    return sorted(step for step in migrations if step.split()[0] in loader.migrated_apps and step not in known)


def newer_migrations() -> list[str]:
    """Migrations that the database has and this version of Tomoshibi does not know."""
    return unknown_migrations(applied_migrations())


def half_replaced() -> list[str]:
    """Rooms of which the database has some of the early steps that this version replaced by one, and not all."""
    from django.db.migrations.loader import MigrationLoader

    applied = set(applied_migrations())
    rooms = set()
    for (room, name), migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items():
        done = {f"{step_room} {step}" in applied for step_room, step in migration.replaces}
        if f"{room} {name}" not in applied and done == {True, False}:
            rooms.add(room)
    return sorted(rooms)


def require_known_database() -> None:
    """
    :raises CannotStart: if the database belongs to a newer version, or to one so old that its steps are gone
    """
    early = half_replaced()
    if early:
        raise CannotStart(
            f"the database is of an early version, whose steps this one does not know one by one any more ({', '.join(early)}). "
            "Upgrade it with the version of 2026-11-22 first (commit 1eeab0a), then with this one."
        )
    newer = newer_migrations()
    if newer:
        more = f" and {len(newer) - 1} more" if len(newer) > 1 else ""
        raise CannotStart(
            f"the database is of a newer version: it has {newer[-1]}{more} that this version does not know. Start the newer version, or restore a backup made by this one (tomoshibi restore FILE)."
        )


def pending_migrations() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_new_database() -> bool:
    """Whether nothing of ours was ever set up in the database."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return not MigrationRecorder(connection).applied_migrations()


def free_disk(*, free_bytes: int | None = None) -> Finding:
    """:param free_bytes: instead of asking the disk"""
    folder = server.data_folder()
    if free_bytes is None:
        free_bytes = shutil.disk_usage(folder if folder.exists() else folder.parent).free
    said = f"{free_bytes / 2**30:.1f} GB free in {folder}"
    wanted = f"at least {ENOUGH_DISK // 2**30} GB are wanted"
    if free_bytes >= ENOUGH_DISK:
        return Finding("disk", True, said)
    return Finding("disk", False, f"{said}; {wanted}", f"free some room in {folder}, or move it to a larger disk")
