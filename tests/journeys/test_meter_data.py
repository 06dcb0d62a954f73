"""A clerk's morning with the grid company's files: fetched, one missing, one refused, one revised."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.metering.conftest import set_up_retailer
from tests.metering.grid import spin
from tomoshibi.gateways import grid_portal
from tomoshibi.gateways.grid_portal import Behaviour, PointMonth
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import operations, queries
from tomoshibi.metering.values import GapOutcome
from tomoshibi.worker import operations as clock
from tomoshibi.worklist import queries as worklist

OCTOBER = Month(2026, 10)
NINTH, FIFTEENTH, TWENTIETH = (datetime(2026, 10, day, 8, tzinfo=ZoneInfo("Asia/Tokyo")) for day in (9, 15, 20))


@pytest.fixture
def simulator(tmp_path, keys):
    with grid_portal.PortalSimulator(
        tmp_path / "grid", certificate=keys / "server.pem", key=keys / "server.key", authority=keys / "ca.pem"
    ) as running:
        yield running


@pytest.fixture
def clerk(journey, keys, simulator):
    def set_up():
        set_up_retailer()
        clock.set_clock(now=NINTH)
        identity.save_role(code="meter", name="検針担当", rights=["RB2.do"])
        identity.add_person(
            username="yamada", name="山田", mail="y@example.jp", password="lamp-light-42", roles=["meter"]
        )
        operations.set_portal(
            area="03", base_url=f"{simulator.address}/03", certificate_file=str(keys / "client.pem"),
            key_file=str(keys / "client.key"), trust_file=str(keys / "ca.pem"), now=NINTH,
        )  # fmt: skip

    journey.in_transaction(set_up)
    return journey.sign_in("yamada")


def put(simulator, *points, day=9, revision=1):
    made_at = datetime(2026, 10, day, tzinfo=UTC)
    name = grid_portal.confirmed_name(date(2026, 10, day), revision=revision)
    return grid_portal.write_confirmed(simulator.folder / "03" / name, points, month=202610, made_at=made_at)


def energies():
    return {row["spin"]: row["energy_dwh"] for row in queries.confirmed_frame(month=OCTOBER).iter_rows(named=True)}


@pytest.mark.procedure("RB2")
def test_files_come_what_is_missing_is_asked_for_and_agreed_values_give_way(journey, clerk, simulator):
    put(simulator, *(PointMonth(spin(n), n * 1_000_000) for n in (1, 2, 3)), PointMonth(spin(4), 0, provided=False))
    late = put(simulator, PointMonth(spin(5), 5_000_000), day=10)
    Behaviour(hidden=(late.name,)).write(simulator.folder / "03")

    # The clerk fetches and sees the file.
    assert clerk.post("/metering/portals/fetch/", {}).status_code == 302
    journey.work()
    journey.spoken_to.update({"grid_portal"} if simulator.requests.get("03") else ())
    assert "W51220" in clerk.get("/metering/files/").content.decode()
    assert energies() == {spin(1): 1_000_000, spin(2): 2_000_000, spin(3): 3_000_000, spin(4): 0}

    # After the fourth business day two values are missing; both are work for people.
    journey.in_transaction(clock.set_clock, now=FIFTEENTH)
    clerk.post("/metering/gaps/watch/")
    journey.work()
    missing = {row.spin: row.id for row in queries.gaps()}
    assert set(missing) == {spin(4), spin(5)}
    assert len(worklist.open_items(kind="metering.gap")) == 2
    assert spin(5) in clerk.get("/metering/gaps/").content.decode()

    # One comes when it is asked for again.
    Behaviour().write(simulator.folder / "03")
    clerk.post("/metering/gaps/ask/", {"ids": [missing[spin(5)]], "list_query": ""})
    journey.work()
    assert energies()[spin(5)] == 5_000_000
    assert queries.gap(gap_id=missing[spin(5)]).outcome is GapOutcome.ARRIVED

    # For the other a quantity is agreed, and it stands.
    agreed = {
        "energy": "400",
        "basis": "previous_month",
        "agreed_by": "送配電 佐藤",
        "agreed_on": "2026-10-15",
        "reason": "協議録 第12号",
    }
    assert clerk.post(f"/metering/gaps/{missing[spin(4)]}/agree/", agreed).status_code == 302
    assert energies()[spin(4)] == 4_000_000
    assert worklist.open_items(kind="metering.gap") == []

    # Days later the grid company has a value after all: it takes the place of the agreed one, and somebody is told.
    journey.in_transaction(clock.set_clock, now=TWENTIETH)
    put(simulator, PointMonth(spin(4), 4_400_000), day=20, revision=2)
    clerk.post("/metering/portals/fetch/", {"area": "03"})
    journey.work()
    assert energies()[spin(4)] == 4_400_000
    (item,) = worklist.open_items(kind="metering.agreed_superseded")
    assert "送配電 佐藤" in clerk.get(item.url).content.decode()
