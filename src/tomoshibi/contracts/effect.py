"""What a change of plan or size would do to a month's bill: both priced in the one place that prices."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from tomoshibi.contracts import values
from tomoshibi.kernel.periods import Month
from tomoshibi.tariffs import pricing
from tomoshibi.tariffs import queries as tariffs

BEFORE, AFTER = 1, 2


@dataclass(frozen=True)
class Effect:
    """
    Totals of one calendar month before and after a change [minor units, tax included]; a refused side has none and
    says why.
    """

    month: Month
    energy_dwh: int
    before_minor: int | None
    after_minor: int | None
    refusal: str = ""

    @property
    def difference_minor(self) -> int | None:
        if self.before_minor is None or self.after_minor is None:
            return None
        return self.after_minor - self.before_minor


def of_change(
    *, before: values.Terms, after: values.Terms, area: str, voltage: str, month: Month, energy_dwh: int
) -> Effect:
    """
    Price a whole calendar month under two sets of terms, with the published values of the billing month after it.

    :param energy_dwh: use in the month [0.1 Wh]
    """
    rows = [_row(number, terms, month, energy_dwh) for number, terms in ((BEFORE, before), (AFTER, after))]
    frame = pl.DataFrame(rows, schema_overrides={"discounts": pl.List(pl.String)}).with_columns(
        area=pl.lit(area), voltage=pl.lit(voltage), month=pl.lit(month.plus(1).number, dtype=pl.Int64)
    )
    usage = tariffs.with_market(tariffs.with_versions(frame))
    priced = pricing.price(usage=usage, programs=tariffs.programs(usage["plan_version"].drop_nulls()))
    totals = dict(priced.totals.select("row_id", "total_minor").iter_rows())
    refusals = [tariffs.refusal_sentence(code, detail) for _row_id, code, detail in priced.refusals.iter_rows()]
    return Effect(
        month=month,
        energy_dwh=energy_dwh,
        before_minor=totals.get(BEFORE),
        after_minor=totals.get(AFTER),
        refusal=refusals[0] if refusals else "",
    )


def _row(number: int, terms: values.Terms, month: Month, energy_dwh: int) -> dict[str, Any]:
    return {
        "row_id": number,
        "plan_code": terms.plan_code,
        "capacity_milli": terms.capacity_milli,
        "energy_dwh": energy_dwh,
        "period_start": month.first,
        "period_end": month.plus(1).first,
        "discounts": [str(discount["code"]) for discount in terms.discounts],
    }
