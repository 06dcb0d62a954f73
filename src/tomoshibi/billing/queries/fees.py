"""What leaving costs: the cancellation fee of a plan, worked out for a contract and a day."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from tomoshibi.billing import values
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import ChargeState, Contract, EndReason
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import MICRO
from tomoshibi.masters import queries as masters
from tomoshibi.rating.fees import DAYS_OF_YEAR, CancellationTerm, cancellation_fee_minor, months_left
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

FEE, INSTALMENT, DEFERRED = "cancellation_fee", "deferral_instalment", "deferral"
FREE = frozenset({EndReason.REPLACED})
"""Ends that cost nothing: the customer stays, under another contract."""
ONE_DAY = timedelta(days=1)
_OWN_NAMES = {DEFERRED: "支払繰延", INSTALMENT: "繰延分お支払い"}
_SUMS = {"billed_minor": pl.Int64, "year_minor": pl.Int64}


def fee_at_end(*, contract_id: int, on: date, notice_on: date, reason: EndReason | None = None) -> values.EndFee | None:
    """
    What it would cost if a contract ended.

    :param on: the first day without supply
    :param notice_on: the day on which the end is told
    :param reason: why it ends, where that is known
    :returns: nothing for an unknown contract
    """
    contract = contracts.contract(contract_id=contract_id)
    if contract is None or not contract.terms:
        return None
    terms = contract.terms_on(max(on - ONE_DAY, contract.start)) or contract.terms[-1]
    version = tariffs.plan_version(plan_code=terms.plan_code, on=max(on - ONE_DAY, contract.start))
    program = tariffs.programs([version.id])[version.id] if version else None
    clauses = program.cancellation if program and reason not in FREE else ()
    run, notice = whole_months(contract.start, on), max((on - notice_on).days, 0)
    billed = _billed(contract, until=on)
    parts = [(clause, _amount(clause, run, notice, billed)) for clause in clauses]
    charges = contracts.charges_of(contract_id=contract_id)
    return values.EndFee(
        contract_id=contract_id,
        on=on,
        plan_code=terms.plan_code,
        months_run=run,
        notice_days=notice,
        amount_minor=sum(amount for _clause, amount in parts),
        worked=tuple(_worked(clause, run, notice, billed, amount) for clause, amount in parts if amount),
        deferred_minor=sum(
            one.amount_minor for one in charges if one.code == INSTALMENT and one.state is ChargeState.WAITING
        ),
        told=any(one.code == FEE and one.state in (ChargeState.WAITING, ChargeState.BILLED) for one in charges),
    )


LATE = "late_interest"
LATE_TERMS = {
    "bill_id": pl.Int64, "total_minor": pl.Int64, "base_minor": pl.Int64, "rate_ppm": pl.Int64, "grace_days": pl.Int64,
    "minimum_minor": pl.Int64,
}  # fmt: skip
_OWED = {
    "bill_id": pl.Int64, "plan_version_id": pl.Int64, "total_minor": pl.Int64, "net_minor": pl.Int64,
}  # fmt: skip


def late_terms_frame(*, bill_ids: Sequence[int] | pl.Series) -> pl.DataFrame:
    """
    What money that comes late for invoices costs, by the plan of each (of a collective one, its lead bill's).

    :param bill_ids: bills that have a debt: single ones, and lead bills of collective invoices
    :returns: columns of ``LATE_TERMS``; ``base_minor`` is what of the total the interest is taken on. Invoices whose plan
        asks for nothing are left out
    """
    owed = bulk.read_frame(
        """
        SELECT i.bill_id, lead.plan_version_id, sum(b.total_minor)::bigint,
               sum(b.total_minor - b.tax_minor - i2.tax_shift_minor - b.untaxed_minor
                   - coalesce(b.levy_net_minor, b.levy_minor - b.levy_minor * b.tax_rate_ppm / (1000000 + b.tax_rate_ppm))
               )::bigint
          FROM billing_invoice i
          JOIN billing_bill lead ON lead.id = i.bill_id
          JOIN billing_invoice i2 ON i2.bill_id = i.bill_id OR i2.lead_bill_id = i.bill_id
          JOIN billing_bill b ON b.id = i2.bill_id
         WHERE i.bill_id = ANY(%s) GROUP BY 1, 2
        """,
        _OWED,
        [list(bill_ids)],
    )
    rules = [
        (version, rule.rate_ppm, rule.grace_days, rule.minimum_minor, rule.without_levy_and_tax)
        for version, program in tariffs.programs(owed["plan_version_id"].unique()).items()
        if (rule := program.late_interest) is not None
    ]
    known = pl.DataFrame(
        rules,
        schema={"plan_version_id": pl.Int64, "rate_ppm": pl.Int64, "grace_days": pl.Int64, "minimum_minor": pl.Int64,
                "net": pl.Boolean},
        orient="row",
    )  # fmt: skip
    found = owed.join(known, on="plan_version_id", how="inner")
    base = pl.when("net").then("net_minor").otherwise("total_minor")
    return found.with_columns(base_minor=pl.max_horizontal(base, pl.lit(0))).select(list(LATE_TERMS))


def charge_text(*, code: str) -> str:
    """What a line of the house's own is called on a bill: the name of its newest kind, in the company's language."""
    kind = masters.newest_charge_kind(code=code)
    if kind is None:
        return _OWN_NAMES.get(code, code)
    return kind.name(masters.company().language)


def whole_months(start: date, end: date) -> int:
    """Whole months from one day to another: from the 15th to the 14th is one month less than to the 15th."""
    return max(Month.of(end).since(Month.of(start)) - (end.day < start.day), 0)


def _amount(clause: CancellationTerm, run: int, notice: int, billed: tuple[int, int]) -> int:
    return cancellation_fee_minor(
        [clause], months_run=run, billed_minor=billed[0], year_minor=billed[1], notice_days=notice
    )


def _billed(contract: Contract, *, until: date) -> tuple[int, int]:
    """What was billed on a contract, all of it and that of its last twelve months, never below zero."""
    rows = bulk.read_frame(
        """
        SELECT coalesce(sum(b.total_minor), 0)::bigint,
               coalesce(sum(b.total_minor) FILTER (WHERE b.period_end > %(year)s), 0)::bigint
          FROM billing_bill b JOIN billing_invoice i ON i.bill_id = b.id
         WHERE b.contract_id = %(contract)s AND b.kind <> 'charges'
        """,
        _SUMS,
        {"contract": contract.id, "year": until - timedelta(days=DAYS_OF_YEAR)},
    )
    whole, year = rows.row(0)
    return max(whole, 0), max(year, 0)


def _worked(clause: CancellationTerm, run: int, notice: int, billed: tuple[int, int], amount: int) -> str:
    """A clause with its numbers: ``6 × 550 = 3,300``."""
    said = []
    if clause.flat_minor:
        said.append(f"{clause.flat_minor:,}")
    if clause.per_month_left_minor:
        said.append(f"{months_left(clause, months_run=run)} × {clause.per_month_left_minor:,}")
    if clause.billed_ppm:
        said.append(f"{billed[0]:,} × {clause.billed_ppm * 100 / MICRO:g} %")
    if clause.notice_days > notice:
        said.append(f"{billed[1]:,} × {clause.notice_days - notice} ÷ {DAYS_OF_YEAR}")
    return f"{' + '.join(said)} = {amount:,}"
