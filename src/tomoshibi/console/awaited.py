"""What the demo's clock may go on to: days on which something comes that somebody waits for."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from tomoshibi.collection import queries as collection
from tomoshibi.contracts import queries as contracts
from tomoshibi.groups import queries as groups
from tomoshibi.metering import queries as metering


class Awaited(NamedTuple):
    """:param what: what comes on the day, in the reader's words"""

    day: date
    what: str


_WORDS: dict[Callable[..., date | None], Callable[[], str]] = {
    collection.awaited_on: lambda: _("debit result"),
    contracts.begins_on: lambda: _("a supply begins"),
    metering.first_values_on: lambda: _("first values of a new supply"),
    groups.month_ends_on: lambda: _("the month of the reference meters has ended"),
}


def days_ahead(*, today: date) -> list[Awaited]:
    """The next day of each kind, soonest first; what comes on the same day stands together."""
    found: dict[date, list[str]] = {}
    for day_of, word in _WORDS.items():
        day = day_of(today=today)
        if day is not None:
            found.setdefault(day, []).append(word())
    return [Awaited(day, " · ".join(words)) for day, words in sorted(found.items())]
