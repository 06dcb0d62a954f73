"""The list of plans as its page declares it."""

from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.identity import queries as people
from tomoshibi.masters import queries as masters
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
DRAFTS = {
    "open": State(pgettext_lazy("draft", "being written"), Tone.RUNNING, "pencil"),
    "proposed": State(pgettext_lazy("draft", "proposed"), Tone.GOOD, "send"),
    "abandoned": State(pgettext_lazy("draft", "given up"), Tone.QUIET, "archive"),
}


def drafts_list() -> lists.ListQuery:
    rows = [
        {
            "id": draft.id,
            "code": draft.plan_code,
            "state": draft.state,
            "changed_at": draft.changed_at,
            "changed_by": people.name_of(user_id=draft.changed_by_id),
            "started_at": draft.started_at,
        }
        for draft in queries.drafts()
    ]
    return lists.ListQuery(
        name="tariffs.drafts",
        rows=rows,
        columns=(
            lists.Code("code", _("Plan")),
            lists.StateOf("state", _("State"), states=DRAFTS),
            lists.Moment("changed_at", _("Changed")),
            lists.Text("changed_by", _("By")),
            lists.Moment("started_at", _("Begun")),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("code", "changed_by")),
            lists.Choice("state", _("State"), choices=[(code, one.word) for code, one in DRAFTS.items()], facet=True),
        ),
        order=("-changed_at",),
    )


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
    areas = masters.every_area()
    return str(areas[code].name) if code in areas else str(_("every area"))
