"""What Chinese bills, their annexes and combined statements are made from."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from tomoshibi.billing import numbering
from tomoshibi.billing.queries import groups as group_queries
from tomoshibi.billing.queries.bills import lines_of
from tomoshibi.billing.queries.statements import originals, statement_bills
from tomoshibi.billing.statements import china
from tomoshibi.groups import queries as groups
from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs

COMBINED: Schema = {
    "bill_id": pl.Int64, "number": pl.Int64, "kind": pl.String, "group_id": pl.Int64, "group_number": pl.String,
    "benchmark_number": pl.String, "address": pl.String, "points": pl.Int64, "energy_dwh": pl.Int64,
    "tax_minor": pl.Int64, "total_minor": pl.Int64, "issued_on": pl.Date, "due_on": pl.Date,
}  # fmt: skip


def chinese_bills(*, bill_ids: Sequence[int], today: date, reissued: bool = False) -> list[dict[str, Any]]:
    """The data of bills in the Chinese form, in their order."""
    bills = statement_bills(bill_ids=bill_ids)
    lines = lines_of(bill_ids=bill_ids, language="zh")
    accounts = _by(parties.billing_accounts_frame(account_ids=bills["account_id"].unique(), on=today), "account_id")
    points = _by(supply.points_frame(supply_point_ids=bills["supply_point_id"].unique()), "supply_point_id")
    versions = {number: tariffs.version(version_id=number) for number in bills["plan_version_id"].unique()}
    corrected = originals(bills)
    found = []
    for one in bills.iter_rows(named=True):
        version = versions[one["plan_version_id"]]
        energy = group_queries.group_energy_of_bill(bill_id=one["id"])
        facts = china.Facts(
            bill=one,
            lines=lines[one["id"]],
            account=accounts[one["account_id"]],
            point=points[one["supply_point_id"]],
            plan_name=version.name_in("zh") if version else one["plan_code"],
            original_number=corrected.get(one["corrects_bill_id"]),
            reissued=reissued,
            **_of_group(energy),
        )
        found.append(china.bill(facts))
    return found


def _by(frame: pl.DataFrame, key: str) -> dict[int, dict[str, Any]]:
    return {row[key]: row for row in frame.iter_rows(named=True)}


def _of_group(energy: group_queries.GroupEnergy | None) -> dict[str, Any]:
    group = groups.group(group_id=energy.group_id) if energy else None
    if energy is None or group is None:
        return {"group": {}}
    return {
        "group": {
            "number": group.number, "benchmark_number": group.benchmark_number, "address": group.address, "unit": group.unit,
        },
        "meters": _meters(energy),
        "parts": [china.PartRow(part.first, part.last, part.points, part.meter_dwh) for part in energy.parts],
        "counts_benchmark": energy.counts_benchmark,
        "points": max(energy.day_points, default=0),
    }  # fmt: skip


def _meters(energy: group_queries.GroupEnergy) -> list[china.MeterRow]:
    found = []
    for meter in reversed(groups.meters_of(group_id=energy.group_id)):
        first = max(meter.start, energy.period_start) - timedelta(days=1)
        last = min(meter.end or energy.period_end, energy.period_end) - timedelta(days=1)
        if last < first:
            continue
        ends = [metering.register_at(meter_number=meter.number, day=day) for day in (first, last)]
        shown = [end["forward_dwh"] if end else None for end in ends]
        found.append(china.MeterRow(meter.number, meter.physical_ratio, *shown))
    return found


def combined_bills(*, customer_id: int, month: Month) -> pl.DataFrame:
    """
    All issued bills of a customer's groups for a month: what the combined statement lists.

    :returns: columns of ``COMBINED``, by benchmark number; ``points`` on the last day of the period
    """
    return bulk.read_frame(
        """
        SELECT b.id, i.number, b.kind, g.id, g.number, g.benchmark_number, g.address,
               m.day_points[array_length(m.day_points, 1)], b.energy_dwh, b.tax_minor, b.total_minor, i.issued_on, i.due_on
        FROM billing_bill b
        JOIN billing_invoice i ON i.bill_id = b.id
        JOIN groups_groupsupply s ON s.supply_point_id = b.supply_point_id
        JOIN groups_group g ON g.id = s.group_id
        LEFT JOIN LATERAL (SELECT day_points FROM billing_groupmonth m WHERE m.reading_id = b.reading_id
                           ORDER BY m.id DESC LIMIT 1) m ON TRUE
        WHERE b.customer_id = %(customer)s AND b.month = %(month)s ORDER BY g.benchmark_number, i.number
        """,
        COMBINED,
        {"customer": customer_id, "month": month.number},
    )


def months_of_customer(*, customer_id: int) -> list[dict[str, Any]]:
    """What a customer's groups were billed per month, newest first: ``month, bills, energy_dwh, total_minor``."""
    frame = bulk.read_frame(
        """
        SELECT b.month, count(*), sum(b.energy_dwh), sum(b.total_minor)
        FROM billing_bill b JOIN billing_invoice i ON i.bill_id = b.id
        WHERE b.customer_id = %(customer)s
          AND EXISTS (SELECT FROM groups_groupsupply s WHERE s.supply_point_id = b.supply_point_id)
        GROUP BY b.month ORDER BY b.month DESC LIMIT 24
        """,
        {"month": pl.Int64, "bills": pl.Int64, "energy_dwh": pl.Int64, "total_minor": pl.Int64},
        {"customer": customer_id},
    )
    return list(frame.iter_rows(named=True))


def annex_data(*, bill_id: int) -> dict[str, Any] | None:
    """The annex of a bill as its form has it; nothing for a bill of no group."""
    energy = group_queries.group_energy_of_bill(bill_id=bill_id)
    bills = statement_bills(bill_ids=[bill_id])
    group = groups.group(group_id=energy.group_id) if energy else None
    if energy is None or group is None:
        return None
    one = bills.row(0, named=True)
    shares = group_queries.shares_of_bill(bill_id=bill_id, total_minor=one["total_minor"])
    rows = [
        (
            str(n), row["account_number"], row["name"], f"{row['from_day']:%m-%d} 至 {row['last_day']:%m-%d}",
            str(row["days"]), china.kwh(row["energy_dwh"]), china.yuan(row["amount_minor"]),
        )
        for n, row in enumerate(shares.iter_rows(named=True), start=1)
    ]  # fmt: skip
    facts = {
        "户名": group.name,
        "基准户号": group.benchmark_number,
        "群组编号": group.number,
        "账单编号": numbering.text(one["number"]),
        "计费月份": f"{one['month'] // 100}年{one['month'] % 100}月",
        "计费周期": f"{energy.period_start} 至 {energy.last_day}",
    }
    sums = ("", "合计", f"{shares.height:,} 行", "", f"{shares['days'].sum():,}", china.kwh(int(shares["energy_dwh"].sum())),
            china.yuan(int(shares["amount_minor"].sum())))  # fmt: skip
    return china.annex(facts, rows, sums)


def combined_data(*, customer_id: int, month: Month) -> dict[str, Any] | None:
    """The combined statement of a customer's groups as its form has it; nothing where no bill was issued."""
    bills = combined_bills(customer_id=customer_id, month=month)
    customer = parties.customer(customer_id=customer_id)
    if bills.is_empty() or customer is None:
        return None
    rows = [
        (
            str(n), numbering.text(row["number"]), row["benchmark_number"], row["address"], f"{row['points'] or 0:,}",
            china.kwh(row["energy_dwh"]), china.yuan(row["tax_minor"]), china.yuan(row["total_minor"]),
        )
        for n, row in enumerate(bills.iter_rows(named=True), start=1)
    ]  # fmt: skip
    total = int(bills["total_minor"].sum())
    facts = {
        "户名": customer.name,
        "客户编号": customer.number,
        "计费月份": f"{month.year}年{month.month}月",
        "账单数": f"{bills.height:,}",
        "价税合计": f"{china.yuan(total)} 元",
        "大写": china.capitals(total),
    }
    sums = ("", "合计", "", "", f"{bills['points'].sum():,}", china.kwh(int(bills["energy_dwh"].sum())),
            china.yuan(int(bills["tax_minor"].sum())), china.yuan(total))  # fmt: skip
    return china.combined(facts, rows, sums)
