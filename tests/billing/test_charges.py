"""Sundry charges: entered by one, agreed to by another, billed once, posted to their own accounts; the fee of an end."""

from datetime import date, timedelta

import polars as pl
import pytest

from tests.billing import book
from tests.billing.test_runs import TODAY, issue, make
from tests.tariffs.plans import HEADER, TOKYO
from tomoshibi.billing import operations, queries, values
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import ChargeState, EndReason, TaxTreatment
from tomoshibi.identity.operations import SamePerson
from tomoshibi.ledger import operations as ledger_operations
from tomoshibi.ledger import queries as ledger
from tomoshibi.ledger import values as ledger_values
from tomoshibi.masters import operations as masters
from tomoshibi.masters import queries as masters_queries
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worklist import queries as worklist

OWN = {"cancellation_fee": "4920", "works_contribution": "4930", "deferred_receivable": "1315"}
KINDS = [
    {"code": "works_contribution", "posting_key": "works_contribution", "tax": "included", "amount_by": "entered", "alone_up_to_minor": "50000"},
    {"code": "reissue", "posting_key": "revenue_other", "tax": "included", "amount_by": "formula", "formula": "copies * 220", "alone_up_to_minor": "5000"},
    {"code": "visit", "posting_key": "revenue_other", "tax": "included", "amount_by": "fixed", "amount_minor": "3300", "alone_up_to_minor": "0"},
    {"code": "cancellation_fee", "posting_key": "cancellation_fee", "tax": "out_of_scope", "amount_by": "plan"},
    {"code": "late_interest", "posting_key": "late_interest", "tax": "exempt", "amount_by": "plan"},
    {"code": "deferral", "posting_key": "deferred_receivable", "tax": "out_of_scope", "amount_by": "plan"},
    {"code": "deferral_instalment", "posting_key": "deferred_receivable", "tax": "out_of_scope", "amount_by": "plan"},
]  # fmt: skip
WITH_TERM = """
cancellation:
  - {within_months: 24, renews: true, per_month_left: {amount: 550, source: page}}
  - {within_months: 12, billed_percent: {amount: 20, source: page}}
late_interest: {percent: {amount: 10, source: page}, grace_days: 5, minimum: 10}
versions:"""


def kinds_and_accounts():
    """Kinds of charges with accounts of their own, as a company has them beside the small book's masters."""
    account = ledger_values.Account
    ledger_operations.define_accounts(
        [
            account(code, ledger_values.AccountKind("asset" if code < "2" else "income"), key, "", "")
            for key, code in OWN.items()
        ]
    )
    masters.put_rows(
        master="posting_accounts",
        rows=[{"key": key, "account": code, "valid_from": "2016-04-01"} for key, code in OWN.items()],
    )
    names = {"name_ja": "料金", "name_en": "Charge", "name_zh": "费用", "rounding": "floor", "valid_from": "2016-04-01"}
    masters.put_rows(master="charge_kinds", rows=[names | kind | {"name_ja": kind["code"]} for kind in KINDS])


@pytest.fixture
def clerks(masters, now):
    kinds_and_accounts()
    proposer, publisher = book.people()
    text = TOKYO.replace(HEADER, HEADER.replace("test-b", "test-term").replace("versions:", WITH_TERM))
    for proposal_id in tariffs.propose(text=text, now=now, actor_id=proposer):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=publisher)
    return proposer, publisher


def enter(contract, clerk, now, code="works_contribution", amount=None, **more):
    given = {"inputs": {}, "month": book.OCTOBER, "reason": "the customer asked for it"} | more
    return operations.enter_charge(
        contract_id=contract.id, code=code, amount_minor=amount, actor_id=clerk, today=TODAY, now=now, **given
    )


def charge(contract):
    (found,) = contract_queries.charges_of(contract_id=contract.id)
    return found


def legs_of(number):
    (entry,) = ledger.entries_of(document=number)
    assert sum(leg.amount_minor for leg in entry.legs) == 0
    return {leg.account.code: leg.amount_minor for leg in entry.legs}


def test_money_above_the_limit_waits_for_a_second_person(clerks, now):
    contract = book.customer(1)
    entered = enter(contract, clerks[0], now, amount=50_001, evidence="letter 17")
    assert entered.state is ChargeState.PROPOSED
    assert [item.url for item in worklist.open_items(procedure="RB7")] == [f"/billing/charges/{entered.id}/"]
    assert contract_queries.waiting_charges_frame(contract_ids=[contract.id]).is_empty(), "no bill knows it yet"
    with pytest.raises(SamePerson):
        operations.agree_charge(charge_id=entered.id, actor_id=clerks[0], now=now)
    operations.agree_charge(charge_id=entered.id, actor_id=clerks[1], now=now)
    assert charge(contract).state is ChargeState.WAITING
    assert not worklist.open_items(procedure="RB7")
    with pytest.raises(contracts.ChargeGone):
        operations.agree_charge(charge_id=entered.id, actor_id=clerks[1], now=now)


def test_a_small_amount_waits_for_nobody_and_a_rejected_one_for_no_bill(clerks, now):
    small, large = book.customer(1), book.customer(2)
    assert enter(small, clerks[0], now, amount=50_000).state is ChargeState.WAITING
    entered = enter(large, clerks[0], now, amount=-60_000)
    with pytest.raises(contracts.ReasonNeeded):
        operations.reject_charge(charge_id=entered.id, reason=" ", actor_id=clerks[1], now=now)
    operations.reject_charge(charge_id=entered.id, reason="not agreed with the customer", actor_id=clerks[1], now=now)
    assert (charge(large).state, charge(large).gone_reason) == (ChargeState.REJECTED, "not agreed with the customer")


def test_an_amount_comes_from_the_formula_of_its_kind(clerks, now):
    contract = book.customer(1)
    entered = enter(contract, clerks[0], now, code="reissue", inputs={"copies": 3})
    assert (entered.amount_minor, entered.worked) == (660, "3 × 220 = 660")
    with pytest.raises(operations.ChargeRefused, match="copies"):
        enter(contract, clerks[0], now, code="reissue")
    with pytest.raises(operations.ChargeRefused):
        enter(contract, clerks[0], now, code="late_interest", amount=100)
    assert enter(contract, clerks[0], now, code="visit").amount_minor == 3_300


def test_a_charge_is_billed_once_posted_to_its_account_and_freed_with_a_discarded_run(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    enter(contract, clerks[0], now, amount=11_000)
    run = make(now, clerks[0])
    assert charge(contract).state is ChargeState.BILLED
    with pytest.raises(contracts.ChargeGone):
        operations.withdraw_charge(charge_id=charge(contract).id, reason="late", actor_id=clerks[0], now=now)
    operations.rate_again(run_id=run.id, actor_id=clerks[0], now=now)
    while operations.rate_chunk(run_id=run.id, today=TODAY) is not None:
        pass
    operations.finish_rating(run_id=run.id, now=now)
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert bill.total_minor == 12_992 + 11_000, "once, although the run was rated twice"
    assert operations.replay(bill_id=bill.id).fits
    operations.cancel(run_id=run.id, reason="again", actor_id=clerks[0], now=now)
    assert charge(contract).state is ChargeState.WAITING
    run = make(now, clerks[0])
    issue(run, now, clerks)
    (number,) = queries.issued_frame(run_id=run.id)["invoice_number"]
    legs = legs_of(number)
    assert legs[OWN["works_contribution"]] == -10_000
    assert legs["1310"] == 23_992
    assert charge(contract).billed_by == f"billing.bill:{queries.bill_by_number(text=number).id}"


def test_a_withdrawn_charge_keeps_its_reason_and_is_never_billed(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    entered = enter(contract, clerks[0], now, amount=1_100)
    operations.withdraw_charge(charge_id=entered.id, reason="goodwill", actor_id=clerks[1], now=now)
    run = make(now, clerks[0])
    assert queries.draft_of(run_id=run.id, contract_id=contract.id).total_minor == 12_992
    assert charge(contract).gone_reason == "goodwill"


@pytest.mark.parametrize(
    ("on", "run", "amount", "worked"),
    [
        # from 2026-04-01: 7 whole months by 2026-11-10; 17 left of 24; 20 % of the 12,992 that were billed
        (date(2026, 11, 10), 7, 17 * 550 + 2_598, ("17 × 550 = 9,350", "12,992 × 20 % = 2,598")),
        (date(2027, 3, 31), 11, 13 * 550 + 2_598, ("13 × 550 = 7,150", "12,992 × 20 % = 2,598")),
        (date(2027, 4, 1), 12, 12 * 550, ("12 × 550 = 6,600",)),
        # the term begins again after 24 months
        (date(2028, 4, 1), 24, 24 * 550, ("24 × 550 = 13,200",)),
    ],
)
def test_what_leaving_costs(clerks, now, on, run, amount, worked):
    contract = book.customer(1, plan_code="test-term")
    book.reading(contract, 398, now=now)
    issue(make(now, clerks[0]), now, clerks)
    fee = queries.fee_at_end(contract_id=contract.id, on=on, notice_on=TODAY)
    assert (fee.months_run, fee.amount_minor, fee.worked) == (run, amount, worked)
    replaced = queries.fee_at_end(contract_id=contract.id, on=on, notice_on=TODAY, reason=EndReason.REPLACED)
    assert replaced.amount_minor == 0


def tell(contract, on, clerk, now, waived=""):
    return operations.tell_cancellation_fee(
        contract_id=contract.id, on=on, reason=EndReason.SWITCHED, waived=waived, actor_id=clerk, today=TODAY, now=now
    )


def test_the_fee_of_an_end_moves_with_its_day_and_stands_on_the_last_bill(clerks, now):
    contract = book.customer(1, plan_code="test-term")
    free = book.customer(2)
    first = tell(contract, date(2026, 12, 10), clerks[0], now)
    assert first.amount_minor == 16 * 550
    assert tell(contract, date(2026, 12, 10), clerks[0], now).id == first.id, "told once"
    assert tell(free, date(2026, 12, 10), clerks[0], now) is None
    contracts.end(contract_id=contract.id, on=book.OCTOBER_CUT, reason=EndReason.SWITCHED)
    second = tell(contract, book.OCTOBER_CUT, clerks[0], now)
    states = {one.id: one.state for one in contract_queries.charges_of(contract_id=contract.id)}
    assert states == {first.id: ChargeState.WITHDRAWN, second.id: ChargeState.WAITING}
    assert second.month == book.NOVEMBER.number, "no bill before the last takes it"
    book.reading(contract, 398, now=now)
    run = make(now, clerks[0])
    issue(run, now, clerks)
    (number,) = queries.issued_frame(run_id=run.id)["invoice_number"]
    assert legs_of(number)[OWN["cancellation_fee"]] == -18 * 550, "outside the tax"


def test_a_fee_that_is_given_up_stays_on_record(clerks, now):
    contract = book.customer(1, plan_code="test-term")
    found = tell(contract, date(2026, 12, 10), clerks[1], now, waived="moves into care")
    assert (found.state, found.gone_reason, found.decided_by_id) == (
        ChargeState.WITHDRAWN,
        "moves into care",
        clerks[1],
    )


def test_a_charge_without_a_later_bill_gets_an_invoice_of_its_own(clerks, now):
    contract = book.customer(1)
    contracts.end(contract_id=contract.id, on=book.OCTOBER_CUT, reason=EndReason.MOVED_OUT)
    book.reading(contract, 398, now=now)
    issue(make(now, clerks[0]), now, clerks)
    contracts.tell_charge(
        contract_id=contract.id, code="visit", text="出張", amount_minor=3_300, tax=TaxTreatment.INCLUDED,
        month=book.NOVEMBER, source="test:1",
    )  # fmt: skip
    enter(contract, clerks[0], now, amount=11_000)
    run = make(now, clerks[0], kind=values.RunKind.CHARGES, month=book.NOVEMBER)
    assert (run.kind, run.bill_count, run.total_minor, run.tax_minor) == (values.RunKind.CHARGES, 1, 14_300, 1_300)
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert (bill.kind, bill.energy_dwh, bill.untaxed_minor) == (values.BillKind.CHARGES, 0, 0)
    issue(run, now, clerks)
    (number,) = queries.issued_frame(run_id=run.id)["invoice_number"]
    assert legs_of(number) == {"1310": 14_300, "2310": -1_300, "4190": -3_000, OWN["works_contribution"]: -10_000}
    assert operations.statement_pdf(bill_id=bill.id).startswith(b"%PDF")
    with pytest.raises(operations.NothingToBill):
        make(now, clerks[0], kind=values.RunKind.CHARGES, month=book.NOVEMBER)
    assert book.changes(book.NOVEMBER) == {}


def test_who_is_still_supplied_needs_no_invoice_of_its_own(clerks, now):
    contract = book.customer(1)
    book.reading(contract, 398, now=now)
    issue(make(now, clerks[0]), now, clerks)
    enter(contract, clerks[0], now, amount=11_000)
    assert queries.left_over(today=TODAY + timedelta(days=400)).is_empty()


def test_many_charges_are_told_in_one_go_and_once(clerks, now):
    made = [book.customer(n) for n in (1, 2, 3)]
    frame = pl.DataFrame(
        {
            "contract_id": [one.id for one in made], "code": ["visit"] * 3, "text": ["出張"] * 3, "amount_minor": [100, 200, 300],
            "tax": ["included"] * 3, "month": [book.OCTOBER.number] * 3, "source": [f"test:{n}" for n in range(3)],
            "worked": [""] * 3,
        }
    )  # fmt: skip
    assert contracts.tell_charges(charges=frame) == 3
    assert contracts.tell_charges(charges=frame) == 0
    assert contract_queries.waiting_charges_frame()["amount_minor"].to_list() == [100, 200, 300]


def test_a_kind_says_where_its_amount_comes_from(clerks, now):
    row = {"code": "odd", "name_ja": "x", "name_en": "x", "name_zh": "x", "posting_key": "revenue_other", "tax": "included",
           "valid_from": "2026-04-01"}  # fmt: skip
    for given in ({"amount_by": "formula"}, {"amount_by": "fixed"}, {"amount_by": "formula", "formula": "import os"}):
        with pytest.raises(masters.BadSheet):
            masters.propose_change(master="charge_kinds", rows=[row | given], reason="new", now=now, actor_id=clerks[0])
    assert "odd" not in masters_queries.charge_kinds(on=TODAY)


DEAR = """
deferral: {above: {amount: 30, source: page}, percent: {amount: 80, source: page}, months: 3}
versions:"""


@pytest.fixture
def dear(clerks, now):
    text = TOKYO.replace(HEADER, HEADER.replace("test-b", "test-dear").replace("versions:", DEAR))
    for proposal_id in tariffs.propose(text=text, now=now, actor_id=clerks[0]):
        tariffs.publish(proposal_id=proposal_id, now=now, actor_id=clerks[1])
    return clerks


def deferred_balance():
    return ledger.balance(account=OWN["deferred_receivable"])


def test_a_dear_month_is_paid_in_parts_and_the_ledger_foots(dear, now):
    contract = book.customer(1, plan_code="test-dear")
    book.reading(contract, 398, now=now)
    run = make(now, dear[0])
    # energy 14,096.02 - 398 x 30 = 2,156.02 -> 2,156; x 80 % = 1,724.8 -> 1,724
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert (bill.total_minor, bill.tax_minor) == (12_992 - 1_724, 1_181), "the tax is that of the whole supply"
    assert operations.replay(bill_id=bill.id).fits
    issue(run, now, dear)
    assert deferred_balance() == 1_724
    parts = [(one.month, one.amount_minor) for one in contract_queries.charges_of(contract_id=contract.id)]
    assert parts == [(202701, 574), (202612, 575), (202611, 575)]
    book.reading(contract, 120, month=book.NOVEMBER, now=now)
    november = make(now, dear[0], month=book.NOVEMBER)
    issue(november, now, dear)
    assert deferred_balance() == 1_149, "one part of three"
    assert ledger.trial_balance(first=book.NOVEMBER, last=book.NOVEMBER).foots


def test_the_last_bill_defers_nothing_and_asks_for_the_rest(dear, now):
    contract = book.customer(1, plan_code="test-dear")
    book.reading(contract, 398, now=now)
    issue(make(now, dear[0]), now, dear)
    contracts.end(contract_id=contract.id, on=book.NOVEMBER_CUT, reason=EndReason.MOVED_OUT)
    fee = queries.fee_at_end(contract_id=contract.id, on=book.NOVEMBER_CUT, notice_on=TODAY)
    assert (fee.amount_minor, fee.deferred_minor) == (0, 1_724)
    book.reading(contract, 398, month=book.NOVEMBER, now=now)
    run = make(now, dear[0], month=book.NOVEMBER)
    bill = queries.draft_of(run_id=run.id, contract_id=contract.id)
    assert bill.untaxed_minor == 1_724
    issue(run, now, dear)
    assert deferred_balance() == 0
