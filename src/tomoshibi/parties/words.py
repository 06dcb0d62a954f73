"""What states, kinds and ways of paying are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.parties.values import (
    BankAccountKind,
    Collective,
    CustomerKind,
    MandateState,
    NewCode,
    NumberKind,
    PaymentMethod,
    StatementChannel,
)
from tomoshibi.ui.states import State, Tone

KINDS: dict[str, str | Promise] = {CustomerKind.PERSON: _("person"), CustomerKind.COMPANY: _("company")}
PAYMENT: dict[str, str | Promise] = {
    PaymentMethod.DIRECT_DEBIT: _("direct debit"),
    PaymentMethod.TRANSFER: _("bank transfer"),
    PaymentMethod.CARD: _("credit card"),
    PaymentMethod.STORE: _("convenience store"),
}
STATEMENT: dict[str, str | Promise] = {StatementChannel.PORTAL: _("portal"), StatementChannel.PAPER: _("paper")}
COLLECTIVE: dict[str, str | Promise] = {
    Collective.NO: _("one invoice per contract"),
    Collective.WAIT: _("one invoice for all contracts; it waits for every bill"),
    Collective.LEAVE: _("one invoice for all contracts that are ready"),
}
BANK_ACCOUNTS: dict[str, str | Promise] = {
    BankAccountKind.ORDINARY: _("ordinary account"),
    BankAccountKind.CURRENT: _("current account"),
    BankAccountKind.TAX: _("tax reserve account"),
    BankAccountKind.OTHER: _("other account"),
}
NEW_CODES: dict[str, str | Promise] = {
    NewCode.UNCHANGED: pgettext_lazy("debit record", "unchanged"),
    NewCode.FIRST: pgettext_lazy("debit record", "first debit"),
    NewCode.CHANGED: pgettext_lazy("debit record", "changed account"),
}
NUMBERS: dict[str, str | Promise] = {
    NumberKind.NORMAL: _("normal account"),
    NumberKind.BENCHMARK: _("benchmark account"),
    NumberKind.SUB: _("sub-account"),
}
MANDATES = {
    MandateState.DRAFT: State(_("draft"), Tone.ATTENTION, "pencil", _("Written down; the form has not gone out.")),
    MandateState.SUBMITTED: State(_("submitted"), Tone.RUNNING, "send", _("The bank or the agent has the form.")),
    MandateState.REGISTERED: State(
        _("registered"), Tone.GOOD, "circle-check", _("The bank accepted it; the next debit is its first.")
    ),
    MandateState.ACTIVE: State(_("in use"), Tone.GOOD, "repeat", _("It has been debited before.")),
    MandateState.SUSPENDED: State(_("suspended"), Tone.ATTENTION, "player-pause", _("No debit until this is lifted.")),
    MandateState.REJECTED: State(_("sent back"), Tone.ATTENTION, "arrow-back-up", _("The bank did not accept it.")),
    MandateState.REPLACED: State(_("replaced"), Tone.QUIET, "replace", _("A newer mandate took over.")),
    MandateState.STOPPED: State(_("stopped"), Tone.QUIET, "circle-x", _("It ended for good.")),
}
