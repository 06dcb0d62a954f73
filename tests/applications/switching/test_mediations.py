"""The old retailer's inbox: looked at hourly, judged by rules, answered once; a missed hour is alarmed (CM6)."""

from datetime import date, datetime

import pytest

from tests.applications.switching.world import OTHER, TOKYO, US, case, connect, contract_at, do
from tests.metering.grid import spin
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import RequestState, SwitchingState
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import EndReason
from tomoshibi.gateways.switching import PointSeed
from tomoshibi.storage import db
from tomoshibi.worklist import queries as worklist

WISHED = date(2026, 11, 20)


def ask_us(grid, point=None, **more):
    """Another retailer asks, through the system, for a customer of ours."""
    point = point or spin(1)
    contract = contract_at(spin(1))
    given = {
        "spin": point, "old_retailer": US, "wished_on": WISHED.isoformat(), "old_customer_number": contract.number,
        "holder_name": "灯火太郎", "holder_kana": "ﾄﾓｼﾋﾞ ﾀﾛｳ",
    } | more  # fmt: skip
    with grid.world.at(grid.today) as moment:
        number = f"T{len(grid.world.mediations()) + 1:04d}"
        moment.ask_old(number=number, retailer=OTHER, klass="low", given=given)
    return number


def requests():
    return [queries.to_request(row) for row in queries.request_rows().order_by("id")]


def test_agreed_once_and_the_contract_ends_on_the_switch_day(grid):
    number = ask_us(grid)
    assert "1 new" in grid.look()
    (request,) = requests()
    assert (request.number, request.suggested, request.reasons) == (number, True, ())
    (item,) = worklist.open_items(kind="applications.mediation_request")
    assert item.due_at == datetime(2026, 11, 12, 12, tzinfo=TOKYO)

    grid.go(hours=1)
    assert "0 new" in grid.look()
    do(operations.answer_requests, grid, request_ids=[request.id], agree=True)
    with pytest.raises(operations.AlreadyAnswered):
        do(operations.answer_requests, grid, request_ids=[request.id], agree=True)
    assert worklist.open_items(kind="applications.mediation_request") == []
    grid.send()
    (request,) = requests()
    assert (request.state, request.delivered) == (RequestState.AGREED, True)
    contract = contract_at(spin(1))
    assert contract.end is None

    grid.next_day()
    grid.next_day()
    grid.look()
    assert case(request.case_id).state is SwitchingState.MATCHED
    ended = contracts.contract(contract_id=contract.id)
    assert (ended.end, ended.end_reason) == (WISHED, EndReason.SWITCHED)
    grid.go(to=WISHED)
    grid.poll()
    assert case(request.case_id).state is SwitchingState.COMPLETED
    assert grid.world.mediations()[0]["meaning"] == "matched"


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"point": spin(77)}, ("01",)),
        ({"old_customer_number": "123"}, ("02",)),
        ({"holder_name": "他人", "holder_kana": "タニン"}, ("04",)),
    ],
)
def test_what_does_not_fit_is_suggested_to_be_declined(grid, more, codes):
    ask_us(grid, **more)
    grid.look()
    (request,) = requests()
    assert (request.suggested, request.reasons) == (False, codes)
    do(operations.answer_requests, grid, request_ids=[request.id], agree=False, reasons=codes)
    grid.send()
    assert [(one["meaning"], one["reasons"]) for one in grid.world.mediations()] == [("refused", ",".join(codes))]
    grid.look()
    assert [one.state for one in requests()] == [RequestState.REFUSED]


def test_a_second_request_for_a_contract_that_is_ending_is_declined(grid):
    ask_us(grid)
    grid.look()
    do(operations.answer_requests, grid, request_ids=[requests()[0].id], agree=True)
    grid.send()
    ask_us(grid)
    grid.look()
    assert requests()[1].reasons == ("03",)


def test_nobody_answered_in_time(grid):
    ask_us(grid)
    grid.look()
    grid.go(days=11)
    grid.look()
    assert requests()[0].state is RequestState.EXPIRED
    assert worklist.open_items(kind="applications.mediation_request") == []
    with pytest.raises(operations.AlreadyAnswered):
        do(operations.answer_requests, grid, request_ids=[requests()[0].id], agree=True)


def test_the_core_time_is_a_setting_and_missed_hours_are_alarmed(grid):
    with db.transaction():
        connect(grid, core_from=10, core_to=16)
    assert "new requests" in grid.look()
    grid.go(hours=3)
    assert "2 core hours were missed" in grid.look()
    (item,) = worklist.open_items(kind="applications.missed_hours")
    assert item.title.endswith("11:00, 12:00")
    grid.go(hours=8)
    assert grid.look() == "outside core time"
    grid.world.seed([PointSeed(spin(77), retailer=OTHER)])
