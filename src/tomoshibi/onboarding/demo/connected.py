"""What the grid companies of the demo know: whom we supply and where, which points stand empty, which days are read."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from django.db import connections

from tomoshibi.contracts import queries as contracts
from tomoshibi.gateways.switching import Manners, PointSeed, World
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import AREAS
from tomoshibi.onboarding.demo import story
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import PointKind
from tomoshibi.worker import queries as clock

VOLTAGE = {"low": "low"}
"""Voltage of a point -> class at the switching support system; whatever is not named is high voltage there."""


def tell(world: World, *, on: date) -> int:
    """
    Tell the world of every point in our register: those that we supply, and those that stand empty.

    :returns: how many
    """
    seeds = [_seed(row) for row in _points(on).iter_rows(named=True)]
    world.seed(seeds)
    return len(seeds)


def point(spin: str) -> PointSeed | None:
    """What the world is told of one point; for threads of the outside world: the connection does not stay."""
    try:
        known = supply.point(spin=spin)
        rows = _points(clock.today(), ids=[known.id]) if known else None
        return _seed(rows.row(0, named=True)) if rows is not None and rows.height else None
    finally:
        connections.close_all()


def with_our_days(manners: Manners) -> Manners:
    """Points that are invented have reading days that the reading calendar knows."""
    days = {area: masters.base_days(area=area, month=story.OPEN) for area in AREAS}
    return replace(manners, base_days={area: found for area, found in days.items() if found})


def _points(on: date, *, ids: list[int] | None = None) -> pl.DataFrame:
    tomorrow = on + timedelta(days=1)
    held = contracts.supplied_frame(period_start=on, period_end=tomorrow)
    if ids is not None:
        held = held.filter(pl.col("supply_point_id").is_in(ids))
    people = parties.customers_frame(customer_ids=held["customer_id"].unique())
    terms = contracts.terms_frame(contract_ids=held["contract_id"], period_start=on, period_end=tomorrow)
    meters = supply.meters_frame(on=on, supply_point_ids=ids)
    return (
        supply.points_frame(supply_point_ids=ids)
        .join(
            held.select("supply_point_id", "contract_id", "contract_number", "customer_id"),
            on="supply_point_id",
            how="left",
        )
        .join(people.select("customer_id", holder="name", kana="kana"), on="customer_id", how="left")
        .join(terms.select("contract_id", "capacity_kind", "capacity_milli"), on="contract_id", how="left")
        .join(meters.select("supply_point_id", "meter_number", "is_smart"), on="supply_point_id", how="left")
    )


def _seed(row: dict[str, object]) -> PointSeed:
    is_ours = row["contract_id"] is not None
    unit = str(row["capacity_kind"] or "A")
    klass = "generation" if row["kind"] == PointKind.GENERATION else VOLTAGE.get(str(row["voltage"]), "high")
    return PointSeed(
        spin=str(row["spin"]),
        retailer=story.RETAILER if is_ours else "",
        holder=str(row["holder"] or ""),
        kana=str(row["kana"] or ""),
        customer_number=str(row["contract_number"] or ""),
        address=str(row["address"] or ""),
        building=str(row["building"] or ""),
        klass=klass,
        voltage=str(row["voltage"]),
        capacity_kind=unit if unit != "contract" else "A",
        capacity_milli=int(str(row["capacity_milli"] or 0)) or 40_000,
        base_day=str(row["base_day"]),
        connected=is_ours,
        smart=bool(row["is_smart"]),
        meter=str(row["meter_number"] or ""),
    )
