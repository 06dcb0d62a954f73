"""A retailer whose rate clerks make plans: two people, three customers with half-hours, one month that can be billed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from tests.billing import book
from tomoshibi.billing import queries as billing
from tomoshibi.billing import values as billing_values
from tomoshibi.identity import operations as identity
from tomoshibi.kernel import halfhours
from tomoshibi.worker import operations as clock

NOW = datetime(2026, 11, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
FIRST = date(2026, 9, 1)
MONTH = "2026-10"
RIGHTS = (
    "RB1.do", "RB6.do", "RB7.do", "MS10.do", "MS1.do", "MS2.do", "CM3.do", "CM3.view",
)  # fmt: skip


def employ():
    """Ito writes and bills, Abe looks and confirms."""
    identity.save_role(code="rates", name="料金", rights=list(RIGHTS))
    lead = [*RIGHTS, *(f"{procedure}.confirm" for procedure in ("RB1", "RB6", "RB7", "CM3", "MS2"))]
    identity.save_role(code="lead", name="責任者", rights=lead)
    for username, name, role in (("ito", "伊藤", "rates"), ("abe", "阿部", "lead")):
        identity.add_person(
            username=username, name=name, mail=f"{username}@example.jp", password="lamp-light-42", roles=[role]
        )


def set_up_office():
    """The two people, and three customers with half-hours of a month that can be billed."""
    clock.set_clock(now=NOW)
    book.masters_and_plans(NOW)
    employ()
    start, end = book.period_of(book.OCTOBER)
    for number, by_night in ((1, True), (2, False), (3, True)):
        contract = book.customer(number)
        slots = np.full((end - start).days * 48, 2_000, dtype=np.int32)
        night = np.arange(slots.size) % 48 < 16
        slots[night == by_night] = 3_000 + 100 * number
        book.reading(contract, f"{int(slots.sum()) / 10_000:.4f}", half_hours=halfhours.to_bytes(slots), now=NOW)


def rebill_list(journey, clerk):
    """The rebill list as it is after somebody looked now."""
    assert clerk.post("/billing/rebill/look/").status_code == 302
    journey.work()
    return clerk.get("/billing/rebill/").content.decode()


def bill_the_month(journey, clerk, lead, **asked):
    """
    A run from the button to the issue, what blocks released; returns it.

    :param asked: further fields of the form, such as ``kind="correction"``
    """
    assert clerk.post("/billing/runs/new/", {"month": MONTH} | asked).status_code == 302
    journey.work()
    run = billing.runs(month=int(asked.get("month", MONTH).replace("-", "")))[0]
    for row in billing.exceptions(run_id=run.id, severity="blocking", undecided=True):
        clerk.post(
            f"/billing/runs/{run.id}/contracts/{row['contract_id']}/decide/",
            {"decision": "release", "reason": "looked at"},
        )
    clerk.post(f"/billing/runs/{run.id}/examined/", {"confirmed": "1"})
    seen = billing.run(run_id=run.id)
    eyes = {"confirmed": "1", "seen_count": seen.bill_count, "seen_total": seen.total_minor}
    lead.post(f"/billing/runs/{run.id}/confirm/", eyes)
    clerk.post(f"/billing/runs/{run.id}/issue/", {"confirmed": "1"})
    journey.work()
    done = billing.run(run_id=run.id)
    assert done.state is billing_values.RunState.ISSUED
    return done
