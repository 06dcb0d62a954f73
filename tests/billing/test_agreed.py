"""
A quantity that was agreed upon, to its end: entered with its evidence, billed and said on page and paper, and corrected by
itself when the grid company's value comes after all.
"""

import io

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.billing import book
from tomoshibi.billing import queries, values
from tomoshibi.identity import operations as identity
from tomoshibi.identity.models import User
from tomoshibi.metering import operations as metering
from tomoshibi.metering import queries as meter_queries
from tomoshibi.storage import db
from tomoshibi.supply import queries as points
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queue

pytestmark = pytest.mark.django_db(transaction=True)
RIGHTS = ["RB2.do", "RB6.do", "RB7.do", "RB7.confirm"]


@pytest.fixture
def gap(settings, tmp_path, now):
    """A supplied point whose value of October did not come in time."""
    settings.MEDIA_ROOT = tmp_path
    with db.transaction():
        worker.set_clock(now=now)
        book.masters_and_plans(now)
        contract = book.customer(1)
        book.reading(contract, 380, month=book.OCTOBER.plus(-1), now=now)
        metering.watch(today=now.date(), now=now)
        identity.save_role(code="billing", name="請求", rights=RIGHTS)
        for name in ("first", "second"):
            book.person(name, roles=["billing"])
    return next(gap for gap in meter_queries.gaps() if gap.month == book.OCTOBER.number)


@pytest.fixture
def people(gap):
    found = []
    for name in ("first", "second"):
        client = Client(headers={"accept-language": "en"})
        client.force_login(User.objects.get(username=name))
        found.append(client)
    return found


def go(client, url, **data):
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    queue.run_waiting()
    return answer["Location"]


def issue(run_id, first, second):
    go(first, f"/billing/runs/{run_id}/examined/")
    total = queries.run(run_id=run_id).total_minor
    assert second.get(f"/billing/runs/{run_id}/").context["may_confirm"]
    go(second, f"/billing/runs/{run_id}/confirm/", confirmed="1", seen_count="1", seen_total=str(total))
    go(first, f"/billing/runs/{run_id}/issue/", confirmed="1")
    assert queries.run(run_id=run_id).state is values.RunState.ISSUED
    (bill,) = queries.bills_of_run(run_id=run_id)
    return bill


def paper(client, bill):
    content = client.get(f"/billing/bills/{bill.id}/statement.pdf").getvalue()
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).replace("\n", "")


def test_an_agreed_quantity_is_said_on_the_bill_and_corrected_by_the_value_that_comes_later(gap, people, now):
    first, second = people
    given = {"energy": "398", "basis": "previous_month", "agreed_by": "送配電 料金課 山田", "agreed_on": "2026-11-02"}
    without = first.post(f"/metering/gaps/{gap.id}/agree/", given)
    assert without.status_code == 422, "what shows the agreement is missing"
    letter = SimpleUploadedFile("letter.pdf", b"%PDF-1.7 letter")
    go(first, f"/metering/gaps/{gap.id}/agree/", **given, evidence=letter)

    go(first, "/billing/runs/new/", month="2026-10", area="03", base_days=["02"])
    run = queries.runs()[0]
    assert "E201" in {row["code"] for row in queries.exceptions(run_id=run.id)}
    bill = issue(run.id, first, second)
    shown = first.get(f"/billing/bills/{bill.id}/").content.decode()
    assert shown.count("agreed quantity") == 2, "beside the quantity, and beside its period"
    assert "the confirmed value" not in shown
    assert "協定値" in paper(first, bill)

    spin = points.point(supply_point_id=gap.supply_point_id).spin
    start, end = book.period_of(book.OCTOBER)
    text = f"spin,month,period_start,period_end,energy_kwh\n{spin},2026-10,{start},{end},298\n"
    go(first, "/metering/files/upload/", file=SimpleUploadedFile("later.csv", text.encode()))
    correction = queries.runs()[0]
    assert (correction.kind, correction.created_by_id) == (values.RunKind.CORRECTION, None)
    returned = issue(correction.id, first, second)
    assert (returned.kind, returned.corrects_bill_id) == (values.BillKind.RETURN, bill.id)
    assert returned.total_minor < 0
    assert "協定値" not in paper(first, returned)
