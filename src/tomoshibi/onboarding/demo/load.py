"""Loading the demo: steps in their order, each in a transaction of its own, none done twice."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import polars as pl

from tomoshibi.applications.operations import notices
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.masters import operations as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.metering import operations as metering
from tomoshibi.onboarding import operations, queries
from tomoshibi.onboarding.demo import agent, letters, loads, market, outside, past, portfolio, staff, story
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.parties import values as party_values
from tomoshibi.rating.devices import Devices
from tomoshibi.rating.program import Program
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.tariffs import queries as tariff_queries
from tomoshibi.worker import operations as worker

COMPANY = {
    "name": "灯火でんき株式会社（架空の会社・デモ）", "name_kana": "トモシビデンキ", "country": "JP", "currency": "JPY",
    "language": "ja", "registration_number": "T0000000000000", "postal_code": "1050011",
    "address": "東京都港区芝公園51-51 灯火ビル", "phone": "03-0000-0000", "mail": "info@tomoshibi.example.jp",
    "website": "https://tomoshibi.example.jp", "bank_code": "0001", "branch_code": "001", "bank_name": "みずほ",
    "branch_name": "東京営業部", "account_kind": "普通", "account_number": "0000001",
    "account_holder_kana": "ﾄﾓｼﾋﾞﾃﾞﾝｷ(ｶ",
}  # fmt: skip
AGENT = {
    "code": "agent_a", "name": "収納代行A（架空）", "consignor_code": "9900000001", "consignor_kana": "ﾄﾓｼﾋﾞﾃﾞﾝｷ(ｶ",
    "bank_code": "0001", "bank_kana": "ﾐｽﾞﾎ", "branch_code": "001", "branch_kana": "ﾄｳｷﾖｳ", "account_kind": "1",
    "account_number": "0000001", "fee_yen": "66",
    "file_profile": '{"separator": "crlf", "end_of_file_mark": false, "code_division": "0"}',
}  # fmt: skip
NOTICE_TEXTS = {
    "registration_number": "登録番号 架空-0555（この会社は実在せず、登録番号も架空のものです）\n"
    "適格請求書発行事業者の登録番号 {invoice_registration}（架空）",
    "power_mix": "{fiscal_year}年度の計画値（架空の数値）：再生可能エネルギー 40％、天然ガス火力 35％、卸電力取引所からの調達 25％。"
    "非化石証書は使用していません。",
}
NOTICE_COUNSEL = "架空の会社のための架空の文面（2026年10月1日、灯火でんき法務・架空）"
"""The demo's company has put values of its own in the place of the samples, and says that they are invented."""
SOURCE = "demo (invented)"
MWH_DWH = 1_000 * DWH_PER_KWH
CORRECTED_AFTER = timedelta(days=3)
"""The grid company put some values of the last billed month right so long after they had come, still before the bills."""


class NotEmpty(RuntimeError):
    """The database holds customers that are not the demo's."""


class NoPlan(RuntimeError):
    """An area of the demo has no plan for a kind of customer."""


class Step(NamedTuple):
    """
    A part of the load: what it is called, and what it does; its answer is a sentence.

    :ivar whole: the step is one transaction together with the record that it was done. The others open transactions
        of their own, run jobs and talk to the outside; done again after an interruption, they go on where they stopped
    """

    code: str
    work: Callable[[], str]
    whole: bool = True


def steps() -> Iterator[Step]:
    """All steps in their order."""
    yield Step("masters", _load_masters)
    yield Step("company", _found_company)
    yield Step("plans", _publish_plans)
    begun = market.START
    yield Step("staff", lambda: f"{staff.employ()} people")
    yield Step("portfolio", _register_portfolio)
    yield Step("collective", _ask_for_one_invoice)
    for month in story.months_taken_over():
        yield Step(f"readings {month}", lambda month=month: _take_over(month))  # type: ignore[misc]
    yield Step("demand", _collect_demand)
    yield Step("outside", _connect)
    for month in story.BILLED:
        known = story.known_on(month)
        yield Step(f"spot {month}", lambda first=begun, last=known: _load_spot_prices(first, last, on=last))  # type: ignore[misc]
        begun = known + timedelta(days=1)
        yield Step(f"bills {month}", lambda month=month: past.bill(month), whole=False)  # type: ignore[misc]
        yield Step(f"debit {month}", lambda month=month: past.debit(month), whole=False)  # type: ignore[misc]
        yield Step(f"transfers {month}", lambda month=month: past.transfers(month), whole=False)  # type: ignore[misc]
    tomorrow = story.NOW.date() + timedelta(days=1)
    yield Step(f"spot {story.OPEN}", lambda: _load_spot_prices(begun, tomorrow, on=story.NOW.date()))
    yield Step("surprises", past.surprises, whole=False)
    yield Step("portal", _open_portal, whole=False)
    yield Step("letters", _write_letters)
    yield Step("files", _write_files, whole=False)
    yield Step("clock", _set_clock)


def is_loaded() -> bool:
    return "clock" in queries.done_steps()


def load(
    *,
    say: Callable[[str, str], None],
    of: Callable[[], Iterator[Step]] = steps,
    at: datetime = story.NOW,
) -> int:
    """
    Do every step that was not done yet.

    :param say: told the code and outcome of each step
    :param of: the steps of this demonstration
    :param at: when it plays
    :returns: steps done now
    :raises NotEmpty: if the database is somebody's own
    """
    done = queries.done_steps()
    if not done and not party_queries.customers_frame().is_empty():
        raise NotEmpty("this database has customers of its own; the demo needs an empty one (see TOMOSHIBI_DATA)")
    count = 0
    for step in of():
        if step.code in done:
            continue
        if step.whole:
            with db.transaction():
                outcome = step.work()
                operations.mark_step(code=step.code, at=at, outcome=outcome)
        else:
            outcome = step.work()
            with db.transaction():
                operations.mark_step(code=step.code, at=at, outcome=outcome)
        say(step.code, outcome)
        count += 1
    return count


def _load_masters() -> str:
    outcome = masters.load_shipped(on=story.NOW.date(), invented=True)
    return f"{sum(outcome.inserted.values()):,} rows of published and approximated masters"


def _found_company() -> str:
    dated = {"valid_from": story.OPENING.isoformat(), "source": SOURCE, "confidence": "high"}
    masters.put_rows(master="company", rows=[COMPANY | dated])
    masters.put_rows(master="debit_agents", rows=[AGENT | dated])
    return COMPANY["name"]


def _publish_plans() -> str:
    return f"{tariffs.install_shipped(now=story.at_nine(story.known_on(story.FIRST_MONTH)))} plan versions published"


def offered_plans() -> portfolio.Plans:
    """
    What each area offers: of the regulated plans, sized ones for shops and the others for homes; free plans for homes.

    Only plans whose prices are known from the first day that is billed, and that a meter is read for.

    :raises NoPlan: where there is none
    """
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    first = story.BILLED[0].plus(-1).first
    for area in story.AREAS:
        known = [p for p in tariff_queries.plans(on=first, area=area) if p.voltage == "low" and p.current]
        programs = tariff_queries.programs([p.current.id for p in known if p.current])
        plans = [p for p in known if p.current and not _by_devices(programs[p.current.id])]
        regulated = [(p.code, p.capacity_unit) for p in plans if p.kind == "regulated"]
        shops = [plan for plan in regulated if plan[1] == "kVA"]
        homes = [plan for plan in regulated if plan[1] in {"A", "contract"}]
        free = [(p.code, p.capacity_unit) for p in plans if p.kind == "free" and p.capacity_unit in {"A", "contract"}]
        free = [plan for plan in free if plan[0] != market.PLAN]  # a few have it, see the portfolio
        # Three of four homes are on a regulated plan where the market offers another.
        found[area, "household"] = homes * 3 * max(1, len(free)) + free * len(homes)
        found[area, "shop"] = shops or homes
        if not homes:
            raise NoPlan(f"no plan for homes in area {area} on {first}")
    return found


def _by_devices(program: Program) -> bool:
    """Lamps and devices without a meter: nobody in the demo has any."""
    return any(isinstance(component, Devices) for component in program.components)


def _load_spot_prices(first: date, last: date, *, on: date) -> str:
    """Spot prices that no market ever had; a bill of the past knows those that had come by then."""
    made = masters.import_spot(
        content=market.file(first, last),
        file_name="spot_invented.csv",
        now=story.at_nine(on),
        actor_id=None,
        invented=True,
    )
    return f"invented prices of {made.first_day} to {made.last_day}"


def demo_portfolio() -> portfolio.Portfolio:
    return portfolio.build(plans=offered_plans(), today=story.NOW.date(), count=story.CUSTOMERS)


def _register_portfolio() -> str:
    """Registers give the numbers; the frames' own keys only tie their rows together."""
    made = demo_portfolio()
    customers = _numbered(made.customers, parties.register_customers, key="customer_number")
    accounts = made.accounts.join(customers, on="customer_number", how="left", maintain_order="left")
    numbers = _numbered(
        accounts.drop("customer_number").rename({"new": "customer_number"}),
        parties.register_accounts,
        key="account_number",
    )
    payers = numbers.rename({"account_number": "account_number_of_payer"})
    mandates = made.mandates.join(payers, on="account_number_of_payer", how="left", maintain_order="left")
    parties.register_mandates(mandates.drop("account_number_of_payer").rename({"new": "account_number_of_payer"}))
    supply.register_points(made.points)
    supply.register_meters(made.meters)
    signed = made.contracts.join(numbers, on="account_number", how="left", maintain_order="left")
    contracts.register_many(signed.drop("account_number").rename({"new": "account_number"}))
    return f"{made.customers.height:,} customers, {made.points.height:,} points, {made.contracts.height:,} contracts"


def _ask_for_one_invoice() -> str:
    """The company with several shops gets one invoice from the last billed month on."""
    several = supplied(story.OPEN).group_by("account_id").len().filter(pl.col("len") > 1)["account_id"].sort()
    for account_id in several:
        parties.change_account_terms(
            account_id=account_id, start=story.BILLED[-1].first, collective=party_values.Collective.WAIT
        )
    return f"{several.len()} payers get one invoice for several contracts"


def _numbered(frame: pl.DataFrame, register: Callable[[pl.DataFrame], pl.DataFrame], *, key: str) -> pl.DataFrame:
    """:returns: the frame's own key, and ``new``, the number that registration gave"""
    written = register(frame.drop("number"))
    return pl.DataFrame({key: frame["number"], "new": written["number"]})


def supplied(month: Month) -> pl.DataFrame:
    """Who is supplied on a day that a reading month may hold."""
    return contract_queries.supplied_frame(period_start=month.plus(-1).first, period_end=month.plus(1).first)


def _take_over(month: Month) -> str:
    readings = loads.readings(supplied(month), month=month, loads=demo_loads(), with_half_hours=month in story.BILLED)
    if month == story.BILLED[-1]:
        first = loads.before_correction(readings, supplied(month))
        metering.take_over(readings=first, now=story.at_nine(story.known_on(month) - CORRECTED_AFTER))
    metering.take_over(readings=readings, now=story.at_nine(story.known_on(month)))
    return f"{readings.height:,} confirmed values, {sum(readings['energy_dwh']) // MWH_DWH:,} MWh"


def _collect_demand() -> str:
    """Maximum demand of those on actual demand, month by month, as it came with the confirmed values."""
    for month in story.months_taken_over():
        found = metering.collect_demand(month=month, now=story.at_nine(story.known_on(month)))
    return f"{found['expected']} contracts on actual demand"


_loads: list[loads.Loads] = []


def demo_loads() -> loads.Loads:
    """The loads of the demo's homes, made once per process."""
    if not _loads:
        _loads.append(loads.Loads(demo_portfolio().homes))
    return _loads[0]


def _connect() -> str:
    """Letters' texts, and how the outside world is reached."""
    messaging.load_shipped_texts()
    notices.install_notice_texts(now=story.NOW, own=NOTICE_TEXTS, counsel=NOTICE_COUNSEL)
    usual = outside.places()
    outside.connect(usual)
    agent.manners().write(usual.agent_folder)
    agent.explain_own_codes()
    return f"portals of {len(story.AREAS)} areas, one collection agent"


def _open_portal() -> str:
    """One customer who reads statements on the portal and can be signed in as."""
    accounts = party_queries.billing_accounts_frame(on=story.NOW.date()).filter(
        statement_channel="portal", payment_method="direct_debit", customer_kind="person"
    )
    supplied_now = supplied(story.OPEN).filter(pl.col("end").is_null())["account_id"]
    chosen = accounts.filter(pl.col("account_id").is_in(supplied_now.implode())).row(0, named=True)
    if identity_queries.portal_access(customer_id=chosen["customer_id"], now=story.NOW) is None:
        with past.on(story.NOW), db.transaction():  # the mail is written before they follow its address
            identity.invite(
                username=staff.PORTAL_USER,
                name=chosen["addressee"],
                mail=chosen["mail"],
                now=story.NOW,
                portal_customer_id=chosen["customer_id"],
            )
    access = identity_queries.portal_access(customer_id=chosen["customer_id"], now=story.NOW)
    assert access is not None, "they were invited just now"
    if access.invitation_id is not None:
        with db.transaction():
            token = identity.issue_token(invitation_id=access.invitation_id, now=story.NOW)
            identity.accept_invitation(token=token, password=staff.PASSWORD, now=story.NOW)
    return f"{chosen['addressee']} ({chosen['customer_number']}) as {staff.PORTAL_USER}"


def _write_letters() -> str:
    """Mails that wait in the mailboxes, questions that were asked already, and an announcement."""
    return letters.write(outside.places())


def _write_files() -> str:
    folder = outside.places().grid_folder
    used = demo_loads()
    count = outside.write_open_month(supplied(story.OPEN), used=used, folder=folder)
    corrections = outside.write_corrections(supplied(story.BILLED[-1]), used=used, folder=folder)
    return f"{count} files of {story.OPEN} wait at the grid companies, and {corrections} with corrected values"


def _set_clock() -> str:
    worker.set_clock(now=story.NOW)
    return f"it is {story.NOW:%Y-%m-%d %H:%M}"
