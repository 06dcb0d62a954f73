"""A month on the command line: run, check, examine, confirm, issue, statements, replay; errors exit 1 and say why."""

import json
from pathlib import Path

import pytest
from django.utils import translation
from typer.testing import CliRunner

from tests.billing import book
from tests.billing.test_replay import tamper
from tomoshibi.billing import commands, queries, values
from tomoshibi.documents import queries as documents
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def contracts(settings, tmp_path, now):
    settings.MEDIA_ROOT = tmp_path
    with db.transaction():
        worker.set_clock(now=now)
        book.masters_and_plans(now)
        for name in ("first", "second"):
            book.person(name)
        made = [book.customer(n) for n in (1, 2, 3)]
        for contract, kwh in zip(made[:2], (398, 120), strict=True):
            book.reading(contract, kwh, now=now)
    return made


def bill(*words, code=0):
    return _run(commands.app, words, code)


def _run(app, words, code):
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def facts(*words):
    return json.loads(bill(*words, "--json").splitlines()[-1])


def test_a_month_from_run_to_statements(contracts):
    made = facts("run", "2026-10", "--as", "first")
    assert (made["bills"], made["set_aside"], made["state"]) == (2, 1, "checked")
    run = made["run"]
    assert facts("run", "2026-10", "--as", "second")["run"] == run, "the open one of the same selection"
    assert "E101" in bill("exceptions", run)
    again = facts("check", run, "--as", "first")
    assert {name: again[name] for name in ("bills", "total_minor", "state")} == {
        name: made[name] for name in ("bills", "total_minor", "state")
    }
    bill("issue", run, "--as", "first", code=1)
    assert queries.issued_frame(run_id=run).is_empty(), "nobody confirmed it"
    assert "to confirm" in bill("examine", run, "--as", "first", "--release", "looked at")
    bill("confirm", run, "--as", "first", code=1)
    assert "to issue" in bill("confirm", run, "--as", "second")
    assert "2 issued" in bill("issue", run, "--as", "first")
    assert "2 issued" in bill("issue", run, "--as", "first"), "issuing again changes nothing"
    assert queries.issued_frame(run_id=run)["amount_minor"].sum() == made["total_minor"]
    printed = _run(commands.statements_app, [run, "--as", "first"], 0)
    paths = [line.split()[0] for line in printed.splitlines() if line.startswith("  ")]
    assert len(paths) == 3, "statements, index, manifest"
    (batch,) = queries.print_batches(run_id=run)
    assert Path(documents.path(file_id=batch["parts"][0]["pdf_file_id"])).read_bytes().startswith(b"%PDF-")


def test_errors_say_what_is_wrong(contracts):
    assert "nobody signs in" in bill("run", "2026-10", "--as", "nobody", code=1)
    bill("run", "2026-13", "--as", "first", code=1)
    assert "no billing run 99" in bill("show", 99, code=1)
    assert "no billing run 99" in _run(commands.statements_app, [99, "--as", "first"], 1)
    run = facts("run", "2026-10", "--as", "first")["run"]
    bill("confirm", run, "--as", "second", code=1)
    _run(commands.statements_app, [run, "--as", "first"], 1)
    bill("cancel", run, "--as", "first", "--reason", "test")
    assert queries.run(run_id=run).state is values.RunState.CANCELLED
    bill("check", run, "--as", "first", code=1)


def test_a_replay_agrees_until_somebody_tampers(contracts):
    run = facts("run", "2026-10", "--as", "first")["run"]
    bill("examine", run, "--as", "first", "--release", "looked at")
    bill("confirm", run, "--as", "second")
    bill("issue", run, "--as", "first")
    number = queries.issued_frame(run_id=run)["invoice_number"][0]
    assert "The same to the yen" in bill("replay", number)
    assert facts("replay", number)["fits"] is True
    assert "The same to the yen" in bill("replay", number, "--known-on", "2026-11-05")
    bill("replay", number, "--known-on", "2026-01-01", code=1)
    # The derivation is read at the terminal in three languages, in units that people read.
    for language, words in (("ja", ("基本料金", "使用量")), ("zh", ("基本电费",)), ("en", ("Basic charge", "Used"))):
        told = bill("replay", number, "--language", language)
        assert all(word in told for word in (*words, " kWh × ", "4.18")), told
        assert "_dwh" not in told
        assert "_micro" not in told
    bill("replay", "12345678901", code=1)
    bill("replay", number, "--known-on", "yesterday", code=1)
    with db.transaction():
        tamper("UPDATE metering_reading SET energy_dwh = energy_dwh + 10000 WHERE energy_dwh > 0")
    told = bill("replay", number, code=1)
    assert "It differs" in told
    assert "Priced again" in told
