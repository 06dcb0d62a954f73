"""Generation points that we buy from (AP8): no contract of supply, and yet they end, change and are taken over."""

import pytest

from tests.applications.switching.test_mediations import WISHED, requests
from tests.applications.switching.world import OTHER, US, case, contract_at, do, open_case, payer
from tests.metering.grid import spin
from tomoshibi.applications.operations import changes
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import changes as change_queries
from tomoshibi.applications.queries import purchases
from tomoshibi.applications.values import PointClass, RequestState, SourceKind, SwitchingKind, SwitchingState
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, NewChange
from tomoshibi.supply import queries as points
from tomoshibi.supply.values import Connection

ROOF = spin(203)


@pytest.fixture
def bought(grid):
    """A roof that switched to us: its switch was opened by hand, with the account over which it is settled."""
    made = open_case(
        grid, point=ROOF, klass=PointClass.GENERATION, source_kind=SourceKind.FIT, told_directly=True, old_retailer="",
        terms={}, customer_id=contract_at(spin(1)).customer_id,
    )  # fmt: skip
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.next_day()
    assert purchases.purchase_at(spin=ROOF, on=grid.today).starts_on == case(made).fixed_on
    grid.go(to=case(made).fixed_on)
    grid.poll()
    assert case(made).state is SwitchingState.COMPLETED
    return made


def end(grid, kind, **more):
    return open_case(grid, kind, ROOF, klass=PointClass.GENERATION, **more)


def sent(grid, made, days=11):
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    for _day in range(days):
        grid.next_day()
    return case(made)


def test_a_generator_changes_a_name_and_ends_without_a_contract_of_supply(grid, bought):
    renamed = sent(grid, end(grid, SwitchingKind.CUSTOMER_CHANGE, holder_name="灯火 次郎"))
    assert (renamed.state, renamed.procedure) == (SwitchingState.COMPLETED, "AP8")
    over = sent(grid, end(grid, SwitchingKind.TERMINATE, with_removal=True))
    assert over.state is SwitchingState.COMPLETED
    assert points.point(spin=ROOF).connection is Connection.REMOVED
    assert purchases.purchase_at(spin=ROOF, on=grid.today) is None
    assert purchases.purchase_at(spin=ROOF, on=case(bought).fixed_on).ends_on == over.fixed_on
    with pytest.raises(operations.Unfit, match="nothing is bought"):
        end(grid, SwitchingKind.TERMINATE)


def test_where_nothing_is_bought_nothing_ends_and_nothing_is_bought_on_a_contract_of_supply(grid):
    with pytest.raises(operations.Unfit, match="nothing is bought"):
        end(grid, SwitchingKind.END)
    with pytest.raises(operations.Unfit, match="name its contract"):
        open_case(grid, SwitchingKind.TERMINATE, spin(1))
    with pytest.raises(operations.Unfit, match="no contract of supply"):
        open_case(grid, point=ROOF, klass=PointClass.GENERATION, source_kind=SourceKind.FIT, told_directly=True)


def ask_for_the_roof(grid, **more):
    given = {
        "spin": ROOF, "old_retailer": US, "wished_on": WISHED.isoformat(), "old_customer_number": payer(),
        "holder_name": "灯火太郎", "holder_kana": "ﾄﾓｼﾋﾞ ﾀﾛｳ",
    } | more  # fmt: skip
    with grid.world.at(grid.today) as moment:
        number = f"TG{len(grid.world.mediations()) + 1:03d}"
        moment.ask_old(number=number, retailer=OTHER, klass="generation", given=given)
    grid.look()
    return next(one for one in requests() if one.number == number)


def test_another_buyer_takes_the_roof_over_and_is_answered_once(grid, bought):
    """The switch away: our end of the purchase goes out by itself once we agreed."""
    customer_number = purchases.purchase_at(spin=ROOF, on=grid.today).numbers[0]
    wrong = ask_for_the_roof(grid, old_customer_number="123", holder_name="他人", holder_kana="タニン")
    assert (wrong.suggested, wrong.reasons) == (False, ("02", "04"))
    do(operations.answer_requests, grid, request_ids=[wrong.id], agree=False, reasons=wrong.reasons)
    right = ask_for_the_roof(grid, old_customer_number=customer_number)
    assert (right.suggested, right.reasons, right.contract_id) == (True, (), None)
    do(operations.answer_requests, grid, request_ids=[right.id], agree=True)
    with pytest.raises(operations.AlreadyAnswered):
        do(operations.answer_requests, grid, request_ids=[right.id], agree=True)
    again = ask_for_the_roof(grid, old_customer_number=customer_number)
    assert again.reasons == ("03",), "it is ending already"
    grid.send()
    for _day in range(3):
        grid.next_day()
    ours = case(next(one for one in requests() if one.id == right.id).case_id)
    assert (ours.kind, ours.klass, ours.state) == (SwitchingKind.END, PointClass.GENERATION, SwitchingState.MATCHED)
    assert [one.state for one in requests() if one.id != again.id] == [RequestState.REFUSED, RequestState.AGREED]
    assert purchases.purchase_at(spin=ROOF, on=WISHED) is None
    assert purchases.purchase_at(spin=ROOF, on=grid.today).ends_on == WISHED


def test_the_name_of_a_customer_is_told_to_the_points_that_are_bought_from_too(grid, bought):
    here = contract_at(spin(1))
    wish = NewChange(
        ChangeKind.HOLDER,
        here.id,
        grid.today,
        ChangeSource.PHONE,
        {"name": "灯火 次郎", "kana": "トモシビ ジロウ"},
        "電話",
    )
    made = do(changes.enter_change, grid, new=wish)
    asked = [case(one.case_id) for one in change_queries.grid_requests(change_id=made.id)]
    assert [(one.klass, one.holder_name) for one in asked if one.spin == ROOF] == [(PointClass.GENERATION, "灯火 次郎")]
    assert len(asked) == 6, "five that are supplied, one that is bought from"
