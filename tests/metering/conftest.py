"""A small retailer: points 1 to 5 of base day 05 in Tokyo supplied since April, point 9 known but not supplied."""

from datetime import date

import polars as pl
import pytest

from tests.metering.grid import spin
from tests.parties.test_customers import account, taro
from tests.supply.test_points import POINT
from tomoshibi.contracts import operations as contracts
from tomoshibi.masters import operations as masters
from tomoshibi.metering import operations, queries, values
from tomoshibi.metering.jobs import read_file
from tomoshibi.storage import db
from tomoshibi.supply import operations as supply
from tomoshibi.supply import queries as points
from tomoshibi.worker.operations import Progress

TODAY = date(2026, 11, 4)
SINCE = date(2026, 4, 5)


def reading_day(month, reading_on, metering_on, *, base_day="05"):
    return {
        "area": "03", "fiscal_year": "2026", "base_day": base_day, "month": month, "reading_on": reading_on,
        "metering_on": metering_on, "approximate": "no", "source": "test", "confidence": "low",
    }  # fmt: skip


def set_up_retailer():
    payer = account(taro())
    supply.register_points(pl.DataFrame([POINT | {"spin": spin(n)} for n in (1, 2, 3, 4, 5, 9)]))
    terms = {"plan_code": "tokyo-regulated-b", "capacity_kind": "A", "capacity_milli": 30_000}
    contracts.register_many(
        pl.DataFrame(
            [{"account_number": payer.number, "spin": spin(n), "start": SINCE, **terms} for n in (1, 2, 3, 4, 5)]
        )
    )
    masters.put_rows(
        master="reading_days",
        rows=[
            reading_day("2026-09", "2026-09-08", "2026-09-05"),
            reading_day("2026-10", "2026-10-07", "2026-10-05"),
            reading_day("2026-11", "2026-11-09", "2026-11-05"),
        ],
    )


@pytest.fixture
def retailer(in_transaction, settings):
    settings.TOMOSHIBI_TESTS_WRAP_TRANSACTIONS = True  # jobs open theirs inside the one of the test
    set_up_retailer()


@pytest.fixture
def saved_retailer(transactional_db):
    """The same, committed, for tests with transactions of their own."""
    with db.transaction():
        set_up_retailer()


@pytest.fixture
def point_id():
    return lambda number: points.point(spin=spin(number)).id


@pytest.fixture
def take(now, tmp_path, settings):
    """Receive a file and read it, as the worker does."""
    settings.MEDIA_ROOT = tmp_path

    def read(content, name="W51220202610090000001.zip"):
        file, new = operations.receive_file(name=name, content=content, source=values.Source.MANUAL, now=now)
        if new or file.state == values.FileState.REFUSED:
            read_file(Progress(), file)
        return queries.file(file_id=file.id)

    return read
