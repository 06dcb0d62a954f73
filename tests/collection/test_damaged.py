"""Result files that came to harm on the way: refused in words, or read as what they say; never half of them."""

import io

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.collection.conftest import AGENT, NOW, answer, books_agree, bring, open_bills, send, set_up
from tomoshibi.collection import queries
from tomoshibi.collection.models import Allocation, Credit, DebitResult, FailedDebit, ResultFile, ResultProblem
from tomoshibi.gateways import zengin
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.ledger.models import Entry
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worklist.models import Item

RECORD = 122
TOUCHED = (Allocation, Credit, DebitResult, FailedDebit, ResultFile, ResultProblem, Entry, Item)


def standing():
    return [model.objects.count() for model in TOUCHED]


@st.composite
def harm(draw, content):
    """One to three accidents of a line, a disk or a person."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        match draw(st.sampled_from(["flip", "cut", "swap", "twice", "recode", "digit"])):
            case "flip" if content:
                content = content[:at] + bytes([content[at] ^ 1 << draw(st.integers(0, 7))]) + content[at + 1 :]
            case "cut":
                content = content[:at]
            case "swap":
                content = b"\r\n".join(draw(st.permutations(content.split(b"\r\n"))))
            case "twice":
                content += content
            case "recode":
                wanted = draw(st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "cp037"]))
                content = content.decode("cp932", "replace").encode(wanted, "replace")
            case "digit":
                content = content[:at] + str(draw(st.integers(0, 9))).encode() + content[at + 1 :]
    return content


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_result_changes_nothing_or_only_what_it_says(sent_batch, data):
    content = data.draw(harm(answer(sent_batch, {1: "1"})))
    before = standing()
    mark = transaction.savepoint()
    try:
        with transaction.atomic():
            bring(content)
    except zengin.BrokenFile as refused:
        assert refused.problems, "a refusal says why"  # noqa: PT017 - either outcome is right
        assert standing() == before
    else:
        books_agree()
        figures = queries.batch_figures(batch_id=sent_batch)
        assert figures.paid + figures.failed + figures.waiting == figures.rows == 3
        believed = DebitResult.objects.filter(paid_minor__gt=0).values_list("paid_minor", flat=True)
        assert set(believed) <= {5_000, 7_000, 9_000}
    transaction.savepoint_rollback(mark)
    assert standing() == before


@pytest.fixture
def clerk(client, transactional_db, django_user_model):
    """Somebody at the page, with a batch of three debits whose result is awaited."""
    with db.transaction():
        worker.set_clock(now=NOW)
        world = set_up(django_user_model)
        identity.save_role(code="money", name="回収", rights=["RC4.do"])
        identity.add_person(username="tanaka", name="田中", mail="", password="lamp-light-42", roles=["money"])
        open_bills(world.bill(1, 0, 5_000), world.bill(2, 1, 7_000), world.bill(3, 2, 9_000))
        client.batch_id = send(world)
    client.force_login(User.objects.get(username="tanaka"))
    return client


def upload(clerk, content):
    file = io.BytesIO(content)
    file.name = "result.txt"
    return clerk.post("/collection/results/import/", {"agent": AGENT, "file": file})


DAMAGES = {
    "cut in a record": lambda content: content[: RECORD * 2 + 50],
    "the end is missing": lambda content: content[: RECORD * 4],
    "records in another order": lambda content: b"\r\n".join(reversed(content.split(b"\r\n"))),
    "an amount that the trailer does not know": lambda content: content.replace(b"0000005000", b"0000005001"),
    "UTF-16": lambda content: content.decode("cp932").encode("utf-16"),
    "EBCDIC": lambda content: content.decode("ascii", "replace").encode("cp037", "replace"),
    "another layout": lambda content: content.replace(b"1910", b"1210", 1),
    "a picture": lambda _content: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_the_page_refuses_a_damaged_file_beside_the_field_and_keeps_nothing(clerk, damage):
    before = standing()
    response = upload(clerk, damage(answer(clerk.batch_id, {1: "1"})))
    assert response.status_code == 422
    page = response.content.decode()
    assert "field-errors" in page
    assert "Traceback" not in page
    assert standing() == before
    good = upload(clerk, answer(clerk.batch_id, {1: "1"}))
    assert good.status_code == 302, "the whole file comes in afterwards"
    assert queries.batch_figures(batch_id=clerk.batch_id).waiting == 0
