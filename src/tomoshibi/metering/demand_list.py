"""The list of demands, and their history in words and as a picture."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tomoshibi.kernel.units import MILLI, plain
from tomoshibi.masters import queries as masters
from tomoshibi.metering import queries
from tomoshibi.metering.values import DemandMonth, DemandSource
from tomoshibi.ui import figures, lists
from tomoshibi.ui.charts import Chart, Series, over_categories
from tomoshibi.ui.states import State, Tone

SOURCES = {
    DemandSource.EXPECTED: State(gettext_lazy("demand expected"), Tone.ATTENTION, "hourglass"),
    DemandSource.GRID: State(gettext_lazy("from the grid company"), Tone.GOOD, "circle-check"),
    DemandSource.FILE: State(gettext_lazy("from a CSV"), Tone.GOOD, "file-check"),
    DemandSource.AGREED: State(gettext_lazy("agreed demand"), Tone.QUIET, "signature"),
}
MONTHS_SHOWN = 24


def demands_list() -> lists.ListQuery:
    """Every month of a contract on actual demand, latest first."""
    return lists.ListQuery(
        name="metering.demands",
        rows=queries.demands(),
        columns=(
            lists.Code("contract_number", gettext_lazy("Contract")),
            lists.MonthOf("month", gettext_lazy("Reading month")),
            lists.StateOf("source", gettext_lazy("State"), states=SOURCES),
            lists.Capacity("max_demand_milli", gettext_lazy("Maximum demand"), of="kW"),
            lists.Number("power_factor_percent", gettext_lazy("Power factor"), of="%"),
            lists.Code("spin", gettext_lazy("Supply point")),
            lists.Code(
                "area", gettext_lazy("Area"), explain={code: area.name for code, area in masters.every_area().items()}
            ),
            lists.Capacity("agreed_contract_milli", gettext_lazy("Agreed contract demand"), of="kW", shown=False),
            lists.Day("period_start", gettext_lazy("First day of use"), shown=False),
            lists.Day("period_end", gettext_lazy("Day after the last day of use"), shown=False),
            lists.Moment("recorded_at", gettext_lazy("Recorded"), shown=False),
        ),
        filters=(
            lists.Search("q", gettext_lazy("Search"), among=("contract_number", "spin")),
            lists.Choice(
                "source", gettext_lazy("State"), choices=[(s.value, v.word) for s, v in SOURCES.items()], facet=True
            ),
            lists.MonthIs("month", gettext_lazy("Reading month")),
        ),
        order=("-month", "contract_number", "part"),
    )


def kw(milli: int | None) -> str:
    return "" if milli is None else f"{plain(milli, scale=MILLI)} kW"


def reason(one: DemandMonth) -> str:
    """``65 kW: maximum of May``."""
    if one.contract_milli is None:
        return _("unknown: the demand of this month is missing")
    if one.by_month is None:
        words = _("%(kw)s: agreed") % {"kw": kw(one.contract_milli)}
        higher = _("the demand was higher")
        return f"{words}; {higher}" if one.exceeded else words
    month = figures.month(one.by_month)
    if one.exceeded:
        return _("%(kw)s: demand of %(month)s above what was agreed") % {"kw": kw(one.contract_milli), "month": month}
    words = _("%(kw)s: maximum of %(month)s") % {"kw": kw(one.contract_milli), "month": month}
    to_agree = _("500 kW or more: to be agreed")
    return f"{words}; {to_agree}" if one.to_agree else words


def chart(history: Sequence[DemandMonth]) -> Chart:
    """Bars of each month's demand under the line of the contract demand."""
    months = list(history[:MONTHS_SHOWN])[::-1]

    def series(name: str, found: Sequence[int | None], kind: str) -> Series:
        points = [None if value is None else value / MILLI for value in found]
        return Series(name, points, [kw(value) for value in found], kind=kind)

    return over_categories(
        chart_id="demand",
        title=_("Demand and contract demand"),
        axis=_("Reading month"),
        categories=[figures.month(one.month) for one in months],
        series=[
            series(_("maximum demand"), [one.max_demand_milli for one in months], "bar"),
            series(_("contract demand"), [one.contract_milli for one in months], "line"),
        ],
        unit="kW",
    )
