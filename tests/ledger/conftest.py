from datetime import date

import polars as pl
import pytest

from tomoshibi.ledger import operations, queries, values

CHART = [
    values.Account("1110", values.AccountKind.ASSET, "普通預金", "银行存款", "Bank"),
    values.Account("1210", values.AccountKind.ASSET, "売掛金", "应收账款", "Receivables"),
    values.Account("2310", values.AccountKind.LIABILITY, "仮受消費税", "应交税费", "Consumption tax"),
    values.Account("4110", values.AccountKind.INCOME, "電気売上", "电费收入", "Energy revenue"),
]


def frame(*rows):
    """Rows of (source, account, amount); month and day as in October 2026 unless a row says more."""
    full = [
        {
            "source": source,
            "purpose": more.get("purpose", "issue"),
            "entry_on": more.get("entry_on", date(2026, 10, 9)),
            "accounting_month": more.get("month", 202610),
            "account": account,
            "amount_minor": amount,
            "customer_id": more.get("customer_id"),
            "document": more.get("document", source),
            "text": more.get("text", "電気料金 10月分"),
        }
        for source, account, amount, more in ((*row, {})[:4] if len(row) == 3 else row for row in rows)
    ]
    return pl.DataFrame(full, schema=dict(values.ENTRY_SCHEMA))


@pytest.fixture
def chart(in_transaction):
    operations.define_accounts(CHART)


@pytest.fixture
def people(db, django_user_model):
    return [django_user_model.objects.create_user(username=n, is_staff=True).id for n in ("sato", "yamada")]


def raw_head(cursor):
    cursor.execute(
        "INSERT INTO ledger_entry (source, purpose, entry_on, accounting_month, posted_at)"
        " VALUES ('raw:1', 'test', '2026-10-09', 202610, now()) RETURNING id"
    )
    return cursor.fetchone()[0]


def raw_legs(cursor, entry_id, *rows):
    ids = queries.account_ids()
    values_sql = ", ".join("(%s, %s, %s, %s, %s)" for _ in rows)
    cursor.execute(
        "INSERT INTO ledger_leg (entry_id, leg_no, account_id, accounting_month, amount_minor) VALUES " + values_sql,
        [cell for no, code, month, amount in rows for cell in (entry_id, no, ids.get(code, 0), month, amount)],
    )
