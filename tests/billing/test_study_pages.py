"""The pages of studies: asked in a form, answered by the job, looked at, taken out, stopped."""

import csv
import io

import openpyxl
import pytest

from tests.billing import book
from tests.billing.test_studies import NIGHT, publish, twelve_contracts
from tomoshibi.billing import jobs, operations, queries, values
from tomoshibi.billing.scenario import Scenario
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.tariffs import queries as plans
from tomoshibi.worker import operations as worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def analyst(client, now):
    with db.transaction():
        book.masters_and_plans(now)
        publish(NIGHT, now)
        twelve_contracts(now)
        worker.set_clock(now=now)
        identity.save_role(code="study", name="料金", rights=["MS10.do", "RB1.do"])
        identity.add_person(username="tanaka", name="田中", mail="", password="lamp-light-42", roles=["study"])
        identity.add_person(username="guest", name="guest", mail="", password="lamp-light-42", roles=[])
        client.force_login(User.objects.get(username="tanaka"))
    return client


def test_parts_that_are_priced_side_by_side_give_what_one_part_gives(analyst, now):
    """Threads take part by part, each once; the result does not know how many there were."""
    results = []
    for size in (1, 5, 100):
        with db.transaction():
            study_id = operations.open_study(
                title=f"in parts of {size}", scenario=Scenario(levy_micro=5_000_000), selection=values.StudySelection(),
                months=(book.OCTOBER,), actor_id=book.people()[0], now=now, part_size=size,
            )  # fmt: skip
        told = []
        jobs.run_study(lambda *progress, told=told: told.append(progress), study_id=study_id)
        assert told[-1][0] == told[-1][1]
        results.append(queries.study(study_id=study_id).result)
    assert results[0]["totals"]["after_minor"] > results[0]["totals"]["before_minor"]
    assert results[0] == results[1] == results[2]


QUESTION = {"title": "levy of next year", "first_month": "2026-10", "last_month": "2026-10"}


def ask(client, **changes):
    answer = client.post("/billing/studies/new/", QUESTION | changes)
    assert answer.status_code == 302, answer.context["form"].errors
    return int(answer["Location"].rstrip("/").rsplit("/", 1)[-1])


def test_a_question_is_asked_answered_and_taken_out(analyst, now):
    with db.transaction():  # more than a thousand kWh: no separator may stand in a file
        book.reading(book.customer(90), 12_345, now=now)
    study_id = ask(analyst, levy="5.00")
    waiting = analyst.get(f"/billing/studies/{study_id}/")
    assert waiting.headers["X-Procedures"] == "MS10 MS1 MS2 RB1"
    assert "job-progress" in waiting.content.decode()
    assert analyst.get(f"/billing/studies/{study_id}/export.csv").status_code == 404
    jobs.run_study(worker.Progress(), study_id=study_id)
    found = queries.study(study_id=study_id)
    page = analyst.get(f"/billing/studies/{study_id}/").content.decode()
    totals = found.result["totals"]
    for figure in (totals["before_minor"], totals["after_minor"], totals["after_minor"] - totals["before_minor"]):
        assert f"{figure:,}" in page
    assert 'data-chart="histogram"' in page
    assert found.input_hash in page
    assert "levy of next year" in analyst.get("/billing/studies/").content.decode()
    text = b"".join(analyst.get(f"/billing/studies/{study_id}/export.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 14
    assert rows[0] == ["お客さま番号", "お客さま", "請求書", "kWh", "変更前 [円]", "変更後 [円]", "変更 [円]"]
    assert "12345" in [row[3] for row in rows]
    assert sum(int(row[-1]) for row in rows[1:]) == totals["after_minor"] - totals["before_minor"]
    book_of = openpyxl.load_workbook(io.BytesIO(analyst.get(f"/billing/studies/{study_id}/export.xlsx").content))
    question, *tables, parts, customers = [list(sheet.values) for sheet in book_of]
    assert any("2026-10" in row for row in question)
    assert (len(customers), customers[0]) == (14, tuple(rows[0]))
    assert sum(row[3] for row in customers[1:]) == sum(float(row[3]) for row in rows[1:])
    assert book_of.sheetnames[1:] == ["プラン別", "エリア別", "月別", "料金項目別", "顧客"]
    for _head, *lines, total in tables:
        assert total[1:] == tuple(map(sum, zip(*(line[1:] for line in lines), strict=True)))
        assert total[2:4] == (totals["before_minor"], totals["after_minor"])
    assert round(sum(row[2] for row in parts[1:-1])) == parts[-1][2] == totals["after_minor"]
    # The same question with another figure begins from this one.
    again = page.split('href="/billing/studies/new/?')[1].split('"')[0].replace("&amp;", "&")
    assert 'value="5"' in analyst.get(f"/billing/studies/new/?{again}").content.decode()


def test_a_question_is_asked_again_with_everything_that_it_had(analyst):
    asked = {
        "tax_rate": "8", "carry_tax_over": "on", "fuel_shift": "-1.25", "fuel_base_price": "41300",
        "fuel_base_unit": "0.183", "spot_year": "2022", "price_change": "-2.5", "price_plan": "test-b",
    }  # fmt: skip
    page = analyst.get(f"/billing/studies/{ask(analyst, **asked)}/").content.decode()
    again = page.split('href="/billing/studies/new/?')[1].split('"')[0].replace("&amp;", "&")
    form = analyst.get(f"/billing/studies/new/?{again}").context["form"]
    answer = analyst.post("/billing/studies/new/", {name: form[name].value() or "" for name in form.fields})
    assert answer.status_code == 302, answer.context["form"].errors
    first, second = queries.study_rows()[:2]
    assert first.scenario == second.scenario


def new_form(analyst):
    return analyst.get("/billing/studies/new/").context["form"]


def test_the_fuel_fields_say_for_whom_a_formula_is_known(analyst, now):
    assert "算定式が登録されていない" in str(new_form(analyst)["fuel_base_price"].help_text)
    with db.transaction():
        masters.load_shipped(on=now.date(), with_banks=False)
    form = new_form(analyst)
    for name in ("fuel_base_price", "fuel_base_unit"):
        said = str(form[name].help_text)
        # Of 2026 the weights of Tokyo are known; those of Hokkaido and Okinawa are not, of Hokuriku the base unit is not.
        assert "規制料金（低圧）: " in said
        assert "東京" in said
        assert "「計算できなかったもの」に数えます" in said
        assert not any(area in said for area in ("北海道", "沖縄", "北陸"))
    assert "「計算できなかったもの」に数えます" in analyst.get("/billing/studies/new/").content.decode()


def test_what_makes_no_sense_is_told_at_its_field(analyst):
    for wrong, field in (
        ({"last_month": "2026-09"}, "last_month"),
        ({"move_from": "test-b"}, "move_to"),
        ({"carry_tax_over": "on"}, "tax_rate"),
        ({"levy": "abc"}, "levy"),
        ({"area": "10"}, "__all__"),
    ):
        answer = analyst.post("/billing/studies/new/", QUESTION | wrong)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors


def test_a_draft_is_studied_before_anybody_publishes_it(analyst, now):
    version = plans.versions_of(plan_code="test-b")[0]
    with db.transaction():
        draft_id = tariffs.start_draft(version_id=version.id, now=now, actor_id=None)
    offer = analyst.get("/billing/studies/of-plan/", {"plan": "test-b", "draft": draft_id, "start": "2027-01-01"})
    assert f"document=draft%3A{draft_id}" in offer.content.decode()
    text = plans.draft(draft_id=draft_id).text.replace("29.80", "31.20").replace("'29.8'", "31.20")
    with db.transaction():
        tariffs.save_draft(draft_id=draft_id, text=text, revision=1, now=now, actor_id=None)
    study_id = ask(analyst, document=f"draft:{draft_id}")
    jobs.run_study(worker.Progress(), study_id=study_id)
    totals = queries.study(study_id=study_id).result["totals"]
    assert totals["after_minor"] > totals["before_minor"]
    assert (
        f"/billing/studies/{study_id}/"
        in analyst.get("/billing/studies/of-plan/", {"plan": "test-b", "draft": draft_id}).content.decode()
    )
    with db.transaction():
        tariffs.save_draft(draft_id=draft_id, text=text + "\n  nonsense: [", revision=2, now=now, actor_id=None)
    refused = analyst.post("/billing/studies/new/", QUESTION | {"document": f"draft:{draft_id}"})
    assert "document" in refused.context["form"].errors


def test_a_plan_that_nobody_is_on_is_studied_by_moving_contracts_to_it(analyst, now):
    version = plans.versions_of(plan_code="test-b")[0]
    with db.transaction():
        draft_id = tariffs.start_draft(
            version_id=version.id,
            plan_code="like-b",
            name="似たプラン",
            valid_from=version.valid_from,
            now=now,
            actor_id=None,
        )
    offer = analyst.get("/billing/studies/of-plan/", {"plan": "like-b", "draft": draft_id}).content.decode()
    assert "move_from=test-b" in offer
    assert "move_to=like-b" in offer
    study_id = ask(analyst, document=f"draft:{draft_id}", move_from="test-b", move_to="like-b")
    running = analyst.get(f"/billing/studies/{study_id}/").content.decode()
    assert 'hx-trigger="job-ended from:body"' in running, "the page shows the answer by itself"
    jobs.run_study(worker.Progress(), study_id=study_id)
    page = analyst.get(f"/billing/studies/{study_id}/").content.decode()
    assert "似たプラン" in page, "called by its name, though nobody has published it"
    assert f"draft:{draft_id}" not in page


def test_every_table_of_an_answer_adds_up_and_the_workbook_says_what_was_asked(analyst):
    study_id = ask(analyst, levy="3.98", plan="test-b")
    jobs.run_study(worker.Progress(), study_id=study_id)
    totals = queries.study(study_id=study_id).result["totals"]
    context = analyst.get(f"/billing/studies/{study_id}/").context
    for table in context["tables"]:
        assert (table["total"]["before"], table["total"]["after"]) == (totals["before_minor"], totals["after_minor"])
    last = context["components"][-1]
    assert last["after"] == f"{totals['after_minor']:,}.00"
    assert last["change"].startswith("−"), "a real minus sign, as in the other tables"
    book_of = openpyxl.load_workbook(io.BytesIO(analyst.get(f"/billing/studies/{study_id}/export.xlsx").content))
    facts = [[cell.value for cell in row] for row in book_of.worksheets[0].rows]
    assert any("test-b" in str(value) or "従量" in str(value) for _label, value in facts), facts
    assert [row[1].value for row in book_of.worksheets[4].rows][-1] == totals["before_minor"]


def test_a_change_of_a_master_offers_its_study(analyst, now):
    with db.transaction():
        number = masters.propose_change(
            master="tax_rates",
            rows=[{"rate_percent": "12", "valid_from": "2027-04-01"}],
            reason="law",
            now=now,
            actor_id=book.people()[0],
        )
    offer = analyst.get("/billing/studies/of-master/", {"proposal": number}).content.decode()
    assert "tax_rate=12" in offer
    assert analyst.get("/billing/studies/of-master/", {"proposal": "none"}).content == b""


def test_a_study_is_stopped_and_who_may_not_ask_is_turned_away(analyst, client):
    study_id = ask(analyst)
    assert analyst.post(f"/billing/studies/{study_id}/cancel/").status_code == 302
    assert queries.study(study_id=study_id).state is values.StudyState.CANCELLED
    jobs.run_study(worker.Progress(), study_id=study_id)
    assert queries.study(study_id=study_id).result is None
    assert analyst.get(f"/billing/studies/{study_id}/").status_code == 200
    assert analyst.get("/billing/studies/999/").status_code == 404
    client.force_login(User.objects.get(username="guest"))
    assert client.get(f"/billing/studies/{study_id}/").status_code == 403
