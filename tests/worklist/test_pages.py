"""The list of human work, through real views."""

import pytest

from tomoshibi.identity import operations as identity
from tomoshibi.identity import queries as identity_queries
from tomoshibi.identity.models import User
from tomoshibi.storage import db
from tomoshibi.worklist import operations, queries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(client, now):
    with db.transaction():
        identity.save_role(code="clerk", name="x", rights=["RB2.do"])
        user_id = identity.add_person(
            username="yamada", name="山田", mail="y@example.jp", password="lamp-light-42", roles=["clerk"]
        )
        for n, procedure in enumerate(["RB2", "RB2", "RC4"]):
            operations.open_item(
                procedure=procedure, kind="k", subject=f"point:{n}", title=f"No data {n}", due_at=now, now=now
            )
    client.force_login(User.objects.get(id=user_id))
    client.user_id = user_id
    return client


def test_work_is_taken_and_closed_with_its_outcome(clerk):
    first = queries.open_items()[0]
    assert "No data 0" in clerk.get("/worklist/").content.decode()
    clerk.post("/worklist/take/", {"ids": [first.id]})
    assert queries.item(item_id=first.id).owner_id == clerk.user_id
    assert "No data 0" in clerk.get(f"/worklist/{first.id}/").content.decode()
    clerk.post(f"/worklist/{first.id}/close/", {"outcome": ""})
    assert queries.item(item_id=first.id).closed_at is None
    clerk.post(f"/worklist/{first.id}/close/", {"outcome": "the grid company sent it"})
    assert queries.item(item_id=first.id).outcome == "the grid company sent it"
    assert identity_queries.deeds(procedure="RB2")[0].who == "山田"


def test_nobody_closes_work_of_a_procedure_they_have_no_right_for(clerk):
    other = queries.open_items(procedure="RC4")[0]
    assert clerk.get(f"/worklist/{other.id}/").status_code == 403
    assert clerk.post(f"/worklist/{other.id}/close/", {"outcome": "x"}).status_code == 403
    assert queries.item(item_id=other.id).closed_at is None


def test_the_day_board_counts_it(clerk, now):
    with db.transaction():
        from tomoshibi.worker import operations as worker

        worker.set_clock(now=now)
    page = clerk.get("/")
    lines = {line.id: line for chapter in page.context["chapters"] for line in chapter.lines}
    assert lines["RB2"].open == 2
    assert "RC4" not in lines
