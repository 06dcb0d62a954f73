"""A thousand open applications, a day of outage, and the limit of one call a second."""

import pytest

from tests.applications.switching.world import US, case, do, open_case
from tests.metering.grid import spin
from tomoshibi.applications.jobs import switching as jobs
from tomoshibi.applications.jobs.switching import LineBroken
from tomoshibi.applications.models import SwitchingCase, SwitchingStep
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import SwitchingState

OPEN = 2_500


def test_thousands_are_polled_in_pages_and_caught_up_after_a_day_without_duplicates(
    grid, django_assert_max_num_queries
):
    first = open_case(grid, told_directly=True, terms={})
    do(operations.submit_cases, grid, case_ids=[first])
    grid.send()
    _many(first)
    with grid.world.at(grid.today) as moment:
        for n in range(OPEN):
            moment.apply(
                number=f"WX{n:06d}-1", retailer=US, function="start", klass="low", action="new",
                given={"spin": spin(10_000 + n), "wished_on": "2026-11-20"},
            )  # fmt: skip
    assert grid.poll().startswith("0 new") is False
    grid.simulator.calls.clear()

    grid.behave(refuses=True)
    grid.go(days=1)
    with pytest.raises(LineBroken):
        grid.poll()
    grid.behave(repeat_events=200)
    grid.go(hours=1)
    # Pages of a thousand: the number of statements follows the pages, not the applications.
    with django_assert_max_num_queries(350):
        grid.poll()
    assert grid.simulator.calls["events"] == 3
    states = SwitchingCase.objects.filter(number__startswith="WX").values_list("state", flat=True)
    assert set(states) == {SwitchingState.MATCHED}
    lines = SwitchingStep.objects.filter(case__number__startswith="WX", kind="stage").count()
    assert lines == 2 * OPEN

    grid.poll()
    assert SwitchingStep.objects.filter(case__number__startswith="WX", kind="stage").count() == lines
    assert case(first).state is SwitchingState.MATCHED


def _many(like):
    """Applications as if they had been sent one by one."""
    found = SwitchingCase.objects.get(id=like)
    rows = []
    for n in range(OPEN):
        row = SwitchingCase(
            number=f"WX{n:06d}", kind=found.kind, klass=found.klass, spin=spin(10_000 + n), area="03",
            wished_on=found.wished_on, told_directly=True, opened_at=found.opened_at,
        )  # fmt: skip
        row.submit()
        rows.append(row)
    SwitchingCase.objects.bulk_create(rows)


def test_killed_between_two_pages_it_goes_on_where_it_stopped(grid, monkeypatch):
    made = open_case(grid, told_directly=True, terms={})
    do(operations.submit_cases, grid, case_ids=[made])
    grid.send()
    grid.go(days=1)
    real = jobs.operations.keep_cursor

    def killed(**_more):
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs.operations, "keep_cursor", killed)
    with pytest.raises(KeyboardInterrupt):
        grid.poll()
    assert case(made).state is SwitchingState.SUBMITTED
    monkeypatch.setattr(jobs.operations, "keep_cursor", real)
    grid.poll()
    assert case(made).state is SwitchingState.MATCHED
    assert queries.cursor(code=US, feed="events") > 0
