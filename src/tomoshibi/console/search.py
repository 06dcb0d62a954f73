"""Global search: one box over customers, points, contracts and bills."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.billing import queries as billing
from tomoshibi.contracts import queries as contracts
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import Role
from tomoshibi.kernel.periods import Month
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply

PER_KIND = 30


@dataclass(frozen=True)
class Hit:
    """One thing that was found."""

    kind: str
    number: str
    words: str
    hint: str
    url: str


def search(text: str) -> list[Hit]:
    """
    What fits, exact numbers first, then customers, points and contracts.

    :param text: a number, a part of a name in any script, a telephone number, an address
    """
    wanted = text.strip()
    if not wanted:
        return []
    return [*_contracts(wanted), *_bills(wanted), *_devices(wanted), *_customers(wanted), *_points(wanted)]


def _bills(text: str) -> list[Hit]:
    found = [bill for bill in billing.search(text=text) if bill.invoice_number]
    return [
        Hit(
            _("bill"),
            bill.invoice_number,
            str(Month.from_number(bill.month)),
            f"{bill.total_minor:,}",
            reverse("billing:bill", args=[bill.id]),
        )
        for bill in found
    ]


def _devices(text: str) -> list[Hit]:
    """A benchmark or a sub-account by its number; business is done under the benchmark's, and its page says so."""
    found = groups.point(account_number=text)
    if found is None:
        return []
    kind = pgettext("search", "benchmark") if _is_benchmark(found) else pgettext("search", "sub-account")
    hint = parties.refusal_of(number=text)
    return [Hit(kind, found["account_number"], found["name"], hint, reverse("groups:point", args=[found["id"]]))]


def _is_benchmark(found: dict[str, Any]) -> bool:
    return any(one["role"] == Role.BENCHMARK.value and one["end"] is None for one in found["memberships"])


def _customers(text: str) -> list[Hit]:
    return [
        Hit(_("customer"), f.number, f"{f.name}（{f.kana}）", f.city, reverse("console:customer", args=[f.customer_id]))
        for f in parties.search(text, limit=PER_KIND)
    ]


def _points(text: str) -> list[Hit]:
    found = []
    for point in supply.search(text, limit=PER_KIND):
        holder = next(iter(contracts.contracts_of(supply_point_id=point.supply_point_id)), None)
        url = reverse("console:customer", args=[holder.customer_id]) if holder else ""
        found.append(Hit(_("supply point"), point.spin, point.address, point.meter_number, url))
    return found


def _contracts(text: str) -> list[Hit]:
    found = contracts.contract(number=text)
    if found is None:
        return []
    customer = parties.customer(customer_id=found.customer_id)
    words = customer.name if customer else ""
    return [Hit(_("contract"), found.number, words, "", reverse("console:customer", args=[found.customer_id]))]
