"""The list of plans as its page declares it."""

from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.masters.values import AREAS
from tomoshibi.tariffs import queries, wording
from tomoshibi.ui import lists
from tomoshibi.ui.states import State, Tone

KINDS = {
    "regulated": State(pgettext_lazy("tariff", "regulated"), Tone.QUIET, "building-bank"),
    "free": State(pgettext_lazy("tariff", "free"), Tone.GOOD, "building-store"),
    "purchase": State(pgettext_lazy("tariff", "purchase"), Tone.QUIET, "solar-panel"),
}
CONFIDENCE = {
    "high": State(_("certain"), Tone.GOOD, "circle-check"),
    "medium": State(_("likely"), Tone.QUIET, "help-circle"),
    "low": State(_("not certain"), Tone.ATTENTION, "alert-triangle"),
}
PROPOSALS = {
    "open": State(pgettext_lazy("tariff", "waits"), Tone.ATTENTION, "hourglass"),
    "published": State(_("published"), Tone.GOOD, "circle-check"),
    "rejected": State(_("turned down"), Tone.QUIET, "circle-x"),
}


def plans_list(*, on: date) -> lists.ListQuery:
    rows = [
        {
            "id": plan.code,
            "code": plan.code,
            "name": wording.in_language(plan.name),
            "area": area_name(plan.area),
            "area_code": plan.area,
            "kind": plan.kind,
            "size": plan.capacity_unit if plan.capacity_unit != "contract" else "",
            "valid_from": plan.current.valid_from if plan.current else None,
            "versions": plan.version_count,
        }
        for plan in queries.plans(on=on)
    ]
    areas = sorted({(str(row["area_code"]), str(row["area"])) for row in rows})
    return lists.ListQuery(
        name="tariffs.plans",
        rows=rows,
        columns=(
            lists.Text("area", _("Area")),
            lists.Text("name", _("Plan")),
            lists.Code("code", _("Code")),
            lists.StateOf("kind", _("Kind"), states=KINDS),
            lists.Text("size", _("Size in")),
            lists.Day("valid_from", _("Current version from")),
            lists.Number("versions", _("Versions")),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("name", "code", "area")),
            lists.Choice("area_code", _("Area"), choices=areas),
            lists.Choice("kind", _("Kind"), choices=[(code, state.word) for code, state in KINDS.items()], facet=True),
        ),
        order=("area_code", "code"),
    )


def area_name(code: str) -> str:
    """An area in the user's language; every area for ``*``."""
    if code not in AREAS:
        return str(_("every area"))
    return str(AREAS[code].name)
