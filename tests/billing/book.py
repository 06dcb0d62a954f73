"""A small retailer's book, made through the doors of the other rooms: one area, one reading day, ten contracts."""

from datetime import date, timedelta

import polars as pl

from tests import company
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import queries
from tomoshibi.contracts import operations as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import energy_dwh
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import values as ledger_values
from tomoshibi.masters import operations as masters
from tomoshibi.masters import queries as masters_queries
from tomoshibi.metering import operations as metering
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as parties_queries
from tomoshibi.parties import values as parties_values
from tomoshibi.supply import operations as supply
from tomoshibi.tariffs import operations as tariffs

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
AREA, BASE_DAY, PLAN = "03", "02", "test-b"
SEPTEMBER_CUT, OCTOBER_CUT, NOVEMBER_CUT = date(2026, 9, 2), date(2026, 10, 2), date(2026, 11, 2)
ACCOUNTS = {
    "receivable": ("1310", "asset", "売掛金"), "revenue_energy": ("4120", "income", "電気料金収入"),
    "levy": ("4210", "income", "再エネ賦課金"), "tax_payable": ("2310", "liability", "仮受消費税"),
    "revenue_other": ("4190", "income", "その他"), "revenue_basic": ("4110", "income", "基本料金収入"),
    "fuel_adjustment": ("4130", "income", "燃料費調整"), "discount": ("4180", "income", "割引"),
    "government_discount": ("4185", "income", "国の値引き"), "late_interest": ("4910", "income", "延滞利息"),
}  # fmt: skip
SMALL_MASTERS = {
    "levy": [{"fiscal_year": "2026", "price_yen_per_kwh": "4.18", "first_valid_month": "2026-05", "last_valid_month": "2027-04"}],
    "tax_rates": [{"rate_percent": "10", "valid_from": "2019-10-01"}],
    "government_discounts": [
        {"voltage": "low", "area": "", "price_yen_per_kwh": "3.5", "first_valid_month": "2026-07", "last_valid_month": "2026-09"}
    ],
    "posting_accounts": [{"key": key, "account": code, "valid_from": "2016-04-01"} for key, (code, *_) in ACCOUNTS.items()],
    "reading_days": [
        {"area": AREA, "base_day": BASE_DAY, "fiscal_year": "2026", "month": f"2026-{n:02d}", "approximate": "no",
         "reading_on": f"2026-{n:02d}-04", "metering_on": f"2026-{n:02d}-02"}
        for n in range(4, 13)
    ],
}  # fmt: skip


def masters_and_plans(now):
    for master, rows in SMALL_MASTERS.items():
        masters.put_rows(master=master, rows=rows)
    company.enter()
    units = [
        {"area": AREA, "product": "regulated_lv", "month": str(month), "unit_yen_per_kwh": "-5.80", "includes_island": "yes",
         "invented": "no", "source": "test"}
        for month in (OCTOBER.plus(-1), OCTOBER, NOVEMBER)
    ]  # fmt: skip
    masters.put_rows(master="fuel_units", rows=units)
    ledger.define_accounts(
        [
            ledger_values.Account(code, ledger_values.AccountKind(kind), name, "", "")
            for code, kind, name in ACCOUNTS.values()
        ]
    )
    proposer, publisher = people()
    for proposal_id in tariffs.propose(text=TOKYO, now=now, actor_id=proposer):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=publisher)


def people():
    """Two clerks: the one who makes a run, and the one who confirms it."""
    return tuple(User.objects.get_or_create(username=name)[0].id for name in ("yamada", "sato"))


def person(name, **more):
    """Somebody who signs in, at a page or by ``--as``."""
    return identity.add_person(username=name, name=name, mail=f"{name}@example.jp", password="lamp-light-42", **more)


def customer(
    number, *, start=date(2026, 4, 1), method="transfer", channel="paper", point=None, account_of=None, **terms
):
    """
    A customer with payer, supply point and contract; returns the contract.

    :param account_of: another contract whose payer pays for this one too
    """
    spin = f"{AREA}{point or number:020d}"
    address = {
        "postal_code": "1050011",
        "prefecture": "東京都",
        "city": "港区",
        "town": "芝公園",
        "block": f"4-2-{number}",
    }
    if point is None:
        supply.register_points(
            pl.DataFrame([{"spin": spin, "voltage": "low", "base_day": BASE_DAY, "building": ""} | address])
        )
    if account_of is not None:
        return _contract(parties_queries.account(account_id=account_of.account_id).number, spin, start, terms)
    person = parties.register_customer(
        registered_on=start,
        kind="person",
        name=f"灯火 {number}郎",
        kana="トモシビ タロウ",
        phone="03-1234-5678",
        **address,
    )
    payer = parties.register_account(
        customer_id=person.id,
        start=start,
        payment_method=method,
        statement_channel=channel,
        mail=f"c{number}@example.jp",
    )
    return _contract(payer.number, spin, start, terms)


def _contract(account_number, spin, start, terms):
    return contracts.register(
        account_number=account_number,
        spin=spin,
        start=start,
        **({"plan_code": PLAN, "capacity_kind": "A", "capacity_milli": 30_000} | terms),
    )


def mandate(contract, *, on=date(2026, 4, 1)):
    made = parties.draft_mandate(
        account_id=contract.account_id, agent="smbc-fs", bank_code="0001", branch_code="001",
        account_kind=parties_values.BankAccountKind.ORDINARY, account_number="9876567", holder="トモシビ タロウ",
    )  # fmt: skip
    parties.submit_mandate(mandate_id=made.id)
    parties.accept_mandate(mandate_id=made.id, on=on)


def period_of(month):
    days = [
        masters_queries.reading_day(area=AREA, base_day=BASE_DAY, month=m).metering_on for m in (month.plus(-1), month)
    ]
    return days[0], days[1]


def reading(contract, kwh, *, month=OCTOBER, start=None, end=None, half_hours=None, now):
    """A confirmed value; a second one for the same month is a revision."""
    first, last = period_of(month)
    from tomoshibi.supply import queries as points

    metering.take_over(
        readings=pl.DataFrame(
            [
                {
                    "supply_point_id": contract.supply_point_id,
                    "spin": points.point(supply_point_id=contract.supply_point_id).spin,
                    "month": month.number,
                    "period_start": start or first,
                    "period_end": end or last,
                    "energy_dwh": energy_dwh(kwh),
                    "half_hours": half_hours,
                }
            ],
            schema=dict(metering.READINGS),
        ),
        now=now + timedelta(seconds=1),
    )


def changes(month):
    """How many contracts of a month would come out differently today, by reason, as the rebill list shows them."""
    return queries.changes_by_month(today=date(2026, 11, 4)).get(month, {})
