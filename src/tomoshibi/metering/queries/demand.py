"""Maximum demand of contracts on actual demand, and the contract demand that follows from it (RB4)."""

import polars as pl
from django.db.models import Q, QuerySet

from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.metering import values
from tomoshibi.metering.models import Demand
from tomoshibi.rating.demand import MONTHS, ContractDemand, Spell, explained
from tomoshibi.tariffs import queries as tariffs

DEMAND_INPUTS = ("demand_milli", "max_demand_milli")
"""What plans price by that only contracts on actual demand have."""
POWER_FACTOR_INPUT = "power_factor_percent"
QUALIFYING = {
    "contract_id": pl.Int64,
    "contract_number": pl.String,
    "supply_point_id": pl.Int64,
    "spin": pl.String,
    "area": pl.String,
    "base_day": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "wants_power_factor": pl.Boolean,
}


def qualifying_frame(*, month: Month) -> pl.DataFrame:
    """
    Contracts on actual demand of a reading month: those whose plan prices by demand. Nobody else is ever asked for it.

    :returns: columns of ``QUALIFYING``, one row per contract
    """
    plans = tariffs.plans_taking(inputs=(*DEMAND_INPUTS, POWER_FACTOR_INPUT))
    by_demand = [plan for plan, taken in plans.items() if taken & set(DEMAND_INPUTS)]
    if not by_demand:
        return pl.DataFrame(schema=QUALIFYING)
    period = month.plus(-1).period
    terms = contracts.terms_frame(period_start=period.start, period_end=period.end)
    terms = terms.filter(pl.col("plan_code").is_in(by_demand))
    wanting = [plan for plan in by_demand if POWER_FACTOR_INPUT in plans[plan]]
    on_demand = terms.group_by("contract_id").agg(wants_power_factor=pl.col("plan_code").is_in(wanting).any())
    supplied = contracts.supplied_frame(period_start=period.start, period_end=period.end)
    return supplied.join(on_demand, on="contract_id").select(list(QUALIFYING)).sort("contract_id")


def demands(*, standing: bool = True) -> QuerySet[Demand]:
    """Months of contracts on actual demand; unless said only the versions that stand."""
    rows = Demand.objects.all()
    return rows.filter(superseded_at=None) if standing else rows


def demand(*, demand_id: int) -> Demand | None:
    """One version by its id."""
    return Demand.objects.filter(id=demand_id).first()


def lacking() -> QuerySet[Demand]:
    """Months whose demand (or power factor, where the plan wants it) is not there."""
    no_factor = Q(wants_power_factor=True, power_factor_percent=None)
    return demands().filter(Q(max_demand_milli=None) | no_factor)


def is_provided(row: Demand) -> bool:
    """Whether the grid company provided all that the plan wants of a month: nothing is agreed beside it."""
    complete = row.max_demand_milli is not None and not (row.wants_power_factor and row.power_factor_percent is None)
    return row.source == values.DemandSource.GRID.value and complete


def demand_history(*, contract_id: int) -> list[values.DemandMonth]:
    """The months of a contract, latest first, each with the reason of its contract demand."""
    rows = list(demands().filter(contract_id=contract_id).order_by("month", "part"))
    spells = [_spell(row) for row in rows]
    found = [_to_month(row, explained(spells, at=spell)) for row, spell in zip(rows, spells, strict=True)]
    return found[::-1]


def demand_versions(*, contract_id: int) -> list[values.DemandMonth]:
    """Versions of a contract's months that stand no longer, latest first."""
    rows = Demand.objects.filter(contract_id=contract_id, superseded_at__isnull=False).order_by("-superseded_at", "-id")
    return [_to_month(row, None) for row in rows]


def demand_frame(*, month: Month, contract_ids: list[int] | pl.Series | None = None) -> pl.DataFrame:
    """
    What contracts on actual demand are billed by in a month.

    The common case is columns: the largest of twelve months. Contracts with agreed values or changes of equipment go one
    by one; they are few.

    :returns: columns of ``values.DEMAND``; a month without a demand has a null contract demand
    """
    window = Q(month__gt=month.plus(-MONTHS).number) | Q(agreed_contract_milli__isnull=False)
    rows = demands().filter(window, month__lte=month.number)
    if contract_ids is not None:
        rows = rows.filter(contract_id__in=list(contract_ids))
    if not rows.filter(month=month.number).exists():
        return pl.DataFrame(schema=values.DEMAND)
    names = ["contract_id", "month", "part", "period_start", "period_end", "max_demand_milli", "power_factor_percent"]
    names += ["agreed_contract_milli"]
    schema = {n: pl.Date if n.startswith("period") else pl.Int64 for n in names}
    found = pl.DataFrame(list(rows.values_list(*names)), schema=schema, orient="row")
    special = found.filter((pl.col("part") > 0) | pl.col("agreed_contract_milli").is_not_null())["contract_id"].unique()
    plain = found.filter(~pl.col("contract_id").is_in(special.implode()))
    whole = (pl.col("max_demand_milli") + 500) // 1_000 * 1_000
    highest = plain.group_by("contract_id").agg(demand_milli=whole.max())
    now = found.filter(pl.col("month") == month.number)
    priced = now.join(highest, on="contract_id", how="left")
    by_hand = _one_by_one(found.filter(pl.col("contract_id").is_in(special.implode())), month=month)
    priced = priced.join(by_hand, on=["contract_id", "part"], how="left")
    known = pl.col("max_demand_milli").is_not_null()
    return priced.with_columns(
        demand_milli=pl.coalesce("agreed_or_parts_milli", pl.when(known).then("demand_milli"))
    ).select(list(values.DEMAND))


def _one_by_one(rows: pl.DataFrame, *, month: Month) -> pl.DataFrame:
    found = []
    for (contract_id,), own in rows.group_by("contract_id"):
        spells = [
            Spell(Month.from_number(r["month"]).index, r["max_demand_milli"], r["part"], r["agreed_contract_milli"])
            for r in own.iter_rows(named=True)
        ]
        for spell in spells:
            if spell.month == month.index:
                settled = explained(spells, at=spell)
                found.append((contract_id, spell.part, settled.milli if settled else None))
    schema = {"contract_id": pl.Int64, "part": pl.Int64, "agreed_or_parts_milli": pl.Int64}
    return pl.DataFrame(found, schema=schema, orient="row")


def _spell(row: Demand) -> Spell:
    return Spell(Month.from_number(row.month).index, row.max_demand_milli, row.part, row.agreed_contract_milli)


def _to_month(row: Demand, settled: ContractDemand | None) -> values.DemandMonth:
    return values.DemandMonth(
        id=row.id,
        month=row.month,
        part=row.part,
        period=Period(row.period_start, row.period_end),
        source=values.DemandSource(row.source),
        max_demand_milli=row.max_demand_milli,
        power_factor_percent=row.power_factor_percent,
        agreed_contract_milli=row.agreed_contract_milli,
        contract_milli=settled.milli if settled else None,
        by_month=Month.from_index(settled.by.month).number if settled and settled.by else None,
        exceeded=bool(settled and settled.exceeded),
        to_agree=bool(settled and settled.to_agree),
        note=row.note,
        superseded_at=row.superseded_at,
    )
