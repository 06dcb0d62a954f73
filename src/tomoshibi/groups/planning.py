"""What a point list would do: rows matched with what is known, each refused by its number in the file, or planned."""

from dataclasses import dataclass
from datetime import date

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.groups import layouts, placing, queries, values
from tomoshibi.kernel.refusals import Examination, Refusal, RowsRefused
from tomoshibi.supply import operations as supply
from tomoshibi.supply import queries as places

ADD, REMOVE, MOVE = "add", "remove", "move"
CHANGES = {
    "新装": ADD, "新增": ADD, "在用": ADD, "": ADD,
    "取消": REMOVE, "拆除": REMOVE, "删除": REMOVE,
    "迁移": MOVE, "位置迁移": MOVE, "移位": MOVE,
}  # fmt: skip
"""What people write into 变更情况; an empty cell is a point that is there."""
TEXTS = (
    "account_number", "customer_name", "name", "address", "position", "nearest_number", "access_point_number",
    "access_point_name", "district_number", "district_name", "change", "benchmark_number", "device",
    "same_device_reason", "override_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """
    A list, matched with what is known on a day.

    :ivar adds: columns of ``placing.NEW_POINTS``, and ``row``, ``access_point_name``, ``district_number`` ...
    :ivar removes: ``row``, ``account_number``, ``end``
    :ivar moves: ``row``, ``point_id``, ``start``, ``address``, ``position`` and the access point
    """

    layout: str
    adds: pl.DataFrame
    removes: pl.DataFrame
    moves: pl.DataFrame
    unchanged: int

    @property
    def counts(self) -> dict[str, int]:
        return {
            ADD: self.adds.height,
            REMOVE: self.removes.height,
            MOVE: self.moves.height,
            "unchanged": self.unchanged,
        }


def plan(sheet: layouts.Sheet, *, group: values.Group | None, effective_on: date, today: date) -> Plan:
    """
    Match a list with what is known; nothing is written.

    :param group: the group it is for; none where every row names its own benchmark
    :param effective_on: holds for rows without a day
    :raises RowsRefused: naming each row that cannot be taken by its number in the file
    """
    rows = uniform(sheet, group=group, effective_on=effective_on)
    rows = rows.join(_groups(rows), on="benchmark_number", how="left", maintain_order="left")
    rows = _with_known(rows, today=today)
    examination = Examination(rows)
    _examine(examination, rows, sheet=sheet, group=group)
    _refused_in_file(examination, rows)
    return _parts(rows, sheet)


def uniform(sheet: layouts.Sheet, *, group: values.Group | None, effective_on: date) -> pl.DataFrame:
    """The rows of any form with the same columns; what stands above the headings holds for rows that say nothing."""
    rows = sheet.rows.with_columns(
        pl.lit("").alias(name) for name in (*TEXTS, "day", "rated_w", "installed_on") if name not in sheet.rows.columns
    )
    benchmark = sheet.above.get("benchmark_number", group.benchmark_number if group else "")
    rows = rows.with_columns(
        benchmark_number=pl.when(pl.col("benchmark_number") == "")
        .then(pl.lit(benchmark))
        .otherwise("benchmark_number"),
        device=pl.when(pl.col("device") == "").then(pl.lit(sheet.above.get("device", ""))).otherwise("device"),
        # The connection list has no address of its own: the name says where the device stands.
        address=pl.col("name") if sheet.layout is layouts.CONNECTION else pl.col("address"),
        name=pl.when(pl.col("name") == "").then("address").otherwise("name"),
        day_text="day",
        day=pl.when(pl.col("day") == "").then(pl.lit(effective_on)).otherwise(layouts.day("day")),
        day_given=pl.col("day") != "",
        rated_text="rated_w",
        rated_w=layouts.whole("rated_w"),
        installed_text="installed_on",
        installed_on=layouts.day("installed_on"),
        does=pl.col("change").replace_strict(CHANGES, default=None),
    )
    return rows.select(
        "row", *TEXTS, "day", "day_text", "day_given", "rated_w", "rated_text", "installed_on", "installed_text", "does"
    )


def _groups(rows: pl.DataFrame) -> pl.DataFrame:
    return queries.groups_by_benchmark(numbers=rows["benchmark_number"])


def _with_known(rows: pl.DataFrame, *, today: date) -> pl.DataFrame:
    """What is known of each account number; a removal without one is looked for by its name in the group."""
    named = rows.filter((pl.col("account_number") == "") & (pl.col("does") != ADD) & (pl.col("name") != ""))
    if named.height:
        there = queries.points_frame(on=today, group_ids=named["group_id"].drop_nulls().unique())
        found = there.group_by("group_id", "name").agg(found=pl.col("account_number").first(), n=pl.len())
        rows = rows.join(found, on=["group_id", "name"], how="left", maintain_order="left").with_columns(
            account_number=pl.when(
                (pl.col("account_number") == "") & (pl.col("does") != ADD) & (pl.col("n") == 1)
            )
            .then("found")
            .otherwise("account_number")
        ).drop("found", "n")  # fmt: skip
    known = queries.known_points(numbers=rows["account_number"], on=today)
    known = known.rename(
        {name: f"known_{name}" for name in known.columns if name not in {"account_number", "point_id"}}
    )
    rows = rows.join(known, on="account_number", how="left", maintain_order="left")
    ended = queries.ended_points(numbers=rows["account_number"]).select("account_number", ended_on="end")
    return rows.join(ended, on="account_number", how="left", maintain_order="left")


def _differs() -> pl.Expr:
    """Whether an active point is told with other facts than it has; what a list leaves open does not differ."""
    pairs = ("name", "address", "nearest_number", "access_point_number", "district_number")
    return pl.any_horizontal(
        (pl.col(name) != "") & (pl.col(name) != pl.col(f"known_{name}").fill_null("")) for name in pairs
    )


def _is_unchanged() -> pl.Expr:
    active = pl.col("known_group_id").is_not_null()
    still = (pl.col("does") == ADD) & active & (pl.col("known_group_id") == pl.col("group_id")) & ~_differs()
    gone = (pl.col("does") == REMOVE) & ~active & pl.col("ended_on").is_not_null()
    return (still | (gone & (~pl.col("day_given") | (pl.col("ended_on") == pl.col("day"))))).fill_null(value=False)


def _examine(examination: Examination, rows: pl.DataFrame, *, sheet: layouts.Sheet, group: values.Group | None) -> None:
    refuse = examination.refuse
    refuse(pl.col("does").is_null(), column="change", reason=_("{value} is no change that we know: 新装, 取消 or 迁移"))
    refuse(
        pl.col("group_id").is_null(),
        column="benchmark_number",
        reason=_("there is no group with the benchmark {value}"),
    )
    if group is not None:
        refuse(
            pl.col("group_id") != group.id,
            column="benchmark_number",
            reason=_("{value} is the benchmark of another group than the one this list is for"),
        )
    refuse(
        (pl.col("customer_name") != "") & (pl.col("customer_name") != pl.col("group_name")),
        column="customer_name",
        reason=_("{value} is not the customer of the benchmark; take the row to its own group"),
    )
    refuse(
        (pl.col("device") != "")
        & ~pl.col("device").str.contains(pl.col("device_code"), literal=True)
        & (pl.col("device") != pl.col("device_name")),
        column="device",
        reason=_("{value} is not the device type of the group"),
    )
    refuse(pl.col("day").is_null(), column="day_text", reason=_("{value} is not a date like 2015-02-08"))
    refuse(
        (pl.col("rated_text") != "") & pl.col("rated_w").is_null(),
        column="rated_text",
        reason=_("{value} is not a number of watts"),
    )
    refuse(
        (pl.col("installed_text") != "") & pl.col("installed_on").is_null(),
        column="installed_text",
        reason=_("{value} is not a date like 2015-02-08"),
    )
    refuse(
        (pl.col("account_number") != "") & pl.col("account_number").is_duplicated(),
        column="account_number",
        reason=_("{value} stands in more than one row"),
    )
    if sheet.layout is layouts.CONNECTION:
        for column in ("name", "position", "nearest_number"):
            refuse(
                (pl.col("does") == ADD) & (pl.col(column) == ""),
                column=column,
                reason=_("a new point needs its name, its position and the nearest account, pole or box"),
            )
    _examine_known(examination)
    _examine_places(examination, rows)


def _examine_known(examination: Examination) -> None:
    active = pl.col("known_group_id").is_not_null()
    examination.refuse(
        (pl.col("does") == ADD) & active & (pl.col("known_group_id") != pl.col("group_id")),
        column="account_number",
        reason=_("{value} is in another group; it cannot be in two"),
    )
    examination.refuse(
        (pl.col("does") == ADD) & active & (pl.col("known_group_id") == pl.col("group_id")) & _differs(),
        column="account_number",
        reason=_("{value} is known with other facts: put them right at the point, or say 迁移 if it moved"),
    )
    examination.refuse(
        (pl.col("does") == ADD) & ~active & pl.col("ended_on").is_not_null(),
        column="account_number",
        reason=_("{value} was cancelled; numbers are never used again"),
    )
    examination.refuse(
        (pl.col("does") != ADD) & ~active & ~_is_unchanged(),
        column="account_number",
        reason=_("this row matches no active point of the group: give the account number or the exact name"),
    )


def _examine_places(examination: Examination, rows: pl.DataFrame) -> None:
    known = places.access_point_ids(numbers=rows["access_point_number"])["access_point_number"]
    examination.refuse(
        (pl.col("access_point_number") != "")
        & ~pl.col("access_point_number").is_in(known.implode())
        & (pl.col("access_point_name") == ""),
        column="access_point_number",
        reason=_("access point {value} is not known; give its name, too"),
    )
    examination.refuse(
        ~pl.col("access_point_number").str.contains(r"^[0-9A-Za-z\-]{0,20}$"),
        column="access_point_number",
        reason=_("{value} is not the number of an access point: up to twenty digits"),
    )


SHOWN_COLUMNS = {"day_text": "day", "rated_text": "rated_w", "installed_text": "installed_on"}


def _refused_in_file(examination: Examination, rows: pl.DataFrame) -> None:
    """:raises RowsRefused: with row numbers as people count in the file"""
    try:
        examination.finish()
    except RowsRefused as refused:
        raise in_file(refused, rows) from None


def in_file(refused: RowsRefused, rows: pl.DataFrame) -> RowsRefused:
    """Refusals of a frame with the row numbers that its rows have in the file."""
    numbers = rows["row"].to_list()
    return RowsRefused([
        Refusal(numbers[one.row - 1], SHOWN_COLUMNS.get(one.column, one.column), one.reason)
        for one in refused.refusals
    ])  # fmt: skip


def _parts(rows: pl.DataFrame, sheet: layouts.Sheet) -> Plan:
    unchanged = _is_unchanged()
    todo = rows.filter(~unchanged)
    return Plan(
        layout=sheet.layout.code,
        adds=todo.filter(pl.col("does") == ADD).with_columns(
            start="day", rated_w=pl.coalesce("rated_w", "group_rated_w"), role=pl.lit(values.Role.SUB.value)
        ),
        removes=todo.filter(pl.col("does") == REMOVE).select("row", "account_number", end="day"),
        moves=todo.filter(pl.col("does") == MOVE).with_columns(
            start="day",
            address=pl.when(pl.col("address") == "").then(pl.col("known_address")).otherwise("address"),
        ),
        unchanged=rows.height - todo.height,
    )


def with_places(frame: pl.DataFrame) -> pl.DataFrame:
    """Districts and access points that the rows name, made where they are not known; ids beside the numbers."""
    unit = pl.col("unit") if "unit" in frame.columns else pl.lit("")
    supply.ensure_districts(
        frame.select(number="district_number", name="district_name", unit=unit).sort(pl.col("unit") == "")
    )
    supply.ensure_access_points(
        frame.select(number="access_point_number", name="access_point_name", district_number="district_number")
    )
    points = places.access_point_ids(numbers=frame["access_point_number"]).rename({"district_id": "point_district_id"})
    districts = places.district_ids(numbers=frame["district_number"])
    rows = frame.join(points, on="access_point_number", how="left", maintain_order="left")
    rows = rows.join(districts, on="district_number", how="left", maintain_order="left")
    return rows.with_columns(district_id=pl.coalesce("district_id", "point_district_id")).drop("point_district_id")


def apply(made: Plan, *, application_number: str, today: date) -> dict[str, int]:
    """
    Write what a plan says.

    :raises RowsRefused: naming each row by its number in the file; the caller's transaction undoes the rest
    """
    if made.adds.height:
        adds = with_places(made.adds).with_columns(
            origin=pl.lit(values.Origin.APPLICATION.value), application_number=pl.lit(application_number)
        )
        try:
            placing.add(
                adds.select([c for c in placing.NEW_POINTS if c in adds.columns]), today=today, beyond_cap=False
            )
        except RowsRefused as refused:
            raise in_file(refused, adds) from None
    if made.moves.height:
        placing.move(with_places(made.moves))
    return made.counts
