"""Which accounts an issued bill goes to: every kind of charge its own, one balanced entry, back to the bill."""

from datetime import date

import polars as pl
import pytest

from tests.billing import book
from tests.billing.test_runs import issue, make
from tomoshibi.billing import postings, queries, values
from tomoshibi.billing.composition import NET
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts.values import TaxTreatment
from tomoshibi.ledger import queries as ledger

KEY_OF = {code: key for key, (code, *_) in book.ACCOUNTS.items()}


@pytest.fixture
def clerks(masters):
    return book.people()


def legs_of(invoice_number):
    (entry,) = ledger.entries_of(document=invoice_number)
    assert sum(leg.amount_minor for leg in entry.legs) == 0
    return {KEY_OF[leg.account.code]: leg.amount_minor for leg in entry.legs}


def only_bill(run):
    return queries.bill_by_number(text=queries.issued_frame(run_id=run.id)["invoice_number"][0])


def test_every_kind_of_charge_goes_to_its_own_account(clerks, now):
    book.reading(book.customer(1), 398, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    bill = only_bill(run)
    # Without 10 % tax: 935.25 basic, -2,308.40 fuel, -1,393 government, 1,663 levy; of 12,992 the tax is 1,181.
    assert legs_of(bill.invoice_number) == {
        "receivable": 12_992, "tax_payable": -1_181, "revenue_basic": -850, "fuel_adjustment": 2_098,
        "government_discount": 1_266, "levy": -1_511, "revenue_energy": -(12_992 - 1_181 - 850 + 2_098 + 1_266 - 1_511),
    }  # fmt: skip


def test_a_bill_without_use_has_no_energy_revenue(clerks, now):
    book.reading(book.customer(1), 0, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    assert legs_of(only_bill(run).invoice_number) == {"receivable": 467, "tax_payable": -42, "revenue_basic": -425}


def test_what_stands_beside_the_plan_has_its_own_accounts(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    for code, amount, tax in (("late_interest", 120, TaxTreatment.EXEMPT), ("works", 1_100, TaxTreatment.INCLUDED)):
        contracts.tell_charge(
            contract_id=contract.id, code=code, text=code, amount_minor=amount, tax=tax, month=book.OCTOBER,
            source=f"test:{code}",
        )  # fmt: skip
    run = make(now, clerks[0])
    issue(run, now, clerks)
    legs = legs_of(only_bill(run).invoice_number)
    assert (legs["late_interest"], legs["revenue_other"], legs["revenue_basic"]) == (-120, -1_000, -850)
    assert legs["receivable"] == 12_992 + 1_220


def test_a_return_is_posted_kind_by_kind_to_what_was_billed(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    issue(make(now, clerks[0]), now, clerks)
    book.reading(contract, 298, now=now)
    less = make(now, clerks[0], kind=values.RunKind.CORRECTION)
    issue(less, now, clerks)
    legs = legs_of(only_bill(less).invoice_number)
    assert "revenue_basic" not in legs, "the basic charge did not change"
    assert legs["fuel_adjustment"] < 0 < legs["levy"], "the other way round"
    balance = ledger.trial_balance(first=book.NOVEMBER, last=book.NOVEMBER)
    assert balance.foots
    basic = next(row for row in balance.rows if row.account.code == book.ACCOUNTS["revenue_basic"][0])
    assert basic.closing_minor == -850


def test_from_a_balance_to_its_bills(clerks, now):
    for n in (1, 2, 3):
        book.reading(book.customer(n), 100 * n, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    code = book.ACCOUNTS["fuel_adjustment"][0]
    opening, lines = ledger.account_lines(code=code, first=book.NOVEMBER, last=book.NOVEMBER, after_entry=0, limit=10)
    assert len(lines) == 3
    assert opening == 0
    assert sum(line.amount_minor for line in lines) == lines[-1].balance_minor > 0
    assert {line.document for line in lines} == set(queries.issued_frame(run_id=run.id)["invoice_number"])


def test_a_bill_that_never_knew_its_kinds_tells_levy_and_energy_apart():
    bills = pl.DataFrame(
        {"id": [1], "customer_id": [9], "number": [17], "total_minor": [11_000], "tax_minor": [1_000],
         "levy_minor": [1_100], "tax_rate_ppm": [100_000]}
    ).with_columns(pl.lit(None, dtype=pl.Int64).alias(name) for name in NET)  # fmt: skip
    accounts = {key: code for key, (code, *_) in book.ACCOUNTS.items()}
    none = pl.DataFrame(schema={"bill_id": pl.Int64, "code": pl.String, "amount_minor": pl.Int64, "taxed": pl.Boolean})
    _heads, found = postings.entries(bills, extras=none, on=date(2026, 11, 4), accounts=accounts)
    assert {KEY_OF[code]: amount for code, amount in found.select("account", "amount_minor").iter_rows()} == {
        "receivable": 11_000, "tax_payable": -1_000, "levy": -1_000, "revenue_energy": -9_000,
    }  # fmt: skip
    only = {key: accounts[key] for key in ("receivable", "tax_payable", "revenue_energy")}
    _heads, found = postings.entries(bills, extras=none, on=date(2026, 11, 4), accounts=only)
    assert found["amount_minor"].sum() == 0
