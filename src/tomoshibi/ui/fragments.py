"""
Parts of other rooms that a page shows, by URL name: never by import.

A page has a name (``masters.change``) and asks for the addresses of its fragments; the roof says which there are.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from tomoshibi.ui.pages import may_open

Table = Mapping[str, Sequence[str]]
_tables: list[Table] = []


def set_table(table: Table) -> None:
    """Called by the roof on start: page name -> URL names (without arguments; the page's facts come as a query)."""
    _tables[:] = [table]


def addresses(page: str, *, of: HttpRequest | None = None, **facts: str) -> list[str]:
    """
    Where a page gets its fragments for these facts; fragments whose room has no such page yet are left out.

    :param of: who asked for the page; fragments that they may not open are left out, too
    """
    found = []
    for name in (_tables[0] if _tables else {}).get(page, ()):
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        if of is None or may_open(of.user, resolve(address).func):
            found.append(f"{address}?{urlencode(facts)}")
    return found
