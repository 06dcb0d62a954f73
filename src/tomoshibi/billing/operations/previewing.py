"""
What a month's bill of one contract would be, under its terms or under others: the path that bills take, and nothing is
written. So a preview is the bill: half-hours, spot prices, exemptions, outages and waiting charges are in it.
"""

import json
from datetime import date

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.billing import membership, queries, values
from tomoshibi.billing.operations import pricing_step
from tomoshibi.billing.operations.world import AS_IT_IS, World
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts import values as contract_values
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import E10
from tomoshibi.metering import queries as metering
from tomoshibi.parties.values import Collective
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs


class NothingToPreview(LookupError):
    """There is no reading to price, and no quantity was given."""


class _UnderOtherTerms(World):
    """The whole period under terms that nobody agreed to yet."""

    def __init__(self, terms: contract_values.Terms) -> None:
        super().__init__()
        self._terms = terms

    def parts(self, rows: pl.DataFrame) -> pl.DataFrame:
        terms = self._terms
        codes = [str(discount["code"]) for discount in terms.discounts]
        return rows.select(
            "row_id",
            segment=pl.lit(0, dtype=pl.Int16),
            part_start="period_start",
            part_end="period_end",
            plan_code=pl.lit(terms.plan_code),
            capacity_kind=pl.lit(terms.capacity_kind.value),
            capacity_milli=pl.lit(terms.capacity_milli, dtype=pl.Int64),
            discounts=pl.lit(codes, dtype=pl.List(pl.String)),
            particulars=pl.lit(json.dumps(dict(terms.particulars))),
        )


@db.transaction_required
def preview(
    *,
    contract_id: int,
    today: date,
    month: Month | None = None,
    terms: contract_values.Terms | None = None,
    energy_dwh: int | None = None,
    language: str = "ja",
) -> values.Preview:
    """
    Price a contract's month as a bill would be priced today.

    :param today: where no value is there yet, the calendar month before it is priced
    :param month: the newest month with a value, unless said
    :param terms: as if these held for the whole period; nothing: the contract's own
    :param energy_dwh: what to price where no value is there yet: a whole calendar month of it, without half-hours
    :raises NothingToPreview: if there is neither a value nor a quantity
    """
    contract = contracts.contract(contract_id=contract_id)
    if contract is None:
        raise NothingToPreview(_("There is no such contract."))
    shown = month or _newest(contract) or Month.of(today)
    rows = _measured(contract, shown)
    if rows.is_empty():
        if energy_dwh is None or contract.end is not None:
            raise NothingToPreview(_("No value has come yet: say how much a month uses."))
        rows = _given(contract, shown, energy_dwh)
    world = AS_IT_IS if terms is None else _UnderOtherTerms(terms)
    adjustments = queries.adjustments(contract_ids=[contract_id], month=shown)
    priced = pricing_step.price(rows, month=shown, adjustments=adjustments, world=world)
    return _as_value(priced, rows=rows, month=shown, language=language)


def _newest(contract: contract_values.Contract) -> Month | None:
    """The newest month whose value stands and may be billed."""
    for one in metering.readings_of_point(supply_point_id=contract.supply_point_id):
        inside = one.period.start >= contract.start and (contract.end is None or one.period.end <= contract.end)
        if one.provided and one.superseded_at is None and inside:
            return Month.from_number(one.month)
    return None


def _member(contract: contract_values.Contract) -> pl.DataFrame:
    point = supply.point(supply_point_id=contract.supply_point_id)
    assert point is not None, "a contract has a point"
    row = {
        "contract_id": contract.id,
        "contract_number": contract.number,
        "customer_id": contract.customer_id,
        "account_id": contract.account_id,
        "supply_point_id": contract.supply_point_id,
        "spin": point.spin,
        "area": point.area,
        "voltage": point.voltage.value,
        "base_day": point.base_day,
        "start": contract.start,
        "end": contract.end,
        "collective": Collective.NO.value,
    }
    return pl.DataFrame([row], schema=dict(membership.MEMBERS))


def _measured(contract: contract_values.Contract, month: Month) -> pl.DataFrame:
    rows = queries.candidates(members=_member(contract), month=month)
    return rows.filter(pl.col("reading_id").is_not_null() & pl.col("provided") & ~pl.col("outside_contract"))


def _given(contract: contract_values.Contract, month: Month, energy_dwh: int) -> pl.DataFrame:
    """A calendar month of a quantity, as a candidate: the month before the one whose values are published."""
    used = month.plus(-1)
    start = used.first
    return _member(contract).with_columns(
        row_id=pl.lit(0, dtype=pl.Int64),
        reading_id=pl.lit(None, dtype=pl.Int64),
        start=pl.min_horizontal("start", pl.lit(start)),
        period_start=pl.lit(start),
        period_end=pl.lit(month.first),
        reading_start=pl.lit(start),
        reading_end=pl.lit(month.first),
        metered_dwh=pl.lit(energy_dwh, dtype=pl.Int64),
        has_half_hours=pl.lit(value=False),
        half_hours_missing=pl.lit(0, dtype=pl.Int64),
    )


def _as_value(priced: pricing_step.Priced, *, rows: pl.DataFrame, month: Month, language: str) -> values.Preview:
    first = rows.row(0, named=True)
    refusals = [tariffs.refusal_sentence(code, detail) for _row, code, detail in priced.refusals.iter_rows()]
    say = queries.words(priced.lines.select("plan_version").unique().iter_rows(named=True), language=language)
    lines = [(line.text, line.amount_e10) for line in map(say, priced.lines.iter_rows(named=True))]
    lines += [(row["text"], row["amount_minor"] * E10) for row in priced.extras.iter_rows(named=True)]
    return values.Preview(
        month=month,
        period_start=first["period_start"],
        period_end=first["period_end"],
        energy_dwh=int(rows["metered_dwh"].sum()),
        measured=first["reading_id"] is not None,
        total_minor=None if refusals else int(priced.rows["total_minor"].sum()),
        tax_minor=None if refusals else int(priced.rows["tax_minor"].sum()),
        refusal=refusals[0] if refusals else "",
        lines=tuple(lines),
    )
