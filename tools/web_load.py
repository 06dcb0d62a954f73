"""
`make bench-web`: 200 applicants at once on the public site, each thinking 3 to 10 seconds between pages.

python -m tools.web_load [--url http://127.0.0.1:8000] [--people 200] [--seconds 180] [--seed 1]

Needs a running server with plans (`make run`). Each applicant is a browser of its own (cookies, a loopback address of its
own, since limits are kept per address) and walks beginning, plan, prices, place, you, check and sending; who has sent
begins anew. Printed: pages per second, median, 95th and 99th percentile per page, and everything that was no answer of the
expected kind. Nothing here is a test: no figure fails anything. What is sent stays in the server's database.
"""

import argparse
import asyncio
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

import httpx

THINK_SECONDS = (3.0, 10.0)
USES = range(160, 520, 20)
SIZES = ("A:20", "A:30", "A:40")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
EARLIEST = re.compile(r'name="wished_on" value="([0-9-]+)"')
PLAN = re.compile(r'name="plan_code" value="([a-z0-9-]+)"')
BOX = re.compile(r'name="(agree_[a-z]+)"')


@dataclass
class Figures:
    """Seconds per kind of page, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    sent: int = 0


class NotAnswered(RuntimeError):
    """A page did not come as expected; the applicant gives up and begins anew."""


class Applicant:
    """Somebody at home."""

    def __init__(self, number: int, url: str, figures: Figures, dice: random.Random) -> None:
        self.url, self.figures, self.dice = url, figures, dice
        self.address = f"127.1.{number // 250}.{number % 250 + 1}"

    async def live(self, until: float) -> None:
        await asyncio.sleep(self.dice.uniform(0, THINK_SECONDS[1]))
        while time.monotonic() < until:
            transport = httpx.AsyncHTTPTransport(local_address=self.address)
            try:
                async with httpx.AsyncClient(base_url=self.url, transport=transport, timeout=30) as browser:
                    await self.apply(browser, until)
            except (NotAnswered, httpx.HTTPError) as wrong:
                self.figures.errors[f"{type(wrong).__name__}: {wrong}"[:120]] += 1
                await self.think()

    async def think(self) -> None:
        await asyncio.sleep(self.dice.uniform(*THINK_SECONDS))

    async def page(
        self, browser: httpx.AsyncClient, name: str, path: str, *, wanted: int = 200, data: dict[str, str] | None = None
    ) -> str:
        began = time.perf_counter()
        answer = await (browser.get(path) if data is None else browser.post(path, data=data))
        self.figures.seconds[name].append(time.perf_counter() - began)
        if answer.status_code != wanted:
            raise NotAnswered(f"{name}: {answer.status_code}, not {wanted}")
        return answer.text

    async def step(self, browser: httpx.AsyncClient, name: str, path: str, shown: str, data: dict[str, str]) -> None:
        """Think, send a page, and be led to the next one."""
        await self.think()
        found = TOKEN.search(shown)
        if found is None:
            raise NotAnswered(f"{name}: no form")
        await self.page(browser, name, path, wanted=302, data={"csrfmiddlewaretoken": found[1], **data})

    async def apply(self, browser: httpx.AsyncClient, until: float) -> None:
        person = self.dice.randrange(10**8)
        shown = await self.page(browser, "beginning", "/apply/")
        await self.step(browser, "beginning, sent", "/apply/", shown, {"kind": "switch", "postal_code": "1050011"})
        shown = await self.page(browser, "plan", "/apply/plan/")
        size = {"size": self.dice.choice(SIZES), "use_kwh": str(self.dice.choice(USES)), "kva": ""}
        query = "&".join(f"{name}={value}" for name, value in size.items())
        offers = await self.page(browser, "prices", f"/apply/prices/?{query}")
        plans = PLAN.findall(offers)
        if not plans:
            raise NotAnswered("prices: no plan")
        await self.step(browser, "plan, sent", "/apply/plan/", shown, {**size, "plan_code": plans[0], "do": "next"})
        shown = await self.page(browser, "place", "/apply/place/")
        day = EARLIEST.search(shown)
        await self.step(browser, "place, sent", "/apply/place/", shown, {
            "postal_code": "1050011", "prefecture": "東京都", "city": "港区", "town": "芝公園",
            "block": f"99-{person}", "spin": f"0300{person:018d}", "current_retailer": "東京でんき",
            "current_customer_number": f"{person:013d}", "wished_on": day[1] if day else "",
        })  # fmt: skip
        shown = await self.page(browser, "you", "/apply/you/")
        await self.step(browser, "you, sent", "/apply/you/", shown, {
            "applicant": "person", "name": "負荷 試験", "kana": "フカ シケン", "phone": f"090{person:08d}",
            "mail": f"load{person}@example.jp", "payment_method": "transfer", "statement_channel": "portal",
        })  # fmt: skip
        shown = await self.page(browser, "check", "/apply/check/")
        if time.monotonic() >= until:
            return
        await self.step(browser, "check, sent", "/apply/check/", shown, dict.fromkeys(BOX.findall(shown), "on"))
        await self.page(browser, "done", "/apply/done/")
        self.figures.sent += 1
        await self.think()


def at(values: list[float], share: float) -> float:
    """The value that a share of the values does not exceed [ms]."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def show(figures: Figures, seconds: float) -> None:
    every = [value for values in figures.seconds.values() for value in values]
    if not every:
        print("no page was answered")
        return
    print(f"{'page':<18}{'pages':>8}{'median ms':>11}{'p95 ms':>9}{'p99 ms':>9}")
    for name, values in [*figures.seconds.items(), ("all", every)]:
        print(f"{name:<18}{len(values):>8}{at(values, 0.5):>11.0f}{at(values, 0.95):>9.0f}{at(values, 0.99):>9.0f}")
    print(
        f"{len(every) / seconds:.1f} pages per second, {figures.sent} applications sent, {sum(figures.errors.values())} errors"
    )
    for text, count in sorted(figures.errors.items(), key=lambda one: -one[1])[:10]:
        print(f"  {count} x {text}")


async def run(url: str, people: int, seconds: float, seed: int) -> Figures:
    figures, dice = Figures(), random.Random(seed)
    async with httpx.AsyncClient(base_url=url, timeout=120) as first:
        (await first.get("/apply/")).raise_for_status()
    until = time.monotonic() + seconds
    applicants = [Applicant(n, url, figures, random.Random(dice.random())) for n in range(people)]
    await asyncio.gather(*(one.live(until) for one in applicants))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wants = parser.parse_args()
    began = time.monotonic()
    try:
        figures = asyncio.run(run(wants.url, wants.people, wants.seconds, wants.seed))
    except httpx.HTTPError as wrong:
        raise SystemExit(f"{wants.url} does not answer ({wrong}); start it with make run") from None
    show(figures, time.monotonic() - began)


if __name__ == "__main__":
    main()
