"""What statements are made from: frames of many bills, joined to one value per bill."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from tomoshibi.billing import statements, values
from tomoshibi.billing.models import PrintBatch, PrintPart, Reissue, Run
from tomoshibi.billing.queries.bills import lines_of
from tomoshibi.billing.queries.collective import members_of
from tomoshibi.billing.statements import drawing
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import queries as masters
from tomoshibi.masters import values as masters_values
from tomoshibi.metering import queries as metering
from tomoshibi.parties import queries as parties
from tomoshibi.parties import values as parties_values
from tomoshibi.storage import bulk
from tomoshibi.supply import queries as supply
from tomoshibi.tariffs import queries as tariffs

BILLS = {
    "id": pl.Int64, "contract_id": pl.Int64, "account_id": pl.Int64, "supply_point_id": pl.Int64, "kind": pl.String,
    "month": pl.Int64, "period_start": pl.Date, "period_end": pl.Date, "plan_code": pl.String,
    "plan_version_id": pl.Int64, "capacity_kind": pl.String, "capacity_milli": pl.Int64, "energy_dwh": pl.Int64,
    "total_minor": pl.Int64, "rerated_minor": pl.Int64, "tax_minor": pl.Int64, "untaxed_minor": pl.Int64,
    "tax_rate_ppm": pl.Int64, "agreed": pl.Boolean, "corrects_bill_id": pl.Int64, "number": pl.Int64,
    "issued_on": pl.Date, "due_on": pl.Date, "lead_bill_id": pl.Int64, "tax_shift_minor": pl.Int64,
}  # fmt: skip
_LOOKED_AT = 5_000
_OF_INVOICE = ("number", "issued_on", "due_on", "lead_bill_id", "tax_shift_minor")
_PRINTED = {
    "bill_id": pl.Int64,
    "lead_bill_id": pl.Int64,
    "account_id": pl.Int64,
    "line_count": pl.Int64,
}


def statement_bills(*, bill_ids: Sequence[int]) -> pl.DataFrame:
    """Bills with their invoices, issued or not, in the order asked for."""
    own = [name for name in BILLS if name not in _OF_INVOICE]
    found = bulk.read_frame(
        f"""
        SELECT {", ".join(f"b.{name}" for name in own)}, {", ".join(f"i.{name}" for name in _OF_INVOICE)}
          FROM billing_bill b LEFT JOIN billing_invoice i ON i.bill_id = b.id WHERE b.id = ANY(%s)
        """,
        BILLS,
        [list(bill_ids)],
    )
    order = pl.DataFrame({"id": list(bill_ids)}, schema={"id": pl.Int64})
    return order.join(found, on="id", how="inner", maintain_order="left")


def statement_data(*, bill_ids: Sequence[int], today: date, reissued: bool = False) -> list[dict[str, Any]]:
    """
    The data of the statements of bills, in their order, as ``statements/bill.typ`` reads it.

    A bill of a collective invoice stands for the whole of it: a summary, and a page for every member.
    """
    asked = statement_bills(bill_ids=bill_ids)
    together = members_of(lead_bill_ids=asked["lead_bill_id"].drop_nulls().unique().to_list())
    groups = list(
        dict.fromkeys(
            tuple(together[lead]) if lead is not None else (bill_id,)
            for bill_id, lead in asked.select("id", "lead_bill_id").iter_rows()
        )
    )
    ids = [bill_id for group in groups for bill_id in group]
    bills = asked if ids == asked["id"].to_list() else statement_bills(bill_ids=ids)
    single = _facts(bills, today=today, reissued=reissued)
    found = []
    for group in groups:
        members = [single[bill_id] for bill_id in group]
        if members[0].bill["lead_bill_id"] is None:
            found.append(statements.statement(members[0]))
            continue
        found.append(statements.summary.summary(_summary(members)))
        for no, facts in enumerate(members, start=1):
            found.append(statements.statement(replace(facts, member=(no, len(members)))))
    return found


def _summary(members: Sequence[statements.Facts]) -> statements.summary.Summary:
    lead = members[0]
    return statements.summary.Summary(
        bills=[facts.bill for facts in members],
        places=[
            {
                "contract_number": facts.contract_number,
                "place": f"{facts.point['address']} {facts.point['building']}".strip(),
            }
            for facts in members
        ],
        account=lead.account,
        method=statements.METHODS.get(lead.account["payment_method"], ""),
        payment=statements.payment(lead, is_return=False),
        debit_on=lead.debit_on,
        reissued=lead.reissued,
    )


def _facts(bills: pl.DataFrame, *, today: date, reissued: bool) -> dict[int, statements.Facts]:
    """
    What the statement of each bill is made from.

    :param bills: ``statement_bills``
    """
    if bills.is_empty():
        return {}
    lines = lines_of(bill_ids=bills["id"].to_list(), language="ja")
    accounts = _by_id(parties.billing_accounts_frame(account_ids=bills["account_id"].unique(), on=today), "account_id")
    points = _by_id(supply.points_frame(supply_point_ids=bills["supply_point_id"].unique()), "supply_point_id")
    used, mandates = _used(bills), _mandates(bills, today=today)
    versions = {number: tariffs.version(version_id=number) for number in bills["plan_version_id"].unique()}
    by_demand = {number for number, one in versions.items() if one is not None and _goes_by_demand(one.document)}
    corrected = originals(bills)
    debit, reading = partial(_debit_day, seen={}), partial(_next_reading, seen={})
    bank = _company_bank(masters.company(on=today))
    numbers = contracts.numbers_frame(contract_ids=bills["contract_id"].unique())
    contract_numbers = dict(numbers.iter_rows())
    found = {}
    for bill in bills.iter_rows(named=True):
        account, point = accounts[bill["account_id"]], points[bill["supply_point_id"]]
        by_debit = account["payment_method"] == parties_values.PaymentMethod.DIRECT_DEBIT.value
        mandate = mandates.get(bill["account_id"]) if by_debit else None
        version = versions[bill["plan_version_id"]]
        found[bill["id"]] = statements.Facts(
            bill=bill | {"company_bank": bank},
            lines=lines[bill["id"]],
            account=account,
            point=point,
            plan_name=version.name.get("ja", version.plan_code) if version else bill["plan_code"],
            used_dwh=used.get(bill["contract_id"], {}),
            mandate=mandate,
            debit_on=bill["due_on"]
            if mandate and bill["due_on"] == debit(mandate["agent"], bill["issued_on"])
            else None,
            next_reading_on=reading(point["area"], point["base_day"], bill["month"]),
            original_number=corrected.get(bill["corrects_bill_id"]),
            reissued=reissued,
            contract_number=contract_numbers[bill["contract_id"]],
            demand=size_by_demand(lines[bill["id"]], plan_version_id=bill["plan_version_id"])
            if version is not None and bill["plan_version_id"] in by_demand
            else "",
        )
    return found


def _goes_by_demand(document: Mapping[str, Any]) -> bool:
    return any(part.get("size") == "demand" for part in document["versions"][0]["components"])


def size_by_demand(lines: Sequence[values.Line], *, plan_version_id: int) -> str:
    """
    The contract demand that a bill's basic charge counted, ``75 kW``; empty where the plan goes by the size of the contract.

    :param lines: in Japanese, as statements have them
    """
    components = tariffs.components([plan_version_id]).get(plan_version_id, ())
    named = {one.label["ja"] for one in components if one.rule.get("size") == "demand"}
    counted = [f"{line.quantity} {line.unit}" for line in lines if line.text in named and line.unit == "kW"]
    return counted[-1] if counted else ""


def demand_of_bill(*, bill_id: int, plan_version_id: int) -> str:
    """``size_by_demand`` of a bill, for its page."""
    return size_by_demand(lines_of(bill_ids=[bill_id], language="ja")[bill_id], plan_version_id=plan_version_id)


def _by_id(frame: pl.DataFrame, key: str) -> dict[int, dict[str, Any]]:
    return {row[key]: row for row in frame.iter_rows(named=True)}


def _used(bills: pl.DataFrame) -> dict[int, dict[int, tuple[int, int]]]:
    """Energy and days per contract and reading month, only from the days of the contract itself."""
    newest = Month.from_number(int(bills["month"].max()))  # type: ignore[arg-type]
    history = metering.history_frame(
        last_month=newest,
        months=statements.MONTHS_SHOWN + 1,
        supply_point_ids=bills["supply_point_id"].unique(),
    )
    terms = contracts.terms_frame(contract_ids=bills["contract_id"].unique())
    began = terms.group_by("contract_id").agg(pl.col("terms_start").min().alias("began"))
    own = bills.select("contract_id", "supply_point_id").unique().join(began, on="contract_id", how="left")
    rows = own.join(history, on="supply_point_id", how="inner").filter(pl.col("period_start") >= pl.col("began"))
    rows = rows.group_by("contract_id", "month").agg(
        pl.col("energy_dwh").sum(), (pl.col("period_end") - pl.col("period_start")).dt.total_days().sum().alias("days")
    )
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for contract_id, month, energy, days in rows.select("contract_id", "month", "energy_dwh", "days").iter_rows():
        found.setdefault(contract_id, {})[month] = (energy, days)
    return found


def _mandates(bills: pl.DataFrame, *, today: date) -> dict[int, dict[str, Any]]:
    usable = [state.value for state in parties_values.DEBITABLE_MANDATES]
    frame = parties.mandates_frame(account_ids=bills["account_id"].unique(), on=today)
    frame = frame.filter(pl.col("state").is_in(usable))
    keys = frame.select("bank_code", "branch_code").unique().iter_rows()
    places = {(bank, code): masters.branch(bank, code, today) for bank, code in keys}
    found = {}
    for row in frame.iter_rows(named=True):
        branch = places[row["bank_code"], row["branch_code"]]
        names = {
            "bank_name": branch.bank_name if branch else row["bank_code"],
            "branch_name": branch.name if branch else row["branch_code"],
        }
        found[row["account_id"]] = row | names
    return found


def _debit_day(agent: str, issued_on: date | None, *, seen: dict[tuple[str, date], date | None]) -> date | None:
    """The debit that a bill was meant for when it was issued."""
    if issued_on is None:
        return None
    key = (agent, issued_on)
    if key not in seen:
        debit = masters.next_debit(agent=agent, issued_on=issued_on)
        seen[key] = debit.debit_on if debit else None
    return seen[key]


def _next_reading(area: str, base_day: str, month: int, *, seen: dict[tuple[str, int], dict[str, date]]) -> date | None:
    key = (area, month)
    if key not in seen:
        following = masters.reading_days(month=Month.from_number(month).plus(1), area=area)
        seen[key] = {day.base_day: day.reading_on for day in following}
    return seen[key].get(base_day)


def originals(bills: pl.DataFrame) -> dict[int | None, int]:
    """Invoice numbers of the bills that corrections correct."""
    ids = bills["corrects_bill_id"].drop_nulls().unique().to_list()
    if not ids:
        return {}
    rows = bulk.read_frame(
        "SELECT bill_id, number FROM billing_invoice WHERE bill_id = ANY(%s)",
        {"bill_id": pl.Int64, "number": pl.Int64},
        [ids],
    )
    return dict(rows.iter_rows())


def _company_bank(company: masters_values.Company) -> list[list[str]]:
    return [
        ["お振込先", f"{company.bank_name} {company.branch_name}"],
        ["口座番号", f"{company.account_kind_word} {company.account_number}"],
        ["口座名義", company.account_holder_kana],
    ]


def company_block(*, on: date) -> Mapping[str, str]:
    """The sender of a statement, and whom to ask."""
    company = masters.company(on=on)
    return {
        "name": company.name,
        "registration_number": company.registration_number,
        "postal_code": f"{company.postal_code[:3]}-{company.postal_code[3:]}",
        "address": company.address,
        "phone": company.phone,
        "contact": "　".join(text for text in (company.mail, company.website) if text),
    }


def to_print(*, run_id: int) -> pl.DataFrame:
    """
    The issued documents of a run whose payer wants paper, in postal order: ``bill_id, account_id, page_count`` and the
    address columns of the account. A collective invoice is one document.
    """
    bills = bulk.read_frame(
        """
        SELECT i.bill_id, coalesce(i.lead_bill_id, i.bill_id), b.account_id,
               (SELECT count(*) FROM billing_line l WHERE l.bill_id = i.bill_id)
               + (SELECT count(*) FROM billing_extra e WHERE e.bill_id = i.bill_id)
          FROM billing_invoice i JOIN billing_bill b ON b.id = i.bill_id WHERE i.run_id = %s
        """,
        _PRINTED,
        [run_id],
    )
    bills = _with_pages(bills)
    accounts = parties.billing_accounts_frame(account_ids=bills["account_id"].unique())
    paper = accounts.filter(pl.col("statement_channel") == parties_values.StatementChannel.PAPER.value)
    return bills.join(paper, on="account_id", how="inner").sort("postal_code", "city", "town", "block", "bill_id")


def goes_by_post(*, run_id: int) -> bool:
    """Whether anybody of an issued run wants paper; looks no further than the first."""
    payers = bulk.read_frame(
        """
        SELECT DISTINCT b.account_id FROM billing_invoice i JOIN billing_bill b ON b.id = i.bill_id
         WHERE i.run_id = %s ORDER BY 1
        """,
        {"account_id": pl.Int64},
        [run_id],
    )
    paper = parties_values.StatementChannel.PAPER.value
    return any(
        (parties.billing_accounts_frame(account_ids=part["account_id"])["statement_channel"] == paper).any()
        for part in payers.iter_slices(_LOOKED_AT)
    )


def unprinted_runs(*, month: Month) -> list[int]:
    """Issued first bills of a month that go out on paper and whose files are not all made, oldest run first."""
    runs = Run.objects.filter(month=month.number, kind=values.RunKind.REGULAR, state=values.RunState.ISSUED)
    made = PrintBatch.objects.filter(manifest_file_id__isnull=False).values("run_id")
    waiting = runs.exclude(id__in=made).order_by("id").values_list("id", flat=True)
    return [run_id for run_id in waiting if goes_by_post(run_id=run_id)]


def _with_pages(bills: pl.DataFrame) -> pl.DataFrame:
    """One row per document with its pages: those of its bills, and of the summary where it has several."""
    own = _pages(pl.col("line_count"), first=drawing.LINES_FIRST, more=drawing.LINES_MORE)
    documents = (
        bills.with_columns(page_count=own)
        .group_by("lead_bill_id", maintain_order=True)
        .agg(pl.col("account_id").first(), pl.col("page_count").sum(), members=pl.len().cast(pl.Int64))
    )
    first = _pages(pl.col("members"), first=statements.summary.ROWS_FIRST, more=statements.summary.ROWS_MORE)
    return documents.select(
        bill_id="lead_bill_id",
        account_id="account_id",
        page_count=pl.col("page_count") + pl.when(pl.col("members") > 1).then(first).otherwise(0),
    )


def _pages(count: pl.Expr, *, first: int, more: int) -> pl.Expr:
    """As ``statements.pages``, for a column."""
    return 1 + ((count - first).clip(0) + more - 1) // more


def print_batches(*, run_id: int | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """Print batches with their parts, newest first."""
    rows = PrintBatch.objects.filter(run_id=run_id) if run_id is not None else PrintBatch.objects.all()
    fields = (
        "id",
        "run_id",
        "run__month",
        "statement_count",
        "page_count",
        "index_file_id",
        "manifest_file_id",
        "made_at",
    )
    batches = [dict(row) for row in rows.order_by("-id").values(*fields)[:limit]]
    for batch in batches:
        parts = PrintPart.objects.filter(batch_id=batch["id"], pdf_file_id__isnull=False).order_by("no")
        batch["parts"] = list(parts.values("no", "statement_count", "page_count", "pdf_file_id", "sha256"))
    return batches


def reissues(*, bill_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Requests to make the statement of bills again, newest first: ``id, bill_id, reason, actor_id, at``."""
    fields = ("id", "bill_id", "reason", "actor_id", "at")
    return list(Reissue.objects.filter(bill_id__in=bill_ids).order_by("-id").values(*fields))


def is_printed(*, run_id: int) -> bool:
    """Whether every file of a run for the printer is there, manifest included; a batch that broke off is not."""
    return PrintBatch.objects.filter(run_id=run_id, manifest_file_id__isnull=False).exists()


def print_parts(*, batch_id: int) -> tuple[int, int]:
    """How many parts of a print batch are set, and how many there are."""
    parts = PrintPart.objects.filter(batch_id=batch_id)
    return parts.filter(pdf_file_id__isnull=False).count(), parts.count()


def to_notify(*, run_id: int) -> pl.DataFrame:
    """Issued documents of a run whose payer reads them in the portal and was not told: ``bill_id`` and more."""
    bills = bulk.read_frame(
        """
        SELECT i.bill_id, b.account_id, b.customer_id, b.month, i.number, i.due_on, b.total_minor
               + coalesce((SELECT sum(o.total_minor) FROM billing_invoice m JOIN billing_bill o ON o.id = m.bill_id
                            WHERE i.lead_bill_id IS NOT NULL AND m.lead_bill_id = i.lead_bill_id
                              AND m.bill_id <> i.bill_id), 0)::bigint
          FROM billing_invoice i JOIN billing_bill b ON b.id = i.bill_id
         WHERE i.run_id = %s AND (i.lead_bill_id IS NULL OR i.lead_bill_id = i.bill_id) AND NOT EXISTS (SELECT FROM billing_notice n WHERE n.bill_id = i.bill_id)
         ORDER BY i.bill_id
        """,
        {
            "bill_id": pl.Int64, "account_id": pl.Int64, "customer_id": pl.Int64, "month": pl.Int64,
            "number": pl.Int64, "due_on": pl.Date, "total_minor": pl.Int64,
        },
        [run_id],
    )  # fmt: skip
    accounts = parties.billing_accounts_frame(account_ids=bills["account_id"].unique())
    portal = accounts.filter(
        (pl.col("statement_channel") == parties_values.StatementChannel.PORTAL.value) & (pl.col("mail") != "")
    )
    return bills.join(portal.select("account_id", "addressee", "mail"), on="account_id", how="inner")
