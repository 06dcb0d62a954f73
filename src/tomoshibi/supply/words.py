"""What voltages, kinds and connections are called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tomoshibi.masters.values import AREAS
from tomoshibi.supply.values import Connection, PointKind, Setting, Voltage
from tomoshibi.ui.states import State, Tone

AREA_NAMES: dict[str, str | Promise] = {code: area.name for code, area in AREAS.items()}
VOLTAGES: dict[str, str | Promise] = {
    Voltage.LOW: _("low voltage"),
    Voltage.HIGH: _("high voltage"),
    Voltage.SPECIAL_HIGH: _("special high voltage"),
}
KINDS: dict[str, str | Promise] = {PointKind.SUPPLY: _("supply"), PointKind.GENERATION: _("generation")}
CONNECTIONS = {
    Connection.CONNECTED: State(_("connected"), Tone.GOOD, "plug-connected"),
    Connection.DISCONNECTED: State(_("disconnected"), Tone.QUIET, "plug-connected-x"),
    Connection.REMOVED: State(_("removed"), Tone.QUIET, "trash"),
}
SETTINGS: dict[str, str | Promise] = {Setting.URBAN: _("urban"), Setting.RURAL: _("rural")}
