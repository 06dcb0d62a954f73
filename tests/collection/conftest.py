"""A retailer with a collection agent, four payers, and bills that they owe."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tomoshibi import masters as masters_room
from tomoshibi.collection import operations, queries, values
from tomoshibi.gateways import zengin
from tomoshibi.kernel.periods import Month
from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import queries as ledger_queries
from tomoshibi.ledger import values as ledger_values
from tomoshibi.masters import operations as masters
from tomoshibi.masters import queries as masters_queries
from tomoshibi.parties import operations as parties

TODAY = date(2026, 11, 9)
NOW = datetime(2026, 11, 9, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
SHIPPED = Path(masters_room.__file__).parent / "data"
NOVEMBER = Month(2026, 11)
AGENT = "agent_a"
PAYERS = ("ﾄﾓｼﾋﾞ ﾀﾛｳ", "ｻﾄｳ ﾊﾅｺ", "ｶ)ｱｶﾘｼﾖｳｼﾞ", "ｽｽﾞｷ ｲﾁﾛｳ")


COMPANY = {
    "name": "灯火電力株式会社", "name_kana": "トモシビデンリョク", "country": "JP", "currency": "JPY", "language": "ja",
    "registration_number": "T1234567890123", "postal_code": "105-0011", "address": "東京都港区芝公園4-2-8",
    "phone": "0120-000-000", "bank_code": "0001", "branch_code": "001", "bank_name": "みずほ銀行",
    "branch_name": "東京営業部", "account_kind": "1", "account_number": "7654321",
    "account_holder_kana": "ﾄﾓｼﾋﾞﾃﾞﾝﾘﾖｸ(ｶ", "valid_from": "2026-01-01",
    }  # fmt: skip


@dataclass(frozen=True)
class World:
    """:param payers: billing account ids in the order of ``PAYERS``"""

    payers: list[int]
    customers: list[int]
    mandates: list[int]
    first: int
    second: int

    def bill(self, bill_id: int, payer: int, amount_minor: int, **changes: object) -> dict[str, object]:
        return {
            "bill_id": bill_id,
            "invoice_number": f"{bill_id:010d}",
            "account_id": self.payers[payer],
            "customer_id": self.customers[payer],
            "contract_id": 100 + payer,
            "month": 202610,
            "amount_minor": amount_minor,
            "tax_minor": amount_minor // 11,
            "issued_on": date(2026, 11, 5),
            "due_on": date(2026, 12, 4),
            **changes,
        }


def issued(*bills: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(bills), schema=dict(values.ISSUED_SCHEMA))


def open_bills(*bills: dict[str, object]) -> values.OpenOutcome:
    """As billing does: the bills are posted, then their debts are opened."""
    accounts = masters_queries.posting_accounts(on=TODAY)
    rows = [
        {
            "source": f"bill:{bill['bill_id']}", "purpose": "issue", "entry_on": bill["issued_on"],
            "accounting_month": 202611, "account": accounts[key], "amount_minor": amount,
            "customer_id": bill["customer_id"], "document": None, "text": "bill",
        }
        for bill in bills
        for key, amount in (
            ("receivable", bill["amount_minor"]),
            ("revenue_energy", -bill["amount_minor"] + bill["tax_minor"]),
            ("tax_payable", -bill["tax_minor"]),
        )
    ]  # fmt: skip
    ledger.post(entries=pl.DataFrame(rows, schema=dict(ledger_values.ENTRY_SCHEMA)), posted_at=NOW)
    return operations.open_receivables(issued=issued(*bills), now=NOW, today=TODAY)


def balance(key: str) -> int:
    return ledger_queries.balance(account=masters_queries.posting_account(key=key, on=TODAY))


def books_agree() -> None:
    """The general ledger's sums are the sums of this room's rows."""
    assert balance("receivable") == queries.open_total()
    assert balance("credit_balance") == -queries.credit_total()
    assert queries.differences_to_the_ledger() == {}
    assert ledger_queries.trial_balance(first=Month(2026, 1), last=Month(2027, 12)).foots


def answer(batch_id: int, codes: dict[int, str], *, default: str = "0", change=None) -> bytes:
    """
    The file that the agent returns: what was asked, with a result code per row number.

    :param change: edits the frame of rows before it is written
    """
    from tomoshibi.documents import queries as documents

    batch = queries.batch(batch_id=batch_id)
    asked = zengin.decode_debits(documents.content(file_id=batch.file_id), near=batch.debit_on, results=False)
    rows = asked.rows.with_columns(
        result_code=pl.Series([codes.get(n, default) for n in range(asked.rows.height)], dtype=pl.String)
    )
    rows = change(rows) if change else rows
    return result_file(asked.headers[0], rows)


def result_file(header: zengin.DebitHeader, rows: pl.DataFrame) -> bytes:
    """A result file written by hand, byte for byte after the published layout."""
    lines = [
        "1910" + header.consignor_code + header.consignor_name.ljust(40) + f"{header.debit_on:%m%d}"
        + header.bank_code + header.bank_name.ljust(15) + header.branch_code + header.branch_name.ljust(15)
        + header.account_kind + header.account_number + " " * 17
    ]  # fmt: skip
    paid = unpaid = paid_minor = unpaid_minor = 0
    for row in rows.iter_rows(named=True):
        lines.append(
            "2" + row["bank_code"] + " " * 15 + (row["branch_code"] or "000") + " " * 15 + " " * 4
            + row["account_kind"] + row["account_number"] + row["holder_kana"].ljust(30)
            + f"{row['amount_minor']:010d}" + row["new_code"] + row["customer_number"].ljust(20)
            + (row["result_code"] or " ") + " " * 8
        )  # fmt: skip
        if row["result_code"] == "0":
            paid, paid_minor = paid + 1, paid_minor + row["amount_minor"]
        else:
            unpaid, unpaid_minor = unpaid + 1, unpaid_minor + row["amount_minor"]
    lines.append(
        f"8{rows.height:06d}{paid_minor + unpaid_minor:012d}{paid:06d}{paid_minor:012d}{unpaid:06d}{unpaid_minor:012d}"
        + " " * 65
    )
    lines.append("9" + " " * 119)
    assert all(len(line) == 120 for line in lines)
    return "".join(line + "\r\n" for line in lines).encode("cp932")


def set_up(user_model) -> World:
    for name in ("posting_accounts", "debit_cycles"):
        with (SHIPPED / f"{name}.csv").open(encoding="utf-8") as file:
            masters.put_rows(master=name, rows=list(csv.DictReader(file)))
    masters.put_rows(master="holidays", rows=[
        {"day": day, "scope": "national", "name": "祝日"} for day in ("2026-11-03", "2026-11-23", "2027-01-01")
    ])  # fmt: skip
    masters.put_rows(master="debit_agents", rows=[{
        "code": AGENT, "name": "収納代行A", "consignor_code": "0123456789", "consignor_kana": "ﾄﾓｼﾋﾞﾃﾞﾝﾘﾖｸ(ｶ",
        "bank_code": "0001", "branch_code": "001", "account_kind": "1", "account_number": "1234567",
        "fee_yen": "70", "file_profile": '{"separator": "crlf"}', "valid_from": "2026-01-01",
    }])  # fmt: skip
    masters.put_rows(master="company", rows=[COMPANY])
    _define_accounts()
    customers, payers, mandates = [], [], []
    for n, holder in enumerate(PAYERS):
        customer = parties.register_customer(
            registered_on=date(2026, 1, 5), kind="person", name=f"灯火 {n}郎", kana="トモシビ", postal_code="1050011",
            prefecture="東京都", city="港区", town="芝公園", block="4-2-8", phone="03-1234-5678",
        )  # fmt: skip
        account = parties.register_account(
            customer_id=customer.id, start=date(2026, 1, 5), payment_method="direct_debit", statement_channel="portal"
        )
        customers.append(customer.id)
        payers.append(account.id)
        if n < 3:
            mandates.append(_mandate(account.number, n, holder))
    people = [user_model.objects.create_user(username=name, is_staff=True).id for name in ("kawai", "mori")]
    return World(payers, customers, mandates, *people)


def _mandate(payer_number: str, n: int, holder: str) -> int:
    made = parties.register_mandates(pl.DataFrame([{
        "account_number_of_payer": payer_number, "agent": AGENT, "debit_key": "", "bank_code": "0005",
        "branch_code": f"10{n}", "account_kind": "1", "account_number": f"000100{n}", "holder_kana": holder,
        "state": "active", "new_code": "0", "start": date(2026, 1, 5),
    }]))  # fmt: skip
    return int(made["mandate_id"][0])


def _define_accounts() -> None:
    """The chart, where the masters did not bring it."""
    known = ledger_queries.account_ids()
    kinds = {"1": "asset", "2": "liability", "3": "equity", "4": "income", "6": "expense"}
    ledger.define_accounts([
        ledger_values.Account(code, ledger_values.AccountKind(kinds[code[0]]), key, key, key)
        for key, code in masters_queries.posting_accounts(on=TODAY).items()
        if code not in known
    ])  # fmt: skip


@pytest.fixture
def world(in_transaction, django_user_model) -> World:
    return set_up(django_user_model)


@pytest.fixture
def sent_batch(world) -> int:
    """Three bills of three payers, asked for and sent."""
    open_bills(world.bill(1, 0, 5_000), world.bill(2, 1, 7_000), world.bill(3, 2, 9_000))
    return send(world)


def send(world: World) -> int:
    outcome = operations.prepare_batch(agent=AGENT, month=NOVEMBER, now=NOW, today=TODAY, actor_id=world.first)
    operations.release_batch(batch_id=outcome.batch_id, now=NOW, today=TODAY, actor_id=world.second)
    operations.mark_sent(batch_id=outcome.batch_id, remote_name="request.txt", now=NOW)
    return outcome.batch_id


def bring(content: bytes, *, name: str = "result.txt", today: date = date(2026, 12, 3)) -> values.ImportOutcome:
    now = datetime(today.year, today.month, today.day, 9, 0, tzinfo=NOW.tzinfo)
    return operations.import_result(agent=AGENT, name=name, content=content, now=now, today=today)
