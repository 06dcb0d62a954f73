"""What a statement says: everything formatted, for ``drawing`` and ``bill.typ`` to lay out. Japanese, as its readers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from tomoshibi.billing import derivation, numbering
from tomoshibi.billing.statements import drawing, summary
from tomoshibi.billing.statements.drawing import LINES_FIRST, LINES_MORE
from tomoshibi.billing.statements.words import (
    CONTRACT_EM,
    PAYMENT_EM,
    WINDOW_EM,
    day,
    folded,
    kwh,
    labelled,
    to,
    yen,
)
from tomoshibi.billing.values import BillKind, Line
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH, E10, MILLI, plain

TEMPLATE = Path(__file__).parent / "bill.typ"
METHODS = {"direct_debit": "口座振替", "transfer": "振込", "card": "クレジットカード", "cvs": "コンビニエンスストア"}
_UNITS = {"A": "A", "kVA": "kVA", "kW": "kW"}
MONTHS_SHOWN = 13


@dataclass(frozen=True)
class Facts:
    """
    What one statement is made from.

    :param bill: columns of ``queries.statement_bills``
    :param account: columns of ``parties.queries.ACCOUNTS``
    :param point: columns of the supply room's points
    :param mandate: columns of ``parties.queries.MANDATES`` with ``bank_name`` and ``branch_name``, where there is one
    :param used_dwh: energy per reading month of this contract
    """

    bill: Mapping[str, Any]
    lines: Sequence[Line]
    account: Mapping[str, Any]
    point: Mapping[str, Any]
    plan_name: str
    used_dwh: Mapping[int, tuple[int, int]]
    mandate: Mapping[str, Any] | None = None
    debit_on: date | None = None
    next_reading_on: date | None = None
    original_number: int | None = None
    reissued: bool = False
    contract_number: str = ""
    demand: str = ""
    """What the basic charge counted where the plan goes by the actual demand: ``75 kW``."""
    member: tuple[int, int] | None = None
    """Which page of a collective invoice it is: ``(number, of how many)``."""


def pages(line_count: int) -> int:
    """How many pages a statement takes (the template breaks by the same rule)."""
    return 1 + -(-max(0, line_count - LINES_FIRST) // LINES_MORE)


CORRECTING = frozenset({BillKind.CORRECTION, BillKind.RETURN})
"""Documents that name the one they correct."""


def statement(facts: Facts) -> dict[str, Any]:
    """The data of one statement."""
    bill = facts.bill
    kind = BillKind(bill["kind"])
    number = numbering.text(bill["number"])
    is_return = kind is BillKind.RETURN
    return {
        "layout": "statement",
        "title": _title(facts, kind),
        "subtitle": _subtitle(facts, kind, issued=bill["number"] is not None),
        "number_label": "返還請求書番号" if is_return else "請求書番号",
        "number": number,
        "issued_on": day(bill["issued_on"]) if bill["issued_on"] else "",
        "reissued": facts.reissued,
        "draft": bill["number"] is None,
        "month": f"{bill['month'] // 100}年{bill['month'] % 100}月分",
        "amount_label": _amount_label(facts, is_return=is_return),
        "amount": f"{abs(bill['total_minor']):,}",
        "pay": _pay(facts, is_return=is_return),
        "to": _member_to(facts) if facts.member else to(facts.account),
        "use": _use(facts),
        "chart": _chart(facts),
        "lines": [_line(line) for line in facts.lines],
        "sums": _sums(bill, kind, member=facts.member is not None),
        "notes": _notes(facts, kind),
        "contract": labelled(_contract(facts), em=CONTRACT_EM),
        "payment_title": "お返し" if is_return else "お支払い",
        "payment": labelled(payment(facts, is_return=is_return), em=PAYMENT_EM),
    }


def _title(facts: Facts, kind: BillKind) -> str:
    if facts.member:
        return f"電気料金の内訳（{facts.member[0]}／{facts.member[1]}）"
    return {
        BillKind.BILL: "電気料金のお知らせ",
        BillKind.CORRECTION: "電気料金の追加のお知らせ",
        BillKind.RETURN: "電気料金の返還のお知らせ",
        BillKind.CHARGES: "諸料金のお知らせ",
    }[kind]


def _amount_label(facts: Facts, *, is_return: bool) -> str:
    if facts.member:
        return "このご契約の料金"
    return "お返しする金額" if is_return else "ご請求金額"


def _member_to(facts: Facts) -> dict[str, Any]:
    """A page inside a collective invoice is not the one in the window: it says which place it is about."""
    place = f"{facts.point['address']} {facts.point['building']}".strip()
    return to(facts.account) | {"postal_code": "", "lines": ["ご使用場所", *folded(place, em=WINDOW_EM)], "bars": ""}


def _subtitle(facts: Facts, kind: BillKind, *, issued: bool) -> str:
    if not issued:
        return ""
    if facts.member:
        return "適格請求書は合算請求書の1ページ目です"
    return "この書面は適格返還請求書です" if kind is BillKind.RETURN else "この書面は適格請求書です"


def _pay(facts: Facts, *, is_return: bool) -> list[list[str]]:
    bill = facts.bill
    last = bill["period_end"].toordinal() - 1
    days = (bill["period_end"] - bill["period_start"]).days
    used = f"{bill['period_start'].month}月{bill['period_start'].day}日～"
    used += f"{date.fromordinal(last).month}月{date.fromordinal(last).day}日（{days}日間）"
    rows = [["ご使用期間", used]] if bill["kind"] != BillKind.CHARGES.value else []
    if facts.member:
        return [["お支払い", "合計額でご請求します"], *rows]
    if is_return:
        return [["お返しの方法", "次回のご請求に充当"], *rows]
    method = METHODS.get(facts.account["payment_method"], "")
    if facts.debit_on:
        return [["お支払い方法", method], ["振替日", day(facts.debit_on, weekday=True)], *rows]
    due = [["お支払い期日", day(bill["due_on"], weekday=True)]] if bill["due_on"] else []
    return [["お支払い方法", method], *due, *rows]


def _use(facts: Facts) -> dict[str, Any]:
    bill = facts.bill
    days = (bill["period_end"] - bill["period_start"]).days
    rows: list[list[str]] = []
    if bill["kind"] == BillKind.CHARGES.value:
        note = "ご契約の終了後のご請求です。電気のご使用はありません。"
        return {"kwh": kwh(bill["energy_dwh"]), "rows": rows, "note": note}
    before = facts.used_dwh.get(bill["month"] - 100)
    if before:
        energy, before_days = before
        change = f"（{_percent(bill['energy_dwh'], energy)}）" if energy else ""
        rows.append(["前年同月", f"{kwh(energy)} kWh{change}"])
        rows.append(["1日あたり", f"{_per_day(bill['energy_dwh'], days)}（前年 {_per_day(energy, before_days)}） kWh"])
    else:
        rows.append(["1日あたり", f"{_per_day(bill['energy_dwh'], days)} kWh"])
    rows.append(["計量日", day(bill["period_end"])])
    note = "使用量は一般送配電事業者との協議により定めた値（協定値）です。" if bill["agreed"] else ""
    return {"kwh": kwh(bill["energy_dwh"]), "rows": rows, "note": note}


def _percent(now: int, before: int) -> str:
    tenths = round((now - before) * 1000 / before)
    sign = "＋" if tenths > 0 else "−" if tenths < 0 else "±"
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}％"


def _per_day(energy_dwh: int, days: int) -> str:
    tenths = round(energy_dwh / days / (DWH_PER_KWH // 10)) if days else 0
    return f"{tenths // 10:,}.{tenths % 10}"


def _chart(facts: Facts) -> list[dict[str, Any]]:
    found = []
    for number, label, kind in _months_shown(facts.bill["month"]):
        used = facts.used_dwh.get(number)
        energy = facts.bill["energy_dwh"] if kind == "now" else used[0] if used else None
        shown = None if energy is None else round(energy / DWH_PER_KWH)
        text = "" if shown is None else f"{shown:,}"
        found.append({"label": label, "kwh": shown, "text": text, "kind": kind})
    return found


@lru_cache(maxsize=64)
def _months_shown(newest: int) -> list[tuple[int, str, str]]:
    """The months of a chart, the last the statement's own: number, label, and which of the three kinds it is."""
    last = Month.from_number(newest)
    months = [last.plus(n - MONTHS_SHOWN + 1) for n in range(MONTHS_SHOWN)]
    labels = [f"{month.year % 100}/{month.month}" if month.month == 1 else str(month.month) for month in months]
    labels[0] = f"{months[0].year % 100}/{months[0].month}"
    kinds = ["last_year", *["other"] * (MONTHS_SHOWN - 2), "now"]
    return [(month.number, label, kind) for month, label, kind in zip(months, labels, kinds, strict=True)]


def _line(line: Line) -> dict[str, str]:
    if line.kind in {"extra", "untaxed"}:
        text = line.text + ("（不課税）" if line.kind == "untaxed" else "")
        return {"text": text, "quantity": "", "price": "", "amount": _amount(line.amount_e10)}
    unit = line.unit if line.unit != "契約" else ""
    quantity = f"{line.quantity} {unit}".strip() if unit else ""
    return {
        "text": line.text,
        "quantity": quantity + (f" × {line.share}" if line.share else ""),
        "price": _price(line.price, unit),
        "amount": _amount(line.amount_e10),
    }


def _price(text: str, unit: str) -> str:
    """``36.4`` as ``36.40円 / kWh``; a price for several units keeps them: ``311.75円 / 10 A``; a percentage stays."""
    if not text.partition(" / ")[0]:
        return ""  # a number that explains another line (power factor) has no price
    if text.endswith("%"):
        return text.replace("-", "−")
    number, _slash, per = text.partition(" / ")
    whole, _dot, rest = number.partition(".")
    per = per or unit
    return f"{whole}.{rest:0<2}円".replace("-", "−") + (f" / {per}" if per else "")


def _amount(amount_e10: int) -> str:
    """To the sen as it is printed; the total is made from the exact amounts."""
    if amount_e10 % E10 == 0:
        return yen(amount_e10 // E10)
    cut = abs(amount_e10) // (E10 // 100) * (E10 // 100)
    return derivation.decimals(cut if amount_e10 > 0 else -cut, at_least=2).replace("-", "−")


def _sums(bill: Mapping[str, Any], kind: BillKind, *, member: bool) -> list[list[str]]:
    rate = plain(bill["tax_rate_ppm"], scale=10_000)
    taxed = bill["total_minor"] - bill["untaxed_minor"]
    rows = []
    if kind in CORRECTING:
        before = bill["rerated_minor"] - bill["total_minor"]
        rows.append(["訂正後の料金", yen(bill["rerated_minor"]), "regular"])
        rows.append(["すでにご請求した料金", yen(-before), "regular"])
    label = "お返しする金額" if kind is BillKind.RETURN else "合計"
    rows.append([f"{label}（{rate}％対象・税込）", yen(abs(taxed)), "bold"])
    if not member:  # the tax of a collective invoice is rounded once, on its first page
        rows.append([f"うち消費税等相当額（{rate}％）", yen(abs(bill["tax_minor"])), "regular"])
    if bill["untaxed_minor"]:
        rows.append(["不課税", yen(bill["untaxed_minor"]), "regular"])
        rows.append(["ご請求金額", yen(bill["total_minor"]), "bold"])
    return rows


def _notes(facts: Facts, kind: BillKind) -> list[str]:
    notes = ["明細は銭未満を切り捨てて表示し、端数は合計で1円未満を切り捨てています。"]
    if kind in CORRECTING and facts.original_number is not None:
        month = facts.bill["month"]
        notes.insert(
            0,
            f"{month // 100}年{month % 100}月分のご請求（請求書番号 {numbering.text(facts.original_number)}）を"
            "訂正するものです。",
        )
    return notes


def _contract(facts: Facts) -> list[list[str]]:
    bill, point = facts.bill, facts.point
    spin = "-".join([point["spin"][:2], *(point["spin"][n : n + 4] for n in range(2, 22, 4))])
    rows = [
        ["お客さま番号", facts.account["customer_number"]],
        ["供給地点特定番号", spin],
        ["ご契約種別", facts.plan_name],
    ]
    if facts.demand:
        rows.append(["契約電力（実量制）", facts.demand])
    elif bill["capacity_kind"] in _UNITS and bill["capacity_milli"] is not None:
        size = derivation.grouped(bill["capacity_milli"], scale=MILLI)
        rows.append(["ご契約容量", f"{size} {_UNITS[bill['capacity_kind']]}"])
    rows.append(["ご使用場所", f"{point['address']} {point['building']}".strip()])
    if facts.next_reading_on:
        rows.append(["次回検針予定日", day(facts.next_reading_on)])
    return rows


def payment(facts: Facts, *, is_return: bool) -> list[list[str]]:
    """When and from where the amount is paid."""
    due = facts.bill["due_on"]
    if facts.member:
        return [["", "お支払いは合算請求書の1ページ目をご覧ください。"]]
    if is_return:
        rest = ["ほかに未払いのご請求があるときはそちらに充て、", "残りは次回のご請求から差し引きます。"]
        return [*(["", line] for line in rest), ["", "お振込みでの返金をご希望の場合はご連絡ください。"]]
    rows = [["振替日" if facts.debit_on else "お支払い期日", day(due, weekday=True)]] if due else []
    if facts.mandate:
        bank = f"{facts.mandate['bank_name']} {facts.mandate['branch_name']}"
        number = facts.mandate["account_number"]
        rows += [
            ["振替口座", bank],
            ["口座番号", f"＊＊＊＊{number[-3:]}"],
            ["口座名義", facts.mandate["holder_kana"]],
            ["", "振替日の前営業日までに残高をご確認ください。"],
        ]
    elif facts.account["payment_method"] == "transfer":
        rows += facts.bill["company_bank"]
    return rows


def document(statements: Sequence[dict[str, Any]], *, company: Mapping[str, str]) -> dict[str, Any]:
    """The data of a document of several statements, as ``bill.typ`` reads it."""
    return {
        "title": "電気料金のお知らせ",
        "rows_first": summary.ROWS_FIRST,
        "rows_more": summary.ROWS_MORE,
        "company": dict(company),
        "bills": [drawing.drawn(page) for page in statements],
    }
