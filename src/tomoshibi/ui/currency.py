"""The currency of the company, for writing amounts. ``config`` activates it per request; without that it is yen."""

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
_active: ContextVar[Currency] = ContextVar("currency", default=KNOWN["JPY"])


def activate(code: str) -> None:
    """Write amounts in this currency from here on, in this request or job (as ``timezone.activate`` does for hours)."""
    _active.set(KNOWN[code])


def current() -> Currency:
    return _active.get()
