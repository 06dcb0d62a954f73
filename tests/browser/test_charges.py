"""Charges as people see them: the list, entering one, what leaving would cost, at both sizes."""

from datetime import date

import pytest

from tests.billing import book
from tests.billing.test_charges import HEADER, WITH_TERM, kinds_and_accounts
from tests.tariffs.plans import TOKYO
from tomoshibi.billing import operations
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as clock


@pytest.fixture
def charged(staff, now):
    with db.transaction():
        clock.set_clock(now=now)
        book.masters_and_plans(now)
        kinds_and_accounts()
        proposer, publisher = book.people()
        text = TOKYO.replace(HEADER, HEADER.replace("test-b", "test-term").replace("versions:", WITH_TERM))
        for proposal_id in tariffs.propose(text=text, now=now, actor_id=proposer):
            tariffs.publish(proposal_id=proposal_id, now=now, actor_id=publisher)
        contract = book.customer(1, plan_code="test-term")
        clerk = User.objects.get(username="sato").id
        common = {"contract_id": contract.id, "actor_id": clerk, "today": date(2026, 11, 4), "now": now}
        common |= {"month": book.OCTOBER, "reason": "電柱の移設"}
        small = operations.enter_charge(code="reissue", inputs={"copies": 3}, amount_minor=None, **common)
        large = operations.enter_charge(code="works_contribution", inputs={}, amount_minor=66_000, **common)
    return contract, small, large


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_charges_at_both_sizes(signed_in_page, charged, look, accessible, size):
    contract, small, large = charged
    page = signed_in_page(size=size)
    page.goto("/billing/charges/")
    look(page, "charges", full=True)
    accessible(page)
    page.goto(f"/billing/charges/new/?payer={contract.number}&kind=reissue")
    look(page, "charge-new", full=True)
    accessible(page)
    page.goto(f"/billing/charges/{large.id}/")
    look(page, "charge-to-agree", full=True)
    accessible(page)
    page.get_by_role("button", name="承認する").click()
    page.wait_for_url(f"**/billing/charges/{large.id}/")
    assert "66,000" in page.inner_text("main")
    page.goto(f"/contracts/{contract.id}/")
    page.locator("a[href*='kind=move_out'].btn").click()
    page.locator("input[name=w-effective_on]").fill("2026-12-10")
    page.locator("[name=w-reason]").fill("電話で受付")
    page.locator("main form[method=post] .btn-primary").click()
    page.wait_for_selector("text=16 × 550 = 8,800")
    look(page, "charge-at-end", full=True)
    accessible(page)
    assert small.worked in page.goto(f"/billing/charges/{small.id}/").text()
