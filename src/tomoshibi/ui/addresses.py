"""
Where a thing that a text names has its page: ``bill:123`` and the like, without knowing the room.

The roof sets the table; a page asks for an address and shows plain text where there is none.
"""

from collections.abc import Mapping

from django.urls import NoReverseMatch, reverse

_pages: dict[str, str] = {}


def set_pages(table: Mapping[str, str]) -> None:
    """
    :param table: kind of thing -> name of the URL that takes its number
    """
    _pages.clear()
    _pages.update(table)


def address_of(thing: str) -> str | None:
    """
    The page of a thing, or nothing.

    :param thing: ``kind:number``, for example ``bill:123``; further parts are ignored
    """
    kind, _sep, rest = thing.partition(":")
    number = rest.split(":")[0]
    if kind not in _pages or not number.isdecimal():
        return None
    try:
        return reverse(_pages[kind], args=[int(number)])
    except NoReverseMatch:
        return None
