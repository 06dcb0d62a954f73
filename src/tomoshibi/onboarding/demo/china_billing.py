"""The Chinese demo's billing: contracts of the groups, and a month that went from reads to issued bills; the next one waits."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from tomoshibi.billing import operations as billing
from tomoshibi.billing import queries as billing_queries
from tomoshibi.billing import values as billing_values
from tomoshibi.groups import operations as groups
from tomoshibi.groups import queries as group_queries
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations as masters
from tomoshibi.onboarding.demo.past import JobsFailed, actor, on
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.storage import db
from tomoshibi.tariffs import operations as tariffs
from tomoshibi.worker import operations as worker

AREA, BASE_DAY = "33", "01"
SUPPLIED_FROM = date(2026, 9, 1)
BILLED = Month(2026, 9)
BILLED_AT = datetime(2026, 10, 3, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MAKER, CHECKER = "he", "lin"
SINGLE, RATES = "china-commercial-single", "china-commercial-rates"
MULTI_RATE_DEVICE = "AP"
LIMIT_FEN = Decimal(10_000_000)
"""A hundred thousand yuan: groups of a hundred devices are beyond a household's limit."""
SUSPECTS = {
    125: "自9月起示数停止在1149.24kWh不变，待现场核实",
    312: "正向示数始终为0而反向示数走动，疑似接线错误",
}


def load_masters(today: date) -> str:
    """Accounts, VAT, calendar and plans of a Chinese company."""
    outcome = masters.load_chinese(on=today, areas=[AREA])
    plans = tariffs.install_shipped(now=datetime.combine(today, datetime.min.time(), tzinfo=BILLED_AT.tzinfo))
    return f"{sum(outcome.inserted.values()):,} rows of masters, {plans} plans with invented prices"


def supply(today: date) -> str:
    """Every group under a contract of its own; one payer per customer."""
    rows = group_queries.group_rows(on=today).values("id", "customer_id", "device_type__code", "opened_on")
    payers = {
        customer_id: parties.register_account(
            customer_id=customer_id, start=SUPPLIED_FROM, payment_method="transfer", statement_channel="paper"
        ).number
        for customer_id in sorted({row["customer_id"] for row in rows})
    }
    made = groups.open_supplies(
        pl.DataFrame(
            [
                (
                    row["id"], AREA, BASE_DAY, payers[row["customer_id"]],
                    RATES if row["device_type__code"] == MULTI_RATE_DEVICE else SINGLE,
                    max(SUPPLIED_FROM, row["opened_on"]),
                )
                for row in rows
            ],
            schema=dict(groups.NEW_SUPPLIES),
            orient="row",
        ),
        now=BILLED_AT,
    )  # fmt: skip
    for row in group_queries.group_rows(on=today).filter(points__in=list(SUSPECTS)).values("id", "points"):
        [meter] = group_queries.meters_of(group_id=row["id"])
        groups.mark_suspect(
            group_id=row["id"],
            meter_number=meter.number,
            start=SUPPLIED_FROM,
            reason=SUSPECTS[row["points"]],
            actor_id=None,
        )
    return f"{made.height} contracts of {len(party_queries.customers_frame())} customers"


def bill() -> str:
    """September: energy worked out, one run, its suspects held, confirmed by another person, issued."""
    maker, checker = actor(MAKER), actor(CHECKER)
    limit = billing.Setting("E206", "", LIMIT_FEN, None, enabled=True)
    with on(BILLED_AT), db.transaction():
        billing.set_check(setting=limit, reason="以分为单位：十万元", actor_id=checker, now=BILLED_AT)
        worker.enqueue(billing_values.CALCULATE_JOB, {"month": BILLED.number, "actor_id": maker}, requested_by_id=maker)
    with on(BILLED_AT), db.transaction():
        run = billing.open_run(month=BILLED, selection=billing_values.Selection(), actor_id=maker, now=BILLED_AT)
        if run.state is billing_values.RunState.DRAFTED:
            worker.enqueue("billing.rate_run", {"run_id": run.id, "actor_id": maker}, requested_by_id=maker)
    run = billing_queries.run(run_id=run.id)
    if run.state is billing_values.RunState.CHECKED:
        with db.transaction():
            _examine(run.id, maker=maker)
            billing.finish_examination(run_id=run.id, actor_id=maker, now=BILLED_AT)
        with db.transaction():
            billing.confirm(run_id=run.id, actor_id=checker, now=BILLED_AT)
    with on(BILLED_AT + timedelta(hours=2)), db.transaction():
        worker.enqueue("billing.issue_run", {"run_id": run.id, "actor_id": maker}, requested_by_id=maker)
    run = billing_queries.run(run_id=run.id)
    if run.state is not billing_values.RunState.ISSUED:
        raise JobsFailed(f"the run of {BILLED} is {run.state}; see the page of jobs")
    return f"run {run.id}: {run.bill_count:,} bills, {Decimal(run.total_minor) / 100:,} yuan"


def _examine(run_id: int, *, maker: int) -> None:
    """Bills that rest on a suspect meter are held; everything else that blocks was looked at."""
    blocking = billing_queries.exceptions(
        run_id=run_id, severity=billing_values.Severity.BLOCKING.value, undecided=True, limit=100_000
    )
    suspects = sorted({row["contract_id"] for row in blocking if row["code"] == "E224"})
    others = sorted({row["contract_id"] for row in blocking if row["bill_id"]} - set(suspects))
    if suspects:
        billing.hold(run_id=run_id, contract_ids=suspects, reason="参考表存疑", actor_id=maker, now=BILLED_AT)
    if others:
        billing.release(run_id=run_id, contract_ids=others, reason="首次计费，已核对", actor_id=maker, now=BILLED_AT)
