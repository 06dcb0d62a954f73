"""Every page of the customer's portal on a desk and on a phone: no word broken, nothing wider than the screen, fit for axe."""

from typing import Any

import pytest

from tests.browser.test_month import beside, demo  # noqa: F401 - fixtures
from tomoshibi.billing import queries as billing
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity.models import User
from tomoshibi.onboarding.demo import staff as people

pytestmark = pytest.mark.slow
BROKEN = """() => [...document.querySelectorAll('.portal-top nav a, .portal-tabs a, .btn')]
    .filter(it => it.offsetParent && it.getClientRects().length && it.offsetHeight > 76).map(it => it.innerText)"""


@pytest.fixture
def reader(demo: None) -> Any:  # noqa: F811
    return User.objects.get(username=people.PORTAL_USER)


def test_every_page_of_the_portal(reader, open_page, look, accessible):
    contract = contracts.contracts_of(customer_id=reader.portal_customer_id)[0]
    bill = billing.bills_of(customer_id=reader.portal_customer_id)[0]
    day = billing.bill(bill_id=bill.id, language="ja").period_start
    pages = {
        "home": "",
        "usage": "usage/",
        "usage-days": f"usage/?month={day:%Y-%m}",
        "usage-halfhours": f"usage/?day={day}",
        "bills": "bills/",
        "bill": f"bills/{bill.id}/",
        "changes": "changes/",
        "change-contact": f"changes/new/contact/?contract={contract.id}",
        "change-name": f"changes/new/name/?contract={contract.id}",
        "change-plan": f"changes/new/plan/?contract={contract.id}",
        "change-ending": f"changes/new/ending/?contract={contract.id}",
        "documents": "documents/",
        "enquiries": "enquiries/",
        "announcements": "announcements/",
    }
    for size in ("desktop", "phone"):
        page = open_page(size=size, user=reader)
        for name, address in pages.items():
            page.goto(f"/portals/customer/{address}")
            accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, size)
            assert page.evaluate(BROKEN) == [], (name, size)
            look(page, f"portal-{name}", full=True)


def test_a_customer_changes_something_with_the_thumb(reader, open_page, look, accessible):
    page = open_page(size="phone", user=reader)
    page.goto("/portals/customer/")
    page.get_by_role("link", name="お手続き", exact=True).tap()
    page.get_by_role("link", name="メール・携帯電話").first.tap()
    page.get_by_label("携帯電話").fill("090-1234-9876")
    page.get_by_role("button", name="次へ").tap()
    page.get_by_role("button", name="変更する").wait_for()
    accessible(page)
    look(page, "portal-check", full=True)
    page.get_by_role("button", name="変更する").tap()
    page.get_by_text("変更しました。").wait_for()
    assert "090-1234-9876" in page.locator("main").inner_text()
    accessible(page)
    look(page, "portal-changed", full=True)
