"""From 500 kW and at special high voltage everything goes by form (AP9), and contracts follow the grid company's day."""

from datetime import date, timedelta

import polars as pl
import pytest
from django.urls import reverse
from django.utils import translation

from tests.applications.switching.world import FRESH, START, START_DAY, contract_at, outside, payer
from tests.applications.works.world import desks, do
from tests.metering.grid import spin
from tests.supply.test_points import POINT
from tomoshibi.applications.operations import changes
from tomoshibi.applications.operations import switching as lines
from tomoshibi.applications.operations import works as operations
from tomoshibi.applications.queries import changes as change_queries
from tomoshibi.applications.queries import consequences
from tomoshibi.applications.values import NewCase, PointClass, SwitchingKind
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, ChangeState, NewChange
from tomoshibi.applications.values.works import NewWork, VoltageClass, WorkKind
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import EndReason
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.tariffs import operations as tariffs

LARGE, MIDDLE, TOWER = spin(21), spin(22), spin(23)
DAY = date(2026, 12, 10)


@pytest.fixture
def grid(transactional_db, tmp_path, settings):
    with desks(tmp_path, settings) as made:
        with db.transaction():
            factories()
        yield made


def factories():
    """Three that we supply: 800 kW, 300 kW, and special high voltage with what its contract says."""
    supply.register_points(pl.DataFrame([
        POINT | {"spin": number, "voltage": voltage}
        for number, voltage in ((LARGE, "high"), (MIDDLE, "high"), (TOWER, "special_high"))
    ]))  # fmt: skip
    for number, size in ((LARGE, 800_000), (MIDDLE, 300_000), (TOWER, 400_000)):
        contracts.register(
            account_number=payer(), spin=number, start=date(2026, 4, 5), plan_code="tomoshibi-high-voltage",
            capacity_kind="kW", capacity_milli=size, discounts=[], agency_code="",
        )  # fmt: skip


def carried_out(grid, kind, **more):
    """From the draft to the grid company's day, as a clerk enters what it says."""
    contract = contract_at(LARGE)
    new = NewWork(
        kind=kind, area="03", voltage=VoltageClass.HIGH_LARGE, wished_on=DAY, holder_name="灯火工業",
        details={"terms_agreed": True, "engineer": "主任 一郎"},
        **({"spin": LARGE, "contract_id": contract.id, "capacity_kind": "kW", "capacity_milli": 900_000} | more),
    )  # fmt: skip
    made = do(operations.open_work, grid, new=new)
    with pytest.raises(operations.OpenAlready):
        do(operations.open_work, grid, new=new)
    do(operations.send_work, grid, case_id=made)
    do(operations.received, grid, case_id=made, number="HV-1")
    do(operations.day_fixed, grid, case_id=made, on=DAY, inspection_on=None)
    do(operations.work_done, grid, case_id=made, on=DAY)
    before = contract_queries.contract(contract_id=contract.id)
    with pytest.raises(operations.WrongStep):
        do(operations.work_done, grid, case_id=made, on=DAY + timedelta(days=1))
    assert contract_queries.contract(contract_id=contract.id) == before, "done once"
    return before


@pytest.mark.parametrize(
    ("kind", "reason"), [(WorkKind.TERMINATE, EndReason.MOVED_OUT), (WorkKind.SWITCH_OUT, EndReason.SWITCHED)]
)
def test_an_end_by_form_ends_the_contract_on_the_grids_day(grid, kind, reason):
    ended = carried_out(grid, kind)
    assert (ended.end, ended.end_reason) == (DAY, reason)


def test_another_contract_power_holds_from_the_grids_day(grid):
    resized = carried_out(grid, WorkKind.CAPACITY)
    assert [(one.start, one.capacity_milli) for one in resized.terms] == [(date(2026, 4, 5), 800_000), (DAY, 900_000)]


def test_a_changed_name_by_form_leaves_the_contract_as_it_is(grid):
    kept = carried_out(grid, WorkKind.CUSTOMER)
    assert (kept.end, len(kept.terms)) == (None, 1)


def test_a_switch_by_form_begins_the_contract_that_waited(grid):
    begun = spin(31)
    with db.transaction():
        supply.register_points(pl.DataFrame([POINT | {"spin": begun, "voltage": "high"}]))
    carried_out(
        grid, WorkKind.SWITCH_IN, spin=begun, contract_id=None, account_number=payer(),
        terms={"plan_code": "tomoshibi-high-voltage"},
    )  # fmt: skip
    contract = contract_at(begun, DAY)
    assert (contract.start, contract.terms[0].capacity_milli) == (DAY, 900_000)


@translation.override("en")
@pytest.mark.parametrize("number", [LARGE, TOWER])
def test_the_support_system_is_not_asked(tmp_path, transactional_db, number):
    with outside(tmp_path), db.transaction():
        factories()
        new = NewCase(
            SwitchingKind.TERMINATE, number, wished_on=DAY, klass=PointClass.HIGH, contract_id=contract_at(number).id
        )
        with pytest.raises(lines.Unfit, match="go by form"):
            lines.open_case(new=new, now=START, actor_id=None)
        middle = NewCase(
            SwitchingKind.TERMINATE, MIDDLE, wished_on=DAY, klass=PointClass.HIGH, contract_id=contract_at(MIDDLE).id
        )
        assert lines.open_case(new=middle, now=START, actor_id=None)


@translation.override("en")
def test_a_change_of_a_large_contract_waits_for_what_a_person_enters(
    tmp_path, transactional_db, client, django_user_model
):
    with outside(tmp_path) as made:
        with db.transaction():
            factories()
            tariffs.install_shipped(now=made.now)
        large = contract_at(LARGE)
        wish = NewChange(ChangeKind.MOVE_OUT, large.id, DAY, ChangeSource.PHONE, {}, "called")
        (first, *_others) = consequences.consequences(new=wish, today=START_DAY)
        assert "by form" in str(first.text)
        with db.transaction():
            change = changes.enter_change(new=wish, now=made.now, actor_id=None)
        assert change.state is ChangeState.AT_GRID
        assert change_queries.grid_requests(change_id=change.id) == []
        client.force_login(django_user_model.objects.create_superuser("clerk", is_staff=True))
        shown = client.get(reverse("applications:change", args=[change.id])).content.decode()
        assert f"{reverse('applications:new_work')}?kind=terminate&amp;contract={large.number}" in shown
        with db.transaction():
            changes.answer_by_hand(change_id=change.id, agreed=True, on=DAY, reason="", now=made.now, actor_id=None)
        assert contract_queries.contract(contract_id=large.id).end == DAY
        move = NewChange(
            ChangeKind.MOVE, contract_at(TOWER).id, DAY, ChangeSource.PHONE,
            {"spin": FRESH, "plan_code": "tokyo-b", "start_on": str(DAY), "postal_code": "1050011", "prefecture": "東京都",
             "city": "港区", "town": "芝公園", "block": "9-9"}, "called",
        )  # fmt: skip
        with translation.override("en"), db.transaction(), pytest.raises(changes.ChangeRefused, match="each by form"):
            changes.enter_change(new=move, now=made.now, actor_id=None)
