"""The pages of jobs: what failed and why, progress for other rooms, running again."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation

from tomoshibi.worker import arguments, operations, queries, registry, values
from tomoshibi.worker.models import Job

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _job():
    operations.define_job("test.import", procedure="RB6", label="Import")(lambda progress: "done")
    yield
    registry._jobs.pop("test.import")


@pytest.fixture
def failed():
    return Job.objects.create(
        name="test.import",
        label="Import of 11/20",
        state=values.JobState.FAILED,
        error="the file has no end record\n\nTraceback: secret path",
        message="the file has no end record",
        enqueued_at=AT,
        started_at=AT,
        ended_at=AT,
        arguments={"file": "a.csv"},
    )


def _client(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def clerk(django_user_model):
    return _client(django_user_model.objects.create_user("clerk", password="x", is_staff=True))


@pytest.fixture
def engineer(django_user_model):
    return _client(django_user_model.objects.create_superuser("engineer", password="x"))


def test_a_failed_job_says_why(clerk, failed):
    html = clerk.get(f"/worker/jobs/{failed.id}/").content.decode()
    assert "the file has no end record" in html
    assert "a.csv" in html
    assert "Run again" not in html, "only who holds MS7.do may run it again"
    assert "hx-trigger" not in html.split("job-progress")[1].split(">")[0], "what has ended asks no more"


def test_progress_asks_again_until_the_job_has_ended(clerk):
    running = Job.objects.create(
        name="test.import", state="running", done_count=1200, total_count=3012, enqueued_at=AT, started_at=AT
    )
    html = clerk.get(f"/worker/jobs/{running.id}/progress/?next=/billing/").content.decode()
    assert 'hx-trigger="every 1s"' in html
    assert "1,200</span> / " in html
    assert "39%" in html
    assert "Continue" not in html
    Job.objects.filter(id=running.id).update(state="done", ended_at=AT, message="3,012 bills rated")
    html = clerk.get(f"/worker/jobs/{running.id}/progress/?next=/billing/").content.decode()
    assert "hx-trigger" not in html
    assert "3,012 bills rated" in html
    assert 'href="/billing/"' in html


def test_a_page_that_renews_its_own_part_is_told_when_the_job_is_done(clerk):
    job = Job.objects.create(name="test.import", state="running", enqueued_at=AT, started_at=AT)
    url = f"/worker/jobs/{job.id}/progress/?here=1&next=/billing/runs/7/"
    running = clerk.get(url)
    assert f'hx-get="/worker/jobs/{job.id}/progress/?here=1&amp;next=/billing/runs/7/"' in running.content.decode()
    assert "HX-Trigger-After-Settle" not in running.headers, "it runs"
    Job.objects.filter(id=job.id).update(state="failed", error="no end record", ended_at=AT)
    failed = clerk.get(url)
    assert "HX-Trigger-After-Settle" not in failed.headers, "the reason is read first"
    assert "Continue" in failed.content.decode()
    Job.objects.filter(id=job.id).update(state="done", error="")
    done = clerk.get(url)
    assert done["HX-Trigger-After-Settle"] == "job-ended"
    assert "Continue" not in done.content.decode(), "the page is where it leads"


@pytest.mark.parametrize("url", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_way_on_leads_nowhere_else(clerk, failed, url):
    Job.objects.filter(id=failed.id).update(state="done")
    assert "elsewhere" not in (html := clerk.get(f"/worker/jobs/{failed.id}/progress/", {"next": url}).content.decode())
    assert "javascript:" not in html


def test_running_again_needs_the_right(clerk, engineer, failed):
    assert clerk.post(f"/worker/jobs/{failed.id}/retry/").status_code == 403
    assert engineer.post(f"/worker/jobs/{failed.id}/retry/").status_code == 302
    assert queries.job(job_id=failed.id).state is values.JobState.WAITING


def test_a_job_that_did_not_fail_is_left_alone(engineer, failed):
    Job.objects.filter(id=failed.id).update(state="done")
    response = engineer.post(f"/worker/jobs/{failed.id}/retry/", follow=True)
    assert "Only a failed job can be run again." in response.content.decode()
    assert queries.job(job_id=failed.id).state is values.JobState.DONE


def test_many_at_once_run_again_if_they_failed(engineer, failed):
    other = Job.objects.create(name="test.import", state="done", enqueued_at=AT)
    response = engineer.post("/worker/jobs/retry/", {"ids": [failed.id, other.id]}, follow=True)
    assert "1 job runs again." in response.content.decode()
    assert queries.job(job_id=failed.id).state is values.JobState.WAITING
    assert queries.job(job_id=other.id).state is values.JobState.DONE


def test_the_fragment_for_other_rooms(clerk, failed, rf):
    from django.template.loader import render_to_string

    with translation.override("en"):
        html = render_to_string("worker/progress.html", {"job_id": failed.id, "next_url": "/billing/?a=1&b=2"})
    assert f'hx-get="/worker/jobs/{failed.id}/progress/?next=/billing/%3Fa%3D1%26b%3D2"' in html


def test_a_job_that_is_not_there(clerk):
    assert clerk.get("/worker/jobs/987654/").status_code == 404


def test_a_job_under_a_stepped_clock_does_not_say_how_long_it_took(clerk, failed):
    Job.objects.filter(id=failed.id).update(ended_at=AT + timedelta(days=13))
    page = f"/worker/jobs/{failed.id}/"
    assert "312 h" in clerk.get(page).content.decode()
    with transaction.atomic():
        operations.set_clock(now=AT + timedelta(days=13))
    assert "312 h" not in clerk.get(page).content.decode()


def test_what_a_job_was_given_is_said_in_words(clerk, failed):
    Job.objects.filter(id=failed.id).update(arguments={"run_id": 7, "of_an_earlier_version": "x", "area": ""})
    page = clerk.get(f"/worker/jobs/{failed.id}/", headers={"accept-language": "ja"}).content.decode()
    assert "<dt>請求処理番号</dt><dd>7</dd>" in page
    assert "<dt>of_an_earlier_version</dt><dd>x</dd>" in page
    assert "エリア" not in page, "what was not given is not said"


def test_every_argument_of_every_job_has_its_word():
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    given = {
        name
        for definition in registry.definitions()
        for name, parameter in inspect.signature(definition.function).parameters.items()
        if name != "progress" and parameter.kind not in variable
    }
    assert len(given) > 15, "no job was found"
    assert given - arguments.WORDS.keys() == set()
