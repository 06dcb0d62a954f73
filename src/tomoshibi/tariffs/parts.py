"""Bills of several parts: a plan, size or price that changed inside the period, or a start or stop."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from tomoshibi.kernel import frames
from tomoshibi.kernel.exact import portion, to_multiple
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.program import Program, Split
from tomoshibi.rating.proration import Scope
from tomoshibi.rating.sheet import Divided, Group
from tomoshibi.tariffs.shares_of_month import days


def apart(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Bills of one row, and bills of several."""
    if frames.all_differ(frame["row_id"]):
        return frame, frame.clear()
    several = pl.col("row_id").is_duplicated()
    return frame.filter(~several), frame.filter(several).sort("row_id", "segment")


def _differences(frame: pl.DataFrame, column: str, over: list[str]) -> pl.DataFrame:
    return frame.with_columns((pl.col(column) - pl.col(column).shift(1, fill_value=0).over(over)).alias(column))


def with_bill_energy(frame: pl.DataFrame, *, programs: Mapping[int, Program]) -> pl.DataFrame:
    """
    Round the energy of each bill once and give its parts what adds up to it; add the bill's whole energy and where the
    parts stand in it, for ``standing``.

    :param frame: parts, ordered by bill and segment
    """
    running = frame.with_columns(pl.col("energy_dwh").cum_sum().over("row_id").alias("_running"))
    rounded = running["_running"].fill_null(0).to_numpy().copy()
    version = frame["plan_version"].fill_null(-1).to_numpy()
    for number in np.unique(version):
        program = programs.get(int(number))
        if program is not None and program.quantity is not None:
            rows = version == number
            step = program.quantity
            rounded[rows] = to_multiple(rounded[rows], unit=step.unit, rounding=step.rounding)
    # Plans that round otherwise may meet in a bill: what an earlier part was given is not taken back by a later one.
    running = running.with_columns(pl.Series("_rounded", rounded)).with_columns(
        pl.col("_rounded").cum_max().over("row_id")
    )
    running = _differences(running, "_rounded", ["row_id"])
    bad = pl.col("energy_dwh").is_null() | (pl.col("energy_dwh") < 0)
    return running.with_columns(
        pl.when(bad).then(pl.col("energy_dwh")).otherwise(pl.col("_rounded")).alias("energy_dwh"),
        pl.when(pl.col("energy_dwh").is_null().any().over("row_id"))
        .then(None)
        .otherwise(pl.col("_rounded").sum().over("row_id"))
        .alias("bill_energy_dwh"),
        before_dwh=pl.col("_rounded").cum_sum().over("row_id") - pl.col("_rounded"),
        part_days=(pl.col("period_end") - pl.col("period_start")).dt.total_days(),
        bill_days=(pl.col("period_end") - pl.col("period_start")).dt.total_days().sum().over("row_id"),
        bill_start=pl.col("period_start").min().over("row_id"),
        last_part=_last(pl.lit(value=True)),
        **{
            f"last_whole_{scope}": _last(
                ~pl.col("plan_version").is_in([v for v, p in programs.items() if p.proration.follows_days(scope)])
            )
            for scope in Scope
        },
    ).drop("_running", "_rounded")


def _last(which: pl.Expr) -> pl.Expr:
    """Whether a part is the last of its bill among some parts."""
    return which & (pl.col("segment") == pl.col("segment").filter(which).last().over("row_id"))


def standing(frame: pl.DataFrame) -> Divided | None:
    """Where rows stand in their bills (``with_bill_energy``); nothing where each is a bill of its own."""
    if "last_part" not in frame.columns:
        return None
    return Divided(
        last=frame["last_part"].to_numpy(),
        last_whole={scope: frame[f"last_whole_{scope}"].fill_null(value=False).to_numpy() for scope in Scope},
        before_dwh=np.maximum(frame["before_dwh"].to_numpy(), 0),
        days=np.maximum(frame["part_days"].fill_null(1).to_numpy(), 1),
        of_days=np.maximum(frame["bill_days"].fill_null(1).to_numpy(), 1),
        start=days(frame, "bill_start"),
    )


def round_levy(lines: pl.DataFrame, *, rules: pl.DataFrame, programs: Mapping[int, Program]) -> pl.DataFrame:
    """
    Round the levy of a bill once, as the plan of its last part says: each part takes the difference of the rounded
    running sums, so the parts add up.

    :param lines: lines of divided bills with exact levies, ordered by bill, segment and number
    :param rules: ``row_id`` and ``plan_version`` of the last part of each bill
    """
    if lines.is_empty():
        return lines
    meaning = [
        (version, number + 1, slot.component)
        for version, program in programs.items()
        for number, slot in enumerate(program.slots)
        if slot.group is Group.LEVY
    ]
    codes = pl.DataFrame(
        meaning, schema={"plan_version": pl.Int64, "component_no": pl.Int16, "_levy": pl.String}, orient="row"
    )
    marked = lines.join(codes, on=["plan_version", "component_no"], how="left", maintain_order="left")
    levies = marked.filter(pl.col("_levy").is_not_null())
    if levies.is_empty():
        return lines
    levies = levies.with_columns(pl.col("amount_e10").cum_sum().over("row_id", "_levy"))
    version = levies.select("row_id").join(rules, on="row_id", how="left", maintain_order="left")["plan_version"]
    rounded = _rounded_levy(levies["amount_e10"], version, programs=programs)
    levies = levies.with_columns(pl.Series("amount_e10", rounded))
    levies = _differences(levies, "amount_e10", ["row_id", "_levy"])
    others = marked.filter(pl.col("_levy").is_null())
    return pl.concat([others, levies]).drop("_levy").sort("row_id", "segment", "component_no")


def _rounded_levy(exact: pl.Series, rules: pl.Series, *, programs: Mapping[int, Program]) -> Int64Array:
    """Running sums by the levy step of the plan version beside each."""
    amounts, version = exact.to_numpy().copy(), rules.to_numpy()
    for number in np.unique(version):
        rows, step = version == number, programs[int(number)].rounding.levy
        amounts[rows] = to_multiple(amounts[rows], unit=step.unit, rounding=step.rounding)
    return amounts


def add_up(sums: pl.DataFrame, *, lines: pl.DataFrame, programs: Mapping[int, Program]) -> pl.DataFrame:
    """
    One row per bill: its lines added up, its last part deciding the rules of the total.

    :param sums: one row per part
    """
    levy_numbers = pl.DataFrame(
        [
            (version, number + 1)
            for version, program in programs.items()
            for number, slot in enumerate(program.slots)
            if slot.group is Group.LEVY
        ],
        schema={"plan_version": pl.Int64, "component_no": pl.Int16},
        orient="row",
    )
    levy = (
        lines.join(levy_numbers, on=["plan_version", "component_no"], how="semi")
        .group_by("row_id")
        .agg(pl.col("amount_e10").sum().alias("levy_e10"))
    )
    total = lines.group_by("row_id").agg(pl.col("amount_e10").sum().alias("unrounded_e10"))
    bills = (
        sums.sort("row_id", "segment")
        .group_by("row_id", maintain_order=True)
        .agg(
            pl.col("plan_version", "tax_rate_ppm").last(),
            pl.col("energy_dwh").sum(),
        )
    )
    return (
        bills.join(total, on="row_id", how="left", maintain_order="left")
        .join(levy, on="row_id", how="left", maintain_order="left")
        .with_columns(pl.col("unrounded_e10", "levy_e10").fill_null(0))
    )


def split_energy(frame: pl.DataFrame, *, rules: Mapping[int, Split], measured: pl.DataFrame) -> pl.DataFrame:
    """
    Give each part its share of its bill's energy: by half-hours, days, or days times size, as the last part's plan says.

    :param frame: parts with ``row_id``, ``segment``, ``plan_version``, ``period_start``, ``period_end``,
        ``capacity_milli`` and ``bill_energy_dwh``
    :param measured: ``row_id``, ``segment``, ``part_dwh`` of parts whose half-hours are all there
    """
    rule = pl.DataFrame(
        {"plan_version": list(rules), "_rule": [r.value for r in rules.values()]},
        schema={"plan_version": pl.Int64, "_rule": pl.String},
    )
    found = frame.sort("row_id", "segment").join(rule, on="plan_version", how="left", maintain_order="left")
    found = found.join(measured, on=["row_id", "segment"], how="left", maintain_order="left")
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_days()
    sized, whole = pl.col("capacity_milli").fill_null(0).min().over("row_id") > 0, pl.col("_rule").last().over("row_id")
    known = pl.col("part_dwh").is_not_null().all().over("row_id") & (pl.col("part_dwh").sum().over("row_id") > 0)
    found = found.with_columns(
        pl.when((whole == Split.HALF_HOURS.value) & known)
        .then(pl.col("part_dwh"))
        .when((whole == Split.DAYS_X_SIZE.value) & sized)
        .then(days * pl.col("capacity_milli"))
        .otherwise(days)
        .alias("_weight")
    ).with_columns(
        pl.col("_weight").cum_sum().over("row_id").alias("_until"), pl.col("_weight").sum().over("row_id").alias("_all")
    )
    # floor(whole x weight so far / all weights): integers, and the last part ends exactly at the whole.
    energy = found["bill_energy_dwh"].fill_null(0).to_numpy()
    running = portion(np.maximum(energy, 0), found["_until"].to_numpy(), found["_all"].to_numpy())
    found = _differences(found.with_columns(pl.Series("energy_dwh", running)), "energy_dwh", ["row_id"])
    given = pl.col("bill_energy_dwh")
    found = found.with_columns(
        pl.when(given.is_null() | (given < 0)).then(given).otherwise("energy_dwh").alias("energy_dwh")
    )
    return found.drop("_rule", "part_dwh", "_weight", "_until", "_all")


def split_by_days(frame: pl.DataFrame, *, energy: str = "bill_energy_dwh") -> pl.DataFrame:
    """
    Give each part of a bill its share of the energy by days, so that the parts add up.

    :param frame: parts with ``row_id``, ``segment``, ``period_start``, ``period_end`` and the bill's energy
    :returns: the frame with ``energy_dwh``
    """
    ordered = frame.sort("row_id", "segment").with_columns(
        (pl.col("period_end") - pl.col("period_start")).dt.total_days().alias("_days")
    )
    ordered = ordered.with_columns(
        pl.col("_days").cum_sum().over("row_id").alias("_until"), pl.col("_days").sum().over("row_id").alias("_all")
    )
    # floor(whole x days so far / all days): integers, and the last part ends exactly at the whole.
    return _differences(
        ordered.with_columns((pl.col(energy) * pl.col("_until") // pl.col("_all")).alias("energy_dwh")),
        "energy_dwh",
        ["row_id"],
    ).drop("_days", "_until", "_all")
