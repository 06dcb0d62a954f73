"""
Pictures of the running demo's screens: python tools/screenshots.py [--base URL] [--out FOLDER] [--user NAME ...].

`make screenshots` writes the few that the README shows to docs/pictures; with --all every page of the rail is taken at
desktop and phone width, for people who look.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
README_PAGES = {
    "today": "/",
    "exceptions": "/billing/runs/3/exceptions/",
    "bill": "/billing/bills/100/",
    "collection": "/collection/",
    "plans": "/tariffs/plans/tokyo-b/",
    "fuel": "/masters/fuel/",
}


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "pictures")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="akari-no-demo-2026")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--language", default="ja")
    parser.add_argument("pages", nargs="*", help="paths to take instead, like /billing/runs/1/")
    wants = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for size, (width, height) in SIZES.items():
            if size == "phone" and not wants.all and not wants.pages:
                continue
            context = browser.new_context(viewport={"width": width, "height": height}, locale=wants.language)
            page = context.new_page()
            sign_in(page, wants.base, wants.user, wants.password)
            pages = {p.strip("/").replace("/", "-").replace("?", "_"): p for p in wants.pages}
            pages = pages or (addresses_of_rail(page) if wants.all else README_PAGES)
            for name, path in pages.items():
                suffix = f"-{size}" if wants.all or wants.pages else ""
                status = take(page, wants.base + path, wants.out / f"{name}{suffix}.png")
                print(f"{status} {size:8} {path}")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
