"""One invoice for several shops, on screen: the payer's setting, the run, the bill and its list, in three languages."""

import polars as pl
from django.urls import reverse

from tests.browser.test_month import beside, demo, visitor  # noqa: F401 - fixtures
from tomoshibi.billing import queries as billing
from tomoshibi.onboarding.demo import staff, story
from tomoshibi.parties import queries as parties


def test_a_collective_invoice_is_read_where_it_is_made_and_paid(visitor, beside):  # noqa: F811 - fixtures
    account_id, run_id, bill_id = beside(_issued)
    clerk = visitor().sign_in("yamada", staff.PASSWORD)
    clerk.open(reverse("parties:account", args=[account_id]), "collective-account")
    clerk.open(f"/billing/runs/{run_id}/", "collective-run")
    assert clerk.page.get_by_text("合算請求").first.is_visible()
    clerk.open(f"/billing/bills/{bill_id}/", "collective-bill")
    clerk.open(f"/billing/bills/{bill_id}/invoice/", "collective-list")
    assert clerk.page.locator("tbody tr").count() > 1


def _issued():
    account_id = parties.collective_accounts(on=story.OPEN.first)["account_id"][0]
    run = next(run for run in billing.runs(month=story.BILLED[-1].number) if run.issued_at)
    rows = billing.issued_frame(run_id=run.id).filter(pl.col("account_id") == account_id)
    return account_id, run.id, rows["bill_id"][0]
