"""A clerk asks many questions of one book: what is read for them is read once, and never after it changed."""

from datetime import date, timedelta

import pytest

from tests.billing import book
from tests.billing.test_runs import issue, make
from tomoshibi.billing import operations, queries, values
from tomoshibi.billing.scenario import Scenario
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import EndReason
from tomoshibi.parties import operations as parties
from tomoshibi.parties.values import PaymentMethod
from tomoshibi.storage import db, kept

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 4)
DEARER = Scenario(price_change_ppm=10_000)


@pytest.fixture
def made(now):
    with db.transaction():
        book.masters_and_plans(now)
        found = [book.customer(n, method="direct_debit") for n in (1, 2, 3)]
        for contract, kwh in zip(found, (398, 120, 260), strict=True):
            book.reading(contract, kwh, now=now)
    return found


def study(now, scenario=DEARER):
    with db.transaction():
        study_id = operations.open_study(
            title="a question",
            scenario=scenario,
            selection=values.StudySelection(),
            months=(book.OCTOBER,),
            actor_id=book.people()[0],
            now=now,
            part_size=2,
        )
    going_on = True
    while going_on:
        with db.transaction():
            going_on = operations.study_next(study_id=study_id, today=TODAY)
    with db.transaction():
        assert operations.finish_study(study_id=study_id, now=now)
        found = queries.study(study_id=study_id)
    return found.result, found.input_hash


def revise(made, now):
    book.reading(made[0], 401, now=now + timedelta(days=1))


def change_size(made, now):
    contracts.change_terms(contract_id=made[1].id, start=date(2026, 9, 10), capacity_milli=60_000)


def end(made, now):
    contracts.end(contract_id=made[1].id, on=date(2026, 9, 20), reason=EndReason.MOVED_OUT)


def join(made, now):
    book.reading(book.customer(4), 77, now=now)


def correct(made, now):
    first, _second = book.people()
    run = make(now, first)
    operations.correct(
        run_id=run.id,
        contract_id=made[0].id,
        correction=operations.Correction(energy_dwh=1_000_000),
        reason="the meter was read wrongly",
        actor_id=first,
        now=now,
        today=TODAY,
    )


def issue_bills(made, now):
    people = book.people()
    issue(make(now, people[0]), now, people)


CHANGES = (revise, change_size, end, join, correct, issue_bills)


def test_the_second_question_reads_nothing_of_the_book_again(made, asked, now):
    first, _hash = study(now)
    of_first = len(asked)
    second, _hash = study(now, Scenario(price_change_ppm=20_000))
    assert of_first >= 5, "the members, and for each part its readings, terms, exemptions and what was issued"
    assert len(asked) == of_first
    assert second["totals"]["before_minor"] == first["totals"]["before_minor"]
    assert second["totals"]["after_minor"] > first["totals"]["after_minor"]


@pytest.mark.parametrize("change", CHANGES)
def test_after_any_change_a_question_is_answered_from_the_book_as_it_is(made, now, change):
    before = study(now)
    assert study(now) == before
    with db.transaction():
        change(made, now)
    after = study(now)
    kept.forget()
    assert after == study(now), "as if nothing had been kept"
    assert after != before


def test_a_way_of_paying_that_changes_is_seen(made, now):
    def terms():
        with db.transaction(), kept.answers():
            from tomoshibi.parties import queries as payers

            return payers.terms_frame(account_ids=[one.account_id for one in made]).sort("account_id", "start").rows()

    before = terms()
    assert terms() == before
    with db.transaction():
        parties.change_account_terms(
            account_id=made[0].account_id, start=date(2026, 9, 10), payment_method=PaymentMethod.TRANSFER
        )
    assert len(terms()) == len(before) + 1
