"""Amounts by formula that come with a bill but are no part of a plan: late interest, cancellation fee."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.exact import share
from tomoshibi.kernel.rounding import Int64Array, Rounding
from tomoshibi.kernel.units import MICRO

DAYS_OF_YEAR = 365


def late_interest_minor(
    owed_minor: Int64Array, days: Int64Array, *, rate_ppm: int | Int64Array, rounding: Rounding = Rounding.FLOOR
) -> Int64Array:
    """
    ``owed x rate x days / 365``, rounded once (延滞利息; 10 % a year in regulated terms).

    :param owed_minor: (n,) what the interest is taken on, without levy and tax where the terms say so
    :param days: (n,) days from the day after the due date up to and with the day of payment; below zero counts as none
    :param rate_ppm: rate a year [1e-6]: 10 % is 100,000
    """
    late = np.maximum(days, 0) * np.asarray(rate_ppm, dtype=np.int64)
    return share(owed_minor, late, DAYS_OF_YEAR * MICRO, unit=1, rounding=rounding)


@dataclass(frozen=True)
class LateInterest:
    """
    What the terms of a plan say about money that comes late.

    :param rate_ppm: a year [1e-6]
    :param grace_days: so many days late cost nothing; one more, and all of them count
    :param minimum_minor: interest below it is not asked for
    :param without_levy_and_tax: it is taken on the bill without its levy and its tax
    """

    rate_ppm: int
    grace_days: int = 0
    minimum_minor: int = 1
    without_levy_and_tax: bool = True


def late_interest_by_rule(
    owed_minor: Int64Array,
    days: Int64Array,
    *,
    rate_ppm: Int64Array,
    grace_days: Int64Array,
    minimum_minor: Int64Array,
) -> Int64Array:
    """
    Late interest of many debts, each by its own rule: nothing within the days of grace, nothing below the minimum.

    :param owed_minor: (n,) what the interest is taken on; the others likewise one per debt
    """
    found = late_interest_minor(owed_minor, np.where(days > grace_days, days, 0), rate_ppm=rate_ppm)
    return np.where(found >= minimum_minor, found, 0)


@dataclass(frozen=True)
class CancellationTerm:
    """
    One clause of a cancellation fee; what it does not state is zero.

    :param within_months: it applies to contracts that ran less than so many months; 0: always
    :param renews: the months begin again when they are over: a contract always has a term to run
    :param per_month_left_minor: an amount for each month that is missing to ``within_months``
    :param flat_minor: an amount
    :param billed_ppm: share of everything billed so far [1e-6] (lespower: 20 % within the first year)
    :param notice_days: with shorter notice, a year's bill times the missing days / 365
    """

    within_months: int = 0
    renews: bool = False
    flat_minor: int = 0
    per_month_left_minor: int = 0
    billed_ppm: int = 0
    notice_days: int = 0


def cancellation_fee_minor(
    terms: Sequence[CancellationTerm],
    *,
    months_run: int,
    billed_minor: int,
    year_minor: int,
    notice_days: int,
) -> int:
    """
    The sum of the clauses that apply, each cut to whole minor units.

    :param months_run: whole months the contract ran
    :param billed_minor: everything billed on it so far
    :param year_minor: the bills of its last twelve months, or the estimate of the terms
    :param notice_days: days between notice and end
    """
    assert min(months_run, billed_minor, year_minor, notice_days) >= 0, "what a fee is taken from is not negative"
    fee = 0
    for term in terms:
        left = months_left(term, months_run=months_run)
        if term.within_months and not left:
            continue
        short = max(term.notice_days - notice_days, 0)
        fee += term.flat_minor + term.per_month_left_minor * left
        fee += billed_minor * term.billed_ppm // MICRO + year_minor * short // DAYS_OF_YEAR
    return fee


def months_left(term: CancellationTerm, *, months_run: int) -> int:
    """Months that are missing to the end of a clause's term; none where it is over and does not begin again."""
    if not term.within_months:
        return 0
    if term.renews:
        return term.within_months - months_run % term.within_months
    return max(term.within_months - months_run, 0)
