"""Is everything there that a start needs? Each answer is a sentence with what to do."""

import shutil
import socket
from dataclasses import dataclass

from tomoshibi.storage import server


class CannotStart(RuntimeError):
    """Something is in the way; the sentence says what and how to get rid of it."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor."""

    subject: str
    fine: bool
    detail: str


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
                f"Another port: make run PORT={port + 1}"
            ) from None


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


def newer_migrations() -> list[str]:
    """Migrations that the database has and this version of Tomoshibi does not know."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    return sorted(
        f"{room} {name}"
        for room, name in loader.applied_migrations
        if (room, name) not in loader.disk_migrations and room in loader.migrated_apps
    )


def require_known_database() -> None:
    """
    :raises CannotStart: if the database belongs to a newer version
    """
    newer = newer_migrations()
    if newer:
        raise CannotStart(
            f"the database is of a newer version: it has {newer[-1]} and {len(newer) - 1} more that this version does not "
            "know. Start the newer version, or restore a backup made by this one (tomoshibi restore FILE)."
        )


def pending_migrations() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def free_disk() -> Finding:
    usage = shutil.disk_usage(
        server.data_folder().parent if not server.data_folder().exists() else server.data_folder()
    )
    free_gb = usage.free / 2**30
    return Finding("disk", usage.free > 2 * 2**30, f"{free_gb:.1f} GB free in {server.data_folder()}")
