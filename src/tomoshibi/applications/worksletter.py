"""What the papers of an application by form say, formatted; the same rows fill the sheet and the typeset page."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone

from tomoshibi.applications import worksforms
from tomoshibi.applications.values.works import Desk, SendAction, WorkCase
from tomoshibi.kernel import units
from tomoshibi.masters import queries as masters
from tomoshibi.masters.values import AREAS

TEMPLATE = Path(__file__).parent / "papers" / "works.typ"
ACTIONS = {SendAction.NEW: "新規", SendAction.CORRECT: "訂正", SendAction.CANCEL: "取消"}
VOLTAGES = {"low": "低圧", "high": "高圧（500kW未満）", "high_large": "高圧（500kW以上）", "special": "特別高圧"}
YES_NO = {True: "有", False: "無"}
Rows = Sequence[tuple[str, str]]


def content(*, case: WorkCase, desk: Desk, action: SendAction, round_number: int, made_at: datetime) -> dict[str, Any]:
    """
    Everything that stands on the paper.

    :returns: ``title``, ``to``, ``number``, ``sections`` (heading and rows of label and value), as ``papers/works.typ`` lays out
    """
    company = masters.company()
    form = worksforms.form_of(case.kind)
    asked = [(field.label("ja"), _said(field, case.details.get(field.name))) for field in form.fields]
    return {
        "title": form.title,
        "action": ACTIONS[action],
        "to": f"{desk.name or AREAS[case.area].grid_company} 御中",
        "number": f"{case.number}-{round_number}",
        "made_on": _day(timezone.localtime(made_at).date()),
        "company": {
            "name": company.name, "address": company.address, "phone": company.phone, "mail": company.mail,
        },
        "sections": [
            {"head": "申込", "rows": _application(case)},
            {"head": "需要場所・需要者", "rows": _place(case)},
            {"head": "申込内容", "rows": [list(row) for row in asked if row[1]]},
            {"head": "連絡事項", "rows": [["ご連絡事項", case.note or "なし"]]},
        ],
    }  # fmt: skip


def _application(case: WorkCase) -> list[list[str]]:
    rows = [
        ["電圧区分", VOLTAGES[case.voltage]],
        ["希望日", _day(case.wished_on)],
        ["契約容量・電力", _size(case)],
        ["受付番号（貴社）", case.reception_number],
    ]
    return [row for row in rows if row[1]]


def _place(case: WorkCase) -> list[list[str]]:
    rows = [
        ["供給地点特定番号", _grouped(case.spin)],
        ["需要者名", case.holder_name],
        ["需要者名（カナ）", case.holder_kana],
        ["電話番号", case.phone],
        ["需要場所住所", case.address],
        ["電気工事店", case.contractor],
        ["電気工事店の電話番号", case.contractor_phone],
    ]
    return [row for row in rows if row[1]]


def _grouped(spin: str) -> str:
    return "-".join(spin[i : i + 4] for i in range(0, len(spin), 4))


def _size(case: WorkCase) -> str:
    if not case.capacity_milli:
        return ""
    return f"{units.plain(case.capacity_milli, scale=units.MILLI)} {case.capacity_kind}"


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _said(field: worksforms.Field, value: Any) -> str:
    if field.type == "yesno":
        return YES_NO[bool(value)]
    if field.type == "date":
        return _day(date.fromisoformat(value)) if value else ""
    return str(value or "")


def sheet(paper: dict[str, Any]) -> bytes:
    """The paper as a workbook: grid companies copy from it into their own forms."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet("申込書")
        page.set_paper(9)
        page.set_column(0, 0, 28)
        page.set_column(1, 1, 62)
        title = book.add_format({"bold": True, "font_size": 15})
        head = book.add_format({"bold": True, "bg_color": "#F2F4F6", "top": 1})
        label = book.add_format({"bottom": 4, "font_color": "#5B6770", "valign": "top"})
        said = book.add_format({"bottom": 4, "text_wrap": True, "num_format": "@"})
        page.write_string(0, 0, paper["title"], title)
        top = [
            ("宛先", paper["to"]), ("申込区分", paper["action"]), ("当社整理番号", paper["number"]), ("申込日", paper["made_on"]),
            ("申込者（小売電気事業者）", paper["company"]["name"]), ("連絡先", f"{paper['company']['phone']} {paper['company']['mail']}"),
        ]  # fmt: skip
        line = 2
        for name, value in top:
            page.write_string(line, 0, name, label)
            page.write_string(line, 1, value, said)
            line += 1
        for section in paper["sections"]:
            line += 1
            page.write_string(line, 0, section["head"], head)
            page.write_blank(line, 1, None, head)
            line += 1
            for name, value in section["rows"]:
                page.write_string(line, 0, name, label)
                page.write_string(line, 1, value, said)
                line += 1
    return made.getvalue()
