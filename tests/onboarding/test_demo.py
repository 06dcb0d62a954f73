"""The demo is loaded by the real paths, goes on where it was interrupted, and is left alone when it is there."""

from datetime import date, timedelta

import polars as pl
import pytest
from django.test import override_settings

from tests.parties.test_customers import taro
from tomoshibi.billing import operations
from tomoshibi.billing import queries as billing
from tomoshibi.collection import queries as collection
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.kernel.units import DWH_PER_KWH
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import queries as messaging
from tomoshibi.onboarding.demo import coming, load, loads, market, outside, staff, story
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk, db, server
from tomoshibi.worker import queries as clock
from tomoshibi.worklist import queries as worklist

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class PulledPlug(Exception):
    """Somebody ended the load."""


@pytest.fixture
def small_world(monkeypatch, tmp_path):
    monkeypatch.setattr(story, "CUSTOMERS", 140)
    monkeypatch.setattr(server, "data_folder", lambda: tmp_path)
    monkeypatch.setattr(load, "_loads", [])
    with override_settings(MEDIA_ROOT=tmp_path / "files"):
        yield tmp_path


def test_the_demo_loads_by_the_real_paths_and_survives_an_interruption(small_world, client):
    def until_the_first_debit(code, _outcome):
        if code == "debit 2026-07":
            raise PulledPlug

    with pytest.raises(PulledPlug):
        load.load(say=until_the_first_debit)
    assert not load.is_loaded()
    told = {}
    load.load(say=told.__setitem__)
    assert "bills 2026-07" not in told
    assert load.is_loaded()
    assert load.load(say=told.__setitem__) == 0

    assert client.login(username=staff.PORTAL_USER, password=staff.PASSWORD)
    mails = messaging.delivery_rows().filter(about__startswith="identity.invitation:")
    assert mails.count() == 1, "the mail was written before its address was followed: no job finds a used invitation"
    assert all(client.login(username=member.username, password=staff.PASSWORD) for member in staff.MEMBERS)
    runs = billing.runs()
    assert sorted((run.month, run.state.value) for run in runs) == [
        (202607, "issued"), (202608, "issued"), (202609, "issued"),
    ]  # fmt: skip
    assert all(run.bill_count > 100 and run.aside_count == 0 for run in runs)
    balance = ledger.trial_balance(first=Month(2026, 7), last=Month(2026, 12))
    assert balance.debit_minor == balance.credit_minor > 0
    figures = [collection.batch_figures(batch_id=batch.id) for batch in collection.batches()]
    assert all(one.failed for one in figures)
    assert [one.waiting for one in figures] == [1, 0, 0], "the last result misses a row"
    kinds = {item.kind for item in worklist.open_items()}
    assert kinds >= {"collection.debit_failed", "collection.result_missing"}
    assert {row.treatment for row in collection.failed_rows()} >= {"again", "letter", "ask"}
    assert clock.now().astimezone(story.NOW.tzinfo).strftime("%Y-%m-%d %H") == "2026-11-04 09"
    files = [path.relative_to(small_world) for path in small_world.glob("outside/grid/*/*.zip")]
    assert {path.parts[2] for path in files} <= set(story.AREAS)
    assert len(files) > 60
    _market_linked_customers_pay_what_the_half_hours_cost()
    _the_grid_companies_go_on()
    _what_was_known_before_some_values_were_put_right()
    assert masters.spot_gaps(area="03", period=Period(date(2025, 11, 1), date(2026, 11, 1))) == [], (
        "a quote asks for a year"
    )


def _what_was_known_before_some_values_were_put_right():
    """A few values of the last billed month came twice before their bills: each bill knows, and says, since when."""
    ids = bulk.read_frame(
        "SELECT id FROM billing_bill WHERE month = %s AND reading_id IN (SELECT superseded_by_id FROM metering_reading)",
        {"id": pl.Int64},
        [story.BILLED[-1].number],
    )["id"].to_list()
    assert len(ids) == loads.CORRECTED
    right = story.known_on(story.BILLED[-1])
    for bill_id in ids:
        assert set(billing.days_of_knowledge(bill=billing.bill(bill_id=bill_id))) == {
            right - load.CORRECTED_AFTER, right, story.BILLED_ON[story.BILLED[-1]],
        }  # fmt: skip
        with db.transaction():
            then, since = (
                operations.replay(bill_id=bill_id, known_on=day) for day in (right - timedelta(days=1), right)
            )
        used, total = (one for one in then.totals if one.what in {"energy", "total"})
        assert abs(used.again - used.stored - loads.CORRECTED_BY_DWH) <= DWH_PER_KWH, "whole kWh"
        assert total.again > total.stored
        assert since.fits


def _the_grid_companies_go_on():
    """What a grid company gives out next follows the demo's clock, comes once, and can be read."""
    folder = outside.places().grid_folder
    known = set(folder.glob("*/*.zip"))
    assert coming.write_due("03", today=date(2026, 11, 4)) == 0, "no reading day of November has its file yet"
    some = coming.write_due("03", today=date(2026, 11, 20))
    assert coming.write_due("03", today=date(2026, 11, 20)) == 0
    assert 0 < some < coming.write_due("03", today=date(2026, 12, 4)) + some
    assert {path.parent.name for path in set(folder.glob("*/*.zip")) - known} == {"03"}


def _market_linked_customers_pay_what_the_half_hours_cost():
    """Bills of the market-linked plan were priced slot by slot from invented prices, and say so."""
    terms = contracts.terms_frame().filter(plan_code=market.PLAN)
    lines = bulk.read_frame(
        """
        SELECT b.contract_id, b.period_start, b.period_end, l.quantity, l.price_micro, l.ratio_num, l.amount_e10
          FROM billing_bill b JOIN billing_line l ON l.bill_id = b.id
         WHERE b.contract_id = ANY(%s) AND l.component_no = 2
        """,
        {
            "contract_id": pl.Int64, "period_start": pl.Date, "period_end": pl.Date, "quantity": pl.Int64,
            "price_micro": pl.Int64, "ratio_num": pl.Int64, "amount_e10": pl.Int64,
        },
        [terms["contract_id"].to_list()],
    )  # fmt: skip
    assert lines.height >= len(story.BILLED)
    slots = (lines["period_end"] - lines["period_start"]).dt.total_days() * 48
    assert lines["ratio_num"].to_list() == slots.to_list()
    averages = set(lines["price_micro"])
    assert len(averages) == lines.height, "each load has an average of its own"
    assert all(10_000_000 < average < 40_000_000 for average in averages)
    period = Period(lines["period_start"].min(), lines["period_end"].max())
    assert masters.spot_gaps(area="03", period=period) == []
    assert masters.spot_prices(area="03", period=period).invented


def test_a_database_with_customers_of_its_own_is_left_alone():
    with db.transaction():
        taro()
    with pytest.raises(load.NotEmpty):
        load.load(say=lambda *_told: None)
    assert parties.customers_frame().height == 1
