"""A small Chinese company with groups of points that are read and billed. All names, numbers and prices are invented."""

from datetime import UTC, date, datetime, timedelta

import polars as pl

from tests import company
from tests.billing import book as bills
from tests.groups import book
from tomoshibi.billing import operations, queries, values
from tomoshibi.groups import operations as groups
from tomoshibi.groups import queries as group_queries
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import energy_dwh
from tomoshibi.masters import operations as masters
from tomoshibi.metering import operations as metering
from tomoshibi.parties import operations as parties
from tomoshibi.tariffs import operations as tariffs

OCTOBER = Month(2026, 10)
FIRST, AFTER = date(2026, 10, 1), date(2026, 11, 1)
TODAY = date(2026, 11, 4)
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
AREA, SINGLE, RATES = "33", "china-commercial-single", "china-commercial-rates"


def china(now) -> None:
    """Company, tax, accounts, calendar and plans."""
    company.enter(
        name="灯州供电公司",
        country="CN",
        currency="CNY",
        language="zh-hans",
        postal_code="000000",
        registration_number="",
    )
    masters.load_chinese(on=TODAY, areas=[AREA])
    tariffs.install_shipped(now=now)
    bills.people()


def payer(customer_id: int) -> str:
    return parties.register_account(
        customer_id=customer_id, start=book.START, payment_method="transfer", statement_channel="paper"
    ).number


def supplied(customer_id: int, subs: int, *, plan: str = SINGLE, account: str = "", start=book.START, **more):
    """An active group of ``subs`` + 1 points under a contract."""
    group = book.found(customer_id, **more)
    if subs:
        book.with_subs(group, subs)
    row = {
        "group_id": group.id, "area": AREA, "base_day": "01", "account_number": account or payer(customer_id),
        "plan_code": plan, "start": start,
    }  # fmt: skip
    groups.open_supplies(pl.DataFrame([row], schema=dict(groups.NEW_SUPPLIES)), now=NOW)
    return group


def meter_of(group) -> str:
    return group_queries.meters_of(group_id=group.id)[0].number


def read(meter: str, *shown, source="collected") -> None:
    """``(day, kwh)``, or with peak, flat and valley behind: what the meter showed at the end of days."""
    names = ("forward_dwh", "peak_dwh", "flat_dwh", "valley_dwh")
    rows = []
    for day, *kwh in shown:
        row = dict.fromkeys(metering.REGISTERS)
        row |= {"meter_number": meter, "day": day, "reverse_dwh": 0}
        row |= {name: energy_dwh(str(value)) for name, value in zip(names, kwh, strict=False)}
        rows.append(row)
    metering.take_registers(pl.DataFrame(rows, schema=dict(metering.REGISTERS)))


def read_month(meter: str, first, last) -> None:
    """Monthly reads at 00:00 on the first of October and of November."""
    read(meter, (FIRST - timedelta(days=1), first), (AFTER - timedelta(days=1), last))


def work_out(now, **more) -> values.GroupOutcome:
    return operations.calculate_groups(month=OCTOBER, today=TODAY, now=now, **more)


def energy(group) -> queries.GroupEnergy:
    return queries.group_energies(group_id=group.id)[0]
