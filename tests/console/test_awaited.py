"""Days to which the demo's clock may go on: a supply begins, its first values come; to no other day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.billing import book
from tomoshibi.console import awaited
from tomoshibi.console.days import GO_ON_JOB
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worker import operations as clock
from tomoshibi.worker.models import Job

NOW = datetime(2026, 10, 20, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
TODAY = NOW.date()
START = date(2026, 10, 28)


def open_house():
    clock.set_clock(now=NOW)
    book.masters_and_plans(NOW)
    book.customer(1)
    book.customer(2, start=START)


@pytest.mark.usefixtures("in_transaction")
@translation.override("ja")
def test_a_supply_begins_and_then_its_first_values_are_due():
    open_house()
    (begin,) = awaited.days_ahead(today=TODAY)
    assert (begin.day, begin.what) == (START, "供給開始")
    read = masters.reading_day(area=book.AREA, base_day=book.BASE_DAY, month=Month(2026, 11))
    assert read.metering_on > START
    (values,) = awaited.days_ahead(today=START)
    assert values.day == masters.add_business_days(read.reading_on, 3, area=book.AREA)
    assert values.what == "新しい供給の最初の確定値"


def test_the_day_board_goes_on_to_a_day_that_it_offers(transactional_db, settings, django_user_model):
    settings.DEMO = True
    with db.transaction():
        open_house()
    clerk = Client()
    clerk.force_login(django_user_model.objects.create_superuser("suzuki", is_staff=True))
    assert f'name="until" value="{START}"' in clerk.get(reverse("console:today")).content.decode()
    clerk.post(reverse("console:go_on"), {"until": str(START + timedelta(days=1))})
    assert not Job.objects.filter(name=GO_ON_JOB).exists()
    for _twice in range(2):
        clerk.post(reverse("console:go_on"), {"until": str(START)})
    assert [job.arguments for job in Job.objects.filter(name=GO_ON_JOB)] == [{"until": str(START)}]
