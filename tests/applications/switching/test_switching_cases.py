"""Applications to the grid over a real line: what they become, and what becomes of contracts, points and meters."""

from datetime import date, timedelta

import polars as pl
import pytest
from django.utils import translation

from tests.applications.switching.world import (
    ELSEWHERE,
    HIGH,
    START,
    TERMS,
    US,
    case,
    contract_at,
    do,
    open_case,
    told,
)
from tests.metering.grid import spin
from tomoshibi.applications.jobs.switching import LineBroken
from tomoshibi.applications.operations import changes
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import PointClass, SourceKind, SwitchingKind, SwitchingState, Work
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, NewChange
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import EndReason
from tomoshibi.parties import operations as parties
from tomoshibi.storage import db
from tomoshibi.supply import queries as points
from tomoshibi.supply.values import Connection, PointKind
from tomoshibi.worklist import queries as worklist


def test_a_switch_goes_from_the_old_retailer_to_a_contract_that_begins_on_the_grids_day(grid):
    made = open_case(grid)
    grid.send()
    assert points.point(spin=ELSEWHERE).base_day == "05"
    do(operations.ask_old_retailers, grid, case_ids=[made])
    grid.send()
    assert case(made).mediation_number.startswith("T")
    grid.next_day()
    assert case(made).state is SwitchingState.SUBMITTED
    assert (queries.open_cases(areas=[case(made).area]), queries.open_cases(areas=["10"])) == (1, 0)
    assert queries.open_cases(areas=()) == 1
    grid.next_day()
    found = case(made)
    assert (found.state, found.fixed_on) == (SwitchingState.MATCHED, date(2026, 11, 12))
    contract = contracts.contract(contract_id=found.contract_id)
    assert (contract.start, contract.terms[0].plan_code) == (found.fixed_on, TERMS["plan_code"])
    grid.go(to=found.fixed_on)
    grid.poll()
    assert case(made).state is SwitchingState.COMPLETED
    assert queries.open_cases(areas=()) == 0
    assert [meter.number for meter in points.meters_of(supply_point_id=contract.supply_point_id)] == ["OLD-1"]
    assert grid.world.point(ELSEWHERE)["retailer"] == US
    story = "\n".join(told(made))
    for word in ("判断済み(OK)", "sent to the grid company", "マッチング済み", "処理完了"):
        assert word in story


def test_polling_again_changes_nothing(grid):
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.next_day()
    before, steps = case(made), told(made)
    grid.behave(repeat_events=50, shuffle_events=True)
    assert grid.poll().startswith("0 new")
    assert (case(made), told(made)) == (before, steps)


def test_news_in_the_wrong_order_only_go_forward(grid):
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.behave(shuffle_events=True)
    grid.go(days=1)
    messages = operations.message_set(on=grid.today)
    number = f"{case(made).number}-1"
    late = [
        {"event": 3, "application_number": number, "stage": "30", "step": 3, "fixed_on": date(2026, 11, 12)},
        {"event": 2, "application_number": number, "stage": "20", "step": 2, "fixed_on": date(2026, 11, 12)},
    ]
    for row in late:
        do_apply(grid, [row], messages)
    assert case(made).state is SwitchingState.COMPLETED
    assert contract_at(ELSEWHERE, date(2026, 11, 12)).start == date(2026, 11, 12)
    assert [text for text in told(made) if "マッチング" in text] == [
        "at the grid: matched (マッチング済み · 2026-11-12)"
    ]


def do_apply(grid, rows, messages):
    with db.transaction():
        return operations.apply_events(rows=rows, code=US, messages=messages, now=grid.now)


def test_the_old_retailer_says_no_and_the_customer_finds_the_right_number(grid):
    made = open_case(grid, old_customer_number="wrong")
    do(operations.ask_old_retailers, grid, case_ids=[made])
    grid.next_day()
    grid.next_day()
    assert case(made).state is SwitchingState.DECLINED
    assert "契約番号不一致" in case(made).reason
    (item,) = worklist.open_items(kind="applications.case_stopped")
    assert case(made).number in item.title
    do(operations.change_case, grid, case_id=made, changes={"old_customer_number": "X-77"})
    do(operations.ask_old_retailers, grid, case_ids=[made])
    assert worklist.open_items(kind="applications.case_stopped") == []
    grid.next_day()
    grid.next_day()
    assert case(made).state is SwitchingState.SUBMITTED


def test_an_old_retailer_that_never_answers_lets_it_expire(grid):
    grid.behave(silent=["*"])
    made = open_case(grid)
    do(operations.ask_old_retailers, grid, case_ids=[made])
    grid.send()
    grid.next_day(12)
    assert case(made).state is SwitchingState.EXPIRED


def test_refused_at_once_repaired_and_sent_again_as_a_new_one(grid):
    grid.behave(refuse={ELSEWHERE: "契約種別が一致しません"})
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    assert (case(made).state, case(made).reason) == (SwitchingState.REJECTED, "契約種別が一致しません (E900)")
    grid.behave()
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    assert [one["number"] for one in grid.world.applications()] == [f"{case(made).number}-2"]
    assert case(made).state is SwitchingState.SUBMITTED


def test_corrected_and_canceled_until_the_match(grid):
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    do(operations.change_case, grid, case_id=made, changes={"wished_on": date(2026, 11, 25)})
    grid.send()
    assert grid.world.applications()[0]["wished"] == "2026-11-25"
    do(operations.cancel_cases, grid, case_ids=[made], reason="changed their mind")
    assert case(made).state is SwitchingState.SUBMITTED
    grid.send()
    assert (case(made).state, case(made).reason) == (SwitchingState.CANCELED, "changed their mind")

    second = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[second])
    grid.next_day()
    grid.next_day()
    for operation, more in (
        (operations.cancel_cases, {"case_ids": [second], "reason": "too late"}),
        (operations.change_case, {"case_id": second, "changes": {"note": "x"}}),
    ):
        with pytest.raises(operations.CannotMove):
            do(operation, grid, **more)


def test_a_cancellation_that_crosses_the_match_is_refused_and_said(grid):
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    do(operations.cancel_cases, grid, case_ids=[made], reason="late")
    grid.go(days=1)
    grid.poll()
    assert case(made).state is SwitchingState.MATCHED
    assert "E203" in case(made).reason


def test_high_voltage_has_no_reconnection_and_no_facts(grid):
    with pytest.raises(operations.Unfit):
        open_case(grid, SwitchingKind.RECONNECT, HIGH, klass=PointClass.HIGH)
    made = open_case(grid, point=HIGH, klass=PointClass.HIGH, told_directly=True, old_customer_number="", terms={})
    with pytest.raises(operations.CannotMove):
        do(operations.ask_facts, grid, case_id=made)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.next_day()
    assert case(made).state is SwitchingState.MATCHED


@pytest.mark.requirement("G-066")
@pytest.mark.parametrize("process", ["switching", "succession"])
@translation.override("en")
def test_a_sub_account_pays_for_no_switch_and_takes_no_contract_over(grid, process):
    sub, benchmark = "7700000001", "7700000000"
    with db.transaction():
        parties.register_numbers(pl.DataFrame({"number": [sub], "kind": ["sub"], "offer_instead": [benchmark]}))
    sentence = f"{sub} is a sub-account and may not transact; use its benchmark {benchmark}."
    if process == "switching":
        with pytest.raises(operations.Unfit) as refused:
            open_case(grid, account_number=sub)
    else:
        new = NewChange(
            kind=ChangeKind.SUCCESSION, contract_id=contract_at(spin(1)).id, effective_on=grid.today + timedelta(days=5),
            source=ChangeSource.COUNTER, wanted={"customer_number": sub},
        )  # fmt: skip
        with pytest.raises(changes.ChangeRefused) as refused:
            changes.examine_change(new=new, today=grid.today)
    assert str(refused.value) == sentence


def test_a_post_fit_source_changes_to_us(grid):
    source = spin(201)
    with pytest.raises(operations.Unfit):
        open_case(grid, point=source, klass=PointClass.GENERATION)
    made = open_case(
        grid, point=source, klass=PointClass.GENERATION, source_kind=SourceKind.POST_FIT, told_directly=True,
        old_retailer="", terms={},
    )  # fmt: skip
    grid.send()
    assert points.point(spin=source).kind is PointKind.GENERATION
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.next_day()
    assert (case(made).state, case(made).procedure) == (SwitchingState.MATCHED, "AP8")


def test_usage_of_thirteen_months_needs_consent_and_comes_with_its_password(grid):
    with pytest.raises(operations.Unfit):
        open_case(grid, SwitchingKind.USAGE, wished_on=None)
    made = open_case(grid, SwitchingKind.USAGE, wished_on=None, consent_at=START, consent_how="signed form")
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.next_day()
    found = case(made)
    assert found.state is SwitchingState.COMPLETED
    assert found.password_until == date(2026, 12, 4)
    assert len(found.usage) == 13
    assert found.usage[-1][0] == 202610


def test_a_termination_ends_the_contract_and_an_ampere_change_resizes_it(grid):
    ours, other = contract_at(spin(1)), contract_at(spin(2))
    away = open_case(grid, SwitchingKind.TERMINATE, spin(1), contract_id=ours.id, with_removal=True)
    size = open_case(
        grid, SwitchingKind.AMPERE, spin(2), contract_id=other.id, capacity_kind="A", capacity_milli=50_000
    )
    do(operations.submit_cases, grid, case_ids=[away, size])
    grid.send()
    grid.next_day(10)
    assert (case(away).state, case(size).state) == (SwitchingState.COMPLETED, SwitchingState.COMPLETED)
    ended = contracts.contract(contract_id=ours.id)
    assert (ended.end, ended.end_reason) == (date(2026, 11, 12), EndReason.MOVED_OUT)
    assert points.point(spin=spin(1)).connection is Connection.REMOVED
    assert [terms.capacity_milli for terms in contracts.contract(contract_id=other.id).terms] == [30_000, 50_000]
    too_large = open_case(
        grid, SwitchingKind.AMPERE, spin(3), contract_id=contract_at(spin(3)).id, capacity_milli=80_000
    )
    do(operations.submit_cases, grid, case_ids=[too_large])
    grid.send()
    assert "E231" in case(too_large).reason


def test_meter_work_stays_open_and_the_new_meter_follows(grid):
    grid.behave(meter_open=[ELSEWHERE], meter_days=2)
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.next_day()
    grid.next_day()
    grid.go(to=date(2026, 11, 12))
    grid.poll()
    assert case(made).state is SwitchingState.METER_OPEN
    grid.next_day(2)
    assert case(made).state is SwitchingState.COMPLETED
    meters = points.meters_of(supply_point_id=case(made).supply_point_id)
    assert [(meter.number, meter.start, meter.end) for meter in meters] == [
        ("N00000101", date(2026, 11, 14), None),
        ("OLD-1", date(2026, 11, 12), date(2026, 11, 14)),
    ]


def test_a_stage_that_nobody_knows_is_kept_and_shown(grid):
    grid.behave(odd_stage={ELSEWHERE: "77"})
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    assert (case(made).stage, case(made).stage_name, case(made).state) == ("77", "77", SwitchingState.SUBMITTED)
    grid.next_day()
    assert case(made).state is SwitchingState.MATCHED


@pytest.mark.parametrize("manners", [{"unavailable": 1}, {"refuses": True}])
def test_a_broken_line_keeps_what_waits_and_the_same_message_goes_out_again(grid, manners):
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.behave(**manners)
    with pytest.raises(LineBroken):
        grid.send()
    assert queries.link().failure
    waiting = queries.waiting_messages()
    grid.behave()
    grid.send()
    assert queries.waiting_messages() == []
    assert queries.link().failure == ""
    sent = [one.request.encode() for one in queries.messages_of(case_id=made)]
    assert {request for _id, request in waiting} == set(sent)
    assert len(grid.world.applications()) == 1


def test_an_answer_that_is_none_is_work_for_a_person(grid):
    made = open_case(grid, told_directly=True)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.behave(nonsense=True)
    grid.send()
    assert len(worklist.open_items(kind="applications.odd_answer")) == 2
    raw = queries.messages_of(case_id=made)[0]
    assert "maintenance" in raw.answer


def test_a_contract_that_cannot_be_registered_is_work_and_the_others_are_registered(grid):
    good = open_case(grid, told_directly=True)
    bad = open_case(grid, point=spin(104), told_directly=True, old_retailer="", terms=TERMS | {"capacity_milli": 0})
    do(operations.submit_cases, grid, case_ids=[good, bad])
    grid.next_day()
    grid.next_day()
    assert case(good).contract_id
    assert case(bad).contract_id is None
    (item,) = worklist.open_items(kind="applications.supply_unregistered")
    assert "a size is greater than zero" in item.title


def test_the_first_day_follows_the_standard_period_and_the_reading_calendar(grid):
    assert queries.earliest_on(spin=spin(1), klass=PointClass.LOW, work=Work.NONE, today=date(2026, 11, 2)) == date(
        2026, 11, 5
    )
    unknown = spin(400)
    none = queries.earliest_on(spin=unknown, klass=PointClass.LOW, work=Work.NONE, today=date(2026, 11, 6))
    meter = queries.earliest_on(spin=unknown, klass=PointClass.LOW, work=Work.METER, today=date(2026, 11, 6))
    assert (none, meter - none) == (date(2026, 11, 11), timedelta(days=9))


def test_the_same_source_opens_one_application(grid):
    first = open_case(grid, source="applications.registration:7")
    assert open_case(grid, source="applications.registration:7") == first


def test_an_other_payer_than_the_register_knows_is_refused(grid):
    with pytest.raises(operations.Unfit):
        open_case(grid, account_number="999")
