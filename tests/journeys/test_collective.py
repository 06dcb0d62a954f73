"""One invoice for all shops of a company: set on the account's page, made by a run, read, debited and corrected."""

import io
from datetime import date

import polars as pl
import pypdf
import pytest
from django.urls import reverse

from tests.journeys.test_month import _confirm_and_issue, _fetch_readings, _rate
from tomoshibi.billing import queries as billing
from tomoshibi.billing import values as billing_values
from tomoshibi.collection import queries as collection
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import Collective

SINCE = date(2026, 10, 1)


def _company() -> tuple[int, list[int]]:
    """The demo's payer of several shops, and the contracts."""
    (account_id,) = parties.collective_accounts(on=SINCE)["account_id"].to_list()
    return account_id, [one.id for one in contracts.contracts_of(account_id=account_id)]


def _set_on_the_page(clerk, account_id):
    """The clerk reads what follows from it, and lets the invoice go without what is missing."""
    page = clerk.get(reverse("parties:account", args=[account_id]))
    assert page.status_code == 200
    terms = {"start": SINCE.isoformat(), "collective": "leave", "reason": "asked by the company"}
    answer = clerk.post(reverse("parties:change_invoicing", args=[account_id]), terms)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert parties.account(account_id=account_id, on=SINCE).collective is Collective.LEAVE


def _examine(clerk, run):
    for row in billing.exceptions(run_id=run.id, severity="blocking", undecided=True):
        decision = {"decision": "release", "reason": "looked at the load curve"}
        clerk.post(f"/billing/runs/{run.id}/contracts/{row['contract_id']}/decide/", decision)
    clerk.post(f"/billing/runs/{run.id}/examined/", {"confirmed": "1"})
    assert billing.run(run_id=run.id).state is billing_values.RunState.EXAMINED


@pytest.mark.timeout(900)
@pytest.mark.procedure("RB2", "RB6", "RB7", "RB8", "CM3")
def test_one_invoice_for_the_shops_of_a_company(journey, demo, settings):
    settings.DEMO = True
    clerk, lead, care = journey.sign_in("yamada"), journey.sign_in("sato"), journey.sign_in("suzuki")
    account_id, shops = _company()
    assert len(shops) > 1
    _set_on_the_page(care, account_id)
    _fetch_readings(journey, clerk)
    run = _rate(journey, clerk)
    (shown,) = billing.collective_of_run(run_id=run.id, month=run.month)
    assert (shown.account_id, shown.setting) == (account_id, Collective.LEAVE)
    assert shown.account_number in clerk.get(f"/billing/runs/{run.id}/").content.decode()
    _examine(clerk, run)
    _confirm_and_issue(journey, clerk, lead, run)
    row = billing.issued_frame(run_id=run.id).filter(pl.col("account_id") == account_id).row(0, named=True)
    invoice = billing.collective_invoice(bill_id=row["bill_id"])
    assert invoice is not None
    assert len(invoice.members) == shown.bills > 1
    assert row["amount_minor"] == sum(bill.total_minor for bill in invoice.members)
    (debt,) = [one for one in collection.receivables_of(account_id=account_id) if one.bill_id == row["bill_id"]]
    assert debt.amount_minor == row["amount_minor"]
    legs = [leg for entry in ledger.entries_of(document=row["invoice_number"]) for leg in entry.legs]
    assert sum(leg.amount_minor for leg in legs if leg.account.code == "1310") == row["amount_minor"]
    assert sum(leg.amount_minor for leg in legs if leg.account.code.startswith("23")) == -row["tax_minor"]
    _read(clerk, invoice)
    balance = ledger.trial_balance(first=Month(2026, 7), last=Month(2026, 11))
    assert balance.debit_minor == balance.credit_minor


def _read(clerk, invoice):
    """Every member's page names the invoice; the document has the summary first; the list goes out as a spreadsheet."""
    for bill in invoice.members:
        page = clerk.get(f"/billing/bills/{bill.id}/").content.decode()
        assert f"{invoice.total_minor:,}" in page
    pdf = pypdf.PdfReader(io.BytesIO(clerk.get(f"/billing/bills/{invoice.members[-1].id}/statement.pdf").content))
    assert f"{invoice.total_minor:,}" in pdf.pages[0].extract_text()
    assert len(pdf.pages) >= 1 + len(invoice.members)
    assert clerk.get(f"/billing/bills/{invoice.lead_bill_id}/replay/").context["whole"].fits
    sheet = clerk.get(f"/billing/bills/{invoice.lead_bill_id}/invoice/?export=xlsx")
    assert sheet.status_code == 200
    assert "spreadsheet" in sheet.headers["Content-Type"]
