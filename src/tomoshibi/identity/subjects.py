"""What a deed was done to, as its reader sees it; ``ui.addresses`` knows the page where it is."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from tomoshibi.identity import columns

KINDS: Mapping[str, str | Promise] = {
    "applications.case": columns.ROWS["applications.switchingcase"],
    "applications.mail": pgettext_lazy("kind of row", "Mail"),
    "applications.mediation": columns.ROWS["applications.mediationrequest"],
    "applications.message": pgettext_lazy("kind of row", "Mail"),
    "applications.search": columns.ROWS["applications.pointsearch"],
    "applications.work": columns.ROWS["applications.workcase"],
    "billing.bill": pgettext_lazy("kind of row", "Bill"),
    "billing.charge": columns.ROWS["contracts.sundrycharge"],
    "billing.check": columns.ROWS["billing.checksetting"],
    "billing.run": pgettext_lazy("kind of row", "Billing run"),
    "billing.statement": pgettext_lazy("kind of row", "Bill"),
    "billing.study": pgettext_lazy("kind of row", "Study"),
    "collection.batch": pgettext_lazy("kind of row", "Debit file"),
    "collection.receipt": pgettext_lazy("kind of row", "Receipt"),
    "collection.receivable": pgettext_lazy("kind of row", "Debt"),
    "collection.refund": pgettext_lazy("kind of row", "Refund"),
    "groups.list": pgettext_lazy("kind of row", "List of points"),
    "groups.pointlist": pgettext_lazy("kind of row", "List of points"),
    "masters.proposal": columns.ROWS["masters.changeproposal"],
    "masters.spot": columns.ROWS["masters.spotimport"],
    "metering.file": pgettext_lazy("kind of row", "Meter file"),
    "metering.gap": pgettext_lazy("kind of row", "Missing value"),
    "metering.portal": columns.ROWS["metering.portalendpoint"],
    "tariffs.draft": pgettext_lazy("kind of row", "Draft of a plan"),
    "tariffs.plan": pgettext_lazy("kind of row", "Plan"),
    "tariffs.proposal": pgettext_lazy("kind of row", "Proposed plan"),
    "worker.job": pgettext_lazy("kind of row", "Job"),
}
"""Kinds that deeds name otherwise than the trail of rows does."""


def words(subject: str) -> str:
    """``billing.run:7`` as somebody reads it; as it was noted where nobody has a word for it."""
    name, _, number = subject.partition(":")
    word = KINDS.get(name) or columns.ROWS.get(name)
    return f"{word} {number}".rstrip() if word else subject
