"""Applying on a phone, and the clerk's page: done with the thumb, looked at, and nothing serious for axe."""

import pytest

from tests.applications import office
from tests.applications.office import ANSWERS
from tomoshibi.applications import operations, queries
from tomoshibi.applications.models import Intake
from tomoshibi.applications.values import Source
from tomoshibi.storage import db
from tomoshibi.worker import operations as clock


@pytest.fixture
def opened_office(transactional_db):
    with db.transaction():
        office.open_office()


def sent(**other):
    """An application that was sent."""
    answers = ANSWERS | other
    with db.transaction():
        made = operations.start(source=Source.WEB, typed=answers, language="ja", now=office.NOW)
        texts = queries.consent_texts(kind=answers["kind"], language="ja", on=office.NOW.date())
        return operations.send(key=made.key, agreed=texts, language="ja", now=office.NOW).intake


def forget_the_refusal(page):
    """The browser's console notes a refused form (422); nothing else may stand there."""
    assert [complaint for complaint in page.complaints if "422" not in complaint] == []
    page.complaints.clear()


def test_applying_on_a_phone(opened_office, open_page, look, accessible):
    page = open_page(size="phone")
    page.goto("/apply/")
    accessible(page)
    look(page, "apply-start", full=True)
    page.get_by_label("他社からの切替").check()
    page.get_by_label("郵便番号").fill("105-0011")
    page.get_by_role("button", name="次へ").tap()
    page.locator(".apply-offer").first.wait_for(timeout=90_000)
    accessible(page)
    look(page, "apply-plan", full=True)
    page.get_by_role("button", name="次へ").tap()
    page.get_by_text("この番号はどこに書いてありますか").tap()
    assert page.get_by_label("都道府県").input_value() == "東京都"
    page.get_by_label("番地").fill("99-1")
    page.get_by_label("供給地点特定番号").fill("0600 1122 3344 5566 7788 99")
    page.get_by_role("button", name="次へ").tap()
    # Refused beside the field; what was typed stays.
    page.get_by_text("関西のもので").wait_for()
    forget_the_refusal(page)
    accessible(page)
    look(page, "apply-place", full=True)
    page.get_by_label("供給地点特定番号").fill(ANSWERS["spin"])
    page.get_by_label("現在の電力会社").fill("東京でんき")
    page.get_by_label("現在のお客さま番号").fill("1234567890123")
    page.get_by_role("button", name="次へ").tap()
    page.get_by_label("お名前").fill("灯火 太郎")
    page.get_by_label("フリガナ").fill("ともしび たろう")
    page.get_by_label("電話番号").fill("090-0000-1234")
    page.get_by_label("メール", exact=False).first.fill("taro@example.jp")
    page.get_by_label("お支払い方法").select_option("transfer")
    accessible(page)
    look(page, "apply-you", full=True)
    page.get_by_role("button", name="次へ").tap()
    page.get_by_role("heading", name="内容の確認と送信").wait_for()
    accessible(page)
    look(page, "apply-check", full=True)
    # Back and forth: the browser's own button loses nothing.
    page.go_back()
    assert page.get_by_label("お名前").input_value() == "灯火 太郎"
    page.go_forward()
    for box in page.get_by_label("読んで同意しました").all():
        box.check()
    with db.transaction():
        clock.set_clock(now=office.NOW.replace(minute=5))
    page.get_by_role("button", name="申し込む").tap()
    page.get_by_role("heading", name="お申込みを受け付けました").wait_for()
    accessible(page)
    look(page, "apply-done", full=True)
    is_kept_once(page)
    sells_on_a_phone(page, look, accessible)


def is_kept_once(page):
    """Back to the sent form and loaded again: it is one application, and its number stands there."""
    page.go_back()
    page.reload()
    row = Intake.objects.get()
    assert (row.state, row.kana) == ("received", "トモシビ タロウ")
    assert page.get_by_text(row.number).is_visible()


def sells_on_a_phone(page, look, accessible):
    """The same pages for who sells: the plant instead of the use, what a month brings, and no question how they pay."""
    page.goto("/apply/")
    page.get_by_label("発電した電気を売る").check()
    page.get_by_label("郵便番号").fill("105-0011")
    page.get_by_role("button", name="次へ").tap()
    page.get_by_label("発電設備の出力").fill("4.5")
    page.get_by_role("button", name="買取額を表示").tap()
    page.locator(".apply-offer", has_text="あかり買取").wait_for()
    accessible(page)
    look(page, "apply-plant", full=True)
    page.get_by_role("button", name="次へ").tap()
    page.get_by_text("この番号はどこに書いてありますか").tap()
    page.get_by_label("番地").fill("99-1")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing moves sideways"
    accessible(page)
    look(page, "apply-sale-place", full=True)
    page.get_by_role("button", name="次へ").tap()
    page.get_by_label("お名前").wait_for()
    assert page.get_by_label("お支払い方法").count() == 0


def test_state_and_repair_on_a_phone(opened_office, open_page, look, accessible):
    made = sent(spin="", current_customer_number="")
    with db.transaction():
        asked = operations.ask(
            intake_id=made.id, among=["spin_missing", "customer_number"], now=office.NOW, actor_id=None
        )
    page = open_page(size="phone", language="zh-hans")
    page.goto("/apply/status/")
    page.get_by_label("受理编号").fill(made.number)
    page.get_by_label("邮箱或电话号码").fill("taro@example.jp")
    page.get_by_role("button", name="显示").tap()
    page.get_by_text("等待您的答复").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing moves sideways"
    accessible(page)
    look(page, "apply-status", full=True)
    from tomoshibi.applications import links

    token = links.made(key=asked.key, purpose=links.REPAIR, until=asked.expires_at)
    page.goto(f"/apply/repair/{token}/")
    accessible(page)
    look(page, "apply-repair", full=True)
    page.get_by_label("供电点编号").fill(ANSWERS["spin"])
    page.get_by_label("在该公司的客户编号").fill("123")
    page.get_by_role("button", name="发送").tap()
    page.get_by_role("heading", name="谢谢").wait_for()
    assert Intake.objects.get().state == "received"


@pytest.mark.parametrize(("size", "language"), [("desktop", "ja"), ("phone", "en")])
def test_the_clerks_day(opened_office, signed_in_page, look, accessible, size, language):
    made = sent(spin="", current_retailer="", agency_code="NOBODY")
    sent(spin="0300112233445566778811", name="火影 花子", kana="ホカゲ ハナコ")
    page = signed_in_page(size=size, language=language)
    page.goto("/applications/intake/")
    accessible(page)
    look(page, f"intakes-{language}", full=True)
    page.goto(f"/applications/intake/{made.id}/")
    accessible(page)
    look(page, f"intake-{language}", full=True)
    page.goto("/applications/agencies/")
    page.get_by_text("AKARI").first.click()
    accessible(page)
    look(page, f"agency-{language}", full=True)
