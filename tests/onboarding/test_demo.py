"""The demo is loaded by the real paths, goes on where it was interrupted, and is left alone when it is there."""

import pytest
from django.test import override_settings

from tests.parties.test_customers import taro
from tomoshibi.billing import queries as billing
from tomoshibi.collection import queries as collection
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.onboarding.demo import load, staff, story
from tomoshibi.parties import queries as parties
from tomoshibi.storage import db, server
from tomoshibi.worker import queries as clock

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
    assert all(client.login(username=member.username, password=staff.PASSWORD) for member in staff.MEMBERS)
    runs = billing.runs()
    assert sorted((run.month, run.state.value) for run in runs) == [
        (202607, "issued"), (202608, "issued"), (202609, "issued"),
    ]  # fmt: skip
    assert all(run.bill_count > 100 and run.aside_count == 0 for run in runs)
    balance = ledger.trial_balance(first=Month(2026, 7), last=Month(2026, 12))
    assert balance.debit_minor == balance.credit_minor > 0
    figures = [collection.batch_figures(batch_id=batch.id) for batch in collection.batches()]
    assert all(one.failed and not one.waiting for one in figures)
    assert {row.treatment for row in collection.failed_rows()} >= {"again", "letter", "ask"}
    assert clock.now().astimezone(story.NOW.tzinfo).strftime("%Y-%m-%d %H") == "2026-11-04 09"
    files = [path.relative_to(small_world) for path in small_world.glob("outside/grid/*/*.zip")]
    assert {path.parts[2] for path in files} <= set(story.AREAS)
    assert len(files) > 60


def test_a_database_with_customers_of_its_own_is_left_alone():
    with db.transaction():
        taro()
    with pytest.raises(load.NotEmpty):
        load.load(say=lambda *_told: None)
    assert parties.customers_frame().height == 1
