"""What people read for a posting key; files and programs keep the key."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

POSTINGS: Mapping[str, Any] = {
    "receivable": pgettext_lazy("posting", "Receivables of customers"),
    "agent_clearing": pgettext_lazy("posting", "Due from collection agents"),
    "bank": pgettext_lazy("posting", "Bank account"),
    "cash": pgettext_lazy("posting", "Cash"),
    "agent_fee": pgettext_lazy("posting", "Fees of collection agents"),
    "tax_input": pgettext_lazy("posting", "Tax paid on purchases"),
    "revenue_basic": pgettext_lazy("posting", "Revenue: basic charge"),
    "revenue_energy": pgettext_lazy("posting", "Revenue: energy charge"),
    "fuel_adjustment": pgettext_lazy("posting", "Revenue: fuel adjustment"),
    "revenue_other": pgettext_lazy("posting", "Revenue: other"),
    "discount": pgettext_lazy("posting", "Discounts granted"),
    "government_discount": pgettext_lazy("posting", "Discounts that the state bears"),
    "government_receivable": pgettext_lazy("posting", "Due from the state"),
    "levy": pgettext_lazy("posting", "Renewable levy"),
    "tax_payable": pgettext_lazy("posting", "Tax received on sales"),
    "unapplied": pgettext_lazy("posting", "Money not yet assigned"),
    "credit_balance": pgettext_lazy("posting", "Credit of customers"),
    "refund_payable": pgettext_lazy("posting", "Refunds to be paid"),
    "late_interest": pgettext_lazy("posting", "Late interest received"),
    "write_off": pgettext_lazy("posting", "Bad debts written off"),
    "bad_debt_allowance": pgettext_lazy("posting", "Allowance for bad debts"),
    "rounding": pgettext_lazy("posting", "Rounding differences"),
    "cancellation_fee": pgettext_lazy("posting", "Cancellation fees"),
    "works_contribution": pgettext_lazy("posting", "Contributions to works"),
    "deferred_receivable": pgettext_lazy("posting", "Deferred receivables"),
}
"""The keys that ship; a retailer's own key for a kind of charge has no words but itself."""
