"""The plan editor as a rate clerk meets it: typing, live prices beside it, findings at the field, the document itself."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tomoshibi.masters import operations as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import operations, queries
from tomoshibi.worker import operations as clock

NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
STEP = "versions[0].components[1].steps[0].price.amount"


@pytest.fixture
def rates_office(transactional_db, staff):
    with db.transaction():
        clock.set_clock(now=NOW)
        masters.load_shipped(on=NOW.date(), with_banks=False, invented=True)
        operations.install_shipped(now=NOW)
    return staff


def start_draft(staff, plan, **more):
    version = queries.versions_of(plan_code=plan)[0]
    with db.transaction():
        return operations.start_draft(version_id=version.id, now=NOW, actor_id=staff.pk, **more)


def test_a_price_is_typed_and_the_bill_beside_it_follows(rates_office, signed_in_page, accessible, look):
    draft_id = start_draft(rates_office, "tokyo-b")
    page = signed_in_page()
    page.goto(f"/tariffs/drafts/{draft_id}/")
    look(page, "draft-ja", full=True)
    accessible(page)
    total = page.locator("#example-total")
    before = total.inner_text()
    page.locator(f'[name="{STEP}"]').fill("41.20")
    page.keyboard.press("Tab")
    page.wait_for_function("before => document.querySelector('#example-total')?.innerText !== before", arg=before)
    assert "41.20 / kWh" in page.locator("#beside").inner_text()
    # A slip of the pen: told at the field, the typed text stays, and it is kept.
    page.locator(f'[name="{STEP}"]').fill("41..2")
    page.keyboard.press("Tab")
    page.wait_for_selector("#f-versions-0-components-1-steps-0-price-amount-e:not(:empty)")
    look(page, "draft-slip-ja")
    page.reload()
    assert page.locator(f'[name="{STEP}"]').input_value() == "41..2"
    # The document itself knows the line.
    page.goto(f"/tariffs/drafts/{draft_id}/text/")
    page.locator("[data-line]").first.click()
    picked = page.evaluate(
        "() => { const t = document.getElementById('text'); return t.value.slice(t.selectionStart, t.selectionEnd) }"
    )
    assert "41..2" in picked
    look(page, "draft-text-ja")
    accessible(page)


def test_a_link_that_is_followed_right_behind_the_last_key_loses_nothing(rates_office, signed_in_page):
    draft_id = start_draft(rates_office, "tokyo-b")
    page = signed_in_page()
    page.goto(f"/tariffs/drafts/{draft_id}/")
    page.locator(f'[name="{STEP}"]').fill("41.20")
    with page.expect_navigation(url="**/text/"):
        page.locator(".nav-tabs a[href$='/text/']").click()
    assert "41.20" in page.locator("#text").input_value()
    # From elsewhere meanwhile: what was typed here stays, and the page says who saved the draft.
    page.goto(f"/tariffs/drafts/{draft_id}/")
    with db.transaction():
        draft = queries.draft(draft_id=draft_id)
        operations.save_draft(
            draft_id=draft_id, text=draft.text + "\n", revision=draft.revision, now=NOW, actor_id=rates_office.pk
        )
    page.locator(f'[name="{STEP}"]').fill("42.00")
    page.keyboard.press("Tab")
    page.wait_for_selector("#beside .alert-danger")
    assert rates_office.display_name in page.locator("#beside").inner_text()
    assert page.locator(f'[name="{STEP}"]').input_value() == "42.00"


@pytest.mark.parametrize(
    ("size", "dark", "language"), [("phone", False, "ja"), ("desktop", True, "zh-hans"), ("phone", True, "en")]
)
def test_the_editor_of_a_time_of_use_plan_on_other_screens(
    rates_office, signed_in_page, accessible, look, size, dark, language
):
    draft_id = start_draft(rates_office, "tokyo-smart-life-s", plan_code="night-owl", name="夜ふかしプラン")
    page = signed_in_page(size=size, dark=dark, language=language)
    page.goto(f"/tariffs/drafts/{draft_id}/")
    page.wait_for_selector("#example-total")
    look(page, f"draft-bands-{language}{'-dark' if dark else ''}", full=True)
    accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page does not scroll sideways"
    for path in ("/tariffs/drafts/new/", f"/tariffs/drafts/{draft_id}/propose/", "/tariffs/drafts/"):
        page.goto(path)
        accessible(page)


def test_on_the_phone_findings_and_the_total_stay_in_sight_and_lead_to_their_place(
    rates_office, signed_in_page, accessible, look
):
    draft_id = start_draft(rates_office, "tokyo-b")
    page = signed_in_page(size="phone", language="en")
    page.goto(f"/tariffs/drafts/{draft_id}/")
    bar = page.locator("#draft-bar")
    total = page.locator("#example-total").inner_text()
    assert total in bar.inner_text()
    box = bar.bounding_box()
    assert box["y"] + box["height"] == 844, "at the lower edge, while the form is read"
    page.locator(f'[name="{STEP}"]').fill("41.20")
    page.keyboard.press("Tab")
    page.wait_for_function("before => !document.querySelector('#draft-bar').innerText.includes(before)", arg=total)
    assert page.locator("#example-total").inner_text() in bar.inner_text()
    page.locator(f'[name="{STEP}"]').fill("41..2")
    page.keyboard.press("Tab")
    bar.get_by_text("1 error").click()
    page.wait_for_function("document.querySelector('#check').getBoundingClientRect().top < innerHeight - 100")
    look(page, "draft-bar-en")
    accessible(page)
    page.locator("#check a").first.click()
    field = page.locator(f'[name="{STEP}"]').bounding_box()
    assert 0 < field["y"] < box["y"], "above the bar"


def test_on_the_phone_numbers_of_stacked_tables_stand_at_the_right(rates_office, signed_in_page, look):
    """A wide table that became cards, a list that became cards: figures end at one edge, their words begin at one."""
    page = signed_in_page(size="phone")
    for address, rows in (("/tariffs/plans/tokyo-b/", "table.as-cards td.num"), ("/tariffs/plans/", "td.num")):
        page.goto(address)
        page.wait_for_selector(rows)
        look(page, f"stacked-{rows.count('cards')}-ja")
        ends = page.evaluate(
            """(rows) => [...document.querySelectorAll(rows)].filter((cell) => cell.checkVisibility()).map((cell) => {
                 const text = document.createRange();
                 text.selectNodeContents(cell);
                 const inside = cell.getBoundingClientRect(), style = getComputedStyle(cell);
                 const end = inside.right - parseFloat(style.paddingRight);
                 return [Math.round(end - text.getBoundingClientRect().right), getComputedStyle(cell, "::before").textAlign];
               })""",
            rows,
        )
        assert ends, address
        assert {tuple(one) for one in ends} == {(0, "left")}, address
