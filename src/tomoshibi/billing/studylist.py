"""How studies are shown: the list, a scenario in words, the tables of an answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from tomoshibi.billing import queries, studysums, values
from tomoshibi.billing.scenario import Scenario
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import E10, MICRO
from tomoshibi.masters import queries as masters
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import figures, lists
from tomoshibi.ui.states import State, Tone

STATES = {
    "running": State(pgettext_lazy("study", "being priced"), Tone.RUNNING, "calculator"),
    "done": State(pgettext_lazy("study", "answered"), Tone.GOOD, "circle-check"),
    "cancelled": State(pgettext_lazy("study", "stopped"), Tone.QUIET, "circle-x"),
}
GROUPS: Mapping[str, Any] = {
    "basic": gettext_lazy("Basic charge"),
    "energy": gettext_lazy("Energy charge"),
    "fuel": gettext_lazy("Fuel adjustment"),
    "levy": gettext_lazy("Renewable levy"),
    "subsidy": gettext_lazy("Government discount"),
    "discount": gettext_lazy("Discounts and surcharges"),
    "monthly": gettext_lazy("Monthly amounts"),
    studysums.ROUNDING: gettext_lazy("Rounding of totals"),
}
_PPM_PER_PERCENT = 10_000


def studies_list() -> lists.ListQuery:
    rows = [
        {
            "id": row.id,
            "title": row.title,
            "state": row.state,
            "months": len(row.months),
            "contract_count": row.contract_count,
            "change_minor": _change(row.result),
            "created_at": row.created_at,
            "created_by": people.name_of(user_id=row.created_by_id),
        }
        for row in queries.study_rows()[:500]
    ]
    return lists.ListQuery(
        name="billing.studies",
        rows=rows,
        columns=(
            lists.Text("title", gettext_lazy("What is asked")),
            lists.StateOf("state", gettext_lazy("State"), states=STATES),
            lists.Number("contract_count", gettext_lazy("Contracts")),
            lists.Number("months", pgettext_lazy("study", "Reading months")),
            lists.Money("change_minor", gettext_lazy("Change")),
            lists.Moment("created_at", pgettext_lazy("study", "Asked")),
            lists.Text("created_by", gettext_lazy("By")),
        ),
        filters=(
            lists.Search("q", gettext_lazy("Search"), among=("title", "created_by")),
            lists.Choice("state", gettext_lazy("State"), choices=[(c, s.word) for c, s in STATES.items()], facet=True),
        ),
        order=("-created_at",),
    )


def _change(result: Mapping[str, Any] | None) -> int | None:
    return result["totals"]["after_minor"] - result["totals"]["before_minor"] if result else None


def plan_names(study: values.Study) -> dict[str, str]:
    """Names of plans in the user's language; those of a study's own documents, too, which nobody has published yet."""
    language = get_language() or "ja"
    own = {one["plan"]: one["name"] for one in Scenario.from_json(study.scenario).documents}
    told = {code: name if isinstance(name, str) else name.get(language[:2]) or name["ja"] for code, name in own.items()}
    return told | tariffs.plan_names(language=language, with_area=True)


def _document_words(named: str) -> str:
    """``draft:3`` as people say it."""
    kind, _colon, number = named.partition(":")
    words = {"draft": _("draft %(number)s"), "proposal": _("proposal %(number)s")}
    return words[kind] % {"number": number} if kind in words else named


def in_words(study: values.Study, *, plans: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a study changes, as label and value."""
    one = Scenario.from_json(study.scenario)
    said: list[tuple[str, str]] = []
    per_kwh = _("yen/kWh")
    for document, named in zip(one.documents, one.documents_named or ("",) * len(one.documents), strict=False):
        plan = plans.get(document["plan"], document["plan"])
        when = _("from its first day on") if one.from_their_day else _("as if it held in all these months")
        said.append((_("Version"), f"{plan} {document['versions'][0]['from']} ({_document_words(named)}), {when}"))
    said += [(_("Moved"), f"{plans.get(a, a)} → {plans.get(b, b)}") for a, b in one.moves.items()]
    if one.price_change_ppm:
        whose = plans.get(one.price_plan, one.price_plan) or _("all plans")
        said.append((_("Prices"), f"{_signed(one.price_change_ppm, _PPM_PER_PERCENT)} % ({whose})"))
    if one.tax_rate_ppm is not None:
        how = _("prices follow") if one.carry_tax_over else _("prices stay as they are")
        said.append((_("Consumption tax"), f"{figures.decimal(one.tax_rate_ppm, scale=_PPM_PER_PERCENT)} %, {how}"))
    if one.levy_micro is not None:
        said.append((_("Renewable levy"), f"{figures.decimal(one.levy_micro, scale=MICRO)} {per_kwh}"))
    if one.fuel_shift_micro:
        said.append((_("Fuel adjustment"), f"{_signed(one.fuel_shift_micro, MICRO)} {per_kwh}"))
    if one.fuel_base_price_yen is not None:
        said.append((_("Base fuel price"), f"{one.fuel_base_price_yen:,} " + _("yen/kl")))
    if one.spot_year is not None:
        said.append((_("Spot prices of the year"), str(one.spot_year)))
    if one.fuel_base_unit_micro is not None:
        said.append((_("Base unit per 1,000 yen"), figures.decimal(one.fuel_base_unit_micro, scale=MICRO)))
    return said or [(_("Change"), _("nothing: the book as it is"))]


def _signed(value: int, scale: int) -> str:
    return f"{'+' if value > 0 else ''}{figures.decimal(value, scale=scale)}"


def selection_words(study: values.Study, *, plans: Mapping[str, str]) -> str:
    area, plan = study.selection.get("area", ""), study.selection.get("plan_code", "")
    areas = masters.every_area()
    said = [str(areas[area].name) if area in areas else "", plans.get(plan, plan)]
    return " · ".join(filter(None, said)) or _("the whole book")


def percent(change: int, before: int) -> str:
    """A change in per cent of what was, with two decimals, half-up; empty where there was nothing."""
    if not before:
        return ""
    hundredths = (abs(change) * 20_000 // abs(before) + 1) // 2
    sign = figures.MINUS if change < 0 and hundredths else "+" if hundredths else "±"
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d} %"


def _row(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    change = row["after_minor"] - row["before_minor"]
    return {
        "name": name,
        "bills": row["bills"],
        "before": row["before_minor"],
        "after": row["after_minor"],
        "change": change,
        "percent": percent(change, row["before_minor"]),
    }


def tables(result: Mapping[str, Any], *, plans: Mapping[str, str]) -> list[dict[str, Any]]:
    """Totals by plan, area and month."""

    def plan(row: Mapping[str, Any]) -> str:
        before, after = row["plan_before"], row["plan_after"]
        name = plans.get(before, before)
        return name if before == after else f"{name} → {plans.get(after, after)}"

    by_month = [_row(str(Month.from_number(row["month"])), row) for row in result["by_month"]]
    areas = masters.every_area()
    by_area = [
        _row(str(areas[row["area"]].name) if row["area"] in areas else row["area"], row) for row in result["by_area"]
    ]
    total = _row(_("Total"), result["totals"])
    return [
        {"title": title, "what": what, "rows": rows, "total": total}
        for title, what, rows in (
            (_("By plan"), _("Plan"), [_row(plan(row), row) for row in result["by_plan"]]),
            (_("By area"), _("Area"), by_area),
            (_("By month"), _("Reading month"), by_month),
        )
    ]


def table_head(table: Mapping[str, Any]) -> list[str]:
    return [table["what"], _("Bills"), _("Before"), _("After"), _("Change")]


def components(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Exact sums per kind of component, in yen with two decimals; the last row is their total."""
    return [
        {
            "name": name,
            "before": _yen(before),
            "after": _yen(after),
            "change": _yen(after - before),
            "falls": after < before,
        }
        for name, before, after in component_sums(result)
    ]


def component_sums(result: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Kinds of components in the order of a bill, and their total: name, sum before and after [1e-10 currency]."""
    order = list(GROUPS)
    rows = sorted(
        result["by_component"], key=lambda row: order.index(row["group"]) if row["group"] in order else len(order)
    )
    sums = [
        (str(GROUPS.get(row["group"], row["group"])), int(row["before_e10"]), int(row["after_e10"])) for row in rows
    ]
    return [*sums, (_("Total"), sum(one[1] for one in sums), sum(one[2] for one in sums))]


def _yen(amount_e10: int) -> str:
    """With two decimals, cut off towards zero; the exact sums are in the study."""
    whole, rest = divmod(abs(amount_e10), E10)
    return f"{figures.MINUS if amount_e10 < 0 else ''}{whole:,}.{rest * 100 // E10:02d}"


def refused(result: Mapping[str, Any], *, plans: Mapping[str, str]) -> list[tuple[str, int]]:
    """Why bills could not be priced, and how many: a missing value by name, area and plan, and what is only so afterwards."""
    said = []
    names = dict(plans) | tariffs.plan_names(language=get_language() or "ja")
    areas = masters.every_area()
    for name, number in sorted(result["refused"].items()):
        code, detail, area, plan, after = studysums.reason_of(name)
        sentence = tariffs.refusal_sentence(code, detail)
        whose = " · ".join(filter(None, [str(areas[area].name) if area in areas else area, names.get(plan, plan)]))
        sentence = f"{sentence} ({whose})" if whose else sentence
        said.append((_("after the change: %(sentence)s") % {"sentence": sentence} if after else sentence, number))
    return said


def bar_words(bar: Mapping[str, Any]) -> str:
    start, end = bar["start"], bar["end"]
    if start == end == 0:
        return pgettext("histogram", "none")
    if start is None:
        return f"≤ {end:,}"
    return f"≥ {start:,}" if end is None else f"{start:,} – {end:,}"


def customer_head() -> list[str]:
    return [_("Customer number"), _("Customer"), _("Bills"), "kWh", _("Before"), _("After"), _("Change")]


def asked_by_master(master: str, row: Mapping[str, Any]) -> dict[str, str]:
    """The study form's fields for the new row of a master; nothing for masters that price nothing."""
    wanted: Mapping[str, Sequence[tuple[str, str]]] = {
        "tax_rates": (("tax_rate", "rate_percent"),),
        "levy": (("levy", "price_yen_per_kwh"),),
        "fuel_parameters": (
            ("fuel_base_price", "base_price_yen"),
            ("fuel_base_unit", "base_unit_yen"),
            ("area", "area"),
        ),
    }
    found = {field: str(row.get(column) or "") for field, column in wanted.get(master, ()) if row.get(column)}
    titles = {"tax_rates": _("Consumption tax"), "levy": _("Renewable levy"), "fuel_parameters": _("Fuel adjustment")}
    return {"title": f"{titles[master]} {next(iter(found.values()))}", **found} if found else {}
