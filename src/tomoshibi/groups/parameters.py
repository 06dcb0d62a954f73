"""The company's rules in numbers: what there is, what holds where nobody said otherwise, and what they may be."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Rule:
    """
    A rule that the company may set from a day on.

    :ivar default: holds on days without a row of the rule
    :ivar source: requirement or decision that names the default
    """

    code: str
    label: Any
    default: int
    minimum: int
    maximum: int
    unit: Any
    source: str

    @property
    def is_switch(self) -> bool:
        return (self.minimum, self.maximum) == (0, 1)


LIMIT = "sub_limit"
LIMIT_COUNTS_POINTS = "limit_counts_points"
COUNT_BENCHMARK = "count_benchmark"
HEADROOM = "headroom_percent"
BALANCE = "balance_percent"
STEADY_DAYS = "steady_days"
LOCATE_FROM = "locate_percent"
ACCEPT_DAYS = "accept_days"
SURVEY_DAYS = "survey_days"
CONTRACT_DAYS = "contract_days"
ORDER_DAYS = "order_days"
CONNECT_DAYS = "connect_days"
INSTALL_DAYS = "install_days"
ARCHIVE_DAYS = "archive_days"
ARCHIVE_REMINDER = "archive_reminder"
FINAL_BILL_DAYS = "final_bill_days"

RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        Rule(LIMIT, _("Most accounts under one benchmark"), 100, 1, 100_000, _("accounts"), "G-011"),
        Rule(LIMIT_COUNTS_POINTS, _("The cap counts points, not sub-accounts"), 0, 0, 1, _("0 no, 1 yes"), "DEC-1"),
        Rule(COUNT_BENCHMARK, _("The benchmark point is counted"), 1, 0, 1, _("0 no, 1 yes"), "G-009"),
        Rule(HEADROOM, _("Head-room for growth"), 10, 0, 99, "%", "G-012"),
        Rule(BALANCE, _("Largest group over the mean before it warns"), 150, 100, 10_000, "%", "G-014"),
        Rule(STEADY_DAYS, _("Days of readings behind a steadiness figure"), 30, 2, 366, _("days"), "G-002"),
        Rule(LOCATE_FROM, _("How sure a looked-up access point must be"), 80, 1, 100, "%", "G-032"),
        Rule(ACCEPT_DAYS, _("Working days to accept an application"), 2, 1, 60, _("working days"), ""),
        Rule(SURVEY_DAYS, _("Working days for the survey"), 5, 1, 60, _("working days"), ""),
        Rule(CONTRACT_DAYS, _("Working days for the contract"), 5, 1, 60, _("working days"), ""),
        Rule(ORDER_DAYS, _("Working days to print labels and order the work"), 3, 1, 60, _("working days"), ""),
        Rule(CONNECT_DAYS, _("Working days for the work on site"), 5, 1, 60, _("working days"), ""),
        Rule(INSTALL_DAYS, _("Working days to enter the installation data"), 2, 1, 60, _("working days"), ""),
        Rule(ARCHIVE_DAYS, _("Working days from connection to archive"), 7, 1, 60, _("working days"), "G-062"),
        Rule(
            ARCHIVE_REMINDER, _("Working day on which the archive is reminded of"), 5, 1, 60, _("working days"), "G-062"
        ),
        Rule(FINAL_BILL_DAYS, _("Working days to the final bill of a group"), 10, 1, 60, _("working days"), "G-068"),
    )
}
