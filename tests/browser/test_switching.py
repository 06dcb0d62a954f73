"""The pages of switching at two sizes: the list, an application with its story, a request of another retailer, a search."""

import pytest
from django.urls import reverse

from tests.applications.switching.test_mediations import ask_us
from tests.applications.switching.world import ELSEWHERE, FRESH, do, open_case, outside
from tests.metering.grid import spin
from tomoshibi.applications.operations import switching as operations
from tomoshibi.applications.queries import switching as queries
from tomoshibi.applications.values import SwitchingKind


@pytest.fixture
def places(transactional_db, tmp_path):
    """Applications in several states, a request that waits, a search with a candidate."""
    with outside(tmp_path) as grid:
        done = open_case(grid, told_directly=True)
        do(operations.submit_cases, grid, case_ids=[done])
        declined = open_case(grid, point=spin(107), old_retailer="20002")
        do(operations.ask_old_retailers, grid, case_ids=[declined])
        open_case(grid, SwitchingKind.RECONNECT, FRESH)
        ask_us(grid)
        ask_us(grid, spin(77), holder_name="見本 花子", holder_kana="ミホン ハナコ")
        grid.send()
        grid.look()
        grid.behave(mediation_no={spin(107): ["02", "04"]})
        grid.next_day()
        grid.next_day()
        search = do(operations.open_search, grid, generation=False, area="03", address="東京都港区芝公園", why="入居")
        first = queries.request_rows().order_by("id").first()
        yield {
            "switching-list": reverse("applications:switching"),
            "switching-case": reverse("applications:switching_case", args=[done]),
            "switching-declined": reverse("applications:switching_case", args=[declined]),
            "switching-new": f"{reverse('applications:new_switching')}?kind=start&spin={ELSEWHERE}",
            "switching-line": reverse("applications:switching_link"),
            "mediations": reverse("applications:mediations"),
            "mediation": reverse("applications:mediation", args=[first.id]),
            "searches": reverse("applications:point_searches"),
            "search": reverse("applications:point_search", args=[search]),
        }


def test_every_page_is_fit_to_be_seen(places, signed_in_page, accessible, look):
    for size in ("desktop", "phone"):
        page = signed_in_page(size=size)
        for name, url in places.items():
            page.goto(url)
            accessible(page)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, size)
            look(page, name, full=True)
