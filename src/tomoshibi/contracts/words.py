"""What states, reasons and sizes are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts.particulars import POWER_FACTOR, RESERVE
from tomoshibi.contracts.values import CapacityKind, ChargeState, EndReason, ExemptionState, TaxTreatment
from tomoshibi.kernel import units
from tomoshibi.ui.states import State, Tone

STATES = {
    "future": State(_("not yet supplied"), Tone.RUNNING, "clock"),
    "supplied": State(_("supplied"), Tone.GOOD, "bolt"),
    "ending": State(_("supplied, end is set"), Tone.ATTENTION, "calendar-x"),
    "ended": State(_("ended"), Tone.QUIET, "circle-off"),
}
END_REASONS: dict[str, str | Promise] = {
    EndReason.MOVED_OUT: _("moved out"),
    EndReason.SWITCHED: _("switched to another retailer"),
    EndReason.CANCELED: _("canceled"),
    EndReason.UNPAID: _("not paid"),
    EndReason.REPLACED: _("replaced by another contract"),
}
SIZES: dict[str, str | Promise] = {
    CapacityKind.AMPERE: "A",
    CapacityKind.KVA: "kVA",
    CapacityKind.KW: "kW",
    CapacityKind.CONTRACT: _("without a size"),
}
CHARGES = {
    ChargeState.PROPOSED: State(_("to be agreed to"), Tone.ATTENTION, "user-check"),
    ChargeState.WAITING: State(_("waits for a bill"), Tone.RUNNING, "clock"),
    ChargeState.BILLED: State(_("on a bill"), Tone.GOOD, "file-invoice"),
    ChargeState.WITHDRAWN: State(_("withdrawn"), Tone.QUIET, "circle-x"),
    ChargeState.REJECTED: State(_("rejected"), Tone.BAD, "circle-x"),
}
TAXES: dict[str, str | Promise] = {
    TaxTreatment.INCLUDED: _("tax included"),
    TaxTreatment.EXEMPT: _("tax exempt"),
    TaxTreatment.OUT_OF_SCOPE: _("outside consumption tax"),
}
EXEMPTIONS = {
    ExemptionState.PROPOSED: State(_("to decide"), Tone.ATTENTION, "eye"),
    ExemptionState.HOLDS: State(_("holds"), Tone.GOOD, "circle-check"),
    ExemptionState.REJECTED: State(_("rejected"), Tone.BAD, "circle-x"),
}


def particular(label: str, *, name: str, value: int) -> str:
    """A particular of terms with its unit: ``Reserve power 50 kW``."""
    if name == RESERVE:
        return f"{label} {units.plain(value, scale=units.MILLI)} kW"
    if name == POWER_FACTOR:
        return f"{label} {value} %"
    return gettext("%(label)s: %(count)s") % {"label": label, "count": value}
