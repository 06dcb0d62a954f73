"""What a list of an application asks for: rows matched with what is known, each refused by its number, nothing written."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.groups import layouts, parameters, placing, planning, queries, values
from tomoshibi.kernel.frames import Schema, completed
from tomoshibi.kernel.refusals import Examination, Refusal, RowsRefused
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import NumberKind
from tomoshibi.supply import queries as places

ROWS: Schema = {
    "row": pl.Int64, "change": pl.String, "account_number": pl.String, "point_id": pl.Int64, "name": pl.String,
    "address": pl.String, "position": pl.String, "nearest_number": pl.String, "rated_w": pl.Int64,
    "access_point_number": pl.String, "same_device_reason": pl.String, "override_reason": pl.String,
}  # fmt: skip
"""A row of an application's list; ``change`` is add, remove or move; ``row`` is that of the file."""


def propose(
    path: Path,
    *,
    name: str,
    group: values.Group | None,
    device: values.DeviceType | None,
    rated_w: int,
    customer_name: str,
    today: date,
) -> values.Proposal:
    """
    Read the list of an application.

    :param group: the group that is changed; none where a new one is asked for
    :param device: of the form, where a new group is asked for
    :returns: the rows that can be taken, and what is wrong with the others
    :raises layouts.NotReadable: if the file is no list
    """
    sheet = layouts.read(path, name=name, among=(layouts.CONFIRMATION, layouts.CONNECTION))
    counted = sheet.rows.height
    refusals: dict[tuple[int, str], Refusal] = {}
    rows = sheet.rows
    while True:
        # Each pass takes out what was refused; the next one may find more behind it.
        good = layouts.Sheet(sheet.layout, rows, sheet.above, sheet.totals)
        try:
            made = (
                _changes(good, group=group, today=today)
                if group
                else _new(good, device=device, rated_w=rated_w, customer_name=customer_name)
            )
            _examine(made, device=device, rated_w=rated_w, group=group, today=today)
        except RowsRefused as refused:
            refusals |= {(one.row, one.column): one for one in refused.refusals}
            bad = {one.row for one in refused.refusals}
            rows = rows.filter(~pl.col("row").is_in(list(bad)))
            continue
        break
    return values.Proposal(
        layout=sheet.layout.code,
        counted=counted,
        benchmark_number=sheet.above.get("benchmark_number", ""),
        rows=completed(made, ROWS).sort("row"),
        refusals=tuple(sorted((one.row, one.column, one.reason) for one in refusals.values())),
    )


def _changes(sheet: layouts.Sheet, *, group: values.Group | None, today: date) -> pl.DataFrame:
    """Rows of a list for a group that is there."""
    if not sheet.rows.height:
        return pl.DataFrame(schema=dict(ROWS))
    _refuse_days(sheet, today=today)
    plan = planning.plan(sheet, group=group, effective_on=today, today=today)
    done = {
        row: number
        for part in (plan.adds, plan.removes, plan.moves)
        for row, number in part.select("row", "account_number").iter_rows()
    }
    same = [row for row in sheet.rows["row"].to_list() if row not in done]
    if same:
        raise RowsRefused(
            [Refusal(row, "change", _("this row changes nothing: take it out of the list")) for row in same]
        )
    removes = plan.removes.select("row", "account_number", change=pl.lit(planning.REMOVE))
    if removes.height and group is not None and group.benchmark_number in removes["account_number"].to_list():
        at = removes.filter(account_number=group.benchmark_number)["row"][0]
        raise RowsRefused([
            Refusal(at, "account_number", _("%(number)s is the benchmark: change the benchmark first, or cancel the whole group") % {"number": group.benchmark_number})
        ])  # fmt: skip
    known = queries.known_points(numbers=removes["account_number"], on=today)
    removes = removes.join(
        known.select("account_number", "point_id", "name", "address", "nearest_number", "access_point_number"),
        on="account_number",
        how="left",
        maintain_order="left",
    )
    return pl.concat(
        [
            completed(plan.adds.with_columns(change=pl.lit(planning.ADD)).select(_of(plan.adds, "change")), ROWS),
            completed(removes, ROWS),
            completed(plan.moves.with_columns(change=pl.lit(planning.MOVE)).select(_of(plan.moves, "change")), ROWS),
        ]
    )


def _of(frame: pl.DataFrame, *more: str) -> list[str]:
    return [column for column in ROWS if column in frame.columns or column in more]


def _refuse_days(sheet: layouts.Sheet, *, today: date) -> None:
    if "day" not in sheet.rows.columns:
        return
    examination = Examination(sheet.rows.with_columns(_day=layouts.day("day")))
    examination.refuse(pl.col("_day") > today, column="day", reason=_("{value} lies in the future"))
    _finish(examination, sheet.rows)


def _new(sheet: layouts.Sheet, *, device: values.DeviceType | None, rated_w: int, customer_name: str) -> pl.DataFrame:
    """Rows of a list for a group that is asked for."""
    assert device is not None, "a new group is asked for with its device type"
    if not sheet.rows.height:
        return pl.DataFrame(schema=dict(ROWS))
    rows = planning.uniform(sheet, group=None, effective_on=date.min)
    examination = Examination(rows)
    refuse = examination.refuse
    refuse(
        pl.col("does").is_null() | (pl.col("does") != planning.ADD),
        column="change",
        reason=_("{value}: a new installation only adds points"),
    )
    refuse(
        pl.col("benchmark_number") != "",
        column="benchmark_number",
        reason=_("the list names benchmark {value}: for points of a group that is there, apply for a change"),
    )
    refuse(
        (pl.col("customer_name") != "") & (pl.col("customer_name") != customer_name),
        column="customer_name",
        reason=_("{value} is not the customer of this application"),
    )
    refuse(
        (pl.col("device") != "")
        & ~pl.col("device").str.contains(device.code, literal=True)
        & (pl.col("device") != device.name),
        column="device",
        reason=_("{value} is not the device type of the form"),
    )
    refuse(
        (pl.col("rated_text") != "") & pl.col("rated_w").is_null(),
        column="rated_text",
        reason=_("{value} is not a number of watts"),
    )
    if sheet.layout is layouts.CONNECTION:
        for column in ("name", "position", "nearest_number"):
            refuse(
                pl.col(column) == "",
                column=column,
                reason=_("a new point needs its name, its position and the nearest account, pole or box"),
            )
    _finish(examination, rows)
    made = rows.with_columns(change=pl.lit(planning.ADD), rated_w=pl.col("rated_w").fill_null(rated_w))
    return made.select(_of(made))


def _finish(examination: Examination, rows: pl.DataFrame) -> None:
    try:
        examination.finish()
    except RowsRefused as refused:
        raise planning.in_file(refused, rows) from None


def _examine(
    rows: pl.DataFrame, *, device: values.DeviceType | None, rated_w: int, group: values.Group | None, today: date
) -> None:
    """What no list may ask for, whatever group it is for: double devices, metered accounts, a type that does not fit."""
    adds = completed(rows, ROWS).filter(change=planning.ADD)
    if not adds.height:
        return
    examination = Examination(adds)
    metered = metered_accounts(numbers=adds["account_number"])
    examination.refuse(
        (pl.col("account_number") != "") & pl.col("account_number").is_in(metered),
        column="account_number",
        reason=_("{value} is an account with a meter of its own; it cannot be a sub-account, too"),
    )
    if device is not None:
        outside = ~pl.col("rated_w").fill_null(rated_w).is_between(device.rated_min_w, device.rated_max_w)
        examination.refuse(
            outside & (pl.col("override_reason") == ""),
            column="rated_w",
            reason=_("{value} W is outside the range of the type; give a reason to take it"),
        )
    placing.examine_doubles(examination, adds, today=today)
    _finish(examination, adds)


def metered_accounts(*, numbers: pl.Series) -> Sequence[str]:
    """Which of the account numbers have a meter of their own: ours of the ordinary kind, and those of the utility."""
    asked = numbers.filter(numbers != "").unique()
    normal = [
        number
        for number in parties.known_numbers(numbers=asked).to_list()
        if parties.registered_number(number=number).kind is NumberKind.NORMAL
    ]
    return [*normal, *places.served_accounts(numbers=asked).to_list()]


def refuse_beyond_cap(*, group: values.Group | None, adds: int, removes: int, today: date) -> str:
    """A sentence where a group would have more than its cap, or is over it already; empty where it has room."""
    limit = queries.parameter(parameters.LIMIT, on=today)
    if group is None:
        counts_points = bool(queries.parameter(parameters.LIMIT_COUNTS_POINTS, on=today))
        after = adds if counts_points else adds - 1
    else:
        room = queries.room_of(group_id=group.id, on=today)
        after = room.used + adds - removes
    if adds and after > limit:
        return _(
            "the group would have %(after)d accounts, more than %(limit)d; please apply for a new reference meter"
        ) % {
            "after": after,
            "limit": limit,
        }
    return ""
