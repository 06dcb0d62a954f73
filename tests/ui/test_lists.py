"""Lists over real rows: what the URL says is what is shown, added up, exported and chosen."""

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tomoshibi.ui import currency, lists
from tomoshibi.ui.lists.view_state import ListState
from tomoshibi.worker.models import Job

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
NONE = lists.Empty("none")


@pytest.fixture(autouse=True)
def _english():
    currency.activate("JPY")
    with translation.override("en"):
        yield
    currency.forget()


@pytest.fixture
def rows():
    Job.objects.bulk_create(
        Job(
            name=f"test.job{n}",
            label="=HYPERLINK(1)" if n == 0 else f"run {n}",
            state="failed" if n % 4 == 0 else "done",
            done_count=n * 10_000 + 5,
            total_count=-n,
            message="" if n % 2 else "灯火",
            enqueued_at=AT + timedelta(days=n // 100),
        )
        for n in range(450)
    )


def _query():
    return lists.ListQuery(
        name="test.jobs",
        rows=Job.objects.all(),
        columns=(
            lists.Text("label", "Label"),
            lists.Code("state", "State", explain={"failed": "it broke"}),
            lists.Energy("energy", "Used", path="done_count", total=True),
            lists.Money("amount", "Amount", path="total_count", total=True),
            lists.Text("message", "Message"),
            lists.Moment("enqueued_at", "At"),
            lists.Text(
                "both", "Both", show=lambda row: f"{row['name']}/{row['state']}", also=("name", "state"), shown=False
            ),
        ),
        filters=(
            lists.Search("q", "Search", among=("name", "message")),
            lists.Choice("state", "State", choices=[("failed", "failed"), ("done", "done")], facet=True),
            lists.NumberRange("energy", "Used", path="done_count", scale=10_000),
            lists.DayRange("on", "On", path="enqueued_at__date"),
        ),
        order=("id",),
    )


def _in_memory():
    paths = ["id", "name", "label", "state", "done_count", "total_count", "message", "enqueued_at"]
    found = [
        {**row, "enqueued_at__date": row["enqueued_at"].date()} for row in Job.objects.order_by("id").values(*paths)
    ]
    query = _query()
    return lists.ListQuery(query.name, found, query.columns, query.filters, query.order)


@pytest.fixture
def shown(django_user_model):
    user = django_user_model.objects.create_superuser("boss", password="x")

    def answer(query_string="", query=None, headers=None, **wishes):
        request = RequestFactory().get(f"/jobs/?{query_string}", headers=headers)
        request.user = user
        return lists.render_list(request, query or _query(), title="Jobs", empty=NONE, **wishes)

    return answer


@pytest.mark.parametrize(
    "url",
    ["", "state=failed", "q=test.job1", "q=灯火 job2", "energy_from=10&energy_to=20.5", "on_from=2026-11-21&state=done",
     "sort=-energy", "sort=state&state=failed", "sort=-amount"],
)  # fmt: skip
def test_rows_of_a_table_and_rows_in_memory_answer_alike(rows, url):
    table, memory = (ListState(query, QueryDict(url)) for query in (_query(), _in_memory()))
    totalled = [column for column in table.columns if column.total]
    assert table.rows.ids() == memory.rows.ids()
    assert table.rows.totals(totalled) == memory.rows.totals(totalled)
    choice = table.query.filters[1]
    assert table.facets(choice) == memory.facets(choice)


def test_totals_are_over_everything_filtered(rows, shown):
    html = shown("state=done").content.decode()
    done = [n for n in range(450) if n % 4]
    assert html.count("<tr data-id") == 200
    assert f"−{sum(done):,}" in html
    assert f'data-count="{len(done)}"' in html


def test_a_list_costs_a_handful_of_statements(rows, shown):
    with CaptureQueriesContext(connection) as seen:
        shown(template="ui/lists/body.html")
    assert len(seen) <= 4, [query["sql"] for query in seen]


def test_the_next_rows_come_alone(rows, shown):
    html = shown("start=400", headers={"HX-Request": "true"}).content.decode()
    assert html.count("<tr data-id") == 50
    assert "<table" not in html
    assert "hx-get" not in html


def test_the_url_says_only_what_is_unusual(rows):
    usual = "&".join(f"col={key}" for key in ("label", "state", "energy", "amount", "message", "enqueued_at"))
    state = ListState(_query(), QueryDict(f"q=&state=done&sort=nonsense&{usual}"))
    assert state.query_string() == "state=done"
    assert ListState(_query(), QueryDict("col=both&sort=-label")).query_string() == "sort=-label&col=both"


def test_a_filter_that_cannot_be_read_shows_nothing_and_says_why(rows):
    state = ListState(_query(), QueryDict("energy_from=many&state=broken"))
    assert state.rows.ids() == []
    assert set(state.errors) == {"energy", "state"}


def test_csv_holds_what_is_filtered_and_visible(rows, shown):
    response = shown("state=failed&col=label&col=energy&col=both&export=csv")
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text.startswith("\ufeff")
    table = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert table[0] == ["Label", "Used [kWh]", "Both"]
    assert table[1] == ["'=HYPERLINK(1)", "0.0005", "test.job0/failed"], "text never runs as a formula"
    assert len(table) == 1 + 113


def test_xlsx_holds_numbers_as_numbers(rows, shown):
    response = shown("sort=-amount&export=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    assert [cell.value for cell in sheet[1]] == ["Label", "State", "Used [kWh]", "Amount [yen]", "Message", "At"]
    assert [cell.value for cell in sheet[2]] == [
        "=HYPERLINK(1)",
        "failed",
        0.0005,
        0,
        "灯火",
        datetime(2026, 11, 20, 12),
    ]
    assert sheet["A2"].data_type == "s"
    assert sheet.max_row == 451


def test_what_stands_in_a_cell_is_text_not_markup(shown):
    Job.objects.create(name="x", label='<b onclick="x">"&', enqueued_at=AT, state='"><i>')
    html = shown(page=lambda _row: "/a?b=1&c='\"").content.decode()
    assert "<b onclick" not in html
    assert '"><i>' not in html
    assert "&lt;b onclick" in html


def _post(body):
    return RequestFactory().post("/", body)


def test_only_rows_of_the_list_can_be_chosen(rows):
    failed = lists.ListQuery("test", Job.objects.filter(state="failed"), _query().columns)
    there, elsewhere = Job.objects.filter(state="failed").first(), Job.objects.filter(state="done").first()
    chosen = lists.chosen(_post({"ids": [there.id, elsewhere.id], "list_query": ""}), failed)
    assert chosen.ids == [there.id]
    with pytest.raises(lists.NothingChosen):
        lists.chosen(_post({"ids": [elsewhere.id]}), failed)


def test_everything_means_everything_the_filters_leave(rows):
    chosen = lists.chosen(_post({"everything": "1", "list_query": "state=failed", "seen": "112"}), _query())
    assert len(chosen.ids) == 113
    assert chosen.changed, "the list grew since the user looked"
    with pytest.raises(lists.FilterNotReadable):
        lists.chosen(_post({"everything": "1", "list_query": "energy_from=zz"}), _query())


def test_actions_are_for_those_who_may(rows, django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_user("clerk", password="x", is_staff=True))
    html = client.get("/worker/jobs/").content.decode()
    assert "list-actions" not in html
    assert "data-panel=" in html


def test_what_is_only_a_base_cannot_be_made():
    from tomoshibi.ui.lists import columns, filters

    for base, name in [(filters.Filter, "conditions"), (filters._Range, "read"), (columns._Scaled, "scale")]:
        with pytest.raises(TypeError, match=name):
            base("x", "X")
