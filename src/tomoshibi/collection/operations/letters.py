"""Payment letters after a failed debit: what is due, until when, and where to pay."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from tomoshibi.collection import queries
from tomoshibi.collection.models import FailedDebit, OpenItem, Receivable
from tomoshibi.documents import operations as documents
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties

TEMPLATE = Path(__file__).resolve().parents[1] / "letters" / "payment_letter.typ"
KIND = "collection.payment_letter"


def write(rows: QuerySet[FailedDebit], *, pay_until: date, now: datetime, today: date, actor_id: int | None) -> None:
    """One letter per payer over the failed debits chosen together; each is kept as PDF."""
    by_account: dict[int, list[FailedDebit]] = {}
    for row in rows.order_by("account_id", "debit_row_id"):
        by_account.setdefault(row.account_id, []).append(row)
    company = _company(today)
    for account_id, failed in by_account.items():
        data = _data(account_id, failed, company=company, pay_until=pay_until, today=today)
        if data is None:
            continue
        stored = documents.store(
            name=f"payment-letter-{data['account_number']}-{today:%Y%m%d}.pdf",
            content=documents.typeset(template=TEMPLATE, data=data),
            kind=KIND,
            now=now,
            actor_id=actor_id,
        )
        FailedDebit.objects.filter(debit_row_id__in=[row.debit_row_id for row in failed]).update(
            letter_file_id=stored.id
        )


def _company(today: date) -> dict[str, str]:
    company = masters.company(on=today)
    return {
        "name": company.name,
        "postal_code": company.postal_code,
        "address": company.address,
        "phone": company.phone,
        "bank": f"{company.bank_name} {company.branch_name}",
        "account": f"{company.account_kind_word} {company.account_number}",
        "holder": company.account_holder_kana,
    }


def _data(
    account_id: int, failed: list[FailedDebit], *, company: dict[str, str], pay_until: date, today: date
) -> dict[str, Any] | None:
    account = parties.account(account_id=account_id, on=today)
    ids = [row.receivable_id for row in failed]
    due = dict(OpenItem.objects.filter(receivable_id__in=ids).values_list("receivable_id", "open_minor"))
    if account is None or not due:
        return None
    bills = Receivable.objects.in_bulk(list(due))
    texts = queries.code_texts(agent="")
    reasons = {row.receivable_id: texts.get(row.code, row.code) for row in failed}
    address = account.address
    return {
        "company": company,
        "addressee": account.addressee,
        "postal_code": address.postal_code,
        "address": [f"{address.prefecture}{address.city}{address.town}{address.block}", address.building],
        "account_number": account.number,
        "written_on": _words(today),
        "pay_until": _words(pay_until),
        "total": f"{sum(due.values()):,}",
        "bills": [
            {
                "number": bills[one].invoice_number,
                "month": f"{bills[one].month // 100}年{bills[one].month % 100}月分",
                "amount": f"{amount:,}",
                "reason": reasons[one],
            }
            for one, amount in sorted(due.items())
        ],
    }


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
