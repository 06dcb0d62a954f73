"""Who a run would take, and what the page for a new run shows before it is made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from tomoshibi.billing import membership, values
from tomoshibi.billing.queries import changes, leftovers
from tomoshibi.billing.queries.reading_days import reading_day_frame
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Collective
from tomoshibi.storage import bulk

_BILLED = {"contract_id": pl.Int64, "run_id": pl.Int64}
_MONTHS_TO_BILL = 3
"""How far back a month may be whose bills are taken for forgotten."""
_FEW_READINGS = 500


@dataclass(frozen=True)
class ReadingDayCount:
    """One reading day of an area in a month, as the page for a new run shows it."""

    area: str
    base_day: str
    metering_on: date | None
    reading_on: date | None
    approximate: bool
    supplied: int
    ready: int
    """Contracts whose confirmed value is there and provided."""
    billed: int

    @property
    def open(self) -> int:
        return self.supplied - self.billed

    @property
    def waiting(self) -> int:
        """Contracts that could be billed now: their value is there, their bill is not."""
        return max(0, self.ready - self.billed)


def members(*, month: Month, selection: values.Selection, kind: values.RunKind, today: date) -> pl.DataFrame:
    """
    The contracts that a run over a selection takes.

    :param today: charges that are left over are those of contracts that ended before it
    :returns: columns of ``membership.MEMBERS``
    """
    if kind is values.RunKind.CORRECTION:
        return _changed(month, selection)
    if kind is values.RunKind.CHARGES:
        return leftovers.left_over(today=today)
    return (
        _supplied(month, selection).join(_billed(month), on="contract_id", how="anti").select(list(membership.MEMBERS))
    )


def _supplied(month: Month, selection: values.Selection) -> pl.DataFrame:
    """
    Contracts that were supplied on a day of the period that the month's reading closes.

    The contracts of an account with a collective invoice come together, with the last of their reading days, or not at
    all; ``run_area`` and ``run_base_day`` say with which.

    :returns: ``membership.MEMBERS``, ``run_area``, ``run_base_day``
    """
    days = reading_day_frame(month)
    widest_start = days["from_day"].min() if days.height else None
    widest_end = days["to_day"].max() if days.height else None
    together = parties.collective_accounts(on=month.first)
    found = _of_accounts(
        together,
        area=selection.area or None,
        period_start=min(_day(widest_start) or month.plus(-1).first, month.plus(-1).first),
        period_end=max(_day(widest_end) or month.plus(1).first, month.plus(1).first),
    )
    found = found.join(days, on=["area", "base_day"], how="left").with_columns(
        pl.col("from_day").fill_null(month.plus(-1).first), pl.col("to_day").fill_null(month.first)
    )
    found = found.filter(
        (pl.col("start") < pl.col("to_day")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("from_day")))
    )
    return _selected(_with_run_day(found), selection)


def _of_accounts(together: pl.DataFrame, *, area: str | None, period_start: date, period_end: date) -> pl.DataFrame:
    """Who is supplied in an area, and all contracts of accounts with a collective invoice, wherever they are."""
    found = contracts.supplied_frame(period_start=period_start, period_end=period_end, area=area)
    if together.is_empty():
        return found.with_columns(collective=pl.lit(Collective.NO.value))
    if area is not None:
        theirs = contracts.supplied_frame(
            period_start=period_start, period_end=period_end, account_ids=together["account_id"]
        )
        found = pl.concat([found.join(together, on="account_id", how="anti"), theirs])
    found = found.join(together, on="account_id", how="left", maintain_order="left")
    return found.with_columns(pl.col("collective").fill_null(Collective.NO.value))


def _with_run_day(found: pl.DataFrame) -> pl.DataFrame:
    among = pl.col("collective") != Collective.NO.value
    if found.filter(among).is_empty():
        return found.with_columns(run_area="area", run_base_day="base_day")
    last = (
        found.filter(among)
        .sort("to_day", "area", "base_day")
        .group_by("account_id")
        .agg(run_area=pl.col("area").last(), run_base_day=pl.col("base_day").last())
    )
    joined = found.join(last, on="account_id", how="left", maintain_order="left")
    return joined.with_columns(
        run_area=pl.coalesce("run_area", "area"), run_base_day=pl.coalesce("run_base_day", "base_day")
    )


def _selected(found: pl.DataFrame, selection: values.Selection) -> pl.DataFrame:
    if selection.area:
        found = found.filter(pl.col("run_area") == selection.area)
    if selection.base_days:
        found = found.filter(pl.col("run_base_day").is_in(list(selection.base_days)))
    if selection.contract_ids:
        chosen = pl.col("contract_id").is_in(list(selection.contract_ids))
        among = pl.col("collective") != Collective.NO.value
        found = found.filter(chosen | (among & chosen.any().over("account_id")))
    return found


def _day(found: object) -> date | None:
    assert found is None or isinstance(found, date)
    return found


def _billed(month: Month) -> pl.DataFrame:
    """Contracts that have a bill of the month, issued or drafted."""
    return bulk.read_frame(
        "SELECT contract_id, run_id FROM billing_bill WHERE month = %s AND revision = 0 AND kind = 'bill'",
        _BILLED,
        [month.number],
    ).unique(subset="contract_id")


def _changed(month: Month, selection: values.Selection) -> pl.DataFrame:
    """Contracts whose last issued document of a month rests on something else than what holds now, or those chosen."""
    if selection.contract_ids:
        issued = bulk.read_frame(
            """
            SELECT DISTINCT b.contract_id FROM billing_bill b JOIN billing_invoice i ON i.bill_id = b.id
             WHERE b.month = %s AND b.contract_id = ANY(%s)
            """,
            {"contract_id": pl.Int64},
            [month.number, list(selection.contract_ids)],
        )
        chosen = issued
    else:
        chosen = changes.changed_contracts(months=[month])
    supplied = _supplied_whenever(month, selection)
    return supplied.join(chosen, on="contract_id", how="semi").select(list(membership.MEMBERS))


def changes_by_month(
    *,
    today: date,
    reading_ids: Sequence[int] = (),
    months_after: int = 0,
    months: int = 24,
    told: Callable[[int, int], None] | None = None,
) -> dict[Month, dict[values.Changed, int]]:
    """
    Months, newest first, in which an issued bill rests on something else than what holds now: how many contracts, by
    reason.

    :param reading_ids: look only at the months of these readings
    :param months_after: and at so many months after each
    :param months: how far back to look
    :param told: called with how many blocks of contracts are done, and of how many
    """
    newest = Month.of(today).plus(1)
    billed = bulk.read_frame("SELECT DISTINCT month FROM billing_run", {"month": pl.Int64})["month"].to_list()
    looked = [month for n in range(months) if (month := newest.plus(-n)).number in billed]
    if 0 < len(reading_ids) <= _FEW_READINGS:
        found = [metering.reading(reading_id=reading_id) for reading_id in reading_ids]
        own = {reading.month for reading in found if reading is not None}
        named = {Month.from_number(number).plus(n).number for number in own for n in range(months_after + 1)}
        looked = [month for month in looked if month.number in named]
    if not looked:
        return {}
    blocks = [
        _still_supplied(changed, looked).group_by("month", "why").len()
        for changed in changes.changed_blocks(months=looked, told=told)
    ]
    if not blocks:
        return {}
    counts = pl.concat(blocks).group_by("month", "why").agg(pl.col("len").sum())
    by_month = {month: counts.filter(pl.col("month") == month.number).select("why", "len") for month in looked}
    return {
        month: {values.Changed(why): count for why, count in sorted(own.iter_rows())}
        for month, own in by_month.items()
        if own.height
    }


def _still_supplied(changed: pl.DataFrame, months: Sequence[Month]) -> pl.DataFrame:
    """Those of changed contracts that a correction would take (``_supplied_whenever``)."""
    if changed.is_empty():
        return changed
    found = contracts.supplied_frame(
        period_start=min(months).plus(-2).first,
        period_end=max(months).plus(1).first,
        contract_ids=changed["contract_id"].unique(),
    )
    around = {month.number: (month.plus(-2).first, month.plus(1).first) for month in months}
    first, until = (
        pl.col("month").replace_strict({number: days[place] for number, days in around.items()}, return_dtype=pl.Date)
        for place in (0, 1)
    )
    held = changed.join(found.select("contract_id", "start", "end"), on="contract_id", how="inner")
    return held.filter(pl.col("start") < until, pl.col("end").is_null() | (pl.col("end") > first))


def _supplied_whenever(month: Month, selection: values.Selection) -> pl.DataFrame:
    """As ``_supplied``, but a contract that ended meanwhile (even from before the month) is still there."""
    found = contracts.supplied_frame(
        period_start=month.plus(-2).first, period_end=month.plus(1).first, area=selection.area or None
    )
    if selection.base_days:
        found = found.filter(pl.col("base_day").is_in(list(selection.base_days)))
    # A correction is an invoice of its own, also where it corrects a member of a collective one.
    return found.with_columns(collective=pl.lit(Collective.NO.value))


def month_to_bill(*, today: date) -> Month:
    """
    The month that a new run is most likely for: the one with most values that wait for their bill; where none waits (the
    files did not come yet), the one with most contracts that were read and not billed.
    """
    newest = Month.of(today)
    months = [newest.plus(-back) for back in range(_MONTHS_TO_BILL)]
    return max(months, key=lambda month: _pressing(reading_day_counts(month=month), today))


def _pressing(days: Sequence[ReadingDayCount], today: date) -> tuple[int, int]:
    read = [day.open for day in days if day.metering_on is not None and day.metering_on <= today]
    return sum(day.waiting for day in days), sum(read)


def reading_day_counts(*, month: Month, area: str = "") -> list[ReadingDayCount]:
    """
    Per area and reading day: how many are supplied, how many have their value, how many are billed.

    An account with a collective invoice counts where its run is: with the last of its reading days.
    """
    found = _supplied(month, values.Selection(area=area))
    ready = metering.confirmed_frame(month=month).filter("provided").select("supply_point_id").unique()
    marked = found.select("contract_id", "supply_point_id", area="run_area", base_day="run_base_day").with_columns(
        ready=pl.col("supply_point_id").is_in(ready["supply_point_id"].implode()),
        billed=pl.col("contract_id").is_in(_billed(month)["contract_id"].implode()),
    )
    counted = marked.group_by("area", "base_day").agg(
        pl.len().alias("supplied"), pl.col("ready").sum(), pl.col("billed").sum()
    )
    days = counted.join(reading_day_frame(month), on=["area", "base_day"], how="left")
    return [
        ReadingDayCount(
            area=row["area"],
            base_day=row["base_day"],
            metering_on=row["to_day"],
            reading_on=row["reading_on"],
            approximate=bool(row["approximate"]),
            supplied=row["supplied"],
            ready=row["ready"],
            billed=row["billed"],
        )
        for row in days.sort("area", "base_day").to_dicts()
    ]
