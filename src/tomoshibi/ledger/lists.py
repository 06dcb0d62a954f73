"""How entries and accounts are shown as lists, and the words for what an entry names."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tomoshibi.identity import queries as people
from tomoshibi.ledger import queries, values
from tomoshibi.ui import addresses, lists
from tomoshibi.ui.states import State, Tone

KINDS = {
    values.AccountKind.ASSET.value: State(_("asset"), Tone.QUIET, "wallet"),
    values.AccountKind.LIABILITY.value: State(_("liability"), Tone.QUIET, "scale"),
    values.AccountKind.EQUITY.value: State(_("equity"), Tone.QUIET, "building-bank"),
    values.AccountKind.INCOME.value: State(_("income"), Tone.QUIET, "trending-up"),
    values.AccountKind.EXPENSE.value: State(_("expense"), Tone.QUIET, "trending-down"),
}
MONTH_STATES = {
    "open": State(pgettext_lazy("accounting month", "open"), Tone.RUNNING, "lock-open", _("Takes postings.")),
    "closed": State(pgettext_lazy("accounting month", "closed"), Tone.GOOD, "lock", _("Takes no posting.")),
}

PURPOSES: Mapping[str, Any] = {
    "apply": pgettext_lazy("purpose of an entry", "credit used for a debt"),
    "assign": pgettext_lazy("purpose of an entry", "money assigned to a payer"),
    "cancel": pgettext_lazy("purpose of an entry", "refund cancelled"),
    "credit": pgettext_lazy("purpose of an entry", "return invoice to credit"),
    "issue": pgettext_lazy("purpose of an entry", "issue"),
    "paid": pgettext_lazy("purpose of an entry", "paid"),
    "receipt": pgettext_lazy("purpose of an entry", "money came in"),
    "request": pgettext_lazy("purpose of an entry", "refund asked for"),
    "return": pgettext_lazy("purpose of an entry", "taken back by the bank"),
    "settlement": pgettext_lazy("purpose of an entry", "agent's payment"),
    "write_off": pgettext_lazy("purpose of an entry", "written off"),
}
"""What is said of an entry's purpose; the rooms above name it when they post, files and programs keep the name."""


class _Thing(lists.Text):
    """``bill:123`` in words."""

    def text(self, value: Any) -> str:
        return people.in_words(subject=value)


class _Purpose(lists.Text):
    def text(self, value: Any) -> str:
        return str(PURPOSES.get(value, value))


def page_of(*, source: str, document: str) -> str:
    """What a reader of a document goes to: itself, or what was posted where it is a number without a page (an invoice's)."""
    return document if addresses.address_of(document) else source


def journal_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="ledger.journal",
        rows=queries.entry_rows(),
        columns=(
            lists.Number("id", _("Entry")),
            lists.Day("entry_on", _("Day")),
            lists.MonthOf("accounting_month", _("Accounting month")),
            _Thing("source", pgettext_lazy("ledger", "Source"), link=lambda row: addresses.address_of(row["source"])),
            _Purpose("purpose", pgettext_lazy("ledger", "Purpose")),
            lists.Text("text", _("Text")),
            _Thing(
                "document",
                pgettext_lazy("ledger", "Document"),
                shown=False,
                also=("source",),
                link=lambda row: addresses.address_of(page_of(source=row["source"], document=row["document"])),
            ),
            lists.Moment("posted_at", _("Posted"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("source", "document", "text")),
            lists.MonthIs("accounting_month", _("Accounting month")),
            lists.DayRange("entry_on", _("Day")),
        ),
        order=("-id",),
    )


def chart_list() -> lists.ListQuery:
    language = get_language() or "ja"
    rows = [
        {"id": account.code, "code": account.code, "name": account.name(language), "kind": account.kind.value}
        for account in queries.accounts()
    ]
    return lists.ListQuery(
        name="ledger.accounts",
        rows=rows,
        columns=(
            lists.Code("code", _("Code")),
            lists.Text("name", _("Ledger account")),
            lists.StateOf("kind", _("Kind"), states=KINDS),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("code", "name")),
            lists.Choice("kind", _("Kind"), choices=[(k, s.word) for k, s in KINDS.items()], facet=True),
        ),
        order=("code",),
    )
