"""Small parts that rows of many rooms are declared with."""

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Func, Model


class DateRange(Func):
    """``daterange(start, end)`` for exclusion constraints: half-open, open-ended where there is no end."""

    function = "daterange"
    output_field = DateRangeField()


def choices_of(enum: Iterable[StrEnum]) -> list[tuple[str, str]]:
    """The values of an enum as choices of a column; what people read is translated where it is shown."""
    return [(item.value, item.value) for item in enum]


def length_limits(model: type[Model]) -> dict[str, int]:
    """How many characters the text columns of a model hold."""
    limits = {field.name: getattr(field, "max_length", None) for field in model._meta.concrete_fields}
    return {name: limit for name, limit in limits.items() if limit is not None}
