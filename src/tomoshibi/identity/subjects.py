"""What a deed was done to, as its reader sees it; ``ui.addresses`` knows the page where it is."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from tomoshibi.identity import columns
from tomoshibi.ui import figures

KINDS: Mapping[str, str | Promise] = {
    "applications.case": columns.ROWS["applications.switchingcase"],
    "applications.link": columns.ROWS["applications.switchinglink"],
    "applications.mail": pgettext_lazy("kind of row", "Mail"),
    "applications.mediation": columns.ROWS["applications.mediationrequest"],
    "applications.message": pgettext_lazy("kind of row", "Mail"),
    "applications.notices": pgettext_lazy("kind of row", "Contract documents"),
    "applications.search": columns.ROWS["applications.pointsearch"],
    "applications.work": columns.ROWS["applications.workcase"],
    "bill": pgettext_lazy("kind of row", "Bill"),
    "billing.bill": pgettext_lazy("kind of row", "Bill"),
    "billing.charge": columns.ROWS["contracts.sundrycharge"],
    "billing.check": columns.ROWS["billing.checksetting"],
    "billing.groupmonth": pgettext_lazy("kind of row", "Month of groups"),
    "billing.run": pgettext_lazy("kind of row", "Billing run"),
    "billing.statement": pgettext_lazy("kind of row", "Bill"),
    "billing.study": pgettext_lazy("kind of row", "Study"),
    "collection.batch": pgettext_lazy("kind of row", "Debit file"),
    "collection.deposit_file": pgettext_lazy("kind of row", "Bank file"),
    "collection.failed_debit": pgettext_lazy("kind of row", "Failed debit"),
    "collection.late_interest": pgettext_lazy("kind of row", "Late interest"),
    "collection.link": columns.ROWS["collection.agentlink"],
    "collection.receipt": pgettext_lazy("kind of row", "Receipt"),
    "collection.receivable": pgettext_lazy("kind of row", "Debt"),
    "collection.receivables": pgettext_lazy("kind of row", "Debts"),
    "collection.refund": pgettext_lazy("kind of row", "Refund"),
    "collection.refund_batch": pgettext_lazy("kind of row", "Refund file"),
    "collection.result_code": columns.ROWS["collection.resultcode"],
    "collection.result_file": pgettext_lazy("kind of row", "Result file"),
    "credit_use": pgettext_lazy("kind of row", "Use of a credit"),
    "debit_batch": pgettext_lazy("kind of row", "Debit file"),
    "debit_result": pgettext_lazy("kind of row", "Result file"),
    "fieldwork.entry": pgettext_lazy("kind of row", "Entry of a telephone"),
    "fieldwork.print": pgettext_lazy("kind of row", "Printed labels"),
    "groups.registers": pgettext_lazy("kind of row", "Registers"),
    "groups.list": pgettext_lazy("kind of row", "List of points"),
    "groups.pointlist": pgettext_lazy("kind of row", "List of points"),
    "ledger.month": pgettext_lazy("kind of row", "Accounting month"),
    "masters.banks": pgettext_lazy("kind of row", "Banks"),
    "masters.calendar": pgettext_lazy("kind of row", "Reading calendar"),
    "masters.proposal": columns.ROWS["masters.changeproposal"],
    "masters.spot": columns.ROWS["masters.spotimport"],
    "messaging.text_link": pgettext_lazy("kind of row", "Connection for text messages"),
    "metering.file": pgettext_lazy("kind of row", "Meter file"),
    "metering.gap": pgettext_lazy("kind of row", "Missing value"),
    "metering.portal": columns.ROWS["metering.portalendpoint"],
    "metering.reading": pgettext_lazy("kind of row", "Confirmed value"),
    "receipt": pgettext_lazy("kind of row", "Receipt"),
    "receivable": pgettext_lazy("kind of row", "Debt"),
    "refund": pgettext_lazy("kind of row", "Refund"),
    "returned": pgettext_lazy("kind of row", "Returned transfer"),
    "supply.access_point": columns.ROWS["supply.accesspoint"],
    "tariffs.draft": pgettext_lazy("kind of row", "Draft of a plan"),
    "tariffs.plan": pgettext_lazy("kind of row", "Plan"),
    "tariffs.proposal": pgettext_lazy("kind of row", "Proposed plan"),
    "tariffs.version": pgettext_lazy("kind of row", "Plan version"),
    "worker.job": pgettext_lazy("kind of row", "Job"),
    "write_off": pgettext_lazy("kind of row", "Write-off"),
}
"""Kinds that deeds and ledger entries name otherwise than the trail of rows does."""

COUNTED_MONTHS = frozenset({"ledger.month"})
"""Their number is that of a month."""


def words(subject: str) -> str:
    """
    ``billing.run:7`` as somebody reads it; as it was noted where nobody has a word for it.

    A further part (``debit_result:7:5``: of that file, the debits of batch 5) is left out, as ``ui.addresses`` does.
    """
    name, _, number = subject.partition(":")
    first, _, _further = number.partition(":")
    if first.isdecimal():
        number = first
    if name in COUNTED_MONTHS and number.isdecimal():
        number = figures.month(int(number))
    word = KINDS.get(name) or columns.ROWS.get(name)
    return f"{word} {number}".rstrip() if word else subject
