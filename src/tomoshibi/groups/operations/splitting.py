"""A group that is larger than the cap becomes several, on one day."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.groups import queries, values
from tomoshibi.groups.models import Group, Membership, Point
from tomoshibi.groups.operations.founding import hang_reference_meter, locked, next_number, search_key
from tomoshibi.parties import operations as parties
from tomoshibi.storage import bulk, db


class PartsDoNotFit(ValueError):
    """The parts are not the group: a point is missing, stands twice, or the day has changes after it."""


@db.transaction_required
def split_group(
    *, group_id: int, on: date, parts: Sequence[values.Part], meters: Mapping[str, str], today: date
) -> list[int]:
    """
    Split a group on a day: the part with its benchmark stays, each other becomes a group of its own.

    Account numbers and histories stay, and on every day there are as many points as before.

    :param parts: all points of that day, the first part with the present benchmark
    :param meters: for each new benchmark's account number the number of its reference meter
    :returns: ids of the new groups
    :raises PartsDoNotFit: if points are missing, stand twice, have no meter, or changed on or after that day
    """
    row = locked(group_id)
    there = queries.points_frame(on=on, group_ids=[group_id])
    named = [number for part in parts for number in part.account_numbers]
    if on > today or sorted(named) != sorted(there["account_number"].to_list()):
        raise PartsDoNotFit(_("The parts do not hold each point of the group exactly once."))
    changed = queries.members_frame(group_ids=[group_id]).filter((pl.col("start") >= on) | (pl.col("end") > on))
    if changed.height or row.benchmark_number != parts[0].benchmark_number:
        raise PartsDoNotFit(_("The group changed on or after that day; choose a later day."))
    made = []
    for part in parts[1:]:
        if not meters.get(part.benchmark_number, "").strip() or part.benchmark_number not in part.account_numbers:
            raise PartsDoNotFit(_("Benchmark %(number)s needs a reference meter.") % {"number": part.benchmark_number})
        made.append(_part_off(row, part, on=on, members=there, meter_number=meters[part.benchmark_number]))
    row.split_by = None
    row.save()
    return made


def _part_off(row: Group, part: values.Part, *, on: date, members: pl.DataFrame, meter_number: str) -> int:
    mine = members.filter(pl.col("account_number").is_in(list(part.account_numbers)))
    benchmark = mine.filter(account_number=part.benchmark_number).row(0, named=True)
    new = Group(
        number=next_number(),
        customer_id=row.customer_id,
        unit=row.unit,
        device_type_id=row.device_type_id,
        rated_w=row.rated_w,
        origin=row.origin,
        application_number=row.application_number,
        batch_id=row.batch_id,
        opened_on=on,
        name=row.name,
        address=benchmark["address"] or "",
        benchmark_number=part.benchmark_number,
    )
    new.search_key = search_key(new.number, new.benchmark_number, new.name, new.address, new.unit)
    new.activate()
    new.save()
    Membership.objects.filter(point_id__in=mine["point_id"].to_list(), group=row, end=None).update(end=on)
    bulk.copy_in(
        "groups_membership",
        mine.select(
            "point_id",
            group_id=pl.lit(new.id),
            role=pl.when(pl.col("account_number") == part.benchmark_number)
            .then(pl.lit(values.Role.BENCHMARK.value))
            .otherwise(pl.lit(values.Role.SUB.value)),
            start=pl.lit(on),
        ),
    )
    others = mine.filter(pl.col("account_number") != part.benchmark_number)["account_number"]
    parties.offer_instead(numbers=others, instead=part.benchmark_number)
    hang_reference_meter(group_id=new.id, number=meter_number, start=on)
    assert Point.objects.filter(account_number=part.benchmark_number).exists(), "the benchmark is one of its points"
    return new.id
