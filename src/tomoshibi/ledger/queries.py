"""Reads of the ledger."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import polars as pl
from django.db.models import F, Q, QuerySet, Sum

from tomoshibi.kernel.frames import Schema
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import values
from tomoshibi.ledger.models import Account, ClosedMonth, Entry, Leg, MonthStep, Total
from tomoshibi.storage import bulk

JOURNAL_SCHEMA: Schema = {
    "entry_id": pl.Int64,
    "entry_on": pl.Date,
    "accounting_month": pl.Int64,
    "source": pl.String,
    "purpose": pl.String,
    "document": pl.String,
    "text": pl.String,
    "account": pl.String,
    "account_name": pl.String,
    "debit_minor": pl.Int64,
    "credit_minor": pl.Int64,
    "customer_id": pl.Int64,
}
_ENTRIES_A_SLICE = 100_000


def _account(row: Account) -> values.Account:
    return values.Account(
        code=row.code,
        kind=values.AccountKind(row.kind),
        name_ja=row.name_ja,
        name_zh=row.name_zh,
        name_en=row.name_en,
    )


def accounts() -> list[values.Account]:
    """The chart, by code."""
    return [_account(row) for row in Account.objects.order_by("code")]


def account(*, code: str) -> values.Account | None:
    row = Account.objects.filter(code=code).first()
    return _account(row) if row else None


def account_ids() -> dict[str, int]:
    return dict(Account.objects.values_list("code", "id"))


def is_open(month: Month) -> bool:
    """Whether a month takes postings."""
    return not ClosedMonth.objects.filter(accounting_month=month.number).exists()


def open_month(*, on: date) -> Month:
    """The month a business event of a day posts to: its own, or the first one after it that is open."""
    closed = set(
        ClosedMonth.objects.filter(accounting_month__gte=Month.of(on).number).values_list("accounting_month", flat=True)
    )
    month = Month.of(on)
    while month.number in closed:
        month = month.plus(1)
    return month


def trial_balance(*, first: Month, last: Month) -> values.TrialBalance:
    """
    Opening balance, debits, credits and closing balance of every account with postings up to the last month.

    :param last: included
    """
    inside = Q(accounting_month__gte=first.number)
    sums = {
        row["account_id"]: row
        for row in Total.objects.filter(accounting_month__lte=last.number)
        .values("account_id")
        .annotate(
            opening_debit=Sum("debit_minor", filter=~inside, default=0),
            opening_credit=Sum("credit_minor", filter=~inside, default=0),
            debit=Sum("debit_minor", filter=inside, default=0),
            credit=Sum("credit_minor", filter=inside, default=0),
        )
    }
    rows = tuple(
        values.TrialRow(
            account=_account(row),
            opening_minor=int(found["opening_debit"] - found["opening_credit"]),
            debit_minor=int(found["debit"]),
            credit_minor=int(found["credit"]),
        )
        for row in Account.objects.filter(id__in=sums).order_by("code")
        if (found := sums[row.id])
    )
    return values.TrialBalance(first=first, last=last, rows=rows)


def balance(*, account: str, customer_id: int | None = None) -> int:
    """
    What stands on an account, debit positive; of one customer where asked.

    The customer's balance reads the account's legs: for a person's page, not for a list.
    """
    row = Account.objects.get(code=account)
    if customer_id is not None:
        legs = Leg.objects.filter(account_id=row.id, customer_id=customer_id)
        return int(legs.aggregate(n=Sum("amount_minor", default=0))["n"])
    return int(
        Total.objects.filter(account_id=row.id).aggregate(n=Sum(F("debit_minor") - F("credit_minor"), default=0))["n"]
    )


def account_lines(
    *, code: str, first: Month, last: Month, after_entry: int = 0, limit: int = 200
) -> tuple[int, list[values.AccountLine]]:
    """
    Legs of an account in the order they were posted, each with the balance after it.

    :param after_entry: only entries with a greater id (to page on)
    :returns: the balance before the first line, and the lines
    """
    row = Account.objects.get(code=code)
    before = Total.objects.filter(account_id=row.id, accounting_month__lt=first.number)
    standing = int(before.aggregate(n=Sum(F("debit_minor") - F("credit_minor"), default=0))["n"])
    legs = Leg.objects.filter(account_id=row.id, accounting_month__gte=first.number, accounting_month__lte=last.number)
    if after_entry:
        standing += legs.filter(entry_id__lte=after_entry).aggregate(n=Sum("amount_minor", default=0))["n"]
    chosen = list(legs.filter(entry_id__gt=after_entry).order_by("entry_id", "leg_no")[:limit])
    heads = Entry.objects.in_bulk({leg.entry_id for leg in chosen})
    lines = []
    running = standing
    for leg in chosen:
        head = heads[leg.entry_id]
        running += leg.amount_minor
        lines.append(
            values.AccountLine(
                entry_id=head.id,
                entry_on=head.entry_on,
                month=Month.from_number(head.accounting_month),
                source=head.source,
                purpose=head.purpose,
                document=head.document or head.source,
                text=head.text,
                amount_minor=leg.amount_minor,
                balance_minor=running,
            )
        )
    return standing, lines


def _entries(found: Iterable[Entry]) -> list[values.Entry]:
    heads = list(found)
    chart = {row.id: _account(row) for row in Account.objects.all()}
    legs: dict[int, list[values.Leg]] = {head.id: [] for head in heads}
    for leg in Leg.objects.filter(entry_id__in=legs).order_by("entry_id", "leg_no"):
        legs[leg.entry_id].append(
            values.Leg(account=chart[leg.account_id], amount_minor=leg.amount_minor, customer_id=leg.customer_id)
        )
    return [
        values.Entry(
            id=head.id,
            source=head.source,
            purpose=head.purpose,
            entry_on=head.entry_on,
            month=Month.from_number(head.accounting_month),
            document=head.document or head.source,
            text=head.text,
            posted_at=head.posted_at,
            actor_id=head.actor_id,
            legs=tuple(legs[head.id]),
        )
        for head in heads
    ]


def entry(*, entry_id: int) -> values.Entry | None:
    found = _entries(Entry.objects.filter(id=entry_id))
    return found[0] if found else None


def entries_of(*, document: str) -> list[values.Entry]:
    """Everything that was posted for a document such as ``bill:123``, oldest first."""
    return _entries(Entry.objects.filter(Q(source=document) | Q(document=document)).order_by("id"))


def entry_rows() -> QuerySet[Entry]:
    """A lazy list of entry heads for tables."""
    return Entry.objects.all()


def journal(*, first: Month, last: Month, language: str = "ja", account: str = "") -> Iterator[pl.DataFrame]:
    """
    Journal entries of a range of months, one row per leg, in slices that bound the memory.

    :param account: only legs of this account
    :returns: frames of ``JOURNAL_SCHEMA``
    """
    name = {"zh": "a.name_zh", "en": "a.name_en"}.get(language[:2], "a.name_ja")
    last_id = 0
    while True:
        # An entry's legs never fall apart between two slices: the slice is a range of entries.
        ids = Entry.objects.filter(
            id__gt=last_id, accounting_month__gte=first.number, accounting_month__lte=last.number
        ).order_by("id")
        ends = list(ids.values_list("id", flat=True)[_ENTRIES_A_SLICE - 1 : _ENTRIES_A_SLICE])
        upper = ends[0] if ends else 2**62
        yield bulk.read_frame(
            f"""
            SELECT e.id, e.entry_on, e.accounting_month, e.source, e.purpose, coalesce(nullif(e.document, ''), e.source),
                   e.text, a.code, coalesce(nullif({name}, ''), a.name_ja), greatest(l.amount_minor, 0),
                   greatest(-l.amount_minor, 0), l.customer_id
              FROM ledger_entry e JOIN ledger_leg l ON l.entry_id = e.id JOIN ledger_account a ON a.id = l.account_id
             WHERE e.accounting_month BETWEEN %(first)s AND %(last)s AND e.id > %(after)s AND e.id <= %(upper)s
               AND (%(account)s = '' OR a.code = %(account)s)
             ORDER BY e.id, l.leg_no
            """,
            JOURNAL_SCHEMA,
            {"first": first.number, "last": last.number, "after": last_id, "upper": upper, "account": account},
        )
        if not ends:
            return
        last_id = upper


def _step(row: MonthStep) -> values.MonthStep:
    return values.MonthStep(
        id=row.id,
        month=Month.from_number(row.accounting_month),
        closes=row.closes,
        reason=row.reason,
        proposed_by_id=row.proposed_by_id,
        proposed_at=row.proposed_at,
        decided_by_id=row.decided_by_id,
        decided_at=row.decided_at,
        accepted=row.accepted,
    )


def month_steps(*, limit: int = 50) -> list[values.MonthStep]:
    """Closings and openings, proposed and decided, newest first."""
    return [_step(row) for row in MonthStep.objects.order_by("-id")[:limit]]


def waiting_steps() -> list[values.MonthStep]:
    return [_step(row) for row in MonthStep.objects.filter(decided_at__isnull=True).order_by("accounting_month")]


def months() -> list[values.MonthState]:
    """Every month with postings or a step, newest first."""
    sums: dict[int, dict[str, Any]] = {
        row["accounting_month"]: dict(row)
        for row in Total.objects.values("accounting_month").annotate(
            n=Sum("legs"), debit=Sum("debit_minor"), credit=Sum("credit_minor")
        )
    }
    closed = set(ClosedMonth.objects.values_list("accounting_month", flat=True))
    waiting = {step.month.number: step for step in waiting_steps()}
    return [
        values.MonthState(
            month=Month.from_number(number),
            closed=number in closed,
            legs=int(sums.get(number, {}).get("n", 0)),
            debit_minor=int(sums.get(number, {}).get("debit", 0)),
            credit_minor=int(sums.get(number, {}).get("credit", 0)),
            waiting=waiting.get(number),
        )
        for number in sorted({*sums, *closed, *waiting}, reverse=True)
    ]


def find_total_mismatches() -> pl.DataFrame:
    """
    Accounts and months whose kept totals differ from the sum of their legs: always none, or the database was edited.

    :returns: account, accounting_month, kept_minor, summed_minor
    """
    return bulk.read_frame(
        """
        SELECT a.code, accounting_month, coalesce(t.kept, 0), coalesce(l.summed, 0)
          FROM (SELECT account_id, accounting_month, sum(debit_minor - credit_minor) AS kept
                  FROM ledger_total GROUP BY 1, 2) t
          FULL JOIN (SELECT account_id, accounting_month, sum(amount_minor) AS summed FROM ledger_leg GROUP BY 1, 2) l
               USING (account_id, accounting_month)
          JOIN ledger_account a ON a.id = account_id
         WHERE t.kept IS DISTINCT FROM l.summed
         ORDER BY 2, 1
        """,
        {"account": pl.String, "accounting_month": pl.Int64, "kept_minor": pl.Int64, "summed_minor": pl.Int64},
    )
