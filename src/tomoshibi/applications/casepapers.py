"""
What the papers of group cases say: everything formatted, so that the templates in ``papers/`` only lay out.

The papers are forms of a Chinese utility and are printed in Chinese, whatever language the screen has. The annexes 3, 4
and 5 are those of the requirements; annexes 6 to 8 are missing there, and what stands in for them is our own wording,
which a company replaces by its own (``clauses``).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tomoshibi.applications.clauses import CLAUSES
from tomoshibi.applications.values.groupwork import Case, CaseKind, Change, Paper, Row, RowState
from tomoshibi.groups.values import PointOnDay
from tomoshibi.masters import queries as masters

FOLDER = Path(__file__).parent / "papers"
APPLICATION = FOLDER / "application.typ"
CONNECTION = FOLDER / "connection.typ"
CONFIRMATION = FOLDER / "confirmation.typ"
CONTRACT = FOLDER / "contract.typ"
WORK_ORDER = FOLDER / "workorder.typ"
SLIPS = FOLDER / "slips.typ"

CHANGES = {Change.ADD: "新装", Change.REMOVE: "取消", Change.MOVE: "迁移"}
_ACCOUNT_DIGITS, _CELL_DIGITS = 12, 9
ON_FORM = {Change.ADD: "新增", Change.REMOVE: "取消", Change.MOVE: "迁移"}
TAPS = {"urban_box": "楼道计量箱接线盒下桩头", "rural_switch": "三相开关箱计量闸刀下桩头", "": ""}
REMARK = (
    "1. 本申请表及其附件经供电企业受理后，作为供用电合同的附件；与原有条款不一致的，以最近一次受理的申请表为准。",
    "2. 客户应如实填报用电点位，点位增加、减少或迁移时须通过基准户（参考表户）办理变更。",
    "3. 未悬挂电缆封印扣的设备不得接电。",
)
NOTICE = (
    "1. 办理时，居民客户出示有效身份证件，单位客户加盖公章。",
    "2. 每个参考表户下的虚拟子户原则上不超过100个；超过时请办理参考表新装手续。",
    "3. 用电电压或产权分界点发生变化的，须重新签订供用电合同。",
)


def _chinese(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "　　　年　　月　　日"


def _company() -> dict[str, str]:
    company = masters.company()
    return {"name": company.name, "address": company.address, "phone": company.phone}


def _head(case: Case) -> dict[str, Any]:
    return {
        "company": _company(),
        "number": case.number,
        "query_number": case.query_number,
        "customer": case.customer_name,
        "benchmark": case.benchmark_number,
        "device": case.device_code,
        "unit": case.unit,
    }


def application(*, case: Case, person: str, contract_number: str) -> dict[str, Any]:
    """The application form (附件3), filled in as it was accepted; identity numbers in full, for it is what is signed."""
    return _head(case) | {
        "address": case.customer_address,
        "postal_code": case.customer_postal_code,
        "phone": case.customer_phone,
        "agent": {"name": case.agent_name, "document": case.agent_document, "phone": case.agent_phone},
        "outage": {"name": case.outage_contact, "mobile": case.outage_mobile},
        "kinds": [
            {"text": "参考表新装", "on": case.kind is CaseKind.NEW},
            {"text": "参考表及虚拟表点位变更", "on": case.kind is CaseKind.CHANGE},
            {"text": "基准户变更", "on": case.kind is CaseKind.BENCHMARK},
            {"text": "整组销户", "on": case.kind is CaseKind.CANCEL},
        ],
        "benchmark": "" if case.kind is CaseKind.NEW else case.benchmark_number,
        "points": case.declared_points,
        "rated": f"{case.rated_w}W",
        "remarks": REMARK,
        "notices": NOTICE,
        "signed": _chinese(case.signed_on),
        "received": _chinese(case.received_on),
        "person": person,
        "contract": contract_number,
    }


def _live(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.state is not RowState.REJECTED]


def connection(*, case: Case, rows: Sequence[Row]) -> dict[str, Any]:
    """The connection list (附件4) as it was accepted."""
    return _head(case) | {
        "rows": [
            [str(n), row.name, row.position, _in_cell(row.nearest_number), ON_FORM[row.change]]
            for n, row in enumerate((row for row in rows if not row.from_site), start=1)
        ],
        "signed": _chinese(case.signed_on),
    }


def confirmation(*, case: Case, rows: Sequence[Row], version: int, on: date) -> dict[str, Any]:
    """
    The confirmation list (附件5), which is the installation slip, too: one number on both (G-033).

    The transformer district is no column of the printed form; it stands after the ten.
    """
    live = _live(rows)
    benchmark = case.benchmark_number or next((row.account_number for row in live if row.is_benchmark), "")
    return _head(case) | {
        "title": "虚拟倍率客户点位现场确认清单",
        "version": f"{case.number}-V{version}",
        "superseded": False,
        "benchmark": benchmark,
        "meter": case.meter_number,
        "slip": True,
        "on": _chinese(on),
        "rows": [
            [
                str(n), row.account_number, case.customer_name, row.address or row.name, _in_cell(row.nearest_number),
                row.access_point_number, row.access_point_name, CHANGES[row.change],
                (row.installed_on or (row.done_at.date() if row.done_at else None) or on).isoformat(), benchmark,
                f"{row.district_number} {row.district_name}".strip(), TAPS.get(row.tap, ""),
            ]
            for n, row in enumerate(live, start=1)
        ],
    }  # fmt: skip


def slips(*, case: Case, rows: Sequence[Row], version: int, labels: Mapping[int, str]) -> dict[str, Any]:
    """
    An installation slip (装接单) for each point that is to be connected, printed in one go (G-045).

    :param version: of the confirmation list, whose number they carry (G-033)
    :param labels: numbers of the labels by point
    """
    live = _live(rows)
    benchmark = case.benchmark_number or next((row.account_number for row in live if row.is_benchmark), "")
    return _head(case) | {
        "version": f"{case.number}-V{version}",
        "slips": [
            {
                "no": str(row.no),
                "account": row.account_number,
                "name": row.name,
                "address": row.address or row.name,
                "position": row.position,
                "nearest": row.nearest_number,
                "place": f"{row.access_point_number} {row.access_point_name}".strip(),
                "district": f"{row.district_number} {row.district_name}".strip(),
                "tap": TAPS.get(row.tap, ""),
                "change": CHANGES[row.change],
                "rated": f"{row.rated_w or case.rated_w}W",
                "label": labels.get(row.point_id or 0, ""),
                "seal": row.seal_number,
                "meter": case.meter_number if row.is_benchmark else "",
                "benchmark": benchmark,
            }
            for row in live
        ],
    }


def annex(*, case: Case, points: Sequence[PointOnDay], version: int, on: date) -> dict[str, Any]:
    """The list annex of the contract: all points of the group from a day on, in the columns of the confirmation list."""
    benchmark = next((point.account_number for point in points if point.role.value == "benchmark"), "")
    return _head(case) | {
        "title": "供用电合同附件：虚拟子户清单",
        "version": f"L{version}",
        "superseded": False,
        "benchmark": benchmark,
        "meter": case.meter_number,
        "slip": False,
        "on": _chinese(on),
        "rows": [
            [
                str(n), point.account_number, case.customer_name, point.address, _in_cell(point.nearest_number),
                point.access_point_number, point.access_point_name, "在用", point.start.isoformat(), benchmark,
                f"{point.district_number} {point.district_name}".strip(), "",
            ]
            for n, point in enumerate(points, start=1)
        ],
    }  # fmt: skip


def contract(*, case: Case, paper: Paper, rows: Sequence[Row], people: Mapping[int, str]) -> dict[str, Any]:
    """The supply contract with its special clauses, or the supplement where the group has one already."""
    live = _live(rows)
    return _head(case) | {
        "title": "低压非居民供用电合同" if case.kind is CaseKind.NEW or case.boundary_changes else "低压非居民供用电合同补充协议",
        "draft": paper.state.value in {"draft", "reviewed"},
        "contract": paper.number,
        "address": case.customer_address,
        "rated": f"{case.rated_w}W",
        "points": sum(row.change is Change.ADD for row in live),
        "leaving": sum(row.change is Change.REMOVE for row in live),
        "moving": sum(row.change is Change.MOVE for row in live),
        "meter": case.meter_number,
        "clauses": [
            {"title": title, "text": paper.clauses.get(code, CLAUSES[code])}
            for code, title in (
                ("boundary", "产权责任分界点"), ("customer", "用电方的管理责任"), ("utility", "供电方的管理责任"),
                ("notice", "停电通知"), ("counting", "点位的确认与更正"), ("breach", "违约责任"),
            )
        ],
        "drafted": people.get(paper.drafted_by_id or 0, ""),
        "reviewed": people.get(paper.reviewed_by_id or 0, ""),
        "approved": people.get(paper.approved_by_id or 0, ""),
        "signed": _chinese(paper.signed_on),
        "outage": f"{case.outage_contact}　{case.outage_mobile}",
    }  # fmt: skip


ACTS = {Change.ADD: "接电、挂封印扣", Change.REMOVE: "拆除、回收封印扣", Change.MOVE: "迁移"}


def _in_cell(number: str) -> str:
    """The number of a meter or a box where an account was expected: it is longer, and goes on in the next line."""
    if len(number) <= _ACCOUNT_DIGITS:
        return number
    return "\u200b".join(number[at : at + _CELL_DIGITS] for at in range(0, len(number), _CELL_DIGITS))


def work_order(
    *, case: Case, rows: Sequence[Row], ticket: str, leader: str, qualification: str, planned: date | None
) -> dict[str, Any]:
    """The request for a batch work ticket (附件8 is missing in the requirements: usual contents)."""
    # What is still to be done; when all of it is, the request as it was made.
    live = [row for row in _live(rows) if row.state is not RowState.DONE or row.installed_on is None] or _live(rows)
    return _head(case) | {
        "ticket": ticket or "（派工后填写）",
        "leader": leader,
        "qualification": qualification,
        "planned": _chinese(planned),
        "districts": "、".join(sorted({row.district_name for row in live if row.district_name})),
        "count": len(live),
        "rows": [
            [
                str(n), row.account_number, row.address or row.name, row.access_point_number, row.access_point_name,
                ACTS[row.change] if case.kind is not CaseKind.BENCHMARK else "核对、换装参考表", TAPS.get(row.tap, ""),
                row.seal_number,
            ]
            for n, row in enumerate(live, start=1)
        ],
    }  # fmt: skip
