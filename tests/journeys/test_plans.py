"""A price rise on its way: written as a document, refused with reasons, corrected, proposed, published by another."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.masters import operations as masters
from tomoshibi.tariffs import operations, queries
from tomoshibi.worker import operations as clock
from tomoshibi.worklist import queries as worklist

NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
STARTS = date(2027, 4, 1)


def set_up_office():
    clock.set_clock(now=NOW)
    masters.load_shipped(on=NOW.date(), with_banks=False, invented=True)
    operations.install_shipped(now=NOW)
    identity.save_role(code="write", name="料金起案", rights=["RB1.do"])
    identity.save_role(code="publish", name="料金公開", rights=["RB1.do", "RB1.confirm"])
    for username, name, role in (("ito", "伊藤", "write"), ("abe", "阿部", "publish")):
        identity.add_person(
            username=username, name=name, mail=f"{username}@example.jp", password="lamp-light-42", roles=[role]
        )


def upload(browser, text):
    file = SimpleUploadedFile("tokyo-b-2027.yaml", text.encode(), content_type="application/yaml")
    return browser.post("/tariffs/propose/", {"file": file, "reason": "price rise of April 2027"})


def shown(browser, path):
    response = browser.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.procedure("RB1")
def test_a_price_rise_from_the_present_document_to_the_published_plan(journey):
    journey.in_transaction(set_up_office)
    ito, abe = journey.sign_in("ito"), journey.sign_in("abe")
    now_holds = queries.plan_version(plan_code="tokyo-b", on=NOW.date())

    # The next version starts from the one that holds, taken out as a document.
    present = ito.get(f"/tariffs/versions/{now_holds.id}.yaml").content.decode()
    start, price = now_holds.valid_from.isoformat(), "amount: 29.80,"
    assert present.count(start) == 1
    assert present.count(price) == 1
    risen = present.replace(start, STARTS.isoformat()).replace(price, "amount: 31.20,")

    # A slip of the pen is shown with its place, and nothing waits for anybody.
    refused = upload(ito, risen.replace("31.20", "'31,20'").replace("kind: levy", "kind: levi"))
    assert refused.status_code == 422
    page = refused.content.decode()
    places = {one.path for one in refused.context["findings"] if one.blocking}
    assert {path.rsplit(".", 1)[-1] for path in places} >= {"amount", "kind"}
    assert all(path in page for path in places)
    assert "31,20" in page
    assert queries.proposals(plan_code="tokyo-b") == []
    assert worklist.open_items(kind="tariffs.proposal") == []

    # Corrected, it waits as work for a second person, who sees the old price beside the new one.
    accepted = upload(ito, risen)
    assert accepted.status_code == 302
    (item,) = worklist.open_items(kind="tariffs.proposal")
    assert item.url == accepted["Location"]
    compared = shown(abe, item.url)
    assert "29.80 / kWh" in compared
    assert "31.20 / kWh" in compared

    # Who wrote it may not publish it; who publishes it may not have written it.
    assert ito.post(f"{item.url}publish/").status_code == 403
    assert queries.plan_version(plan_code="tokyo-b", on=STARTS).id == now_holds.id
    published = abe.post(f"{item.url}publish/", {"confirmed": "1"})
    assert published["Location"] == "/tariffs/plans/tokyo-b/"
    assert worklist.open_items(kind="tariffs.proposal") == []

    # It holds from its day on, the former one until then, and the plan page shows both.
    newest = queries.plan_version(plan_code="tokyo-b", on=STARTS)
    assert newest.valid_from == STARTS
    assert queries.plan_version(plan_code="tokyo-b", on=date(2027, 3, 31)).id == now_holds.id
    assert "29.80" in shown(abe, "/tariffs/plans/tokyo-b/")
    assert "31.20" in shown(abe, f"/tariffs/plans/tokyo-b/?version={newest.id}")
    # 30 A and 300 kWh cost 120 times 1.40 yen more: 11,063.25 becomes 11,231.25, before levy, fuel and discount.
    assert "11,063" in shown(abe, f"/tariffs/plans/tokyo-b/?version={now_holds.id}")
    assert "11,231" in shown(abe, f"/tariffs/plans/tokyo-b/?version={newest.id}")
    assert [one.who for one in people.deeds(procedure="RB1")][:2] == ["阿部", "伊藤"]

    # A published version is final: the same day with another price is refused, in words.
    ito.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "published with other content" in upload(ito, risen.replace("31.20", "31.30")).content.decode()


@pytest.mark.procedure("RB1")
def test_the_author_with_all_rights_still_needs_somebody_else(journey):
    journey.in_transaction(set_up_office)
    abe = journey.sign_in("abe")
    version = queries.plan_version(plan_code="tokyo-b", on=NOW.date())
    text = abe.get(f"/tariffs/versions/{version.id}.yaml").content.decode()
    proposal = upload(abe, text.replace(version.valid_from.isoformat(), STARTS.isoformat()))["Location"]
    assert f"{proposal}publish/" not in shown(abe, proposal)
    assert abe.post(f"{proposal}publish/", {"confirmed": "1"}).status_code == 302
    assert queries.plan_version(plan_code="tokyo-b", on=STARTS).id == version.id
    assert len(worklist.open_items(kind="tariffs.proposal")) == 1


def test_a_shop_on_high_voltage_is_quoted_by_what_its_half_hours_say_of_its_demand(journey):
    journey.in_transaction(set_up_office)
    ito = journey.sign_in("ito")
    first = datetime(2026, 8, 1)
    starts = [first + timedelta(minutes=30 * n) for n in range((31 + 30) * 48)]
    # 10 kWh each half-hour, and once 32.3: 64.6 kW, in August. September remembers it.
    used = {datetime(2026, 8, 10, 14): "32.3"}
    load = "\n".join(["start,kwh", *(f"{start:%Y-%m-%dT%H:%M},{used.get(start, '10')}" for start in starts)])
    asked = {"area": "03", "voltage": "high", "size": "50", "unit": "kW", "last_month": "2026-10", "profile": "shop"}

    def quoted(**more):
        file = SimpleUploadedFile("load.csv", load.encode(), content_type="text/csv")
        page = ito.post("/tariffs/quote/", asked | {"file": file} | more)
        assert page.status_code == 200
        return {row["code"]: row for row in page.context["rows"]}

    # Without the power factor nothing can be said of these plans, and the page names it.
    refused = quoted()["tokyo-high-voltage-commercial"]
    assert (refused["year"], refused["refusal"].endswith(": 力率")) == (None, True)
    offered = quoted(power_factor="98")
    assert offered["tomoshibi-high-voltage"]["year"] is not None
    by_demand = offered["tokyo-high-voltage-commercial"]
    # 65 kW x 1,814.37 x (185 - 98)/100 = 102,602.62 in both months, as worked out by hand in the golden bill of 65 kW.
    alone = queries.quote(
        documents=queries.plan_documents(plan_code="tokyo-high-voltage-commercial"),
        loads=queries.with_demand(queries.read_load(load), power_factor=98), area="03",
    )  # fmt: skip
    assert [line.amount for bill in alone for line in bill.lines if line.code == "basic"] == ["102,602.62"] * 2
    assert list(by_demand["totals"]) == [bill.total_minor for bill in alone]
