"""``tomoshibi debit`` does what the pages do, and fails with a reason."""

import pytest
from django.utils import translation
from typer.testing import CliRunner

from tests.collection.conftest import NOW, answer, open_bills, set_up
from tests.collection.notices import notice, row
from tomoshibi.collection import commands, operations, queries
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def world(django_user_model):
    with db.transaction():
        worker.set_clock(now=NOW)
        made = set_up(django_user_model)
        open_bills(made.bill(1, 0, 5_000), made.bill(2, 1, 7_000))
    return made


def run(*arguments):
    return CliRunner().invoke(commands.app, [str(one) for one in arguments])


def test_a_file_goes_out_and_its_result_comes_in(world, tmp_path):
    target = tmp_path / "request.txt"
    out = run("export", target, "--month", "2026-11", "--as", "kawai", "--confirm-as", "mori")
    assert out.exit_code == 0, out.output
    assert "2 debits, 12,000 in all" in out.output
    (batch,) = queries.batches()
    with db.transaction():
        operations.mark_sent(batch_id=batch.id, remote_name=target.name, now=NOW)
    result = tmp_path / "result.txt"
    result.write_bytes(answer(batch.id, {0: "1"}))
    first = run("import", result)
    assert "1 paid (7,000), 1 failed" in first.output
    assert "nothing changed" in run("import", result).output
    assert "answered" in run("batches").output


def test_a_file_that_waits_for_its_second_person_is_taken_up(world, tmp_path):
    target = tmp_path / "request.txt"
    alone = run("export", target, "--month", "2026-11", "--as", "kawai")
    assert alone.exit_code == 1
    assert not target.exists()
    later = run("export", target, "--month", "2026-11", "--as", "kawai", "--confirm-as", "mori")
    assert later.exit_code == 0, later.output
    assert target.exists()
    assert [batch.state for batch in queries.batches()] == ["released"], "one file, not two"


def test_the_banks_transfers_come_in(world, tmp_path):
    file = tmp_path / "deposits.txt"
    file.write_bytes(notice(row(1, 5_000, "ﾄﾓｼﾋﾞ ﾀﾛｳ"), row(2, 0, "ﾅｼ")))
    first = run("deposits", file, "--as", "kawai")
    assert first.exit_code == 0, first.output
    assert "2 rows, 1 transfers (5,000), payer known of 0, 0 known before, 1 refused" in first.output
    assert "record 3: nothing" in first.output
    assert "nothing changed" in run("deposits", file).output
    file.write_bytes(notice(row(3, 100, "ｱ")).replace(b"8000001", b"8000002"))
    broken = run("deposits", file)
    assert broken.exit_code == 1
    assert "deposits.txt: record 3: " in broken.output, broken.output


def test_without_a_second_person_nothing_is_written(world, tmp_path):
    target = tmp_path / "request.txt"
    for more in ((), ("--confirm-as", "kawai")):
        out = run("export", target, "--month", "2026-11", "--as", "kawai", *more)
        assert out.exit_code == 1
        assert not target.exists()
        with db.transaction():
            for batch in queries.batches(states=["prepared"]):
                operations.cancel_batch(batch_id=batch.id, reason="test", now=NOW, actor_id=world.first)


def test_a_broken_file_ends_with_a_reason(world, tmp_path):
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"1910")
    out = run("import", broken)
    assert out.exit_code == 1
    assert "broken.txt" in out.output
