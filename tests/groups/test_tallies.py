"""Tallies: what pages over all groups show is what is there, whatever changed and by whichever way (G-038)."""

from datetime import date, timedelta
from random import Random

import polars as pl
import pytest

from tests.groups import book
from tomoshibi.fieldwork import operations as fieldwork
from tomoshibi.groups import operations, queries, tallying, values
from tomoshibi.groups.models import Membership, Point, Tally, TallyWanted
from tomoshibi.storage import bulk


def settled(on: date = book.TODAY) -> None:
    while operations.settle_tallies(today=on):
        pass
    assert tallying.unsettled(on=on) == []


def truth(on: date = book.TODAY) -> dict[str, int]:
    return tallying.counted(on=on).select(pl.col(tallying.FIGURES).sum()).row(0, named=True)


def told(on: date = book.TODAY) -> dict[str, int]:
    """What the pages say, each of them."""
    found = queries.completeness(on=on)
    districts = queries.by_district(on=on)
    assert sum(row["points"] for row in districts) == found.points
    assert sum(row["points"] for row in queries.portfolio(on=on)) == found.points
    complete = sum(row["complete"] for row in districts)
    return {name: getattr(found, name) for name in tallying.FIGURES if hasattr(found, name)} | {"complete": complete}


def agree(on: date = book.TODAY) -> None:
    counted = truth(on)
    assert told(on) == {name: counted[name] for name in told(on)}


@pytest.fixture
def two(customer, group):
    other = book.found(customer, serial=1, benchmark={"name": "城北机房", "address": "城北"})
    book.with_subs(group, 6)
    book.with_subs(other, 4, first=100)
    settled()
    return group, other


def seal(n: int, point_id: int, now) -> None:
    fieldwork.note_seal(number=f"FY-{n}", subject=f"groups.point:{point_id}", place="x", placed_at=now, now=now)


@pytest.mark.requirement("G-038")
def test_every_kind_of_change_is_told_at_once_and_after_it_is_tallied(two, now):
    group, other = two
    points = queries.points_of(group_id=group.id, on=book.TODAY)
    gone = pl.DataFrame({"account_number": [points[1].account_number], "end": [date(2026, 6, 1)]})
    changes = {
        "a point joins": lambda: book.with_subs(other, 1, first=200),
        "one without a place": lambda: operations.add_points(
            book.subs(other, 1, first=300).drop("access_point_id", "access_point_number", "district_id"),
            today=book.TODAY,
        ),
        "one leaves": lambda: operations.remove_points(gone, today=book.TODAY),
        "a date is made good": lambda: operations.complete_point(
            point_id=points[2].id, installed_on=date(2026, 1, 2), today=book.TODAY, now=now
        ),
        "a seal hangs": lambda: seal(1, points[2].id, now),
        "and is taken away": lambda: fieldwork.remove_seal(number="FY-1", removed_at=now),
        "another district": lambda: operations.edit_point(
            point_id=points[3].id, field=values.EditedField.DISTRICT, new="T1",
            effective_on=book.TODAY, reason="现场核对", now=now, actor_id=None,
        ),
        "a whole table by COPY": lambda: bulk.copy_in("fieldwork_seal", pl.DataFrame({
            "number": ["FY-8", "FY-9"], "subject": [f"groups.point:{p.id}" for p in points[4:6]], "place": ["x", "x"],
            "placed_at": [now.isoformat()] * 2, "received_at": [now.isoformat()] * 2,
        })),
        "by hand in the database": lambda: Point.objects.filter(id=points[5].id).update(installed_on=date(2026, 3, 1)),
        "a membership is gone": lambda: Membership.objects.filter(point_id=points[6].id).delete(),
    }  # fmt: skip
    for what, change in changes.items():
        before = tallying.counted(on=book.TODAY).sort("group_id", "district_id")
        change()
        assert not tallying.counted(on=book.TODAY).sort("group_id", "district_id").equals(before), what
        agree()
        assert TallyWanted.objects.exists(), what
        settled()
        agree()
        assert not TallyWanted.objects.exists()


def test_what_changes_nothing_marks_nothing(two):
    group, _other = two
    assert queries.completeness(on=book.TODAY).points == 12
    Point.objects.filter(id=queries.points_of(group_id=group.id, on=book.TODAY)[1].id).update(name="别名")
    assert tallying.unsettled(on=book.TODAY) == []


@pytest.mark.requirement("G-038")
def test_a_tally_ends_on_the_day_on_which_something_begins_or_ends_by_itself(two):
    group, other = two
    leaves, joins = book.TODAY + timedelta(days=3), book.TODAY + timedelta(days=5)
    Membership.objects.filter(group_id=group.id, role="sub").update(end=leaves)
    Membership.objects.filter(group_id=other.id, role="sub").update(start=joins)
    settled()
    assert set(Tally.objects.filter(group_id=group.id).values_list("end", flat=True)) == {leaves}
    assert set(Tally.objects.filter(group_id=other.id).values_list("end", flat=True)) == {joins}
    counts = []
    for days in range(7):
        on = book.TODAY + timedelta(days=days)
        agree(on)
        counts.append(queries.completeness(on=on).points)
    assert counts == [8, 8, 8, 2, 2, 6, 6]
    agree(date(2025, 1, 1))


def test_a_tally_that_is_wrong_is_found_and_put_right(two):
    assert operations.recount_tallies(today=book.TODAY) == 0
    Tally.objects.filter(group_id=two[0].id).update(seal=99)
    assert operations.recount_tallies(today=book.TODAY) == 1
    agree()
    assert operations.recount_tallies(today=book.TODAY) == 0


def test_many_changes_in_any_order_never_leave_an_old_figure(two, now):
    dice = Random(7)
    for n in range(25):
        group = two[dice.randrange(2)]
        points = [p for p in queries.points_of(group_id=group.id, on=book.TODAY) if p.role.value == "sub"]
        one = dice.choice(points)
        match dice.randrange(5):
            case 0:
                book.with_subs(group, 1, first=1_000 + n)
            case 1 if len(points) > 2:
                left = pl.DataFrame({"account_number": [one.account_number], "end": [book.TODAY]})
                operations.remove_points(left, today=book.TODAY)
            case 2 if not one.seal_number:
                seal(100 + n, one.id, now)
            case 3:
                Point.objects.filter(id=one.id).update(installed_on=dice.choice([None, date(2026, 2, 1)]))
            case _:
                operations.settle_tallies(today=book.TODAY)
        agree()
    settled()
    assert operations.recount_tallies(today=book.TODAY) == 0
