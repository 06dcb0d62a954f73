"""Groups, benchmarks, and the count that nobody types (G-001 ... G-017)."""

import inspect
from datetime import date, timedelta
from types import ModuleType

import polars as pl
import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from tests.groups import book
from tomoshibi.groups import counting, operations, queries, values
from tomoshibi.groups.models import Group, Membership
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.metering import operations as metering
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.storage import bulk, db


@pytest.mark.requirement("G-001")
def test_a_group_has_one_benchmark_at_any_time(group):
    second = book.subs(group, 1, role=values.Role.BENCHMARK.value)
    with pytest.raises(operations.SecondBenchmark) as refused:
        operations.add_points(second, today=book.TODAY)
    assert refused.value.code == "second_benchmark"
    benchmarks = queries.points_frame(on=book.TODAY, group_ids=[group.id]).filter(role="benchmark")
    assert benchmarks["account_number"].to_list() == [group.benchmark_number]


@pytest.mark.requirement("G-001")
def test_a_benchmark_belongs_to_one_group(customer, group):
    other = book.found(customer, serial=1, benchmark={"name": "别处机房", "address": "别处"})
    benchmark = queries.point(account_number=group.benchmark_number)
    frame = pl.DataFrame({
        "point_id": [benchmark["id"]], "group_id": [other.id], "role": ["sub"], "start": [book.START]
    })  # fmt: skip
    with pytest.raises(IntegrityError, match="point_in_one_group_a_day"), db.savepoint():
        bulk.copy_in("groups_membership", frame)


@pytest.mark.requirement("G-002")
def test_a_benchmark_is_found_fit_before_its_group_is_active(customer):
    draft = book.found(customer, fit=False)
    with pytest.raises(operations.NotFit):
        operations.activate_group(group_id=draft.id)
    ticks = {"is_steady": True, "is_reliable": True, "is_safe": False}
    operations.check_benchmark(group_id=draft.id, **ticks, today=book.TODAY, actor_id=7)
    with pytest.raises(operations.NotFit):
        operations.activate_group(group_id=draft.id)
    operations.check_benchmark(group_id=draft.id, **(ticks | {"is_safe": True}), today=book.TODAY, actor_id=7)
    operations.activate_group(group_id=draft.id)
    assert queries.group(group_id=draft.id).state is values.GroupState.ACTIVE
    latest = queries.checks_of(group_id=draft.id)[0]
    assert (latest["checked_by_id"], latest["checked_on"]) == (7, book.TODAY)


@pytest.mark.requirement("G-002")
def test_the_steadiness_of_an_existing_meter_is_measured(customer):
    draft = book.found(customer, fit=False)
    meter = queries.meters_of(group_id=draft.id)[0].number
    use = [90_000 + (10_000 if n % 2 else -10_000) for n in range(31)]
    registers = registers_of(meter, use, first=book.TODAY - timedelta(days=31))
    metering.take_registers(registers)
    operations.check_benchmark(
        group_id=draft.id, is_steady=True, is_reliable=True, is_safe=True, today=book.TODAY, actor_id=None
    )
    figure = queries.checks_of(group_id=draft.id)[0]["variation_ppm"]
    assert figure == pytest.approx(1_000_000 / 9, rel=0.05), "10 in 90: a ninth"
    assert queries.variation_ppm(meter_number=meter, until=book.TODAY, days=60) is None, "too few readings, no figure"


def registers_of(meter: str, use_dwh: list[int], *, first: date) -> pl.DataFrame:
    """Registers of consecutive days whose differences are the uses."""
    shown = [1_000_000]
    for used in use_dwh:
        shown.append(shown[-1] + used)
    return pl.DataFrame(
        {
            "meter_number": [meter] * len(shown),
            "day": [first + timedelta(days=n) for n in range(len(shown))],
            "forward_dwh": shown,
            "reverse_dwh": [0] * len(shown),
            "peak_dwh": [None] * len(shown),
            "flat_dwh": [None] * len(shown),
            "valley_dwh": [None] * len(shown),
        },
        schema_overrides={"peak_dwh": pl.Int64, "flat_dwh": pl.Int64, "valley_dwh": pl.Int64},
    )


@pytest.mark.requirement("G-003")
def test_only_devices_of_the_benchmarks_type_join(group):
    camera = book.device_type("CAM", rated=(5, 60))
    other_type = book.subs(group, 1, device_type_id=camera, rated_w=30)
    with pytest.raises(RowsRefused, match="another type than the benchmark"):
        operations.add_points(other_type, today=book.TODAY)
    with pytest.raises(RowsRefused, match="900 W is outside the range"):
        operations.add_points(book.subs(group, 1, rated_w=900), today=book.TODAY)
    assert not queries.overrides().exists()

    operations.add_points(other_type.with_columns(override_reason=pl.lit("同一箱内, 用电特性相同")), today=book.TODAY)
    [exception] = queries.overrides().values("reason", "device", "group_number")
    assert exception["group_number"] == group.number
    assert exception["reason"] == "同一箱内, 用电特性相同"


@pytest.mark.requirement("G-004")
def test_device_types_are_dated_and_stay_while_they_are_used(group):
    type_id = group.device_type_id
    book.operations.save_device_type(
        code="EPON", name="楼道设备", kind="光网络设备", spread=values.Spread.CORRIDOR, start=date(2026, 7, 1),
        rated_w=(100, 300), day_dwh=(10_000, 70_000),
    )  # fmt: skip
    assert queries.device_type(code="EPON", on=date(2026, 6, 30)).rated_max_w == 600
    assert queries.device_type(code="EPON", on=date(2026, 7, 1)).rated_max_w == 300
    assert queries.device_type(code="EPON", on=date(2009, 12, 31)) is None
    with pytest.raises(operations.TypeInUse):
        operations.delete_device_type(type_id=type_id)
    unused = book.device_type("POLE")
    operations.delete_device_type(type_id=unused)
    assert queries.device_type(code="POLE", on=book.TODAY) is None


@pytest.mark.requirement("G-005")
def test_a_type_has_as_many_groups_as_it_needs(customer, group):
    other = book.found(customer, serial=1, benchmark={"name": "城北机房", "address": "城北"})
    assert other.device_type_id == group.device_type_id
    assert other.benchmark_number != group.benchmark_number
    assert {other.state, group.state} == {values.GroupState.ACTIVE}


@pytest.mark.requirement("G-006")
def test_every_point_has_a_number_that_is_never_used_again(group):
    added = book.with_subs(group, 3)
    numbers = [group.benchmark_number, *added["account_number"]]
    assert len(set(numbers)) == 4
    held = queries.points_frame(on=book.TODAY)["account_number"]
    assert (held.null_count(), (held == "").sum(), sorted(held)) == (0, 0, sorted(numbers)), (
        "every active point has one"
    )
    gone = added["account_number"][0]
    operations.remove_points(pl.DataFrame({"account_number": [gone], "end": [date(2026, 6, 1)]}), today=book.TODAY)
    with pytest.raises(RowsRefused, match="never used again"):
        operations.add_points(book.subs(group, 1, first=50, account_number=gone), today=book.TODAY)


@pytest.mark.requirement("G-066")
def test_a_sub_account_may_not_start_a_process_and_offers_its_benchmark(group):
    sub = book.with_subs(group, 1)["account_number"][0]
    with pytest.raises(parties.NotForProcesses, match=group.benchmark_number):
        parties.require_normal_number(number=sub)
    assert party_queries.registered_number(number=sub).offer_instead == group.benchmark_number


@pytest.mark.requirement("G-009")
def test_the_benchmark_is_counted_unless_the_company_says_otherwise(group):
    book.with_subs(group, 17)
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 18
    operations.set_parameter(code="count_benchmark", value=0, start=date(2026, 11, 1), reason="另有约定")
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 17
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 10, 31)) == 18, "the rule has its own day"


@pytest.mark.requirement("G-010")
def test_the_count_follows_the_points_from_their_day_on(group):
    book.with_subs(group, 9)
    before = queries.virtual_multiplier(group_id=group.id, on=date(2026, 6, 9))
    book.with_subs(group, 1, start=date(2026, 6, 10), first=100)
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 6, 9)) == before == 10
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 6, 10)) == 11
    assert queries.virtual_multiplier(group_id=group.id, on=date(2025, 12, 31)) == 0
    assert queries.count_history(group_id=group.id, on=book.TODAY) == [
        values.Step(book.START, 10, 9),
        values.Step(date(2026, 6, 10), 11, 10),
    ]


@pytest.mark.requirement("G-010")
def test_nobody_can_type_a_count():
    from tomoshibi.groups import forms, layouts

    doors: list[ModuleType] = [operations, forms]
    assert not {f.name for f in (*Group._meta.fields, *Membership._meta.fields)} & {"points", "count", "multiplier"}
    for door in doors:
        for name, thing in inspect.getmembers(door, inspect.isfunction):
            words = set(inspect.signature(thing).parameters)
            assert not words & {"points_count", "multiplier", "virtual_multiplier", "count"}, name
    typed = {field for form in (forms.GroupForm, forms.EditForm) for field in form.base_fields}
    assert not any("multiplier" in field or "count" in field for field in typed)
    assert not any("multiplier" in column for layout in layouts.LAYOUTS.values() for column in layout.columns)


@st.composite
def _members(draw):
    rows = []
    for _n in range(draw(st.integers(1, 12))):
        start = draw(st.integers(0, 60))
        end = draw(st.one_of(st.none(), st.integers(start + 1, 70)))
        rows.append((draw(st.sampled_from(["benchmark", "sub"])), start, end))
    return rows


@pytest.mark.requirement("G-010")
@given(_members(), st.booleans())
def test_the_history_is_the_count_of_every_day(rows, count_benchmark):
    first = date(2026, 1, 1)
    frame = pl.DataFrame(
        [(r, first + timedelta(days=s), None if e is None else first + timedelta(days=e)) for r, s, e in rows],
        schema={"role": pl.String, "start": pl.Date, "end": pl.Date},
        orient="row",
    )
    history = counting.steps(frame, count_benchmark=count_benchmark)
    for n in range(75):
        active = [r for r, s, e in rows if s <= n and (e is None or e > n)]
        counted = counting.count_on(history, first + timedelta(days=n))
        assert counted.points == sum(count_benchmark or role == "sub" for role in active)
        assert counted.subs == active.count("sub")


@pytest.mark.requirement("G-011")
def test_the_hundred_and_first_sub_account_is_refused(group):
    book.with_subs(group, 100)
    with pytest.raises(RowsRefused, match="please apply for a new reference meter"):
        book.with_subs(group, 1, first=500)
    operations.set_parameter(code="limit_counts_points", value=1, start=book.START, reason="按点位计")
    assert queries.room_of(group_id=group.id, on=book.TODAY).is_over, "101 points are over a cap of 100 points"
    operations.set_parameter(code="sub_limit", value=120, start=date(2026, 3, 1), reason="试点")
    assert queries.parameter("sub_limit", on=date(2026, 2, 28)) == 100
    book.with_subs(group, 1, first=500)


@pytest.mark.requirement("G-012")
def test_ninety_sub_accounts_warn_that_little_room_is_left(group):
    book.with_subs(group, 89)
    assert not queries.room_of(group_id=group.id, on=book.TODAY).is_tight
    book.with_subs(group, 1, first=500)
    room = queries.room_of(group_id=group.id, on=book.TODAY)
    assert (room.is_tight, room.is_over, room.used, room.free) == (True, False, 90, 10)
    [listed] = queries.group_rows(on=book.TODAY).values("used", "free", "points")
    assert listed == {"used": 90, "free": 10, "points": 91}
    assert queries.portfolio(on=book.TODAY)[0]["tight"] == 1


@pytest.mark.requirement("G-013")
def test_a_stock_group_over_the_cap_is_taken_and_split_without_losing_a_day(group):
    book.with_subs(group, 311, origin="stock")
    room = queries.room_of(group_id=group.id, on=book.TODAY)
    assert (room.is_over, room.used) == (True, 311)
    with pytest.raises(RowsRefused, match="new reference meter"):
        book.with_subs(group, 1, first=900)

    parts = queries.split_proposal(group_id=group.id, on=book.TODAY)
    assert len(parts) >= 4
    assert max(part.points for part in parts) <= 78
    assert max(p.points for p in parts) - min(p.points for p in parts) <= 1
    assert sum(part.points for part in parts) == 312
    before = set(queries.points_frame(on=book.TODAY)["account_number"])

    on = date(2026, 9, 1)
    meters = {part.benchmark_number: f"NEW{n}" for n, part in enumerate(parts)}
    made = operations.split_group(group_id=group.id, on=on, parts=parts, meters=meters, today=book.TODAY)
    assert len(made) == len(parts) - 1
    for day in (date(2026, 8, 31), on, book.TODAY):
        counts = [queries.virtual_multiplier(group_id=one, on=day) for one in (group.id, *made)]
        assert sum(counts) == 312, day
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 8, 31)) == 312
    assert set(queries.points_frame(on=book.TODAY)["account_number"]) == before
    for one in made:
        new = queries.group(group_id=one)
        assert queries.room_of(group_id=one, on=on).used <= 100
        sub = queries.points_of(group_id=one, on=on)[1].account_number
        assert party_queries.registered_number(number=sub).offer_instead == new.benchmark_number


@pytest.mark.requirement("G-013")
def test_a_split_holds_every_point_once_and_needs_meters(group):
    book.with_subs(group, 150, origin="stock")
    parts = queries.split_proposal(group_id=group.id, on=book.TODAY)
    with pytest.raises(operations.PartsDoNotFit, match="needs a reference meter"):
        operations.split_group(group_id=group.id, on=book.TODAY, parts=parts, meters={}, today=book.TODAY)
    with pytest.raises(operations.PartsDoNotFit, match="exactly once"):
        operations.split_group(group_id=group.id, on=book.TODAY, parts=parts[:1], meters={}, today=book.TODAY)


@given(st.integers(1, 700), st.integers(1, 120), st.booleans())
def test_parts_of_a_split_fit_and_are_even(count, limit, counts_points):
    points = [(f"{n:010d}", f"T{n % 7}") for n in range(count)]
    parts = counting.split(points, benchmark=points[0][0], limit=limit, counts_points=counts_points)
    assert sorted(number for part in parts for number in part.account_numbers) == [number for number, _d in points]
    assert max(p.points for p in parts) - min(p.points for p in parts) <= 1
    assert max(p.points for p in parts) <= limit + (0 if counts_points else 1)
    assert parts[0].benchmark_number == points[0][0]


@pytest.mark.requirement("G-014")
def test_unbalanced_groups_of_a_customer_warn(customer, group):
    others = [book.found(customer, serial=n, benchmark={"name": f"机房{n}", "address": f"地址{n}"}) for n in (1, 2)]
    book.with_subs(group, 94)
    for n, one in enumerate(others):
        book.with_subs(one, 19, first=1_000 * (n + 1))
    found = queries.balance_of(customer_id=customer, device_type_id=group.device_type_id, on=book.TODAY)
    assert sorted(points for _number, points in found.groups) == [20, 20, 95]
    assert found.ratio_milli == 95 * 3 * 1_000 // 135
    assert found.warns
    operations.set_parameter(code="balance_percent", value=300, start=book.START, reason="地域差异")
    assert not queries.balance_of(customer_id=customer, device_type_id=group.device_type_id, on=book.TODAY).warns


@pytest.mark.requirement("G-017")
def test_a_device_is_in_one_group_only(customer, group):
    rows = book.subs(group, 2)
    operations.add_points(rows, today=book.TODAY)
    other = book.found(customer, serial=1, benchmark={"name": "城北机房", "address": "城北"})
    again = rows.head(1).with_columns(
        group_id=pl.lit(other.id, dtype=pl.Int64), benchmark_number=pl.lit(other.benchmark_number)
    )
    with pytest.raises(RowsRefused, match=r"is point .* already"):
        operations.add_points(again, today=book.TODAY)
    operations.add_points(again.with_columns(same_device_reason=pl.lit("同址另一台")), today=book.TODAY)


@pytest.mark.requirement("G-017")
def test_a_metered_account_is_no_sub_account(customer, group):
    payer = parties.register_account(
        customer_id=customer, start=book.START, payment_method="transfer", statement_channel="paper"
    )
    with pytest.raises(RowsRefused, match="is an account number already"):
        operations.add_points(book.subs(group, 1, account_number=payer.number), today=book.TODAY)


@pytest.mark.requirement("G-018")
def test_no_point_without_an_application(group):
    with pytest.raises(RowsRefused, match="application"):
        operations.add_points(book.subs(group, 1, application_number=""), today=book.TODAY)
    assert queries.points_without_application() == 0


def test_points_leave_from_a_day_on(group):
    added = book.with_subs(group, 2)["account_number"]
    with pytest.raises(RowsRefused, match="is a benchmark"):
        operations.remove_points(
            pl.DataFrame({"account_number": [group.benchmark_number], "end": [book.TODAY]}), today=book.TODAY
        )
    with pytest.raises(RowsRefused, match="future"):
        operations.remove_points(
            pl.DataFrame({"account_number": [added[0]], "end": [date(2027, 1, 1)]}), today=book.TODAY
        )
    operations.remove_points(pl.DataFrame({"account_number": [added[0]], "end": [date(2026, 6, 1)]}), today=book.TODAY)
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 5, 31)) == 3
    assert queries.virtual_multiplier(group_id=group.id, on=date(2026, 6, 1)) == 2


@pytest.mark.requirement("G-083")
def test_physical_ratio_and_point_count_are_two_things(customer):
    group = book.found(customer, physical_ratio=30)
    book.with_subs(group, 4)
    assert queries.meters_of(group_id=group.id)[0].physical_ratio == 30
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 5
    meter = queries.meters_of(group_id=group.id)[0].number
    metering.take_registers(registers_of(meter, [1_000, 2_000], first=date(2026, 10, 1)))
    energy = queries.meter_energy(group_id=group.id, start=date(2026, 10, 1), end=date(2026, 11, 1))
    assert energy["energy_dwh"].to_list() == [30_000, 60_000], "what the meter measured, times its transformers only"


@pytest.mark.requirement("G-086")
def test_a_register_that_rolls_over_goes_on(group):
    meter = queries.meters_of(group_id=group.id)[0].number
    rows = registers_of(meter, [0], first=date(2026, 10, 1)).with_columns(
        forward_dwh=pl.Series([999_985_000, 32_000])  # 99998.50 and 3.20 kWh on five digits
    )
    metering.take_registers(rows)
    energy = queries.meter_energy(group_id=group.id, start=date(2026, 10, 1), end=date(2026, 11, 1))
    assert energy["energy_dwh"].to_list() == [47_000]
