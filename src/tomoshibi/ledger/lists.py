"""How entries and accounts are shown as lists."""

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

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


def journal_list() -> lists.ListQuery:
    return lists.ListQuery(
        name="ledger.journal",
        rows=queries.entry_rows(),
        columns=(
            lists.Number("id", _("Entry")),
            lists.Day("entry_on", _("Day")),
            lists.MonthOf("accounting_month", _("Accounting month")),
            lists.Text("source", _("Source"), link=lambda row: addresses.address_of(row["source"])),
            lists.Code("purpose", _("Purpose")),
            lists.Text("text", _("Text")),
            lists.Text(
                "document",
                pgettext_lazy("ledger", "Document"),
                shown=False,
                link=lambda row: addresses.address_of(row["document"]),
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
