"""Signing in, today, jobs and error pages, in three languages, light and dark, on a desk and on a phone."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.conftest import PASSWORD
from tomoshibi.worker.models import Job

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
WORDS = {
    "ja": ("サインイン", "ジョブ", "失敗"),
    "zh-hans": ("登录", "任务", "失败"),
    "en": ("Sign in", "Jobs", "failed"),
}


@pytest.fixture
def jobs(transactional_db):
    states = ("waiting", "running", "done", "failed")
    Job.objects.bulk_create(
        Job(
            name="billing.rate",
            label=f"検針日 11/{n % 28 + 1:02d} 東京の料金計算",
            procedure="RB6",
            state=states[n % 4],
            done_count=1_200 if n % 4 == 1 else 0,
            total_count=3_012 if n % 4 == 1 else 0,
            message="ファイルに終端レコードがありません" if n % 4 == 3 else "",
            error="ファイルに終端レコードがありません\n\nTraceback" if n % 4 == 3 else "",
            enqueued_at=AT + timedelta(minutes=n),
            started_at=AT + timedelta(minutes=n) if n % 4 else None,
            ended_at=AT + timedelta(minutes=n + 1) if n % 4 > 1 else None,
        )
        for n in range(60)
    )


@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_signing_in(open_page, staff, look, accessible, language):
    sign_in = WORDS[language][0]
    page = open_page(language=language)
    page.goto("/worker/jobs/")
    accessible(page)
    look(page, f"sign-in-{language}")
    page.locator("input[name=login]").fill(staff.username)
    page.locator("input[name=password]").fill("not the password")
    page.get_by_role("button", name=sign_in, exact=True).click()
    page.wait_for_selector(".alert, .field-errors")
    assert page.locator("input[name=login]").input_value() == staff.username
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=sign_in, exact=True).click()
    page.wait_for_url("**/worker/jobs/")
    assert page.locator("h1").inner_text() == WORDS[language][1]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize(("language", "dark"), [("ja", False), ("ja", True), ("en", False), ("zh-hans", True)])
def test_today_and_jobs(signed_in_page, jobs, look, accessible, size, language, dark):
    page = signed_in_page(size=size, language=language, dark=dark)
    name = f"{language}{'-dark' if dark else ''}"
    page.goto("/")
    accessible(page)
    look(page, f"today-{name}")
    page.goto("/worker/jobs/?state=failed")
    assert page.locator("#list").get_attribute("data-count") == "15"
    assert WORDS[language][2] in page.locator("tbody .state").first.inner_text()
    accessible(page)
    look(page, f"jobs-{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_a_job_that_ends_while_one_looks(signed_in_page, jobs):
    running = Job.objects.filter(state="running").first()
    page = signed_in_page()
    page.goto(f"/worker/jobs/{running.id}/?next=/worker/jobs/")
    page.wait_for_selector("progress")
    Job.objects.filter(id=running.id).update(state="done", message="3,012 件を計算しました", ended_at=AT)
    page.get_by_text("3,012 件を計算しました").wait_for()
    page.get_by_role("link", name="次へ").click()
    page.wait_for_url("**/worker/jobs/")


def test_a_failed_job_runs_again_from_the_keyboard(signed_in_page, jobs, look):
    failed = Job.objects.filter(state="failed").order_by("-id").first()
    page = signed_in_page()
    page.goto("/worker/jobs/?state=failed")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h2")
    look(page, "jobs-panel")
    page.keyboard.press("r")
    page.wait_for_url(f"**/worker/jobs/{failed.id}/")
    assert Job.objects.get(id=failed.id).state == "waiting"


def test_language_and_theme_are_kept(signed_in_page, look):
    page = signed_in_page(language="ja")
    page.goto("/worker/jobs/")
    page.locator(".top-user").click()
    page.locator("[data-theme-switch]").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.locator(".top-user").click()
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("h1:has-text('Jobs')")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    look(page, "keys-en-dark")


@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_what_is_not_there_and_what_is_not_allowed(open_page, django_user_model, look, accessible, language):
    clerk = django_user_model.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    page = open_page(language=language, user=clerk)
    for address, name in (("/nothing/here/", "404"), ("/identity/people/", "403")):
        page.goto(address)
        assert page.locator("h1").inner_text().strip() != ""
        accessible(page)
        look(page, f"{name}-{language}")
    page.complaints[:] = [said for said in page.complaints if "404" not in said and "403" not in said]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_protecting_the_sign_in(open_page, staff, look, accessible, language):
    page = open_page(language=language)
    page.goto("/accounts/login/?next=/accounts/2fa/")
    page.locator("input[name=login]").fill(staff.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=WORDS[language][0], exact=True).click()
    page.wait_for_url("**/accounts/2fa/")
    accessible(page)
    look(page, f"protection-{language}")
    for address, name in (("totp/activate", "totp"), ("webauthn/add", "passkey")):
        page.goto(f"/accounts/2fa/{address}/")
        accessible(page)
        look(page, f"{name}-{language}")
    page.goto("/accounts/password/change/")
    accessible(page)
    look(page, f"password-{language}")
