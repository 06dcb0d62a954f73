"""What stands in the database at the end, as one fingerprint per kind of row, without the ids that a retry may shift."""

import hashlib
from dataclasses import dataclass

from django.db import connection

BILL = """
    b.contract_id, b.customer_id, b.account_id, b.supply_point_id, b.reading_id, b.reading_revision, b.kind, b.revision,
    b.month, b.period_start, b.period_end, b.plan_code, b.plan_version_id, b.capacity_kind, b.capacity_milli,
    b.energy_dwh, b.rerated_minor, b.total_minor, b.tax_minor, b.levy_minor, b.untaxed_minor, b.tax_rate_ppm, b.agreed
"""
ROWS = {
    "bills": f"SELECT {BILL} FROM billing_bill b ORDER BY b.contract_id, b.period_start, b.revision",
    "lines": """
        SELECT b.contract_id, b.period_start, l.no, l.plan_version_id, l.component_no, l.quantity, l.price_micro,
               l.ratio_num, l.ratio_den, l.amount_e10
          FROM billing_line l LEFT JOIN billing_bill b ON b.id = l.bill_id ORDER BY 1, 2, 3, 5""",
    "findings": """
        SELECT f.run_id, f.chunk_no, f.contract_id, b.contract_id, f.code, f.severity, f.values
          FROM billing_finding f LEFT JOIN billing_bill b ON b.id = f.bill_id ORDER BY 3, 5""",
    "invoices": """
        SELECT i.number, b.contract_id, b.period_start, i.issued_on, i.due_on
          FROM billing_invoice i LEFT JOIN billing_bill b ON b.id = i.bill_id ORDER BY 1""",
    "number blocks": "SELECT run_id, first, size, used FROM billing_numberblock ORDER BY first",
    "runs": "SELECT id, state, bill_count, aside_count, energy_dwh, total_minor, tax_minor, levy_minor FROM billing_run",
    "ledger entries": """
        SELECT e.document, e.purpose, e.entry_on, e.accounting_month, e.text, l.leg_no, a.code, l.amount_minor, l.customer_id
          FROM ledger_entry e LEFT JOIN ledger_leg l ON l.entry_id = e.id LEFT JOIN ledger_account a ON a.id = l.account_id
         ORDER BY 1, 2, 6""",
    "trial balance": """
        SELECT a.code, t.accounting_month, sum(t.debit_minor), sum(t.credit_minor), sum(t.legs)
          FROM ledger_total t JOIN ledger_account a ON a.id = t.account_id GROUP BY 1, 2 ORDER BY 1, 2""",
    "receivables": """
        SELECT r.invoice_number, b.contract_id, r.account_id, r.customer_id, r.month, r.amount_minor, r.tax_minor,
               r.issued_on, r.due_on, o.open_minor
          FROM collection_receivable r LEFT JOIN billing_bill b ON b.id = r.bill_id
          LEFT JOIN collection_openitem o ON o.receivable_id = r.id ORDER BY 1""",
    "deeds": "SELECT procedure, what, subject FROM identity_deed ORDER BY 1, 2, 3",
    "work for people": "SELECT procedure, kind, subject, closed_at IS NULL FROM worklist_item ORDER BY 1, 2, 3",
    "jobs": "SELECT name, state, count(*) FROM worker_job GROUP BY 1, 2 ORDER BY 1, 2",
}
RULES = {
    "a contract billed twice for a period": """
        SELECT count(*) FROM (SELECT FROM billing_bill GROUP BY contract_id, period_start, revision HAVING count(*) > 1) d""",
    "a line without a bill": """
        SELECT count(*) FROM billing_line l WHERE NOT EXISTS (SELECT FROM billing_bill b WHERE b.id = l.bill_id)""",
    "a bill whose lines miss the total": """
        SELECT count(*) FROM billing_bill b LEFT JOIN (
            SELECT bill_id, sum(amount_e10) AS e10 FROM billing_line GROUP BY 1) l ON l.bill_id = b.id
         WHERE abs(coalesce(l.e10, 0) - b.total_minor * 10::numeric ^ 10) >= 10::numeric ^ 10""",
    "a bill without an invoice": """
        SELECT count(*) FROM billing_bill b WHERE NOT EXISTS (SELECT FROM billing_invoice i WHERE i.bill_id = b.id)""",
    "an invoice without a debt": """
        SELECT count(*) FROM billing_invoice i
         WHERE NOT EXISTS (SELECT FROM collection_receivable r WHERE r.bill_id = i.bill_id)""",
    "an entry out of balance": """
        SELECT count(*) FROM (SELECT FROM ledger_leg GROUP BY entry_id HAVING sum(amount_minor) <> 0) d""",
    "an entry without legs, or legs without a head": """
        SELECT count(*) FROM ledger_entry e FULL JOIN (SELECT DISTINCT entry_id FROM ledger_leg) l ON l.entry_id = e.id
         WHERE e.id IS NULL OR l.entry_id IS NULL""",
    "a bill without its entry": """
        SELECT count(*) FROM billing_bill b
         WHERE NOT EXISTS (SELECT FROM ledger_entry e WHERE e.source = 'bill:' || b.id AND e.purpose = 'issue')""",
    "a total that is not the sum of its legs": """
        SELECT count(*) FROM (
            SELECT account_id, accounting_month, sum(debit_minor) - sum(credit_minor) AS s, sum(legs) AS n
              FROM ledger_total GROUP BY 1, 2) t
          FULL JOIN (SELECT account_id, accounting_month, sum(amount_minor) AS s, count(*) AS n
                       FROM ledger_leg GROUP BY 1, 2) l USING (account_id, accounting_month)
         WHERE t.s IS DISTINCT FROM l.s OR t.n IS DISTINCT FROM l.n""",
    "a number outside of its block": """
        SELECT count(*) FROM billing_invoice i WHERE NOT EXISTS (
            SELECT FROM billing_numberblock n WHERE i.number / 10 BETWEEN n.first AND n.first + n.size - 1
               AND n.run_id = i.run_id)""",
    "a hole that no block explains": """
        SELECT coalesce(sum(abs(n.used - (SELECT count(*) FROM billing_invoice i WHERE i.run_id = n.run_id))), 0)
               + (SELECT max(next) FROM billing_numbersequence) - 1 - coalesce(sum(n.size), 0)
          FROM billing_numberblock n""",
    "a job that did not end": "SELECT count(*) FROM worker_job WHERE state <> 'done'",
    "a job left in the queue": "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')",
}


@dataclass(frozen=True)
class Print:
    """So many rows, and the hash over all of them."""

    rows: int
    sha256: str


def fingerprints() -> dict[str, Print]:
    return {name: _fingerprint(query) for name, query in ROWS.items()}


def _fingerprint(query: str) -> Print:
    digest, rows = hashlib.sha256(), 0
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        for block in copy:
            digest.update(block)
            rows += bytes(block).count(b"\n")
    return Print(rows, digest.hexdigest())


def broken_rules() -> dict[str, int]:
    """Rules that must hold in any end state, and how often each is broken (empty: none)."""
    found = {}
    with connection.cursor() as cursor:
        for name, query in RULES.items():
            cursor.execute(query)
            if count := int(cursor.fetchone()[0]):
                found[name] = count
    return found
