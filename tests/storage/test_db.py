"""The four transaction words."""

import polars as pl
import pytest
from django.db import connection

from tomoshibi.storage import bulk, db


@pytest.mark.django_db(transaction=True)
def test_a_writing_operation_refuses_to_run_without_a_transaction():
    @db.transaction_required
    def write():
        return 1

    with pytest.raises(db.NoTransaction):
        write()
    with db.transaction():
        assert write() == 1


@pytest.mark.django_db(transaction=True)
def test_what_talks_outside_refuses_to_hold_a_transaction():
    @db.durable
    def send():
        return 1

    assert send() == 1
    with db.transaction(), pytest.raises(db.InsideTransaction):
        send()


@pytest.mark.django_db(transaction=True)
def test_transactions_do_not_nest():
    with db.transaction(), pytest.raises(RuntimeError), db.transaction():
        pass


@pytest.mark.django_db
def test_frames_go_in_and_come_out_as_they_were():
    frame = pl.DataFrame({"id": [1, 2], "note": ['a"b,', "灯\n火"], "yes": [True, False], "none": [None, 5]})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE probe (id bigint, note text, yes boolean, none bigint)")
    assert bulk.copy_in("probe", frame) == 2
    back = bulk.read_frame(
        "SELECT id, note, yes, none FROM probe WHERE id < %s ORDER BY id",
        {"id": pl.Int64, "note": pl.String, "yes": pl.Boolean, "none": pl.Int64},
        [10],
    )
    assert back.equals(frame)


@pytest.mark.django_db
def test_an_empty_result_still_has_its_columns():
    assert bulk.read_frame("SELECT 1 WHERE false", {"n": pl.Int64}).schema == {"n": pl.Int64}
