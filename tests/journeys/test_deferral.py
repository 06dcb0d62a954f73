"""A dear month that is paid later: the bill takes it off, the following bills ask for the parts, the ledger waits for them."""

import pytest

from tests.billing import book
from tests.billing.rates_office import NOW, bill_the_month, employ
from tests.billing.test_charges import DEAR, HEADER, OWN, kinds_and_accounts
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import queries as billing
from tomoshibi.contracts import queries as contracts
from tomoshibi.ledger import queries as ledger
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as clock


def set_up_office():
    clock.set_clock(now=NOW)
    book.masters_and_plans(NOW)
    kinds_and_accounts()
    employ()
    proposer, publisher = book.people()
    text = TOKYO.replace(HEADER, HEADER.replace("test-b", "test-dear").replace("versions:", DEAR))
    for proposal_id in tariffs.propose(text=text, now=NOW, actor_id=proposer):
        tariffs.publish(proposal_id=proposal_id, now=NOW, actor_id=publisher)
    contract = book.customer(1, plan_code="test-dear")
    book.reading(contract, 398, now=NOW)
    book.reading(contract, 120, month=book.NOVEMBER, now=NOW)
    return contract


@pytest.mark.procedure("RB6")
def test_what_a_dear_month_costs_above_the_limit_is_paid_with_the_next_bills(journey):
    contract = journey.in_transaction(set_up_office)
    ito, abe = journey.sign_in("ito"), journey.sign_in("abe")
    said = ito.get("/tariffs/plans/test-dear/").content.decode()
    assert "80 %" in said, "the plan page states the clause"

    dear = bill_the_month(journey, ito, abe)
    (bill,) = billing.bills_of_run(run_id=dear.id)
    # energy 14,096.02 - 398 x 30 = 2,156.02 -> 2,156; x 80 % = 1,724.8 -> 1,724 later
    assert bill.total_minor == 12_992 - 1_724
    shown = ito.get(f"/billing/bills/{bill.id}/").content.decode()
    assert "1,724" in shown
    assert ledger.balance(account=OWN["deferred_receivable"]) == 1_724
    waiting = {one.month: one.amount_minor for one in contracts.charges_of(contract_id=contract.id)}
    assert waiting == {202611: 575, 202612: 575, 202701: 574}
    assert "575" in ito.get(f"/contracts/{contract.id}/").content.decode()

    bill_the_month(journey, ito, abe, month="2026-11")
    assert ledger.balance(account=OWN["deferred_receivable"]) == 1_724 - 575, (
        "one part of three came with the next bill"
    )
    assert ledger.trial_balance(first=book.OCTOBER, last=book.NOVEMBER).foots
