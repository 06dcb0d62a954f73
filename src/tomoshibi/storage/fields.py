"""Small parts that rows of many rooms are declared with."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Func, Model
from django_fsm import FSMField


class StateField(FSMField):  # type: ignore[misc]
    """
    The state of a process: it changes by transitions only.

    To the database, and so to migrations, it is a text like any other. (A migration's model with the library's own
    field listens to every class that is made after it; a hundred migrations in, that was a third of their time.)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("protected", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


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
