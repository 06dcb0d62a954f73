"""
Pictures of the running demo's screens: python tools/screenshots.py [--base URL] [--out FOLDER] [--user NAME ...].

`make screenshots` writes the few that the README shows to docs/pictures, each as who sees it and at the width that person
works at; with --all every page of the rail is taken at desktop and phone width, for people who look.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


class Picture(NamedTuple):
    """One picture of the README: what is seen, at which width, and who sees it (nobody: without signing in)."""

    path: str
    size: str = "desktop"
    user: str = "admin"


README_PICTURES = {
    "jp": {
        "today": Picture("/"),
        "exceptions": Picture("/billing/runs/3/exceptions/"),
        "bill": Picture("/billing/bills/100/"),
        "collection": Picture("/collection/"),
        "plans": Picture("/tariffs/plans/tokyo-b/"),
        "fuel": Picture("/masters/fuel/"),
        "apply": Picture("/apply/", "phone", ""),
        "portal": Picture("/portals/customer/", "phone", "okyakusama"),
        "usage": Picture("/portals/customer/usage/", "phone", "okyakusama"),
    },
    "cn": {"group": Picture("/groups/2/", user="li")},
}
DEMOS = {"jp": ("http://127.0.0.1:8000", "ja"), "cn": ("http://127.0.0.1:8100", "zh-CN")}


def sign_in(page: Page, base: str, user: str, password: str) -> None:
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("aside.rail, .portal-top", state="attached")


def take(page: Page, address: str, target: Path) -> int:
    response = page.goto(address)
    page.wait_for_load_state("networkidle")
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(target))
    return response.status if response else 0


def addresses_of_rail(page: Page) -> dict[str, str]:
    links = page.eval_on_selector_all("aside.rail nav a", "all => all.map(a => a.getAttribute('href'))")
    return {(link.strip("/").replace("/", "-") or "today"): link for link in links}


def open_as(browser: Browser, wants: argparse.Namespace, *, size: str, user: str) -> Page:
    width, height = SIZES[size]
    page = browser.new_context(viewport={"width": width, "height": height}, locale=wants.language).new_page()
    if user:
        sign_in(page, wants.base, user, wants.password)
    return page


def report(status: int, size: str, path: str) -> None:
    print(f"{status} {size:8} {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", choices=DEMOS, default="jp")
    parser.add_argument("--base", help="the address, where it is not the demo's own")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="akari-no-demo-2026")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("pages", nargs="*", help="paths to take instead, like /billing/runs/1/")
    wants = parser.parse_args()
    address, wants.language = DEMOS[wants.demo]
    wants.base = wants.base or address
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        if wants.all or wants.pages:
            for size in SIZES:
                page = open_as(browser, wants, size=size, user=wants.user)
                pages = {p.strip("/").replace("/", "-").replace("?", "_"): p for p in wants.pages}
                for name, path in (pages or addresses_of_rail(page)).items():
                    report(take(page, wants.base + path, wants.out / f"{name}-{size}.png"), size, path)
                page.context.close()
        else:
            for name, picture in README_PICTURES[wants.demo].items():
                page = open_as(browser, wants, size=picture.size, user=picture.user)
                status = take(page, wants.base + picture.path, wants.out / f"{name}.png")
                report(status, picture.size, picture.path)
                page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
