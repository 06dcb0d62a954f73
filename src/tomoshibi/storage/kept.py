"""
Answers of queries, kept with the moment that they show: who asks the same again gets them, while nothing has changed.

The database itself says whether anything has. Each table that is watched (by a trigger ``storage_note_change``, which a
migration gives it) notes, once for a transaction that writes it, the number of that transaction; an answer is kept with the
snapshot that was taken before its query. It holds as long as every transaction that is noted for its tables was visible in
that snapshot. Note and change are committed together or not at all, so that an answer is never older than what its query
would give. Which tables a query reads the planner says; a query that reads a table which nobody watches is asked anew each
time.

The triggers fire also where a session sets others aside, and a table whose triggers were switched off and on again by hand
counts as watched no longer. Both tables are written like any other, so that a crash leaves notes and answers as they were
committed; no backup holds their rows (``TABLES``). An answer from another server is not looked at: the numbers of
transactions there are others.
"""

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
import psycopg
from django.db import connection

from tomoshibi.kernel.frames import Schema
from tomoshibi.storage import bulk, db

TABLES = ("storage_change", "storage_kept")
"""What a backup leaves out: the next question makes it again."""
ROOM_BYTES = 2**30
"""What all answers together may take; what nobody asked for a week makes room."""
_LOCK = 0x6B657074
"""Shared by those who keep an answer, alone for who takes notes away."""
_VOLATILE = re.compile(r"\b(now|random|nextval|clock_timestamp|timeofday)\s*\(|\bcurrent_|\blocaltime", re.IGNORECASE)
_SERVER = "(SELECT system_identifier FROM pg_control_system())"
_CHANGED = """
    EXISTS (
        SELECT FROM storage_change c
         WHERE c.relation = ANY(k.relations) AND c.writer >= pg_snapshot_xmin(k.snapshot)
           AND NOT pg_visible_in_snapshot(c.writer, k.snapshot)
    )
"""


@contextmanager
def answers() -> Iterator[None]:
    """Inside, ``bulk.read_frame`` gives kept answers, and keeps those that it had to ask for."""
    token = bulk.asking_through.set(_answer)
    try:
        yield
    finally:
        bulk.asking_through.reset(token)


@db.transaction_required
def moment() -> str | None:
    """
    What a transaction sees now: how fresh an answer is that is worked out from what it reads from here on.

    :returns: nothing while notes are taken away (``tidy``); until the transaction ends, nobody takes any away after it
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_try_advisory_xact_lock_shared(%s), pg_current_snapshot()::text,
                   pg_current_xact_id_if_assigned()::text
            """,
            [_LOCK],
        )
        held, snapshot, own = cursor.fetchone()
    return _with_own(snapshot, own) if held else None


def _with_own(snapshot: str, own: str | None) -> str:
    """A snapshot as others would take it: the transaction that takes it is open too, and may write again."""
    lowest, next_one, others = snapshot.split(":")
    if own is None or int(own) >= int(next_one):
        return snapshot
    writers = sorted({int(one) for one in others.split(",") if one} | {int(own)})
    return f"{lowest}:{next_one}:{','.join(map(str, writers))}"


def worked_out(
    question: Sequence[bytes], *, tables: Sequence[str], since: str | None, work_out: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    """
    An answer that is more than a query gives, kept like those inside the same block (``answers``).

    :param question: all that the answer depends on besides the tables
    :param tables: what it is worked out from; it is not kept where one of them is not watched
    :param since: the ``moment`` before the first of it was read
    """
    if bulk.asking_through.get() is None or not connection.in_atomic_block:
        return work_out()
    key = hashlib.sha256(repr(question).encode()).digest()
    kept = _kept(key)
    if kept is not None:
        return kept
    if since is None or not _watched(tables) or not _alone(key):
        return work_out()
    frame = work_out()
    _keep(key, frame, relations=tables, snapshot=since)
    return frame


@db.transaction_required
def tidy() -> int:
    """
    Drop answers that no longer hold, and the notes that no answer needs.

    :returns: how many answers were dropped; nothing is done while somebody keeps one
    """
    with connection.cursor() as cursor:
        # Who keeps an answer now has its snapshot, but nobody sees it: the notes since then are needed. Without such
        # a one, every answer still to come will have seen what is noted here.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(f"DELETE FROM storage_kept k WHERE server <> {_SERVER} OR {_CHANGED}")
        dropped = int(cursor.rowcount)
        cursor.execute(
            """
            DELETE FROM storage_change WHERE (
                writer < (SELECT pg_snapshot_xmin(snapshot) AS oldest FROM storage_kept ORDER BY oldest LIMIT 1)
            ) IS NOT FALSE
            """
        )
        return dropped


def forget() -> None:
    """Drop every answer: what they were made by is another program now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('storage_kept') IS NOT NULL")
        if cursor.fetchone()[0]:
            cursor.execute("DELETE FROM storage_kept")


def _answer(query: str, schema: Schema, ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    if not connection.in_atomic_block:
        return ask()
    key = hashlib.sha256(f"{[(name, str(dtype)) for name, dtype in schema.items()]} {query}".encode()).digest()
    kept = _kept(key)
    if kept is not None:
        return kept
    relations = _relations(query)
    if not relations:
        return ask()
    # Before the query: a change that comes between the two counts as one that the answer has not seen.
    snapshot = moment()
    if snapshot is None or not _alone(key):
        return ask()
    frame = ask()
    _keep(key, frame, relations=relations, snapshot=snapshot)
    return frame


def _alone(key: bytes) -> bool:
    """Nobody waits for anybody: who comes second asks for himself and leaves the keeping to the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(key[:8], "big", signed=True)])
        return bool(cursor.fetchone()[0])


def _raw(cursor: Any) -> psycopg.Cursor[Any]:
    """On the session of the caller: bytes go and come as they are, not as text twice their length."""
    return psycopg.Cursor(cursor.connection)


def _kept(key: bytes) -> pl.DataFrame | None:
    with connection.wrap_database_errors, connection.cursor() as cursor, _raw(cursor) as raw:
        found = raw.execute(
            f"""
            SELECT answer, used_on < current_date FROM storage_kept k
             WHERE key = %b AND server = {_SERVER} AND NOT {_CHANGED} AND relations <@ {_WATCHED}
            """.encode(),
            [key],
            binary=True,
        ).fetchone()
        if found is None:
            return None
        if found[1]:
            # Somebody who says the same right now says it for both; nobody waits for the end of the other's work.
            raw.execute(
                b"""
                UPDATE storage_kept SET used_on = current_date
                 WHERE key = (SELECT key FROM storage_kept WHERE key = %b FOR UPDATE SKIP LOCKED)
                """,
                [key],
            )
    return pl.read_ipc(found[0])


_WATCHED = """
    ARRAY(
        SELECT r.relname::text FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid
         WHERE t.tgname = 'storage_note_change' AND t.tgenabled = 'A'
    )
"""


def _relations(query: str) -> list[str]:
    """The tables that a query reads, if all of them are watched and it asks for nothing else that changes."""
    if _VOLATILE.search(query):
        return []
    with connection.wrap_database_errors, connection.cursor() as cursor, _raw(cursor) as raw:
        plan = raw.execute(f"EXPLAIN (FORMAT JSON) {query}".encode()).fetchone()
        assert plan is not None, "a plan is one row"
    found = sorted(set(_read_by(plan[0])))
    return found if _watched(found) else []


def _watched(tables: Sequence[str]) -> bool:
    with connection.wrap_database_errors, connection.cursor() as cursor, _raw(cursor) as raw:
        found = raw.execute(f"SELECT %s::text[] <@ {_WATCHED}".encode(), [list(tables)]).fetchone()
    return bool(found and found[0])


def _read_by(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        node = json.loads(node)
    for one in node if isinstance(node, list) else [node]:
        if "Relation Name" in one:
            yield one["Relation Name"]
        for below in ("Plan", "Plans"):
            if below in one:
                yield from _read_by(one[below])


def _keep(key: bytes, frame: pl.DataFrame, *, relations: Sequence[str], snapshot: str) -> None:
    buffer = io.BytesIO()
    frame.write_ipc(buffer, compression="lz4")
    size = buffer.tell()
    with connection.wrap_database_errors, connection.cursor() as cursor, _raw(cursor) as raw:
        raw.execute(b"DELETE FROM storage_kept WHERE key = %b", [key])
        if not _room(raw, size):
            return
        raw.execute(
            f"""
            INSERT INTO storage_kept (key, server, relations, snapshot, used_on, size, answer)
            VALUES (%b, {_SERVER}, %s::text[], %s::pg_snapshot, current_date, %s, %b)
            """.encode(),
            [key, list(relations), snapshot, size, buffer.getvalue()],
        )


def _room(raw: psycopg.Cursor[Any], size: int) -> bool:
    """Whether an answer fits; before one is turned away, those go that no longer hold or that nobody asked for."""
    total = b"SELECT coalesce(sum(size), 0)::bigint FROM storage_kept"
    if _one(raw.execute(total)) + size <= ROOM_BYTES:
        return True
    raw.execute(f"DELETE FROM storage_kept k WHERE used_on < current_date - 7 OR {_CHANGED}".encode())
    return _one(raw.execute(total)) + size <= ROOM_BYTES


def _one(cursor: psycopg.Cursor[Any]) -> int:
    found = cursor.fetchone()
    assert found is not None, "an aggregate is one row"
    return int(found[0])
