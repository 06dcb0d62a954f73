import json
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest

from tomoshibi.gateways import debit_agent, grid_portal, mail, simulators, sms, spot_market


@pytest.fixture
def process(tmp_path):
    command = [sys.executable, "-m", "tomoshibi.gateways.simulators", "--folder", str(tmp_path)]
    names = ("grid", "agent", "mail", "switching", "mailbox", "wheeling", "spot", "sms")
    command += [f"--{name}-port=0" for name in names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        lines = [running.stdout.readline() for _ in simulators.SYSTEMS]
        yield running, lines
        running.terminate()
        assert running.wait(60) == 0


def test_one_process_plays_the_whole_outside_world(process, tmp_path):
    addresses = json.loads((tmp_path / "addresses.json").read_text())
    assert [f"{name}: {address}\n" for name, address in addresses.items()] == process[1]
    ports = {name: urlsplit(address).port for name, address in addresses.items()}
    places = simulators.Places(
        tmp_path,
        grid_port=ports["grid_portal"],
        agent_port=ports["debit_agent"],
        mail_port=ports["mail"],
        spot_port=ports["spot_market"],
        sms_port=ports["sms"],
    )
    grid_portal.write_confirmed(
        places.grid_folder / "03" / grid_portal.confirmed_name(date(2026, 10, 12)),
        [grid_portal.PointMonth("0300000000000000000001", 10_000)],
        month=202610,
        made_at=datetime(2026, 10, 12, 1, 5, tzinfo=UTC),
    )
    with grid_portal.HttpsPortal(places.grid_connection("03")) as portal:
        (listed,) = portal.list_files()
        assert portal.fetch(listed, folder=tmp_path / "in").size == listed.size
    agent = debit_agent.SftpAgent(places.agent_connection())
    agent.send("D.txt", b"nonsense")
    (report,) = agent.list_files()
    assert not debit_agent.decode_report(agent.fetch(report.name).content).accepted
    letter = mail.Mail("a@example.jp", "s", "t", "<1@x>")
    assert mail.SmtpOutbox(places.mail_connection()).send(letter) == (None,)
    assert len(list(places.mail_folder.glob("*.eml"))) == 1
    with spot_market.HttpsMarket(places.spot_connection()) as market:
        assert market.fetch(datetime.now(UTC).date()).startswith("受渡日".encode("cp932"))
    with sms.HttpsTextOutbox(places.sms_connection()) as outbox:
        outbox.send(sms.Text(to="09000000000", text="t", message_id="1"))
        assert [receipt.message_id for receipt in outbox.receipts()[0]] == ["1"]


def test_a_port_that_is_taken_is_named(tmp_path):
    with ExitStack() as stack:
        taken = stack.enter_context(mail.MailSimulator(tmp_path / "first")).port
        places = simulators.Places(
            tmp_path / "second",
            grid_port=0,
            agent_port=0,
            mail_port=taken,
            switching_port=0,
            mailbox_port=0,
            spot_port=0,
            sms_port=0,
        )
        places.prepare(now=datetime.now(UTC))
        with pytest.raises(simulators.PortTaken, match=f"mail cannot listen on port {taken}"):
            simulators.start(places, stack)
        alone = simulators.Places(tmp_path / "second", agent_port=taken)
        with pytest.raises(simulators.PortTaken, match=f"debit_agent cannot listen on port {taken}"):
            simulators.start(alone, stack, only=("debit_agent",))


def test_every_simulator_is_steered_while_it_runs_and_says_what_it_can_do(tmp_path):
    places = simulators.Places(tmp_path).prepare(now=datetime.now(tz=UTC))
    (places.grid_folder / "03").mkdir()
    for system in simulators.SYSTEMS:
        folder, now = simulators.manners(places, system, area="03")
        assert now == type(now)(), "nobody has said anything yet"
        assert type(now).__doc__.count(":param") >= 2, f"{system} says what its habits mean"
        assert folder.is_dir()
    simulators.steer(places, "grid_portal", {"hidden": '["*12.zip"]', "unavailable": "2"}, area="03")
    assert grid_portal.Behaviour.read(places.grid_folder / "03") == grid_portal.Behaviour(
        hidden=("*12.zip",), unavailable=2
    )
    simulators.steer(places, "debit_agent", {"twice": "true", "rejects": "届出がありません", "shares": '{"1": 30}'})
    said = debit_agent.Manners.read(places.agent_folder)
    assert (said.twice, said.rejects, said.shares) == (True, "届出がありません", {"1": 30})


@pytest.mark.parametrize(
    ("system", "given", "area", "why"),
    [
        ("telephone", {}, "", "is none of grid_portal"),
        ("grid_portal", {}, "", "name one of the areas 03"),
        ("sms", {"loud": "true"}, "", "loud is none of unknown, off"),
        ("sms", {"later": "soon"}, "", "later is written like 0"),
        ("mail", {"later": "3"}, "", "later is written like false"),
    ],
)
def test_a_habit_that_nobody_has_changes_nothing(tmp_path, system, given, area, why):
    places = simulators.Places(tmp_path).prepare(now=datetime.now(tz=UTC))
    (places.grid_folder / "03").mkdir()
    with pytest.raises(simulators.NoSuchManners, match=why):
        simulators.steer(places, system, given, area=area)
    assert not list(tmp_path.rglob("manners.json")) + list(tmp_path.rglob("temper.json"))
