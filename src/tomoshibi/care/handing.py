"""Where a procedure goes on from an enquiry: the page of that procedure for that customer."""

from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tomoshibi.parties.values import Customer


class Way(NamedTuple):
    """
    A procedure and its page.

    :ivar by: ``id``: the page is the customer's; ``q``: the list is searched for their number; empty: a page of its own
    """

    procedure: str
    label: str | Promise
    url: str
    by: str = ""


WAYS: tuple[Way, ...] = (
    Way("CM2", _("Change without the grid: name, address, payment"), "parties:customer", "id"),
    Way("CM3", _("Change of the contract"), "contracts:contracts", "q"),
    Way("CM5", _("Everything about the customer"), "console:customer", "id"),
    Way("IN1", _("A new application"), "applications:phone"),
    Way("AP1", _("Direct debit"), "parties:mandates", "q"),
    Way("RB7", _("A bill"), "billing:bills", "q"),
    Way("RC4", _("A payment"), "collection:receivables", "q"),
    Way("AP7", _("An application to the grid"), "applications:switching", "q"),
)


def ways(*, customer: Customer | None) -> list[tuple[Way, str]]:
    """Ways that are open, with their addresses; those to a customer's page need the customer."""
    found = []
    for way in WAYS:
        address = _address(way, customer)
        if address:
            found.append((way, address))
    return found


def _address(way: Way, customer: Customer | None) -> str:
    if way.by and customer is None:
        return ""
    try:
        if way.by == "id":
            return reverse(way.url, args=[customer.id])  # type: ignore[union-attr]
        return reverse(way.url) + (f"?q={customer.number}" if way.by == "q" and customer else "")
    except NoReverseMatch:
        return ""
