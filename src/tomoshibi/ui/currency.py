"""The currency of the company, for writing amounts. The roof says where to learn it; without that it is yen."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Currency:
    """
    How amounts of a currency are written.

    :param exponent: decimals of the smallest unit (yen 0, yuan 2)
    :param unit: the word that stands in column headers
    """

    code: str
    exponent: int
    unit: str | Promise

    @property
    def scale(self) -> int:
        return 10**self.exponent


KNOWN = {
    "JPY": Currency("JPY", 0, _("yen")),
    "CNY": Currency("CNY", 2, _("yuan")),
}
_known_here: ContextVar[Currency | None] = ContextVar("currency", default=None)
_source: list[Callable[[], str]] = []


def learn_from(source: Callable[[], str]) -> None:
    """Tell where the company's currency code comes from; asked at most once per request, and only for amounts."""
    _source[:] = [source]


def activate(code: str) -> None:
    """Write amounts in this currency from here on, in this thread (as ``timezone.activate`` does for hours)."""
    _known_here.set(KNOWN[code])


def forget() -> None:
    """Ask again before the next amount."""
    _known_here.set(None)


def current() -> Currency:
    """The currency that amounts are written in."""
    known = _known_here.get()
    if known is None:
        known = KNOWN[_source[0]() if _source else "JPY"]
        _known_here.set(known)
    return known
