"""Stock customers in the browser, in Chinese: a block is uploaded, verified, imported and taken back (G-076 ... G-081)."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from tests import company
from tests.browser.conftest import SIZES
from tests.groups import book, sheets
from tests.groups.test_stock import LIST, benchmark, subs
from tomoshibi.groups import operations, queries
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queue

pytestmark = pytest.mark.slow


@pytest.fixture
def block(transactional_db: None, settings: Any, tmp_path: Any, now: Any) -> int:
    """A block of stock rows of one customer, nothing in it yet."""
    settings.MEDIA_ROOT = settings.DATA = tmp_path
    with db.transaction():
        worker.set_clock(now=now)
        company.enter()
        book.device_type()
        return operations.open_batch(
            name="城南一期", customer_id=book.customer(), takeover_on=date(2026, 10, 1), now=now
        )


def upload(page: Any, address: str, rows: list[list[Any]]) -> None:
    page.goto(address)
    page.locator("input[name=file]").set_input_files(
        {"name": "核查清单.xlsx", "mimeType": "application/octet-stream", "buffer": sheets.xlsx(rows)}
    )
    page.get_by_role("button", name="上传并读取").click()
    page.wait_for_url("**/jobs/**")
    queue.run_until_quiet()
    page.goto(address)


def confirmed(page: Any, button: str) -> None:
    """Press, read what it says, press what it offers."""
    page.get_by_role("button", name=button).first.click()
    page.locator("input[name=confirmed]").wait_for(state="attached")
    page.locator(
        "form:has(input[name=confirmed]) button.btn-primary, form:has(input[name=confirmed]) button.btn-danger"
    ).click()
    page.wait_for_load_state()
    queue.run_until_quiet()


def fits(page: Any) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= page.viewport_size["width"], f"{page.url} is {wide} px wide"


@pytest.mark.requirement("G-077", "G-078")
@pytest.mark.parametrize("size", SIZES)
def test_a_block_is_verified_imported_and_taken_back(signed_in_page, block, look, size):
    page = signed_in_page(size=size, language="zh-hans")
    address = reverse("groups:batch", args=[block])
    upload(page, address, [sheets.VERIFICATION, benchmark(1, 4, verified="")])
    upload(page, address, [LIST, *subs(1, 3, verified="")])
    fits(page)
    look(page, "stock-block", full=True)

    for box in page.locator("tbody .tick input").all():  # a phone shows no head of the list to tick all by
        box.check()
    page.get_by_role("button", name="登记核查结果").click()
    page.locator("select[name=found]").select_option("ok")
    page.locator("input[name=inspector]").fill("周巡")
    page.locator("input[name=on]").fill("2026-11-03")
    fits(page)
    look(page, "stock-verify")
    page.locator("form:has(input[name=confirmed]) button.btn-primary").click()
    page.get_by_text("4", exact=True).first.wait_for()

    confirmed(page, "导入")
    group = queries.group(benchmark_number="1702000001")
    assert queries.virtual_multiplier(group_id=group.id, on=book.TODAY) == 4
    page.goto(reverse("groups:group", args=[group.id]))
    page.locator(".chart canvas").first.wait_for()
    fits(page)
    look(page, "stock-group", full=True)
    page.goto(reverse("groups:districts"))
    fits(page)
    page.get_by_role("link", name="T1").click()
    page.locator(".chart canvas").wait_for()
    fits(page)
    look(page, "stock-district", full=True)
    page.goto(reverse("groups:portfolio"))
    page.locator("#districts-table").wait_for(state="attached")
    fits(page)
    look(page, "stock-portfolio", full=True)

    page.goto(address)
    confirmed(page, "回退")
    assert queries.group(benchmark_number="1702000001") is None
    page.goto(reverse("groups:stock"))
    fits(page)
    look(page, "stock-customers", full=True)
