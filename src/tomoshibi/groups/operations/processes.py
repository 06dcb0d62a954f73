"""What guarded processes ask of groups: lists examined, points reserved, moved, ended; a benchmark changed; a final bill."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.documents import queries as stored
from tomoshibi.groups import exports, layouts, placing, planning, proposing, queries, values
from tomoshibi.groups.models import Group, Membership, ReferenceMeter
from tomoshibi.groups.operations.founding import GroupMove, hang_reference_meter, locked, search_key
from tomoshibi.groups.operations.supplies import NotSupplied, end_supply
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.parties import operations as parties
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.worker import operations as worker

NotReadable = layouts.NotReadable


class NotAMember(ValueError):
    """The point that shall be the benchmark is not one of the group on that day."""


class SameDay(ValueError):
    """On the day of the change the group has no benchmark or meter that could be relieved."""


class NotEnding(ValueError):
    """A final bill belongs to a group that was cancelled."""


def propose(
    *, file_id: int, group_id: int | None, device_code: str, rated_w: int, customer_name: str, today: date
) -> values.Proposal:
    """
    Examine the list of an application; nothing is written.

    :raises NotReadable: if the file is no list that we know
    """
    file = stored.stored_file(file_id=file_id)
    return proposing.propose(
        Path(stored.path(file_id=file_id)),
        name=file.name,
        group=queries.group(group_id=group_id) if group_id else None,
        device=queries.device_type(code=device_code, on=today),
        rated_w=rated_w,
        customer_name=customer_name,
        today=today,
    )


def refuse_beyond_cap(*, group_id: int | None, adds: int, removes: int, today: date) -> str:
    """A sentence where the application would take the group beyond its cap; empty where it has room."""
    group = queries.group(group_id=group_id) if group_id else None
    return proposing.refuse_beyond_cap(group=group, adds=adds, removes=removes, today=today)


@db.transaction_required
def reserve_points(*, wanted: int) -> pl.DataFrame:
    """
    Ids and account numbers for points to come, so that labels can be printed before anything is connected.

    :returns: ``point_id``, ``account_number``
    """
    return placing.reserve(count=wanted)


def read_repairs(*, file_id: int) -> tuple[str, pl.DataFrame]:
    """
    A confirmation list that went out for repair, as it came back.

    :returns: the version it says it is, and ``row``, ``row_key``, ``access_point_number``, ``access_point_name``,
        ``district_number``, ``district_name``
    :raises NotReadable: if the file is no confirmation list
    """
    file = stored.stored_file(file_id=file_id)
    sheet = layouts.read(Path(stored.path(file_id=file_id)), name=file.name, among=(layouts.CONFIRMATION,))
    versions = sheet.rows.filter(pl.col("list_version") != "")["list_version"].unique().to_list()
    version = versions[0] if len(versions) == 1 else sheet.above.get("list_version", "")
    columns = ("access_point_number", "access_point_name", "district_number", "district_name")
    return version, sheet.rows.select("row", "row_key", *columns)


@db.transaction_required
def take_served_accounts(*, file_id: int) -> int:
    """
    Ordinary accounts and the access points that serve them, from a file: nearest accounts are looked up in them.

    :returns: how many
    :raises NotReadable: if the file has other headings
    :raises RowsRefused: naming each row by its number in the file; nothing is written then
    """
    file = stored.stored_file(file_id=file_id)
    sheet = layouts.read(Path(stored.path(file_id=file_id)), name=file.name, among=(layouts.SERVED,))
    try:
        return supply.take_served_accounts(sheet.rows)
    except RowsRefused as refused:
        raise planning.in_file(refused, sheet.rows) from None


@db.transaction_required
def move_points(frame: pl.DataFrame) -> int:
    """
    Points stand somewhere else from a day on; number, group and history stay (G-029).

    :param frame: ``point_id``, ``start``, ``address``, ``position``, ``access_point_id``, ``district_id``
    """
    placing.move(frame)
    return frame.height


@db.transaction_required
def change_benchmark(
    *, group_id: int, account_number: str, on: date, meter_number: str, box_number: str = "", today: date
) -> values.Group:
    """
    Another point of the group is its benchmark from a day on, and another meter is read for it (G-069).

    The old meter is read up to that day and the new one from it: no day is missing, and none counts twice.

    :raises NotAMember: if the point is no sub-account of the group on that day
    :raises SameDay: if the present benchmark or meter began on that day or later
    """
    row = locked(group_id)
    assert on <= today, "the form refuses days in the future"
    members = queries.points_frame(on=on, group_ids=[group_id])
    new = members.filter(account_number=account_number.strip(), role=values.Role.SUB.value)
    old = members.filter(role=values.Role.BENCHMARK.value)
    if not new.height:
        raise NotAMember(_("%(number)s is no sub-account of this group on that day.") % {"number": account_number})
    if not old.height or old["start"][0] >= on or new["start"][0] >= on:
        raise SameDay(_("The benchmark or the point began on that day or later: choose a later day."))
    meters = ReferenceMeter.objects.filter(group=row, end=None)
    if meters.filter(start__gte=on).exists():
        raise SameDay(_("A reference meter of the group began on that day or later: choose a later day."))
    new_id, old_id = new["point_id"][0], old["point_id"][0]
    Membership.objects.filter(group=row, point_id__in=[new_id, old_id], end=None).update(end=on)
    Membership.objects.bulk_create([
        Membership(group=row, point_id=new_id, role=values.Role.BENCHMARK.value, start=on),
        Membership(group=row, point_id=old_id, role=values.Role.SUB.value, start=on),
    ])  # fmt: skip
    meters.update(end=on)
    hang_reference_meter(group_id=group_id, number=meter_number, start=on, box_number=box_number)
    others = members.filter(pl.col("account_number") != account_number.strip())["account_number"]
    parties.offer_instead(numbers=others, instead=account_number.strip())
    row.benchmark_number, row.address = account_number.strip(), new["address"][0] or ""
    row.search_key = search_key(row.number, row.benchmark_number, row.name, row.address, row.unit)
    row.save()
    return queries.to_group(row)


@db.transaction_required
def end_group(*, group_id: int, on: date, today: date) -> int:
    """
    All points of a group leave it on one day, the benchmark too, and its meter is no longer read (G-067).

    The group waits for its final bill then (``record_final_bill``).

    :param on: the first day on which no point is counted
    :returns: how many points left
    :raises GroupMove: if the group is not active, or a point of it began on that day or later
    """
    row = locked(group_id)
    assert on <= today, "the form refuses days in the future"
    open_ = Membership.objects.filter(group=row, end=None)
    if open_.filter(start__gte=on).exists():
        raise GroupMove(_("A point of the group began on that day or later: choose a later day."))
    try:
        row.begin_dissolving()
    except TransitionNotAllowed:
        raise GroupMove(_("a group that is %(state)s does not allow this") % {"state": row.state}) from None
    frame = pl.DataFrame({"point_id": list(open_.values_list("point_id", flat=True))}, schema={"point_id": pl.Int64})
    placing.end_memberships(frame.with_columns(end=pl.lit(on)))
    ReferenceMeter.objects.filter(group=row, end=None).update(end=on)
    row.dissolved_on = on
    row.save()
    with suppress(NotSupplied):  # a group that was never supplied has no contract to end
        end_supply(group_id=group_id, on=on)
    return frame.height


@db.transaction_required
def record_final_bill(*, group_id: int, document: str, amount_minor: int) -> None:
    """
    Billing tells that the final bill of a cancelled group is posted; the process that waits for it can end (G-068).

    :param document: number of the bill
    :raises NotEnding: if the group was not cancelled
    """
    row = locked(group_id)
    if row.dissolved_on is None:
        raise NotEnding(_("Group %(number)s was not cancelled.") % {"number": row.number})
    row.final_bill, row.final_amount_minor = document[:40], amount_minor
    row.save()
    worker.announce(values.FinalBillPosted(group_id=group_id))


@db.transaction_required
def dissolve_group(*, group_id: int) -> None:
    """
    A cancelled group whose final bill is posted is no more.

    :raises GroupMove: while the final bill is missing
    """
    row: Group = locked(group_id)
    if not row.final_bill or row.dissolved_on is None:
        raise GroupMove(_("The final bill of group %(number)s is not posted yet.") % {"number": row.number})
    row.dissolve(on=row.dissolved_on)
    row.save()


def split_list(*, file_id: int) -> list[tuple[str, bytes, tuple[int, ...]]]:
    """
    A confirmation list over several groups, cut by benchmark (G-075).

    :returns: for each benchmark in the order of the file: its number, its rows as a csv of the same form, and which
        row of the file each line of it was
    :raises NotReadable: if the file is no list that names its benchmarks
    """
    file = stored.stored_file(file_id=file_id)
    sheet = layouts.read(Path(stored.path(file_id=file_id)), name=file.name, among=(layouts.CONFIRMATION,))
    parts = []
    for (benchmark,), rows in sheet.rows.group_by("benchmark_number", maintain_order=True):
        columns = [
            name
            for name in layouts.CONFIRMATION.columns
            if name in layouts.CONFIRMATION.needed or (rows[name] != "").any()
        ]
        content = exports.as_csv(rows.select(columns), layouts.CONFIRMATION)
        parts.append((str(benchmark or ""), content, tuple(rows["row"].to_list())))
    return parts
