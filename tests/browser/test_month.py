"""The open month of the demo, and an applicant up to the first bill, by hand: the pages that people see, on a desk and on a phone."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connections

from tests.browser import front_office
from tests.browser.conftest import SIZES
from tests.demo import small_demo
from tomoshibi.billing import queries as billing
from tomoshibi.billing.values import RunState
from tomoshibi.collection import queries as collection
from tomoshibi.collection.values import BatchState
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.onboarding.demo.staff import PASSWORD
from tomoshibi.parties import queries as parties
from tomoshibi.worker import queries as clock
from tomoshibi.worker import queue

pytestmark = pytest.mark.slow

MONTH = Month(2026, 10)
FIRST_MONTHS = (Month(2026, 11), Month(2026, 12))
"""Which of them has the first reading of who applied is the reading day's matter."""
CUSTOMERS_PASSWORD = "warm-lamp-77-x"
TALLEST = 2400


@dataclass
class Beside:
    """
    The worker's side of the house, in a thread of its own.

    The driver of the browser keeps an event loop in the test's thread; a client that runs one too cannot work there.
    """

    thread: ThreadPoolExecutor

    def __call__(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return self.thread.submit(function, *given, **named).result()

    def work(self) -> None:
        self(queue.run_waiting)


@pytest.fixture
def beside(transactional_db: None) -> Iterator[Beside]:
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield Beside(thread)
        thread.submit(connections.close_all).result()


@pytest.fixture
def demo(beside: Beside, settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DEMO = True
    story = small_demo(tmp_path)
    connections.close_all()  # a database that somebody is connected to is not copied
    beside(story.__enter__)
    yield
    beside(story.__exit__, None, None, None)


@dataclass
class Visitor:
    """Somebody at a browser; ``see`` looks at a page as it is met on a desk and on a phone."""

    page: Any
    look: Callable[..., Any]
    accessible: Callable[..., None]
    faults: list[str] = field(default_factory=list)

    def sign_in(self, username: str, password: str, *, to: str = "/") -> "Visitor":
        self.page.goto(f"/accounts/login/?next={to}")
        self.page.locator("input[name=login]").fill(username)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("form button[type=submit], form .btn-primary").first.click()
        self.page.wait_for_url(f"**{to}")
        return self

    def open(self, address: str, name: str) -> None:
        answer = self.page.goto(address)
        assert answer.ok, f"{address} answered {answer.status}"
        self.see(name)

    def see(self, name: str) -> None:
        """Nothing grave for axe, nothing that moves sideways on a phone; pictures of both."""
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            try:
                self.accessible(self.page)
            except AssertionError as found:
                self.faults.append(f"{name} on a {size}: {found}")
            over = self.page.evaluate("document.documentElement.scrollWidth") - width
            if over > 0:
                self.faults.append(f"{name} on a {size}: {over} pixels too wide")
            tall = self.page.evaluate("(document.querySelector('main') || document.body).scrollHeight + 64")
            self.page.set_viewport_size({"width": width, "height": min(max(tall, height), TALLEST)})
            self.look(self.page, f"month-{name}")
        width, height = SIZES["desktop"]
        self.page.set_viewport_size({"width": width, "height": height})

    def press(self, key: str) -> None:
        """One key, on the page and not in a field."""
        self.page.evaluate("document.activeElement.blur()")
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def submit(self) -> None:
        """The main button of the question or form on the page."""
        with self.page.expect_navigation():
            self.page.locator("main form .form-do .btn-primary, main form .form-do .btn-danger").first.click()


@pytest.fixture
def visitor(demo: None, open_page: Any, look: Any, accessible: Any) -> Iterator[Callable[..., Visitor]]:
    faults: list[str] = []
    yield lambda: Visitor(open_page(), look, accessible, faults)
    assert faults == [], "\n\n".join(faults)


def _fetch_readings(clerk: Visitor, beside: Beside) -> None:
    clerk.see("today")
    clerk.open("/metering/portals/", "portals")
    clerk.press("f")
    beside.work()
    clerk.open("/metering/files/", "meter-files")
    assert clerk.page.locator("#list tbody tr[data-id]").count() > 0
    clerk.open("/metering/gaps/", "gaps")
    assert metering.confirmed_frame(month=MONTH).height > 100


def _rate(clerk: Visitor, beside: Beside) -> int:
    clerk.open("/billing/runs/", "runs")
    clerk.page.keyboard.press("n")
    clerk.page.wait_for_url("**/billing/runs/new/**")
    clerk.open(f"/billing/runs/new/?month={MONTH}", "new-run")
    clerk.press("g")
    beside.work()
    clerk.page.get_by_role("link", name="精査する請求書").wait_for()  # the figures come by themselves when the job ends
    run = billing.runs(month=MONTH.number)[0]
    assert run.state is RunState.CHECKED
    clerk.open(f"/billing/runs/{run.id}/", "run-checked")
    return run.id


def _examine(clerk: Visitor, run_id: int) -> None:
    """The first one by its page and the keyboard, the rest together from the list."""
    page = clerk.page
    clerk.open(f"/billing/runs/{run_id}/exceptions/", "exceptions")
    blocking = billing.exceptions(run_id=run_id, severity="blocking", undecided=True)
    first = blocking[0]["contract_id"]
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#panel-body h2").first.wait_for()
    clerk.see("exceptions-panel")
    clerk.open(f"/billing/exceptions/{run_id}-{first}/", "exception")
    page.locator("textarea[name=reason], input[name=reason]").first.fill("使用量の急変を確認済み")
    clerk.press("h")
    left = {row["contract_id"] for row in billing.exceptions(run_id=run_id, severity="blocking", undecided=True)}
    assert first not in left, "the key decided it"
    page.goto(f"/billing/runs/{run_id}/exceptions/?severity=blocking&state=open")
    page.locator("[data-tick-all]").check()
    if page.locator("[data-choose-everything]").is_visible():
        page.locator("[data-choose-everything]").click()
    clerk.press("r")
    page.locator("main [name=reason]").fill("ロードカーブを確認、正常")
    clerk.see("release-many")
    clerk.submit()
    page.goto(f"/billing/runs/{run_id}/")
    clerk.press("e")
    clerk.see("run-examined")
    assert billing.run(run_id=run_id).state is RunState.EXAMINED


def _confirm_and_issue(clerk: Visitor, lead: Visitor, beside: Beside, run_id: int) -> None:
    lead.page.goto(f"/billing/runs/{run_id}/")
    lead.press("c")
    lead.see("confirm")
    lead.press("y")
    assert billing.run(run_id=run_id).state is RunState.CONFIRMED
    clerk.page.goto(f"/billing/runs/{run_id}/")
    clerk.press("i")
    clerk.see("issue-question")
    clerk.submit()
    beside.work()
    assert billing.run(run_id=run_id).state is RunState.ISSUED
    clerk.open(f"/billing/runs/{run_id}/", "run-issued")


def _bills(clerk: Visitor, beside: Beside, run_id: int) -> None:
    clerk.press("p")
    beside.work()
    clerk.open("/billing/printing/", "printing")
    clerk.open("/billing/bills/", "bills")
    bill_id = billing.issued_frame(run_id=run_id)["bill_id"][0]
    clerk.open(f"/billing/bills/{bill_id}/", "bill")
    statement = clerk.page.request.get(f"/billing/bills/{bill_id}/statement.pdf")
    assert statement.body().startswith(b"%PDF-")


def _debit(clerk: Visitor, lead: Visitor, beside: Beside) -> None:
    clerk.see("today-collection")
    clerk.open("/collection/", "collection")
    with clerk.page.expect_navigation():
        clerk.page.locator("form[action*='/prepare/agent_a/2026-11/27/'] button").click()
    clerk.see("batch-prepared")
    batch = collection.batches(states=[BatchState.PREPARED])[0]
    lead.page.goto(f"/collection/batches/{batch.id}/")
    lead.press("r")
    lead.see("release-debit-question")
    lead.submit()
    beside.work()
    assert collection.batch(batch_id=batch.id).state is BatchState.SENT
    clerk.open("/", "today-awaiting")
    with clerk.page.expect_navigation():
        clerk.page.locator(f"form[action='/go-on/'] button[value='{batch.result_on}']").click()
    beside.work()
    assert clock.today() == batch.result_on
    assert collection.batch(batch_id=batch.id).state is BatchState.ANSWERED
    clerk.open("/", "today-answered")
    clerk.open(f"/collection/batches/{batch.id}/", "batch-answered")
    clerk.open("/collection/results/", "results")
    with clerk.page.expect_navigation():
        clerk.page.locator("#list tbody tr[data-id] a").first.click()
    clerk.see("result")
    clerk.open("/collection/failed/", "failed-debits")
    clerk.open("/collection/receivables/", "receivables")


def _books(lead: Visitor) -> None:
    lead.open("/ledger/", "trial-balance")
    debit, credit = lead.page.locator("tfoot").inner_text().split()[1:3]
    assert debit == credit, "what was there at the start balances"
    owed = lead.page.locator("tbody tr", has_text="売掛金").first.inner_text().split()[-1]
    assert owed == f"{collection.open_total():,}"


def _customer(front: Visitor, visitor: Callable[..., Visitor], beside: Beside, run_id: int) -> None:
    issued = next(row for row in billing.issued_frame(run_id=run_id).iter_rows(named=True) if _may_be_invited(row))
    front.open(f"/customers/{issued['customer_id']}/", "customer")
    front.open(f"/parties/customers/{issued['customer_id']}/", "customer-master")
    front.page.goto(f"/customers/{issued['customer_id']}/")
    with front.page.expect_navigation():
        front.page.locator(f"form[action='/customers/{issued['customer_id']}/portal/'] button").click()
    beside.work()
    line = next(line for sent in mail.outbox for line in sent.body.splitlines() if "/identity/invitation/" in line)
    customer = visitor()
    customer.open(line[line.index("/identity/") :].strip(), "invitation")
    customer.page.locator("input[name=password]").fill(CUSTOMERS_PASSWORD)
    customer.page.locator("input[name=again]").fill(CUSTOMERS_PASSWORD)
    with customer.page.expect_navigation():
        customer.page.locator("form .btn-primary").click()
    number = parties.customer(customer_id=issued["customer_id"]).number
    customer.sign_in(number, CUSTOMERS_PASSWORD, to="/portals/customer/")
    customer.see("portal-home")
    assert f"{issued['amount_minor']:,}" in customer.page.locator("main").inner_text()
    customer.open("/portals/customer/bills/", "portal-bills")
    customer.open(f"/portals/customer/bills/{issued['bill_id']}/", "portal-bill")


def _may_be_invited(issued: dict[str, Any]) -> bool:
    """Whether nobody opened the portal for them yet; of one contract, so that the newest bill is the one of the run."""
    customer = parties.customer(customer_id=issued["customer_id"])
    if len(contracts.contracts_of(customer_id=customer.id)) != 1:
        return False
    return bool(customer.mail) and people.portal_access(customer_id=customer.id, now=clock.now()) is None


def _settle(clerk: Visitor, lead: Visitor, beside: Beside, month: Month) -> None:
    """A further month to its bills, with the keys alone."""
    page = clerk.page
    page.goto(f"/billing/runs/new/?month={month}")
    clerk.press("g")
    beside.work()
    run_id = billing.runs(month=month.number)[0].id
    page.goto(f"/billing/runs/{run_id}/exceptions/?severity=blocking&state=open")
    if page.locator("#list tbody tr[data-id]").count():
        page.locator("[data-tick-all]").check()
        if page.locator("[data-choose-everything]").is_visible():
            page.locator("[data-choose-everything]").click()
        clerk.press("r")
        page.locator("main [name=reason]").fill("ロードカーブを確認、正常")
        clerk.submit()
    for who, keys in ((clerk, "e"), (lead, "cy"), (clerk, "i")):
        who.page.goto(f"/billing/runs/{run_id}/")
        for key in keys:
            who.press(key)
    clerk.submit()
    beside.work()
    assert billing.run(run_id=run_id).state is RunState.ISSUED


@pytest.mark.timeout(1200)
def test_the_open_month_by_hand(visitor, beside, open_page, look, accessible):
    def eyes(page: Any) -> front_office.Eyes:
        return front_office.Eyes(page, look, accessible)

    before, phone = clock.now(), eyes(open_page(size="phone"))
    clerk, front = visitor().sign_in("yamada", PASSWORD), visitor().sign_in("suzuki", PASSWORD)
    intake = front_office.applies(phone)
    front_office.is_taken(eyes(front.page), eyes(visitor().sign_in("tanaka", PASSWORD).page), intake)
    _fetch_readings(clerk, beside)
    run_id = _rate(clerk, beside)
    _examine(clerk, run_id)
    lead = visitor().sign_in("sato", PASSWORD)
    _confirm_and_issue(clerk, lead, beside, run_id)
    _bills(clerk, beside, run_id)
    _debit(visitor().sign_in("ito", PASSWORD), visitor().sign_in("kato", PASSWORD), beside)
    _books(lead)
    _customer(front, visitor, beside, run_id)
    assert clock.now() - before > timedelta(hours=12), "the result comes on another day"
    contract = front_office.is_switched(phone, intake)
    customer = eyes(open_page(size="phone"))
    front_office.comes_in(customer, eyes(front.page), beside.work, contract.customer_id)
    here = [contract.supply_point_id]
    (month,) = [m for m in FIRST_MONTHS if not metering.confirmed_frame(month=m, supply_point_ids=here).is_empty()]
    _settle(clerk, lead, beside, month)
    front_office.sees_the_first_bill(customer, contract)
