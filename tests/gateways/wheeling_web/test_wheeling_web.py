"""The wheeling Web system: what goes over the socket, what the desk does with it, and what nonsense becomes."""

from datetime import date, timedelta

import pytest

from tomoshibi.gateways import calling, wheeling_web
from tomoshibi.gateways.wheeling_web import Application, BadAnswer, Manners, NotAdmitted, Unreachable
from tomoshibi.gateways.wheeling_web.codec import decode_events, decode_receipt

MONDAY = date(2026, 11, 2)


class Clock:
    today = MONDAY


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(keys, tmp_path, clock):
    with wheeling_web.WheelingWebSimulator(
        tmp_path, certificate=keys / "server.pem", key=keys / "server.key", authority=keys / "ca.pem",
        today=lambda: clock.today,
    ) as simulator:  # fmt: skip
        yield simulator


@pytest.fixture
def line(desk, keys):
    connection = wheeling_web.Connection(desk.address, keys / "client.p12", authority=keys / "ca.pem", pace_seconds=0)
    with wheeling_web.HttpsWheelingWeb(connection) as client:
        yield client


def application(number="K1", action="new", message="m1", **more):
    given = {
        "kind": "size",
        "spin": "03" + "0" * 20,
        "wished_on": MONDAY + timedelta(days=20),
        "pdf": b"%PDF-1.7",
    } | more
    return Application(message_id=message, number=number, action=action, **given)


def stages(line):
    return [event.stage for event in line.events(after=0).events]


def test_from_the_application_to_the_work(line, clock):
    assert line.apply(application()).taken
    for _day in range(30):
        clock.today += timedelta(days=1)
        last = line.events(after=0)
    assert [event.stage for event in last.events] == ["received", "design", "contribution", "scheduled", "done"]
    contribution, scheduled = last.events[2], last.events[3]
    assert contribution.amount_minor == 33_000
    assert scheduled.day == MONDAY + timedelta(days=20)
    assert scheduled.inspection_on == scheduled.day - timedelta(days=1)
    assert line.events(after=last.cursor).events == ()


def test_the_same_message_twice_is_one_and_another_of_the_number_is_refused(line, desk):
    assert line.apply(application()) == line.apply(application())
    assert not line.apply(application(message="m2")).taken
    assert not line.apply(application("K2", "cancel", message="m3")).taken
    assert not line.apply(application("K3", message="m4", pdf=b"")).taken
    assert [one["number"] for one in desk.world.applications()] == ["K1"]


def test_what_comes_back_is_corrected_and_what_is_taken_back_ends(line, desk, clock):
    Manners(give_back={"K1": "容量が未記入"}, repeat=2).write(desk.world.folder)
    line.apply(application())
    line.apply(application("K2", message="m2"))
    clock.today += timedelta(days=1)
    assert stages(line) == ["returned", "received"]
    assert line.apply(application(action="correct", message="m3")).taken
    assert line.apply(application("K2", "cancel", message="m4")).taken
    clock.today += timedelta(days=1)
    assert stages(line)[2:] == ["canceled", "received"]


@pytest.mark.parametrize(
    ("manners", "error"),
    [
        (Manners(unavailable=True), Unreachable),
        (Manners(refuses=True), NotAdmitted),
        (Manners(nonsense=True), BadAnswer),
    ],
)
def test_each_level_of_failure_has_its_own_name(line, desk, manners, error):
    manners.write(desk.world.folder)
    for call in (lambda: line.events(after=0), lambda: line.apply(application())):
        with pytest.raises(error):
            call()
    assert desk.world.applications() == []


def test_an_answer_that_is_lost_makes_no_second_application(line, desk):
    Manners(cut=1).write(desk.world.folder)
    with pytest.raises(Unreachable):
        line.apply(application())
    assert line.apply(application()).taken
    assert [one["number"] for one in desk.world.applications()] == ["K1"]


def test_the_desk_refuses_at_once_or_later(line, desk, clock):
    Manners(refuse="様式が違います").write(desk.world.folder)
    receipt = line.apply(application())
    assert (receipt.taken, receipt.words) == (False, "様式が違います")
    Manners(reject={"K2": "設備が不足"}).write(desk.world.folder)
    assert line.apply(application("K2", message="m2")).taken
    for _day in range(3):
        clock.today += timedelta(days=1)
        last = line.events(after=0).events[-1]
    assert (last.number, last.stage, last.reason) == ("K2", "rejected", "設備が不足")


def test_pages_come_again_and_out_of_order(line, desk, clock):
    line.apply(application())
    clock.today += timedelta(days=10)
    first = line.events(after=0)
    Manners(repeat=1, shuffle=True).write(desk.world.folder)
    clock.today += timedelta(days=20)
    told = [event.seq for event in line.events(after=first.cursor).events]
    assert told == sorted(told, reverse=True)
    assert told[-1] == first.cursor


def test_nobody_comes_in_without_our_certificate(desk, keys):
    stranger = wheeling_web.Connection(
        desk.address, keys / "server.pem", key=keys / "server.key", authority=keys / "ca.pem", pace_seconds=0
    )
    with wheeling_web.HttpsWheelingWeb(stranger) as client, pytest.raises(NotAdmitted, match="alert"):
        client.events(after=0)
    doubting = wheeling_web.Connection(desk.address, keys / "client.p12", pace_seconds=0)
    with wheeling_web.HttpsWheelingWeb(doubting) as client, pytest.raises(NotAdmitted, match="self-signed"):
        client.events(after=0)
    with pytest.raises(NotAdmitted):
        wheeling_web.HttpsWheelingWeb(wheeling_web.Connection(desk.address, keys / "nothing.p12"))


def test_two_lines_together_are_no_faster_than_one(desk, keys):
    moments, waits = iter([10.0, 10.2, 10.4]), []
    pace = calling.Pace(now=lambda: next(moments), wait=waits.append)
    connection = wheeling_web.Connection(desk.address, keys / "client.p12", authority=keys / "ca.pem", pace_seconds=1)
    for _line in range(3):
        with wheeling_web.HttpsWheelingWeb(connection, pace=pace) as client:
            client.events(after=0)
    assert waits == pytest.approx([0.8, 1.6])


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"{}", b'{"taken": "yes"}', b"[" * 100_000])
def test_nonsense_is_no_answer(content):
    with pytest.raises(BadAnswer):
        decode_receipt(content)
    with pytest.raises(BadAnswer):
        decode_events(content)


def test_rows_that_cannot_be_read_are_counted_and_unknown_members_do_not_matter():
    page = decode_events(
        b'{"cursor": 9, "events": [{"seq": 1, "applicantNumber": "K1", "step": 1, "stage": "received", "new": {}},'
        b' {"seq": "x"}, 7, {"seq": 2, "applicantNumber": "K1", "step": 2, "stage": "done", "day": "tomorrow"}]}'
    )
    assert ([event.seq for event in page.events], page.left_out, page.more) == ([1], 3, False)
