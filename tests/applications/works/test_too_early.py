"""News of the grid company that comes before a person here has decided."""

import pytest

from tests.applications.works.world import WISHED, desks, do, open_size
from tomoshibi.applications.operations import works as operations
from tomoshibi.applications.queries import works as queries
from tomoshibi.storage import db


@pytest.fixture
def grid(transactional_db, tmp_path, settings):
    with desks(tmp_path, settings) as made:
        yield made


def test_a_day_told_before_the_contribution_is_agreed_to_stands_in_the_story_for_who_carries_on(grid):
    case_id = open_size(grid)
    do(operations.send_work, grid, case_id=case_id)
    do(operations.received, grid, case_id=case_id, number="R1")
    do(operations.contribution_told, grid, case_id=case_id, amount_minor=33_000, due_on=None)
    waiting = queries.case(case_id=case_id)
    told = {"seq": 1, "number": waiting.number, "step": 9, "stage": "scheduled", "day": WISHED}
    with db.transaction():
        assert operations.take_events(area="03", rows=[told], cursor=1, now=grid.now)["new"] == 1
    assert queries.case(case_id=case_id).state == waiting.state, "nobody agreed yet"
    assert any(str(WISHED) in step.text for step in queries.steps_of(case_id=case_id))
