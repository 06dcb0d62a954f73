"""How debts, debits, results, receipts and credits are shown as lists."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.collection import queries, values
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.ui import lists
from tomoshibi.ui.states import State, Tone
from tomoshibi.worker import queries as clock

RECEIVABLE_STATES = {
    "open": State(pgettext_lazy("debt", "open"), Tone.ATTENTION, "circle"),
    "partly": State(pgettext_lazy("debt", "partly paid"), Tone.ATTENTION, "circle-half"),
    "paid": State(pgettext_lazy("debt", "paid"), Tone.GOOD, "circle-check"),
    "written_off": State(pgettext_lazy("debt", "written off"), Tone.QUIET, "circle-off"),
}
BATCH_STATES = {
    "prepared": State(_("prepared"), Tone.ATTENTION, "users", _("A second person has to release it.")),
    "released": State(pgettext_lazy("debit", "released"), Tone.RUNNING, "send", _("It is on its way to the agent.")),
    "sent": State(_("sent, result awaited"), Tone.RUNNING, "clock"),
    "rejected": State(_("rejected by the agent"), Tone.BAD, "circle-x"),
    "answered": State(_("result is here"), Tone.GOOD, "circle-check", _("The agent has to pay us.")),
    "settled": State(_("settled"), Tone.GOOD, "coins"),
    "cancelled": State(_("cancelled"), Tone.QUIET, "circle-off"),
}
RESULT_STATES = {
    "paid": State(pgettext_lazy("debt", "paid"), Tone.GOOD, "circle-check"),
    "failed": State(pgettext_lazy("debit", "failed"), Tone.BAD, "circle-x"),
    "waiting": State(_("awaited"), Tone.RUNNING, "clock"),
}
TREATMENTS = {
    "ask": State(pgettext_lazy("debit", "to decide"), Tone.ATTENTION, "help-circle"),
    "again": State(_("again with the next cycle"), Tone.RUNNING, "repeat"),
    "letter": State(_("payment letter"), Tone.RUNNING, "mail"),
    "mandate": State(_("waits for another mandate"), Tone.RUNNING, "signature"),
    "hold": State(_("on hold"), Tone.QUIET, "hand-stop"),
}
MEANINGS = {
    "paid": State(pgettext_lazy("debt", "paid"), Tone.GOOD, "circle-check"),
    "soft": State(_("money missing"), Tone.ATTENTION, "coin-off"),
    "hard": State(_("account or mandate wrong"), Tone.BAD, "building-bank"),
    "ours": State(_("stopped by us or the agent"), Tone.QUIET, "hand-stop"),
    "manual": State(_("for a person to look at"), Tone.ATTENTION, "user-search"),
}
PROBLEMS = {
    "unknown": State(_("names no debit of ours"), Tone.BAD, "user-question"),
    "duplicate": State(_("comes twice"), Tone.ATTENTION, "copy"),
    "amount": State(_("other amount"), Tone.ATTENTION, "coins"),
    "account": State(_("other bank account"), Tone.ATTENTION, "building-bank"),
    "answered": State(_("contradicts a known result"), Tone.ATTENTION, "arrows-diff"),
    "no_result": State(_("carries no result"), Tone.ATTENTION, "help-circle"),
    "missing": State(_("missing"), Tone.BAD, "file-off"),
}
DEPOSITS = {
    "taken": State(pgettext_lazy("bank file", "taken"), Tone.GOOD, "circle-check", _("It was entered as a transfer.")),
    "known": State(
        pgettext_lazy("bank file", "taken before"), Tone.QUIET, "copy", _("An earlier file brought the same transfer.")
    ),
    "account": State(_("not our account"), Tone.BAD, "building-bank", _("It arrived on an account that is not ours.")),
    "nothing": State(_("without amount"), Tone.BAD, "circle-off"),
    "future": State(_("of a day to come"), Tone.BAD, "calendar-x", _("The bank's day lies in the future.")),
    "canceled": State(
        pgettext_lazy("bank file", "cancelled"), Tone.QUIET, "circle-off", _("The same file takes it back.")
    ),
    "cancels": State(
        _("takes back an earlier one"),
        Tone.BAD,
        "arrow-back-up",
        _("Record it on the page of the transfer; a second person agrees."),
    ),
}
RESOLUTIONS = {
    "applied": State(_("believed"), Tone.GOOD, "circle-check"),
    "dismissed": State(_("set aside"), Tone.QUIET, "circle-off"),
    "came": State(_("came later"), Tone.GOOD, "clock-check"),
    "": State(pgettext_lazy("debit", "to decide"), Tone.ATTENTION, "help-circle"),
}
ASIDE = {
    "no_mandate": State(_("no mandate"), Tone.ATTENTION, "signature"),
    "suspended": State(_("mandate suspended"), Tone.ATTENTION, "hand-stop"),
    "bad_name": State(_("name cannot stand in a bank file"), Tone.BAD, "abc"),
    "too_large": State(_("amount too large for a bank file"), Tone.BAD, "coins"),
}
ORIGINS = {
    "double": State(_("paid twice"), Tone.ATTENTION, "copy"),
    "overpaid": State(_("paid more than was due"), Tone.ATTENTION, "trending-up"),
    "return": State(_("return invoice"), Tone.QUIET, "receipt-refund"),
    "assigned": State(_("assigned"), Tone.QUIET, "user-check"),
}
MANDATE_STATES = {
    "registered": State(_("registered"), Tone.GOOD, "circle-check"),
    "active": State(_("in use"), Tone.GOOD, "repeat"),
    "suspended": State(_("suspended"), Tone.ATTENTION, "player-pause"),
}
REFUND_STATES = {
    "waiting": State(_("waits for a file"), Tone.ATTENTION, "clock"),
    "batched": State(_("in a file"), Tone.RUNNING, "file-dollar"),
    "paid": State(pgettext_lazy("refund", "paid back"), Tone.GOOD, "circle-check"),
    "cancelled": State(_("cancelled"), Tone.QUIET, "circle-off"),
    "returned": State(
        pgettext_lazy("refund", "sent back by the bank"),
        Tone.BAD,
        "arrow-back-up",
        _("The money is credit again; it can go out with other bank details."),
    ),
}

REFUND_BATCH_STATES = {
    "prepared": State(_("prepared"), Tone.ATTENTION, "users", _("A second person has to release it.")),
    "released": State(_("released for the bank"), Tone.RUNNING, "building-bank"),
    "paid": State(pgettext_lazy("refund", "paid back"), Tone.GOOD, "circle-check"),
    "cancelled": State(_("cancelled"), Tone.QUIET, "circle-off"),
}


def _choices(states: Mapping[Any, State]) -> list[tuple[Any, Any]]:
    return [(value, state.word) for value, state in states.items()]


def _debt(row: Mapping[str, Any]) -> str:
    return reverse("collection:receivable", args=[row["receivable_id"]])


def receivables() -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.receivables",
        rows=queries.receivable_rows().annotate(**parties.payer_columns(account="account_id")),
        columns=(
            lists.Code("invoice_number", _("Bill")),
            lists.Text("payer", _("Payer")),
            lists.Code("payer_number", _("Payer number"), shown=False),
            lists.MonthOf("month", pgettext_lazy("bill", "Month")),
            lists.Day("issued_on", _("Issued"), shown=False),
            lists.Day("due_on", _("Due")),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.Money("open_minor", _("Still open"), total=True),
            lists.StateOf("state", _("State"), states=RECEIVABLE_STATES),
            lists.Flag("held", _("On hold")),
            lists.Code(
                "waits_in",
                _("In debit"),
                link=lambda row: reverse("collection:batch", args=[row["waits_in"]]) if row["waits_in"] else None,
            ),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("invoice_number", "payer", "payer_number")),
            lists.Choice("state", _("State"), choices=_choices(RECEIVABLE_STATES), facet=True),
            lists.DayRange("due_on", _("Due")),
            lists.MoneyRange("open", _("Still open"), path="open_minor"),
            lists.MonthIs("month", pgettext_lazy("bill", "Month")),
            lists.YesNo("held", _("On hold")),
        ),
        order=("due_on", "id"),
    )


def _agent_column() -> lists.Column:
    names = masters.debit_agent_names()
    return lists.Text(
        "agent", _("Collection agent"), show=lambda row: names.get(row["agent"], row["agent"]), also=("agent",)
    )


def batches() -> lists.ListQuery:
    rows = [
        {
            "id": batch.id, "agent": batch.agent, "debit_on": batch.debit_on, "file_due_on": batch.file_due_on,
            "result_on": batch.result_on, "settle_on": batch.settle_on, "row_count": batch.row_count,
            "total_minor": batch.total_minor, "aside_count": batch.aside_count, "state": batch.state.value,
        }
        for batch in queries.batches(limit=2000)
    ]  # fmt: skip
    return lists.ListQuery(
        name="collection.batches",
        rows=rows,
        columns=(
            lists.Number("id", _("Batch")),
            lists.Day("debit_on", _("Debit day"), weekday=True),
            _agent_column(),
            lists.Number("row_count", _("Debits"), total=True),
            lists.Money("total_minor", _("Amount"), total=True),
            lists.Number("aside_count", _("Set aside")),
            lists.Day("file_due_on", _("File due"), weekday=True, shown=False),
            lists.Day("result_on", _("Result due"), weekday=True),
            lists.Day("settle_on", _("Settlement due"), weekday=True, shown=False),
            lists.StateOf("state", _("State"), states=BATCH_STATES),
        ),
        filters=(
            lists.Choice("state", _("State"), choices=_choices(BATCH_STATES), facet=True),
            lists.DayRange("debit_on", _("Debit day")),
        ),
        order=("-debit_on", "-id"),
    )


def _bank_columns() -> tuple[lists.Column, ...]:
    """Where the money is drawn or sent: by name, the account by its last digits."""
    return (
        lists.Text("bank_name", _("Bank")),
        lists.Text("branch_name", _("Branch")),
        lists.Text("account_number", _("Bank account number"), masked=True),
    )


def _named_banks() -> dict[str, Any]:
    return masters.bank_columns(bank="bank_code", branch="branch_code", on=clock.today())


def _debit_columns(texts: Mapping[str, str]) -> tuple[lists.Column, ...]:
    return (
        lists.Code("customer_number", _("Debit number")),
        lists.Code("invoice_number", _("Bill"), link=_debt, also=("receivable_id",)),
        lists.Text("payer", _("Payer")),
        *_bank_columns(),
        lists.Text("holder_kana", _("Account holder"), shown=False),
        lists.Money("amount_minor", _("Amount"), total=True),
        lists.StateOf(
            "outcome",
            _("Result"),
            show=lambda row: "waiting" if row["result"] is None else "paid" if row["paid"] else "failed",
            also=("result", "paid"),
            states=RESULT_STATES,
        ),
        lists.Code("result", _("Result code"), explain=texts),
    )


def debits(*, batch: values.DebitBatch) -> lists.ListQuery:
    texts = queries.code_texts(agent=batch.agent)
    return lists.ListQuery(
        name="collection.debits",
        rows=queries.debit_row_rows(batch_id=batch.id).annotate(
            **parties.payer_columns(account="account_id"), **_named_banks()
        ),
        columns=_debit_columns(texts),
        filters=(
            lists.Search("q", _("Search"), among=("customer_number", "invoice_number", "payer", "holder_kana")),
            lists.Choice("result", _("Result code"), choices=[(c, f"{c} {t}") for c, t in texts.items()]),
            lists.MoneyRange("amount", _("Amount"), path="amount_minor"),
        ),
        order=("id",),
    )


def answered(*, file_id: int, agent: str) -> lists.ListQuery:
    texts = queries.code_texts(agent=agent)
    return lists.ListQuery(
        name="collection.answered",
        rows=queries.result_rows(file_id=file_id).annotate(
            **parties.payer_columns(account="account_id"), **_named_banks()
        ),
        columns=_debit_columns(texts),
        filters=(
            lists.Search("q", _("Search"), among=("customer_number", "invoice_number", "payer")),
            lists.Choice("result", _("Result code"), choices=[(c, f"{c} {t}") for c, t in texts.items()], facet=True),
        ),
        order=("id",),
    )


def aside(*, batch_id: int) -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.aside",
        rows=queries.aside_rows(batch_id=batch_id).annotate(**parties.payer_columns(account="account_id")),
        columns=(
            lists.Code("invoice_number", _("Bill"), link=_debt, also=("receivable_id",)),
            lists.Text("payer", _("Payer")),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.StateOf("reason", _("Why"), states=ASIDE),
            lists.Text("detail", _("Detail")),
        ),
        filters=(lists.Choice("reason", _("Why"), choices=_choices(ASIDE), facet=True),),
        order=("id",),
    )


def result_files() -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.results",
        rows=queries.result_file_rows(),
        columns=(
            lists.Moment("received_at", _("Received")),
            lists.Text("name", _("File")),
            _agent_column(),
            lists.Number("row_count", _("Rows"), total=True),
            lists.Number("paid_count", _("Paid debits"), total=True),
            lists.Money("paid_minor", _("Paid amount"), total=True),
            lists.Number("failed_count", _("Failed debits"), total=True),
            lists.Number("problem_count", _("To look at"), total=True),
            lists.Money("credit_minor", _("Too much"), total=True, shown=False),
        ),
        filters=(lists.Search("q", _("Search"), among=("name", "agent", "sha256")),),
        order=("-id",),
    )


def problems(*, file_id: int) -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.problems",
        rows=queries.problem_rows(file_id=file_id),
        columns=(
            lists.Number("record", _("Record")),
            lists.StateOf("kind", _("Why"), states=PROBLEMS),
            lists.Code("customer_number", _("Debit number")),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.Code("code", _("Result code")),
            lists.Text("account", _("Bank account"), masked=True, shown=False),
            lists.StateOf("resolution", _("Decision"), states=RESOLUTIONS),
            lists.Text("note", _("Note")),
        ),
        filters=(
            lists.Choice("kind", _("Why"), choices=_choices(PROBLEMS), facet=True),
            lists.Choice("resolution", _("Decision"), choices=_choices(RESOLUTIONS)),
        ),
        order=("id",),
    )


def failed() -> lists.ListQuery:
    meanings = queries.CodeTexts()
    texts = meanings.everywhere()
    return lists.ListQuery(
        name="collection.failed",
        rows=queries.failed_rows().annotate(**parties.payer_columns(account="account_id")),
        columns=(
            lists.Code("invoice_number", _("Bill"), link=_debt, also=("receivable_id",)),
            lists.Text("payer", _("Payer")),
            lists.Day("failed_on", _("Failed on")),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.Money("open_minor", _("Still open"), total=True),
            lists.Code("code", _("Result code"), explain=texts),
            lists.Text(
                "meaning",
                _("Reason"),
                show=lambda row: meanings.of(row["agent"], row["code"]),
                also=("code", "agent"),
            ),
            lists.StateOf("treatment", _("What follows"), states=TREATMENTS),
            lists.Flag("by_rule", _("By rule"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("invoice_number", "payer", "payer_number")),
            lists.Choice("treatment", _("What follows"), choices=_choices(TREATMENTS), facet=True),
            lists.Choice("code", _("Result code"), choices=[(c, f"{c} {t}") for c, t in texts.items()]),
            lists.DayRange("failed_on", _("Failed on")),
        ),
        order=("-failed_on", "debit_row_id"),
        row_id="debit_row_id",
    )


def receipts() -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.receipts",
        rows=queries.receipt_rows().annotate(**parties.payer_columns(account="owner_id")),
        columns=(
            lists.Day("received_on", _("Received on")),
            lists.Text("payer_name", pgettext_lazy("payer", "From")),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.Text("reference", _("Reference")),
            lists.Text("payer", _("Payer")),
            lists.Flag(
                "unapplied",
                _("Nobody's yet"),
                show=lambda row: row["owner_id"] is None and not row["returned"],
                also=("owner_id", "returned"),
            ),
            lists.Flag("taken_back", _("Taken back by the bank"), show=lambda row: bool(row["returned"])),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("payer_name", "reference", "payer", "payer_number")),
            lists.DayRange("received_on", _("Received on")),
            lists.MoneyRange("amount", _("Amount"), path="amount_minor"),
        ),
        order=("-received_on", "-id"),
    )


def deposit_files() -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.deposit_files",
        rows=queries.deposit_file_rows(),
        columns=(
            lists.Moment("received_at", _("Received")),
            lists.Text("name", _("File")),
            lists.Number("row_count", _("Rows"), total=True),
            lists.Number("taken_count", pgettext_lazy("bank file", "Transfers"), total=True),
            lists.Money("taken_minor", _("Amount"), total=True),
            lists.Number("owned_count", _("Payer named"), total=True),
            lists.Number("known_count", pgettext_lazy("bank file", "taken before"), total=True),
            lists.Number("refused_count", pgettext_lazy("bank file", "Refused"), total=True),
        ),
        filters=(lists.Search("q", _("Search"), among=("name", "sha256")),),
        order=("-id",),
    )


def deposits(*, file_id: int) -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.deposits",
        rows=queries.deposit_rows(file_id=file_id).annotate(**parties.payer_columns(account="owner_id")),
        columns=(
            lists.Number("record", _("Record")),
            lists.StateOf("verdict", _("State"), states=DEPOSITS),
            lists.Day("booked_on", _("Received on")),
            lists.Text("payer_kana", pgettext_lazy("payer", "From")),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.Text("edi", _("EDI text")),
            lists.Code("payer_code", _("Payer code"), shown=False),
            lists.Text("sending_bank", _("Bank"), shown=False),
            lists.Code("inquiry_number", _("Inquiry number"), shown=False),
            lists.Text("payer", _("Payer")),
            lists.Flag("unapplied", _("Nobody's yet"), show=_is_nobodys, also=("owner_id", "receipt_id")),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("payer_kana", "edi", "payer_code", "payer", "payer_number")),
            lists.Choice("verdict", _("State"), choices=_choices(DEPOSITS), facet=True),
            lists.MoneyRange("amount", _("Amount"), path="amount_minor"),
        ),
        order=("record",),
        also=("receipt_id",),
    )


def _is_nobodys(row: Mapping[str, Any]) -> bool:
    return row["receipt_id"] is not None and row["owner_id"] is None


def customer_credits() -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.credits",
        rows=queries.credit_rows().annotate(**parties.payer_columns(account="account_id")),
        columns=(
            lists.Day("arose_on", _("Arose on")),
            lists.Text("payer", _("Payer")),
            lists.Code("payer_number", _("Payer number"), shown=False),
            lists.StateOf("origin", _("From what"), states=ORIGINS),
            lists.Money("amount_minor", _("Amount"), total=True),
            lists.Money("left_minor", _("Left"), total=True),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("payer", "payer_number")),
            lists.Choice("origin", _("From what"), choices=_choices(ORIGINS), facet=True),
            lists.MoneyRange("left", _("Left"), path="left_minor"),
        ),
        order=("-id",),
        also=("account_id",),
    )


def refunds() -> lists.ListQuery:
    return lists.ListQuery(
        name="collection.refunds",
        rows=queries.refund_rows().annotate(**parties.payer_columns(account="account_id"), **_named_banks()),
        columns=(
            lists.Moment("requested_at", _("Asked for")),
            lists.Text("payer", _("Payer")),
            lists.Money("amount_minor", _("Amount"), total=True),
            *_bank_columns(),
            lists.Text("reason", _("Reason")),
            lists.StateOf("state", _("State"), states=REFUND_STATES),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("payer", "payer_number", "reason")),
            lists.Choice("state", _("State"), choices=_choices(REFUND_STATES), facet=True),
        ),
        order=("-id",),
    )
