"""
A new time-of-use plan by mouse and keyboard: written in the editor, studied, published by a second person, billed with.

On a desk the keys are used that the pages name, on a phone the buttons are tapped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.billing import book
from tests.billing.rates_office import FIRST, MONTH, set_up_office
from tests.browser.test_month import Beside, beside  # noqa: F401 - a fixture
from tomoshibi.billing import queries as billing
from tomoshibi.billing.values import RunState, StudyState
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.tariffs import queries as tariffs

pytestmark = pytest.mark.slow
TALLEST = 3600
BANDS = "bands[{}].price.amount"


@dataclass
class Person:
    """Somebody at a browser who uses the keys on a desk and the buttons on a phone."""

    page: Any
    look: Callable[..., Any]
    accessible: Callable[..., None]

    @property
    def on_a_phone(self) -> bool:
        return bool(self.page.viewport_size["width"] < 600)

    def open(self, address: str) -> None:
        assert self.page.goto(address).ok, address

    def see(self, name: str) -> None:
        """What axe and the eye say about the page."""
        page, size = self.page, self.page.viewport_size
        self.accessible(page)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{name} is {over} pixels too wide"
        tall = page.evaluate("(document.querySelector('main') || document.body).scrollHeight + 64")
        page.set_viewport_size(size | {"height": min(max(tall, size["height"]), TALLEST)})
        self.look(page, f"new-plan-{name}")
        page.set_viewport_size(size)

    def press(self, key: str) -> None:
        """The act that a key stands for: the key itself on a desk, its button on a phone."""
        button = self.page.locator(f"main [data-key='{key}']")
        button.wait_for()
        with self.page.expect_navigation():
            if self.on_a_phone:
                button.tap()
            else:
                self.page.evaluate("document.activeElement.blur()")
                self.page.keyboard.press(key)

    def submit(self) -> None:
        """The main button of the form on the page; Enter in its last field on a desk."""
        button = self.page.locator("main form .form-do .btn-primary, main form .form-do .btn-danger").first
        with self.page.expect_navigation():
            if self.on_a_phone:
                button.tap()
            else:
                button.focus()
                self.page.keyboard.press("Enter")

    def type(self, label: str, text: str) -> None:
        """Into the field of this name, leaving it by Tab."""
        field = self.page.locator(f'[name="{label}"]')
        field.fill(text)
        field.press("Tab")


@pytest.fixture
def office(transactional_db: None, settings: Any, tmp_path: Any, beside: Beside) -> Beside:  # noqa: F811 - a fixture
    settings.MEDIA_ROOT = tmp_path / "files"

    def set_up() -> None:
        with db.transaction():
            set_up_office()

    beside(set_up)
    return beside


@pytest.fixture
def person(office: Beside, open_page: Any, look: Any, accessible: Any) -> Callable[[str, str], Person]:
    def signed_in(username: str, size: str) -> Person:
        user = office(lambda: User.objects.get(username=username))
        page = open_page(user=user, size=size)
        # The editor prices two dozen bills at each look; a machine that is busy with other tests takes its time.
        page.set_default_timeout(60_000)
        return Person(page, look, accessible)

    return signed_in


def _write(clerk: Person) -> int:
    """From the list of drafts to a sound document: the tiers out, day and night in, a slip on the way."""
    page = clerk.page
    clerk.open("/tariffs/drafts/")
    with page.expect_navigation():
        page.locator("main a[href$='/tariffs/drafts/new/']").first.click()
    page.locator("[name=purpose][value=new]").check()
    page.locator("[name=version]").select_option(index=1)
    clerk.type("plan_code", "night-lamp")
    clerk.type("name", "夜あかり")
    clerk.type("valid_from", str(FIRST))
    clerk.see("new-draft")
    clerk.submit()
    draft_id = int(page.url.rstrip("/").rsplit("/", 1)[1])
    energy = page.locator("fieldset.pbox", has=page.locator("[name*='.steps[0]']"))
    with page.expect_navigation():
        energy.locator("button.pbox-out").click()
    page.locator("#new-kind").select_option("bands")
    with page.expect_navigation():
        page.locator("button[value=component]").click()
    assert not page.locator(".toast-error").count(), "nobody else saved it"
    bands = page.locator("[name$='.bands[0].price.amount']").get_attribute("name").removesuffix(BANDS.format(0))
    assert page.locator(".pfindings .is-bad").count(), "prices are missing, and the page says so"
    clerk.see("draft-begun")
    clerk.type(bands + BANDS.format(0), "38.90")
    clerk.type(bands + BANDS.format(1), "2 4.10")
    slip = page.locator(f'[name="{bands}{BANDS.format(1)}"]').get_attribute("aria-describedby")
    page.wait_for_function("id => document.getElementById(id).textContent.includes('2 4.10')", arg=slip)
    clerk.see("draft-slip")
    clerk.type(bands + BANDS.format(1), "24.10")
    page.locator(f'[name="{bands}round.unit"]').fill("1")
    page.locator(f'[name="{bands}round.mode"]').select_option("half_up")
    page.locator(f'[name="{bands}remainder"]').select_option("day")
    page.locator("#example-total").wait_for()
    clerk.see("draft-sound")
    assert "24.10" in page.locator("#beside").inner_text()
    assert "再エネ" in page.locator(".pexample").inner_text(), "the levy is still there after all that tabbing"
    return draft_id


def _study(clerk: Person, beside: Beside) -> int:  # noqa: F811 - a fixture
    """From the draft's own offer to the amounts; returns what the book would come to."""
    page = clerk.page
    with page.expect_navigation():
        page.locator("#beside a[href*='studies/new']").click()
    page.locator("[name=move_from]").select_option(book.PLAN)
    page.locator("[name=move_to]").select_option("night-lamp")
    clerk.type("first_month", MONTH)
    clerk.type("last_month", MONTH)
    clerk.see("study-question")
    clerk.submit()
    beside.work()
    page.reload()
    study = beside(lambda: billing.study(study_id=int(page.url.rstrip("/").rsplit("/", 1)[1])))
    assert study.state is StudyState.DONE
    total = int(study.result["totals"]["after_minor"])
    assert f"{total:,}" in page.locator("#study-after").inner_text()
    clerk.see("study")
    return total


def _publish(clerk: Person, lead: Person, draft_id: int) -> None:
    clerk.open(f"/tariffs/drafts/{draft_id}/")
    clerk.press("p")
    clerk.type("reason", "夜型のご家庭のための新プラン")
    clerk.see("propose")
    clerk.submit()
    assert clerk.page.locator("main a[href$='/publish/']").count() == 0, "not by who proposed it"
    lead.open(clerk.page.url)
    lead.page.locator("main a[href*='studies/new']").first.wait_for()
    lead.see("proposal")
    lead.press("c")
    lead.page.locator("main .facts").get_by_text("夜型のご家庭").wait_for()
    lead.page.locator("main [hx-get*='on-plan'] h2").wait_for()
    lead.see("publish")
    lead.press("y")
    lead.see("published")


def _move(clerk: Person, contract_ids: list[int]) -> None:
    """Each contract from the second of September on."""
    for number, contract_id in enumerate(contract_ids):
        clerk.open(f"/contracts/{contract_id}/")
        page = clerk.page
        form = page.locator("form[action$='/change/']")
        form.locator("[name=plan_code]").select_option("night-lamp")
        form.locator("[name=start]").fill("2026-09-02")
        form.locator("[name=reason]").fill("お客さまのご希望")
        if number == 0:
            clerk.see("contract-change")
        with page.expect_navigation():
            form.locator("button.btn-primary").click()


def _bill(clerk: Person, lead: Person, beside: Beside) -> int:  # noqa: F811 - a fixture
    page = clerk.page
    clerk.open(f"/billing/runs/new/?month={MONTH}")
    clerk.see("new-run")
    clerk.press("g")
    beside.work()
    run_id = beside(lambda: billing.runs(month=book.OCTOBER.number)[0].id)
    clerk.open(f"/billing/runs/{run_id}/exceptions/?severity=blocking&state=open")
    if page.locator("[data-tick-all]").is_visible():
        page.locator("[data-tick-all]").check()
        clerk.press("r")
        page.locator("main [name=reason]").fill("確認済み")
        clerk.submit()
    clerk.open(f"/billing/runs/{run_id}/")
    clerk.press("e")
    clerk.see("run")
    lead.open(f"/billing/runs/{run_id}/")
    lead.press("c")
    lead.see("confirm")
    lead.press("y")
    clerk.open(f"/billing/runs/{run_id}/")
    clerk.press("i")
    clerk.submit()
    beside.work()
    return int(run_id)


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.timeout(600)
def test_a_clerk_makes_a_time_of_use_plan_studies_publishes_and_bills_it(size, office, person):
    clerk, lead = person("ito", size), person("abe", size)
    draft_id = _write(clerk)
    foreseen = _study(clerk, office)
    _publish(clerk, lead, draft_id)
    assert office(lambda: tariffs.plan_version(plan_code="night-lamp", on=FIRST)) is not None
    supplied = office(lambda: contracts.supplied_frame(period_start=FIRST, period_end=book.OCTOBER_CUT))
    _move(clerk, supplied["contract_id"].to_list())
    run = office(lambda run_id: billing.run(run_id=run_id), _bill(clerk, lead, office))
    assert (run.state, run.bill_count, run.total_minor) == (RunState.ISSUED, supplied.height, foreseen)
    bill = office(lambda: billing.bills_of_run(run_id=run.id))[0]
    assert bill.plan_code == "night-lamp"
    clerk.open(f"/billing/bills/{bill.id}/")
    derived = clerk.page.locator("main").inner_text()
    assert "38.90" in derived
    assert "24.10" in derived
    clerk.see("bill")
    clerk.press("r")
    assert clerk.page.locator("main .callout.state-good").count() == 1, "the same to the yen, line by line"
    assert not clerk.page.locator("main .state-bad").count()
    clerk.see("replay")
