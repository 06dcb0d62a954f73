"""Rate one chunk of a run: read, price, check and write its drafts in one transaction."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from django.db import connection
from django_integrity.conversion import Named, refine_integrity_error

from tomoshibi.billing import checks, composition, difference, membership, queries, values
from tomoshibi.billing.models import Chunk, Examination, Finding, Run
from tomoshibi.billing.operations import charge_invoices, facts, pricing_step
from tomoshibi.billing.operations.looking import INSERT_PUBLISHED
from tomoshibi.contracts import operations as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import bulk, db
from tomoshibi.tariffs import queries as tariffs

_BILL = [
    "id", "run_id", "contract_id", "customer_id", "account_id", "supply_point_id", "reading_id", "reading_revision",
    "kind", "revision", "corrects_bill_id", "month", "period_start", "period_end", "plan_code", "plan_version_id",
    "capacity_kind", "capacity_milli", "energy_dwh", "rerated_minor", "total_minor", "tax_minor", "levy_minor",
    "untaxed_minor", "tax_rate_ppm", "agreed", *composition.NET, "published_id",
]  # fmt: skip


_ELSEWHERE = "another run drafted one of these bills at the same time"
_NO_FINDINGS = {"contract_id": pl.Int64, "code": pl.String, "severity": pl.String}


class DraftedElsewhere(RuntimeError):
    """Another run drafted one of these bills at the same time: the chunk is done again and sees it."""


@db.transaction_required
def rate_chunk(*, run_id: int, today: date) -> int | None:
    """
    Rate the next part of a run that is not done and that nobody else works on.

    :param today: the day whose payment terms are looked at
    :returns: how many bills were drafted; nothing when no part is left
    :raises DraftedElsewhere: if another run drafted one of the bills at the same time; call again
    """
    waiting = Chunk.objects.select_for_update(skip_locked=True, of=("self",)).filter(run_id=run_id, rated=False)
    chunk = waiting.select_related("run").order_by("no").first()
    if chunk is None:
        return None
    members = membership.unpack(bytes(chunk.members))
    if chunk.first_bill_id is not None:
        _forget(chunk, members)
    drafted = draft(chunk.run, members=members, chunk_no=chunk.no, today=today)
    chunk.rated = True
    _count(chunk, bills=drafted.bills, aside_count=drafted.aside_count)
    chunk.save()
    return drafted.bills.height


def _forget(chunk: Chunk, members: pl.DataFrame) -> None:
    """Throw away what an earlier rating of the chunk wrote."""
    old = queries.draft_bills(run_id=chunk.run_id, contract_ids=members["contract_id"].to_list())
    delete_drafts(old["id"].to_list())
    Finding.objects.filter(run_id=chunk.run_id, chunk_no=chunk.no).delete()
    chunk.first_bill_id = chunk.last_bill_id = None


def draft(
    run: Run, *, members: pl.DataFrame, chunk_no: int, today: date, bill_ids: Sequence[int] = ()
) -> "facts.Drafted":
    """
    Price and check some members of a run and write what comes out.

    :param bill_ids: ids to use again for bills that are drafted anew, instead of fresh ones
    """
    if run.kind == values.RunKind.CHARGES.value:
        return _draft_charges(run, members=members, today=today, bill_ids=bill_ids)
    month = Month.from_number(run.month)
    known = facts.gather(run, members=members, month=month, today=today)
    adjustments = queries.adjustments(contract_ids=members["contract_id"], month=month)
    priced = pricing_step.price(known.filter("billable"), month=month, adjustments=adjustments)
    bills = _bills(run, known, priced, bill_ids=bill_ids)
    found = facts.complete(known, month=month, priced=priced, bills=bills, adjustments=adjustments)
    findings = checks.evaluate(found, settings=queries.check_settings())
    _write(run, bills, priced, today=today)
    write_findings(run_id=run.id, chunk_no=chunk_no, findings=findings)
    return facts.Drafted(bills=bills, findings=findings)


def _draft_charges(run: Run, *, members: pl.DataFrame, today: date, bill_ids: Sequence[int]) -> "facts.Drafted":
    """Invoices of charges alone: nothing is priced, so no check of a price applies."""
    rows, extras = charge_invoices.documents(run, members=members, today=today)
    bills = _numbered(rows, bill_ids=bill_ids)
    with refine_integrity_error([(Named("bill_once_per_period"), DraftedElsewhere(_ELSEWHERE))]):
        bulk.copy_in("billing_bill", bills.select(_BILL))
    numbers = bills.select("row_id", bill_id=pl.col("id"))
    _write_extras(extras.join(numbers, on="row_id", how="inner", maintain_order="left"))
    return facts.Drafted(bills=bills, findings=pl.DataFrame(schema=_NO_FINDINGS))


def _numbered(rows: pl.DataFrame, *, bill_ids: Sequence[int]) -> pl.DataFrame:
    """Rows with ids: those to use again first, then fresh ones."""
    again = pl.Series("id", bill_ids[: rows.height], dtype=pl.Int64)
    return rows.with_columns(again.append(_fresh_ids(rows.height - len(again))))


def _bills(run: Run, known: pl.DataFrame, priced: pricing_step.Priced, *, bill_ids: Sequence[int]) -> pl.DataFrame:
    """Documents of priced candidates; a correction carries the difference to what was billed, or is none."""
    rows = known.join(priced.rows, on="row_id", how="inner", maintain_order="left", suffix="_priced")
    rows = rows.with_columns(
        pl.lit(run.id).alias("run_id"),
        pl.lit(run.month).alias("month"),
        rerated_minor=pl.col("plan_minor"),
        plan_version_id=pl.col("plan_version"),
    )
    if run.kind == values.RunKind.CORRECTION.value:
        rows = _differences(rows)
    else:
        rows = rows.with_columns(
            kind=pl.lit(values.BillKind.BILL.value),
            revision=pl.lit(0, dtype=pl.Int64),
            corrects_bill_id=pl.lit(None, dtype=pl.Int64),
        )
    return _numbered(rows, bill_ids=bill_ids)


def _differences(rows: pl.DataFrame) -> pl.DataFrame:
    """
    What today's facts come to, minus what was billed; rows without a difference are dropped.

    The difference is an invoice of its own (``difference.tax_minor``); one of nothing but tax is made, too.
    """
    delta = pl.col("rerated_minor") - pl.col("billed_minor")
    return rows.with_columns(
        total_minor=delta,
        tax_minor=_taxes(rows),
        levy_minor=pl.col("levy_minor") - pl.col("billed_levy_minor"),
        # Unknown where a bill of an older version is corrected: then only levy and energy are told apart.
        **{name: pl.col(name) - pl.col(f"billed_{name}") for name in composition.NET},
        untaxed_minor=pl.lit(0, dtype=pl.Int64),
        revision=pl.col("billed_revision") + 1,
        corrects_bill_id=pl.col("first_bill_id"),
        kind=pl.when(delta >= 0)
        .then(pl.lit(values.BillKind.CORRECTION.value))
        .otherwise(pl.lit(values.BillKind.RETURN.value)),
    ).filter((pl.col("total_minor") != 0) | (pl.col("tax_minor") != 0))


def _taxes(rows: pl.DataFrame) -> pl.Series:
    """The tax of each difference, rounded as the plan of its last part says."""
    version = rows["plan_version"].to_numpy()
    names = ("rerated_minor", "billed_minor", "tax_rate_ppm", "billed_rate_ppm")
    rerated, billed, rate, before = (rows[name].to_numpy() for name in names)
    found = np.zeros(rows.height, dtype=np.int64)
    for number, program in tariffs.programs(rows["plan_version"].unique()).items():
        mine = version == number
        found[mine] = difference.tax_minor(
            rerated_minor=rerated[mine],
            billed_minor=billed[mine],
            rate_ppm=rate[mine],
            billed_rate_ppm=before[mine],
            policy=program.rounding,
        )
    return pl.Series(found)


def _fresh_ids(wanted: int) -> pl.Series:
    """
    A run of ids in one go.

    Every bill gets its id here, so a lock of the session around the two calls is enough; it is held for a moment only,
    not until the chunk is committed.
    """
    if not wanted:
        return pl.Series("id", dtype=pl.Int64)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('billing.bill_ids'))")
        try:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('billing_bill', 'id'))")
            first = int(cursor.fetchone()[0])
            last = first + wanted - 1
            cursor.execute("SELECT setval(pg_get_serial_sequence('billing_bill', 'id'), %s)", [last])
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('billing.bill_ids'))")
    return pl.int_range(first, first + wanted, dtype=pl.Int64, eager=True).alias("id")


def _write(run: Run, bills: pl.DataFrame, priced: pricing_step.Priced, *, today: date) -> None:
    with refine_integrity_error([(Named("bill_once_per_period"), DraftedElsewhere(_ELSEWHERE))]):
        bulk.copy_in("billing_bill", bills.select(_BILL))
    numbered = bills.select("row_id", bill_id=pl.col("id"))
    _write_inputs(priced, numbered, today=today)
    lines = priced.lines.join(numbered, on="row_id", how="inner", maintain_order="left")
    bulk.copy_in(
        "billing_line",
        lines.select(
            "bill_id",
            no=pl.int_range(1, pl.len() + 1).over("bill_id"),
            plan_version_id=pl.col("plan_version"),
            component_no="component_no",
            quantity="quantity",
            price_micro="price_micro",
            ratio_num="ratio_num",
            ratio_den="ratio_den",
            amount_e10="amount_e10",
        ),
    )
    if run.kind == values.RunKind.REGULAR.value:
        _write_extras(priced.extras.join(numbered, on="row_id", how="inner", maintain_order="left"))


def _write_inputs(priced: pricing_step.Priced, numbered: pl.DataFrame, *, today: date) -> None:
    """Keep what the bills were priced from: the few different published values, and the parts of unusual bills."""
    # In the order of their ids, so that two chunks that bring the same ones never wait for each other crosswise.
    rows = priced.published.filter(pl.col("plan_version_id").is_not_null()).sort("id")
    with connection.cursor() as cursor:
        cursor.execute(INSERT_PUBLISHED, [rows.write_json()])
        cursor.execute(
            "INSERT INTO billing_publisheduse (published_id, used_on) SELECT unnest(%s::bigint[]), %s"
            " ON CONFLICT DO NOTHING",
            [rows["id"].to_list(), today],
        )
    kept = priced.parts.join(numbered, on="row_id", how="inner", maintain_order="left").drop("row_id")
    bulk.copy_in("billing_part", kept)


def _write_extras(extras: pl.DataFrame) -> None:
    if extras.is_empty():
        return
    columns = ["bill_id", "code", "text", "amount_minor", "taxed", "charge_id", "adjustment_id"]
    numbered = extras.select(*columns, no=pl.int_range(101, pl.len() + 101).over("bill_id"))
    bulk.copy_in("billing_extra", numbered)
    # Marked with their bill, so that a draft that is thrown away frees exactly its own.
    charged = extras.filter(pl.col("charge_id").is_not_null())
    contracts.mark_many_billed(charges=charged.select("charge_id", billed_by=pl.format("billing.bill:{}", "bill_id")))


def write_findings(*, run_id: int, chunk_no: int, findings: pl.DataFrame) -> None:
    """Append findings; a contract has each number once in a run."""
    rows = findings.unique(subset=["contract_id", "code"], keep="first", maintain_order=True)
    rows = rows.with_columns(run_id=pl.lit(run_id), chunk_no=pl.lit(chunk_no))
    bulk.copy_in("billing_finding", rows)
    _decided_before(run_id, rows["contract_id"].unique().to_list())


def _decided_before(run_id: int, contract_ids: list[int]) -> None:
    """What a clerk released in an earlier rating of the run stays released, if it says the same."""
    decided = Examination.objects.filter(run_id=run_id, decision=values.Decision.RELEASE.value)
    if not decided.exists():
        return
    for row in decided.filter(contract_id__in=contract_ids).order_by("id"):
        for code, quoted in row.released.items():
            same = Finding.objects.filter(run_id=run_id, contract_id=row.contract_id, code=code, values=quoted)
            same.update(examination=row)


def _count(chunk: Chunk, *, bills: pl.DataFrame, aside_count: int) -> None:
    chunk.bill_count = bills.height
    chunk.aside_count = aside_count
    chunk.first_bill_id = chunk.last_bill_id = None
    if bills.height:
        chunk.first_bill_id, chunk.last_bill_id = bills.select(pl.col("id").min(), last=pl.col("id").max()).row(0)
    for name in ("energy_dwh", "total_minor", "tax_minor", "levy_minor"):
        setattr(chunk, name, int(bills[name].sum()))


def count_again(chunk: Chunk) -> None:
    """Set a chunk's counts from what stands in the database, after single bills of it changed."""
    members = membership.unpack(bytes(chunk.members))["contract_id"].to_list()
    bills = queries.draft_bills(run_id=chunk.run_id, contract_ids=members)
    aside = Finding.objects.filter(run_id=chunk.run_id, chunk_no=chunk.no, severity=values.Severity.ASIDE.value).values(
        "contract_id"
    )
    _count(chunk, bills=bills, aside_count=aside.distinct().count())
    chunk.save()


def delete_drafts(bill_ids: Sequence[int]) -> None:
    """Throw away bills that were not issued (the database refuses others); their sundry charges wait again."""
    ids = list(bill_ids)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_line WHERE bill_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM billing_part WHERE bill_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM billing_extra WHERE bill_id = ANY(%s) RETURNING bill_id, charge_id", [ids])
        charged = {bill_id for bill_id, charge_id in cursor.fetchall() if charge_id is not None}
        cursor.execute("DELETE FROM billing_bill WHERE id = ANY(%s)", [ids])
    contracts.release_many(billed_by=[f"billing.bill:{bill_id}" for bill_id in sorted(charged)])
