"""Column frames in and out of PostgreSQL, on the connection and in the transaction of the caller."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection
from psycopg import sql

from tomoshibi.kernel.frames import Schema


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
            copy.write(part.write_csv(include_header=False).encode())
    return frame.height


def allocate_ids(table: str, count: int) -> pl.Series:
    """
    Identities for rows that are about to be copied in, from the table's own sequence.

    :returns: Int64 series ``id``
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return pl.Series("id", [row[0] for row in cursor.fetchall()], dtype=pl.Int64)


def read_frame(query: str, schema: Schema, params: Mapping[str, Any] | Sequence[Any] | None = None) -> pl.DataFrame:
    """
    Rows of a query as typed columns, by COPY OUT.

    :param query: a SELECT whose columns come in the order of ``schema``; psycopg placeholders
    :param schema: names and polars types of the result. Binary columns arrive as hexadecimal; see ``read_rows``
    """
    with connection.cursor() as cursor:
        text = (
            cursor.cursor.mogrify(query, params) if hasattr(cursor.cursor, "mogrify") else _merge(cursor, query, params)
        )
        buffer = io.BytesIO()
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT CSV)").format(sql.SQL(text))) as copy:
            for block in copy:
                buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=dict(schema))
    buffer.seek(0)
    booleans = [name for name, dtype in schema.items() if dtype == pl.Boolean]
    parsed = {name: (pl.String if name in booleans else dtype) for name, dtype in schema.items()}
    frame = pl.read_csv(buffer, has_header=False, new_columns=list(schema), schema=parsed, null_values=None)
    return frame.with_columns(pl.col(name) == "t" for name in booleans) if booleans else frame


def _merge(cursor: Any, query: str, params: Any) -> Any:
    from psycopg import ClientCursor

    return ClientCursor(cursor.connection).mogrify(query, params)
