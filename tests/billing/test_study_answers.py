"""A clerk asks many questions of one book: what is read for them is read once, and never after it changed."""

import gc
import weakref
from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection

from tests.billing import book
from tests.billing.test_runs import issue, make
from tomoshibi.billing import operations, queries, values
from tomoshibi.billing.scenario import Scenario
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import EndReason
from tomoshibi.kernel import halfhours
from tomoshibi.masters import operations as masters
from tomoshibi.metering import queries as metering
from tomoshibi.parties import operations as parties
from tomoshibi.parties.values import PaymentMethod
from tomoshibi.storage import db, kept
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.tariffs import times_of_use

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = date(2026, 11, 4)
DEARER = Scenario(price_change_ppm=10_000)

BY_DAY = """
plan: test-week
name: {ja: 平日プラン, en: Weekday plan}
area: "03"
voltage: low
kind: free
capacity: {unit: contract}
sources: {page: a page of the company}
tax: included
rounding: {line: exact, levy: {unit: 1, mode: floor}, total: floor}
proration: {denominator: reading_period, kwh: {unit: 1, mode: half_up}, money: {unit: 0.01, mode: half_up}}
versions:
  - from: 2024-04-01
    components:
      - code: energy
        kind: bands
        bands:
          - {name: day, price: {amount: 40.00, source: page}, when: [{days: [weekday], hours: ["08:00-22:00"]}]}
          - {name: night, price: {amount: 20.00, source: page}}
"""


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


@pytest.fixture
def timed(now):
    """Two households by time of use: 1 kWh in each half-hour of the day and half of it at night, all days alike."""
    with db.transaction():
        book.masters_and_plans(now)
        first, second = book.people()
        for proposal_id in tariffs.propose(text=BY_DAY, now=now, actor_id=first):
            tariffs.publish(proposal_id=proposal_id, now=now, actor_id=second)
        terms = {"plan_code": "test-week", "capacity_kind": "contract", "capacity_milli": 0}
        found = [book.customer(number, **terms) for number in (1, 2)]
        for contract in found:
            measure(contract, now=now)
    return found


def measure(contract, *, now, by_day=10_000, by_night=5_000):
    day = np.full(48, by_night, dtype=np.int32)
    day[16:44] = by_day
    days = (book.period_of(book.OCTOBER)[1] - book.period_of(book.OCTOBER)[0]).days
    kwh = int(day.sum()) * days // 10_000
    book.reading(contract, kwh, half_hours=halfhours.to_bytes(np.tile(day, days)), now=now)


@pytest.fixture
def matrices(monkeypatch):
    """Each time that half-hours are read: whether somebody holds them still."""
    found = []
    real = metering.half_hour_matrix

    def read(**asked):
        matrix = real(**asked)
        found.append(weakref.ref(matrix.values_dwh))
        return matrix

    monkeypatch.setattr(metering, "half_hour_matrix", read)
    return found


def test_a_question_about_other_prices_reads_no_half_hours_again(timed, matrices, now):
    first, _hash = study(now)
    assert len(matrices) == 1
    second, _hash = study(now, Scenario(price_change_ppm=20_000))
    assert len(matrices) == 1
    assert second["totals"]["before_minor"] == first["totals"]["before_minor"] > 0
    assert second["totals"]["after_minor"] > first["totals"]["after_minor"]


def test_half_hours_that_come_one_after_the_other_give_the_same_answer(timed, matrices, monkeypatch, now):
    in_blocks = study(now)
    assert len(matrices) == 1
    kept.forget()
    monkeypatch.setattr(times_of_use, "WORTH_COMPILING", 1)
    assert study(now) == in_blocks
    assert in_blocks[0]["totals"]["bills"] == 2
    assert len(matrices) == 1, "nobody held them all"


def test_half_hours_are_given_back_as_soon_as_a_part_is_priced(timed, matrices, now):
    gc.collect()
    gc.disable()  # a circle would hold them until the next search, and parts of a book come faster than those
    try:
        study(now)
        assert [held() for held in matrices] == [None]
    finally:
        gc.enable()


def other_half_hours(timed, now):
    measure(timed[0], by_day=5_000, by_night=12_000, now=now + timedelta(days=1))


def a_holiday(timed, now):
    rows = [{"day": "2026-09-15", "scope": "national", "name": "day of the lamp"}]
    masters.put_rows(master="holidays", rows=rows)


def other_hours(timed, now):
    first, second = book.people()
    later = BY_DAY.replace("2024-04-01", "2024-04-02").replace("22:00", "20:00")
    for proposal_id in tariffs.propose(text=later, now=now, actor_id=first):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=second)


def a_mended_vector(timed, now):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metering_halfhours h SET values_dwh = o.values_dwh FROM metering_halfhours o"
            " WHERE h.reading_id < o.reading_id"
        )


@pytest.mark.parametrize("change", [other_half_hours, a_holiday, other_hours])
def test_band_energies_are_those_of_the_half_hours_days_and_hours_as_they_are(timed, now, change):
    before = study(now)
    assert study(now) == before
    with db.transaction():
        change(timed, now)
    after = study(now)
    kept.forget()
    assert after == study(now), "as if nothing had been kept"
    assert after[0]["totals"]["before_minor"] != before[0]["totals"]["before_minor"]


def test_half_hours_that_are_written_over_are_added_up_again(timed, matrices, now):
    study(now)
    with db.transaction():
        a_mended_vector(timed, now)
    study(now)
    assert len(matrices) == 2
