"""The first page of a collective invoice (合算請求書): what all points come to, and one row for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tomoshibi.billing import numbering
from tomoshibi.billing.statements import words
from tomoshibi.kernel.units import plain

ROWS_FIRST, ROWS_MORE = 17, 38
"""Rows of the list of points on the first page, and on each further one."""
PLACE_EM, SMALL_EM = 18, 24
"""Letters of the place of a point that fit its column, and each of two lines that are set smaller."""


@dataclass(frozen=True)
class Summary:
    """
    What the first page is made from.

    :param bills: columns of ``queries.statement_bills`` of the members, the lead bill first
    :param places: per member ``contract_number`` and ``place``
    :param account: columns of ``parties.queries.ACCOUNTS``
    :param payment: rows about how it is paid, as on the statement of a single bill
    """

    bills: Sequence[Mapping[str, Any]]
    places: Sequence[Mapping[str, str]]
    account: Mapping[str, Any]
    method: str
    payment: Sequence[Sequence[str]] = field(default=())
    debit_on: date | None = None
    reissued: bool = False


def pages(count: int) -> int:
    """How many pages the summary of so many bills takes (the template breaks by the same rule)."""
    return 1 + -(-max(0, count - ROWS_FIRST) // ROWS_MORE)


def taxes(bills: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, int]]:
    """Per rate, highest first: ``(rate_ppm, total with tax, tax rounded once)``."""
    return [
        (
            rate,
            sum(bill["total_minor"] - bill["untaxed_minor"] for bill in bills if bill["tax_rate_ppm"] == rate),
            sum(bill["tax_minor"] + bill["tax_shift_minor"] for bill in bills if bill["tax_rate_ppm"] == rate),
        )
        for rate in sorted({bill["tax_rate_ppm"] for bill in bills}, reverse=True)
    ]


def summary(facts: Summary) -> dict[str, Any]:
    """The data of the first page."""
    lead = facts.bills[0]
    total = sum(bill["total_minor"] for bill in facts.bills)
    return {
        "layout": "summary",
        "title": "電気料金のお知らせ（合算請求）",
        "subtitle": "この書面は適格請求書です",
        "number_label": "請求書番号",
        "number": numbering.text(lead["number"]),
        "issued_on": words.day(lead["issued_on"]),
        "reissued": facts.reissued,
        "draft": False,
        "month": f"{lead['month'] // 100}年{lead['month'] % 100}月分",
        "amount_label": "ご請求金額（合計）",
        "amount": words.yen(total),
        "pay": _pay(facts),
        "to": words.to(facts.account),
        "rows": [
            _row(no, bill, place) for no, (bill, place) in enumerate(zip(facts.bills, facts.places, strict=True), 1)
        ],
        "sums": _sums(facts.bills, total),
        "notes": [
            "消費税等相当額は、この請求書の税率ごとの合計額に対して1円未満を切り捨てて1回だけ計算しています。",
            "ご契約ごとの内訳は次のページ以降をご覧ください。",
        ],
        "contract": words.labelled(
            [
                ["お客さま番号", facts.account["customer_number"]],
                ["ご請求先番号", facts.account["number"]],
                ["ご契約数", f"{len({place['contract_number'] for place in facts.places}):,}件"],
            ],
            em=words.CONTRACT_EM,
        ),
        "payment": words.labelled(facts.payment, em=words.PAYMENT_EM),
    }


def _pay(facts: Summary) -> list[list[str]]:
    if facts.debit_on:
        return [["お支払い方法", facts.method], ["振替日", words.day(facts.debit_on, weekday=True)]]
    due = facts.bills[0]["due_on"]
    return [["お支払い方法", facts.method], ["お支払い期日", words.day(due, weekday=True)]]


def _row(no: int, bill: Mapping[str, Any], place: Mapping[str, str]) -> dict[str, Any]:
    start, last = bill["period_start"], date.fromordinal(bill["period_end"].toordinal() - 1)
    return {
        "no": str(no),
        "contract": place["contract_number"],
        "place": place_lines(place["place"]),
        "period": f"{start.month}/{start.day}～{last.month}/{last.day}",
        "kwh": words.kwh(bill["energy_dwh"]),
        "amount": words.yen(bill["total_minor"]),
    }


def place_lines(text: str) -> list[str]:
    """The line of a place, or two to be set smaller; of what is longer still the end stays, which tells rooms apart."""
    lines = words.folded(text, em=PLACE_EM)
    if len(lines) > 2:  # noqa: PLR2004 - one line or two
        lines = words.folded(text, em=SMALL_EM)
    return lines if len(lines) <= 2 else [lines[0], f"…{text[1 - SMALL_EM :].strip()}"]  # noqa: PLR2004


def _sums(bills: Sequence[Mapping[str, Any]], total: int) -> list[list[str]]:
    rows = []
    for rate, taxed, tax in taxes(bills):
        percent = plain(rate, scale=10_000)
        rows.append([f"合計（{percent}％対象・税込）", words.yen(taxed), "bold"])
        rows.append([f"うち消費税等相当額（{percent}％）", words.yen(tax), "regular"])
    untaxed = sum(bill["untaxed_minor"] for bill in bills)
    if untaxed:
        rows.append(["不課税", words.yen(untaxed), "regular"])
    if untaxed or len(rows) > 2:  # noqa: PLR2004 - one rate takes two rows, and its total is the invoice's
        rows.append(["ご請求金額", words.yen(total), "bold"])
    return rows
