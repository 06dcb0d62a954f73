"""Everything that is known about the contracts of a chunk before they are priced, as one frame."""

import json
from collections.abc import Sequence
from datetime import date

import polars as pl

from tomoshibi.billing import composition
from tomoshibi.billing.queries.reading_days import reading_day_frame
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel import frames
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk
from tomoshibi.supply import queries as supply

_READING = [
    "supply_point_id", "reading_id", "period_start", "period_end", "energy_dwh", "provided", "agreed",
    "has_half_hours", "half_hour_sum_dwh", "half_hours_missing", "revision",
]  # fmt: skip
_ADJUSTED = {
    "contract_id": pl.Int64,
    "adjustment_id": pl.Int64,
    "kind": pl.String,
    "amount_minor": pl.Int64,
    "energy_dwh": pl.Int64,
    "bands": pl.String,
    "capacity_milli": pl.Int64,
    "text": pl.String,
}
_BILLED = {
    "contract_id": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "run_id": pl.Int64,
    "revision": pl.Int64,
    "bill_id": pl.Int64,
    "first_bill_id": pl.Int64,
    "rerated_minor": pl.Int64,
    "tax_rate_ppm": pl.Int64,
    "levy_minor": pl.Int64,
    **dict.fromkeys(composition.NET, pl.Int64),
}
_LAST = {"contract_id": pl.Int64, "last_end": pl.Date}
_FAR = date(9999, 12, 31)


def candidates(*, members: pl.DataFrame, month: Month, reading_days: pl.DataFrame | None = None) -> pl.DataFrame:
    """
    One row per contract and reading of the month; a contract without a reading has one row with nulls.

    :param members: ``membership.MEMBERS``
    :param reading_days: the month's (``reading_day_frame``), where they are at hand
    :returns: the members' columns, the reading's, ``row_id``, ``has_reading``, ``outside_contract``, ``days``, and the
        whole reading period around it (``reading_start``, ``reading_end``) for proration
    """
    points = members["supply_point_id"]
    readings = metering.confirmed_frame(month=month, supply_point_ids=points, columns=_READING)
    readings = readings.rename({"revision": "reading_revision", "energy_dwh": "metered_dwh"})
    end = pl.col("end").fill_null(_FAR)
    found = members.join(readings, on="supply_point_id", how="left", maintain_order="left")
    mine = (pl.col("period_start") < end) & (pl.col("period_end") > pl.col("start"))
    if not found.select(mine.all(ignore_nulls=True)).item():
        # Readings of who was supplied at the point before or after.
        own = found.filter(mine)
        found = pl.concat([own, members.join(own, on="contract_id", how="anti")], how="diagonal")
    days = reading_day_frame(month) if reading_days is None else reading_days
    days = days.select("area", "base_day", "from_day", "to_day")
    found = frames.looked_up(found, days, on=["area", "base_day"])
    # A start or stop inside the month: the meter's whole reading period is the one of its reading day.
    begins, stops = pl.col("period_start") == pl.col("start"), pl.col("period_end") == pl.col("end")
    inside = (pl.col("from_day") <= pl.col("period_start")) & (pl.col("period_end") <= pl.col("to_day"))
    found = frames.sorted_by(found, "contract_id", "period_start").with_row_index("row_id")
    return found.with_columns(
        pl.col("row_id").cast(pl.Int64),
        pl.col("provided", "agreed", "has_half_hours").fill_null(value=False),
        reading_start=pl.when(begins & inside).then("from_day").otherwise("period_start"),
        reading_end=pl.when(stops & inside).then("to_day").otherwise("period_end"),
        has_reading=pl.col("reading_id").is_not_null(),
        outside_contract=((pl.col("period_start") < pl.col("start")) | (pl.col("period_end") > end)).fill_null(
            value=False
        ),
        days=(pl.col("period_end") - pl.col("period_start")).dt.total_days(),
    )


def parts(*, rows: pl.DataFrame, terms: pl.DataFrame | None = None) -> pl.DataFrame:
    """
    The terms that hold in each candidate's period, one row per part in which nothing changes.

    :param rows: candidates with a reading: ``row_id, contract_id, period_start, period_end``
    :param terms: all terms of their contracts (``contracts.terms_frame``), where they are at hand
    :returns: ``row_id, segment, part_start, part_end, plan_code, capacity_kind, capacity_milli, discounts, particulars``
        (JSON)
    """
    if terms is None:
        terms = contracts.terms_frame(
            contract_ids=rows["contract_id"],
            period_start=_day(rows["period_start"].min()),
            period_end=_day(rows["period_end"].max()),
        )
    joined = rows.select("row_id", "contract_id", "period_start", "period_end").join(
        terms, on="contract_id", how="inner", maintain_order="left"
    )
    held = joined.with_columns(
        part_start=pl.max_horizontal("period_start", "terms_start"),
        part_end=pl.min_horizontal("period_end", pl.col("terms_end").fill_null(_FAR)),
    ).filter(pl.col("part_start") < pl.col("part_end"))
    # Terms that differ in nothing that is priced (another agency, say) are one part.
    same = ["plan_code", "capacity_kind", "capacity_milli", "discounts", "particulars"]
    held = held.select("row_id", "part_start", "part_end", *same, run=pl.lit(0, dtype=pl.UInt32))
    merged = frames.sorted_by(held, "row_id") if frames.all_differ(held["row_id"]) else _merged(held, same)
    # Few contracts differ in their discounts: each text is read once.
    known = {text: _codes(text) for text in merged["discounts"].unique()}
    codes = pl.DataFrame(
        {"discounts": list(known), "codes": list(known.values())},
        schema={"discounts": pl.String, "codes": pl.List(pl.String)},
    )
    read = merged.join(codes, on="discounts", how="left", maintain_order="left").drop("discounts")
    return read.rename({"codes": "discounts"}).with_columns(segment=pl.col("run").cast(pl.Int16)).drop("run")


def _merged(held: pl.DataFrame, same: list[str]) -> pl.DataFrame:
    """Neighbouring terms of a bill that agree in ``same`` as one part; ``run`` numbers the parts of a bill."""
    several = pl.col("row_id").is_duplicated()
    changed = (
        held.filter(several).sort("row_id", "part_start").with_columns(run=pl.struct(same).rle_id().over("row_id"))
    )
    merged = changed.group_by("row_id", "run", maintain_order=True).agg(
        pl.col("part_start").min(), pl.col("part_end").max(), pl.col(same).first()
    )
    merged = merged.cast({"run": pl.UInt32}).select(held.columns)
    return pl.concat([held.filter(~several), merged]).sort("row_id", "run")


def _codes(stored: str) -> list[str]:
    found = json.loads(stored) if stored else []
    return [item["code"] if isinstance(item, dict) else str(item) for item in found]


def _day(found: object) -> date | None:
    assert found is None or isinstance(found, date)
    return found


def adjustments(*, contract_ids: Sequence[int] | pl.Series, month: Month) -> pl.DataFrame:
    """Individual corrections that stand for contracts in a month, oldest first."""
    return bulk.read_among(
        """
        SELECT contract_id, id, kind, amount_minor, energy_dwh, bands, capacity_milli, text
          FROM billing_adjustment
         WHERE {among} AND month = %(month)s AND withdrawn_at IS NULL ORDER BY id
        """,
        _ADJUSTED,
        {"month": month.number},
        key="contract_id",
        column="contract_id",
        ids=contract_ids,
    )


def billed_before(*, contract_ids: pl.Series, month: Month, run_id: int) -> pl.DataFrame:
    """
    The newest document of each contract and period of a month that other runs made.

    :returns: ``contract_id, period_start, period_end, run_id, revision, bill_id, first_bill_id, rerated_minor,
        tax_rate_ppm, levy_minor`` and the kinds (of all documents of the period together; null where one does not know them)
    """
    kinds = ", ".join(
        f"CASE WHEN bool_and({name} IS NOT NULL) OVER whole THEN sum({name}) OVER whole END" for name in composition.NET
    )
    return bulk.read_among(
        f"""
        SELECT DISTINCT ON (contract_id, period_start)
               contract_id, period_start, period_end, run_id, revision, id,
               first_value(id) OVER period, rerated_minor, tax_rate_ppm, sum(levy_minor) OVER whole, {kinds}
          FROM billing_bill
         WHERE {{among}} AND month = %(month)s AND run_id <> %(run)s AND kind <> 'charges'
        WINDOW whole AS (PARTITION BY contract_id, period_start),
               period AS (whole ORDER BY revision)
         ORDER BY contract_id, period_start, revision DESC
        """,
        _BILLED,
        {"month": month.number, "run": run_id},
        key="contract_id",
        column="contract_id",
        ids=contract_ids,
    )


def last_ends(*, contract_ids: pl.Series, month: Month) -> pl.DataFrame:
    """Up to where each contract was billed before the month: ``contract_id, last_end``."""
    return bulk.read_among(
        """
        SELECT contract_id, max(period_end) FROM billing_bill
         WHERE {among} AND month < %(month)s AND revision = 0 AND kind = 'bill' GROUP BY contract_id
        """,
        _LAST,
        {"month": month.number},
        key="contract_id",
        column="contract_id",
        ids=contract_ids,
    )


def usual_use(*, rows: pl.DataFrame, month: Month) -> pl.DataFrame:
    """
    What is usual at a point under the same contract.

    :param rows: ``supply_point_id, start`` of candidates
    :returns: ``supply_point_id, start, previous_dwh, usual_per_day_dwh``: the month before, and per day the higher of
        the same month a year ago and the median of the last three months
    """
    ids = rows["supply_point_id"].unique()
    found = pl.concat(
        [
            metering.history_frame(last_month=month.plus(-1), months=3, supply_point_ids=ids),
            metering.year_ago_frame(month=month, supply_point_ids=ids),
        ]
    )
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_days()
    own = rows.select("supply_point_id", "start").unique().join(found, on="supply_point_id", how="inner")
    own = own.filter(pl.col("period_start") >= pl.col("start")).with_columns(per_day=pl.col("energy_dwh") / days)
    year_ago = pl.col("month") == month.plus(-12).number
    return (
        own.group_by("supply_point_id", "start")
        .agg(
            pl.col("energy_dwh").filter(pl.col("month") == month.plus(-1).number).sum().alias("previous_sum"),
            (pl.col("month") == month.plus(-1).number).any().alias("has_previous"),
            pl.max_horizontal(
                pl.col("per_day").filter(year_ago).max(), pl.col("per_day").filter(~year_ago).median()
            ).alias("usual"),
        )
        .select(
            "supply_point_id",
            "start",
            pl.when("has_previous").then("previous_sum").alias("previous_dwh"),
            pl.col("usual").round().cast(pl.Int64).alias("usual_per_day_dwh"),
        )
    )


def payers(*, account_ids: pl.Series, on: date) -> pl.DataFrame:
    """``account_id, payment_method, statement_channel, address_complete, has_mandate`` on a day."""
    columns = ["account_id", "payment_method", "statement_channel", "address_complete"]
    accounts = parties.billing_accounts_frame(account_ids=account_ids, on=on, columns=columns)
    debitable = parties.debitable_accounts(account_ids=account_ids, on=on)
    return accounts.with_columns(has_mandate=pl.col("account_id").is_in(debitable.implode()))


def exchanged_meters(*, rows: pl.DataFrame) -> pl.DataFrame:
    """``row_id`` of candidates whose point has another meter at the end of the period than at its beginning."""
    if rows.is_empty():
        return rows.select("row_id")
    first, last = _day(rows["period_start"].min()), _day(rows["period_end"].max())
    assert last is not None, "candidates with a reading have a period"
    hung = supply.meters_frame(on=last, supply_point_ids=rows["supply_point_id"], hung_after=first)
    hung = hung.select("supply_point_id", "start")
    hung = hung.rename({"start": "hung_on"})
    return (
        rows.join(hung, on="supply_point_id", how="inner")
        .filter((pl.col("hung_on") > pl.col("period_start")) & (pl.col("hung_on") < pl.col("period_end")))
        .filter(pl.col("hung_on") > pl.col("start"))
        .select("row_id")
        .unique()
    )
