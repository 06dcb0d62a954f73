"""The energy of groups as a list, and what its problems are called."""

import io
from typing import Any

import polars as pl
import xlsxwriter
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tomoshibi.billing import queries
from tomoshibi.billing.values import GroupProblem
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.ui import lists
from tomoshibi.ui.currency import current
from tomoshibi.ui.states import State, Tone

PROBLEMS = {
    queries.WORKED_OUT: State(_("worked out"), Tone.GOOD, "circle-check"),
    GroupProblem.NO_METER.value: State(_("no meter"), Tone.BAD, "gauge", _("No meter was read for the group.")),
    GroupProblem.READ_MISSING.value: State(
        _("read missing"), Tone.BAD, "calendar-question", _("From this day on no register is known.")
    ),
    GroupProblem.REGISTER_FELL.value: State(
        _("register fell"), Tone.BAD, "arrow-down", _("The register shows less than before, and did not roll over.")
    ),
    GroupProblem.NO_POINTS.value: State(_("no points"), Tone.BAD, "point-off", _("No point was active.")),
}


def energies_list(*, month: Month) -> lists.ListQuery:
    return lists.ListQuery(
        name="billing.groups",
        rows=queries.month_rows(month=month),
        columns=(
            lists.Code(
                "group_number", _("Group number"), link=lambda row: reverse("billing:group_energy", args=[row["id"]])
            ),
            lists.Day("period_start", _("From")),
            lists.Energy("meter_dwh", _("Reference meter"), of="kWh", decimals=2),
            lists.Number("point_days", _("Days of points")),
            lists.Energy("energy_dwh", _("Group energy"), of="kWh", decimals=2, total=True),
            lists.Number("spread_days", _("Days spread")),
            lists.StateOf("state", _("State"), states=PROBLEMS),
            lists.Day("problem_on", _("Since"), shown=False),
            lists.Moment("calculated_at", _("Worked out at"), shown=False),
        ),
        filters=(
            lists.Search("q", _("Group number"), among=("group_number",)),
            lists.Choice(
                "state",
                _("State"),
                choices=[(key, state.word) for key, state in PROBLEMS.items()],
                facet=True,
            ),
        ),
        order=("group_number",),
        also=("id",),
    )


SHARE_HEADS = ("序号", "户号", "点位名称", "地址", "起", "止", "天数", "电量(kWh)", "金额(元)")
COMBINED_HEADS = (
    "序号",
    "账单编号",
    "群组编号",
    "基准户号",
    "用电地址",
    "用电点数",
    "电量(kWh)",
    "增值税(元)",
    "价税合计(元)",
)


def shares_xlsx(shares: pl.DataFrame, *, above: dict[str, str]) -> bytes:
    """
    A bill's points with days and shares, and their sums below, which are the bill's.

    :param shares: columns of ``queries.shares_of_bill``
    """
    rows = [
        (
            n, row["account_number"], row["name"], row["address"], row["from_day"].isoformat(), row["last_day"].isoformat(),
            row["days"], row["energy_dwh"] / DWH_PER_KWH, row["amount_minor"] / current().scale,
        )
        for n, row in enumerate(shares.iter_rows(named=True), start=1)
    ]  # fmt: skip
    sums = (
        "", "合计", "", "", "", "", int(shares["days"].sum()), int(shares["energy_dwh"].sum()) / DWH_PER_KWH,
        int(shares["amount_minor"].sum()) / current().scale,
    )  # fmt: skip
    return _sheet("点位分摊清单", above, SHARE_HEADS, [*rows, sums], {7: "#,##0.0000", 8: "#,##0.00"})


def combined_xlsx(bills: pl.DataFrame, *, above: dict[str, str], number: Any) -> bytes:
    """
    All bills of a customer's groups for a month, and their sums.

    :param bills: columns of ``queries.combined_bills``
    :param number: how an invoice number is written
    """
    rows = [
        (
            n, number(row["number"]), row["group_number"], row["benchmark_number"], row["address"], row["points"],
            row["energy_dwh"] / DWH_PER_KWH, row["tax_minor"] / current().scale, row["total_minor"] / current().scale,
        )
        for n, row in enumerate(bills.iter_rows(named=True), start=1)
    ]  # fmt: skip
    sums = (
        "", "合计", "", "", "", int(bills["points"].sum()), int(bills["energy_dwh"].sum()) / DWH_PER_KWH,
        int(bills["tax_minor"].sum()) / current().scale, int(bills["total_minor"].sum()) / current().scale,
    )  # fmt: skip
    return _sheet("电费汇总单", above, COMBINED_HEADS, [*rows, sums], {6: "#,##0.0000", 7: "#,##0.00", 8: "#,##0.00"})


def _sheet(
    title: str, above: dict[str, str], heads: tuple[str, ...], rows: list[tuple[Any, ...]], formats: dict[int, str]
) -> bytes:
    stored = io.BytesIO()
    with xlsxwriter.Workbook(stored, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(title), book.add_format({"bold": True})
        shown = {column: book.add_format({"num_format": text}) for column, text in formats.items()}
        sheet.write(0, 0, title, bold)
        for at, (name, value) in enumerate(above.items(), start=1):
            sheet.write(at, 0, name)
            sheet.write(at, 2, value)
        head = len(above) + 2
        sheet.write_row(head, 0, heads, bold)
        for at, row in enumerate(rows, start=head + 1):
            for column, value in enumerate(row):
                sheet.write(at, column, value, shown.get(column))
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, 1, 16)
        sheet.set_column(2, 4, 28)
        sheet.set_column(5, 8, 14)
        sheet.freeze_panes(head + 1, 0)
    return stored.getvalue()
