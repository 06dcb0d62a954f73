"""``tomoshibi doctor``: what an engineer on duty asks first."""

import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import django
from django.conf import settings
from django.db import connection

from tomoshibi import __version__
from tomoshibi.config import readiness
from tomoshibi.config.readiness import Finding
from tomoshibi.storage import server
from tomoshibi.worker import operations as worker_operations
from tomoshibi.worker import queries as worker_queries

CLOCK_TOLERANCE = timedelta(seconds=5)


def examine() -> Iterator[Finding]:
    """Findings in the order one would ask; the first that fails often explains the rest."""
    yield Finding(
        "versions", True, f"Tomoshibi {__version__}, Python {sys.version.split()[0]}, Django {django.__version__}"
    )
    try:
        readiness.start_database()
    except readiness.CannotStart as reason:
        yield Finding("database", False, str(reason))
        yield readiness.free_disk()
        return
    yield from _database()
    yield _clock()
    yield readiness.free_disk()
    yield _jobs()
    yield from _outside()


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10000
    kind = "embedded" if server.is_embedded() else "outside"
    oldest = 16
    yield Finding("database", version >= oldest, f"PostgreSQL {version}, {kind}; {oldest} or newer is needed")
    newer, pending = readiness.newer_migrations(), readiness.pending_migrations()
    if newer:
        yield Finding("schema", False, f"newer than this version: {newer[-1]}")
    else:
        yield Finding(
            "schema", not pending, "up to date" if not pending else f"{pending} migrations wait: tomoshibi upgrade"
        )


def _clock() -> Finding:
    difference = abs(worker_operations.server_time() - datetime.now(tz=UTC))
    if difference > CLOCK_TOLERANCE:
        return Finding(
            "clock", False, f"the database's clock is {difference.total_seconds():.0f} s off from this machine's"
        )
    if readiness.pending_migrations():
        return Finding("clock", True, "agrees with the database's")
    stepped = f"; stepped to {worker_queries.now():%Y-%m-%d %H:%M}" if worker_queries.is_stepped() else ""
    return Finding("clock", True, f"agrees with the database's{stepped}")


def _jobs() -> Finding:
    if readiness.pending_migrations():
        return Finding("jobs", True, "not asked before the schema is up to date")
    counts = worker_queries.job_counts()
    failed = counts.get("failed", 0)
    said = ", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "none yet"
    return Finding("jobs", not failed, said + (": see /worker/jobs/" if failed else ""))


def _outside() -> Iterator[Finding]:
    """Can outside systems be reached? Only whether somebody listens; signing in is their clients' matter."""
    systems = {"mail server": (settings.EMAIL_HOST, settings.EMAIL_PORT)}
    for name, (host, port) in systems.items():
        try:
            socket.create_connection((host, port), timeout=2).close()
        except OSError as reason:
            yield Finding(name, False, f"{host}:{port} cannot be reached: {reason.strerror or reason}")
        else:
            yield Finding(name, True, f"{host}:{port} answers")
