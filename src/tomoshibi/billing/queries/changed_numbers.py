"""Bills priced by a demand, or by how many contracts their customer has, that are others today."""

from collections.abc import Sequence

import polars as pl

from tomoshibi.billing.queries.known_numbers import DEMAND, with_contracts, with_demand
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.rating.conditions import CUSTOMER_CONTRACTS
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

_KEPT = {
    "bill_id": pl.Int64,
    "month": pl.Int64,
    "contract_id": pl.Int64,
    "customer_id": pl.Int64,
    "segment": pl.Int64,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "plan_version": pl.Int64,
    "bill_start": pl.Date,
}


def bills_of_other_demand(issued: pl.DataFrame) -> list[int]:
    """
    Bills whose demand, contract demand or measured power factor is another today, or whose month has a change of equipment
    that they are not divided at. A month's demand counts in the eleven months after it, too.

    :param issued: ``bill_id`` of the bills that stand
    """
    kept = _kept(issued, DEMAND)
    found: list[int] = []
    for (number,), own in kept.group_by("month"):
        assert isinstance(number, int)
        month = Month.from_number(number)
        now = with_demand(own, month=month)
        # What nobody knows any more sets a bill aside and corrects none; what was agreed stands where nothing is measured.
        other = [
            pl.col(f"kept_{name}").is_not_null() & pl.col(name).is_not_null() & (pl.col(f"kept_{name}") != pl.col(name))
            for name in DEMAND
        ]
        found += now.filter(pl.any_horizontal(other))["bill_id"].to_list()
        found += _undivided(own, month=month)
    return sorted(set(found))


def _undivided(own: pl.DataFrame, *, month: Month) -> list[int]:
    """Bills with a change of equipment inside their period on which none of their parts begins."""
    by_contract_demand = own.filter(pl.any_horizontal(pl.col(f"kept_{name}").is_not_null() for name in DEMAND[:2]))
    changes = metering.demand_frame(month=month, contract_ids=own["contract_id"].unique()).filter(pl.col("part") > 0)
    inside = by_contract_demand.join(changes.select("contract_id", day="period_start"), on="contract_id").filter(
        (pl.col("day") > pl.col("period_start")) & (pl.col("day") < pl.col("period_end"))
    )
    return inside["bill_id"].to_list()


def bills_of_other_company(issued: pl.DataFrame) -> list[int]:
    """
    Bills whose customer has so many contracts more or fewer today that a condition of their plan decides otherwise.

    :param issued: ``bill_id`` of the bills that stand
    """
    kept = _kept(issued, (CUSTOMER_CONTRACTS,)).rename({"bill_id": "row_id"})
    if kept.is_empty():
        return []
    kept = kept.with_columns(period_start="bill_start")  # its other parts may be on a plan that does not ask
    now = with_contracts(kept, rows=kept.select("row_id", "customer_id").unique())
    moved = now.filter(pl.col(f"kept_{CUSTOMER_CONTRACTS}").ne_missing(pl.col(CUSTOMER_CONTRACTS)))
    needed = {version: _needed(version) for version in moved["plan_version"].unique()}
    counts = ("row_id", "plan_version", f"kept_{CUSTOMER_CONTRACTS}", CUSTOMER_CONTRACTS)
    return sorted(
        {
            bill
            for bill, version, then, today in moved.select(counts).iter_rows()
            if any(((then or 0) >= number) != ((today or 0) >= number) for number in needed[version])
        }
    )


def _needed(version: int) -> list[int]:
    """So many contracts the conditions of a version ask for."""
    (own,) = tariffs.known_version(version_id=version).document["versions"]
    return [part["if"]["contracts"] for part in own["components"] if "contracts" in part.get("if", {})]


def _kept(issued: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Parts of bills that kept one of these numbers, each number as ``kept_`` and its name."""
    numbers = ", ".join("(p.inputs->>%s)::bigint" for _name in names)
    return bulk.read_frame(
        f"""
        SELECT p.bill_id, b.month, b.contract_id, b.customer_id, p.segment, p.period_start, p.period_end,
               p.plan_version_id, b.period_start, {numbers}
          FROM billing_part p JOIN billing_bill b ON b.id = p.bill_id
         WHERE p.bill_id = ANY(%s::bigint[]) AND p.inputs ?| %s
        """,
        _KEPT | {f"kept_{name}": pl.Int64 for name in names},
        [*names, issued["bill_id"], list(names)],
    )
