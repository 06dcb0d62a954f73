"""Groups are supplied and billed at a point of their own, under a contract like every other."""

from datetime import date, datetime

import polars as pl
from django.db.models import Q
from django.utils.translation import gettext as _

from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import CapacityKind, EndReason
from tomoshibi.groups import queries
from tomoshibi.groups.models import Group, GroupSupply
from tomoshibi.groups.operations.founding import locked
from tomoshibi.groups.values import group_subject
from tomoshibi.kernel.frames import Schema, require
from tomoshibi.kernel.refusals import Examination
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.worklist import operations as worklist

NEW_SUPPLIES: Schema = {
    "group_id": pl.Int64, "area": pl.String, "base_day": pl.String, "account_number": pl.String, "plan_code": pl.String,
    "start": pl.Date,
}  # fmt: skip
"""``account_number``: who pays (a billing account), not the benchmark."""
SUPPLY_KIND = "groups.supply"
"""Work: a group whose points are connected waits for plan and payer."""
_ROAD = 100


class NotSupplied(ValueError):
    """The group has no open supply that could end."""


@db.transaction_required
def open_supplies(frame: pl.DataFrame, *, now: datetime, actor_id: int | None = None) -> pl.DataFrame:
    """
    Supply groups from a day on: each gets a supply point named by its province and benchmark, and a contract.

    The reference meters that hang then are registered at the point; the virtual multiplier is nowhere in a contract.

    :param frame: columns of ``NEW_SUPPLIES``
    :returns: ``group_id``, ``supply_point_id``, ``contract_id``, ``number`` of the contract, in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    rows = require(frame, NEW_SUPPLIES).join(
        queries.supply_names(group_ids=frame["group_id"]), on="group_id", how="left", maintain_order="left"
    )
    _examine(rows)
    rows = rows.with_columns(spin=pl.col("area") + pl.col("benchmark_number"))
    points = supply.register_points(
        rows.select(
            "spin",
            "base_day",
            voltage=pl.lit("low"),
            town=pl.col("address").str.head(_ROAD),
            place_name=pl.col("name").str.head(60),
        )
    )
    rows = rows.with_columns(points["supply_point_id"])
    _hang_meters(rows)
    made = contracts.register_many(
        rows.select(
            "account_number",
            "spin",
            "start",
            "plan_code",
            capacity_kind=pl.lit(CapacityKind.CONTRACT.value),
            capacity_milli=pl.lit(0, dtype=pl.Int64),
        )
    )
    GroupSupply.objects.bulk_create(
        GroupSupply(group_id=group_id, supply_point_id=point_id, start=start)
        for group_id, point_id, start in rows.select("group_id", "supply_point_id", "start").iter_rows()
    )
    subjects = [group_subject(group_id) for group_id in rows["group_id"]]
    worklist.close_about(kind=SUPPLY_KIND, subjects=subjects, outcome="supplied", now=now, actor_id=actor_id)
    return rows.select("group_id", "supply_point_id").with_columns(made["contract_id"], made["number"])


def _examine(rows: pl.DataFrame) -> None:
    examination = Examination(rows)
    open_ = set(
        GroupSupply.objects.filter(end=None, group_id__in=rows["group_id"].to_list()).values_list("group_id", flat=True)
    )
    examination.refuse(pl.col("benchmark_number").is_null(), column="group_id", reason=_("there is no such group"))
    examination.refuse(
        pl.col("group_id").is_in(list(open_)), column="group_id", reason=_("the group is supplied already")
    )
    examination.refuse(
        ~pl.col("area").is_in(list(masters.areas())),
        column="area",
        reason=_("{value} is no area of the company's country"),
    )
    examination.refuse(
        pl.col("start") < pl.col("opened_on"), column="start", reason=_("the group was not opened yet on {value}")
    )
    examination.finish()


def _hang_meters(rows: pl.DataFrame) -> None:
    hung = queries.reference_meters(group_ids=rows["group_id"]).join(
        rows.select("group_id", "spin", supplied="start"), on="group_id", how="inner"
    )
    holds = (pl.col("start") <= pl.col("supplied")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("supplied")))
    meters = hung.filter(holds).select(
        "spin", meter_number="number", is_smart=pl.lit(value=False), interval_minutes=pl.lit(60, dtype=pl.Int64),
        start="supplied",
    )  # fmt: skip
    if meters.height:
        supply.register_meters(meters)


@db.transaction_required
def end_supply(*, group_id: int, on: date) -> None:
    """
    The contract of a group ends with its points; the days before are billed once more, as the final bill.

    :param on: the first day without supply
    :raises NotSupplied: if no supply is open
    """
    row: Group = locked(group_id)
    found = GroupSupply.objects.filter(Q(end=None), group=row).first()
    contract_id = queries.contract_of(group_id=group_id)
    if found is None or contract_id is None:
        raise NotSupplied(_("Group %(number)s has no open supply.") % {"number": row.number})
    contracts.end(contract_id=contract_id, on=on, reason=EndReason.CANCELED)
    found.end = on
    found.save()
