"""Everything about one customer on one time line, from the rooms that know it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tomoshibi.billing import queries as billing
from tomoshibi.collection import queries as collection
from tomoshibi.contracts import queries as contracts
from tomoshibi.identity import queries as identity
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH, plain
from tomoshibi.messaging import queries as messaging
from tomoshibi.worklist import queries as worklist

KINDS = ("contract", "usage", "bill", "payment", "message", "work", "note")


@dataclass(frozen=True)
class Event:
    """Something that happened, or will: one line of the time line."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    amount_minor: int | None = None
    url: str = ""

    @property
    def icon(self) -> str:
        return {
            "contract": "file-certificate",
            "usage": "gauge",
            "bill": "file-invoice",
            "payment": "coins",
            "message": "mail",
            "work": "checklist",
        }.get(self.kind, "note")


Source = Callable[[int], Iterator[Event]]


def of_customer(*, customer_id: int) -> list[Event]:
    """Newest first."""
    events = (event for source in SOURCES for event in source(customer_id))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _at(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _link(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _contract_events(customer_id: int) -> Iterator[Event]:
    for contract in contracts.contracts_of(customer_id=customer_id):
        url = _link("contracts:contract", contract.id)
        yield Event(
            _at(contract.start), "contract", _("Supply starts: %(number)s") % {"number": contract.number}, url=url
        )
        for before, after in zip(contract.terms, contract.terms[1:], strict=False):
            change = (
                f"{before.plan_code} → {after.plan_code}" if before.plan_code != after.plan_code else after.plan_code
            )
            yield Event(
                _at(after.start),
                "contract",
                _("Terms change: %(number)s") % {"number": contract.number},
                change,
                url=url,
            )
        if contract.end:
            yield Event(
                _at(contract.end), "contract", _("Supply ends: %(number)s") % {"number": contract.number}, url=url
            )


def _messages(customer_id: int) -> Iterator[Event]:
    for message in messaging.deliveries_to(customer_id=customer_id):
        yield Event(message.queued_at, "message", message.subject, messaging.state_in_words(message.state))


def _work(customer_id: int) -> Iterator[Event]:
    subjects = [f"parties.customer:{customer_id}"]
    subjects += [f"contracts.contract:{c.id}" for c in contracts.contracts_of(customer_id=customer_id)]
    for subject in subjects:
        for item in worklist.items_of(subject=subject):
            yield Event(item.opened_at, "work", item.title, item.outcome, url=_link("worklist:item", item.id))
        for deed in identity.deeds(subject=subject):
            yield Event(deed.at, "note", f"{deed.procedure}: {deed.said}", deed.who)


def _bills(customer_id: int) -> Iterator[Event]:
    for bill in billing.bills_of(customer_id=customer_id):
        if bill.issued_on is None:
            continue
        month = Month.from_number(bill.month)
        kwh = plain(bill.energy_dwh, scale=DWH_PER_KWH)
        title = _("Bill %(number)s for %(month)s") % {"number": bill.invoice_number, "month": month}
        url = _link("billing:bill", bill.id)
        yield Event(_at(bill.issued_on), "bill", title, f"{kwh} kWh", bill.total_minor, url)
        used = _("Used %(kwh)s kWh") % {"kwh": kwh}
        if bill.corrects_bill_id is None:
            yield Event(_at(bill.period_end), "usage", used, f"{bill.period_start} – {bill.period_end}")


def _payments(customer_id: int) -> Iterator[Event]:
    for event in collection.events_of(customer_id=customer_id):
        url = _link(event.url_name, event.url_id) if event.url_id else ""
        yield Event(event.at, "payment", event.text, amount_minor=event.amount_minor, url=url)


SOURCES: tuple[Source, ...] = (_contract_events, _bills, _payments, _messages, _work)
