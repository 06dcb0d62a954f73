"""What really happens between an application and the first day of supply."""

from datetime import date

import pytest

from tests.applications.switching.world import ELSEWHERE, FRESH, START, case, contract_at, do, open_case
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.values import SwitchingKind, SwitchingState
from tomoshibi.contracts import queries as contracts
from tomoshibi.gateways.switching import PointSeed
from tomoshibi.supply import queries as points
from tomoshibi.worklist import queries as worklist

SWITCH_DAY = date(2026, 11, 12)


def matched(grid, **more):
    made = open_case(grid, told_directly=True, **more)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.next_day()
    assert case(made).state is SwitchingState.MATCHED
    return made


def test_the_customer_moves_out_between_application_and_switch(grid):
    made = matched(grid)
    contract_id = case(made).contract_id
    with grid.world.at(grid.today) as moment:
        moment.move_out(ELSEWHERE)
    grid.go(to=SWITCH_DAY)
    grid.poll()
    found = case(made)
    assert (found.state, found.contract_id) == (SwitchingState.REJECTED, None)
    assert contracts.contract(contract_id=contract_id) is None
    (item,) = worklist.open_items(kind="applications.case_stopped")
    assert "切替前に廃止" in item.title

    # The place stands empty now: a reconnection takes the place of the switch, nothing is typed again.
    second = do(operations.reconnect_instead, grid, case_id=made)
    do(operations.submit_cases, grid, case_ids=[second])
    grid.send()
    grid.next_day()
    assert case(made).state is SwitchingState.CANCELED
    assert case(second).state is SwitchingState.COMPLETED
    assert contract_at(ELSEWHERE, SWITCH_DAY).terms[0].plan_code == "tokyo-regulated-b"


def test_the_size_changes_between_application_and_switch(grid):
    made = matched(grid)
    with grid.world.at(grid.today) as moment:
        moment.resize(ELSEWHERE, capacity_milli=60_000)
    grid.go(to=SWITCH_DAY)
    grid.poll()
    (item,) = worklist.open_items(kind="applications.size_differs")
    assert "60" in item.title
    do(operations.accept_grid_size, grid, case_id=made)
    (terms,) = contracts.contract(contract_id=case(made).contract_id).terms
    assert terms.capacity_milli == 60_000
    assert worklist.open_items(kind="applications.size_differs") == []


def test_the_old_and_the_new_menu_are_applied_for_at_move_in(grid):
    first = open_case(grid, SwitchingKind.RECONNECT, FRESH)
    with pytest.raises(operations.AlreadyUnderWay, match=case(first).number):
        open_case(
            grid,
            SwitchingKind.RECONNECT,
            FRESH,
            terms={"plan_code": "other", "capacity_kind": "A", "capacity_milli": 1},
        )
    do(operations.cancel_cases, grid, case_ids=[first], reason="the other menu")
    second = open_case(grid, SwitchingKind.RECONNECT, FRESH)
    do(operations.submit_cases, grid, case_ids=[second])
    grid.send()
    grid.next_day(10)
    assert case(second).state is SwitchingState.COMPLETED
    assert contract_at(FRESH, SWITCH_DAY) is not None


def test_switch_day_and_meter_exchange_are_the_same_day(grid):
    grid.behave(meter_open=[ELSEWHERE], meter_days=0)
    made = matched(grid)
    grid.go(to=SWITCH_DAY)
    grid.poll()
    assert case(made).state is SwitchingState.METER_OPEN
    grid.poll()
    grid.behave(meter_open=[ELSEWHERE], meter_days=0, answer_days=2)
    grid.poll()
    assert case(made).state is SwitchingState.COMPLETED
    meters = points.meters_of(supply_point_id=case(made).supply_point_id)
    assert [(meter.number, meter.start, meter.end) for meter in meters] == [("N00000101", SWITCH_DAY, None)]


def test_a_reconnection_begins_in_the_past_but_not_too_far(grid):
    began = date(2026, 10, 25)
    made = open_case(grid, SwitchingKind.RECONNECT, FRESH, wished_on=began)
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.next_day()
    assert (case(made).state, case(made).fixed_on) == (SwitchingState.COMPLETED, began)
    assert contract_at(FRESH, START.date()).start == began
    grid.world.seed([PointSeed("03" + "9" * 20, retailer="", connected=False)])
    early = open_case(grid, SwitchingKind.RECONNECT, "03" + "9" * 20, wished_on=date(2026, 9, 1))
    do(operations.submit_cases, grid, case_ids=[early])
    grid.send()
    assert "E221" in case(early).reason
