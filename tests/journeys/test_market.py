"""Customers who follow the market: bills wait for prices that are late, and are corrected when prices are revised."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.billing import book
from tests.billing.rates_office import NOW, bill_the_month, employ, rebill_list
from tests.billing.test_spot import MARKET
from tomoshibi.billing import queries as billing
from tomoshibi.billing import values as billing_values
from tomoshibi.gateways import certificates, spot_market
from tomoshibi.kernel import halfhours
from tomoshibi.masters import operations as masters
from tomoshibi.masters import queries as master_data
from tomoshibi.masters import values as master_values
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as clock

REVISED = date(2026, 9, 10)


@pytest.fixture
def market(journey, tmp_path):
    """The market, which publishes each day by itself on the afternoon before."""
    keys = tmp_path / "keys"
    certificates.make_certificates(keys, now=datetime.now(UTC))
    with spot_market.MarketSimulator(
        tmp_path / "days", certificate=keys / "server.pem", key=keys / "server.key", today=NOW.date
    ) as running:
        journey.in_transaction(set_up_office, address=running.address, trust_file=str(keys / "ca.pem"))
        yield running


def set_up_office(*, address, trust_file):
    clock.set_clock(now=NOW)
    book.masters_and_plans(NOW)
    masters.set_spot_market(address=address, trust_file=trust_file)
    employ()
    proposer, publisher = book.people()
    for proposal_id in tariffs.propose(text=MARKET, now=NOW, actor_id=proposer):
        tariffs.publish(proposal_id=proposal_id, now=NOW, actor_id=publisher)
    start, end = book.period_of(book.OCTOBER)
    use = halfhours.to_bytes(np.full((end - start).days * 48, 2_500, dtype=np.int32))
    for number, terms in ((1, {}), (2, {"plan_code": "test-market", "capacity_kind": "contract", "capacity_milli": 0})):
        book.reading(book.customer(number, **terms), 360, half_hours=use, now=NOW)
    # Of the bills' month the prices until the twentieth of September are here.
    write = {"file_name": "spot.csv", "now": NOW, "actor_id": None}
    masters.import_spot(content=file(date(2026, 8, 31), 21, "9.5"), **write)


def file(first, days, yen):
    rows = [f"{first + timedelta(days=n)},{slot},9.0,{yen}" for n in range(days) for slot in range(1, 49)]
    return "\n".join(["day,slot,system,03", *rows]).encode()


@pytest.mark.procedure("MS2", "RB6", "RB7")
def test_late_prices_set_bills_aside_and_revised_ones_correct_them(journey, market):
    ito, abe = journey.sign_in("ito"), journey.sign_in("abe")

    # The market does not answer: whoever follows it is set aside by name, the others are billed.
    spot_market.Behaviour(unavailable=1_000).write(market.folder)
    ito.post("/masters/spot/fetch/")
    journey.work()
    first = bill_the_month(journey, ito, abe)
    assert (first.bill_count, first.aside_count) == (1, 1)
    (aside,) = billing.exceptions(run_id=first.id, severity="aside")
    assert (aside["code"], ito.get(f"/billing/runs/{first.id}/exceptions/?code=E104").status_code) == ("E104", 200)
    assert "2026-09-21" in aside["reason"], "it says from where on prices are missing"

    # It answers again: what is missing is fetched, and the next run bills who waited.
    spot_market.Behaviour().write(market.folder)
    ito.post("/masters/spot/fetch/")
    journey.work()
    start, end = book.period_of(book.OCTOBER)
    assert master_data.spot_gaps(area="03", period=master_data.spot_span()) == []
    assert master_data.spot_span().end == NOW.date() + timedelta(days=2)
    second = bill_the_month(journey, ito, abe)
    assert (second.bill_count, second.aside_count) == (1, 0)
    (billed,) = billing.bills_of_run(run_id=second.id)
    assert (billed.plan_code, billed.period_start, billed.period_end) == ("test-market", start, end)
    assert "/billing/runs/new/" not in rebill_list(journey, ito)

    # A day of the bill is revised: a second person agrees, the list names the bill, a run takes the difference.
    came = ito.post("/masters/spot/import/", {"file": SimpleUploadedFile("revised.csv", file(REVISED, 1, "21.5"))})
    assert came.status_code == 302
    (waiting,) = [one for one in master_data.spot_imports() if one.state is master_values.SpotImportState.WAITING]
    abe.post(came["Location"], {"decision": "approve", "note": "as the market says"})
    assert master_data.spot_import(import_id=waiting.id).state is master_values.SpotImportState.HOLDS
    assert book.changes(book.OCTOBER) == {billing_values.Changed.SPOT: 1}
    assert "/billing/runs/new/" in rebill_list(journey, ito)
    third = bill_the_month(journey, ito, abe, kind="correction")
    # 12 kWh of that day, 12 yen dearer each
    assert (third.bill_count, third.total_minor) == (1, 144)
    assert book.changes(book.OCTOBER) == {}
