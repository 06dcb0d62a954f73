"""The people who keep what bills rest on: prices, calendars, agents, banks, rates, and who may do what."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.masters import banks, operations, queries
from tomoshibi.masters.values import ProposalState
from tomoshibi.messaging import operations as messaging
from tomoshibi.worker import operations as clock
from tomoshibi.worklist import queries as worklist

NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
TODAY = NOW.date()
PASSWORD = "lamp-light-42"
KEPT = ("MS1", "MS2", "MS3", "MS4", "MS5", "MS6", "MS8", "MS9", "MS10")


def set_up_office():
    """A retailer with what is shipped, one who enters and one who agrees."""
    clock.set_clock(now=NOW)
    operations.load_shipped(on=TODAY, with_banks=False, invented=True)
    identity.save_role(code="enter", name="マスタ入力", rights=[f"{one}.do" for one in KEPT])
    identity.save_role(
        code="agree", name="マスタ承認", rights=[f"{one}.{r}" for one in KEPT for r in ("do", "confirm")]
    )
    for username, name, roles in (("sato", "佐藤", ["enter", "agree"]), ("mori", "森", ["agree"])):
        identity.add_person(username=username, name=name, mail=f"{username}@example.jp", password=PASSWORD, roles=roles)


@pytest.fixture
def office(journey):
    journey.in_transaction(set_up_office)
    return in_english(journey, "sato"), in_english(journey, "mori")


def in_english(journey, username):
    """A browser that asks for the sentences as the code has them."""
    browser = journey.sign_in(username)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


def text_of(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def propose(browser, master, **cells):
    """Fill in the form of a change; where the proposal stands then."""
    response = browser.post(f"/masters/{master}/rows/propose/", {"action": "set", "confidence": "high", **cells})
    assert response.status_code == 302, response.context["form"].errors
    return response["Location"]


def upload(browser, master, *lines):
    file = SimpleUploadedFile("rows.csv", "\r\n".join(lines).encode())
    return browser.post(f"/masters/{master}/rows/import/", {"file": file, "reason": "published this morning"})


def approve(browser, proposal):
    assert browser.post(proposal, {"decision": "approve", "note": "compared with the notice"}).status_code == 302


def deeds(procedure):
    return [(one.what, one.who) for one in people.deeds(procedure=procedure)]


@pytest.mark.procedure("MS1")
def test_a_new_year_of_the_levy_holds_when_a_second_person_has_agreed(journey, office):
    sato, mori = office
    may = Month(2027, 5)
    with pytest.raises(queries.MasterMissing):
        queries.RateBook().levy_for_month(month=may)
    proposal = propose(
        sato, "levy", fiscal_year="2027", price_yen_per_kwh="4.31", first_valid_month="2027-05",
        last_valid_month="2028-04", source="https://www.meti.go.jp/", reason="notice of the ministry, March 2027",
    )  # fmt: skip

    # It waits as work for somebody else, and its author cannot wave it through.
    (item,) = worklist.open_items(kind="masters.proposal")
    assert (item.procedure, item.url) == ("MS1", proposal)
    refused = sato.post(proposal, {"decision": "approve"})
    assert refused.status_code == 422
    assert "A second person has to decide this" in refused.content.decode()
    with pytest.raises(queries.MasterMissing):
        queries.RateBook().levy_for_month(month=may)

    approve(mori, proposal)
    assert worklist.open_items(kind="masters.proposal") == []
    levy = queries.RateBook().levy_for_month(month=may)
    assert (levy.fiscal_year, levy.price_micro_per_kwh) == (2027, 4_310_000)
    assert queries.RateBook().levy_for_month(month=Month(2027, 4)).price_micro_per_kwh == 4_180_000
    assert queries.RateBook().levy_for_month(month=Month(2028, 4)).fiscal_year == 2027
    assert "4.31" in text_of(sato.get("/masters/levy/"))
    assert "4.31" in text_of(sato.get("/masters/levy/rows/"))
    assert deeds("MS1") == [("approved 1 rows of levy", "森"), ("proposed 1 rows of levy", "佐藤")]


@pytest.mark.procedure("MS2")
def test_a_published_unit_takes_the_place_of_the_one_the_formula_gave(journey, office):
    sato, mori = office
    january = Month(2027, 1)
    page = {"area": "03", "month": "2027-01"}
    # Before the notice: the formula, each step in its own line, and a warning that its prices are invented.
    before = text_of(sato.get("/masters/fuel/", page))
    computed = queries.fuel_unit(area="03", month=january)
    assert not computed.published
    assert [step.kind for step in computed.steps] == ["average", "unit"]
    assert all(step.text in before for step in computed.steps)
    assert "nobody has published them" in before

    proposal = propose(
        sato, "fuel-units", area="03", product="regulated_lv", month="2027-01", unit_yen_per_kwh="-7.16",
        includes_island="yes", invented="no", source="notice of 27 November", reason="published unit of January",
    )  # fmt: skip
    assert "-7.16" in text_of(mori.get(proposal))
    approve(mori, proposal)

    unit = queries.fuel_unit(area="03", month=january)
    assert (unit.price_micro_per_kwh, unit.published, unit.invented) == (-7_160_000, True, False)
    after = text_of(sato.get("/masters/fuel/", page))
    assert "notice of 27 November" in after
    assert "What the formula gives" in after
    assert all(step.text in after for step in computed.steps), "the derivation stays beside the notice"
    assert not queries.fuel_unit(area="03", month=Month(2027, 2)).published


def spot_file(days, **changed):
    """A file of the market: each half-hour of the system and Tokyo costs its number, unless it is said to be another."""
    lines = ["受渡日,時刻コード,システムプライス(円/kWh),エリアプライス東京(円/kWh)"]
    lines += [f"{day:%Y/%m/%d},{slot},{slot},{changed.get(f's{slot}', slot)}" for day in days for slot in range(1, 49)]
    return SimpleUploadedFile("spot.csv", "\r\n".join(lines).encode("cp932"))


@pytest.mark.procedure("MS2")
def test_spot_prices_come_as_the_markets_file_and_a_changed_one_needs_two(journey, office):
    sato, mori = office
    october = [date(2026, 10, day) for day in range(1, 32) if day != 17]
    assert sato.post("/masters/spot/import/", {"file": spot_file(october)}).status_code == 302
    page = text_of(mori.get("/masters/spot/", {"area": "03", "month": "2026-10"}))
    assert "2026-10-17" in page, "the day that is missing has a name"
    assert "24.50" in page, "the average of the month"

    # The day that was missing holds at once; the day whose price changed waits.
    late = spot_file([date(2026, 10, 3), date(2026, 10, 17)], s20="200.00")
    there = sato.post("/masters/spot/import/", {"file": late})["Location"]
    third = Period(date(2026, 10, 3), date(2026, 10, 4))
    assert queries.spot_gaps(area="03", period=Month(2026, 10).period) == []
    assert queries.spot_prices(area="03", period=third).price_micro[19] == 20_000_000
    assert "2026-10-03" in text_of(mori.get(there))
    assert mori.post(there, {"decision": "approve", "note": "notice of the market"}).status_code == 302
    assert queries.spot_prices(area="03", period=third).price_micro[19] == 200_000_000
    assert any("approved changed spot prices" in what for what, _who in deeds("MS2"))

    # Every row that is wrong is named, and nothing of the file is kept.
    refused = sato.post("/masters/spot/import/", {"file": spot_file([date(2026, 11, 1)], s5="-1", s9="dear")})
    assert refused.status_code == 422
    assert [(one.line, one.column) for one in refused.context["refused"]] == [(6, "03"), (10, "03")]
    assert queries.spot_prices(area="03", period=Month(2026, 11).period).price_micro.max() < 0


HEADER = "area,fiscal_year,base_day,month,reading_on,metering_on,approximate,source"
PUBLISHED = (
    "03,2027,02,2027-04,2027-04-07,2027-04-03,no,calendar 2027",
    "03,2027,02,2027-05,2027-05-12,2027-05-06,no,calendar 2027",
)


@pytest.mark.procedure("MS3")
def test_the_reading_calendar_comes_as_a_file_whole_or_not_at_all(journey, office):
    sato, mori = office
    april = {"area": "03", "base_day": "02", "month": Month(2027, 4)}
    approximated = queries.reading_day(**april)
    assert approximated.approximate

    # One bad row among good ones: named with its reason, and nothing is kept of the others either.
    refused = upload(sato, "reading-days", HEADER, PUBLISHED[0], PUBLISHED[1].replace("2027-05-12", "2027-05-32"))
    assert refused.status_code == 422
    assert [(one.line, one.column) for one in refused.context["refused"]] == [(3, "reading_on")]
    assert "2027-05-32 is not a day like 2026-04-01" in refused.content.decode()
    assert queries.waiting_count() == 0
    assert queries.reading_day(**april) == approximated

    accepted = upload(sato, "reading-days", HEADER, *PUBLISHED)
    assert accepted.status_code == 302
    approve(mori, accepted["Location"])
    published = queries.reading_day(**april)
    assert (published.reading_on, published.metering_on) == (date(2027, 4, 7), date(2027, 4, 3))
    assert not published.approximate
    page = sato.get("/masters/calendar/", {"area": "03", "year": "2027"})
    assert page.context["published"] == len(PUBLISHED)

    # A year that nobody has published is approximated; what was published stays.
    assert queries.reading_days_of_year(area="03", fiscal_year=2028) == []
    assert sato.post("/masters/calendar/generate/", {"area": "03", "year": "2028"}).status_code == 302
    made = queries.reading_days_of_year(area="03", fiscal_year=2028)
    assert made
    assert all(day.approximate for day in made)
    assert sato.post("/masters/calendar/generate/", {"area": "03", "year": "2027"}).status_code == 302
    assert queries.reading_day(**april) == published
    assert sato.get("/masters/calendar/", {"area": "03", "year": "2028"}).context["approximate"] == len(made)


def cycle(agent, **cells):
    usual = {
        "agent": agent, "cycle_day": "27", "is_default": "yes", "roll": "next", "file_days_before": "8",
        "result_days_after": "4", "settle_days_after_result": "2", "valid_from": "2027-01-01",
    }  # fmt: skip
    return {**usual, "source": "contract", "reason": "amended contract", **cells}


@pytest.mark.procedure("MS4")
def test_agent_a_wants_its_file_a_day_earlier_from_the_new_year(journey, office):
    sato, mori = office
    january = {"agent": "agent_a", "month": Month(2027, 1)}
    before = queries.debit_schedule(**january)
    assert (before.file_due_on, before.debit_on) == (date(2027, 1, 18), date(2027, 1, 27))
    approve(mori, propose(sato, "debit-cycles", **cycle("agent_a")))
    after = queries.debit_schedule(**january)
    assert (after.file_due_on, after.debit_on, after.result_on) == (
        date(2027, 1, 15),
        before.debit_on,
        before.result_on,
    )
    december = queries.debit_schedule(agent="agent_a", month=Month(2026, 12))
    assert december.debit_on == date(2026, 12, 28), "the 27th is a Sunday"
    page = sato.get("/masters/debits/", {"year": "2027"})
    assert after in page.context["dates"]
    assert len({one.month for one in page.context["dates"]}) == 12
    assert {who for _what, who in deeds("MS4")} == {"佐藤", "森"}


@pytest.mark.procedure("MS5")
def test_agent_b_settles_three_days_after_the_result(journey, office):
    sato, mori = office
    january = {"agent": "agent_b", "month": Month(2027, 1)}
    assert queries.debit_schedule(**january).settle_on is None
    approve(
        mori,
        propose(
            sato, "debit-cycles",
            **cycle("agent_b", file_days_before="9", result_days_after="3", settle_days_after_result="3"),
        ),
    )  # fmt: skip
    dates = queries.debit_schedule(**january)
    assert (dates.result_on, dates.settle_on) == (date(2027, 2, 1), date(2027, 2, 4))
    assert dates in sato.get("/masters/debits/b/", {"year": "2027"}).context["dates"]
    assert len(deeds("MS5")) == 2
    assert deeds("MS4") == [], "each agent's schedule is a procedure of its own"


@pytest.mark.procedure("MS6")
def test_the_secondary_agent_gets_its_first_schedule(journey, office):
    sato, mori = office
    assert sato.get("/masters/debits/secondary/", {"year": "2027"}).context["dates"] == []
    approve(mori, propose(sato, "debit-cycles", **cycle("agent_secondary", cycle_day="15", roll="previous")))
    page = sato.get("/masters/debits/secondary/", {"year": "2027"})
    days = {one.month: one.debit_on for one in page.context["dates"]}
    assert len(days) == 12
    assert days[Month(2027, 5)] == date(2027, 5, 14), "the 15th is a Saturday: the day before"
    assert len(deeds("MS6")) == 2


@pytest.mark.procedure("MS4", "MS5", "MS6")
def test_a_sheet_of_both_agents_is_the_business_of_both_and_of_nobody_who_has_one(journey, office):
    def set_up():
        identity.save_role(code="agent_a", name="収納代行A担当", rights=["MS4.do", "MS4.confirm"])
        identity.add_person(username="ueda", name="上田", mail="u@example.jp", password=PASSWORD, roles=["agent_a"])

    journey.in_transaction(set_up)
    sato, mori = office
    ueda = journey.sign_in("ueda")
    header = "agent,cycle_day,is_default,roll,file_days_before,result_days_after,settle_days_after_result,valid_from"
    own, others = ("agent_a,27,yes,next,8,4,2,2027-01-01", "agent_b,27,yes,next,10,3,,2027-01-01")
    third = "agent_secondary,15,yes,next,8,4,2,2027-01-01"
    assert upload(ueda, "debit-cycles", header, own, others).status_code == 403
    assert queries.waiting_count() == 0
    proposal = upload(sato, "debit-cycles", header, own, others, third)["Location"]
    assert ueda.post(proposal, {"decision": "approve"}).status_code == 422
    assert queries.debit_schedule(agent="agent_b", month=Month(2027, 1)).file_due_on == date(2027, 1, 14)
    approve(mori, proposal)
    assert queries.debit_schedule(agent="agent_b", month=Month(2027, 1)).file_due_on == date(2027, 1, 13)
    for procedure in ("MS4", "MS5", "MS6"):
        assert len(deeds(procedure)) == 2
        sato.get(
            {"MS4": "/masters/debits/", "MS5": "/masters/debits/b/", "MS6": "/masters/debits/secondary/"}[procedure]
        )
    assert upload(ueda, "debit-cycles", header, own.replace(",8,", ",9,")).status_code == 302


@pytest.mark.procedure("MS8")
def test_a_holiday_of_an_area_moves_its_working_days_and_no_others(journey, office):
    sato, mori = office
    day = date(2027, 6, 23)
    assert not queries.is_holiday(day, area="10")
    approve(
        mori,
        propose(
            sato, "holidays", day="2027-06-23", scope="10", name="慰霊の日", source="沖縄県条例", reason="ordinance"
        ),
    )
    assert queries.is_holiday(day, area="10")
    assert not queries.is_holiday(day, area="03")
    assert queries.add_business_days(date(2027, 6, 22), 1, area="10") == date(2027, 6, 24)
    assert queries.add_business_days(date(2027, 6, 22), 1, area="03") == day
    assert queries.is_bank_business_day(day)
    assert "慰霊の日" in text_of(sato.get("/masters/holidays/", {"year": "2027", "area": "10"}))
    assert "慰霊の日" not in text_of(sato.get("/masters/holidays/", {"year": "2027", "area": "03"}))


def last_year(published):
    """The list of banks as it was: one with its former name, one that has closed since, one not yet founded."""
    known, branches = published
    former = known.filter(pl.col("code") != "0310").with_columns(
        name=pl.when(pl.col("code") == "0001").then(pl.lit("第一勧業")).otherwise(pl.col("name"))
    )
    closed = pl.DataFrame({"code": ["0999"], "name": ["ともしび"], "kana": ["ﾄﾓｼﾋﾞ"]})
    return pl.concat([former, closed]), branches.filter(pl.col("bank_code") != "0310")


@pytest.mark.procedure("MS9")
def test_a_bank_is_found_by_its_kana_and_the_list_is_brought_up_to_date(journey, office, monkeypatch):
    sato, mori = office
    known, branches = (frame.filter(pl.col(frame.columns[0]) < "0400") for frame in banks.published())
    monkeypatch.setattr(banks, "published", lambda: last_year((known, branches)))
    journey.in_transaction(operations.import_banks, on=date(2026, 1, 5))
    found = text_of(sato.get("/masters/banks/", {"q": "ともしび"}))
    assert "0999" in found
    assert "0001" not in found
    assert "第一勧業" in text_of(sato.get("/masters/banks/", {"q": "0001"}))

    # The list was published anew; one person proposes what differs, another agrees.
    monkeypatch.setattr(banks, "published", lambda: (known, branches))
    differs = text_of(sato.get("/masters/banks/renew/"))
    assert "0999" in differs
    assert "みずほ" in differs
    assert sato.post("/masters/banks/renew/", {"reason": ""}).status_code == 422
    assert sato.post("/masters/banks/renew/", {"reason": "published anew"}).status_code == 302
    assert queries.bank("0999", TODAY) is not None, "nothing holds before a second person agrees"
    for proposed in queries.proposals(state=ProposalState.PROPOSED):
        page = f"/masters/{proposed.master.replace('_', '-')}/changes/{proposed.id}/"
        assert sato.post(page, {"decision": "approve"}).status_code == 422, "not the one who proposed it"
        assert mori.get(page).status_code == 200
        approve(mori, page)
    assert sato.get("/masters/banks/renew/").status_code == 200
    assert [one.rows for one in queries.bank_differences(on=TODAY)] == [(), ()]
    assert queries.bank("0999", TODAY) is None
    assert queries.bank("0999", date(2026, 11, 3)).name == "ともしび", "old mandates still find it"
    assert queries.bank("0001", date(2026, 11, 3)).name == "第一勧業"
    assert queries.bank("0001", TODAY).name == "みずほ"
    assert queries.bank("0310", TODAY) is not None
    for typed in ("みずほ", "ミズホ", "ﾐｽﾞﾎ"):
        assert "0001" in text_of(sato.get("/masters/banks/", {"q": typed})), typed
    assert "0999" not in text_of(sato.get("/masters/banks/"))
    first = queries.branch_rows(bank_code="0001", on=TODAY).order_by("code")[0]
    assert first.name in text_of(sato.get("/masters/banks/0001/", {"q": first.code}))
    assert {what.split(" rows of ")[-1] for what, _who in deeds("MS9")} == {"banks", "bank_branches"}


def test_a_bank_comes_by_hand_in_the_characters_of_bank_files(journey, office):
    sato, mori = office
    row = {"code": "0998", "name": "灯火", "kana": "ともしび", "valid_from": "2026-12-01", "reason": "new bank"}
    for wrong in ({"code": "98"}, {"kana": "灯火"}):
        typed = {"action": "set", "confidence": "high", **row, **wrong}
        assert sato.post("/masters/banks/rows/propose/", typed).status_code == 422
    approve(mori, propose(sato, "banks", **row))
    assert queries.bank("0998", date(2026, 12, 1)).kana == "ﾄﾓｼﾋﾞ"
    exported = sato.get("/masters/banks/rows/export.csv").content.decode("utf-8-sig")
    assert "0998,灯火,ﾄﾓｼﾋﾞ,2026-12-01" in exported


@pytest.mark.procedure("MS10")
def test_a_tax_rate_of_the_future_divides_bills_by_its_day(journey, office):
    sato, mori = office
    starts = date(2027, 10, 1)
    proposal = propose(
        sato, "tax-rates", rate_percent="12", valid_from="2027-10-01", transition_until="2027-10-31",
        source="act of 2027", reason="the act was promulgated",
    )  # fmt: skip
    assert sato.post(proposal, {"decision": "approve"}).status_code == 422
    assert queries.tax_rate(on=starts).rate_ppm == 100_000
    approve(mori, proposal)
    assert queries.tax_rate(on=date(2027, 9, 30)).rate_ppm == 100_000
    assert queries.tax_rate(on=starts).rate_ppm == 120_000
    # The transitional measure: continuing supply read within October keeps the former rate.
    september = {"period": Period(date(2027, 9, 10), date(2027, 10, 10)), "fixed_on": date(2027, 10, 12)}
    assert queries.RateBook().tax_rate_of_bill(**september, continuing=True).rate_ppm == 100_000
    assert queries.RateBook().tax_rate_of_bill(**september, continuing=False).rate_ppm == 120_000
    assert "2027-10-01" in text_of(sato.get("/masters/tax-rates/rows/"))


@pytest.mark.procedure("MS7")
def test_somebody_is_invited_gets_rights_and_leaves(journey, office):
    def set_up():
        messaging.load_shipped_texts()
        identity.save_role(code="admin", name="管理者", rights=["MS7.do"])
        identity.save_role(code="rates", name="料金担当", rights=["MS10.do"])
        identity.add_person(username="kondo", name="近藤", mail="k@example.jp", password=PASSWORD, roles=["admin"])

    journey.in_transaction(set_up)
    kondo = in_english(journey, "kondo")
    suzuki = Client()
    wanted = {"username": "suzuki", "name": "鈴木", "mail": "suzuki@example.jp", "roles": ["rates"]}
    assert kondo.post("/identity/people/invite/", {**wanted, "username": "SATO"}).status_code == 422
    assert kondo.post("/identity/people/invite/", {**wanted, "username": "sato"}).status_code == 422, "taken"
    assert kondo.post("/identity/people/invite/", wanted).status_code == 302
    assert not suzuki.login(username="suzuki", password=PASSWORD), "nobody has accepted yet"

    # The mail brings the address of the invitation; the invited person chooses a password.
    journey.work()
    (letter,) = [one for one in mail.outbox if one.to == ["suzuki@example.jp"]]
    address = re.search(r"/identity/invitation/\S+", letter.body).group()
    assert suzuki.post(address, {"password": "short", "again": "short"}).status_code == 422
    chosen = {"password": "warm-lamp-77-x", "again": "warm-lamp-77-x"}
    assert suzuki.post(address, chosen).status_code == 302
    assert suzuki.post(address, chosen).status_code == 410, "an invitation is good once"
    assert suzuki.login(username="suzuki", password="warm-lamp-77-x")
    assert suzuki.get("/masters/tax-rates/rows/").status_code == 200
    assert suzuki.get("/masters/levy/").status_code == 403

    # The role grows, and with it what the person may do.
    form = {"code": "rates", "name": "料金担当", "reason": "levies too", "rights": ["MS10.do", "MS1.view"]}
    assert kondo.post("/identity/roles/rates/", form).status_code == 302
    assert suzuki.get("/masters/levy/").status_code == 200
    assert suzuki.get("/masters/levy/rows/propose/").status_code == 403
    person = next(one for one in people.people() if one.username == "suzuki")
    assert "MS1" in text_of(kondo.get("/identity/roles/"))

    # Nobody ends their own access; another's ends at once, in open windows too.
    own = next(one for one in people.people() if one.username == "kondo")
    kondo.post(f"/identity/people/{own.id}/leave/", {"reason": "holiday"})
    assert people.person(user_id=own.id).active
    assert kondo.post(f"/identity/people/{person.id}/leave/", {"reason": "left the company"}).status_code == 302
    assert suzuki.get("/masters/levy/").status_code == 302
    assert not suzuki.login(username="suzuki", password="warm-lamp-77-x")
    assert [what for what, _who in deeds("MS7")] == [
        "ended the access of suzuki", "saved the role rates with 2 rights", "accepted the invitation of suzuki",
        "invited suzuki",
    ]  # fmt: skip
