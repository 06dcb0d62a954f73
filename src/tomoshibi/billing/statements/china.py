"""What a Chinese bill says (电费账单): a group's days and points, the lines in yuan, the VAT, the amount in capitals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tomoshibi.billing import derivation, numbering
from tomoshibi.billing.values import BillKind, Line
from tomoshibi.kernel.units import DWH_PER_KWH, E10, plain

TEMPLATE = Path(__file__).parent / "china.typ"
FEN = 100
E10_PER_FEN = E10 // FEN
_DIGITS, _PLACES, _GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "万亿")
_METHODS = {"direct_debit": "银行代扣", "transfer": "银行转账", "card": "银行卡", "cvs": "便利店"}


@dataclass(frozen=True)
class MeterRow:
    """A reference meter in the period: its registers at both ends, where they were read, and its ratio."""

    number: str
    ratio: int
    first_dwh: int | None
    last_dwh: int | None


@dataclass(frozen=True)
class PartRow:
    """Days on end with the same number of points."""

    first: date
    last: date
    points: int
    meter_dwh: int


@dataclass(frozen=True)
class Facts:
    """
    What one bill is made from.

    :param bill: columns of ``queries.statement_bills``
    :param account: columns of ``parties.queries.ACCOUNTS``
    :param group: number, benchmark number, address and unit; empty for a bill of no group
    """

    bill: Mapping[str, Any]
    lines: Sequence[Line]
    account: Mapping[str, Any]
    point: Mapping[str, Any]
    plan_name: str
    group: Mapping[str, str]
    meters: Sequence[MeterRow] = ()
    parts: Sequence[PartRow] = ()
    counts_benchmark: bool = True
    points: int = 0
    original_number: int | None = None
    reissued: bool = False


def day(given: date) -> str:
    return f"{given.year}年{given.month}月{given.day}日"


def kwh(energy_dwh: int) -> str:
    return derivation.grouped(energy_dwh, scale=DWH_PER_KWH)


def yuan(amount_minor: int) -> str:
    sign = "−" if amount_minor < 0 else ""
    return f"{sign}{abs(amount_minor) // FEN:,}.{abs(amount_minor) % FEN:02d}"


def capitals(amount_minor: int) -> str:
    """An amount as Chinese documents write it besides the figures: ``10203`` is 壹佰零贰元零叁分."""
    whole, rest = divmod(abs(amount_minor), FEN)
    text = f"{_whole(whole)}元" if whole else ""
    jiao, fen = divmod(rest, 10)
    if not rest:
        return ("负" if amount_minor < 0 else "") + (text or "零元") + "整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif whole:
        text += "零"
    text += f"{_DIGITS[fen]}分" if fen else "整"
    return ("负" if amount_minor < 0 else "") + text


def _whole(number: int) -> str:
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1_000):  # noqa: PLR2004 - a group without its thousands
            text += "零"
        text += _four(group) + _GROUPS[place]
        gap = False
    return text


def _four(group: int) -> str:
    text, gap = "", False
    for place in reversed(range(4)):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def bill(facts: Facts) -> dict[str, Any]:
    """The data of one bill."""
    one, kind = facts.bill, BillKind(facts.bill["kind"])
    last = one["period_end"] - timedelta(days=1)
    return {
        "title": {
            BillKind.BILL: "电费账单",
            BillKind.CORRECTION: "电费补收账单",
            BillKind.RETURN: "电费退还账单",
            BillKind.CHARGES: "杂费账单",
        }[kind],
        "number": numbering.text(one["number"]),
        "draft": one["number"] is None,
        "reissued": facts.reissued,
        "issued_on": day(one["issued_on"]) if one["issued_on"] else "",
        "month": f"{one['month'] // 100}年{one['month'] % 100}月",
        "amount": yuan(abs(one["total_minor"])),
        "capitals": capitals(abs(one["total_minor"])),
        "amount_label": "应退金额（价税合计）" if kind is BillKind.RETURN else "应收金额（价税合计）",
        "customer": _customer(facts),
        "period": f"{day(one['period_start'])} 至 {day(last)}（{(one['period_end'] - one['period_start']).days}天）",
        "energy": kwh(one["energy_dwh"]),
        "meters": [_meter(row) for row in facts.meters],
        "parts": [_part(row) for row in facts.parts],
        "rule": _rule(facts),
        "lines": [_line(line) for line in facts.lines],
        "sums": _sums(one, kind),
        "pay": _pay(facts, kind),
        "notes": _notes(facts, kind),
    }


def _customer(facts: Facts) -> list[list[str]]:
    rows = [["户名", facts.account["addressee"]], ["客户编号", facts.account["customer_number"]]]
    if facts.group:
        rows += [
            ["基准户号", facts.group["benchmark_number"]],
            ["群组编号", facts.group["number"]],
            ["用电地址", facts.group["address"]],
            ["管理单位", facts.group["unit"]],
        ]
    else:
        rows += [["用电地址", f"{facts.point['address']}{facts.point['building']}"]]
    return [*rows, ["用电点编号", facts.point["spin"]], ["用电类别", facts.plan_name]]


def _meter(row: MeterRow) -> list[str]:
    ends = ["–" if shown is None else kwh(shown) for shown in (row.first_dwh, row.last_dwh)]
    return [row.number, *ends, str(row.ratio)]


def _part(row: PartRow) -> list[str]:
    days = (row.last - row.first).days + 1
    span = f"{row.first:%m-%d} 至 {row.last:%m-%d}"
    return [span, str(days), kwh(row.meter_dwh), f"{row.points:,}", kwh(row.meter_dwh * row.points)]


def _rule(facts: Facts) -> str:
    if not facts.parts:
        return ""
    return "用电点数（虚拟倍率）为每日在用点位数，" + ("含基准户。" if facts.counts_benchmark else "不含基准户。")


def _line(line: Line) -> list[str]:
    price = line.price.partition(" / ")[0].removesuffix("円")
    amount = _round_fen(line.amount_e10)
    if line.kind in {"extra", "untaxed"}:
        return [line.text, "", "", amount]
    return [line.text, line.quantity, price, amount]


def _round_fen(amount_e10: int) -> str:
    """To the fen as it is printed; the total is made of the exact amounts."""
    half = (abs(amount_e10) * 2 + E10_PER_FEN) // (2 * E10_PER_FEN)
    return yuan(half if amount_e10 >= 0 else -half)


def _sums(one: Mapping[str, Any], kind: BillKind) -> list[list[str]]:
    rate = plain(one["tax_rate_ppm"], scale=10_000)
    total, tax = one["total_minor"], one["tax_minor"]
    rows = []
    if kind in (BillKind.CORRECTION, BillKind.RETURN):
        rows += [["更正后金额", yuan(one["rerated_minor"])], ["已计费金额", yuan(one["rerated_minor"] - total)]]
    return [
        *rows,
        ["不含税金额", yuan(abs(total - tax))],
        [f"增值税额（税率{rate}%）", yuan(abs(tax))],
        ["价税合计", yuan(abs(total))],
    ]


def _pay(facts: Facts, kind: BillKind) -> list[list[str]]:
    if kind is BillKind.RETURN:
        return [["退还方式", "抵扣下期电费或退款"]]
    rows = [["缴费方式", _METHODS.get(facts.account["payment_method"], "")]]
    if facts.bill["due_on"]:
        rows.append(["缴费期限", day(facts.bill["due_on"])])
    return rows


def _notes(facts: Facts, kind: BillKind) -> list[str]:
    notes = ["各项金额按分显示，合计按未舍入金额一次取整至分；本账单不作为增值税发票。"]
    if facts.points:
        notes.append(f"附件：点位电费分摊清单（{facts.points:,}个点位），分摊电量与金额之和等于本账单。")
    if kind in (BillKind.CORRECTION, BillKind.RETURN) and facts.original_number is not None:
        notes.insert(0, f"本账单更正{numbering.text(facts.original_number)}号账单。")
    return notes


def document(bills: Sequence[dict[str, Any]], *, company: Mapping[str, str]) -> dict[str, Any]:
    """The data of a document of several bills."""
    return {"form": "bills", "title": "电费账单", "company": dict(company), "bills": list(bills)}


def annex(facts: Mapping[str, str], rows: Sequence[Sequence[str]], sums: Sequence[str]) -> dict[str, Any]:
    """The data of the list of a group's points with their days and shares."""
    return {
        "form": "annex", "title": "点位电费分摊清单", "facts": [list(one) for one in facts.items()],
        "rows": [list(row) for row in rows], "sums": list(sums),
    }  # fmt: skip


def combined(facts: Mapping[str, str], rows: Sequence[Sequence[str]], sums: Sequence[str]) -> dict[str, Any]:
    """The data of one statement over all groups of a customer."""
    return {
        "form": "combined", "title": "电费汇总单", "facts": [list(one) for one in facts.items()],
        "rows": [list(row) for row in rows], "sums": list(sums),
    }  # fmt: skip
