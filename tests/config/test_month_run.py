"""``tomoshibi month run``: the whole month by command, as far as one person may take it alone."""

import pytest
from django.utils import translation
from typer.testing import CliRunner

from tests.billing import book
from tomoshibi.billing import queries, values
from tomoshibi.config import commands, readiness
from tomoshibi.documents import typesetting
from tomoshibi.ledger import queries as ledger
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def clerks(settings, tmp_path, now):
    """Two people over a book of three contracts; the third used twelve times as much as usual."""
    settings.MEDIA_ROOT = tmp_path
    with db.transaction():
        worker.set_clock(now=now)
        book.masters_and_plans(now)
        for name in ("first", "second"):
            book.person(name)
        made = [book.customer(n) for n in (1, 2, 3)]
        book.reading(made[2], 100, month=book.OCTOBER.plus(-1), now=now)
        for contract, kwh in zip(made, (398, 120, 1_200), strict=True):
            book.reading(contract, kwh, now=now)


def month_run(*more, month="2026-10", code=1):
    answer = CliRunner().invoke(commands.app, ["month", "run", month, *more])
    assert answer.exit_code == code, answer.output
    assert "Traceback" not in answer.output
    return answer.output


def test_it_stops_where_a_second_person_is_needed_and_goes_on_with_one(clerks):
    alone = ("--as", "first")
    assert "1 bills wait for a decision" in month_run(*alone)
    held = (*alone, "--hold", "wait for the grid company")
    assert "wait for a second person (--confirm-as)" in month_run(*held)
    (run,) = queries.runs()
    assert run.state is values.RunState.EXAMINED
    assert queries.issued_frame(run_id=run.id).is_empty()
    month_run(*held, "--confirm-as", "first")
    assert queries.run(run_id=run.id).state is values.RunState.EXAMINED, "nobody confirms what they prepared"
    said = month_run(*held, "--confirm-as", "second", code=0)
    assert all(f"\n  {step} " in said for step in ("confirm", "issue", "statements", "ledger")), said
    issued = queries.issued_frame(run_id=run.id)
    assert (issued.height, queries.run(run_id=run.id).state) == (2, values.RunState.ISSUED)
    assert ledger.trial_balance(first=book.OCTOBER, last=book.NOVEMBER).foots


def test_statements_that_could_not_be_printed_are_made_when_the_month_runs_again(clerks, monkeypatch):
    how = ("--as", "first", "--confirm-as", "second", "--hold", "wait for the grid company")
    with monkeypatch.context() as without_fonts:
        without_fonts.setattr(typesetting, "font_folders", no_fonts)
        month_run(*how)
    (run,) = queries.runs()
    assert run.state is values.RunState.ISSUED
    assert queries.unprinted_runs(month=book.OCTOBER) == [run.id]
    again = month_run(*how, code=0)
    assert f"\n  statements   run {run.id}: " in again
    (batch,) = queries.print_batches(run_id=run.id)
    assert (batch["statement_count"], len(batch["parts"])) == (2, 1)
    assert batch["manifest_file_id"]
    assert "\n  statements " not in month_run(*how, code=0), "what is printed is not printed again"


def test_what_is_owed_to_the_printer_is_made_before_the_month_stops_at_a_person_again(clerks, monkeypatch):
    alone = ("--as", "first", "--confirm-as", "second")
    with monkeypatch.context() as without_fonts:
        without_fonts.setattr(typesetting, "font_folders", no_fonts)
        month_run(*alone, "--hold", "wait for the grid company")
    (run,) = queries.runs()
    stopped = month_run(*alone)
    assert f"\n  statements   run {run.id}: " in stopped
    assert "1 bills wait for a decision" in stopped
    assert queries.is_printed(run_id=run.id), "customers do not wait for a bill that is not theirs"


def test_what_stays_held_makes_no_empty_run(clerks):
    how = ("--as", "first", "--confirm-as", "second", "--hold", "wait for the grid company")
    month_run(*how, code=0)
    again = month_run(*how, code=0)
    assert "every bill of it is held or set aside" in again
    assert "\n  confirm " not in again
    assert [run.state for run in queries.runs()] == [values.RunState.CANCELLED, values.RunState.ISSUED]
    run_id = queries.runs()[1].id
    assert queries.issued_frame(run_id=run_id).height == 2


def no_fonts():
    raise typesetting.NoFonts("no fonts")


@pytest.mark.parametrize(
    ("month", "more", "said"),
    [
        ("2026-13", ("--as", "first"), "no such month: 13"),
        ("2026-10", ("--as", "nobody"), "nobody signs in as nobody"),
        ("2026-10", ("--as", "first", "--confirm-as", "third"), "nobody signs in as third"),
    ],
)
def test_what_cannot_be_done_is_said(clerks, month, more, said):
    assert said in month_run(*more, month=month)


def test_help_needs_no_database(monkeypatch):
    def nothing_there():
        raise readiness.CannotStart("no database")

    monkeypatch.setattr(readiness, "start_database", nothing_there)
    asked = ["month", "run", "--help"]
    monkeypatch.setattr("sys.argv", ["tomoshibi", *asked])
    assert "--confirm-as" in CliRunner().invoke(commands.app, asked).output
    monkeypatch.setattr("sys.argv", ["tomoshibi"])
    assert month_run("--as", "first") == "no database\n"


@pytest.mark.parametrize(
    ("language", "examined", "waits"),
    [
        ("ja", "1 件を保留", "計算 {run}：請求 2 件、合計 16,888 が別の担当者の承認を待っています"),
        ("zh-hans", "暂缓 1 张", "计费批次 {run}：账单 2 张，合计 16,888 等待另一人复核"),
        ("en", "1 held", "run {run}: 2 bills of 16,888 wait for a second person"),
    ],
)
def test_all_that_is_said_is_in_the_houses_language(clerks, language, examined, waits):
    with translation.override(language):
        said = month_run("--as", "first", "--hold", "wait for the grid company")
    (run,) = queries.runs()
    assert f"  examine      {examined}\n" in said
    assert waits.format(run=run.id) in said
    assert ("confirmed values" in said or "new file" in said) == (language == "en")
