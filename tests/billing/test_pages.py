"""A month in the browser's words: pages of RB6, RB7, RB8 and RB9 through real views and the real worker."""

import csv
import io

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.billing import book
from tomoshibi.billing import jobs, operations, queries, values
from tomoshibi.contracts import queries as contracts
from tomoshibi.documents import typesetting
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.masters import operations as masters_operations
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queue
from tomoshibi.worker.values import JobState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerks(settings, tmp_path, now):
    """Two signed-in clerks over a book of four contracts, one without a value, one with much more use than usual."""
    settings.MEDIA_ROOT = tmp_path
    with db.transaction():
        worker.set_clock(now=now)
        book.masters_and_plans(now)
        made = [book.customer(n) for n in (1, 2, 3, 4)]
        book.reading(made[1], 100, month=book.OCTOBER.plus(-1), now=now)
        for contract, kwh in zip(made[:3], (398, 1_200, 120), strict=True):
            book.reading(contract, kwh, now=now)
        identity.save_role(code="billing", name="請求", rights=["RB6.do", "RB7.do", "RB7.confirm", "RB8.do", "RB9.do"])
        for name in ("first", "second"):
            book.person(name, roles=["billing"])
    clients = []
    for name in ("first", "second"):
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(username=name))
        clients.append(client)
    return clients


def get(client, url, *texts, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()[:800]
    shown = answer.content.decode() if not answer.streaming else ""
    for text in texts:
        assert str(text) in shown, text
    return shown


def post(client, url, **data):
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.content.decode()[:800]
    return answer["Location"]


def print_fails_at_first(client, run_id, monkeypatch):
    """Without fonts a batch is begun and breaks off: the run's page says why and offers it again."""
    making, page = f"/billing/runs/{run_id}/print/", f"/billing/runs/{run_id}/"

    def no_fonts():
        raise typesetting.NoFonts("no fonts")

    post(client, making)
    waiting = jobs.last_printing(run_id=run_id)
    assert making not in get(client, page, f"/worker/jobs/{waiting.id}/"), "it waits already"
    with monkeypatch.context() as without_fonts:
        without_fonts.setattr(typesetting, "font_folders", no_fonts)
        queue.run_waiting()
    assert jobs.last_printing(run_id=run_id).state is JobState.FAILED
    assert queries.print_batches(run_id=run_id), "begun, and broken off"
    assert not queries.is_printed(run_id=run_id)
    assert queries.month_figures(month=book.OCTOBER, today=book.OCTOBER_CUT).printed == 0, "the board asks for it, too"
    get(client, page, making, f"/worker/jobs/{waiting.id}/")
    get(client, "/billing/printing/", making)


def print_again(client, run_id, monkeypatch):
    """What failed at first is asked for on the run's page, and not once more when it is done."""
    making = f"/billing/runs/{run_id}/print/"
    print_fails_at_first(client, run_id, monkeypatch)
    assert post(client, making).startswith("/worker/jobs/")
    queue.run_waiting()
    for page in (f"/billing/runs/{run_id}/", "/billing/printing/"):
        assert making not in get(client, page), "everything is there"
    assert 'class="job-progress"' not in get(client, f"/billing/runs/{run_id}/")
    assert queries.month_figures(month=book.OCTOBER, today=book.OCTOBER_CUT).printed > 0


def test_a_run_is_shown_beside_the_month_before(clerks):
    first, _second = clerks
    before = post(first, "/billing/runs/new/", month="2026-09", area="03", base_days=["02"])
    post(first, "/billing/runs/new/", month="2026-10", area="03", base_days=["02"])
    queue.run_waiting()
    now, earlier = queries.runs()[:2]
    assert before.endswith(f"/{earlier.id}/")
    get(first, f"/billing/runs/{now.id}/", f"/billing/runs/{now.id}/compared/")
    get(first, f"/billing/runs/{now.id}/compared/", "Beside the month before", "Largest changes", "灯火 2郎")


def test_a_new_run_opens_at_the_month_whose_values_wait(clerks, now):
    """The clock stands in November; September waits for one bill, October for three, then only September."""
    first, _second = clerks
    with db.transaction():
        worker.set_clock(now=now.replace(year=2026, month=11, day=20))
    shown = 'name="month" value="2026-10"'
    get(first, "/billing/runs/new/", shown)
    post(first, "/billing/runs/new/", month="2026-10", area="")
    queue.run_waiting()
    get(first, "/billing/runs/new/", shown.replace("10", "09"))
    get(first, "/billing/runs/new/?month=2026-11", shown.replace("10", "11"))


def made_again(bill, first, second):
    assert "Made again on request" not in get(first, f"/billing/bills/{bill.id}/")
    get(first, f"/billing/bills/{bill.id}/reissue/", bill.invoice_number, f"{bill.total_minor:,}")
    asked = post(first, f"/billing/bills/{bill.id}/reissue/", confirmed="1", reason="lost on the way")
    assert asked == f"/billing/bills/{bill.id}/#reissues"
    (request,) = queries.reissues(bill_ids=[bill.id])
    address = f"/billing/bills/{bill.id}/reissues/{request['id']}.pdf"
    get(second, f"/billing/bills/{bill.id}/", "Made again on request", "lost on the way", address)
    assert first.get(address)["Content-Type"] == "application/pdf"
    assert first.get(address.replace(f"/{request['id']}.pdf", "/0.pdf")).status_code == 404


def test_a_month_in_the_browser(clerks, monkeypatch):
    first, second = clerks
    get(first, "/billing/runs/", "No run yet.")
    get(first, "/billing/runs/new/?month=2026-10&area=03", "2026-10-02", "Rate these bills")
    where = post(first, "/billing/runs/new/", month="2026-10", area="03", base_days=["02"])
    queue.run_waiting()
    get(first, where, "to examine", "E204", "E101")
    run = queries.runs()[0]
    assert (run.bill_count, run.aside_count) == (3, 1)

    listed = get(first, f"/billing/runs/{run.id}/exceptions/", "E204", "E101", "灯火 2郎")
    assert "1,200" in listed
    blocked = next(row for row in queries.exceptions(run_id=run.id) if row["code"] == "E204")
    key = f"{run.id}-{blocked['contract_id']}"
    # A month that was taken over has no bill, but its use is known.
    panel = get(first, f"/billing/exceptions/{key}-E204/panel/", "E204", "Use of thirteen months")
    assert '1,200</span></td><td class="num"><span class="fig">100<' in panel
    get(first, f"/billing/exceptions/{key}/", "Correct this bill", "Ask the grid company")
    # Not without a reason, and not while it blocks.
    post(first, f"/billing/runs/{run.id}/contracts/{blocked['contract_id']}/decide/", decision="release", reason="")
    post(first, f"/billing/runs/{run.id}/examined/")
    assert queries.run(run_id=run.id).state is values.RunState.CHECKED
    answer = first.post(f"/billing/runs/{run.id}/contracts/{blocked['contract_id']}/correct/", {"reason": "x"})
    assert answer.status_code == 422
    post(
        first, f"/billing/runs/{run.id}/contracts/{blocked['contract_id']}/correct/",
        energy="120", reason="misread by the grid company",
    )  # fmt: skip
    get(first, f"/billing/exceptions/{key}/", "misread by the grid company", "E220")
    assert queries.draft_of(run_id=run.id, contract_id=blocked["contract_id"]).energy_dwh == 1_200_000
    post(first, f"/billing/runs/{run.id}/examined/")

    get(first, f"/billing/runs/{run.id}/confirm/", "You made this run")
    post(first, f"/billing/runs/{run.id}/confirm/", confirmed="1")
    assert queries.run(run_id=run.id).state is values.RunState.EXAMINED
    total = queries.run(run_id=run.id).total_minor
    get(second, f"/billing/runs/{run.id}/confirm/", f"{total:,}")
    post(second, f"/billing/runs/{run.id}/confirm/", confirmed="1", seen_count="3", seen_total=str(total))
    answer = second.post(f"/billing/runs/{run.id}/issue/", {})
    assert f"{total:,}" in answer.content.decode()
    post(second, f"/billing/runs/{run.id}/issue/", confirmed="1")
    queue.run_waiting()
    get(second, f"/billing/runs/{run.id}/", "issued", "Make statements")

    bill = queries.bills_of_run(run_id=run.id)[0]
    get(first, "/billing/bills/", bill.invoice_number)
    get(
        first,
        f"/billing/bills/{bill.id}/",
        bill.invoice_number,
        "311.75 / 10 A",
        "Qualified invoice",
        f"{bill.total_minor:,}",
    )
    get(first, f"/billing/bills/{bill.id}/panel/", bill.invoice_number)
    pdf = first.get(f"/billing/bills/{bill.id}/statement.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    made_again(bill, first, second)

    print_again(first, run.id, monkeypatch)
    shown = get(first, "/billing/printing/", "Manifest")
    batch = queries.print_batches(run_id=run.id)[0]
    assert f"/billing/printing/files/{batch['index_file_id']}/" in shown
    content = b"".join(first.get(f"/billing/printing/files/{batch['parts'][0]['pdf_file_id']}/").streaming_content)
    assert len(PdfReader(io.BytesIO(content)).pages) == batch["page_count"]


def test_a_contract_whose_value_came_in_is_priced_again_alone(clerks, now):
    first, _second = clerks
    post(first, "/billing/runs/new/", month="2026-10", area="")
    queue.run_waiting()
    run = queries.runs()[0]
    (missing,) = [row for row in queries.exceptions(run_id=run.id) if row["code"] == "E101"]
    where = f"/billing/exceptions/{run.id}-{missing['contract_id']}/"
    get(first, where, "No data", "Price again")
    with db.transaction():
        book.reading(contracts.contract(contract_id=missing["contract_id"]), 120, now=now)
    again = f"/billing/runs/{run.id}/contracts/{missing['contract_id']}/again/"
    assert post(first, again) == where
    assert "No data" not in get(first, where, "Release")
    after = queries.run(run_id=run.id)
    assert (after.bill_count, after.aside_count) == (run.bill_count + 1, run.aside_count - 1)
    assert queries.draft_of(run_id=run.id, contract_id=missing["contract_id"]).energy_dwh == 1_200_000
    answer = first.post(again.replace(str(missing["contract_id"]), "99999999"), follow=True)
    assert "does not belong to the run" in answer.content.decode()


def test_bulk_decisions_ask_first_and_need_a_reason(clerks):
    first, _second = clerks
    post(first, "/billing/runs/new/", month="2026-10", area="")
    queue.run_waiting()
    run = queries.runs()[0]
    ids = [f"{run.id}-{row['contract_id']}-{row['code']}" for row in queries.exceptions(run_id=run.id)]
    chosen = [key for key in ids if key.endswith("E204")]
    url = f"/billing/exceptions/hold/{run.id}/"
    asked = first.post(url, {"ids": chosen})
    assert asked.status_code == 200
    assert "The run is issued without them" in asked.content.decode()
    assert first.post(url, {"ids": chosen, "confirmed": "1", "reason": ""}).status_code == 422
    post(first, url, ids=chosen, confirmed="1", reason="wait for the grid")
    assert queries.run(run_id=run.id).held_count == 1
    post(first, f"/billing/exceptions/release/{run.id}/", ids=chosen, confirmed="1", reason="it was right")
    assert queries.run(run_id=run.id).held_count == 0
    get(first, "/billing/exceptions/", "E204")
    post(first, f"/billing/runs/{run.id}/cancel/", confirmed="1", reason="wrong month")
    assert queries.run(run_id=run.id).state is values.RunState.CANCELLED
    assert queries.draft_bills(run_id=run.id).is_empty()


def test_who_issues_is_told_the_amount_of_what_goes_and_nothing_stays_to_be_cancelled(clerks, now):
    first, second = clerks
    post(first, "/billing/runs/new/", month="2026-10", area="")
    queue.run_waiting()
    run = queries.runs()[0]
    blocked = [row["contract_id"] for row in queries.exceptions(run_id=run.id, severity="blocking")]
    clerk = User.objects.get(username="first").id
    with db.transaction():
        operations.hold(run_id=run.id, contract_ids=blocked, reason="later", actor_id=clerk, now=now)
    post(first, f"/billing/runs/{run.id}/examined/")
    going = queries.going(run_id=run.id)
    assert (going.bill_count, going.staying_count) == (2, 1)
    post(second, f"/billing/runs/{run.id}/confirm/", confirmed="1", seen_count="2", seen_total=str(going.total_minor))
    asked = second.post(f"/billing/runs/{run.id}/issue/", {}).content.decode()
    assert f"{going.total_minor:,}" in asked
    assert f"{run.total_minor:,}" not in asked, "what stays behind is not issued"
    renewed = get(first, f"/billing/runs/{run.id}/").split('id="run-again"')[1].split("</div>")[0]
    assert "/cancel/" in renewed, "the part that is renewed when the job ends holds the way to cancel"
    post(second, f"/billing/runs/{run.id}/issue/", confirmed="1")
    queue.run_waiting()
    assert "/cancel/" not in get(first, f"/billing/runs/{run.id}/")
    get(second, f"/billing/runs/{run.id}/parts/", "yes")


def test_a_check_gets_another_threshold(clerks):
    first, _second = clerks
    get(first, "/billing/checks/", "E204", "usual_per_day_dwh")
    get(first, "/billing/checks/E206/", "total_minor &gt; threshold")
    post(first, "/billing/checks/E206/", threshold="100", enabled="on", reason="a test")
    post(first, "/billing/runs/new/", month="2026-10", area="")
    queue.run_waiting()
    assert sum(row["code"] == "E206" for row in queries.exceptions(run_id=queries.runs()[0].id)) == 3


def test_a_changed_value_becomes_a_preview_by_itself(clerks, now):
    first, _second = clerks
    post(first, "/billing/runs/new/", month="2026-10", area="")
    queue.run_waiting()
    run = queries.runs()[0]
    with db.transaction():
        blocked = [row["contract_id"] for row in queries.exceptions(run_id=run.id, severity="blocking")]
        user = {name: User.objects.get(username=name).id for name in ("first", "second")}
        operations.release(run_id=run.id, contract_ids=blocked, reason="ok", actor_id=user["first"], now=now)
        operations.finish_examination(run_id=run.id, actor_id=user["first"], now=now)
        operations.confirm(run_id=run.id, actor_id=user["second"], now=now)
        jobs.enqueue_issue(run_id=run.id, actor_id=user["second"])
    queue.run_waiting()
    bill = queries.bills_of_run(run_id=run.id)[-1]
    from tomoshibi.contracts import queries as contracts
    from tomoshibi.metering import values as metering

    with db.transaction():
        contract = contracts.contract(contract_id=bill.contract_id)
        book.reading(contract, 500, now=now)
        worker.announce(metering.ConfirmedValuesChanged(reading_ids=()))
    queue.run_waiting()
    preview = queries.runs()[0]
    assert preview.kind is values.RunKind.CORRECTION
    get(first, f"/billing/runs/{preview.id}/bills/", "further bill")
    (one,) = queries.bills_of_run(run_id=preview.id)
    listed = b"".join(first.get(f"/billing/runs/{preview.id}/bills/?export=csv")).decode("utf-8-sig")
    head, row, *_rest = csv.reader(listed.splitlines())
    shown = dict(zip(head, row, strict=True))
    names = ("Billed before", "By today's facts", "Difference")
    figures = [next(int(text) for column, text in shown.items() if column.startswith(name)) for name in names]
    assert figures == [bill.total_minor, one.rerated_minor, one.total_minor], "beside what was billed"
    get(first, f"/billing/bills/{queries.bills_of_run(run_id=preview.id)[0].id}/", "Billed before")


def test_nobody_without_the_right_opens_these_pages(clerks):
    with db.transaction():
        identity.save_role(code="none", name="none", rights=["RC4.view"])
        identity.add_person(username="other", name="o", mail="o@example.jp", password="lamp-light-42", roles=["none"])
    other = Client()
    other.force_login(User.objects.get(username="other"))
    for url in ("/billing/runs/", "/billing/bills/", "/billing/exceptions/", "/billing/checks/", "/billing/printing/"):
        assert other.get(url).status_code == 403


def test_bills_are_found_by_customer_and_priced_again(clerks):
    first, _second = clerks
    post(first, "/billing/runs/new/", month="2026-10", area="03", base_days=["02"])
    queue.run_waiting()
    run = queries.runs()[0]
    shown = get(first, "/billing/bills/?q=灯火+2郎", "灯火 2郎", "2026-10-01")
    assert "灯火 1郎" not in shown
    assert "2026-10-02" not in shown, "people read the last day, not the day after"
    get(first, "/billing/rebill/", "Nobody has looked yet.")
    post(first, "/billing/rebill/look/")
    get(first, "/billing/rebill/", "job-progress")
    queue.run_waiting()
    get(first, "/billing/rebill/", "Every issued bill would come out the same today.")
    bill = queries.bills_of_run(run_id=run.id)[0]
    get(first, f"/billing/bills/{bill.id}/", "Prices from", f"/billing/bills/{bill.id}/replay/")
    # Each line opens: how it is worked out, how it is rounded, where its price comes from, which version it is of.
    get(first, f"/billing/bills/{bill.id}/", '<summary class="py-1">Prices from ', "lines stay exact")
    get(
        first,
        f"/billing/bills/{bill.id}/",
        "the levy to 1 down",
        "a page of the company",
        "A month without energy pays one half.",
    )
    shown = get(first, f"/billing/bills/{bill.id}/", "Fuel unit of 2026-10", "5.80 yen/kWh", "As published")
    assert "priced with another unit" not in shown
    unit = {"area": book.AREA, "product": "regulated_lv", "month": "2026-10", "unit_yen_per_kwh": "-5.10"}
    with db.transaction():
        masters_operations.put_rows(
            master="fuel_units", rows=[unit | {"includes_island": "yes", "invented": "no", "source": "mended notice"}]
        )
    get(first, f"/billing/bills/{bill.id}/", "5.10 yen/kWh", "mended notice", "priced with another unit")
    get(first, f"/billing/bills/{bill.id}/replay/", "The same to the yen", "Published values", "Renewable levy")
    get(first, f"/billing/bills/{bill.id}/replay/?known_on=2026-11-05", "With what was known on")
    get(first, f"/billing/bills/{bill.id}/replay/?known_on=2026-01-01", "No value of this period was known")
    get(first, "/billing/bills/999999/replay/", status=404)
