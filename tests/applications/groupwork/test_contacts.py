"""The outage contact of a group is told over a real gateway that outages will be told to this number."""

from datetime import UTC, datetime

import pytest

from tests.applications.groupwork import world
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.gateways import certificates, sms
from tomoshibi.messaging import operations as messaging
from tomoshibi.messaging.values import DeliveryState
from tomoshibi.storage import db
from tomoshibi.worker import queue


@pytest.fixture
def phones(tmp_path, monkeypatch):
    certificates.make_certificates(tmp_path / "keys", now=datetime.now(UTC))
    monkeypatch.setenv("TOMOSHIBI_SMS_TOKEN", sms.SIMULATOR_TOKEN)
    keys = tmp_path / "keys"
    with sms.SmsSimulator(tmp_path / "sms", certificate=keys / "server.pem", key=keys / "server.key") as running:
        with db.transaction():
            messaging.load_shipped_texts()
            messaging.set_text_link(address=running.address, trust_file=str(keys / "ca.pem"))
        yield running


@pytest.mark.requirement("G-020")
def test_the_outage_contact_gets_a_test_message(client, utility, phones):
    case_id = world.receive(client, utility, world.rows(3))
    world.do(client, "wang", "test_message", case_id)
    queue.run_until_quiet()
    (shown,) = phones.phones.signals
    assert shown.to == "13800000001"
    assert shown.text.startswith("【")
    assert "何值班：这是一条测试短信" in shown.text
    assert "明州通信有限公司" in shown.text
    (told,) = queries.test_messages(case_id=case_id)
    assert told.state is DeliveryState.SENT
    assert "test_message" in {step.what for step in queries.steps_of(case_id=case_id)}
    sms.Unwilling(unknown=("138*",)).write(phones.phones.folder)
    world.do(client, "wang", "test_message", case_id)
    queue.run_until_quiet()
    page = client.get(world.at("group_case", case_id)).content.decode()
    assert "did not arrive" in page
    assert "nobody has this number" in page


@pytest.mark.requirement("G-020")
def test_without_a_gateway_the_page_says_so(client, utility):
    case_id = world.receive(client, utility, world.rows(3))
    world.do(client, "wang", "test_message", case_id)
    page = client.get(world.at("group_case", case_id)).content.decode()
    assert "is not set up yet" in page
    assert queries.test_messages(case_id=case_id) == []
