"""Levy exemptions: entered by one, agreed to by another, seen by the bills whose period begins on their days."""

from datetime import date

import polars as pl
import pytest
from django.urls import reverse

from tests.contracts.test_contracts import register
from tests.parties.test_customers import account, taro
from tests.supply.test_points import POINT
from tomoshibi.contracts import operations, queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as people
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.worklist import queries as worklist

YEAR = {"start": date(2026, 4, 1), "end": date(2027, 4, 1)}


@pytest.fixture
def two(transactional_db):
    with db.transaction():
        identity.save_role(code="office", name="事務", rights=["CM3.do", "CM3.confirm"])
        return [
            identity.add_person(
                username=name, name=name, mail=f"{name}@example.jp", password="lamp-light-42", roles=["office"]
            )
            for name in ("enters", "agrees")
        ]


def supplied():
    with db.transaction():
        supply.register_points(pl.DataFrame([POINT]))
        return register(account(taro()))


def enter(contract_id, actor_id, now, **changes):
    given = {"percent": 80, "certificate": "20261101-1", **YEAR} | changes
    with db.transaction():
        return operations.enter_levy_exemption(contract_id=contract_id, now=now, actor_id=actor_id, **given)


def percents(contract_id, *days):
    frame = pl.DataFrame({"contract_id": [contract_id] * len(days), "period_start": list(days)})
    return queries.with_levy_exemption(frame)["levy_exemption_percent"].to_list()


def test_bills_know_a_certificate_when_a_second_person_agreed(two, now):
    contract = supplied()
    exemption = enter(contract.id, two[0], now)
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1)]
    assert percents(contract.id, *days) == [None] * 4
    assert worklist.counts_by_procedure(now=now)["CM3"].open == 1
    with pytest.raises(identity.SamePerson), db.transaction():
        operations.approve_levy_exemption(exemption_id=exemption, now=now, actor_id=two[0])
    with db.transaction():
        operations.approve_levy_exemption(exemption_id=exemption, now=now, actor_id=two[1])
    assert percents(contract.id, *days) == [None, 80, 80, None]
    assert percents(contract.id + 1, *days) == [None] * 4
    assert worklist.counts_by_procedure(now=now)["CM3"].open == 0
    assert any("agreed to a levy exemption of 80 %" in deed.what for deed in people.deeds(procedure="CM3"))
    with pytest.raises(operations.AlreadyDecided), db.transaction():
        operations.reject_levy_exemption(exemption_id=exemption, now=now, actor_id=two[1])


def test_no_two_certificates_hold_on_a_day(two, now):
    contract = supplied()
    first = enter(contract.id, two[0], now)
    second = enter(contract.id, two[0], now, percent=40, start=date(2027, 3, 1), end=date(2028, 4, 1))
    with db.transaction():
        operations.approve_levy_exemption(exemption_id=first, now=now, actor_id=two[1])
    with pytest.raises(operations.ExemptionRefused), db.transaction():
        operations.approve_levy_exemption(exemption_id=second, now=now, actor_id=two[1])
    with pytest.raises(operations.ExemptionRefused):
        enter(contract.id, two[0], now)
    with db.transaction():
        operations.reject_levy_exemption(exemption_id=second, now=now, actor_id=two[1])
    (late, early) = queries.levy_exemptions_of(contract_id=contract.id)
    assert (late.state, early.state) == (values.ExemptionState.REJECTED, values.ExemptionState.HOLDS)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"percent": 0}, operations.ExemptionRefused),
        ({"percent": 101}, operations.ExemptionRefused),
        ({"end": date(2026, 4, 1)}, operations.ExemptionRefused),
        ({"start": date(2000, 4, 1), "end": date(2001, 4, 1)}, operations.OutsideContract),
    ],
)
def test_what_makes_no_sense_is_refused(two, now, changes, error):
    contract = supplied()
    with pytest.raises(error):
        enter(contract.id, two[0], now, **changes)


def test_two_people_do_it_on_the_pages(client, two, now):
    contract = supplied()
    client.cookies["django_language"] = "en"
    assert client.login(username="enters", password="lamp-light-42")
    typed = {"start": "2026-04-01", "end": "2027-04-01", "percent": "80", "certificate": "20261101-1"}
    wrong = client.post(reverse("contracts:exempt", args=[contract.id]), typed | {"percent": "180"})
    assert wrong.status_code == 422
    assert client.post(reverse("contracts:exempt", args=[contract.id]), typed).status_code == 302
    page = client.get(reverse("contracts:contract", args=[contract.id])).content.decode()
    assert "20261101-1" in page
    (exemption,) = queries.levy_exemptions_of(contract_id=contract.id)
    decide = reverse("contracts:exemption", args=[exemption.id])
    client.post(decide, {"decision": "approve"})
    assert percents(contract.id, date(2026, 6, 1)) == [None]
    assert client.login(username="agrees", password="lamp-light-42")
    assert "80 %" in client.get(decide).content.decode()
    client.post(decide, {"decision": "approve"})
    assert percents(contract.id, date(2026, 6, 1)) == [80]
