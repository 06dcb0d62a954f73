"""How runs, bills and findings are shown as lists."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tomoshibi.billing import checks, derivation, numbering, queries, values
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.units import DWH_PER_KWH, E10_PER_MICRO
from tomoshibi.masters import queries as masters
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.ui import figures, lists
from tomoshibi.ui.states import State, Tone

RUN_STATES = {
    "drafted": State(_("drafted"), Tone.RUNNING, "pencil", _("Bills are being rated.")),
    "rated": State(_("rated"), Tone.RUNNING, "calculator"),
    "checked": State(_("to examine"), Tone.ATTENTION, "eye", _("The checks ran; a clerk decides what they found.")),
    "examined": State(_("to confirm"), Tone.ATTENTION, "user-check", _("A second person confirms counts and totals.")),
    "confirmed": State(_("to issue"), Tone.ATTENTION, "send", _("Numbers and ledger entries come with the issue.")),
    "issued": State(_("issued"), Tone.GOOD, "circle-check"),
    "cancelled": State(_("cancelled"), Tone.QUIET, "circle-x"),
}
RUN_KINDS = {
    "regular": State(_("regular"), Tone.QUIET, "file-invoice"),
    "correction": State(_("correction"), Tone.ATTENTION, "file-diff"),
    "charges": State(_("charges only"), Tone.QUIET, "receipt"),
}
SEVERITIES = {
    "blocking": State(_("blocking"), Tone.BAD, "hand-stop", _("The bill waits until somebody decides.")),
    "aside": State(_("set aside"), Tone.ATTENTION, "file-off", _("There is no bill: it cannot be made.")),
    "warning": State(_("warning"), Tone.QUIET, "alert-triangle", _("The bill goes on; somebody should look.")),
}
CHANGED = {
    values.Changed.READING: _("Revised values"),
    values.Changed.MASTER: _("Changed published values"),
    values.Changed.PRICE: _("New prices"),
    values.Changed.TERMS: _("Contract changed backwards"),
    values.Changed.SPOT: _("Revised spot prices"),
}
"""Why a bill would come out differently now."""
DECISIONS = {
    "open": State(_("open"), Tone.ATTENTION, "circle"),
    "release": State(_("released"), Tone.GOOD, "circle-check"),
    "hold": State(_("held"), Tone.ATTENTION, "hand-stop"),
    "correct": State(_("corrected"), Tone.GOOD, "pencil"),
    "ask": State(_("asked the grid company"), Tone.RUNNING, "help-circle"),
}
BILL_KINDS = {
    "bill": State(_("bill"), Tone.QUIET, "file-invoice"),
    "correction": State(_("further bill"), Tone.ATTENTION, "file-plus"),
    "return": State(_("return invoice"), Tone.ATTENTION, "file-minus"),
    "charges": State(_("charges only"), Tone.QUIET, "receipt"),
}

SPLITS = {
    "whole": State(_("the confirmed value"), Tone.QUIET, "gauge"),
    "measured": State(_("half-hours"), Tone.GOOD, "chart-bar", _("The half-hours of its days.")),
    "registers": State(
        _("meter registers"), Tone.GOOD, "gauge", _("The reference meter's registers of its days, times the points.")
    ),
    "days": State(_("by days"), Tone.ATTENTION, "calendar", _("The plan says so, or half-hours are missing.")),
    "hand": State(_("entered by hand"), Tone.ATTENTION, "pencil"),
}
SPLITS_OF_AGREED = SPLITS | {"whole": State(_("agreed quantity"), Tone.ATTENTION, "signature")}
"""Of a bill whose quantity the grid company did not measure but agree to."""
REPLAY_WORDS = {
    "energy": _("Used"),
    "rerated": _("By the plan"),
    "total": _("Total"),
    "tax": _("Tax in it"),
    "levy": _("Levy in it"),
    "reading": _("Confirmed value"),
    "plan": _("Plan version"),
    "published": _("Published values"),
}
_FACTS = {
    "energy_dwh": _("Used"),
    "revision": _("Revision"),
    "recorded_at": _("Recorded"),
    "valid_from": _("Valid from"),
    "sha256": _("Hash"),
    "levy_micro": _("Renewable levy"),
    "fuel_micro": _("Fuel adjustment"),
    "fuel_block_micro": _("Fuel adjustment of the first block"),
    "government_discount_micro": _("Government discount"),
    "capacity_contribution_micro": _("Capacity contribution"),
}


def fact_name(name: str) -> Any:
    """The word for a fact that a bill was priced from; the name itself for a plan's own published amounts."""
    return _FACTS.get(name, name.removesuffix("_micro").replace("_", " "))


def fact_value(name: str, value: Any) -> str:
    """A fact in the unit that people read."""
    if name.endswith("_micro"):
        return derivation.decimals(int(value) * E10_PER_MICRO, at_least=2)
    if name.endswith("_dwh"):
        return f"{derivation.grouped(int(value), scale=DWH_PER_KWH)} kWh"
    if name == "sha256":
        return str(value)[:12]
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if hasattr(value, "hour") else str(value)


def replay_value(what: str, number: int | None) -> str:
    """A total of a bill that is priced again: energy, or money as it is written."""
    if number is None:
        return "–"
    return fact_value("energy_dwh", number) if what == "energy" else figures.money(number)


def selection_words(selection: values.Selection) -> str:
    """What a run took, in words."""
    parts = []
    if selection.area:
        area = masters.every_area().get(selection.area)
        parts.append(f"{selection.area} {area.name if area else ''}")
    if selection.base_days:
        parts.append(str(_("reading days")) + " " + ", ".join(selection.base_days))
    if selection.contract_ids:
        parts.append(str(_("%(count)s contracts") % {"count": len(selection.contract_ids)}))
    return " / ".join(parts) or str(_("everything"))


def runs_list() -> lists.ListQuery:
    rows = [
        {
            "id": run.id,
            "month": run.month,
            "kind": run.kind.value,
            "selection": selection_words(run.selection),
            "state": run.state.value,
            "bill_count": run.bill_count,
            "aside_count": run.aside_count,
            "held_count": run.held_count,
            "energy_dwh": run.energy_dwh,
            "total_minor": run.total_minor,
            "created_at": run.created_at,
            "issued_at": run.issued_at,
        }
        for run in queries.runs(limit=500)
    ]
    return lists.ListQuery(
        name="billing.runs",
        rows=rows,
        columns=(
            lists.Number("id", _("Run")),
            lists.MonthOf("month", _("Reading month")),
            lists.StateOf("kind", _("Kind"), states=RUN_KINDS),
            lists.Text("selection", _("Selection")),
            lists.StateOf("state", _("State"), states=RUN_STATES),
            lists.Number("bill_count", _("Bills"), total=True),
            lists.Number("aside_count", _("Set aside"), total=True),
            lists.Number("held_count", _("Held"), total=True),
            lists.Energy("energy_dwh", _("Used"), total=True, shown=False),
            lists.Money("total_minor", _("Total"), total=True),
            lists.Moment("created_at", _("Made")),
            lists.Moment("issued_at", _("Issued")),
        ),
        filters=(
            lists.Choice("state", _("State"), choices=[(k, s.word) for k, s in RUN_STATES.items()], facet=True),
            lists.Choice("kind", _("Kind"), choices=[(k, s.word) for k, s in RUN_KINDS.items()]),
        ),
        order=("-id",),
    )


def _explain(code: str) -> str:
    return checks.check_of(code).name[checks.language_of(get_language() or "ja")]


def exceptions_list(run_id: int | None = None) -> lists.ListQuery:
    """Findings of one run, or of all runs that are being examined."""
    language = get_language() or "ja"
    wanted = [run_id] if run_id is not None else [run.id for run in queries.runs(open_only=True)]
    rows: list[dict[str, Any]] = []
    for number in wanted:
        found = queries.exceptions(run_id=number, language=language, limit=5000)
        rows += [row | {"run_id": number} for row in queries.with_people(found, run_id=number)]
    for row in rows:
        row["state"] = row["decision"] or "open"
        row["key"] = f"{row['run_id']}-{row['contract_id']}-{row['code']}"
    codes = sorted({row["code"] for row in rows})
    return lists.ListQuery(
        name="billing.exceptions",
        rows=rows,
        row_id="key",
        also=("run_id", "contract_id", "severity"),
        columns=(
            lists.StateOf("severity", _("Severity"), states=SEVERITIES),
            lists.Code("code", _("Check"), explain=_explain),
            lists.Text("customer", _("Customer"), link=_exception_link),
            lists.Code("contract_number", _("Contract")),
            lists.Energy("energy_dwh", _("Used")),
            lists.Money("total_minor", _("Amount"), total=True),
            lists.Text("reason", _("Why")),
            lists.StateOf("state", _("Decision"), states=DECISIONS),
            lists.Number("run_id", _("Run"), shown=run_id is None),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("customer", "contract_number", "reason")),
            lists.Choice("severity", _("Severity"), choices=[(k, s.word) for k, s in SEVERITIES.items()], facet=True),
            lists.Choice("state", _("Decision"), choices=[(k, s.word) for k, s in DECISIONS.items()], facet=True),
            lists.Choice("code", _("Check"), choices=[(code, f"{code} {_explain(code)}") for code in codes]),
            lists.MoneyRange("total_minor", _("Amount")),
        ),
    )


def _exception_link(row: Any) -> str:
    """A name leads to what is to be decided; the customer's page is one step further."""
    return reverse("billing:exception", args=[f"{row['run_id']}-{row['contract_id']}"])


def _customer_link(row: Any) -> str | None:
    return reverse("console:customer", args=[row["customer_id"]]) if row["customer_id"] else None


def _number_text(row: Any) -> str:
    return numbering.text(row["number"])


def bills_list(*, run_id: int | None = None, differences: bool = False) -> lists.ListQuery:
    """
    Bills of a run, or all of them.

    :param differences: of a correction run: each stands beside what was billed
    """
    plans = tariffs.plan_names(language=get_language() or "ja")
    return lists.ListQuery(
        name="billing.bills",
        rows=queries.bill_rows(run_id=run_id),
        also=("run_id",),
        columns=(
            lists.Code("number", _("Number"), show=_number_text, also=("number",)),
            lists.Text("customer_name", _("Customer"), also=("customer_id",), link=_customer_link),
            lists.MonthOf("month", _("Reading month")),
            lists.StateOf("kind", _("Kind"), states=BILL_KINDS),
            lists.Text(
                "plan_code",
                _("Plan"),
                show=lambda row: plans.get(row["plan_code"], row["plan_code"]),
                also=("plan_code",),
            ),
            lists.Day("period_start", _("From")),
            lists.Day("last_day", _("To")),
            lists.Energy("energy_dwh", _("Used"), total=True),
            lists.Money("before_minor", _("Billed before"), shown=differences, total=differences),
            lists.Money("rerated_minor", _("By today's facts"), shown=differences, total=differences),
            lists.Money("total_minor", _("Difference") if differences else _("Amount"), total=True),
            lists.Money("tax_minor", _("Tax in it"), total=True, shown=False),
            lists.Flag("agreed", _("Agreed quantity"), shown=False),
            lists.Day("issued_on", _("Issued")),
            lists.Day("due_on", _("Due"), weekday=True),
            lists.StateOf("run_state", _("Run"), states=RUN_STATES),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("customer_name", "customer_kana", "number")),
            lists.Choice("kind", _("Kind"), choices=[(k, s.word) for k, s in BILL_KINDS.items()], facet=True),
            lists.MoneyRange("amount", _("Amount"), path="total_minor"),
            lists.DayRange("issued_on", _("Issued")),
        ),
        order=("-id",),
    )


def members_list(invoice: queries.CollectiveInvoice) -> lists.ListQuery:
    """The bills of a collective invoice, in the order of its pages, with their places."""
    bills = invoice.members
    numbers = dict(contracts.numbers_frame(contract_ids=[bill.contract_id for bill in bills]).iter_rows())
    points = supply.points_frame(supply_point_ids=[bill.supply_point_id for bill in bills])
    places = {row["supply_point_id"]: row for row in points.iter_rows(named=True)}
    plans = tariffs.plan_names(language=get_language() or "ja")
    rows = [
        {
            "id": bill.id,
            "no": no,
            "contract_number": numbers[bill.contract_id],
            "spin": places[bill.supply_point_id]["spin"],
            "place": f"{places[bill.supply_point_id]['address']} {places[bill.supply_point_id]['building']}".strip(),
            "plan": plans.get(bill.plan_code, bill.plan_code),
            "period_start": bill.period_start,
            "last_day": bill.last_day,
            "energy_dwh": bill.energy_dwh,
            "total_minor": bill.total_minor,
            "tax_minor": bill.tax_minor + bill.tax_shift_minor,
            "levy_minor": bill.levy_minor,
        }
        for no, bill in enumerate(bills, start=1)
    ]
    return lists.ListQuery(
        name="billing.members",
        rows=rows,
        columns=(
            lists.Number("no", _("No.")),
            lists.Code("contract_number", _("Contract")),
            lists.Code("spin", _("Supply point"), shown=False),
            lists.Text("place", _("Place of use")),
            lists.Text("plan", _("Plan"), shown=False),
            lists.Day("period_start", _("From")),
            lists.Day("last_day", _("To")),
            lists.Energy("energy_dwh", _("Used"), total=True),
            lists.Money("total_minor", _("Amount"), total=True),
            lists.Money("tax_minor", _("Tax in it"), total=True),
            lists.Money("levy_minor", _("Levy in it"), total=True, shown=False),
        ),
        filters=(lists.Search("q", _("Search"), among=("contract_number", "place", "spin")),),
        order=("no",),
    )
