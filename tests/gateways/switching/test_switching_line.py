"""The client and the simulator over a real line: what the world does with applications, and how it misbehaves."""

import ssl
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from tomoshibi.gateways import switching
from tomoshibi.gateways.switching import Manners, PointSeed, World

SPIN = "0300000000000000000017"
WISHED = date(2026, 11, 20)
US, OTHER = "55555", "10001"
FULL = {"spin": SPIN, "wished_on": WISHED, "old_retailer": OTHER, "old_customer_number": "X-77", "terms_agreed": True}


@pytest.fixture
def world(simulator):
    simulator.world.seed([PointSeed(SPIN, retailer=OTHER, customer_number="X-77", holder="旧 名義")])
    return simulator.world


def behave(world, **manners):
    Manners(**({"calls_per_second": 0} | manners)).write(world.folder)


def stages(ask, messages):
    rows = ask("events", cursor=0, limit=100).rows
    return [messages.stage(row["stage"]).meaning.value for row in rows]


def test_a_switch_from_mediation_to_completion(ask, world, clock, messages):
    asked = ask("mediation_register", **FULL)
    number = asked.fields["mediation_number"]
    assert messages.mediation_state(asked.fields["mediation_state"]).meaning is switching.Mediation.WAITING
    clock.today += timedelta(days=1)
    states = [
        messages.mediation_state(row["mediation_state"]).meaning.value
        for row in ask("mediation_results", cursor=0).rows
    ]
    assert states == ["waiting", "agreed"]

    answer = ask("start", application_number="A1", mediation_number=number, **FULL)
    assert (answer.result, answer.fields["application_number"]) == (switching.Result.DONE, "A1")
    clock.today += timedelta(days=1)
    assert stages(ask, messages) == ["in_progress", "matched"]
    cursor = ask("events", cursor=0, limit=100).fields["cursor"]
    locked = ask("start", action=switching.Action.CANCEL, application_number="A1")
    assert (locked.result, locked.said[0].code) == (switching.Result.REFUSED, "E203")
    clock.today = WISHED
    (last,) = ask("events", cursor=cursor, limit=100).rows
    assert (last["fixed_on"], messages.stage(last["stage"]).meaning) == (WISHED, switching.Stage.COMPLETED)
    assert world.point(SPIN)["retailer"] == US


def test_an_old_retailer_says_no_for_a_reason_and_one_never_answers(ask, world, clock, messages):
    ask("mediation_register", **FULL | {"old_customer_number": "wrong"})
    clock.today += timedelta(days=1)
    last = ask("mediation_results", cursor=0).rows[-1]
    assert (messages.mediation_state(last["mediation_state"]).meaning.value, last["reasons"]) == ("refused", "02")
    behave(world, silent=["*"])
    ask("mediation_register", **FULL)
    clock.today += timedelta(days=11)
    last = ask("mediation_results", cursor=0).rows[-1]
    assert messages.mediation_state(last["mediation_state"]).meaning is switching.Mediation.EXPIRED


def test_a_start_without_its_end_expires(ask, world, clock, messages):
    behave(world, silent=[SPIN])
    ask("start", application_number="A1", **FULL)
    clock.today += timedelta(days=11)
    assert stages(ask, messages) == ["in_progress", "expired"]


def test_the_grid_company_refuses_at_once_or_later(ask, world, clock, messages):
    behave(world, refuse={SPIN: "契約種別が一致しません"})
    answer = ask("start", application_number="A1", **FULL)
    assert (answer.result, answer.words) == (switching.Result.REFUSED, "契約種別が一致しません (E900)")
    behave(world, reject={SPIN: "現地確認が必要です"})
    ask("start", application_number="A2", **FULL)
    clock.today += timedelta(days=1)
    assert stages(ask, messages) == ["in_progress", "rejected"]


def test_the_same_message_twice_is_one_application(ask, world):
    first = ask("start", application_number="A1", again="same", **FULL)
    second = ask("start", application_number="A1", again="same", **FULL)
    assert first == second
    assert len(world.applications()) == 1


def test_events_are_repeated_and_shuffled_on_request(ask, world, clock, messages):
    behave(world, repeat_events=5, shuffle_events=True)
    ask("start", application_number="A1", **FULL)
    clock.today += timedelta(days=1)
    assert [row["event"] for row in ask("events", cursor=1, limit=10).rows] == [2, 1]


def test_a_connection_that_another_supplies_is_not_reconnected_and_one_may_begin_in_the_past(ask, world, clock):
    fields = {"application_number": "R1", "spin": SPIN, "wished_on": clock.today - timedelta(days=3)}
    assert ask("reconnect", **fields).said[0].code == "E222"
    with world.at(clock.today) as moment:
        moment.move_out(SPIN)
    assert ask("reconnect", **fields).result is switching.Result.DONE
    clock.today += timedelta(days=1)
    assert ask("states", application_number="R1").fields["fixed_on"] == fields["wished_on"]
    early = fields | {"application_number": "R2", "wished_on": clock.today - timedelta(days=40)}
    assert ask("reconnect", **early).said[0].code == "E221"


def test_usage_comes_with_the_password_of_its_application(ask, clock):
    ask("usage_application", application_number="U1", spin=SPIN, holder_name="山田")
    assert ask("usage", spin=SPIN, password="guess").said[0].code == "E301"
    clock.today += timedelta(days=1)
    password = ask("states", application_number="U1").fields["password"]
    rows = ask("usage", spin=SPIN, password=password).rows
    assert len(rows) == 13
    assert rows[-1]["month"] == 202610
    clock.today += timedelta(days=32)
    assert ask("usage", spin=SPIN, password=password).result is switching.Result.REFUSED


def test_meter_work_stays_open_after_completion(ask, world, clock, messages):
    behave(world, meter_open=[SPIN])
    ask("start", application_number="A1", **FULL)
    clock.today += timedelta(days=1)
    ask("states", application_number="A1")
    clock.today = WISHED
    assert stages(ask, messages)[-1] == "completed_meter_open"
    clock.today += timedelta(days=5)
    assert stages(ask, messages)[-1] == "completed"


def test_a_point_is_found_by_address_or_meter(ask, world):
    world.seed([PointSeed("0300000000000000000025", retailer="", address="東京都港区芝公園1-2-3", meter="AB12")])
    assert [row["spin"] for row in ask("point_search", area="03", address="芝公園1-2").rows] == [
        "0300000000000000000025"
    ]
    assert [row["spin"] for row in ask("point_search", area="03", meter_number="AB12").rows] == [
        "0300000000000000000025"
    ]
    assert ask("point_search", area="03").said[0].code == "E401"


@pytest.mark.parametrize(
    ("manners", "error"),
    [
        ({"unavailable": 1}, switching.Unreachable),
        ({"refuses": True}, switching.NotAdmitted),
        ({"nonsense": True}, switching.BrokenFile),
        ({"faults": 1}, switching.Fault),
    ],
)
def test_each_level_of_failure_has_its_own_name(ask, world, manners, error):
    behave(world, **manners)
    with pytest.raises(error):
        ask("retailers")


def test_nobody_comes_in_without_our_certificate(simulator, keys):
    with (
        pytest.raises(httpx.TransportError),
        httpx.Client(verify=ssl.create_default_context(cafile=keys / "ca.pem"), trust_env=False) as stranger,
    ):
        stranger.post(simulator.address, content=b"<SwRequest/>")


def test_a_broken_line_is_named(connection):
    nowhere = replace(connection, address="https://127.0.0.1:1/switching")
    with switching.HttpsSwitching(nowhere) as line, pytest.raises(switching.Unreachable):
        line.send(b"<SwRequest/>")


def test_calls_keep_the_pace_and_a_faster_one_is_turned_away(simulator, connection):
    moments, waits = iter([100.0, 100.2, 103.0]), []
    pace = switching.Pace(now=lambda: next(moments), wait=waits.append)
    for _ in range(3):
        pace.take(1.0)
    assert waits == [pytest.approx(0.8)]
    Manners(calls_per_second=0.001).write(simulator.world.folder)
    with switching.HttpsSwitching(connection) as line:
        line.send(b"<SwRequest/>")
        with pytest.raises(switching.Unreachable, match="429"):
            line.send(b"<SwRequest/>")
    assert simulator.turned_away == 1


def test_the_first_call_is_never_too_fast_however_young_the_machine_s_clock(simulator, monkeypatch):
    moments = iter([3.0, 4.0])
    monkeypatch.setattr("tomoshibi.gateways.switching.simulator.server.time.monotonic", lambda: next(moments))
    assert not simulator.too_fast(0.001)
    assert simulator.too_fast(0.001)


def test_a_point_is_asked_about_before_it_is_invented(tmp_path, clock):
    told = PointSeed("03" + "7" * 20, retailer="55555", base_day="19")
    world = World(tmp_path, known=lambda spin: told if spin == told.spin else None)
    Manners(base_days={"03": ["22"]}).write(tmp_path)
    with world.at(clock.today) as moment:
        assert (moment.point(told.spin)["retailer"], moment.point(told.spin)["base_day"]) == ("55555", "19")
        assert moment.point("03" + "8" * 20)["base_day"] == "22"


def test_where_nobody_told_who_lives_they_have_moved_out_unless_said_otherwise(ask, world, clock):
    empty, occupied = "03" + "5" * 20, "03" + "6" * 20
    behave(world, occupied=[occupied])
    assert ask("reconnect", application_number="R1", spin=empty, wished_on=clock.today).result is switching.Result.DONE
    assert ask("reconnect", application_number="R2", spin=occupied, wished_on=clock.today).said[0].code == "E222"
