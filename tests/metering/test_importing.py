"""Files in: once per content, in any order, all or nothing, every row accounted for."""

import tracemalloc
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.metering.grid import Row, confirmed, csv, daily, overlapping, spin
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import EndReason
from tomoshibi.gateways import grid_portal
from tomoshibi.gateways.grid_portal import PointMonth
from tomoshibi.identity import queries as identity
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.metering import jobs, operations, queries, values
from tomoshibi.metering.values import FileState
from tomoshibi.storage import db
from tomoshibi.worker import queries as jobs_queries
from tomoshibi.worker.operations import Progress
from tomoshibi.worklist import queries as worklist

OCTOBER = Month(2026, 10)
START, END = date(2026, 9, 5), date(2026, 10, 5)


def standing(point=None):
    frame = queries.confirmed_frame(month=OCTOBER)
    rows = {row["spin"]: row for row in frame.iter_rows(named=True)}
    return rows if point is None else rows[spin(point)]


def test_totals_without_days_take_their_period_from_the_reading_calendar(retailer, take):
    file = take(confirmed(Row(spin(1), "310.5")))
    assert (file.state, file.counts, file.month, file.sender) == (FileState.DONE, {"new": 1}, 202610, "90003")
    row = standing(1)
    assert (row["energy_dwh"], row["period_start"], row["period_end"]) == (3_105_000, START, END)
    assert not row["has_half_hours"]


def test_days_in_the_file_are_the_period_and_become_a_vector(retailer, take, point_id):
    take(confirmed(Row(spin(1), "288", start=START, end=END)))
    row = standing(1)
    assert (row["half_hour_sum_dwh"], row["half_hours_missing"], row["notes"]) == (2_880_000, 0, "")
    matrix = queries.half_hour_matrix(readings=queries.confirmed_frame(month=OCTOBER))
    assert matrix.values_dwh.shape == (1, 30 * 48)
    assert (matrix.values_dwh == 2_000).all()
    curve = queries.load_curve(supply_point_id=point_id(1), period=Period(START, END))
    assert np.array_equal(curve.values_dwh.ravel(), matrix.values_dwh[0])


def test_half_hours_unlike_the_total_are_taken_with_a_note(retailer, take):
    take(
        confirmed(
            Row(spin(1), "288.9999", start=START, end=END),
            Row(spin(2), "289", start=START, end=END),
            Row(spin(3), "288", start=START, end=END, skip_slots=frozenset({7})),
        )
    )
    assert [standing(n)["notes"] for n in (1, 2, 3)] == ["", values.NOTE_DIFFERS, values.NOTE_MISSING]
    assert standing(3)["half_hours_missing"] == 30


def test_the_same_file_twice_changes_nothing(retailer, take, now):
    content = confirmed(Row(spin(1), "310", start=START, end=END), Row(spin(2), "200"))
    first = take(content)
    before = queries.readings_of_point(supply_point_id=standing(1)["supply_point_id"])
    assert take(content, name="another name.zip") == first
    with pytest.raises(operations.AlreadyRead):
        operations.enqueue_import(file_id=first.id)
    assert queries.readings_of_point(supply_point_id=standing(1)["supply_point_id"]) == before


def test_the_same_content_in_another_file_changes_nothing(retailer, take):
    rows = Row(spin(1), "310", start=START, end=END), Row(spin(2), "200"), Row(spin(3), provided=False)
    take(confirmed(*rows))
    before = standing()
    again = take(confirmed(*rows, made="202610101000"))
    assert again.counts == {"unchanged": 3}
    assert standing() == before


def test_one_half_hour_makes_it_another_content(retailer, take):
    take(confirmed(Row(spin(1), "310", start=START, end=END)))
    again = take(confirmed(Row(spin(1), "310", start=START, end=END, each="0.2001"), made="202610101000"))
    assert again.counts == {"replaced": 1}


def test_a_later_revision_replaces_and_is_remembered(retailer, take, point_id):
    take(confirmed(Row(spin(1), "310")))
    later = take(confirmed(Row(spin(1), "320"), made="202610100900"))
    assert later.counts == {"replaced": 1}
    newest, oldest = queries.readings_of_point(supply_point_id=point_id(1))
    assert (newest.energy_dwh, newest.superseded_by_id) == (3_200_000, None)
    assert (oldest.energy_dwh, oldest.superseded_by_id) == (3_100_000, newest.id)


def test_an_earlier_word_that_comes_late_does_not_replace(retailer, take):
    take(confirmed(Row(spin(1), "320"), made="202610100900"))
    late = take(confirmed(Row(spin(1), "310")))
    assert late.counts == {"superseded": 1}
    assert standing(1)["energy_dwh"] == 3_200_000


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(order=st.permutations(range(4)), twice=st.integers(0, 3))
def test_files_may_come_in_any_order(retailer, take, order, twice):
    """Whatever the order, and whichever comes twice, the latest word on every point stands."""
    files = [
        confirmed(Row(spin(1), "100"), Row(spin(2), provided=False), made="202610090900"),
        confirmed(Row(spin(1), "110"), Row(spin(2), "50", start=START, end=END), made="202610100900"),
        confirmed(Row(spin(2), "60", start=START, end=END), made="202610110900"),
        confirmed(Row(spin(1), "110"), Row(spin(3), "7"), made="202610120900"),
    ]
    with db.savepoint():
        for index in [*order, twice]:
            take(files[index], name=f"W5122020261009000000{index}.zip")
        rows = standing()
        assert {point: row["energy_dwh"] for point, row in rows.items()} == {
            spin(1): 1_100_000,
            spin(2): 600_000,
            spin(3): 70_000,
        }
        for row in rows.values():
            versions = queries.readings_of_point(supply_point_id=row["supply_point_id"])
            stands = [(v.period.start, v.period.end) for v in versions if v.superseded_by_id is None]
            assert not overlapping(stands)
        from django.db import transaction

        transaction.set_rollback(True)


def test_a_value_that_is_not_provided_has_no_quantity_until_one_comes(retailer, take, point_id):
    file = take(confirmed(Row(spin(1), provided=False)))
    assert (file.state, file.counts) == (FileState.DONE, {"not_provided": 1})
    row = standing(1)
    assert (row["provided"], row["energy_dwh"], row["period_start"], row["period_end"]) == (False, 0, START, END)
    assert queries.history_frame(last_month=OCTOBER).is_empty()
    assert take(confirmed(Row(spin(1), "310"), made="202610100900")).counts == {"new": 1}
    assert standing(1)["provided"]


def test_rows_that_are_not_ours_are_named_and_put_before_people(retailer, take, now):
    file = take(confirmed(Row(spin(1)), Row(spin(77)), Row(spin(9)), Row(spin(2), start=date(2026, 3, 5), end=SINCE)))
    assert file.counts == {"new": 1, "unknown_point": 1, "not_supplied": 2}
    assert file.state is FileState.DONE_WITH_REFUSALS
    rows = [(row.row_number, row.spin, row.code) for row in queries.file_rows(file_id=file.id)]
    assert rows == [(2, spin(77), "unknown_point"), (3, spin(9), "not_supplied"), (4, spin(2), "not_supplied")]
    (item,) = worklist.open_items(kind="metering.rows_refused")
    assert item.subject == f"metering.file:{file.id}"
    assert "3" in item.title


SINCE = date(2026, 4, 5)


def test_a_refused_file_can_be_read_again_once_the_point_is_known(retailer, take, now):
    file = take(confirmed(Row(spin(1)), Row(spin(9), start=START, end=END)))
    contract = contract_queries.contracts_of(supply_point_id=standing(1)["supply_point_id"])[0]
    from tomoshibi.parties import queries as parties

    payer = parties.billing_accounts_frame(account_ids=[contract.account_id])["number"][0]
    contracts.register(
        account_number=payer, spin=spin(9), start=SINCE, plan_code="tokyo-regulated-b", capacity_kind="A",
        capacity_milli=30_000,
    )  # fmt: skip
    operations.enqueue_import(file_id=file.id)
    with pytest.raises(operations.FileInUse):
        operations.enqueue_import(file_id=file.id)
    with translation.override("ja"):
        assert jobs.import_file(Progress(), file_id=file.id) == f"{file.name}：新規 1, 変更なし 1"
    again = queries.file(file_id=file.id)
    assert (again.state, again.counts) == (FileState.DONE, {"unchanged": 1, "new": 1})
    assert worklist.open_items(kind="metering.rows_refused") == []


def test_the_period_without_days_ends_with_the_contract(retailer, take, point_id):
    contract = contract_queries.contracts_of(supply_point_id=point_id(4))[0]
    contracts.end(contract_id=contract.id, on=date(2026, 9, 20), reason=EndReason.MOVED_OUT)
    take(confirmed(Row(spin(4), "100")))
    assert (standing(4)["period_start"], standing(4)["period_end"]) == (START, date(2026, 9, 20))


def test_a_month_without_reading_days_is_refused_with_its_reason(retailer, take):
    file = take(confirmed(Row(spin(1)), month="202612"))
    assert file.counts == {"no_period": 1}


def test_the_part_of_a_shared_point_is_what_we_bill(retailer, take):
    take(confirmed(Row(spin(1), "310"), Row(spin(1), "120", split="2"), Row(spin(2), "7")))
    frame = queries.confirmed_frame(month=OCTOBER)
    assert frame.select("spin", "split_code", "energy_dwh").rows() == [
        (spin(1), "2", 1_200_000),
        (spin(2), "1", 70_000),
    ]


def test_a_csv_is_read_too(retailer, take):
    file = take(csv((spin(1), "2026-10", "310.5"), (spin(2), "2026-10", "-3")), name="values.csv")
    assert file.counts == {"new": 1, "broken": 1}
    assert standing(1)["energy_dwh"] == 3_105_000
    (row,) = queries.file_rows(file_id=file.id)
    assert row.row_number == 3
    assert row.template


def test_a_daily_file_gives_the_curve_until_the_month_is_confirmed(retailer, take, point_id):
    day = date(2026, 9, 6)
    file = take(daily(day, {spin(1): [("M1", "0.1"), ("M2", "0.2")], spin(77): [("M3", "1")]}), name="d.zip")
    assert file.counts == {"new": 1, "unknown_point": 1}
    curve = queries.load_curve(supply_point_id=point_id(1), period=Period(day, day + timedelta(days=1)))
    assert curve.values_dwh.tolist() == [[3_000] * 48]
    take(confirmed(Row(spin(1), "288", start=START, end=END)))
    curve = queries.load_curve(supply_point_id=point_id(1), period=Period(day, day + timedelta(days=1)))
    assert curve.values_dwh.tolist() == [[2_000] * 48]
    assert take(daily(day, {spin(1): [("M1", "0.3")]}, made="202610030300"), name="d2.zip").counts == {"unchanged": 1}


def test_arrivals_and_changes_are_announced_by_their_own_names(retailer, take, monkeypatch):
    told = []
    monkeypatch.setattr("tomoshibi.worker.operations.announce", told.append)
    first = take(confirmed(Row(spin(1), "310"), Row(spin(2), "200")))
    second = take(confirmed(Row(spin(1), "320"), Row(spin(2), "200"), made="202610100900"))
    new = standing(1)["reading_id"]
    assert told == [
        values.ConfirmedValuesArrived(file_id=first.id, months=(202610,)),
        values.ConfirmedValuesArrived(file_id=second.id, months=(202610,)),
        values.ConfirmedValuesChanged(reading_ids=(new,), file_id=second.id),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("last", [3, 700])
def test_a_broken_file_leaves_nothing_and_says_why(saved_retailer, take, now, last):
    rows = [Row(spin(n % 5 + 1)) if n < 5 else Row(spin(100 + n)) for n in range(last)]
    content = confirmed(*rows, cut=True)
    with db.transaction():
        file, _new = operations.receive_file(
            name="W51220202610090000001.zip", content=content, source=values.Source.MANUAL, now=now
        )
    jobs.import_file(Progress(), file_id=file.id)
    refused = queries.file(file_id=file.id)
    assert refused.state is FileState.REFUSED
    assert refused.refusal
    assert standing() == {}
    assert list(queries.file_rows(file_id=file.id)) == []
    assert [item.detail for item in worklist.open_items(kind="metering.file_refused")] == [refused.refusal]
    assert jobs_queries.jobs() == []


def test_reading_a_file_leaves_a_deed(retailer, take, now):
    take(confirmed(Row(spin(1))))
    assert identity.deeds_by_procedure(since=now - timedelta(days=9999))["RB2"] == 1


def test_the_revision_in_the_name_outranks_the_time_of_making_where_its_place_is_known(retailer, take, now):
    operations.set_portal(area="03", base_url="https://p.example/", revision_digits=2, section_digits=5, now=now)
    second = take(confirmed(Row(spin(1), "120"), made="202610090900"), name="W51220202610090200001.zip")
    assert (second.revision, second.section) == (2, 1)
    first = take(confirmed(Row(spin(1), "110"), made="202610110900"), name="W51220202610090100003.zip")
    assert (first.revision, first.section, first.counts) == (1, 3, {"superseded": 1})
    assert standing(1)["energy_dwh"] == 1_200_000


def test_a_large_file_is_read_in_bounded_memory(retailer, take, tmp_path):
    """A file four times as large needs no more memory: what is held is a batch, not the file."""
    small, large = (_traced(take, n, tmp_path) for n in (600, 2_400))
    assert large < small * 1.5, (small, large)


def _traced(take, points, tmp_path):
    rows = (PointMonth(spin(1_000 + n), 2_880_000, START, np.full(5 * 48, 2_000)) for n in range(points))
    path = grid_portal.write_confirmed(
        tmp_path / f"W512202026100900{points:05d}.zip", rows, month=202610, made_at=datetime(2026, 10, 9, tzinfo=UTC)
    )
    content = path.read_bytes()
    tracemalloc.start()
    file = take(content, name=path.name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert file.counts == {"unknown_point": points}
    return peak
