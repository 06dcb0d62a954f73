"""Spot prices: files in, gaps named, changed prices through two people."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.gateways import certificates, spot_market
from tomoshibi.identity import queries as identity_queries
from tomoshibi.identity.operations import SamePerson
from tomoshibi.kernel.periods import Period
from tomoshibi.masters import jobs, operations, queries, spot, values
from tomoshibi.masters.operations import spot as spot_operations
from tomoshibi.masters.sheets import BadSheet
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock
from tomoshibi.worker.progress import Progress
from tomoshibi.worklist import queries as worklist

HEADER = "受渡日,時刻コード,売り入札量(kWh),システムプライス(円/kWh),エリアプライス北海道(円/kWh),エリアプライス東京(円/kWh),約定総量(kWh)"
DAY, NEXT = date(2026, 10, 1), date(2026, 10, 2)


def rows(day=DAY, *, tokyo=lambda slot: f"{slot}.50", slots=range(1, 49), written="{:%Y/%m/%d}"):
    return [f"{written.format(day)},{slot},100,{slot}.00,{slot}.25,{tokyo(slot)},7" for slot in slots]


def content(*parts, encoding="utf-8", header=HEADER):
    return "\r\n".join([header, *(row for part in parts for row in part)]).encode(encoding)


@pytest.fixture
def anna(db):
    return get_user_model().objects.create_user("anna", is_staff=True, is_superuser=True, language="en")


@pytest.fixture
def ben(db):
    return get_user_model().objects.create_user("ben", is_staff=True, is_superuser=True, language="en")


def bring(now, *parts, actor_id=None, **more):
    return operations.import_spot(
        content=content(*parts), file_name="spot_summary_2026.csv", now=now, actor_id=actor_id, **more
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("written", ["{:%Y/%m/%d}", "{0.year}/{0.month}/{0.day}", "{:%Y-%m-%d}", "{:%Y%m%d}"])
def test_the_market_file_is_read_as_it_comes(encoding, written):
    text = content(rows(written=written), [",,,,,,", ""], encoding=encoding)
    found = spot.read(text)
    assert set(found) == {("00", DAY), ("01", DAY), ("03", DAY)}
    assert found["03", DAY] == [slot * 1_000_000 + 500_000 for slot in range(1, 49)]


def test_a_plain_file_by_area_codes_is_read_too():
    found = spot.read(b"day,slot,system,03\n2026-10-01,1,10.5,11\n2026-10-01,3,,12.25\n")
    assert found["00", DAY][:3] == [10_500_000, None, None]
    assert found["03", DAY][:3] == [11_000_000, None, 12_250_000]


@pytest.mark.parametrize(
    ("bad", "line", "column", "says"),
    [
        (content(rows(), rows(slots=[7])), 50, "", "twice"),
        (content(["2026/10/32,1,1,1,1,1,1"]), 2, "受渡日", "no day"),
        (content(["2026/10/01,49,1,1,1,1,1"]), 2, "時刻コード", "1 to 48"),
        (content(["2026/10/01,1,1,1,1,-3,1"]), 2, "03", "no spot price"),
        (content(["2026/10/01,1,1,1,1,1.2345678,1"]), 2, "03", "more decimals"),
        (content(["2026/10/01,1,1,x,1,1,1"]), 2, "00", "not a number"),
        (content(["2026/10/01,1"]), 2, "", "shorter"),
        (content(), 2, "", "no prices"),
        (b"", 1, "", "empty"),
        (b"\x81", 1, "", "neither"),
        (b"a,b\n1,2\n", 1, "受渡日, 時刻コード, エリアプライス", "missing"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_a_bad_file_names_row_and_reason(bad, line, column, says):
    with pytest.raises(operations.BadSheet) as refused:
        spot.read(bad)
    error = refused.value.errors[0]
    assert (error.line, error.column) == (line, column)
    assert says in error.reason


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(text):
    for given_text in (text, HEADER.encode() + b"\n" + text):
        try:
            found = spot.read(given_text)
        except operations.BadSheet:
            continue
        assert all(len(vector) == 48 for vector in found.values())


@pytest.mark.usefixtures("in_transaction")
def test_prices_hold_and_gaps_are_named(now):
    bring(now, rows(), rows(date(2026, 10, 4), slots=range(1, 45)))
    period = Period(DAY, date(2026, 10, 6))
    found = queries.spot_prices(area="03", period=period).price_micro.reshape(-1, 48)
    assert found[0, 16] == 17_500_000
    assert (found[1] == values.NO_PRICE).all()
    assert queries.spot_gaps(area="03", period=period) == [
        values.SpotGap(date(2026, 10, 2), date(2026, 10, 5), 48 + 48 + 4 + 48)
    ]
    assert queries.spot_sum(area="03", period=Period(DAY, NEXT)) == (sum(range(1, 49)) * 10**6 + 24 * 10**6, 48)
    assert queries.spot_sum(area="03", period=period) is None
    assert queries.spot_gaps(area="00", period=Period(DAY, NEXT)) == []


@pytest.mark.usefixtures("in_transaction")
def test_missing_half_hours_are_filled_and_the_same_file_says_nothing_new(now):
    bring(now, rows(slots=range(1, 20)))
    made = bring(now, rows())
    assert (made.state, made.new_days, made.changed_days) == (values.SpotImportState.HOLDS, 3, 0)
    assert queries.spot_gaps(area="03", period=Period(DAY, NEXT)) == []
    with pytest.raises(operations.NothingNew):
        bring(now, rows(slots=range(5, 9)))
    (last, first) = queries.spot_imports()
    assert (first.new_days, last.id) == (3, made.id)


@pytest.mark.usefixtures("in_transaction")
def test_a_changed_price_waits_for_a_second_person(now, anna, ben):
    bring(now, rows(), actor_id=anna.pk)
    made = bring(now, rows(tokyo=lambda slot: "99" if slot == 3 else f"{slot}.50"), rows(NEXT), actor_id=anna.pk)
    assert (made.state, made.new_days, made.changed_days) == (values.SpotImportState.WAITING, 3, 1)
    period = Period(DAY, date(2026, 10, 3))
    assert queries.spot_prices(area="03", period=period).price_micro[2] == 3_500_000
    assert queries.spot_gaps(area="03", period=period) == []
    (change,) = queries.spot_changes(import_id=made.id)
    assert (change.area, change.day, change.half_hours) == ("03", DAY, 1)
    # (99 - 3.50) / 48 more on average
    assert (change.before_micro, change.after_micro) == (25_000_000, 26_989_583)
    assert worklist.counts_by_procedure(now=now)["MS2"].open
    with pytest.raises(SamePerson):
        operations.approve_spot(import_id=made.id, actor_id=anna.pk, now=now)
    assert operations.approve_spot(import_id=made.id, actor_id=ben.pk, now=now, note="notice of the market") == 1
    assert queries.spot_prices(area="03", period=period).price_micro[2] == 99_000_000
    with pytest.raises(operations.AlreadyDecided):
        operations.reject_spot(import_id=made.id, actor_id=ben.pk, now=now, note="no")
    said = [deed.what for deed in identity_queries.deeds(procedure="MS2")]
    assert any("approved changed spot prices of 1 days" in what for what in said)


@pytest.mark.usefixtures("in_transaction")
def test_a_rejected_file_leaves_what_held(now, anna, ben):
    bring(now, rows(), actor_id=anna.pk)
    made = bring(now, rows(tokyo=lambda _slot: "1"), actor_id=anna.pk)
    with pytest.raises(operations.ChangeRefused):
        operations.reject_spot(import_id=made.id, actor_id=ben.pk, now=now, note=" ")
    operations.reject_spot(import_id=made.id, actor_id=ben.pk, now=now, note="not what the market says")
    assert queries.spot_prices(area="03", period=Period(DAY, NEXT)).price_micro[2] == 3_500_000
    assert queries.spot_import(import_id=made.id).note == "not what the market says"


@pytest.mark.usefixtures("in_transaction")
def test_of_two_waiting_files_the_later_one_wins(now, anna, ben):
    bring(now, rows(), actor_id=anna.pk)
    first = bring(now, rows(tokyo=lambda _slot: "1"), actor_id=anna.pk)
    second = bring(now, rows(tokyo=lambda _slot: "2"), actor_id=anna.pk)
    assert operations.approve_spot(import_id=second.id, actor_id=ben.pk, now=now) == 1
    assert operations.approve_spot(import_id=first.id, actor_id=ben.pk, now=now) == 0
    assert set(queries.spot_prices(area="03", period=Period(DAY, NEXT)).price_micro.tolist()) == {2_000_000}


@pytest.mark.django_db
def test_pages_say_what_is_there_and_two_people_change_it(client, now, anna, ben):
    worker.set_clock(now=now)
    client.force_login(anna)
    assert client.get(reverse("masters:spot")).status_code == 200
    file = SimpleUploadedFile("spot.csv", content(rows()))
    answer = client.post(reverse("masters:spot_new"), {"file": file})
    assert answer.status_code == 302
    page = client.get(reverse("masters:spot"), {"area": "03"}).content.decode()
    assert "2026-10" in page
    assert "Missing prices" in page
    assert "25.00" in page  # average of 1.50 ... 48.50
    changed = SimpleUploadedFile("spot.csv", content(rows(tokyo=lambda _slot: "9")))
    there = client.post(reverse("masters:spot_new"), {"file": changed})["Location"]
    assert client.post(there, {"decision": "approve"}).status_code == 422
    client.force_login(ben)
    assert "9.00" in client.get(there).content.decode()
    assert client.post(there, {"decision": "approve"}).status_code == 302
    assert "9.00" in client.get(reverse("masters:spot"), {"area": "03"}).content.decode()
    bad = SimpleUploadedFile("spot.csv", b"day,slot,03\n2026-10-01,0,1\n")
    refused = client.post(reverse("masters:spot_new"), {"file": bad})
    assert refused.status_code == 422
    assert "a number from 1 to 48" in refused.content.decode()


@pytest.mark.usefixtures("in_transaction")
def test_a_published_year_comes_in(now, test_data):
    text = (test_data / "market" / "spot_summary_2024.csv").read_bytes()
    made = operations.import_spot(content=text, file_name="spot_summary_2024.csv", now=now, actor_id=None)
    assert (made.first_day.year, made.last_day.year) == (2024, 2024) or made.new_days
    period = Period(date(2024, 1, 1), date(2024, 1, 2))
    assert queries.spot_prices(area="01", period=period).price_micro[0] == 15_640_000
    assert np.isin(queries.spot_areas(), [*values.AREAS, values.SYSTEM_PRICE]).all()
    assert spot_operations.PROCEDURE == "MS2"


@pytest.fixture
def market(tmp_path, settings):
    """The market's simulator, and the settings that lead to it."""
    keys = tmp_path / "keys"
    certificates.make_certificates(keys, now=datetime.now(UTC))
    with spot_market.MarketSimulator(
        tmp_path / "days", certificate=keys / "server.pem", key=keys / "server.key"
    ) as running:
        settings.SPOT_MARKET_ADDRESS, settings.SPOT_MARKET_AUTHORITY = running.address, str(keys / "ca.pem")
        yield running


def day_of(now):
    """The day that the job will see, too, though midnight passes meanwhile."""
    with db.transaction():
        worker.set_clock(now=now)
    return clock.today()


@pytest.mark.django_db(transaction=True)
def test_the_market_is_asked_for_what_is_missing_and_again_for_what_it_may_revise(market, now):
    today = day_of(now)
    days = [today + timedelta(days=n) for n in (-1, 0, 1)]
    for day in days:
        spot_market.write_day(market.folder, day)
    with override("en"):
        assert "3 new" in jobs.fetch_spot(Progress())
        assert queries.spot_days_to_ask(today=today) == days
        assert jobs.fetch_spot(Progress()) == "3 days as before", "a repeated day is nothing new"
        spot_market.write_day(market.folder, days[1], price=lambda _day, _slot, _area: Decimal("9.87"))
        assert jobs.fetch_spot(Progress()) == "1 changed days, 2 days as before"
        assert jobs.fetch_spot(Progress()) == "3 days as before", "what waits for a second person is not taken twice"
    (waiting,) = [one for one in queries.spot_imports() if one.state is values.SpotImportState.WAITING]
    assert waiting.first_day == waiting.last_day == days[1]
    held = queries.spot_prices(area="03", period=Period(days[1], days[2])).price_micro
    assert 9_870_000 not in held
    # Nobody brought it in: one person who looks at it is enough.
    somebody = get_user_model().objects.create_user("somebody", is_staff=True)
    with db.transaction():
        operations.approve_spot(import_id=waiting.id, actor_id=somebody.pk, now=now)
    assert 9_870_000 in queries.spot_prices(area="03", period=Period(days[1], days[2])).price_micro


@pytest.mark.django_db(transaction=True)
def test_a_market_that_fails_fails_the_job_and_keeps_what_came(market, now):
    today = day_of(now)
    for day in (today - timedelta(days=1), today):
        spot_market.write_day(market.folder, day)
    spot_market.Behaviour(cut=(spot_market.name_of(today),)).write(market.folder)
    with pytest.raises(spot_market.Unreachable):
        jobs.fetch_spot(Progress())
    assert queries.spot_span() == Period(today - timedelta(days=1), today)
    spot_market.Behaviour(nonsense=(spot_market.name_of(today),)).write(market.folder)
    with pytest.raises(BadSheet):
        jobs.fetch_spot(Progress())


@pytest.mark.django_db(transaction=True)
def test_without_a_market_nothing_is_asked(settings):
    settings.SPOT_MARKET_ADDRESS = ""
    with override("en"):
        assert "no spot market" in jobs.fetch_spot(Progress())
