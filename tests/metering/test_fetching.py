"""From the portal's real socket to readings: only what is new, in order, with a named reason when it fails."""

from datetime import UTC, date, datetime

import pytest

from tests.metering.grid import spin
from tomoshibi.gateways import grid_portal
from tomoshibi.gateways.grid_portal import Behaviour, PointMonth
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import jobs, operations, queries
from tomoshibi.metering.values import FileState
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as worker_queries
from tomoshibi.worker import queue
from tomoshibi.worker.operations import Progress
from tomoshibi.worker.values import JobState

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER = Month(2026, 10)
MADE = datetime(2026, 10, 9, tzinfo=UTC)


@pytest.fixture
def portal(saved_retailer, tmp_path, keys, now, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    simulator = grid_portal.PortalSimulator(
        tmp_path / "served", certificate=keys / "server.pem", key=keys / "server.key", authority=keys / "ca.pem"
    )
    with simulator:
        with db.transaction():
            operations.set_portal(
                area="03", base_url=f"{simulator.address}/03", certificate_file=str(keys / "client.pem"),
                key_file=str(keys / "client.key"), trust_file=str(keys / "ca.pem"), timeout_seconds=10, now=now,
            )  # fmt: skip
        yield simulator.folder / "03"


def put(folder, *points, day=date(2026, 10, 9), revision=1, section=1, made_at=MADE):
    name = grid_portal.confirmed_name(day, revision=revision, section=section)
    return grid_portal.write_confirmed(folder / name, points, month=202610, made_at=made_at)


def fetch(**arguments):
    """Enqueue and run, with everything that follows; the job of the fetch itself."""
    with db.transaction():
        job_id = worker.enqueue("metering.fetch", arguments)
    queue.run_waiting()
    return worker_queries.job(job_id=job_id)


def energies():
    return {row["spin"]: row["energy_dwh"] for row in queries.confirmed_frame(month=OCTOBER).iter_rows(named=True)}


def test_new_files_are_fetched_and_read_once(portal):
    put(portal, PointMonth(spin(1), 100), PointMonth(spin(2), 200))
    put(portal, PointMonth(spin(3), 300), section=2)
    assert fetch().state is JobState.DONE
    assert energies() == {spin(1): 100, spin(2): 200, spin(3): 300}
    assert {file.state for file in queries.files()} == {FileState.DONE}
    newest = worker_queries.jobs()[0]
    assert (newest.name, newest.state) == ("metering.watch", JobState.DONE), "what is in no file shows at once"
    (endpoint,) = queries.endpoints()
    assert endpoint.fetched_at is not None
    before = queries.files().count()
    fetch(area="03")
    assert queries.files().count() == before


def test_revisions_are_applied_in_order_and_repeats_change_nothing(portal):
    put(portal, PointMonth(spin(1), 100), revision=2, made_at=datetime(2026, 10, 10, tzinfo=UTC))
    put(portal, PointMonth(spin(1), 90), revision=1)
    first = grid_portal.confirmed_name(date(2026, 10, 9), revision=1)
    Behaviour(also_as={grid_portal.confirmed_name(date(2026, 10, 9), revision=3): first}).write(portal)
    fetch()
    assert energies() == {spin(1): 100}
    assert queries.files().count() == 2


def test_a_portal_that_cannot_answer_fails_by_name_and_is_tried_again(portal):
    put(portal, PointMonth(spin(1), 100))
    Behaviour(unavailable=1).write(portal)
    job = fetch()
    assert job.state is JobState.FAILED
    assert "03" in job.message
    assert queries.endpoints()[0].failure
    assert energies() == {}
    assert fetch().state is JobState.DONE
    assert queries.endpoints()[0].failure == ""
    assert energies() == {spin(1): 100}


def test_a_line_that_breaks_in_the_middle_loses_nothing(portal):
    put(portal, PointMonth(spin(1), 100))
    cut = put(portal, PointMonth(spin(2), 200), section=2)
    Behaviour(cut=(cut.name,)).write(portal)
    assert fetch().state is JobState.FAILED
    assert energies() == {spin(1): 100}
    Behaviour().write(portal)
    assert fetch().state is JobState.DONE
    assert energies() == {spin(1): 100, spin(2): 200}


def test_a_file_that_is_listed_but_gone_does_not_hold_up_the_others(portal):
    gone = put(portal, PointMonth(spin(1), 100))
    put(portal, PointMonth(spin(2), 200), section=2)
    Behaviour(gone=(gone.name,)).write(portal)
    assert fetch().state is JobState.DONE
    assert energies() == {spin(2): 200}
    Behaviour().write(portal)
    fetch()
    assert energies() == {spin(1): 100, spin(2): 200}


def test_asking_again_brings_files_again_that_changed_under_their_name(portal):
    path = put(portal, PointMonth(spin(1), 100))
    fetch()
    size = path.stat().st_size
    put(portal, PointMonth(spin(1), 101), made_at=datetime(2026, 10, 10, tzinfo=UTC))
    assert path.stat().st_size == size, "the list cannot show the difference"
    fetch()
    assert energies() == {spin(1): 100}
    assert fetch(area="03", again_since="2026-10-05").state is JobState.DONE
    assert energies() == {spin(1): 101}


def test_without_an_accepted_certificate_nothing_is_fetched(portal, now, tmp_path):
    with db.transaction():
        operations.set_portal(
            area="03", base_url=queries.endpoints()[0].base_url, certificate_file=str(tmp_path / "no.pem"), now=now
        )
    with pytest.raises(jobs.PortalsFailed, match="03"):
        jobs.fetch(Progress())
    with db.transaction():
        operations.set_portal(area="03", base_url=queries.endpoints()[0].base_url, now=now)
    with pytest.raises(jobs.PortalsFailed, match="03"):
        jobs.fetch(Progress())
