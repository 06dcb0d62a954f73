"""What stands on bills beside their plans: entered and agreed to, asked for when money is late or a contract ends, billed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from tests.billing import book
from tests.billing.test_charges import HEADER, WITH_TERM, kinds_and_accounts
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import queries as billing
from tomoshibi.collection import queries as collection
from tomoshibi.contracts import operations as contract_operations
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import ChargeState, EndReason
from tomoshibi.identity import operations as identity
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import queries as ledger_queries
from tomoshibi.ledger import values as ledger_values
from tomoshibi.masters import operations as masters
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as clock

NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
PEOPLE = {
    "kawa": ("RB6.do", "RB7.do", "CM2.do", "CM3.view", "RC4.do"),
    "mori": ("RB6.view", "RB7.confirm", "RB7.do"),
    "hara": ("CM2.do", "CM3.view", "RB6.view"),
}
MONEY = {"bank": "1110", "unapplied": "2210", "credit_balance": "2220"}


@pytest.fixture
def company(journey):
    def set_up():
        clock.set_clock(now=NOW)
        book.masters_and_plans(NOW)
        kinds_and_accounts()
        account = ledger_values.Account
        ledger.define_accounts(
            [
                account(code, ledger_values.AccountKind("asset" if code < "2" else "liability"), key, "", "")
                for key, code in MONEY.items()
            ]
        )
        rows = [{"key": key, "account": code, "valid_from": "2016-04-01"} for key, code in MONEY.items()]
        masters.put_rows(master="posting_accounts", rows=rows)
        for username, rights in PEOPLE.items():
            identity.save_role(code=username, name=username, rights=rights)
            identity.add_person(
                username=username,
                name=username,
                mail=f"{username}@example.jp",
                password="lamp-light-42",
                roles=[username],
            )
        proposer, publisher = book.people()
        text = TOKYO.replace(HEADER, HEADER.replace("test-b", "test-term").replace("versions:", WITH_TERM))
        for proposal_id in tariffs.propose(text=text, now=NOW, actor_id=proposer):
            tariffs.publish(proposal_id=proposal_id, now=NOW, actor_id=publisher)
        stays, leaves = (book.customer(n, plan_code="test-term") for n in (1, 2))
        for contract in (stays, leaves):
            book.reading(contract, 398, now=NOW)
        return stays, leaves

    return journey.in_transaction(set_up)


def bill_the_month(journey, clerk, lead, month, *, kind="regular"):
    if kind == "regular":
        clerk.post("/billing/runs/new/", {"month": month})
    else:
        assert clerk.post("/billing/charges/left-over/", {"confirmed": "1"}).status_code == 302
    journey.work()
    run = billing.runs(open_only=True)[0]
    for row in billing.exceptions(run_id=run.id, undecided=True):
        decision = {"decision": "release", "reason": "looked at it"}
        clerk.post(f"/billing/runs/{run.id}/contracts/{row['contract_id']}/decide/", decision)
    clerk.post(f"/billing/runs/{run.id}/examined/", {"confirmed": "1"})
    seen = billing.run(run_id=run.id)
    eyes = {"confirmed": "1", "seen_count": seen.bill_count, "seen_total": seen.total_minor}
    lead.post(f"/billing/runs/{run.id}/confirm/", eyes)
    clerk.post(f"/billing/runs/{run.id}/issue/", {"confirmed": "1"})
    journey.work()
    return billing.issued_frame(run_id=run.id)


def charge_of(contract, code):
    return next(one for one in contracts.charges_of(contract_id=contract.id) if one.code == code)


def read(client, url, *texts):
    answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()[:800]
    shown = answer.content.decode()
    for text in texts:
        assert text in shown, text
    return shown


def go_to(journey, day):
    journey.in_transaction(clock.set_clock, now=datetime(day.year, day.month, day.day, 9, tzinfo=NOW.tzinfo))


def pay(clerk, contract, amount, on):
    (account,) = {one.account_id for one in collection.receivables_of(account_id=contract.account_id)}
    number = book.parties_queries.account(account_id=account).number
    given = {"received_on": on.isoformat(), "amount_minor": amount, "payer_name": "トモシビ", "account_id": number}
    answer = clerk.post("/collection/receipts/new/", given)
    assert answer.status_code == 302, answer.content.decode()[:1500]


def enter_and_agree(clerk, lead, stays):
    """A clerk enters a contribution above the limit; the clerk cannot agree to it, the lead can."""
    read(clerk, "/billing/charges/")
    entering = f"/billing/charges/new/?payer={stays.number}&kind=works_contribution"
    read(clerk, entering, "works_contribution")
    refused = clerk.post(entering, {"amount": "66,000", "month": "2026-10", "reason": ""})
    assert refused.status_code == 422
    made = clerk.post(
        entering, {"amount": "66,000", "month": "2026-10", "reason": "pole moved", "evidence": "invoice 17"}
    )
    where = made["Location"]
    read(clerk, where, "66,000", "pole moved", "invoice 17")
    assert clerk.post(f"{where}decide/", {"decision": "agree"}).status_code == 403
    assert charge_of(stays, "works_contribution").state is ChargeState.PROPOSED
    lead.post(f"{where}decide/", {"decision": "agree"})
    assert charge_of(stays, "works_contribution").state is ChargeState.WAITING
    exported = clerk.get("/billing/charges/?export=csv")
    assert b"66000" in b"".join(exported.streaming_content)
    return where


def bill_it(journey, clerk, lead, stays, where):
    """The month is billed: the charge stands on its bill and in its own account."""
    issued = bill_the_month(journey, clerk, lead, "2026-10")
    mine = issued.filter(issued["contract_id"] == stays.id).row(0, named=True)
    assert mine["amount_minor"] == 12_992 + 66_000
    read(clerk, f"/billing/bills/{mine['bill_id']}/", "66,000", "works_contribution")
    assert clerk.get(f"/billing/bills/{mine['bill_id']}/statement.pdf").status_code == 200
    (entry,) = ledger_queries.entries_of(document=mine["invoice_number"])
    assert {leg.account.code: leg.amount_minor for leg in entry.legs}["4930"] == -60_000
    assert clerk.get(f"{where}withdraw/").status_code == 200
    clerk.post(f"{where}withdraw/", {"confirmed": "1", "reason": "too late"})
    assert charge_of(stays, "works_contribution").state is ChargeState.BILLED
    return mine["due_on"]


def pay_late(journey, clerk, lead, stays, leaves, *, late):
    """Both pay 40 days late: each has a charge for it; one is waived with a reason before any bill carries it."""
    go_to(journey, late)
    for contract, amount in ((stays, 78_992), (leaves, 12_992)):
        pay(clerk, contract, amount, late)
    journey.in_transaction(clock.enqueue, name="collection.tell_late_interest", arguments={})
    journey.work()
    waived, kept = charge_of(leaves, "late_interest"), charge_of(stays, "late_interest")
    assert (waived.amount_minor, kept.state) == (112, ChargeState.WAITING)
    read(lead, f"/billing/charges/{waived.id}/", "10300 × 10 % × 40 ÷ 365 = 112")
    assert lead.post(f"/billing/charges/{waived.id}/withdraw/", {"confirmed": "1", "reason": ""}).status_code == 422
    lead.post(f"/billing/charges/{waived.id}/withdraw/", {"confirmed": "1", "reason": "the slip came late"})
    assert charge_of(leaves, "late_interest").state is ChargeState.WITHDRAWN


def leave(journey, care, leaves):
    """One leaves: the page says what it costs before anything is saved, and only who may settle bills gives it up."""
    on, address = book.NOVEMBER_CUT, reverse("applications:new_change")
    wanted = {"effective_on": on.isoformat(), "source": "phone", "reason": "called", "end_reason": "moved_out"}
    asked = {"contract": leaves.number, "kind": "move_out"} | {f"w-{name}": text for name, text in wanted.items()}
    told = care.post(address, asked)
    assert contracts.contract(contract_id=leaves.id).end is None
    (brought,) = told.context["fragments"]
    read(care, brought, "17 × 550 = 9,350", "12,992 × 20 % = 2,598")
    assert care.post(address, asked | {"w-waive_fee": "kindness", "confirmed": "1"}).status_code == 422
    # The rest of a move-out, with the grid company, is told by the journeys of changes.
    journey.in_transaction(contract_operations.end, contract_id=leaves.id, on=on, reason=EndReason.MOVED_OUT)
    journey.work()
    assert charge_of(leaves, "cancellation_fee").amount_minor == 9_350 + 2_598


@pytest.mark.procedure("RB6", "RB7")
def test_from_a_clerks_charge_to_the_last_invoice(journey, company):
    stays, leaves = company
    clerk, lead, care = (journey.sign_in(name) for name in ("kawa", "mori", "hara"))
    where = enter_and_agree(clerk, lead, stays)
    due_on = bill_it(journey, clerk, lead, stays, where)
    pay_late(journey, clerk, lead, stays, leaves, late=due_on + timedelta(days=40))
    leave(journey, care, leaves)

    # The last bill carries the fee; what comes after it has an invoice of its own.
    for contract in (stays, leaves):
        journey.in_transaction(book.reading, contract=contract, kwh=120, month=book.NOVEMBER, now=NOW)
    bill_the_month(journey, clerk, lead, "2026-11")
    assert charge_of(leaves, "cancellation_fee").state is ChargeState.BILLED
    assert charge_of(stays, "late_interest").state is ChargeState.WAITING, "it came in December"
    after = f"/billing/charges/new/?payer={leaves.number}&kind=reissue"
    clerk.post(after, {"input_copies": "2", "month": "2026-12", "reason": "asked for copies"})
    own = bill_the_month(journey, clerk, lead, "", kind="charges")
    assert own.select("contract_id", "kind", "amount_minor", "tax_minor").rows() == [(leaves.id, "charges", 440, 40)]
    read(clerk, f"/billing/bills/{own['bill_id'][0]}/", "440")
    assert clerk.get(f"/billing/bills/{own['bill_id'][0]}/replay/").status_code == 200
    assert [one.amount_minor for one in collection.receivables_of(account_id=leaves.account_id)][:1] == [440]
    months = {"first": book.OCTOBER, "last": book.NOVEMBER.plus(3)}
    assert ledger_queries.trial_balance(**months).foots
