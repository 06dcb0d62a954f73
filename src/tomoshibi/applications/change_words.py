"""What people read for kinds, states, sources and contents of changes."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.applications import words
from tomoshibi.applications.values.changes import ChangeKind, ChangeSource, ChangeState, Effect, Part
from tomoshibi.contracts.values import EndReason
from tomoshibi.kernel import units
from tomoshibi.ui.states import State, Tone

Words = str | Promise
KINDS: dict[str, Words] = {
    ChangeKind.PLAN: pgettext_lazy("change", "rate plan"),
    ChangeKind.DISCOUNTS: pgettext_lazy("change", "discounts"),
    ChangeKind.PAYMENT: pgettext_lazy("change", "way of paying"),
    ChangeKind.CHANNEL: pgettext_lazy("change", "way of sending statements"),
    ChangeKind.AGENCY: pgettext_lazy("change", "agency"),
    ChangeKind.RESELLER: pgettext_lazy("change", "reseller"),
    ChangeKind.CONTACT: pgettext_lazy("change", "contact data that only we hold"),
    ChangeKind.HOLDER: pgettext_lazy("change", "name, address, telephone"),
    ChangeKind.CAPACITY: pgettext_lazy("change", "contract capacity"),
    ChangeKind.MOVE: pgettext_lazy("change", "move (end here, start there)"),
    ChangeKind.MOVE_OUT: pgettext_lazy("change", "move-out"),
    ChangeKind.SUCCESSION: pgettext_lazy("change", "succession of another person"),
}
STATES: dict[str, State] = {
    ChangeState.ASKED: State(
        pgettext_lazy("change", "to examine"), Tone.ATTENTION, "inbox", _("It waits for one of us.")
    ),
    ChangeState.SCHEDULED: State(
        pgettext_lazy("change", "scheduled"), Tone.RUNNING, "calendar-event", _("It takes effect on its day.")
    ),
    ChangeState.AT_GRID: State(
        pgettext_lazy("change", "at the grid"), Tone.RUNNING, "send", _("It takes effect with the grid's answer.")
    ),
    ChangeState.BACK: State(
        pgettext_lazy("change", "came back"), Tone.ATTENTION, "arrow-back-up", _("It was refused: look at the reason.")
    ),
    ChangeState.DONE: State(pgettext_lazy("change", "in effect"), Tone.GOOD, "circle-check"),
    ChangeState.DECLINED: State(pgettext_lazy("change", "declined"), Tone.QUIET, "circle-x"),
    ChangeState.CANCELED: State(pgettext_lazy("change", "canceled"), Tone.QUIET, "ban"),
}
SOURCES: dict[str, Words] = {
    ChangeSource.PORTAL: pgettext_lazy("source", "portal"),
    ChangeSource.PHONE: pgettext_lazy("source", "telephone"),
    ChangeSource.MAIL: pgettext_lazy("source", "mail"),
    ChangeSource.LETTER: pgettext_lazy("source", "letter"),
    ChangeSource.COUNTER: pgettext_lazy("source", "counter"),
}
PARTS: dict[str, Words] = {
    Part.INFORM: pgettext_lazy("part", "new data of the holder"),
    Part.RESIZE: pgettext_lazy("part", "ampere change"),
    Part.END: pgettext_lazy("part", "end here"),
    Part.START: pgettext_lazy("part", "start there"),
}
EFFECTS: dict[str, tuple[str, Words]] = {
    Effect.REBILL: ("receipt-2", pgettext_lazy("consequence", "Bills")),
    Effect.FINAL_BILL: ("file-invoice", pgettext_lazy("consequence", "Final bill")),
    Effect.FEE: ("coins", pgettext_lazy("consequence", "Fees and charges")),
    Effect.DOCUMENT: ("file-certificate", pgettext_lazy("consequence", "Documents")),
    Effect.GRID: ("plug-connected", pgettext_lazy("consequence", "Grid company")),
    Effect.MANDATE: ("signature", pgettext_lazy("consequence", "Mandate")),
    Effect.PORTAL: ("door-enter", pgettext_lazy("consequence", "Portal")),
    Effect.WAITS: ("calendar-event", pgettext_lazy("consequence", "Takes effect")),
    Effect.OTHER: ("info-circle", pgettext_lazy("consequence", "Also")),
}
END_REASONS: dict[str, Words] = {
    EndReason.MOVED_OUT.value: _("moved out"),
    EndReason.CANCELED.value: _("canceled"),
    EndReason.UNPAID.value: _("not paid"),
}
"""Why a contract ends by a change; a switch ends it by the other retailer's application."""
FIELDS: dict[str, Words] = {
    **words.ANSWERS,
    "discounts": _("Discounts"),
    "stop_mandate": _("The mandate ends"),
    "bank_code": _("Bank"),
    "branch_code": _("Branch"),
    "account_number": _("Account number"),
    "holder": _("Account holder"),
    "reseller_code": _("Reseller code"),
    "mobile": _("Mobile phone"),
    "addressee": _("Bills are addressed to"),
    "account_mail": _("Mail for bills"),
    "capacity_milli": _("Size"),
    "start_on": _("First day there"),
    "customer_number": _("Customer number"),
    "ground": _("Ground of the succession"),
    "with_removal": _("Take the service line down"),
    "attendance": _("Somebody will be there"),
    "end_reason": _("Why it ends"),
    "waive_fee": _("Why no cancellation fee is asked for"),
}
HIDDEN = frozenset({"account_kind", "agent", "mandate_id", "capacity_kind", "kind"})
"""Parts of a wish that say nothing to people by themselves."""


def rows(wanted: Mapping[str, Any], before: Mapping[str, Any], *, plans: Mapping[str, str]) -> list[dict[str, Any]]:
    """What changes, from and to, in the order in which it is asked for."""
    found = []
    order = {name: place for place, name in enumerate(FIELDS)}
    for name, value in sorted(wanted.items(), key=lambda one: order.get(one[0], len(order))):
        if name in HIDDEN or value in {"", None} or value is False:
            continue
        unit = str(wanted.get("capacity_kind") or before.get("capacity_kind") or "")
        found.append(
            {
                "label": FIELDS.get(name, name),
                "before": shown(name, before.get(name, ""), plans=plans, unit=unit),
                "after": shown(name, value, plans=plans, unit=unit),
            }
        )
    return found


def shown(name: str, value: Any, *, plans: Mapping[str, str], unit: str = "") -> Any:
    """A value as people read it; of a bank account the last digits."""
    if value in {"", None} if not isinstance(value, list) else not value:
        return "–"
    match name:
        case "plan_code":
            return plans.get(str(value), value)
        case "end_reason":
            return END_REASONS.get(str(value), value)
        case "payment_method" | "statement_channel":
            return words.CHOSEN[name].get(value, value)
        case "discounts":
            return ", ".join(value)
        case "capacity_milli":
            return f"{units.plain(int(value), scale=units.MILLI)} {unit}".strip()
        case "account_number":
            return "•" * max(0, len(str(value)) - 3) + str(value)[-3:]
    return say("yes") if value is True else value
