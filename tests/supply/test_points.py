"""Supply points: 22 digits that name their area, found by address and meter; meters hang at one point at a time."""

from datetime import date

import polars as pl
import pytest
from django.db import IntegrityError

from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.supply import operations, queries, values

SPIN = "0300000000000000000017"
DAY = date(2026, 4, 1)
POINT = {
    "spin": SPIN, "voltage": "low", "base_day": "05", "postal_code": "1050011", "prefecture": "東京都", "city": "港区",
    "town": "芝公園", "block": "4-2-8", "building": "灯火ビル 3F",
}  # fmt: skip


def test_the_area_follows_from_the_identifier(in_transaction):
    point = operations.register_point(**POINT)
    assert (point.area, point.connection, point.kind) == ("03", "connected", "supply")
    assert queries.point(spin="03-0000-0000-0000-0000-0017") == point
    assert queries.point(spin="0300000000000000000018") is None


@pytest.mark.parametrize("spin", ["", "1100000000000000000001", "0000000000000000000001", "030000000000000000001", "a"])
def test_identifiers_without_an_area_or_22_digits_are_refused(in_transaction, spin):
    with pytest.raises(RowsRefused) as refused:
        operations.register_points(pl.DataFrame([POINT, POINT | {"spin": spin}]))
    assert [(r.row, r.column) for r in refused.value.refusals] == [(2, "spin")]


def test_an_identifier_is_registered_once(in_transaction):
    operations.register_point(**POINT)
    with pytest.raises(RowsRefused, match="registered already"):
        operations.register_point(**POINT)
    with pytest.raises(RowsRefused, match="more than one row"):
        operations.register_points(pl.DataFrame([POINT | {"spin": "01" + SPIN[2:]}] * 2))


@pytest.mark.parametrize("typed", ["しば", "芝公園", "芝公園4-2-8", "港区 灯火ビル", SPIN, "0017", "M-77"])
def test_a_point_is_found_by_identifier_address_or_meter(in_transaction, typed):
    point = operations.register_point(**POINT)
    operations.register_point(
        **POINT | {"spin": "06" + SPIN[2:-2] + "99", "city": "北区", "town": "梅田", "building": ""}
    )
    operations.hang_meter(spin=SPIN, meter_number="M-77", on=DAY)
    found = queries.search(typed)
    assert [hit.supply_point_id for hit in found] == ([] if typed == "しば" else [point.id])


def test_points_change_but_for_their_identifier(in_transaction):
    point = operations.register_point(**POINT)
    changed = operations.change_point(supply_point_id=point.id, changes={"base_day": "12", "building": "新館"})
    assert (changed.base_day, changed.building) == ("12", "新館")
    assert queries.search("新館")
    assert not queries.search("灯火ビル")
    with pytest.raises(RowsRefused):
        operations.change_point(supply_point_id=point.id, changes={"voltage": "huge"})
    with pytest.raises(operations.NoSuchPoint):
        operations.change_point(supply_point_id=0, changes={"base_day": "12"})


def test_a_meter_hangs_at_one_point_at_a_time(in_transaction):
    other = "04" + SPIN[2:]
    operations.register_points(pl.DataFrame([POINT, POINT | {"spin": other}]))
    operations.hang_meter(spin=SPIN, meter_number="A", on=DAY)
    with pytest.raises(operations.MeterElsewhere):
        operations.hang_meter(spin=other, meter_number="A", on=DAY)
    operations.exchange_meter(spin=SPIN, old_number="A", new_number="B", on=date(2026, 6, 1), interval_minutes=15)
    operations.hang_meter(spin=other, meter_number="A", on=date(2026, 6, 1))
    may, june = (queries.meters_frame(on=date(2026, m, 31 if m == 5 else 1)) for m in (5, 6))
    assert may["meter_number"].to_list() == ["A"]
    assert june.select("meter_number", "interval_minutes").rows() == [("B", 15), ("A", 30)]
    history = queries.meters_of(supply_point_id=queries.point(spin=SPIN).id)
    assert [(m.number, m.end) for m in history] == [("B", None), ("A", date(2026, 6, 1))]


def test_many_meters_are_registered_with_their_places(in_transaction):
    operations.register_point(**POINT)
    row = {"meter_number": "1", "spin": SPIN, "start": DAY}
    operations.register_meters(pl.DataFrame([row, row | {"meter_number": "2", "is_smart": False}]))
    assert queries.meters_frame(on=DAY)["is_smart"].to_list() == [True, False]
    wrong = [row, row | {"meter_number": "3", "spin": "x"}, row | {"meter_number": "4", "interval_minutes": 7}]
    with pytest.raises(RowsRefused) as refused:
        operations.register_meters(pl.DataFrame(wrong))
    assert [(r.row, r.column) for r in refused.value.refusals] == [
        (1, "meter_number"), (2, "spin"), (3, "interval_minutes"),
    ]  # fmt: skip


def test_the_database_itself_refuses_an_area_that_does_not_fit(in_transaction):
    from tomoshibi.supply.models import SupplyPoint

    with pytest.raises(IntegrityError):
        SupplyPoint.objects.create(spin=SPIN, area="04", voltage="low", base_day="01", search_key="")


def test_frames_pick_points_by_reading_day(in_transaction):
    operations.register_points(
        pl.DataFrame([POINT, POINT | {"spin": "04" + SPIN[2:]}, POINT | {"spin": SPIN[:-1] + "8", "base_day": "06"}])
    )
    assert queries.points_frame(area="03", base_day="05")["spin"].to_list() == [SPIN]
    assert queries.points_frame(area="03").height == 2
    assert queries.points_frame()["address"].unique().to_list() == ["東京都港区芝公園4-2-8"]


def test_the_third_digit_only_warns(in_transaction):
    high = operations.register_point(**POINT | {"voltage": "high"})
    assert values.spin_warning(high.spin, high.voltage)
    assert not values.spin_warning(SPIN, values.Voltage.LOW)
    assert not values.spin_warning("037" + SPIN[3:], values.Voltage.HIGH)
