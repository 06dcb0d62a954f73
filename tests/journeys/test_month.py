"""One month, from meter to money: what three clerks, two leads and a customer do with the open month of the demo."""

import io
from datetime import timedelta

import pypdf
import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from tests.collection.notices import notice, row
from tests.journeys import front_office
from tomoshibi.billing import queries as billing
from tomoshibi.billing import values as billing_values
from tomoshibi.collection import queries as collection
from tomoshibi.collection.values import BatchState
from tomoshibi.console import months
from tomoshibi.console.days import next_day
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import queries as ledger
from tomoshibi.masters import queries as masters
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.worker import queries as clock
from tomoshibi.worklist import queries as worklist

pytestmark = pytest.mark.slow

MONTH = "2026-10"


def _next_step(clerk):
    """What the day board says is the next step of the open month."""
    assert clerk.get("/months/").status_code == 200
    with override("en"):
        track = next(t for t in months.tracks(today=clock.today()) if str(t.month) == MONTH)
        return next((step.label for step in track.steps if step.state == "next"), "")


def _fetch_readings(journey, clerk):
    assert clerk.post("/metering/portals/fetch/", {}).status_code == 302
    journey.work()
    journey.spoken_to.add("grid_portal")
    assert "W51220" in clerk.get("/metering/files/").content.decode()
    arrived = metering.confirmed_frame(month=Month.parse(MONTH))
    assert arrived.height > 100
    clerk.post("/metering/gaps/watch/")
    journey.work()
    assert clerk.get("/metering/gaps/").status_code == 200


def _rate(journey, clerk):
    assert clerk.get(f"/billing/runs/new/?month={MONTH}").status_code == 200
    answer = clerk.post("/billing/runs/new/", {"month": MONTH})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    journey.work()
    run = billing.runs(month=Month.parse(MONTH).number)[0]
    assert run.state in {billing_values.RunState.RATED, billing_values.RunState.CHECKED}
    assert run.bill_count > 80
    assert clerk.get(f"/billing/runs/{run.id}/").status_code == 200
    return run


def _examine(journey, clerk, run):
    """Hold what is far out of line, release the rest, each with a reason."""
    page = f"/billing/runs/{run.id}/exceptions/"
    assert clerk.get(page).status_code == 200
    waiting = {
        row["contract_id"]: row for row in billing.exceptions(run_id=run.id, severity="blocking", undecided=True)
    }
    assert waiting, "the demo has things that go wrong"
    for n, contract_id in enumerate(sorted(waiting)):
        assert clerk.get(f"/billing/exceptions/{run.id}-{contract_id}/").status_code == 200
        decision = {"decision": "hold" if n == 0 else "release", "reason": "looked at the load curve"}
        clerk.post(f"/billing/runs/{run.id}/contracts/{contract_id}/decide/", decision)
    clerk.post(f"/billing/runs/{run.id}/examined/", {"confirmed": "1"})
    assert billing.run(run_id=run.id).state is billing_values.RunState.EXAMINED


def _confirm_and_issue(journey, clerk, lead, run):
    seen = billing.going(run_id=run.id)
    held = billing.run(run_id=run.id).held_count
    assert (seen.staying_count, seen.bill_count) == (held, run.bill_count - held)
    eyes = {"confirmed": "1", "seen_count": seen.bill_count, "seen_total": seen.total_minor}
    clerk.post(f"/billing/runs/{run.id}/confirm/", eyes)
    assert billing.run(run_id=run.id).state is billing_values.RunState.EXAMINED, "who made it cannot confirm it"
    assert lead.get(f"/billing/runs/{run.id}/confirm/").status_code == 200
    lead.post(f"/billing/runs/{run.id}/confirm/", eyes)
    assert billing.run(run_id=run.id).state is billing_values.RunState.CONFIRMED
    clerk.post(f"/billing/runs/{run.id}/issue/", {"confirmed": "1"})
    journey.work()
    assert billing.run(run_id=run.id).state is billing_values.RunState.ISSUED


def _statements(journey, clerk, run):
    clerk.post(f"/billing/runs/{run.id}/print/")
    journey.work()
    assert clerk.get("/billing/printing/").status_code == 200
    batch = billing.print_batches()[0]
    assert batch["run_id"] == run.id


def _portal(journey, clerk, run):
    """A customer is invited, chooses a password, and reads the bill."""
    issued = billing.issued_frame(run_id=run.id).row(-1, named=True)
    clerk.post(f"/customers/{issued['customer_id']}/portal/")
    journey.work()
    sent = next((m for m in mail.outbox if "/identity/invitation/" in m.body), None)
    assert sent is not None, "the invitation was mailed"
    path = next(line for line in sent.body.splitlines() if "/identity/invitation/" in line)
    path = path[path.index("/identity/") :]
    assert Client().post(path, {"password": "warm-lamp-77-x", "again": "warm-lamp-77-x"}).status_code == 302
    customer = journey.sign_in_customer(issued["customer_id"])
    home = customer.get("/portals/customer/")
    assert home.status_code == 200
    assert f"{issued['amount_minor']:,}" in home.content.decode()
    pdf = customer.get(f"/portals/customer/bills/{issued['bill_id']}/statement.pdf")
    text = pypdf.PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert f"{issued['amount_minor']:,}" in text
    other = billing.issued_frame(run_id=run.id).filter(
        billing.issued_frame(run_id=run.id)["customer_id"] != issued["customer_id"]
    )
    assert customer.get(f"/portals/customer/bills/{other['bill_id'][0]}/").status_code == 404


def _debit(journey, clerk, lead):
    assert clerk.get("/collection/").status_code == 200
    answer = clerk.post("/collection/prepare/agent_a/2026-11/27/", {"confirmed": "1"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    batch = collection.batches(states=[BatchState.PREPARED])[0]
    clerk.post(f"/collection/batches/{batch.id}/release/", {"confirmed": "1"})
    assert collection.batch(batch_id=batch.id).state is BatchState.PREPARED, "who prepared it cannot release it"
    assert lead.get(f"/collection/batches/{batch.id}/").status_code == 200
    lead.post(f"/collection/batches/{batch.id}/release/", {"confirmed": "1"})
    journey.work()
    assert collection.batch(batch_id=batch.id).state is BatchState.SENT
    journey.spoken_to.add("debit_agent")
    next_day(after_each_hour=journey.work)
    assert collection.batch(batch_id=batch.id).state is BatchState.SENT, "an agent answers on its own day"
    assert batch.result_on.strftime("%Y-%m-%d") == "2026-12-03"
    assert batch.result_on in [one.day for one in clerk.get("/").context["awaited"]]
    assert clerk.post("/go-on/", {"until": str(batch.result_on)}).status_code == 302
    journey.work()
    assert clock.today() == batch.result_on
    assert collection.batch(batch_id=batch.id).state is BatchState.ANSWERED
    figures = collection.batch_figures(batch_id=batch.id)
    assert figures.paid > 50
    assert figures.failed > 5
    assert figures.waiting == 0
    assert clerk.get("/collection/results/").status_code == 200
    _decide_failed(journey, clerk, lead, batch)


def _decide_failed(journey, clerk, lead, batch):
    """Each failed debit has its work item with the meaning of its code; the clerk decides, and the item is done."""
    failed = {row.code: row for row in collection.failed_rows().filter(batch_id=batch.id, treatment="ask")}
    assert set(failed) >= {"1", "2", "8", "E"}
    items = worklist.open_items(kind="collection.debit_failed")
    told = {item.subject: item.title for item in items}
    meanings = {"1": "資金不足", "2": "取引なし", "8": "委託者の都合による振替停止", "E": "データ相違"}
    decisions = {"1": "again", "2": "letter", "8": "hold", "E": "mandate"}
    for code, meaning in meanings.items():
        row = failed[code]
        assert meaning in told[f"collection.receivable:{row.receivable_id}"]
        page = clerk.get(f"/collection/receivables/{row.receivable_id}/").content.decode()
        assert meaning in page
        decided = {"debit_row_id": row.debit_row_id, "reason": meaning, "confirmed": "1"}
        clerk.post(f"/collection/failed/{decisions[code]}/", decided)
    after = {row.code: row.treatment for row in collection.failed_rows().filter(debit_row_id__in=[
        row.debit_row_id for code, row in failed.items() if code in decisions
    ])}  # fmt: skip
    assert after == decisions
    left = {item.subject for item in worklist.open_items(kind="collection.debit_failed")}
    assert left == told.keys() - {f"collection.receivable:{failed[code].receivable_id}" for code in decisions}
    clerk.post("/collection/prepare/agent_a/2026-12/27/", {"confirmed": "1"})
    again = collection.batches(states=[BatchState.PREPARED])[0]
    asked = set(collection.debit_row_rows(batch_id=again.id).values_list("receivable_id", flat=True))
    assert failed["1"].receivable_id in asked
    assert asked.isdisjoint({failed[code].receivable_id for code in ("2", "8", "E")})
    _paid_after_the_letter(clerk, failed["2"])


def _paid_after_the_letter(clerk, failed):
    """The payer transfers as the letter asks, number before the name; a stranger's money is given to its owner by hand."""
    account = parties.account(account_id=failed.account_id)
    stranger = collection.receivable_rows().filter(open_minor__gt=0).exclude(account_id=failed.account_id)
    owed = next(row for row in stranger.order_by("id") if parties.account(account_id=row.account_id))
    company = masters.company(on=clock.today())
    content = notice(
        row(1, failed.amount_minor, f"{account.number}ﾄﾓｼﾋﾞ", on=clock.today()),
        row(2, owed.open_minor, "ﾅﾅｼ ｺﾞﾝﾍﾞｴ", on=clock.today()),
        account=(company.bank_code, company.branch_code, company.account_kind_code, company.account_number),
        on=clock.today(),
    )
    answer = clerk.post(
        "/collection/receipts/files/import/", {"file": SimpleUploadedFile("nyukin.txt", content)}, follow=True
    )
    assert "nyukin.txt" in answer.content.decode()
    assert collection.receivable(receivable_id=failed.receivable_id).state == "paid"
    receipt = collection.receipt_rows().filter(owner_id=None, amount_minor=owed.open_minor).latest("id")
    page = clerk.get(f"/collection/receipts/{receipt.id}/").content.decode()
    payer = parties.account(account_id=owed.account_id)
    assert payer.number in page, "its amount suggests it"
    clerk.post(f"/collection/receipts/{receipt.id}/", {"account_id": payer.number})
    assert collection.receipt(receipt_id=receipt.id).owner_id == owed.account_id
    assert clerk.get(f"/collection/receipts/files/{collection.deposit_file_rows().get().id}/raw/").getvalue() == content


@pytest.mark.timeout(900)
@pytest.mark.procedure("RB2", "RB6", "RB7", "RB8", "RB9", "RC4", "IN1", "CM1", "CM4", "CM5")
def test_a_month_to_its_money_and_an_applicant_to_the_first_bill(journey, demo, settings):
    settings.DEMO = True
    clerk, lead, front = journey.sign_in("yamada"), journey.sign_in("sato"), journey.sign_in("suzuki")
    before = clock.now()
    visitor, intake_id, url = front_office.applies(journey)
    front_office.is_examined(front, journey.sign_in("tanaka"), intake_id, url)
    assert _next_step(clerk) == "Confirmed values"
    _fetch_readings(journey, clerk)
    run = _rate(journey, clerk)
    _examine(journey, clerk, run)
    _confirm_and_issue(journey, clerk, lead, run)
    _statements(journey, clerk, run)
    _debit(journey, journey.sign_in("ito"), journey.sign_in("kato"))
    _portal(journey, front, run)
    balance = ledger.trial_balance(first=Month(2026, 7), last=Month.of(clock.today()))
    assert balance.debit_minor == balance.credit_minor > 0
    receivable = next(row for row in balance.rows if row.account.code == "1310")
    assert receivable.closing_minor == collection.open_total()
    assert clock.now() - before > timedelta(hours=12), "the result comes on another day"
    _first_bill(journey, visitor, intake_id)


def _first_bill(journey, visitor, intake_id):
    """Who applied on the Web was switched meanwhile: told, invited, read, billed."""
    clerk, lead, front = journey.sign_in("yamada"), journey.sign_in("sato"), journey.sign_in("suzuki")
    contract = front_office.is_switched(journey, front, intake_id)
    front_office.sees_the_state(visitor, intake_id, contract)
    front_office.is_told(front, contract)
    customer = front_office.comes_in(journey, front, contract.customer_id)
    month = front_office.month_of_the_first_values(contract)
    answer = clerk.post("/billing/runs/new/", {"month": str(month)})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    journey.work()
    run = billing.runs(month=month.number)[0]
    _examine(journey, clerk, run)
    _confirm_and_issue(journey, clerk, lead, run)
    front_office.sees_the_first_bill(customer, contract)
