import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
import numpy as np
import pytest

from tomoshibi.gateways import certificates, grid_portal
from tomoshibi.gateways.grid_portal import Behaviour, PointDay, PointMonth
from tomoshibi.gateways.grid_portal.answers import parse_list
from tomoshibi.kernel.halfhours import MISSING

MADE = datetime(2026, 10, 12, 1, 5, tzinfo=UTC)
SPIN = "03000000000000000000{:02d}".format


@pytest.fixture
def portal(tmp_path, keys):
    simulator = grid_portal.PortalSimulator(
        tmp_path / "served", certificate=keys / "server.pem", key=keys / "server.key", authority=keys / "ca.pem"
    )
    with simulator:
        yield simulator


@pytest.fixture
def connection(portal, keys):
    return grid_portal.Connection(
        prefix=f"{portal.address}/03",
        certificate=keys / "client.pem",
        key=keys / "client.key",
        authority=keys / "ca.pem",
        timeout_seconds=10,
    )


@pytest.fixture
def served(portal):
    """Two files that wait for us."""
    folder = portal.folder / "03"
    days = [*range(1, 49), *range(1001, 1049)]
    days[5] = -1
    points = [
        PointMonth(
            SPIN(1), 3_105_000, date(2026, 9, 10), days, customer_name="テスト & 子", next_reading_on=date(2026, 11, 12)
        ),
        PointMonth(SPIN(2), 0, provided=False),
        PointMonth(SPIN(3), 200, split_code="2", part_dwh=50),
        PointMonth(SPIN(4), 10_000, meter="A"),
        PointMonth(SPIN(4), 20_001, meter="B"),
    ]
    first = grid_portal.write_confirmed(
        folder / grid_portal.confirmed_name(date(2026, 10, 12)), points, month=202610, made_at=MADE
    )
    second = grid_portal.write_day(
        folder / grid_portal.day_name(date(2026, 10, 1)),
        [PointDay(SPIN(1), range(48)), PointDay(SPIN(1), [5, -1, *[0] * 46], meter="M2")],
        day=date(2026, 10, 1),
        made_at=MADE,
    )
    return first, second


def test_what_the_portal_lists_is_fetched_whole_and_read(portal, connection, served, tmp_path):
    with grid_portal.HttpsPortal(connection) as client:
        listed = client.list_files()
        assert [one.name for one in listed] == sorted(path.name for path in served)
        fetched = [client.fetch(one, folder=tmp_path / "in") for one in listed]
    assert {one.path.read_bytes() for one in fetched} == {path.read_bytes() for path in served}
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == sorted(path.name for path in served)

    day, month = fetched
    with month.path.open("rb") as file:
        message = grid_portal.read_confirmed(file)
        (batch,) = message.batches
    assert batch.problems == ()
    assert batch.records.select("spin", "energy_dwh", "provided", "meters").rows() == [
        (SPIN(1), 3_105_000, True, 1),
        (SPIN(2), None, False, 1),
        (SPIN(3), 50, True, 1),
        (SPIN(4), 30_001, True, 2),
    ]
    assert batch.records["customer_name"][0] == "テスト & 子"
    assert batch.half_hours_dwh[:8].tolist() == [1, 2, 3, 4, 5, int(MISSING), 7, 8]
    assert batch.half_hours_dwh[48] == 1001
    with day.path.open("rb") as file:
        (batch,) = grid_portal.read_half_hours(file).batches
    assert batch.half_hours_dwh[:3].tolist() == [5, int(MISSING), 2]


def test_pkcs12_is_a_certificate_too(connection, served, keys):
    with grid_portal.HttpsPortal(replace(connection, certificate=keys / "client.p12", key=None)) as client:
        assert len(client.list_files()) == 2


def test_without_our_certificate_there_is_no_portal(connection, served, keys, tmp_path):
    with httpx.Client(verify=str(keys / "ca.pem"), trust_env=False) as stranger, pytest.raises(httpx.HTTPError):
        stranger.get(f"{connection.prefix}/FileListReceiver")
    certificates.make_certificates(tmp_path / "others", now=datetime.now(UTC))
    other = replace(connection, certificate=tmp_path / "others/client.pem", key=tmp_path / "others/client.key")
    with grid_portal.HttpsPortal(other) as client, pytest.raises(grid_portal.PortalError):
        client.list_files()
    not_trusted = replace(connection, authority=tmp_path / "others/ca.pem")
    with grid_portal.HttpsPortal(not_trusted) as client, pytest.raises(grid_portal.NotAdmitted):
        client.list_files()
    with pytest.raises(grid_portal.NotAdmitted, match="cannot be used"):
        grid_portal.HttpsPortal(replace(connection, certificate=tmp_path / "none.pem"))


def test_an_expired_certificate_is_refused(portal, connection, served, keys, tmp_path):
    then = datetime.now(UTC) - timedelta(days=800)
    certificates.make_certificates(tmp_path / "old", now=then, days=700)
    assert grid_portal.certificate_ends(tmp_path / "old/client.p12") < datetime.now(UTC)
    assert grid_portal.certificate_ends(keys / "client.pem") > datetime.now(UTC)
    with pytest.raises(grid_portal.NotAdmitted):
        grid_portal.certificate_ends(keys / "client.key")


def test_bad_manners(portal, connection, served, tmp_path):
    month, day = (path.name for path in served)
    folder = portal.folder / "03"
    with grid_portal.HttpsPortal(connection) as client:

        def names():
            return [one.name for one in client.list_files()]

        Behaviour(hidden=("W4*",)).write(folder)
        assert names() == [month]
        Behaviour(listed_after={"W5*": portal.lists["03"] + 1}).write(folder)
        assert names() == [day]
        assert names() == [day, month]
        revised = grid_portal.confirmed_name(date(2026, 10, 12), revision=2)
        Behaviour(also_as={revised: month}).write(folder)
        assert names() == [day, month, revised]
        again = client.fetch(grid_portal.Listed(revised, None), folder=tmp_path / "in")
        assert again.sha256 == client.fetch(grid_portal.Listed(month, None), folder=tmp_path / "in").sha256

        listed = client.list_files()[1]
        for behaviour, error in [
            (Behaviour(gone=(month,)), grid_portal.FileGone),
            (Behaviour(cut=(month,)), grid_portal.Unreachable),
            (Behaviour(shortened=("*",)), grid_portal.Unreachable),
            (Behaviour(unavailable=10_000), grid_portal.Unreachable),
            (Behaviour(refuses=True), grid_portal.NotAdmitted),
        ]:
            behaviour.write(folder)
            with pytest.raises(error):
                client.fetch(listed, folder=tmp_path / "bad")
            assert list((tmp_path / "bad").iterdir()) == [], "nothing half-written stays"
        Behaviour(nonsense=True).write(folder)
        with pytest.raises(grid_portal.BadAnswer, match="holds no list"):
            client.list_files()
        # A portal that does not tell sizes: the half file arrives, and the codec refuses it.
        Behaviour(shortened=("*",)).write(folder)
        half = client.fetch(grid_portal.Listed(month, None), folder=tmp_path / "half")
        with half.path.open("rb") as file, pytest.raises(grid_portal.BrokenFile):
            list(grid_portal.read_confirmed(file).batches)


def test_a_file_larger_than_allowed_is_refused(connection, served, tmp_path):
    with (
        grid_portal.HttpsPortal(replace(connection, file_limit_bytes=100)) as client,
        pytest.raises(grid_portal.BadAnswer, match="larger than 100"),
    ):
        client.fetch(client.list_files()[0], folder=tmp_path / "in")


def test_nobody_there(connection):
    with (
        grid_portal.HttpsPortal(replace(connection, prefix="https://127.0.0.1:1/03")) as client,
        pytest.raises(grid_portal.Unreachable),
    ):
        client.list_files()


@pytest.mark.django_db(transaction=True)
def test_nobody_talks_to_the_outside_inside_a_transaction(connection):
    from tomoshibi.storage import db

    with grid_portal.HttpsPortal(connection) as client, db.transaction(), pytest.raises(db.InsideTransaction):
        client.list_files()


def test_lists():
    assert parse_list("<comment></comment>") == ()
    text = 'x<comment>rfilename1:"a.zip",rfilesize1:"12",rfilename2:"b.zip",rfilename3:"a.zip",rfilesize3:"9"</comment>'
    assert parse_list(text) == (grid_portal.Listed("a.zip", 12), grid_portal.Listed("b.zip", None))
    for bad in ("", "<comment>hello</comment>", '<comment>rfilename1:"../../etc/passwd"</comment>'):
        with pytest.raises(grid_portal.BadAnswer):
            parse_list(bad)


def test_a_month_of_many_points_comes_through(tmp_path):
    values = np.random.default_rng(7).integers(0, 20_000, (50, 30 * 48), dtype=np.int32)
    points = [PointMonth(SPIN(n), int(row.sum()), date(2026, 9, 10), row) for n, row in enumerate(values)]
    path = grid_portal.write_confirmed(tmp_path / "W51220202610120100001.zip", points, month=202610, made_at=MADE)
    batches = list(grid_portal.read_confirmed(io.BytesIO(path.read_bytes()), points=20).batches)
    assert np.array_equal(np.concatenate([one.half_hours_dwh for one in batches]), values.ravel())
    totals = [total for one in batches for total in one.records["energy_dwh"].to_list()]
    assert totals == values.sum(axis=1).tolist()
