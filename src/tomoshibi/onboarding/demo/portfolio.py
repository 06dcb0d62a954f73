"""Who the demo's customers are, where they live and what they signed: frames for the doors of the registers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from tomoshibi.masters import queries as masters
from tomoshibi.onboarding.demo import market, people, places, power, story
from tomoshibi.parties import queries as party_queries
from tomoshibi.parties import values as parties

AGENT = "agent_a"
BANKS = ("0001", "0005", "0009", "0010", "0017", "0150", "0177")
LATE_SHARE, WITHOUT_MANDATE = 0.11, 0.006
SHOPS_OF_CHAIN = 4
"""Points of the one company that gets a collective invoice."""
FULL = 1_000
"""From so many customers on the number is exact; a small world for tests has the chain's customers less."""
AMPERES = (20, 30, 30, 40, 40, 50, 60)


@dataclass(frozen=True)
class Portfolio:
    """
    Frames for registration; ``homes`` says what uses power where.

    ``homes``: ``spin``, ``area``, ``base_day``, ``kind`` (household, solar, shop), ``yearly_kwh``, and ``demand_no`` of
    those on actual demand
    """

    customers: pl.DataFrame
    accounts: pl.DataFrame
    mandates: pl.DataFrame
    points: pl.DataFrame
    meters: pl.DataFrame
    contracts: pl.DataFrame
    homes: pl.DataFrame


Plans = Mapping[tuple[str, str], Sequence[tuple[str, str]]]
"""(area, ``household`` or ``shop``) -> plan codes with the unit of their size, each as often as it is likely."""


def build(*, plans: Plans, today: date, count: int) -> Portfolio:
    """
    Everything that is registered before the first reading.

    :param plans: what an area offers
    :param count: customers, movers included
    """
    rng = np.random.default_rng(story.SEED)
    moved_in = story.MOVED_IN * count // story.CUSTOMERS
    homes, customers, contracts = _residents(count - moved_in, plans=plans, rng=rng)
    contracts = _let_some_leave(contracts, rng=rng, count=story.MOVED_OUT * count // story.CUSTOMERS)
    newcomers, their_contracts = _newcomers(homes, contracts, count=moved_in, rng=rng)
    customers, contracts = pl.concat([customers, newcomers]), pl.concat([contracts, their_contracts])
    accounts = _accounts(contracts, rng=rng)
    mandates = _mandates(accounts, customers, today=today, rng=rng)
    chain = _chain(homes, contracts, mandates)
    if chain.height > 1 and count >= FULL:
        # So many customers become one: as many more are born, from dice of their own, that nobody else's lot changes.
        dice, first = np.random.default_rng(story.SEED + 1), homes.height + 1
        born = _residents(chain.height - 1, plans=plans, rng=dice, kinds={"household": 1.0}, first=first)
        more = _let_some_leave(born[2], rng=dice, count=0)
        payers = _accounts(more, rng=dice)
        mandates = pl.concat([mandates, _mandates(payers, born[1], today=today, rng=dice)])
        homes, customers = pl.concat([homes, born[0]]), pl.concat([customers, born[1]])
        contracts, accounts = pl.concat([contracts, more]), pl.concat([accounts, payers])
    others, theirs = chain["account_number"].tail(-1), chain["customer_number"].tail(-1)
    contracts = contracts.with_columns(
        account_number=pl.when(pl.col("account_number").is_in(others.implode()))
        .then(pl.lit(chain["account_number"].first()))
        .otherwise("account_number")
    )
    by_demand = power.frame(power.spins(contracts, homes, but=chain))
    homes = homes.join(by_demand, on="spin", how="left", maintain_order="left").with_columns(
        yearly_kwh=pl.coalesce("yearly", "yearly_kwh")
    )
    contracts = _on_demand(contracts, by_demand)
    return Portfolio(
        customers=customers.filter(~pl.col("number").is_in(theirs.implode())),
        accounts=accounts.filter(~pl.col("number").is_in(others.implode())),
        mandates=mandates.filter(~pl.col("account_number_of_payer").is_in(others.implode())),
        points=homes.select(
            "spin",
            "base_day",
            "postal_code",
            "prefecture",
            "city",
            "town",
            "block",
            "building",
            voltage=pl.when(pl.col("demand_no").is_null()).then(pl.lit("low")).otherwise(pl.lit("high")),
        ),
        meters=homes.select(
            "spin", meter_number=pl.format("D{}", pl.col("spin").str.tail(8)), start=pl.lit(story.OPENING)
        ),
        contracts=contracts.drop("customer_number"),
        homes=homes.select("spin", "area", "base_day", "kind", "yearly_kwh", "demand_no"),
    )


def _residents(
    count: int,
    *,
    plans: Plans,
    rng: np.random.Generator,
    kinds: Mapping[str, float] = story.KINDS,
    first: int = 1,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Homes, the customers in them, and what they signed."""
    homes = _homes(count, rng=rng, kinds=kinds, first=first)
    starts = _starts(homes.height, rng=rng)
    customers = _customers(homes, rng=rng).with_columns(registered_on=pl.Series(starts))
    contracts = homes.select("number", "account_number", "spin").with_columns(
        start=pl.Series(starts), **_terms(homes, plans=plans, rng=rng)
    )
    return homes, customers, contracts


def _homes(count: int, *, rng: np.random.Generator, kinds: Mapping[str, float], first: int) -> pl.DataFrame:
    areas = rng.choice(list(story.AREAS), count, p=list(story.AREAS.values()))
    chosen = rng.choice(list(kinds), count, p=list(kinds.values()))
    days = {area: masters.base_days(area=area, month=story.OPEN) for area in story.AREAS}
    used = np.where(chosen == "shop", rng.lognormal(9.3, 0.5, count), rng.lognormal(8.15, 0.42, count))
    rows = {
        "area": areas,
        "kind": chosen,
        "base_day": [str(rng.choice(days[area])) for area in areas],
        "yearly_kwh": np.clip(used, 700, 40_000),
    }
    frame = pl.DataFrame(rows).with_row_index("n", offset=first)
    located = pl.concat(
        [
            pl.concat([of_area, pl.DataFrame(places.addresses(str(area), of_area.height, rng=rng))], how="horizontal")
            for (area,), of_area in frame.group_by("area", maintain_order=True)
        ]
    ).sort("n")
    return located.with_columns(
        number=pl.format("C{}", pl.col("n").cast(pl.String).str.zfill(7)),
        account_number=pl.format("B{}", pl.col("n").cast(pl.String).str.zfill(7)),
        spin=pl.format("{}09999{}", pl.col("area"), (pl.col("n") * 7).cast(pl.String).str.zfill(15)),
    )


def _customers(homes: pl.DataFrame, *, rng: np.random.Generator) -> pl.DataFrame:
    is_shop = homes["kind"].to_numpy() == "shop"
    names: list[tuple[str, str]] = people.people(homes.height, rng=rng)
    shops = iter(people.shops(int(is_shop.sum()), rng=rng))
    names = [next(shops) if shop else name for shop, name in zip(is_shop, names, strict=True)]
    return homes.select(
        "number",
        pl.Series("kind", np.where(is_shop, "company", "person")),
        pl.Series("name", [name for name, _ in names]),
        pl.Series("kana", [reading for _, reading in names]),
        "postal_code",
        "prefecture",
        "city",
        "town",
        "block",
        "building",
        phone=pl.format("03-0000-{}", (pl.col("n") % 10_000).cast(pl.String).str.zfill(4)),
        mail=pl.format("customer{}@example.jp", pl.col("n")),
    )


def _starts(count: int, *, rng: np.random.Generator) -> list[date]:
    """First days of supply; one in nine came after the first month of the figures."""
    early = rng.integers(0, 480, count)
    late = rng.integers(500, 780, count)
    offset = np.where(rng.random(count) < LATE_SHARE, late, early)
    return [story.OPENING + timedelta(days=int(days)) for days in offset]


def _terms(homes: pl.DataFrame, *, plans: Plans, rng: np.random.Generator) -> dict[str, pl.Series]:
    codes, units, sizes = [], [], []
    for number, (area, kind, yearly) in enumerate(homes.select("area", "kind", "yearly_kwh").iter_rows()):
        offered = plans[area, "shop" if kind == "shop" else "household"]
        code, unit = offered[int(rng.integers(0, len(offered)))]
        if kind != "shop" and number % market.EVERY == market.FROM:
            code, unit = market.PLAN, "contract"
        codes.append(code)
        units.append(unit)
        sizes.append(_size_milli(unit, yearly, more=int(rng.integers(0, 3))))
    return {
        "plan_code": pl.Series(codes),
        "capacity_kind": pl.Series(units),
        "capacity_milli": pl.Series(sizes, dtype=pl.Int64),
    }


def _size_milli(unit: str, yearly_kwh: float, *, more: int) -> int:
    """A size that fits what a home uses, sometimes a step or two larger."""
    if unit == "contract":
        return 0
    if unit == "A":
        step = int(np.searchsorted([1800, 3200, 4800, 6500], yearly_kwh)) + more
        return AMPERES[min(len(AMPERES) - 1, step)] * 1000
    return int(np.clip(round(yearly_kwh / 1400), 6, 40)) * 1000


def _let_some_leave(contracts: pl.DataFrame, *, rng: np.random.Generator, count: int) -> pl.DataFrame:
    """Movers: their contracts end on days of the billed months and the open one."""
    leaving = set(rng.choice(contracts.height, count, replace=False).tolist())
    first = story.BILLED[0].first
    ends = [
        first + timedelta(days=int(rng.integers(0, 110))) if row in leaving else None for row in range(contracts.height)
    ]
    return contracts.with_columns(
        end=pl.Series(ends, dtype=pl.Date),
        end_reason=pl.Series(["moved_out" if end else "" for end in ends]),
        customer_number=pl.col("number"),
    ).select(
        "account_number", "customer_number", "spin", "start", "end", "end_reason", "plan_code", "capacity_kind",
        "capacity_milli",
    )  # fmt: skip


def _on_demand(contracts: pl.DataFrame, by_demand: pl.DataFrame) -> pl.DataFrame:
    """The contracts of some points on the plan that prices by actual demand."""
    found = contracts.join(by_demand.select("spin", "size_milli"), on="spin", how="left", maintain_order="left")
    mine = pl.col("size_milli").is_not_null()
    return found.with_columns(
        plan_code=pl.when(mine).then(pl.lit(power.PLAN)).otherwise("plan_code"),
        capacity_kind=pl.when(mine).then(pl.lit("kW")).otherwise("capacity_kind"),
        capacity_milli=pl.coalesce("size_milli", "capacity_milli"),
    ).drop("size_milli")


def _newcomers(
    homes: pl.DataFrame, contracts: pl.DataFrame, *, count: int, rng: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Customers who move in where others left, some days later, and mostly take the plan that was there."""
    left = contracts.filter(pl.col("end").is_not_null()).sort("end").head(count)
    names = people.people(left.height, rng=rng)
    numbered = left.join(homes, on="spin", how="left", maintain_order="left").with_row_index("m", offset=1)
    numbered = numbered.with_columns(gap=pl.Series(rng.integers(0, 12, left.height)))
    customers = numbered.select(
        pl.format("C8{}", pl.col("m").cast(pl.String).str.zfill(6)).alias("number"),
        pl.lit("person").alias("kind"),
        pl.Series("name", [name for name, _ in names]),
        pl.Series("kana", [reading for _, reading in names]),
        "postal_code",
        "prefecture",
        "city",
        "town",
        "block",
        "building",
        phone=pl.format("03-0001-{}", pl.col("m").cast(pl.String).str.zfill(4)),
        mail=pl.format("mover{}@example.jp", pl.col("m")),
        registered_on=pl.col("end"),
    )
    their_contracts = numbered.select(
        pl.format("B8{}", pl.col("m").cast(pl.String).str.zfill(6)).alias("account_number"),
        pl.format("C8{}", pl.col("m").cast(pl.String).str.zfill(6)).alias("customer_number"),
        "spin",
        (pl.col("end") + pl.duration(days=pl.col("gap"))).alias("start"),
        pl.lit(None, dtype=pl.Date).alias("end"),
        pl.lit("").alias("end_reason"),
        "plan_code",
        "capacity_kind",
        "capacity_milli",
    )
    return customers, their_contracts


def _accounts(contracts: pl.DataFrame, *, rng: np.random.Generator) -> pl.DataFrame:
    """Nine of ten pay by direct debit; three of four read their statements on the portal."""
    methods = rng.choice(["direct_debit", "transfer"], contracts.height, p=[0.9, 0.1])
    channels = rng.choice(["portal", "paper"], contracts.height, p=[0.75, 0.25])
    return contracts.select(
        "customer_number",
        pl.Series("payment_method", methods),
        pl.Series("statement_channel", channels),
        "start",
        number="account_number",
    )


def _chain(homes: pl.DataFrame, contracts: pl.DataFrame, mandates: pl.DataFrame) -> pl.DataFrame:
    """
    A company with several shops that pays for all of them at once: who joined first, and those that came after it.

    :returns: ``account_number``, ``customer_number`` of what would have been separate customers
    """
    shops = homes.filter(kind="shop").select("spin")
    staying = contracts.filter(pl.col("end").is_null()).join(shops, on="spin", how="semi")
    payers = staying.join(mandates, left_on="account_number", right_on="account_number_of_payer", how="semi")
    return payers.sort("start", "account_number").head(SHOPS_OF_CHAIN).select("account_number", "customer_number")


def _mandates(
    accounts: pl.DataFrame, customers: pl.DataFrame, *, today: date, rng: np.random.Generator
) -> pl.DataFrame:
    """A mandate for all but a few who pay by debit: those few are found by the checks before billing."""
    branches = {
        bank: [branch.code for branch in masters.search_branches(bank_code=bank, text="", on=today, limit=40)]
        for bank in BANKS
    }
    banks = [bank for bank in BANKS if branches[bank]]
    paying = accounts.filter(payment_method=parties.PaymentMethod.DIRECT_DEBIT.value).join(
        customers.select(customer_number="number", reading="kana"), on="customer_number", how="left"
    )
    paying = paying.filter(pl.Series(rng.random(paying.height) > WITHOUT_MANDATE))
    chosen = [str(rng.choice(banks)) for _ in range(paying.height)]
    return paying.select(
        pl.col("number").alias("account_number_of_payer"),
        pl.lit(AGENT).alias("agent"),
        pl.Series("bank_code", chosen),
        pl.Series("branch_code", [str(rng.choice(branches[bank])) for bank in chosen]),
        pl.lit(parties.BankAccountKind.ORDINARY.value).alias("account_kind"),
        pl.Series("account_number", [f"{number:07d}" for number in rng.integers(1, 9_999_999, paying.height)]),
        pl.Series("holder_kana", [party_queries.holder_kana(reading)[:30] for reading in paying["reading"]]),
        pl.lit(parties.MandateState.ACTIVE.value).alias("state"),
        pl.lit(parties.NewCode.UNCHANGED.value).alias("new_code"),
        "start",
    )
