"""
From a form on a phone to the first bill in the portal, by hand and all by pages: steps of the story that ``test_month``
tells beside the month, because both live through the same days.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core import mail

from tomoshibi.applications import queries
from tomoshibi.applications.models import Intake
from tomoshibi.applications.values import IntakeState, RegistrationState
from tomoshibi.billing import queries as billing
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import Contract
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db
from tomoshibi.worker import operations as clock_operations
from tomoshibi.worker import queries as clock

OWN_PASSWORD = "warm-lamp-77-x"
MAIL = "taro@example.jp"
SPIN = "0300112233445566778897"
"""A point that the simulated grid company reads soon after the start: the first values come before the debit result."""


@dataclass
class Eyes:
    """Somebody at a browser whose pages are looked at: fit for axe, and nothing that moves sideways."""

    page: Any
    look: Callable[..., Any]
    accessible: Callable[..., None]

    def see(self, name: str) -> None:
        self.look(self.page, f"front-{name}", full=True)  # settles it
        assert self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name
        self.accessible(self.page)

    def open(self, address: str, name: str) -> None:
        self.page.goto(address)
        self.see(name)


def applies(phone: Eyes) -> Intake:
    """Five pages on a phone."""
    page = phone.page
    page.goto("/apply/")
    page.get_by_label("他社からの切替").check()
    page.get_by_label("郵便番号").fill("105-0011")
    page.get_by_role("button", name="次へ").tap()
    page.locator(".apply-offer").first.wait_for(timeout=90_000)
    page.locator(".apply-offer", has_text="従量電灯B").first.locator("input").check(force=True)
    page.get_by_role("button", name="次へ").tap()
    page.get_by_label("番地").fill("99-1")
    page.get_by_label("供給地点特定番号").fill(SPIN)
    page.get_by_label("現在の電力会社").fill("東京でんき")
    page.get_by_label("現在のお客さま番号").fill("1234567890123")
    page.locator("input[name=wished_on]").fill(str(clock.today() + timedelta(days=14)))
    phone.see("place")
    page.get_by_role("button", name="次へ").tap()
    page.get_by_label("お名前").fill("灯火 太郎")
    page.get_by_label("フリガナ").fill("ともしび たろう")
    page.get_by_label("電話番号").fill("090-0000-1234")
    page.get_by_label("メール", exact=False).first.fill(MAIL)
    page.get_by_label("お支払い方法").select_option("transfer")
    phone.see("you")
    page.get_by_role("button", name="次へ").tap()
    page.get_by_role("heading", name="内容の確認と送信").wait_for()
    for box in page.get_by_label("読んで同意しました").all():
        box.check()
    with db.transaction():
        clock_operations.set_clock(now=clock.now() + timedelta(minutes=3))
    phone.see("check")
    page.get_by_role("button", name="申し込む").tap()
    page.get_by_role("heading", name="お申込みを受け付けました").wait_for()
    phone.see("done")
    return Intake.objects.latest("id")


def is_taken(front: Eyes, lead: Eyes, intake: Intake) -> None:
    """The clerk looks at what the rules found and accepts; where two have to agree, the lead confirms."""
    url = f"/applications/intake/{intake.id}/"
    front.open(url, "intake")
    while front.page.locator("form[action$='/pass/']").count():
        with front.page.expect_navigation():
            front.page.locator("form[action$='/pass/'] button").first.click()
    with front.page.expect_navigation():
        front.page.locator("form[action$='/accept/'] button").first.click()
    front.see("intake-accepted")
    if state_of(intake) is IntakeState.EXAMINED:
        lead.page.goto(url)
        with lead.page.expect_navigation():
            lead.page.locator("form[action$='/confirm/'] button").first.click()
    assert state_of(intake) is IntakeState.HANDED_OVER


def state_of(intake: Intake) -> IntakeState:
    found = queries.intake(intake_id=intake.id)
    assert found is not None, "it was sent"
    return found.state


def is_switched(phone: Eyes, intake: Intake) -> Contract:
    """While the days passed; the applicant sees it on the page of the state, and reads the document from the mail."""
    registration = queries.registration_of(intake_id=intake.id)
    assert registration.state is RegistrationState.COMPLETED
    phone.page.goto("/apply/status/")
    phone.page.locator("input[name=number]").fill(intake.number)
    phone.page.locator("input[name=contact]").fill(MAIL)
    phone.page.get_by_role("button", name="表示").tap()
    phone.page.locator(".apply-stages").wait_for()
    phone.see("status")
    paper = phone.page.request.get(mailed("/portals/documents/"))
    assert paper.body().startswith(b"%PDF")
    found = contracts.contract(contract_id=registration.contract_id)
    assert found is not None
    return found


def mailed(part: str) -> str:
    """The latest address of a kind in the mails that went out."""
    return [found for sent in mail.outbox for found in re.findall(rf"{part}[^/\s]+/", sent.body)][-1]


def comes_in(customer: Eyes, front: Eyes, work: Callable[[], None], customer_id: int) -> None:
    """Invited by the clerk; chooses a password on the phone, signs in, finds both documents."""
    front.page.goto(f"/customers/{customer_id}/")
    with front.page.expect_navigation():
        front.page.locator(f"form[action='/customers/{customer_id}/portal/'] button").click()
    work()
    front.see("customer-invited")
    customer.open(mailed("/identity/invitation/"), "invitation")
    customer.page.locator("input[name=password]").fill(OWN_PASSWORD)
    customer.page.locator("input[name=again]").fill(OWN_PASSWORD)
    with customer.page.expect_navigation():
        customer.page.locator("form .btn-primary").click()
    customer.page.goto("/accounts/login/")
    customer.page.locator("input[name=login]").fill(parties.customer(customer_id=customer_id).number)  # type: ignore[union-attr]
    customer.page.locator("input[name=password]").fill(OWN_PASSWORD)
    customer.page.locator("form button[type=submit], form .btn-primary").first.click()
    customer.page.wait_for_url("**/portals/customer/")
    customer.see("portal-before")
    customer.open("/portals/customer/documents/", "portal-documents")
    assert customer.page.locator("tbody tr").count() == 2, "the documents before and after the contract"
    for what in ("payment", "moving"):
        customer.open(f"/portals/customer/changes/new/{what}/", f"portal-{what}")


def sees_the_first_bill(customer: Eyes, contract: Contract) -> None:
    """Amount, how it comes about, and what the meter counted, on a phone."""
    (bill,) = billing.bills_of(customer_id=contract.customer_id)
    customer.page.goto("/portals/customer/")
    assert f"{bill.total_minor:,}" in customer.page.locator("main").inner_text()
    customer.see("portal-billed")
    customer.page.get_by_role("link", name="計算の内訳").tap()
    customer.page.wait_for_url("**/bills/*/")
    customer.see("portal-bill")
    customer.open("/portals/customer/usage/", "portal-usage")
