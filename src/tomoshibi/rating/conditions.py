"""For whom and how long a discount or surcharge is: a code, a campaign, a set of contracts, a quantity, a season."""

from dataclasses import dataclass

import numpy as np

from tomoshibi.kernel.exact import BoolArray
from tomoshibi.rating.sheet import Sheet

CONTRACT_MONTH = "contract_month"
"""Input: the how-manieth month of the contract the bill is for; the first is 1."""
CUSTOMER_CONTRACTS = "customer_contracts"
"""Input: how many contracts the customer has on the first day of the bill's period."""

DIRECT_DEBIT, PAPER_BILL = "direct_debit", "paper_bill"
FOLLOW_CHANNEL = (DIRECT_DEBIT, PAPER_BILL)
"""Codes that nobody types on a contract: its payer pays by direct debit, or is sent paper, on the bill's last day."""


@dataclass(frozen=True)
class Condition:
    """
    Everything that is stated must hold, for the whole bill: its parts have its answer, but for the code.

    :param code: the contract carries it
    :param first_months: the bill is for one of the first months of the contract (campaign)
    :param contracts: the customer has at least so many contracts (set discount)
    :param from_dwh: the bill's energy is at least this [0.1 Wh]
    :param below_dwh: the bill's energy is below this [0.1 Wh]
    :param since: the bill's period begins on this day or later (``2026-10-01``)
    :param until: the bill's period begins before this day
    """

    code: str = ""
    first_months: int = 0
    contracts: int = 0
    from_dwh: int = 0
    below_dwh: int | None = None
    since: str = ""
    until: str = ""

    def inputs(self) -> tuple[str, ...]:
        campaign = (CONTRACT_MONTH,) if self.first_months else ()
        return campaign + ((CUSTOMER_CONTRACTS,) if self.contracts else ())

    def codes(self) -> tuple[str, ...]:
        return (self.code,) if self.code else ()

    def holds(self, sheet: Sheet) -> BoolArray:
        """(n,) the rows that it holds for."""
        usage = sheet.usage
        rows = np.ones(usage.rows, dtype=np.bool_)
        if self.code:
            rows &= usage.flags.get(self.code, np.zeros(usage.rows, dtype=np.bool_))
        if self.first_months:
            month = sheet.input(CONTRACT_MONTH)
            rows &= (month >= 1) & (month <= self.first_months)
        if self.contracts:
            rows &= sheet.input(CUSTOMER_CONTRACTS) >= self.contracts
        if self.from_dwh:
            rows &= usage.bill_energy_dwh >= self.from_dwh
        if self.below_dwh is not None:
            rows &= usage.bill_energy_dwh < self.below_dwh
        if self.since or self.until:
            start = usage.start if usage.divided is None else usage.divided.start
            assert start is not None, "a condition on days needs the period"
            if self.since:
                rows &= start >= np.datetime64(self.since, "D")
            if self.until:
                rows &= start < np.datetime64(self.until, "D")
        return rows
