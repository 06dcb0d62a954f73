"""The interface of agencies: what its description promises holds; a key opens only what it should."""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded

from tests.applications import office
from tests.applications.office import ANSWERS
from tomoshibi.applications import operations, queries
from tomoshibi.applications.models import Agency, Intake
from tomoshibi.storage import db

PATH = "/api/v1/applications"
AGREED = ["terms@2026-04", "privacy@2026-04", "proxy@2026-04"]


@pytest.fixture
def keys(transactional_db):
    with db.transaction():
        office.open_office()
        operations.save_agency(code="OTHER", name="別の店")
        return {
            "own": operations.issue_key(code="AKARI", scopes=["intake:read", "intake:write"]),
            "reader": operations.issue_key(code="OTHER", scopes=["intake:read"]),
        }


def bring(client, key, **other):
    body = {"reference": "A-1", "agreed": AGREED} | ANSWERS | other
    headers = {"authorization": f"Bearer {key}", "accept-language": "en"}
    return client.post(PATH, body, content_type="application/json", headers=headers)


def test_an_application_is_brought_once_and_its_state_asked(client, keys):
    made = bring(client, keys["own"])
    assert made.status_code == 201
    again = bring(client, keys["own"], name="別人")
    assert (again.status_code, again.json()["number"]) == (200, made.json()["number"])
    row = Intake.objects.get()
    assert (row.source, row.agency_code, row.name, row.state) == ("agency", "AKARI", "灯火 太郎", "received")
    path = f"{PATH}/{row.number}"
    own = client.get(path, headers={"authorization": f"Bearer {keys['own']}"})
    assert own.json()["state"] == "received"
    # Another agency's application does not exist; a key that only reads brings nothing; no key, nothing.
    assert client.get(path, headers={"authorization": f"Bearer {keys['reader']}"}).status_code == 404
    assert bring(client, keys["reader"], reference="B-1").status_code == 403
    assert bring(client, "tomo_guessed").status_code == 401
    assert Intake.objects.count() == 1


def test_two_at_once_are_one_application(client, keys, monkeypatch):
    """The second of them saw nothing yet when it looked."""
    made = bring(client, keys["own"]).json()["number"]
    seen = queries.intake_of_reference
    answers = iter([None])
    monkeypatch.setattr(queries, "intake_of_reference", lambda **told: next(answers, seen(**told)))
    again = bring(client, keys["own"])
    assert (again.status_code, again.json()["number"]) == (200, made)
    assert Intake.objects.count() == 1


def test_a_key_that_was_withdrawn_opens_nothing(client, admin_client, keys):
    page = reverse("applications:agency", args=[Agency.objects.get(code="AKARI").id])
    asked = f"{PATH}/{bring(client, keys['own']).json()['number']}"
    assert client.get(asked, headers={"authorization": f"Bearer {keys['own']}"}).status_code == 200
    assert 'value="withdraw_key"' in admin_client.get(page).content.decode()
    admin_client.post(page, {"do": "withdraw_key"})
    assert client.get(asked, headers={"authorization": f"Bearer {keys['own']}"}).status_code == 401
    assert 'value="withdraw_key"' not in admin_client.get(page).content.decode()


def test_what_is_wrong_is_named_and_nothing_is_kept(client, keys):
    refused = bring(client, keys["own"], kana="灯火", wished_on="2026-11-05")
    assert refused.status_code == 409
    assert {one["rule"] for one in refused.json()["problems"]} == {"kana", "date_early"}
    assert bring(client, keys["own"], agreed=AGREED[:1]).status_code == 409
    assert not Intake.objects.exists()


def test_the_description_is_what_the_interface_does(keys):
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for operation in schema.get_all_operations():
        _hold(operation.ok(), keys["own"])
    _answers_of_a_good_one_are_described(schema, keys)


def _answers_of_a_good_one_are_described(schema, keys):
    """What is generated is seldom a whole application: one is brought, brought again, asked for, and denied to others."""
    bringing, asking = schema["/api/v1/applications"]["POST"], schema["/api/v1/applications/{number}"]["GET"]
    body = {"reference": "S-1", "agreed": AGREED} | {k: v for k, v in ANSWERS.items() if k != "agency_code"}
    headers = {"Authorization": f"Bearer {keys['own']}"}
    made = [
        bringing.Case(body=body, media_type="application/json").call_and_validate(headers=headers)
        for _again in range(2)
    ]
    assert [answer.status_code for answer in made] == [201, 200]
    number = made[0].json()["number"]
    assert number == made[1].json()["number"]
    case = asking.Case(path_parameters={"number": number})
    assert case.call_and_validate(headers=headers).status_code == 200
    others = {"Authorization": f"Bearer {keys['reader']}"}
    assert case.call_and_validate(headers=others).status_code == 404
    assert bringing.Case(body=body, media_type="application/json").call_and_validate(headers=others).status_code == 403


def _hold(operation, key):
    @bounded(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def every_answer_is_described(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"})

    every_answer_is_described()
