"""Late interest: money arrived after the due date, so a charge waits for the next bill."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from tomoshibi.billing import queries as billing
from tomoshibi.collection import queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import queries as masters
from tomoshibi.rating.fees import DAYS_OF_YEAR, late_interest_by_rule
from tomoshibi.storage import db

LOOK_BACK = timedelta(days=14)
"""How far back a day looks, so that days on which nothing ran are made up for. Told once each, whatever is looked at."""


@db.transaction_required
def tell_late_interest(*, today: date, now: datetime, actor_id: int | None = None) -> values.LateOutcome:
    """
    Tell a charge for every payment that was counted lately and came after its debt was due.

    The rule is the one of the plan that the debt was billed by: rate, days of grace, least amount, and whether levy and
    tax are left out. What was paid in several parts has interest on each. Doing it again tells nothing twice; a charge
    that somebody waived stays waived.

    :returns: how many charges are new, and what they come to
    """
    paid = queries.late_payments_frame(since=today - LOOK_BACK)
    terms = billing.late_terms_frame(bill_ids=paid["bill_id"].unique())
    found = _interest(paid.join(terms, on="bill_id", how="inner", maintain_order="left"))
    kind = masters.charge_kinds(on=today).get(billing.LATE)
    if kind is None or found.is_empty():
        return values.LateOutcome(told=0, amount_minor=0)
    name = kind.name(masters.company(on=today).language)
    known = contracts.tell_charges(
        charges=found.select(
            "contract_id",
            code=pl.lit(billing.LATE),
            text=pl.format("{} {}", pl.lit(name), "invoice_number"),
            amount_minor="interest_minor",
            tax=pl.lit(kind.tax.value),
            month=pl.lit(Month.of(today).number),
            source=pl.format("collection.allocation:{}", "allocation_id"),
            worked=_worked(),
        )
    )
    amount = int(found["interest_minor"].sum())
    if known:
        identity.record_deed(
            procedure=values.PROCEDURE,
            what=f"told {known} charges of late interest",
            at=now,
            subject=f"collection.late_interest:{today.isoformat()}",
            actor_id=actor_id,
        )
    return values.LateOutcome(told=known, amount_minor=amount if known else 0)


def _interest(rows: pl.DataFrame) -> pl.DataFrame:
    """Each payment's part of what its debt's interest is taken on, the days, and the interest; only where there is any."""
    if rows.is_empty():
        return rows.with_columns(part_minor=pl.lit(0), days=pl.lit(0), interest_minor=pl.lit(0))
    numbers = {name: rows[name].to_numpy() for name in ("amount_minor", "base_minor", "total_minor")}
    base = _part(numbers["base_minor"], numbers["amount_minor"], numbers["total_minor"])
    days = (rows["paid_on"] - rows["due_on"]).dt.total_days().to_numpy()
    interest = late_interest_by_rule(
        base, days,
        **{name: rows[name].to_numpy() for name in ("rate_ppm", "grace_days", "minimum_minor")},
    )  # fmt: skip
    return rows.with_columns(
        pl.Series("part_minor", base), pl.Series("days", days), pl.Series("interest_minor", interest)
    ).filter(pl.col("interest_minor") > 0)


def _part(base: Int64Array, paid: Int64Array, total: Int64Array) -> Int64Array:
    """``base x paid / total``, cut to whole units: exact for amounts of any size that a bill has."""
    exact = [int(b) * int(p) // int(t) if t > 0 else 0 for b, p, t in zip(base, paid, total, strict=True)]
    return np.array(exact, dtype=np.int64)


def _worked() -> pl.Expr:
    """The arithmetic as a person would write it down."""
    percent = (pl.col("rate_ppm") / (MICRO // 100)).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.format(
        "{} × {} % × {} ÷ {} = {}",
        "part_minor", percent, "days", pl.lit(DAYS_OF_YEAR), "interest_minor",
    )  # fmt: skip
