"""A book of plans gives what its functions give, and asks the database once."""

from datetime import date

import polars as pl
import pytest

from tomoshibi.tariffs import queries
from tomoshibi.tariffs.models import PlanVersion

pytestmark = pytest.mark.usefixtures("in_transaction")


@pytest.fixture
def versions():
    def publish(day, until=None):
        document = {"plan": "p", "versions": [{"components": []}]}
        return PlanVersion.objects.create(
            plan_code="p", name="p", area="03", voltage="low", kind="sale", capacity_unit="A", valid_from=day,
            valid_until=until, sha256=day.isoformat().ljust(64, "0"), document=document, published_at="2026-01-01T00:00Z",
        ).id  # fmt: skip

    return [publish(date(2026, 1, 1)), publish(date(2026, 4, 1), date(2026, 6, 1))]


def test_each_row_has_the_version_of_its_day_in_the_order_of_the_rows(versions):
    days = [date(2026, 5, 1), date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 1), date(2026, 5, 1)]
    frame = pl.DataFrame({"plan_code": ["p"] * 4 + ["other"], "period_start": days})
    old, new = versions
    found = queries.with_versions(frame)
    assert found["plan_version"].to_list() == [new, None, old, None, None]
    assert found.drop("plan_version").equals(frame)


def test_what_was_read_is_not_read_again(versions, django_assert_num_queries):
    book = queries.PlanBook()
    frame = pl.DataFrame({"plan_code": ["p"], "period_start": [date(2026, 2, 1)]})
    with django_assert_num_queries(2):
        for _time in range(3):
            numbers = book.with_versions(frame)["plan_version"]
            assert list(book.rules([*numbers, 0, None])) == versions[:1]
