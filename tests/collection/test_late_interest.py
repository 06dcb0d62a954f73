"""Late interest: money came after the due date, so a charge waits for the next bill; a waived one stays waived."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.billing import book
from tests.billing.test_charges import HEADER, WITH_TERM, kinds_and_accounts
from tests.billing.test_runs import TODAY, issue, make
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as bills
from tomoshibi.collection import operations, queries, values
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import ChargeState
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import values as ledger_values
from tomoshibi.masters import operations as masters
from tomoshibi.tariffs import operations as tariffs

LATE = date(2026, 12, 28)
LATE_AT = datetime(2026, 12, 28, 20, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture
def billed(in_transaction, now):
    """One issued bill of 12,992 on a plan with 10 % a year, 5 days of grace and 10 yen at least; its debt is open."""
    book.masters_and_plans(now)
    kinds_and_accounts()
    more = {"bank": "1110", "unapplied": "2210", "credit_balance": "2220"}
    ledger.define_accounts(
        [
            ledger_values.Account(code, ledger_values.AccountKind("asset" if code < "2" else "liability"), key, "", "")
            for key, code in more.items()
        ]
    )
    masters.put_rows(
        master="posting_accounts",
        rows=[{"key": key, "account": code, "valid_from": "2016-04-01"} for key, code in more.items()],
    )
    clerks = book.people()
    text = TOKYO.replace(HEADER, HEADER.replace("test-b", "test-term").replace("versions:", WITH_TERM))
    for proposal_id in tariffs.propose(text=text, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    contract = book.customer(1, plan_code="test-term")
    book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    issued = bills.issued_frame(run_id=run.id).select(list(values.ISSUED_SCHEMA))
    operations.open_receivables(issued=issued, now=now, today=TODAY)
    (debt,) = queries.receivables_of(account_id=contract.account_id)
    return contract, debt, clerks


def pay(contract, amount, on, clerk):
    at = datetime(on.year, on.month, on.day, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    operations.enter_receipt(
        received_on=on,
        amount_minor=amount,
        payer_name="トモシビ",
        account_id=contract.account_id,
        now=at,
        actor_id=clerk,
    )


def tell():
    return operations.tell_late_interest(today=LATE, now=LATE_AT)


def test_a_late_payment_has_interest_by_the_plan_once(billed):
    contract, debt, clerks = billed
    assert debt.due_on == date(2026, 11, 18)
    pay(contract, 12_992, date(2026, 12, 28), clerks[0])
    outcome = tell()
    (charge,) = contracts.charges_of(contract_id=contract.id)
    # without tax 1,181 and levy 1,663 x 10 / 11 = 1,512: 10,299 or 10,300 x 10 % x 40 / 365 = 112.8
    assert (outcome.told, outcome.amount_minor, charge.amount_minor) == (1, 112, 112)
    assert charge.worked == "10300 × 10 % × 40 ÷ 365 = 112"
    assert (charge.tax, charge.month) == ("exempt", 202612)
    assert tell().told == 0
    billing.withdraw_charge(charge_id=charge.id, reason="the slip came late", actor_id=clerks[1], now=LATE_AT)
    assert tell().told == 0, "what was waived stays waived"
    assert contracts.charge(charge_id=charge.id).state is ChargeState.WITHDRAWN


@pytest.mark.parametrize(
    ("amount", "on"),
    [(12_992, date(2026, 11, 18)), (12_992, date(2026, 11, 23)), (100, date(2026, 12, 28))],
    ids=["in time", "within the days of grace", "below the least amount"],
)
def test_nothing_is_asked_for(billed, amount, on):
    contract, _debt, clerks = billed
    pay(contract, amount, on, clerks[0])
    assert operations.tell_late_interest(today=on, now=LATE_AT).told == 0


def test_each_part_of_a_debt_has_its_own_days(billed):
    contract, _debt, clerks = billed
    pay(contract, 6_496, date(2026, 12, 20), clerks[0])
    pay(contract, 6_496, date(2026, 12, 28), clerks[0])
    assert tell().told == 2
    # 5,150 x 10 % x 32 / 365 = 45.15, x 40 / 365 = 56.4
    assert sorted(one.amount_minor for one in contracts.charges_of(contract_id=contract.id)) == [45, 56]
