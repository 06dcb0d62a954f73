"""
The left rail: the business in its order. Each entry is shown to those who may open it, once its page exists.

A room adds its page as one line of its section: text (translated in ``config/locale``; a word that means something
else elsewhere takes the context "rail"), URL name, icon, and the procedures it belongs to. The number beside an entry is the
due work that is done there (``console.places``); no item of work is counted at two entries.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tomoshibi.console.places import place_of
from tomoshibi.worker import queries as clock
from tomoshibi.worklist import queries as worklist


class Entry(NamedTuple):
    """
    One entry of the rail: text, URL name, icon, and the procedures whose right to view opens it.

    :ivar demo: only a demo has it
    """

    label: Any
    url: str
    icon: str
    procedures: tuple[str, ...] = ()
    demo: bool = False


class Section(NamedTuple):
    """A chapter of the business; one without a text of its own is its only entry."""

    label: Any
    icon: str
    entries: tuple[Entry, ...]


RAIL: tuple[Section, ...] = (
    Section(pgettext_lazy("rail", "Today"), "sun", (
        Entry(pgettext_lazy("rail", "Today"), "console:today", "sun"),
    )),
    Section(pgettext_lazy("rail", "Intake"), "inbox", (
        Entry(_("Applications received"), "applications:intakes", "inbox", ("IN1", "IN2", "CM1")),
        Entry(_("Mails to key"), "applications:mails", "mail", ("IN2",)),
        Entry(_("Agencies"), "applications:agencies", "building-store", ("IN1",)),
        Entry(_("Point searches"), "applications:point_searches", "map-search", ("IN3", "IN4")),
    )),
    Section(pgettext_lazy("rail", "Enquiries"), "message-question", (
        Entry(_("Enquiries"), "care:enquiries", "message-question", ("CM7", "CM8", "CM9")),
        Entry(_("Announcements"), "care:announcements", "speakerphone", ("CM10",)),
        Entry(_("Mailboxes"), "messaging:mailboxes", "mailbox", ("IN2", "CM7")),
    )),
    Section(pgettext_lazy("rail", "Apply"), "clipboard-text", (
        Entry(_("Applications to the grid"), "applications:switching", "plug-connected", ("AP7", "AP8")),
        Entry(_("Applications by form"), "applications:works", "tools", ("AP9", "AP10", "AP11")),
        Entry(_("Changes of contracts"), "applications:changes", "replace", ("CM2", "CM3")),
        Entry(_("Requests of other retailers"), "applications:mediations", "arrows-exchange", ("CM6",)),
    )),
    Section(pgettext_lazy("rail", "Supply"), "plug-connected", (
        Entry(_("Customers"), "parties:customers", "users", ("CM1",)),
        Entry(_("Contracts"), "contracts:contracts", "file-certificate", ("CM3",)),
        Entry(_("Contract documents"), "applications:notices", "file-certificate", ("CM4",)),
        Entry(_("Supply points"), "supply:points", "map-pin", ("CM2",)),
        Entry(_("Mandates"), "parties:mandates", "signature", ("AP1",)),
    )),
    Section(pgettext_lazy("rail", "Meter"), "gauge", (
        Entry(_("Meter files"), "metering:files", "file-download", ("RB2",)),
        Entry(_("Missing values"), "metering:gaps", "gauge-off", ("RB2",)),
        Entry(_("Maximum demand"), "metering:demands", "chart-line", ("RB4",)),
    )),
    Section(pgettext_lazy("rail", "Bill"), "file-invoice", (
        Entry(_("Billing runs"), "billing:runs", "calculator", ("RB6", "RB7")),
        Entry(_("Bills"), "billing:bills", "file-invoice", ("RB6", "RB7")),
        Entry(_("Sundry charges"), "billing:charges", "receipt", ("RB6", "RB7")),
        Entry(_("Printing"), "billing:batches", "printer", ("RB8", "RB9")),
        Entry(_("Checks"), "billing:checks", "list-check", ("RB7",)),
    )),
    Section(pgettext_lazy("rail", "Collect"), "coins", (
        Entry(_("Collection today"), "collection:day", "coins", ("RC4",)),
        Entry(_("Debts"), "collection:receivables", "list-details", ("RC4",)),
        Entry(_("Failed debits"), "collection:failed", "repeat", ("RC4",)),
        Entry(_("Result files"), "collection:results", "file-check", ("RC4",)),
        Entry(_("Bank transfers"), "collection:receipts", "building-bank", ("RC4",)),
        Entry(_("Credits"), "collection:credits", "receipt-refund", ("RC4",)),
        Entry(_("Trial balance"), "ledger:trial_balance", "scale", ("RC4", "RB7")),
    )),
    Section(pgettext_lazy("rail", "Agency"), "building-store", (
    )),
    Section(pgettext_lazy("rail", "Groups"), "topology-star-3", (
        Entry(_("Group applications"), "applications:group_cases", "clipboard-text", (
            "GP1", "GP2", "GP3", "GP4", "GP5", "GP6", "GP7", "GP8", "GP9", "GP10",
        )),
        Entry(_("Groups of points"), "groups:groups", "topology-star-3", ("GR1",)),
        Entry(_("Portfolio"), "groups:portfolio", "chart-bar", ("GR1",)),
        Entry(_("Meter reads"), "groups:reads", "gauge", ("GR11",)),
        Entry(_("Group energy"), "billing:group_months", "calculator", ("GR12",)),
        Entry(_("Point lists"), "groups:lists", "table-import", ("GR2",)),
        Entry(_("Stock customers"), "groups:stock", "building-warehouse", ("GR3",)),
        Entry(_("What is missing"), "applications:group_reports", "file-alert", ("GP1", "GP9")),
        Entry(_("Neighbouring accounts"), "applications:neighbours", "users-group", ("GP12",)),
        Entry(_("Roles and rights"), "applications:group_roles", "shield-check", ("GP11",)),
        Entry(_("Types and limits"), "groups:settings", "adjustments", ("GR4",)),
    )),
    Section(pgettext_lazy("rail", "On site"), "tool", (
        Entry(_("Work tickets"), "fieldwork:tickets", "clipboard-list", ("FW1",)),
        Entry(_("Work on site"), "portals:field", "device-mobile", ("FW2",)),
        Entry(_("Qualified leaders"), "fieldwork:qualifications", "certificate", ("FW3",)),
    )),
    Section(pgettext_lazy("rail", "Master"), "database", (
        Entry(_("All masters"), "masters:overview", "database"),
        Entry(_("Changes to decide"), "masters:proposals", "eye"),
        Entry(_("Renewable levy"), "masters:levy", "leaf", ("MS1",)),
        Entry(_("Fuel adjustment"), "masters:fuel", "flame", ("MS2",)),
        Entry(_("Spot prices"), "masters:spot", "chart-candle", ("MS2",)),
        Entry(_("Reading calendar"), "masters:calendar", "calendar-event", ("MS3",)),
        Entry(_("Debit calendar"), "masters:debits_agent_a", "calendar-dollar", ("MS4", "MS5", "MS6")),
        Entry(_("Holidays"), "masters:holidays", "calendar-off", ("MS8",)),
        Entry(_("Banks"), "masters:banks", "building-bank", ("MS9",)),
        Entry(_("Kinds of sundry charges"), "masters:charge_kinds_list", "receipt-2", ("RB1",)),
        Entry(_("Tax rates"), "masters:tax_rates_list", "receipt-tax", ("MS10",)),
        Entry(_("Company profile"), "masters:company_list", "building", ("SU3",)),
        Entry(_("Plans"), "tariffs:plans", "tags", ("RB1",)),
        Entry(_("Quote"), "tariffs:quote", "scale", ("RB1",)),
        Entry(_("Studies"), "billing:studies", "chart-histogram", ("RB1", "MS10", "MS1", "MS2")),
    )),
    Section(pgettext_lazy("rail", "Operation"), "settings-automation", (
        Entry(_("World of the demo"), "onboarding:switching_world", "world", ("AP7", "AP8", "CM6"), demo=True),
        Entry(_("Jobs"), "worker:jobs", "stack-2", ("MS7",)),
        Entry(_("Messages sent"), "messaging:deliveries", "mail", ("CM4", "MS7")),
        Entry(_("People"), "identity:people", "users", ("MS7",)),
        Entry(_("What was done"), "identity:deeds", "history", ("MS7",)),
    )),
)  # fmt: skip


def _due_by_entry(now: datetime, entries: Sequence[Entry]) -> Mapping[str, int]:
    """
    URL name of an entry -> work that is late or due today and done there.

    :param entries: those that the reader sees, in their order; work whose place is not among them is counted at the
        first one of its procedure
    """
    seen = {entry.url for entry in entries}
    due: dict[str, int] = {}
    for count in worklist.counts_by_kind(now=now):
        place = place_of(count.kind)
        there = place.url if place and place.url in seen else _first_of(count.procedure, entries)
        due[there] = due.get(there, 0) + count.due
    return due


def _first_of(procedure: str, entries: Sequence[Entry]) -> str:
    return next((entry.url for entry in entries if procedure in entry.procedures), "")


def _address(url: str) -> str:
    try:
        return reverse(url)
    except NoReverseMatch:
        return ""


def _may_open(user: Any, entry: Entry) -> bool:
    if entry.demo and not settings.DEMO:
        return False
    return not entry.procedures or any(user.has_perm(f"{procedure}.view") for procedure in entry.procedures)


def _visible_entries(user: Any, section: Section) -> list[Entry]:
    return [entry for entry in section.entries if _address(entry.url) and _may_open(user, entry)]


def _mark_where_we_are(path: str, sections: list[dict[str, Any]]) -> None:
    """The entry with the longest address that the page's address starts with is the one we are in."""
    fitting = [(len(e["url"]), s, e) for s in sections for e in s["entries"] if _leads_to(e["url"], path)]
    if fitting:
        _length, section, entry = max(fitting, key=lambda found: found[0])
        section["active"] = entry["active"] = True


def _leads_to(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def rail(request: HttpRequest, now: datetime) -> list[dict[str, Any]]:
    """The sections and entries that this user may open, with what is due in them."""
    visible = [(section, _visible_entries(request.user, section)) for section in RAIL]
    due = _due_by_entry(now, [entry for _section, entries in visible for entry in entries])
    sections = []
    for section, seen in visible:
        if seen:
            entries = [
                {
                    "label": entry.label,
                    "icon": entry.icon,
                    "url": _address(entry.url),
                    "due": due.get(entry.url, 0),
                    "active": False,
                }
                for entry in seen
            ]
            sections.append({
                "label": section.label,
                "icon": section.icon,
                "entries": entries,
                "single": len(entries) == 1 and str(entries[0]["label"]) == str(section.label),
                "due": sum(due.get(entry.url, 0) for entry in seen),
                "active": False,
            })  # fmt: skip
    _mark_where_we_are(request.path, sections)
    return sections


def _frame(request: HttpRequest, now: datetime) -> dict[str, Any]:
    user: Any = request.user
    return {
        "today": now.date(),
        "clock_is_stepped": clock.is_stepped(),
        "search_url": _address("console:search"),
        "user_id": user.pk,
        "name": user.display_name or user.get_full_name() or user.get_username(),
        "department": user.department.name if user.department_id else "",
    }


def context(request: HttpRequest) -> dict[str, Any]:
    """
    What the frame of every staff page shows: the rail, the day, the person, where to search.

    Each is read only when a template asks for it: a fragment for htmx has no frame and pays nothing.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff:
        return {"rail": ()}
    now = cache(lambda: timezone.localtime(clock.now()))
    return {
        "rail": SimpleLazyObject(lambda: rail(request, now())),
        "today": SimpleLazyObject(lambda: now().date()),
        "frame": SimpleLazyObject(lambda: _frame(request, now())),
    }
