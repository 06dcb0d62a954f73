"""What the queries share: how a row holds on a day, and what is said when none does."""

from datetime import date
from typing import Any

from django.db.models import Q

from tomoshibi.kernel.periods import Period

FAR_PAST, FAR_FUTURE = date(1900, 1, 1), date(9999, 12, 31)


class MasterMissing(LookupError):
    """No row of a master holds for what was asked; the sentence says which to enter."""


def period_of(valid: Any) -> Period:
    return Period(valid.lower or FAR_PAST, valid.upper or FAR_FUTURE)


def holds(day: date) -> Q:
    return Q(valid__contains=day)
