"""Which page shows a thing that a ledger entry or a record names as ``kind:number``."""

from collections.abc import Mapping

PAGES: Mapping[str, str] = {
    "applications.groupcase": "applications:group_case",
    "bill": "billing:bill",
    "billing.charge": "billing:charge",
    "care.announcement": "care:announcement",
    "care.enquiry": "care:enquiry",
    "debit_batch": "collection:batch",
    "debit_result": "collection:result",
    "fieldwork.ticket": "fieldwork:ticket",
    "groups.group": "groups:group",
    "receivable": "collection:receivable",
    "receipt": "collection:receipt",
    "refund": "collection:refund",
}
