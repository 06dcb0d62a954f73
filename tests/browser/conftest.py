"""Chromium on the real server: sign in, look at pages at two sizes, check what people with assistive devices meet."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path(os.environ.get("TOMOSHIBI_CHROMIUM", "/usr/bin/chromium"))
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ARTEFACTS = ROOT / "artefacts"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "a lamp in every window"
LONGEST = "test_the_open_month_by_hand"
SETTLED = """() => document.readyState === 'complete' && document.fonts.status === 'loaded'
  && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')
  && [...document.querySelectorAll('[data-chart] .chart-canvas')].every((place) => place.querySelector('canvas'))"""
"""Loaded, with what it asks for by itself, and every chart drawn: half a second sooner than the network's silence."""

# The driver runs an event loop in this thread; Django's guard against that does not apply to a test.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: item.name != LONGEST)  # begun first, so that nobody waits for it at the end


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip(
            f"{CHROMIUM} is not there: browser tests need Chromium (make test installs it where it may; TOMOSHIBI_CHROMIUM names another)"
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def staff(transactional_db: None, django_user_model: Any) -> Any:
    """A user who may do everything."""
    return django_user_model.objects.create_superuser(
        "yamada", password=PASSWORD, is_staff=True, display_name="山田 花子"
    )


@pytest.fixture
def open_page(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """
    Open a browser window of its own: ``open_page(size="phone", language="en", dark=True, user=staff)``.

    Whatever the page complains about (content security policy, script errors, failed requests) fails the test.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(*, size: str = "desktop", language: str = "ja", dark: bool = False, user: Any = None) -> Any:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=size == "phone",
            reduced_motion="reduce",
            locale={"ja": "ja-JP", "zh-hans": "zh-CN", "en": "en-GB"}[language],
        )
        contexts.append(context)
        cookies = {"django_language": language}
        if user is not None:
            cookies["sessionid"] = _session_of(user)
        context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in cookies.items()])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.set_default_navigation_timeout(60_000)  # the first page of a server also loads what all pages need
        page.complaints = complaints
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on(
            "console", lambda said: complaints.append(f"{said.text} ({page.url})") if said.type == "error" else None
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == [], complaints


def _settle(page: Any) -> None:
    page.wait_for_function(SETTLED)
    page.evaluate("() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))")


def _session_of(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.fixture
def signed_in_page(open_page: Callable[..., Any], staff: Any) -> Callable[..., Any]:
    """``signed_in_page(size=..., language=..., dark=...)``: a window of a signed-in member of staff."""
    return lambda **wishes: open_page(user=staff, **wishes)


@pytest.fixture
def look() -> Callable[..., Path]:
    """Keep a picture of a page among the artefacts: ``look(page, "bills-ja")``."""

    def taken(page: Any, name: str, *, full: bool = False) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        size = "phone" if page.viewport_size["width"] < 600 else "desktop"
        file = ARTEFACTS / f"{name}-{size}.png"
        _settle(page)
        page.screenshot(path=str(file), full_page=full)
        return file

    return taken


@pytest.fixture
def accessible() -> Callable[..., None]:
    """Fail when axe finds something serious or critical on the page."""

    def check(page: Any) -> None:
        _settle(page)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        grave = [
            f"{one['id']} ({one['impact']}): {one['help']} - {node['target']} {node.get('failureSummary', '')[:300]}"
            for one in found
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
        assert grave == [], "\n".join(grave)

    return check
