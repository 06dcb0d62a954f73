"""The day board: every procedure that has pages leads somewhere."""

import pytest
from django.urls import get_resolver, reverse
from django.utils.translation import override

from tomoshibi.console import board
from tomoshibi.worker import queries as worker
from tomoshibi.worker import registry

pytestmark = pytest.mark.usefixtures("in_transaction")


@pytest.fixture(autouse=True)
def every_page_is_known():
    """Views say which procedure they belong to when the addresses are loaded, as any request does."""
    assert get_resolver().url_patterns


def lines(now, rights):
    return {line.id: line for chapter in board.board(now=now, may_view=rights) for line in chapter.lines}


def test_every_procedure_that_has_pages_leads_to_where_its_work_starts(now):
    shown = lines(now, None)
    assert {"RB4", "MS10", "GR1"} <= set(shown)
    assert [line.id for line in shown.values() if not line.start_url] == []


def test_who_works_on_groups_sees_the_steps_of_that_business(now):
    shown = lines(now, {"GR1.view", "GR3.view"})
    assert {id_: line.start_url for id_, line in shown.items()} == {
        "GR1": reverse("groups:groups"),
        "GR3": reverse("groups:stock"),
    }


@pytest.mark.parametrize("language", ["ja", "zh-hans"])
def test_every_job_has_a_name_in_the_reader_s_language(language):
    with override(language):
        same = [job.label for job in registry.definitions() if worker.label_of(job.label) == job.label]
    assert same == []
