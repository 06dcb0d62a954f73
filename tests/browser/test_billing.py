"""Pages of billing and of the ledger, on a desk and on a phone: nothing scrolls sideways, nothing is hidden."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from tests.billing import book
from tests.billing.test_runs import issue, make
from tomoshibi.billing import queries
from tomoshibi.contracts import operations as contracts
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queue

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 4, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


def _month() -> list[str]:
    """Two issued bills, one of them in two parts and with a revised value; the addresses of the pages about them."""
    with db.transaction():
        worker.set_clock(now=NOW)
        book.masters_and_plans(NOW)
        identity.add_person(
            username="clerk", name="請求 花子", mail="clerk@example.jp", password="lamp-light-42", administrator=True
        )
        plain, changed = book.customer(1), book.customer(2)
        contracts.change_terms(contract_id=changed.id, start=date(2026, 9, 17), capacity_milli=40_000)
        for contract in (plain, changed):
            book.reading(contract, 398, now=NOW)
        run = make(NOW, book.people()[0])
        issue(run, NOW, book.people())
        book.reading(plain, 498, now=NOW)
        bill = next(one for one in queries.bills_of_run(run_id=run.id) if one.contract_id == changed.id)
    return [
        "/billing/runs/", "/billing/runs/new/?month=2026-11", "/billing/rebill/", f"/billing/runs/{run.id}/",
        "/billing/bills/", f"/billing/bills/{bill.id}/", f"/billing/bills/{bill.id}/replay/", "/ledger/?first=2026-11&last=2026-11",
        "/ledger/accounts/4120/?first=2026-11&last=2026-11", "/ledger/entries/",
    ]  # fmt: skip


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_pages_of_billing_and_ledger(
    size: str, transactional_db: Any, open_page: Any, accessible: Any, look: Any
) -> None:
    with ThreadPoolExecutor(max_workers=1) as thread:
        addresses = thread.submit(_month).result()
        user = thread.submit(lambda: User.objects.get(username="clerk")).result()
        thread.submit(connections.close_all).result()
    page = open_page(size=size, user=user)
    for address in addresses:
        answer = page.goto(address)
        assert answer.status == 200, address
        accessible(page)
        name = "billing-" + "-".join(part for part in address.split("?")[0].split("/") if part)
        look(page, name, full=True)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{address} scrolls sideways by {wide} px"


def test_the_list_of_differences_comes_by_itself(transactional_db: Any, open_page: Any) -> None:
    """Who asked stays on the page: what the worker found stands there as soon as it is found."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        beside.submit(_month).result()
        page = open_page(user=beside.submit(lambda: User.objects.get(username="clerk")).result())
        page.goto("/billing/rebill/")
        page.keyboard.press("l")
        page.locator(".job-progress").wait_for()
        beside.submit(queue.run_waiting).result()
        page.locator("main table form button").click()
        page.wait_for_url("**/billing/rebill/?job=*")
        beside.submit(queue.run_waiting).result()
        page.locator("main table a[href^='/billing/runs/']").click()
        page.wait_for_url("**/billing/runs/*/")
        beside.submit(connections.close_all).result()
