"""Maximum demand (RB4): expected of contracts on actual demand only, taken from readings or files, agreed where missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.metering import values
from tomoshibi.metering.models import Demand
from tomoshibi.metering.queries.demand import demand_history, is_provided, lacking, qualifying_frame
from tomoshibi.metering.queries.readings import confirmed_frame
from tomoshibi.metering.values import DemandSource
from tomoshibi.rating.demand import MONTHS
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist import operations as worklist

MISSING_KIND = "metering.demand_missing"
AGREE_KIND = "metering.demand_to_agree"
_TIME_TO_LOOK = timedelta(days=3)
_VALUES = ("max_demand_milli", "power_factor_percent")


class OlderVersion(ValueError):
    """Another version stands by now."""


class DemandKnown(ValueError):
    """The grid company provided the demand; nothing is agreed beside it."""


@db.transaction_required
def collect_demand(*, month: Month, now: datetime, actor_id: int | None = None) -> dict[str, int]:
    """
    Expect the demand of every contract on actual demand, take what the readings of the month say, and put before people
    what is missing. Running it again changes nothing.

    :returns: how many demands are ``expected``, ``taken`` (new or changed) and ``lacking``
    """
    wanted = qualifying_frame(month=month)
    _withdraw(wanted, month=month, now=now)
    if wanted.is_empty():
        return {"expected": 0, "taken": 0, "lacking": 0}
    readings = confirmed_frame(month=month, supply_point_ids=wanted["supply_point_id"].to_list()).filter("provided")
    standing = {
        (row.contract_id, row.part): row for row in Demand.objects.filter(month=month.number, superseded_at=None)
    }
    fresh = []
    for row in _with_readings(wanted, readings, month=month).iter_rows(named=True):
        before = standing.get((row["contract_id"], 0))
        known = row["max_demand_milli"] is not None
        second = standing.get((row["contract_id"], 1))
        if second is not None and before is not None:
            if not known or before.reading_id == row["reading_id"]:
                continue
            # Another reading: what was divided by hand is divided anew, by somebody who sees both.
            Demand.objects.filter(id=second.id).update(superseded_at=now)
        if before is not None and (not known or not _differs(before, row)):
            continue
        fresh.append((before, row | {"source": DemandSource.GRID.value if known else DemandSource.EXPECTED.value}))
    _replace(fresh, now=now, actor_id=actor_id)
    taken = sum(row["max_demand_milli"] is not None for _before, row in fresh)
    count = _put_before_people(month=month, now=now)
    if taken:
        identity.record_deed(
            procedure=values.DEMAND_PROCEDURE,
            what=f"took {taken} maximum demands of {month}",
            at=now,
            actor_id=actor_id,
        )
    return {"expected": wanted.height, "taken": taken, "lacking": count}


def _with_readings(wanted: pl.DataFrame, readings: pl.DataFrame, *, month: Month) -> pl.DataFrame:
    """One row per contract: its days of the month, and what its reading says."""
    whole = month.plus(-1).period
    factor = (pl.col("power_factor_milli") + 500) // 1_000
    found = wanted.join(
        readings.select(
            "supply_point_id",
            "reading_id",
            "max_demand_milli",
            came="period_start",
            went="period_end",
            power_factor_percent=pl.when(factor <= 100).then(factor),  # noqa: PLR2004 - per cent
        ),
        on="supply_point_id",
        how="left",
    )
    end = pl.col("end").fill_null(date.max)
    mine = pl.col("came").is_null() | ((pl.col("came") < end) & (pl.col("went") > pl.col("start")))
    blank = pl.when(mine)
    found = found.with_columns(
        blank.then(pl.col(name)).alias(name)
        for name in ("reading_id", "came", "went", "max_demand_milli", "power_factor_percent")
    )
    found = found.sort("contract_id", "came", nulls_last=True).unique("contract_id", keep="first", maintain_order=True)
    return found.select(
        "contract_id",
        "contract_number",
        "supply_point_id",
        "spin",
        "area",
        "wants_power_factor",
        "reading_id",
        "max_demand_milli",
        "power_factor_percent",
        month=pl.lit(month.number),
        part=pl.lit(0),
        period_start=pl.coalesce("came", pl.max_horizontal(pl.lit(whole.start), "start")),
        period_end=pl.coalesce("went", pl.min_horizontal(pl.lit(whole.end), end)),
    )


def _differs(before: Demand, row: Mapping[str, Any]) -> bool:
    """Whether a reading says something new: an agreed value gives way, a CSV only to a later reading."""
    if before.source == DemandSource.FILE.value:
        return before.reading_id != row["reading_id"]
    return before.source != DemandSource.GRID.value or any(getattr(before, name) != row[name] for name in _VALUES)


_NAMES = (
    "contract_id", "contract_number", "supply_point_id", "spin", "area", "wants_power_factor", "reading_id", "month",
    "part", "period_start", "period_end", "max_demand_milli", "power_factor_percent", "agreed_contract_milli", "source",
    "note", "agreed_by", "agreed_on",
)  # fmt: skip


def _replace(
    changes: Sequence[tuple[Demand | None, Mapping[str, Any]]], *, now: datetime, actor_id: int | None
) -> list[Demand]:
    """New versions; the ones they take the place of stand no longer. An agreed contract demand goes on."""
    Demand.objects.filter(id__in=[before.id for before, _row in changes if before]).update(superseded_at=now)
    rows = []
    for before, given in changes:
        row = {name: given[name] for name in _NAMES if name in given}
        if before is not None:
            row.setdefault("agreed_contract_milli", before.agreed_contract_milli)
        rows.append(Demand(**row, recorded_at=now, recorded_by_id=actor_id))
    return Demand.objects.bulk_create(rows, batch_size=2_000)


def _withdraw(wanted: pl.DataFrame, *, month: Month, now: datetime) -> None:
    """Months that were expected of contracts which are not on actual demand after all."""
    gone = Demand.objects.filter(month=month.number, superseded_at=None, source=DemandSource.EXPECTED.value)
    gone = gone.exclude(contract_id__in=wanted["contract_id"].to_list())
    _close(gone, outcome=_("not on actual demand"), now=now)
    gone.update(superseded_at=now)


def _subject(row: Demand) -> str:
    return f"metering.demand:{row.contract_id}-{row.month}-{row.part}"


def _close(rows: Iterable[Demand], *, outcome: str, now: datetime, kind: str = MISSING_KIND) -> None:
    subjects = [_subject(row) for row in rows]
    if subjects:
        worklist.close_about(kind=kind, subjects=subjects, outcome=outcome, now=now)


def _put_before_people(*, month: Month, now: datetime) -> int:
    """
    Work about demands that are missing although the energy of the month is here, and about 500 kW and more.

    A month without any reading is work of the missing values (RB2) already.
    """
    read = confirmed_frame(month=month).filter("provided")["supply_point_id"]
    rows = list(lacking().filter(month=month.number))
    late = [row for row in rows if row.supply_point_id in set(read)]
    worklist.open_items(items=[_missing(row, now=now) for row in late], now=now)
    there = Demand.objects.filter(month=month.number, superseded_at=None).exclude(id__in=[row.id for row in rows])
    _close(there, outcome=_("the demand is there"), now=now)
    large = [row for row in there if row.max_demand_milli is not None]
    worklist.open_items(items=[_to_agree(row, now=now) for row in large if _must_be_agreed(row)], now=now)
    return len(rows)


def _must_be_agreed(row: Demand) -> bool:
    if row.max_demand_milli is None or row.max_demand_milli < 499_500:  # noqa: PLR2004 - rounds to 500 kW
        return False
    return any(m.to_agree for m in demand_history(contract_id=row.contract_id) if m.id == row.id)


def _missing(row: Demand, *, now: datetime) -> dict[str, Any]:
    what = _("maximum demand") if row.max_demand_milli is None else _("power factor")
    return {
        "procedure": values.DEMAND_PROCEDURE,
        "kind": MISSING_KIND,
        "subject": _subject(row),
        "title": _("No %(what)s of %(contract)s for %(month)d")
        % {"what": what, "contract": row.contract_number, "month": row.month},
        "url": reverse("metering:demand", args=[row.id]),
        "due_at": now + _TIME_TO_LOOK,
    }


def _to_agree(row: Demand, *, now: datetime) -> dict[str, Any]:
    return {
        "procedure": values.DEMAND_PROCEDURE,
        "kind": AGREE_KIND,
        "subject": _subject(row),
        "title": _("%(contract)s reached 500 kW in %(month)d: its contract demand has to be agreed")
        % {"contract": row.contract_number, "month": row.month},
        "url": reverse("metering:demand", args=[row.id]),
        "due_at": now + _TIME_TO_LOOK,
    }


def _standing(demand_id: int) -> Demand:
    row: Demand = Demand.objects.select_for_update().get(id=demand_id)
    if row.superseded_at is not None:
        raise OlderVersion(_("another version of this month stands by now"))
    return row


def _as_given(row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _NAMES}


@db.transaction_required
def enter_agreed_demand(
    *,
    demand_id: int,
    max_demand_milli: int,
    power_factor_percent: int | None,
    agreed_by: str,
    agreed_on: date,
    note: str = "",
    now: datetime,
    actor_id: int | None = None,
) -> int:
    """
    Enter a demand that was agreed with the grid company; it gives way to a value that the grid company provides.

    :returns: the id of the version that stands now
    :raises OlderVersion: if the row stands no longer
    :raises DemandKnown: if the grid company provided demand and power factor
    """
    before = _standing(demand_id)
    if is_provided(before):
        raise DemandKnown(_("the grid company provided the demand of this month"))
    given = _as_given(before) | {
        "max_demand_milli": max_demand_milli,
        "power_factor_percent": power_factor_percent,
        "source": DemandSource.AGREED.value,
        "agreed_by": agreed_by,
        "agreed_on": agreed_on,
        "note": note,
    }
    return _settle(
        before, given, what=f"agreed demand {max_demand_milli} [W], by {agreed_by}", now=now, actor_id=actor_id
    )


@db.transaction_required
def agree_contract_demand(
    *, demand_id: int, contract_milli: int, agreed_by: str, agreed_on: date, now: datetime, actor_id: int | None = None
) -> int:
    """
    A contract demand by agreement, from this month on: a decrease after equipment was taken away, or from 500 kW on.

    :returns: the id of the version that stands now
    :raises OlderVersion: if the row stands no longer
    """
    before = _standing(demand_id)
    given = _as_given(before) | {
        "agreed_contract_milli": contract_milli,
        "agreed_by": agreed_by,
        "agreed_on": agreed_on,
    }
    _close([before], outcome=_("the contract demand was agreed"), now=now, kind=AGREE_KIND)
    what = f"agreed contract demand {contract_milli} [W] from {before.month}, by {agreed_by}"
    return _settle(before, given, what=what, now=now, actor_id=actor_id)


def _settle(before: Demand, given: Mapping[str, Any], *, what: str, now: datetime, actor_id: int | None) -> int:
    (row,) = _replace([(before, given)], now=now, actor_id=actor_id)
    identity.record_deed(
        procedure=values.DEMAND_PROCEDURE,
        what=f"{what} for {row.contract_number} {row.month}",
        at=now,
        subject=f"metering.demand:{row.id}",
        actor_id=actor_id,
    )
    _put_before_people(month=Month.from_number(row.month), now=now)
    if row.reading_id is not None:
        worker.announce(values.ConfirmedValuesChanged(reading_ids=(row.reading_id,), months_after=MONTHS - 1))
    return row.id


@db.transaction_required
def take_demands(
    *, rows: pl.DataFrame, source_name: str, now: datetime, actor_id: int | None = None
) -> tuple[int, list[str]]:
    """
    Take demands of a CSV; rows of contracts that are not on actual demand are refused, each with its reason.

    :param rows: ``values.DEMAND_ROWS``
    :returns: how many were taken, and a sentence per row that was not
    """
    refused, changes = [], []
    for number in rows["month"].unique().sort():
        collect_demand(month=Month.from_number(number), now=now, actor_id=actor_id)
    standing = {
        (row.spin, row.month): row
        for row in Demand.objects.filter(month__in=rows["month"].unique().to_list(), superseded_at=None, part=0)
    }
    for given in rows.iter_rows(named=True):
        before = standing.get((given["spin"], given["month"]))
        if before is None:
            text = _("line %(line)d: %(spin)s is not on actual demand in %(month)d")
            refused.append(text % {"line": given["row_number"], "spin": given["spin"], "month": given["month"]})
        elif any(getattr(before, name) != given[name] for name in _VALUES):
            own = {name: given[name] for name in _VALUES}
            changes.append((before, _as_given(before) | own | {"source": DemandSource.FILE.value, "note": source_name}))
    made = _replace(changes, now=now, actor_id=actor_id)
    for number in rows["month"].unique().sort():
        _put_before_people(month=Month.from_number(number), now=now)
    readings = tuple(row.reading_id for row in made if row.reading_id is not None)
    if readings:
        worker.announce(values.ConfirmedValuesChanged(reading_ids=readings, months_after=MONTHS - 1))
    identity.record_deed(
        procedure=values.DEMAND_PROCEDURE, what=f"took {len(made)} demands of {source_name}", at=now, actor_id=actor_id
    )
    return len(made), refused


@db.transaction_required
def split_at_change_of_equipment(
    *, demand_id: int, day: date, before_milli: int, after_milli: int, now: datetime, actor_id: int | None = None
) -> int:
    """
    Equipment was added on a day inside the month: two parts with a demand each.

    :returns: the id of the second part
    :raises OlderVersion: if the row stands no longer
    """
    row = _standing(demand_id)
    whole = Period(row.period_start, row.period_end)
    assert whole.start < day < whole.end, "forms ask for a day inside the month"
    assert row.part == 0, "a month is divided once"
    first = _as_given(row) | {"period_end": day, "max_demand_milli": before_milli}
    second = _as_given(row) | {"period_start": day, "max_demand_milli": after_milli, "part": 1}
    made = _replace([(row, first), (None, second)], now=now, actor_id=actor_id)
    identity.record_deed(
        procedure=values.DEMAND_PROCEDURE,
        what=f"split {row.contract_number} {row.month} at {day}: equipment added",
        at=now,
        subject=f"metering.demand:{made[1].id}",
        actor_id=actor_id,
    )
    _put_before_people(month=Month.from_number(row.month), now=now)
    if row.reading_id is not None:
        worker.announce(values.ConfirmedValuesChanged(reading_ids=(row.reading_id,), months_after=MONTHS - 1))
    return made[1].id
