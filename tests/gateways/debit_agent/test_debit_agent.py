import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.gateways import debit_agent, zengin
from tomoshibi.gateways.debit_agent import Manners
from tomoshibi.gateways.debit_agent.simulator import desk

GOLDEN = Path(__file__).parents[1] / "golden"
REQUEST = (GOLDEN / "debit-request-91.txt").read_bytes()
NEAR = date(2026, 11, 20)


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ssh")
    debit_agent.make_keys(folder)
    return folder


@pytest.fixture
def agent(tmp_path, keys):
    with debit_agent.AgentSimulator(tmp_path / "agent", keys=keys) as simulator:
        yield simulator


@pytest.fixture
def connection(agent, keys):
    return debit_agent.Connection(
        host="127.0.0.1",
        port=agent.port,
        user="tomoshibi",
        key=keys / "client-ssh.key",
        host_key=(keys / "host-ssh.pub").read_text(),
        timeout_seconds=20,
    )


@pytest.fixture
def client(connection):
    return debit_agent.SftpAgent(connection)


def names(client):
    return [one.name for one in client.list_files()]


def result(client, name="D2611.result.txt"):
    return zengin.decode_debits(client.fetch(name).content, near=NEAR)


def test_a_request_goes_out_and_its_result_comes_back(agent, client):
    Manners(outcomes={"1002": "1"}).write(agent.desk.folder)
    sent = client.send("D2611.txt", REQUEST)
    assert sent.size == len(REQUEST)
    assert names(client) == ["D2611.report.json", "D2611.result.txt"]
    report = debit_agent.decode_report(client.fetch("D2611.report.json").content)
    assert report == debit_agent.Report("D2611.txt", accepted=True, records=2, amount_minor=21_110)
    # The simulator's own reading of the layout gives the golden result, byte for byte.
    assert client.fetch("D2611.result.txt").content == (GOLDEN / "debit-result-91.txt").read_bytes() + b"\x1a"
    assert result(client).rows["result_code"].to_list() == ["0", "1"]
    assert debit_agent.request_of("D2611.result.txt") == ("D2611", "result")
    assert debit_agent.request_of("D2611.result-2.txt") == ("D2611", "result")


def test_a_file_is_never_sent_twice(agent, client):
    client.send("D2611.txt", REQUEST)
    with pytest.raises(debit_agent.AlreadySent) as taken:
        client.send("D2611.txt", REQUEST)
    assert taken.value.same
    with pytest.raises(debit_agent.AlreadySent, match="another file") as other:
        client.send("D2611.txt", REQUEST[:-1])
    assert not other.value.same
    assert sorted(path.name for path in (agent.desk.folder / "taken").iterdir()) == ["D2611.txt"]
    assert list((agent.desk.folder / "to-agent").iterdir()) == []


def test_a_temporary_file_of_a_broken_line_is_not_taken(agent, client):
    left = agent.desk.folder / "to-agent" / ".D2611.txt.0123.part"
    left.write_bytes(REQUEST[:100])
    agent.tick()
    assert names(client) == []
    client.send("D2611.txt", REQUEST)
    assert "D2611.result.txt" in names(client)


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "8", "9"])
def test_every_result_code_by_number_and_by_account(code):
    by_number = desk.result(REQUEST, Manners(outcomes={"0001001": code}))
    by_account = desk.result(REQUEST, Manners(outcomes={"0005-123-1-7654321": code}))
    for content in (by_number, by_account):
        assert zengin.decode_debits(content, near=NEAR).rows["result_code"].to_list() == [code, "0"]


def test_late_and_twice(agent, client):
    Manners(on_tick=True, late_ticks=2, twice=True).write(agent.desk.folder)
    client.send("D2611.txt", REQUEST)
    assert names(client) == ["D2611.report.json"]
    agent.tick()
    assert names(client) == ["D2611.report.json"]
    agent.tick()
    assert names(client) == ["D2611.report.json", "D2611.result-2.txt", "D2611.result.txt"]
    assert client.fetch("D2611.result-2.txt").sha256 == client.fetch("D2611.result.txt").sha256


def test_results_that_do_not_match_the_request(agent, client):
    Manners(missing=("1001",), unknown_rows=1, wrong_amount=("1002",)).write(agent.desk.folder)
    client.send("D2611.txt", REQUEST)
    rows = result(client).rows
    assert rows.select("customer_number", "amount_minor").rows() == [
        ("00000000000000001002", 12_346),
        ("99999999999900000000", 100),
    ]


def test_zero_totals_are_legal(agent, client):
    Manners(zero_totals=True, default="9").write(agent.desk.folder)
    client.send("D2611.txt", REQUEST)
    assert result(client).rows["result_code"].to_list() == ["9", "9"]


def test_shares_are_the_same_every_time():
    rows = pl.DataFrame(
        [
            {"bank_code": "0001", "bank_name": None, "branch_code": "001", "branch_name": None, "account_kind": "1",
             "account_number": str(n), "holder_kana": "ｱ", "amount_minor": 1, "new_code": "0", "customer_number": str(n)}
            for n in range(1, 2001)
        ],
        schema=zengin.DEBIT_ROWS,
    )  # fmt: skip
    header = zengin.DebitHeader("1", "ﾄﾓｼﾋﾞ", date(2026, 11, 27), "0001", "001", "1", "1")
    content = zengin.encode_debits(header, rows)
    manners = Manners(shares={"1": 500, "3": 100})
    counts = dict(
        zengin.decode_debits(desk.result(content, manners), near=NEAR).rows["result_code"].value_counts().rows()
    )
    assert 60 < counts["1"] < 140
    assert 5 < counts["3"] < 40
    assert desk.result(content, manners) == desk.result(content, manners)


def test_transfers_are_accepted_or_rejected(agent, client):
    transfer = (GOLDEN / "transfer-21.txt").read_bytes()
    client.send("T1.txt", transfer)
    client.send("T2.txt", transfer.replace(b"8000002", b"8000003"))
    client.send("T3.txt", b"hello")
    Manners(rejects="the contract has ended").write(agent.desk.folder)
    client.send("T4.txt", transfer)
    reports = [debit_agent.decode_report(client.fetch(f"T{n}.report.json").content) for n in (1, 2, 3, 4)]
    assert reports[0] == debit_agent.Report("T1.txt", accepted=True, records=2, amount_minor=17_530)
    assert [one.accepted for one in reports] == [True, False, False, False]
    assert reports[1].reasons == ("record 4: the trailer does not agree with its 2 records",)
    assert reports[3].reasons == ("the contract has ended",)
    assert names(client) == [f"T{n}.report.json" for n in (1, 2, 3, 4)]


def test_only_agreed_keys_speak(agent, connection, tmp_path):
    debit_agent.make_keys(tmp_path / "others")
    for change in (
        {"key": tmp_path / "others/client-ssh.key"},
        {"host_key": (tmp_path / "others/host-ssh.pub").read_text()},
        {"key": tmp_path / "none"},
        {"host_key": "nonsense"},
    ):
        with pytest.raises(debit_agent.NotAdmitted):
            debit_agent.SftpAgent(replace(connection, **change)).send("D.txt", REQUEST)
    assert list((agent.desk.folder / "to-agent").iterdir()) == []


def test_what_cannot_be_had(client, connection):
    with pytest.raises(debit_agent.NoSuchFile):
        client.fetch("none.txt")
    with pytest.raises(debit_agent.NoSuchFile):
        client.fetch("../taken/D.txt")
    with pytest.raises(ValueError, match="no file name"):
        client.send("../D.txt", REQUEST)
    with pytest.raises(debit_agent.Unreachable):
        debit_agent.SftpAgent(replace(connection, port=1)).list_files()


def test_a_tick_is_rung_from_outside_too(agent, client):
    Manners(on_tick=True).write(agent.desk.folder)
    client.send("D2611.txt", REQUEST)
    assert names(client) == ["D2611.report.json"]
    bell = agent.desk.folder / "tick"
    bell.touch()
    agent._watch()
    assert not bell.exists()
    assert "D2611.result.txt" in names(client)


def test_a_bell_that_two_hear_at_once_ends_neither(agent, client, monkeypatch):
    Manners(on_tick=True).write(agent.desk.folder)
    client.send("D2611.txt", REQUEST)
    bell = agent.desk.folder / "tick"
    real = Path.unlink

    def taken_just_before(path, **how):
        real(path, **how)
        if path == bell:
            raise FileNotFoundError(bell)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", taken_just_before)
        bell.touch()
        agent._watch()
    assert names(client) == ["D2611.report.json"], "whoever took the bell lets the day pass; the server is there"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
    .map(json.dumps)
    .map(str.encode)
    | st.binary()
)
def test_any_bytes_as_a_report(content):
    with pytest.raises(debit_agent.BadReport):
        debit_agent.decode_report(content)


def test_the_result_comes_on_its_day_in_the_calendar_and_not_before(tmp_path, keys):
    days = [date(2026, 11, 20)]
    manners = Manners(
        calendar={"2025-11-27": "2025-12-02", "2026-11-27": "2026-12-03"},
        days={"2026-11-27": {"outcomes": {"1002": "E"}, "missing": ["0005-123-1-7654321"]}},
    )
    with debit_agent.AgentSimulator(tmp_path / "agent", keys=keys, today=lambda: days[-1]) as simulator:
        manners.write(simulator.desk.folder)
        client = debit_agent.SftpAgent(
            debit_agent.Connection(
                host="127.0.0.1", port=simulator.port, user="tomoshibi", key=keys / "client-ssh.key",
                host_key=(keys / "host-ssh.pub").read_text(), timeout_seconds=20,
            )
        )  # fmt: skip
        client.send("D2611.txt", REQUEST)
        for day in (20, 27, 30):
            days.append(date(2026, 11, day))
            simulator.look()
            assert names(client) == ["D2611.report.json"]
        days.append(date(2026, 12, 3))
        assert names(client) == ["D2611.report.json", "D2611.result.txt"]
        rows = result(client).rows
        assert rows.select("customer_number", "result_code").rows() == [("00000000000000001002", "E")]


@pytest.mark.parametrize(("late_days", "day"), [(0, 3), (4, 7)])
def test_a_late_result_is_late_by_days(tmp_path, late_days, day):
    here = desk.Desk(tmp_path)
    Manners(calendar={"2026-11-27": "2026-12-03"}, days={"2026-11-27": {"late_days": late_days}}).write(tmp_path)
    (tmp_path / "to-agent" / "D.txt").write_bytes(REQUEST)
    here.look(date(2026, 12, day - 1))
    assert not (tmp_path / "from-agent" / "D.result.txt").exists()
    here.look(date(2026, 12, day))
    assert (tmp_path / "from-agent" / "D.result.txt").exists()


@pytest.mark.parametrize("separator", list(zengin.Separator))
def test_the_result_keeps_the_separators_of_the_request(separator):
    mark = separator.text.encode()
    request = mark.join(REQUEST.rstrip(b"\x1a\r\n").split(b"\r\n"))
    answer = desk.result(request, Manners())
    assert len(answer) == len(request)
    assert answer.count(mark) == request.count(mark) or not mark
    assert zengin.decode_debits(answer, near=NEAR).rows.height == 2


def test_a_control_file_written_wrong_does_not_end_the_agent(agent, client, capsys):
    (agent.desk.folder / "manners.json").write_text("{")
    client.send("D2611.txt", REQUEST)
    assert "cannot work" in capsys.readouterr().err
    Manners().write(agent.desk.folder)
    agent.look()
    assert "D2611.result.txt" in names(client)
