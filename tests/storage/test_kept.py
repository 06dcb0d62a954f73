"""Answers are kept while nothing changes, and never a moment longer."""

import threading
from contextlib import contextmanager

import polars as pl
import pytest
from django.db import connection, transaction

from tomoshibi.storage import bulk, db, kept
from tomoshibi.supply.models import District

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = {"count": pl.Int64}
READINGS = "SELECT count(*) FROM metering_reading"
WATCHED = (
    "billing_adjustment", "billing_bill", "billing_extra", "billing_groupmonth", "billing_invoice", "contracts_contract",
    "contracts_contractterms", "contracts_levyexemption", "metering_halfhours", "metering_reading", "parties_accountterms",
    "supply_supplypoint",
)  # fmt: skip
KEYS = {"billing_extra": "bill_id", "billing_invoice": "bill_id", "metering_halfhours": "reading_id"}
WRITES = {
    "insert": "INSERT INTO {0} SELECT * FROM {0} WHERE FALSE",
    "update": "UPDATE {0} SET {1} = {1} WHERE FALSE",
    "delete": "DELETE FROM {0} WHERE FALSE",
    "truncate": "TRUNCATE {0} CASCADE",
    "with triggers set aside": "SET LOCAL session_replication_role = replica; DELETE FROM {0} WHERE FALSE",
}


def ask(query=READINGS, schema=SCHEMA):
    with db.transaction(), kept.answers():
        return bulk.read_frame(query, schema)


def write(statement):
    with db.transaction():
        write_inside(statement)


def write_inside(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def elsewhere(work):
    """Another session that does its work and leaves its transaction open until the block ends."""
    done, may_end = threading.Event(), threading.Event()

    def session():
        with transaction.atomic():
            work()
            done.set()
            may_end.wait(30)
        connection.close()

    thread = threading.Thread(target=session)
    thread.start()
    assert done.wait(30)
    try:
        yield
    finally:
        may_end.set()
        thread.join()


def elsewhere_done(work):
    """Another session that does its work and commits."""

    def session():
        work()
        connection.close()

    thread = threading.Thread(target=session)
    thread.start()
    thread.join()


def kept_answers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM storage_kept")
        return cursor.fetchone()[0]


def test_the_second_question_is_answered_without_the_database(asked):
    query = 'SELECT id, start, "end", number FROM contracts_contract'
    schema = {"id": pl.Int64, "start": pl.Date, "end": pl.Date, "number": pl.String}
    first = ask(query, schema)
    assert ask(query, schema).equals(first)
    assert ask(query, schema).schema == first.schema == schema
    assert len(asked) == 1


def test_another_question_is_another_answer(asked):
    ask()
    ask(f"{READINGS} WHERE month = 202610")
    ask(READINGS, {"n": pl.Int64})
    assert len(asked) == 3


@pytest.mark.parametrize("table", WATCHED)
@pytest.mark.parametrize("kind", WRITES)
def test_whoever_writes_a_table_ends_its_answers(asked, table, kind):
    query = f"SELECT count(*) FROM {table}"
    ask(query)
    ask(query)
    assert len(asked) == 1
    write(WRITES[kind].format(table, KEYS.get(table, "id")))
    ask(query)
    assert len(asked) == 2


def test_a_write_elsewhere_changes_nothing_here(asked):
    ask()
    write("UPDATE contracts_contract SET id = id WHERE FALSE")
    ask()
    assert len(asked) == 1


def test_a_table_that_nobody_watches_is_read_each_time(asked):
    for _time in range(2):
        ask("SELECT count(*) FROM supply_district")
        ask("SELECT count(*) FROM metering_reading r JOIN supply_district d ON d.id = r.id")
        ask("SELECT count(*) FROM metering_reading WHERE period_end < now()")
    assert len(asked) == 6
    assert kept_answers() == 0


def test_triggers_that_were_switched_off_and_on_are_not_trusted(asked):
    ask()
    with connection.cursor() as cursor:
        try:
            cursor.execute(
                "ALTER TABLE metering_reading DISABLE TRIGGER ALL; ALTER TABLE metering_reading ENABLE TRIGGER ALL"
            )
            ask()
            assert len(asked) == 2
        finally:
            cursor.execute("ALTER TABLE metering_reading ENABLE ALWAYS TRIGGER storage_note_change")


def test_a_transaction_sees_its_own_writes(asked):
    ask()
    with db.transaction(), kept.answers():
        write_inside("UPDATE metering_reading SET id = id WHERE FALSE")
        bulk.read_frame(READINGS, SCHEMA)
        bulk.read_frame(READINGS, SCHEMA)
    assert len(asked) == 3


def test_a_transaction_that_keeps_an_answer_and_writes_again_ends_it(asked):
    touch = "UPDATE metering_reading SET id = id WHERE FALSE"
    with db.transaction(), kept.answers():
        write_inside(touch)
        # Somebody who began later has ended: this transaction is no longer the newest, and still goes on.
        elsewhere_done(lambda: write("UPDATE contracts_contract SET id = id WHERE FALSE"))
        bulk.read_frame(READINGS, SCHEMA)
        write_inside(touch)
        bulk.read_frame(READINGS, SCHEMA)
    ask()
    assert len(asked) == 3


def test_what_another_session_had_not_yet_committed_is_missed_by_no_answer(asked):
    with elsewhere(lambda: write_inside("DELETE FROM metering_reading")):
        ask()  # kept while the other's change is still to come
        ask()
        assert len(asked) == 1, "the change does not count before it is committed"
    ask()
    assert len(asked) == 2


def test_a_change_between_the_moment_and_the_question_ends_the_answer(asked, monkeypatch):
    def change_first(text, schema):
        if not asked:
            elsewhere_done(lambda: write("UPDATE metering_reading SET id = id WHERE FALSE"))
        return real(text, schema)

    real = bulk._read
    monkeypatch.setattr(bulk, "_read", change_first)
    ask()
    ask()
    assert len(asked) == 2


def test_an_answer_of_a_transaction_that_is_undone_is_not_kept(asked):
    with pytest.raises(ZeroDivisionError), db.transaction(), kept.answers():
        bulk.read_frame(READINGS, SCHEMA)
        raise ZeroDivisionError
    assert kept_answers() == 0


def test_an_answer_of_another_server_is_not_looked_at(asked):
    ask()
    write("UPDATE storage_kept SET server = server + 1")
    ask()
    assert len(asked) == 2


def test_answers_that_do_not_fit_are_not_kept_and_old_ones_make_room(asked, monkeypatch):
    ask()
    with connection.cursor() as cursor:
        cursor.execute("SELECT size FROM storage_kept")
        size = cursor.fetchone()[0]
    monkeypatch.setattr(kept, "ROOM_BYTES", size + size // 2)
    other = f"{READINGS} WHERE month = 202610"
    ask(other)
    assert kept_answers() == 1, "there is room for one"
    ask()
    assert len(asked) == 2, "the first is still there"
    write("UPDATE storage_kept SET used_on = used_on - 8")
    ask(other)
    ask(other)
    assert (kept_answers(), len(asked)) == (1, 3)


def test_tidying_drops_what_no_longer_holds_and_notes_that_nobody_needs(asked):
    ask()
    ask("SELECT count(*) FROM contracts_contract")
    write("UPDATE metering_reading SET id = id WHERE FALSE")
    with db.transaction():
        assert kept.tidy() == 1
    ask("SELECT count(*) FROM contracts_contract")
    assert len(asked) == 2
    with elsewhere(lambda: write_inside("SELECT pg_current_xact_id()")):  # goes on, and needs no note
        write("UPDATE contracts_contract SET id = id WHERE FALSE")
        ask("SELECT count(*) FROM contracts_contract")
        assert len(asked) == 3
        kept.forget()
        with db.transaction():
            kept.tidy()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM storage_change")
        assert cursor.fetchone()[0] == 0


def test_nothing_is_tidied_while_an_answer_is_being_kept():
    def work():
        with kept.answers():
            bulk.read_frame(READINGS, SCHEMA)

    write("UPDATE metering_reading SET id = id WHERE FALSE")
    with elsewhere(work):
        with db.transaction():
            assert kept.tidy() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM storage_change")
            assert cursor.fetchone()[0] == 1
    assert kept_answers() == 1


def test_who_asks_the_same_at_the_same_time_waits_for_nobody(asked):
    def work():
        with kept.answers():
            bulk.read_frame(READINGS, SCHEMA)

    with elsewhere(work):
        ask()
    ask()
    assert (len(asked), kept_answers()) == (2, 1)


def test_two_who_use_an_answer_on_a_new_day_do_not_wait_for_each_other(asked):
    def work():
        with kept.answers():
            bulk.read_frame(READINGS, SCHEMA)

    ask()
    write("UPDATE storage_kept SET used_on = used_on - 1")
    with elsewhere(work), db.transaction(), kept.answers():
        write_inside("SET LOCAL lock_timeout = '1s'")
        bulk.read_frame(READINGS, SCHEMA)
    with connection.cursor() as cursor:
        cursor.execute("SELECT used_on = current_date FROM storage_kept")
        assert cursor.fetchall() == [(True,)]
    assert len(asked) == 1


def test_an_upgrade_drops_all_answers(asked):
    from django.core.management import call_command

    ask()
    call_command("migrate", verbosity=0, interactive=False)
    assert kept_answers() == 0


def test_outside_of_the_block_nothing_is_kept(asked):
    District.objects.exists()
    with db.transaction():
        bulk.read_frame(READINGS, SCHEMA)
        bulk.read_frame(READINGS, SCHEMA)
    assert (len(asked), kept_answers()) == (2, 0)


def worked_out(times, *, since, tables=("metering_reading",)):
    """How often the same was worked out: the answer says it, and grows by one each time."""

    def work_out():
        times.append(1)
        return pl.DataFrame({"times": [len(times)]})

    found = kept.worked_out([b"question"], tables=tables, since=since, work_out=work_out)
    return found["times"].to_list()


def test_what_was_worked_out_is_kept_until_its_tables_change():
    times = []
    for _time in range(2):
        with db.transaction(), kept.answers():
            assert worked_out(times, since=kept.moment()) == [1]
    write("UPDATE contracts_contract SET id = id WHERE FALSE")
    with db.transaction(), kept.answers():
        assert worked_out(times, since=kept.moment()) == [1]
    write("UPDATE metering_reading SET id = id WHERE FALSE")
    with db.transaction(), kept.answers():
        assert worked_out(times, since=kept.moment()) == [2]


def test_a_change_since_the_first_was_read_ends_what_was_worked_out_from_it():
    times = []
    with db.transaction(), kept.answers():
        since = kept.moment()
        elsewhere_done(lambda: write("UPDATE metering_reading SET id = id WHERE FALSE"))
        assert worked_out(times, since=since) == [1]
    with db.transaction(), kept.answers():
        assert worked_out(times, since=kept.moment()) == [2]


def test_nobody_takes_notes_away_between_a_moment_and_its_answer():
    times = []
    with db.transaction(), kept.answers():
        since = kept.moment()

        def change_and_tidy():
            write("UPDATE metering_reading SET id = id WHERE FALSE")
            with db.transaction():
                kept.tidy()

        elsewhere_done(change_and_tidy)
        worked_out(times, since=since)
    with db.transaction(), kept.answers():
        assert worked_out(times, since=kept.moment()) == [2]


def test_what_was_worked_out_is_not_kept_where_nobody_watches_or_asks_for_it():
    times = []
    for _time in range(2):
        with db.transaction():
            worked_out(times, since=kept.moment())
        with db.transaction(), kept.answers():
            worked_out(times, since=kept.moment(), tables=("supply_district",))
            worked_out(times, since=None)
    assert (len(times), kept_answers()) == (6, 0)
