"""What is in the way of a start, and what the doctor finds: always with what to do."""

import socket
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tomoshibi.collection import operations as collection
from tomoshibi.config import doctor, readiness
from tomoshibi.gateways import debit_agent, mail, simulators
from tomoshibi.metering import operations as metering
from tomoshibi.storage import server


@pytest.fixture
def world(in_transaction, tmp_path, now):
    """The simulators of a grid company and a collection agent, and both set up in the database."""
    places = simulators.Places(tmp_path, grid_port=0, agent_port=0).prepare(now=datetime.now(tz=UTC))
    with ExitStack() as stack:
        ports = {
            name: urlsplit(simulators.start(places, stack, only=(name,))[name]).port
            for name in ("grid_portal", "debit_agent")
        }
        there = simulators.Places(tmp_path, grid_port=ports["grid_portal"], agent_port=ports["debit_agent"])
        grid = there.grid_connection("03")
        metering.set_portal(
            area="03",
            base_url=grid.prefix,
            certificate_file=str(grid.certificate),
            trust_file=str(grid.authority),
            now=now,
        )
        collection.set_link(agent="agent_a", connection=there.agent_connection(), now=now, actor_id=None)
        yield there


def test_a_taken_port_is_named_with_another_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(readiness.CannotStart, match=f"port {port} on 127.0.0.1 is taken.*PORT={port + 1}"):
            readiness.require_free_port("127.0.0.1", port)
    readiness.require_free_port("127.0.0.1", port)


def test_a_data_folder_has_one_house_at_a_time(monkeypatch, tmp_path):
    monkeypatch.setattr(server, "data_folder", lambda: tmp_path)
    with readiness.hold_data_folder(), pytest.raises(readiness.CannotStart, match=r"running on .* already"):
        readiness.hold_data_folder()
    readiness.hold_data_folder().close()


def test_a_full_disk_is_said_before_the_server_starts(monkeypatch, tmp_path):
    monkeypatch.setattr(server, "data_folder", lambda: tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100 * 2**20))
    with pytest.raises(readiness.CannotStart, match=r"the disk is full: .* has 100 MB free.*at least 300 MB"):
        readiness.start_database()
    assert not (tmp_path / "postgres").exists()


def steps_replaced() -> list[MigrationRecorder.Migration]:
    """What the database remembers of the steps that one step replaced, without that one."""
    recorder = MigrationRecorder(connection)
    (squashed,) = recorder.migration_qs.filter(app="masters", name__contains="_squashed_")
    last = squashed.name.split("_squashed_")[1]
    recorder.migration_qs.filter(name__contains="_squashed_").delete()
    return list(recorder.migration_qs.filter(app="masters", name__lte=last).order_by("name"))


def test_a_database_that_took_the_early_steps_one_by_one_has_nothing_to_do(in_transaction):
    assert len(steps_replaced()) > 1
    readiness.require_known_database()
    assert readiness.pending_migrations() == 0


def test_a_database_that_stopped_at_an_early_step_is_told_the_way(in_transaction):
    steps_replaced()[-1].delete()
    with pytest.raises(readiness.CannotStart, match=r"early version.*\(masters\).*first"):
        readiness.require_known_database()


@pytest.mark.parametrize(("free_bytes", "fine"), [(2**40, True), (2**31, True), (2**31 - 1, False), (0, False)])
def test_little_room_on_the_disk(free_bytes, fine):
    finding = readiness.free_disk(free_bytes=free_bytes)
    assert finding.fine is fine
    assert fine or "larger disk" in finding.do


def test_a_finding_that_is_not_fine_says_what_to_do():
    with pytest.raises(AssertionError, match="what to do"):
        readiness.Finding("clock", False, "wrong")


@pytest.mark.parametrize(
    ("finding", "fine", "said", "do"),
    [
        (doctor.database(version=18), True, "PostgreSQL 18", ""),
        (doctor.database(version=15), False, "16 or newer is needed", "upgrade the server"),
        (doctor.letters(encoding="UTF8", knows_kana=True), True, "UTF-8", ""),
        (doctor.letters(encoding="SQL_ASCII", knows_kana=True), False, "encoding is SQL_ASCII", "ENCODING UTF8"),
        (doctor.letters(encoding="UTF8", knows_kana=False), False, "LC_CTYPE", "C.UTF-8"),
        (doctor.schema(newer=[], pending=0), True, "up to date", ""),
        (doctor.schema(newer=[], pending=3), False, "3 steps wait", "tomoshibi upgrade"),
        (doctor.schema(newer=["billing 9001_x"], pending=0), False, "billing 9001_x", "newer version"),
        (doctor.clock(timedelta(seconds=-4)), True, "agrees", ""),
        (doctor.clock(timedelta(minutes=-3)), False, "180 s off", "time server"),
        (doctor.books(edited=0, differences={}), True, "its legs", ""),
        (doctor.books(edited=2, differences={}), False, "2 totals", "backup"),
        (doctor.books(edited=0, differences={"receivable": (5_000, 4_000)}), False, "5,000 in the ledger", "/ledger/"),
        (doctor.worker(counts={}, silent=None), True, "none yet", ""),
        (doctor.worker(counts={"done": 4}, silent=None), True, "4 done", ""),
        (doctor.worker(counts={"waiting": 2}, silent=timedelta(seconds=1)), True, "2 waiting", ""),
        (doctor.worker(counts={"waiting": 2}, silent=None), False, "no worker", "tomoshibi worker"),
        (doctor.worker(counts={"waiting": 2}, silent=timedelta(hours=1)), False, "no worker", "tomoshibi worker"),
        (doctor.worker(counts={"failed": 1, "done": 9}, silent=None), False, "1 failed", "/worker/jobs/"),
    ],
)
def test_what_the_doctor_says(finding, fine, said, do):
    assert finding.fine is fine
    assert said in finding.detail
    assert do in finding.do


@pytest.mark.django_db
def test_the_doctor_looks_at_this_very_database():
    found = {finding.subject: finding for finding in doctor.examine()}
    assert found["letters"].fine, found["letters"]
    assert found["database"].fine
    assert found["schema"].fine
    assert found["clock"].fine
    assert found["books"].fine
    assert "jobs" in found


def test_an_outside_system_that_answers_nothing():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        closed = mail.Connection(host="127.0.0.1", port=port, timeout_seconds=1)
        finding = doctor.reach("mail server", lambda: mail.SmtpOutbox(closed).send())
    assert not finding.fine
    assert f"127.0.0.1:{port}" in finding.detail
    assert "line" in finding.do


def test_who_is_not_let_in_looks_at_keys():
    def refused():
        raise debit_agent.NotAdmitted("the agent does not know our key")

    finding = doctor.reach("agent a", refused)
    assert finding.detail == "the agent does not know our key"
    assert "certificate, key or password" in finding.do


@pytest.mark.django_db
def test_what_is_set_up_is_asked_with_its_own_keys(world):
    found = {name: doctor.reach(name, ask) for name, ask in doctor.outside_systems().items()}
    assert found["grid 03"].fine, found["grid 03"]
    assert found["agent agent_a"].fine, found["agent agent_a"]
    assert [finding.subject for finding in doctor.certificates()] == []
    later = datetime.now(tz=UTC) + timedelta(days=100_000)
    assert "ask the grid company for the next one" in next(iter(doctor.certificates(now=later))).do


@pytest.mark.django_db
def test_a_portal_without_certificate_is_a_finding(in_transaction, now):
    metering.set_portal(area="04", base_url="https://127.0.0.1:9/04", now=now)
    finding = doctor.reach("grid 04", doctor.outside_systems()["grid 04"])
    assert "no client certificate" in finding.detail
    assert "certificate" in finding.do
