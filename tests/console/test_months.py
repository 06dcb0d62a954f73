"""The steps of a month on the day board."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from tomoshibi.billing.values import MonthFigures
from tomoshibi.collection.values import MonthFigures as Debts
from tomoshibi.console import months
from tomoshibi.kernel.periods import Month

BEGUN = MonthFigures(
    month=Month(2026, 10), supplied=100, ready=0, billed=0, to_examine=0, to_issue=0, issued=0, issued_minor=0,
    told=0, printed=0, documents=0, open_run_ids=(), issued_run_ids=(),
)  # fmt: skip
NO_DEBTS = Debts(owed=0, owed_minor=0, paid=0, open_minor=0, asked=0)
READ = replace(BEGUN, ready=100)
RATED = replace(READ, billed=100, to_examine=100, open_run_ids=(7,))
CONFIRMED = replace(RATED, to_examine=0, to_issue=100)
ISSUED = replace(
    CONFIRMED,
    to_issue=0,
    issued=100,
    issued_minor=900_000,
    told=80,
    documents=100,
    open_run_ids=(),
    issued_run_ids=(7,),
)
PRINTED = replace(ISSUED, printed=20)
OWED = Debts(owed=100, owed_minor=900_000, paid=0, open_minor=900_000, asked=0)


@pytest.mark.parametrize(
    ("bills", "debts", "label", "note"),
    [
        (BEGUN, NO_DEBTS, "Confirmed values", "Fetch the files from the grid companies."),
        (replace(BEGUN, ready=94), NO_DEBTS, "Confirmed values", "6 missing"),
        (READ, NO_DEBTS, "Calculated", "Start a billing run."),
        (RATED, NO_DEBTS, "Issued", "100 wait for examination and confirmation."),
        (CONFIRMED, NO_DEBTS, "Issued", "100 wait to be issued."),
        (ISSUED, OWED, "Statements out", "Print what goes by post."),
        (PRINTED, OWED, "Paid", "Ask the bank for the direct debits."),
        (PRINTED, replace(OWED, asked=90), "Paid", "90 debits wait for their result."),
    ],
)
def test_the_next_step_says_what_to_do(bills, debts, label, note):
    with override("en"):
        steps = months.steps_of(bills, debts)
    waiting = [step for step in steps if step.state is months.StepState.NEXT]
    assert [(step.label, step.note) for step in waiting] == [(label, note)]


def test_who_waits_for_files_that_are_being_read_is_told_so():
    with override("en"):
        first = months.steps_of(replace(BEGUN, ready=40), NO_DEBTS, unread=72)[0]
    assert (first.note, first.url) == ("72 files are being read.", "/metering/files/")


def test_a_month_whose_money_came_is_finished():
    steps = months.steps_of(PRINTED, replace(OWED, paid=97, open_minor=30_000))
    assert all(step.finished for step in steps)


def test_a_collective_invoice_has_one_statement_and_one_debt():
    steps = months.steps_of(replace(PRINTED, documents=97, printed=17), replace(OWED, owed=97, paid=96))
    assert [(step.done, step.of) for step in steps[2:]] == [(100, 100), (97, 97), (96, 97)]
    assert all(step.finished for step in steps)


def test_what_comes_later_does_not_wait_for_anybody_yet():
    steps = months.steps_of(BEGUN, NO_DEBTS)
    assert [step.state for step in steps[1:]] == [months.StepState.LATER] * 4


def test_the_step_leads_to_the_run_that_waits():
    steps = months.steps_of(RATED, NO_DEBTS)
    assert steps[2].url == "/billing/runs/7/"
