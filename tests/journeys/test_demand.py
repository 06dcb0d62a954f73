"""RB4: a clerk collects the maximum demand of a contract on actual demand; one is missing, agreed, and replaced."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.metering.conftest import set_up_retailer
from tests.metering.grid import spin
from tests.metering.test_demand import publish, supply_high_voltage
from tomoshibi.gateways import certificates, grid_portal
from tomoshibi.gateways.grid_portal import PointMonth
from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import operations, queries
from tomoshibi.worker import operations as clock
from tomoshibi.worklist import queries as worklist

OCTOBER = Month(2026, 10)
NINTH, TWENTIETH = (datetime(2026, 10, day, 8, tzinfo=ZoneInfo("Asia/Tokyo")) for day in (9, 20))


@pytest.fixture
def simulator(tmp_path):
    keys = tmp_path / "keys"
    certificates.make_certificates(keys, now=datetime.now(UTC))
    with grid_portal.PortalSimulator(
        tmp_path / "grid", certificate=keys / "server.pem", key=keys / "server.key", authority=keys / "ca.pem"
    ) as running:
        yield running


@pytest.fixture
def clerk(journey, tmp_path, simulator):
    keys = tmp_path / "keys"

    def set_up():
        set_up_retailer()
        publish(NINTH)
        supply_high_voltage()
        clock.set_clock(now=NINTH)
        identity.save_role(code="meter", name="検針担当", rights=["RB2.do", "RB4.do"])
        identity.add_person(
            username="yamada", name="山田", mail="y@example.jp", password="lamp-light-42", roles=["meter"]
        )
        operations.set_portal(
            area="03", base_url=f"{simulator.address}/03", certificate_file=str(keys / "client.pem"),
            key_file=str(keys / "client.key"), trust_file=str(keys / "ca.pem"), now=NINTH,
        )  # fmt: skip

    journey.in_transaction(set_up)
    return journey.sign_in("yamada")


def put(simulator, *points, revision=1):
    name = grid_portal.confirmed_name(date(2026, 10, 9), revision=revision, high_voltage=True)
    made_at = datetime(2026, 10, 9, revision, tzinfo=UTC)
    grid_portal.write_confirmed(simulator.folder / "03" / name, points, month=202610, made_at=made_at)


def point(number, demand, factor="98"):
    days = {"first_day": date(2026, 9, 5), "high_voltage": True}
    return PointMonth(spin(number), 300_000_000, max_demand_kw=demand, power_factor=factor, **days)


def fetched(journey, clerk, simulator):
    clerk.post("/metering/portals/fetch/", {})
    journey.work()
    journey.spoken_to.update({"grid_portal"} if simulator.requests.get("03") else ())


def standing():
    return {row.spin: row for row in queries.demands()}


@pytest.mark.procedure("RB4")
def test_demand_is_collected_of_those_on_actual_demand_and_of_nobody_else(journey, clerk, simulator):
    # The grid company's file holds the demand of one contract on actual demand, none of another, and one of a household.
    put(simulator, point(11, "64.6"), point(12, "", ""), point(1, "5"))
    fetched(journey, clerk, simulator)
    page = clerk.get("/metering/demand/").content.decode()
    assert spin(11) in page
    assert spin(12) in page
    assert spin(1) not in page
    assert set(standing()) == {spin(11), spin(12)}

    # Its page says what counts and why.
    assert "65 kW" in clerk.get(f"/metering/demand/{standing()[spin(11)].id}/").content.decode()

    # The missing one is work; the clerk enters what was agreed.
    (item,) = worklist.open_items(kind="metering.demand_missing")
    given = {"max_demand_milli": "48.5", "power_factor_percent": "90", "agreed_by": "送配電 佐藤"}
    answer = clerk.post(f"{item.url}agree/", given | {"agreed_on": "2026-10-09"})
    assert answer.status_code == 302
    assert "送配電 佐藤" in clerk.get(answer.url).content.decode()
    assert worklist.open_items(kind="metering.demand_missing") == []
    assert standing()[spin(12)].max_demand_milli == 48_500

    # A CSV of the grid company's office has another value for the first; a household in it is refused by name.
    lines = f"供給地点特定番号,月分,最大需要電力,力率\n{spin(11)},2026-10,66.2,99\n{spin(1)},2026-10,4,99\n"
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("demand.csv", lines.encode("cp932"), "text/csv")
    told = clerk.post("/metering/demand/upload/", {"file": upload}, follow=True).content.decode()
    assert spin(1) in told
    assert standing()[spin(11)].max_demand_milli == 66_200

    # Days later the grid company has the missing value: it takes the place of the agreed one.
    journey.in_transaction(clock.set_clock, now=TWENTIETH)
    put(simulator, point(12, "51.4"), revision=2)
    fetched(journey, clerk, simulator)
    assert (standing()[spin(12)].max_demand_milli, standing()[spin(12)].source) == (51_400, "grid")
    assert clerk.get("/metering/demand/collect/").status_code == 200
    clerk.post("/metering/demand/collect/", {"month": "2026-10"})
    journey.work()

    # Billing reads whole kilowatts and the power factor.
    frame = queries.demand_frame(month=OCTOBER).sort("demand_milli")
    assert frame.select("demand_milli", "power_factor_percent").rows() == [(51_000, 98), (66_000, 99)]
