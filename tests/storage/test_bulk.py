"""Column frames go into tables and come back as they were."""

from datetime import date

import pghistory
import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction

from tomoshibi.storage import bulk
from tomoshibi.supply.models import District

pytestmark = pytest.mark.usefixtures("in_transaction")
SCHEMA = {"id": pl.Int64, "day": pl.Date, "text": pl.String, "yes": pl.Boolean}


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute('CREATE TEMP TABLE bulk_test (id bigserial, day date, text text, "yes" boolean) ON COMMIT DROP')
    return "bulk_test"


def test_a_frame_comes_back_as_it_went_in(table):
    frame = pl.DataFrame(
        [(1, date(2026, 11, 4), '灯火,"1"\n', True), (2, None, None, None), (3, date(2016, 2, 29), " x ", False)],
        schema=SCHEMA,
        orient="row",
    )
    assert bulk.copy_in(table, frame) == 3
    found = bulk.read_frame(f'SELECT id, day, text, "yes" FROM {table} ORDER BY id', SCHEMA)
    assert found.rows() == frame.rows()
    assert found.schema == frame.schema


def test_nothing_is_written_from_nothing_and_read_from_nothing(table):
    assert bulk.copy_in(table, pl.DataFrame(schema=SCHEMA)) == 0
    assert bulk.read_frame(f'SELECT id, day, text, "yes" FROM {table}', SCHEMA).schema == SCHEMA


def test_ids_come_from_the_tables_own_sequence_once_each(table):
    ids = bulk.allocate_ids(table, 1000)
    assert (ids.name, ids.dtype, ids.len(), ids.n_unique()) == ("id", pl.Int64, 1000, 1000)
    assert bulk.allocate_ids(table, 1)[0] > ids.max()


def test_ids_as_the_text_of_an_array():
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bigint[]", [bulk.id_array(pl.Series([3, 1, 2**40]))])
        assert cursor.fetchone()[0] == [3, 1, 2**40]
        cursor.execute("SELECT %s::bigint[]", [bulk.id_array(pl.Series([], dtype=pl.Int64))])
        assert cursor.fetchone()[0] == []


def test_rows_of_many_ids_are_the_same_whether_the_ids_lie_close_together_or_not(table):
    frame = pl.DataFrame([(number, None, str(number), True) for number in range(1, 101)], schema=SCHEMA, orient="row")
    bulk.copy_in(table, frame)
    query = f'SELECT id, day, text, "yes" FROM {table} WHERE {{among}} AND id <> %(but)s ORDER BY id'
    for ids in ([3, 4, 6, 7], [3, 90], [5], []):
        chosen = pl.Series(ids, dtype=pl.Int64)
        found = bulk.read_among(query, SCHEMA, {"but": 4}, key="id", column="id", ids=chosen)
        assert found["id"].to_list() == [number for number in ids if number != 4]
        assert found.schema == SCHEMA


def test_all_rows_or_those_that_several_tables_are_joined_by(table):
    frame = pl.DataFrame([(number, None, None, None) for number in range(1, 101)], schema=SCHEMA, orient="row")
    bulk.copy_in(table, frame)
    query = f"SELECT a.id FROM {table} a JOIN {table} b ON b.id = a.id WHERE {{among}} ORDER BY a.id"
    both = {"key": ("a.id", "b.id"), "column": "id"}
    assert bulk.read_among(query, {"id": pl.Int64}, **both, ids=None)["id"].to_list() == frame["id"].to_list()
    for ids in ([3, 4, 5], [3, 4, 6], [3, 90], []):
        assert bulk.read_among(query, {"id": pl.Int64}, **both, ids=ids)["id"].to_list() == ids


def test_rows_as_the_server_sends_them_and_the_session_goes_on(table):
    with connection.cursor() as cursor:
        statement = "COPY (SELECT n FROM generate_series(1, 3) n) TO STDOUT (FORMAT CSV)"
        assert [bytes(row) for row in bulk.copied_rows(cursor, statement)] == [b"1\n", b"2\n", b"3\n"]
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_query_that_fails_says_so_and_the_connection_lives(table):
    from tomoshibi.storage import db

    with pytest.raises(DatabaseError), db.savepoint():
        bulk.read_frame(f"SELECT no_such_column FROM {table}", {"n": pl.Int64})
    with pytest.raises(DatabaseError), db.savepoint():
        bulk.read_frame("SELECT 1 / (n - 2) FROM generate_series(1, 3) n", {"n": pl.Int64})
    assert bulk.read_frame("SELECT 1", {"n": pl.Int64})["n"].to_list() == [1]


def districts():
    rows = [District(number=f"T{n}", name=f"台区{n}", unit="所", setting="urban") for n in range(3)]
    District.objects.bulk_create(rows)
    return rows


def test_fields_of_many_rows_are_written_at_once():
    rows = districts()
    for row in rows:
        row.name, row.unit = f"{row.name}'", "not written"
    assert bulk.update_rows(rows[:2], ["name"]) == 2
    assert list(District.objects.order_by("number").values_list("name", "unit")) == [
        ("台区0'", "所"), ("台区1'", "所"), ("台区2", "所"),
    ]  # fmt: skip
    assert bulk.update_rows([], ["name"]) == 0
    with pghistory.context(job=1):  # as the worker and every request do
        assert bulk.update_rows(rows[:2], ["name"]) == 2


def test_what_is_too_long_is_refused_and_never_cut_off():
    (row, *_rest) = districts()
    row.number = "x" * 1_000
    with pytest.raises(DatabaseError, match="too long"), transaction.atomic():
        bulk.update_rows([row], ["number"])
