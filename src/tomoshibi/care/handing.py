"""Where a procedure goes on from an enquiry: the page of that procedure for that customer."""

from typing import NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tomoshibi.contracts import queries as contracts
from tomoshibi.parties.values import Customer


class Way(NamedTuple):
    """
    A procedure and its page.

    :ivar by: ``id``: the page is the customer's; ``q``: the list is searched for their number; empty: a page of its own
    :ivar of_contract: where it goes on at once when the customer has one contract: a page that takes its number
    """

    procedure: str
    label: str | Promise
    url: str
    by: str = ""
    of_contract: str = ""


CHANGE = "applications:new_change"
WAYS: tuple[Way, ...] = (
    Way("CM2", _("A change that the grid has to know: name, address, size, move"), "parties:customer", "id", CHANGE),
    Way("CM3", _("A change of ours alone: plan, payment, statement, agency"), "contracts:contracts", "q", CHANGE),
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
        held = contracts.contracts_of(customer_id=customer.id) if way.of_contract and customer else []
        if len(held) == 1:
            return f"{reverse(way.of_contract)}?contract={held[0].number}"
        if way.by == "id":
            return reverse(way.url, args=[customer.id])  # type: ignore[union-attr]
        return reverse(way.url) + (f"?q={customer.number}" if way.by == "q" and customer else "")
    except NoReverseMatch:
        return ""
