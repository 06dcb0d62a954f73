"""Column frames in and out of PostgreSQL, on the connection and in the transaction of the caller."""

import io
import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import polars as pl
from django.db import connection, models
from psycopg import pq, sql
from psycopg.errors import error_from_result

from tomoshibi.kernel.frames import Schema

Asking = Callable[[str, Schema, Callable[[], pl.DataFrame]], pl.DataFrame]
asking_through: ContextVar[Asking | None] = ContextVar("asking_through", default=None)
"""Who is asked first for the answer of a query, with its text, its schema and how to ask the database (``kept.answers``)."""
_DENSE = 2
"""A range that holds at most twice as many ids as are asked for is read whole."""


def copy_in(table: str, frame: pl.DataFrame) -> int:
    """
    Append the rows of a frame to a table with COPY.

    Column names of the frame are the table's. Constraints and triggers of the table hold as for any insert.

    :returns: rows written
    """
    if frame.is_empty():
        return 0
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT CSV)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    # Django names database errors around calls only; a COPY fails while its block ends.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in frame.iter_slices(100_000):
            block = io.BytesIO()
            part.write_csv(block, include_header=False)
            copy.write(block.getbuffer())
    return frame.height


def update_rows(rows: Iterable[models.Model], fields: Sequence[str]) -> int:
    """
    Write some fields of many rows of one model in one statement; rows that are gone stay so.

    Triggers and constraints hold as for any update. ``bulk_update`` builds an expression for each value instead: five
    seconds for a thousand rows of ten fields.

    :param fields: names of fields of the model, without its key
    :returns: rows written
    """
    rows = list(rows)
    if not rows:
        return 0
    meta = rows[0]._meta
    columns: list[Any] = [meta.pk, *map(meta.get_field, fields)]
    arrays = [[one.get_db_prep_save(getattr(row, one.attname), connection) for row in rows] for one in columns]
    # Without a length: a cast would cut off silently what the table refuses.
    kinds = [sql.SQL(str(one.db_type(connection)).partition("(")[0]) for one in columns]
    names = [sql.Identifier(str(one.column)) for one in columns]
    statement = sql.SQL(
        "UPDATE {table} AS t SET {set} FROM unnest({arrays}) AS v ({names}) WHERE t.{key} = v.{key}"
    ).format(
        table=sql.Identifier(meta.db_table),
        set=sql.SQL(", ").join(sql.SQL("{0} = v.{0}").format(name) for name in names[1:]),
        arrays=sql.SQL(", ").join(sql.SQL("%s::{}[]").format(kind) for kind in kinds),
        names=sql.SQL(", ").join(names),
        key=names[0],
    )
    with connection.cursor() as cursor:
        # As text: what keeps the trail looks into the statement of every job and request.
        cursor.execute(statement.as_string(cursor.connection), arrays)
        return int(cursor.rowcount)


def allocate_ids(table: str, count: int) -> pl.Series:
    """
    Identities for rows that are about to be copied in, from the table's own sequence.

    :returns: Int64 series ``id``
    """
    sequence = "pg_get_serial_sequence(%s, 'id')"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(n), max(n) FROM (SELECT nextval(s) AS n FROM {sequence} s, generate_series(1, %s)) AS taken",
            [table, count],
        )
        first, last = cursor.fetchone()
    if count and last - first + 1 == count:  # nobody else took any meanwhile: their ends say it all
        return pl.int_range(first, last + 1, dtype=pl.Int64, eager=True).alias("id")
    query = f"SELECT nextval(s) FROM {sequence} s, generate_series(1, %s)"
    return read_frame(query, {"id": pl.Int64}, [table, count])["id"]


def id_array(ids: pl.Series) -> str:
    """Ids as the text of an array, for ``= ANY(%s::bigint[])``: one string instead of an object for each."""
    return "{" + (ids.cast(pl.Int64).cast(pl.String).str.join(",").item() if len(ids) else "") + "}"


def analyze(*tables: str) -> None:
    """
    Let the planner learn what a large copy put into tables: it goes by what it counted last, and the server counts again
    by itself only minutes later. A list over points that were just imported took eighteen seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))).as_string())


def read_frame(query: str, schema: Schema, params: Mapping[str, Any] | Sequence[Any] | None = None) -> pl.DataFrame:
    """
    Rows of a query as typed columns, by COPY OUT.

    :param query: a SELECT whose columns come in the order of ``schema``; psycopg placeholders
    :param params: a series among them is an array of ids
    :param schema: names and polars types of the result. Binary columns arrive as hexadecimal; see ``read_rows``
    """
    with connection.wrap_database_errors, connection.cursor() as cursor:
        text = _merge(cursor, query, params)
    first = asking_through.get()
    return first(text, schema, lambda: _read(text, schema)) if first else _read(text, schema)


def _read(text: str, schema: Schema) -> pl.DataFrame:
    with connection.wrap_database_errors, connection.cursor() as cursor:
        buffer = _copied_out(cursor, f"COPY ({text}) TO STDOUT (FORMAT CSV)")
    if not buffer.tell():
        return pl.DataFrame(schema=dict(schema))
    buffer.seek(0)
    booleans = [name for name, dtype in schema.items() if dtype == pl.Boolean]
    parsed = {name: (pl.String if name in booleans else dtype) for name, dtype in schema.items()}
    frame = pl.read_csv(buffer, has_header=False, new_columns=list(schema), schema=parsed, null_values=None)
    return frame.with_columns(pl.col(name) == "t" for name in booleans) if booleans else frame


def read_among(
    query: str,
    schema: Schema,
    params: Mapping[str, Any] | None = None,
    *,
    key: str | tuple[str, ...],
    column: str,
    ids: Sequence[int] | pl.Series | None,
) -> pl.DataFrame:
    """
    Rows of a query that have one of many ids.

    Ids that lie close together, as those of a part of a book do, are asked for as a range, and what lies between them is
    dropped here: the server takes 25 ms to plan a query with 50,000 ids and as long to sort them, and nothing with a range.

    :param query: as ``read_frame`` takes it, with the condition ``{among}``
    :param key: the id's column in the condition; where tables are joined by it the one of each, as the server does not
        conclude from a range of one to a range of the other
    :param column: the id's column in ``schema``
    :param ids: all rows where nothing is given
    """
    if ids is None:
        return read_frame(query.format(among="TRUE"), schema, params)
    ids = pl.Series(ids, dtype=pl.Int64)
    low, high = ids.min(), ids.max()
    if not isinstance(low, int) or not isinstance(high, int):
        return pl.DataFrame(schema=dict(schema))
    if high - low >= _DENSE * len(ids):
        return read_frame(
            query.format(among=_on_all(key, "= ANY(%(ids)s::bigint[])")), schema, {**(params or {}), "ids": ids}
        )
    between = {**(params or {}), "low": low, "high": high}
    found = read_frame(query.format(among=_on_all(key, "BETWEEN %(low)s AND %(high)s")), schema, between)
    whole = ids.n_unique() == high - low + 1
    return found if whole else found.filter(pl.col(column).is_in(ids.implode()))


def _on_all(key: str | tuple[str, ...], condition: str) -> str:
    return " AND ".join(f"{one} {condition}" for one in ([key] if isinstance(key, str) else key))


def _copied_out(cursor: Any, statement: str) -> io.BytesIO:
    buffer = io.BytesIO()
    for message in copied_rows(cursor, statement):
        buffer.write(message)
    return buffer


def copied_rows(cursor: Any, statement: str) -> Iterator[bytes | memoryview]:
    """
    What a COPY sends, message by message: one per row, and in binary form one more before and behind them.

    Taken from libpq itself: psycopg's own iterator costs ten times as much for each as the message does. It is to be read
    to its end, or the session takes no other command.

    :param cursor: Django's, on the connection of the caller
    """
    cursor.execute("SELECT 1")  # begins the transaction, if this is its first statement
    session = cursor.connection.pgconn
    started = session.exec_(statement.encode())
    if started.status != pq.ExecStatus.COPY_OUT:
        raise error_from_result(started, encoding="utf-8")
    while True:
        size, block = session.get_copy_data(1)
        if size > 0:
            yield block
        elif size == 0:
            # Nothing has come yet: let other threads work while the server does.
            select.select([session.socket], [], [])
            session.consume_input()
        else:
            break
    failed = None
    while (result := session.get_result()) is not None:
        if result.status == pq.ExecStatus.FATAL_ERROR:
            failed = result
    if failed is not None:
        raise error_from_result(failed, encoding="utf-8")


def _merge(cursor: Any, query: str, params: Any) -> Any:
    from psycopg import ClientCursor

    if isinstance(params, Mapping):
        params = {name: _array(value) for name, value in params.items()}
    elif params is not None:
        params = [_array(value) for value in params]
    return ClientCursor(cursor.connection).mogrify(query, params)


def _array(value: Any) -> Any:
    """Whole numbers as the text of an array: tens of thousands of ids are one string, not so many objects."""
    if isinstance(value, pl.Series):
        return id_array(value)
    if isinstance(value, list) and value and all(type(item) is int for item in value):
        return "{" + ",".join(map(str, value)) + "}"
    return value
