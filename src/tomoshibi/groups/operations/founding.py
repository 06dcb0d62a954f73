"""New groups: a benchmark with its meter, found fit, and the first points."""

from datetime import date
from typing import Any

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.groups import parameters, placing, queries, values
from tomoshibi.groups.models import BenchmarkCheck, Group, ReferenceMeter
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply


class NoSuchGroup(LookupError):
    """There is no such group."""


class NotFit(ValueError):
    """The benchmark was not found steady, reliable and safe; the group cannot be active."""


class SecondBenchmark(ValueError):
    """A group has one benchmark at a time."""

    code = "second_benchmark"


class TypeUnknown(ValueError):
    """No device type of that code holds on the day."""


class GroupMove(ValueError):
    """The group's state does not allow this."""


def locked(group_id: int) -> Group:
    """:raises NoSuchGroup: if it is not there"""
    row = Group.objects.select_for_update().filter(id=group_id).first()
    if row is None:
        raise NoSuchGroup(_("there is no such group"))
    return row


def next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('groups_group_number')")
        return f"G{cursor.fetchone()[0]:07d}"


def search_key(*words: str) -> str:
    frame = pl.DataFrame({"word": [list(words)]})
    columns = [pl.col("word").list.get(n) for n in range(len(words))]
    return str(frame.select(parties.search_key_of(columns)).item())


@db.transaction_required
def found_group(
    *,
    customer_id: int,
    unit: str,
    device_code: str,
    rated_w: int,
    application_number: str,
    start: date,
    today: date,
    benchmark: dict[str, Any],
    meter_number: str,
    box_number: str = "",
    physical_ratio: int = 1,
) -> values.Group:
    """
    Make a group with its benchmark and reference meter; it is a draft until the benchmark was found fit.

    :param benchmark: ``name``, ``address``, and as known ``account_number``, ``nearest_number``, ``access_point_id``,
        ``access_point_number``, ``district_id``, ``point_id`` (reserved)
    :raises TypeUnknown: if the device type does not hold on that day
    :raises RowsRefused: naming what of the benchmark cannot be taken
    """
    customer = parties.customer(customer_id=customer_id)
    assert customer is not None, "the edge has looked the customer up"
    kind = queries.device_type(code=device_code, on=start)
    if kind is None:
        raise TypeUnknown(_("there is no device type %(code)s on that day") % {"code": device_code})
    row = Group.objects.create(
        number=next_number(),
        customer_id=customer_id,
        unit=unit.strip(),
        device_type_id=kind.id,
        rated_w=rated_w,
        origin=values.Origin.APPLICATION.value,
        application_number=application_number.strip(),
        opened_on=start,
        name=customer.name,
        address=benchmark.get("address", ""),
        benchmark_number="",
        search_key="",
    )
    frame = pl.DataFrame(
        [
            benchmark
            | {
                "group_id": row.id,
                "role": values.Role.BENCHMARK.value,
                "device_type_id": kind.id,
                "rated_w": rated_w,
                "origin": values.Origin.APPLICATION.value,
                "application_number": application_number.strip(),
                "start": start,
            }
        ]
    )
    written = placing.add(frame, today=today, beyond_cap=False)
    row.benchmark_number = written["account_number"][0]
    row.search_key = search_key(row.number, row.benchmark_number, row.name, row.address, row.unit)
    row.save()
    hang_reference_meter(
        group_id=row.id, number=meter_number, start=start, box_number=box_number, physical_ratio=physical_ratio
    )
    return queries.to_group(row)


@db.transaction_required
def hang_reference_meter(
    *, group_id: int, number: str, start: date, box_number: str = "", physical_ratio: int = 1, register_digits: int = 5
) -> None:
    """A meter is read for a group from a day on, beside those that are read already."""
    boxes = supply.ensure_boxes(numbers=pl.Series([box_number], dtype=pl.String))
    ReferenceMeter.objects.create(
        group_id=group_id,
        number=number.strip(),
        box_id=boxes["box_id"][0] if boxes.height else None,
        physical_ratio=physical_ratio,
        register_digits=register_digits,
        start=start,
    )


@db.transaction_required
def check_benchmark(
    *, group_id: int, is_steady: bool, is_reliable: bool, is_safe: bool, today: date, actor_id: int | None
) -> None:
    """
    Record whether the benchmark is fit; a meter with enough readings is measured for its steadiness, too.

    :raises NoSuchGroup: if the group is not there
    """
    row = locked(group_id)
    meters = queries.meters_of(group_id=group_id)
    days = queries.parameter(parameters.STEADY_DAYS, on=today)
    figure = queries.variation_ppm(meter_number=meters[0].number, until=today, days=days) if meters else None
    BenchmarkCheck.objects.create(
        group=row,
        account_number=row.benchmark_number,
        is_steady=is_steady,
        is_reliable=is_reliable,
        is_safe=is_safe,
        variation_ppm=figure,
        checked_on=today,
        checked_by_id=actor_id,
    )


@db.transaction_required
def activate_group(*, group_id: int) -> None:
    """
    Let a group be billed.

    :raises NotFit: unless its benchmark was found steady, reliable and safe
    :raises GroupMove: if it is no draft
    """
    row = locked(group_id)
    check = BenchmarkCheck.objects.filter(group=row, account_number=row.benchmark_number).order_by("-id").first()
    if check is None or not (check.is_steady and check.is_reliable and check.is_safe):
        raise NotFit(_("The benchmark must be found steady, reliable and safe before the group can be active."))
    try:
        row.activate()
    except TransitionNotAllowed:
        raise GroupMove(_("a group that is %(state)s does not allow this") % {"state": row.state}) from None
    row.save()
