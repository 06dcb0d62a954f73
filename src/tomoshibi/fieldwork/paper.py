"""The work ticket on paper (批量装拆工作票, 装接作業票): what stands where, formatted, in the company's language."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.fieldwork import sheets, values, words
from tomoshibi.masters.values import Company

TICKET = Path(__file__).parent / "ticket.typ"
_LANGUAGES = {"CN": "zh-hans", "JP": "ja"}


def site_address(ticket_id: int) -> str:
    """What the code on the paper opens on a phone."""
    return f"{settings.BASE_URL.rstrip('/')}/portals/field/#ticket/{ticket_id}"


def ticket_sheet(ticket: values.Ticket, *, company: Company, leader: str, printed_at: datetime) -> dict[str, Any]:
    """
    What ``ticket.typ`` lays out.

    :param leader: the leader's name; empty while there is none
    """
    code, _size = sheets.drawing(site_address(ticket.id))
    with translation.override(_LANGUAGES.get(company.country, "ja")):
        return {
            "company": company.name,
            "lang": "zh" if company.country == "CN" else "ja",
            "title": _("Work ticket for installing and removing in batch"),
            "number": ticket.number,
            "code": code,
            "code_hint": _("Scan: the crew's page of this ticket"),
            "facts": _facts(ticket, leader),
            "safety": {"title": _("Safety measures"), "lines": _safety()},
            "rows_title": _("What is to be done"),
            "columns": [
                _("No."), _("Point"), _("Address"), _("Access point"), _("What"), _("Label number"), _("Seal number"),
                _("Outcome"), _("Time"),
            ],
            "rows": [_row(task) for task in ticket.tasks],
            "signatures": {
                "columns": [pgettext("ticket", "Step"), _("Time"), _("Signature")],
                "rows": [
                    _("Work permitted by"), _("Leader began the work"), _("Interrupted, and taken up again"),
                    _("Work ended, crew has left"), _("Customer"),
                ],
            },
            "printed": _("Printed on %(moment)s") % {"moment": f"{timezone.localtime(printed_at):%Y-%m-%d %H:%M}"},
        }  # fmt: skip


def _facts(ticket: values.Ticket, leader: str) -> list[list[str]]:
    staff = [member.name for member in ticket.crew if not member.is_customer_crew]
    customers = [member.name for member in ticket.crew if member.is_customer_crew]
    return [
        [_("Work"), ticket.title],
        [_("Place"), " / ".join(part for part in (ticket.district, ticket.place) if part) or "–"],
        [_("Planned on"), _day(ticket.planned_on)],
        [_("Due"), _day(ticket.due_on) if ticket.due_on else "–"],
        [_("Leader"), leader or "–"],
        [_("Qualification"), ticket.qualification or "–"],
        [_("Crew"), "、".join(staff) or "–"],
        [_("The customer's crew"), "、".join(customers) or "–"],
        [_("Begun"), _moment(ticket.started_at)],
        [_("Ended"), _moment(ticket.closed_at)],
    ]


def _safety() -> list[str]:
    return [
        _("Tell the leader before work begins; nobody works alone at a live part."),
        _("Check that the terminals are dead before touching them, and secure the switch against being closed."),
        _("Connect to the lower terminals named in the order; hang the seal above the customer's cable."),
        _("People of the customer's crew work under the leader's eyes only."),
        _("Close boxes and doors, and take tools and left-over wire away."),
    ]


def _row(task: values.Task) -> list[str]:
    outcome = "" if task.outcome is values.Outcome.NONE else str(words.OUTCOMES[task.outcome].word)
    return [
        str(task.no), task.caption, task.address, task.place, str(words.ACTS[task.act]), task.label_number,
        task.seal_number, outcome, _moment(task.done_at) if task.done_at else "",
    ]  # fmt: skip


def _day(day: date) -> str:
    return day.isoformat()


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
