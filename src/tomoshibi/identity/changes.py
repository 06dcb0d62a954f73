"""A kept change as people read it: columns by their words, values as they are shown on pages."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from tomoshibi.identity import columns
from tomoshibi.identity.models import User
from tomoshibi.ui import figures
from tomoshibi.ui.currency import current
from tomoshibi.ui.states import State

MASKED = ("phone", "mobile", "mail", "email", "account_number", "password")
"""Columns whose values the trail names as changed without showing them."""
NAMED_BY = ("spin", "number", "username", "code", "name", "title", "person")
"""By which of its columns a row is called where another row points at it."""
PEOPLE = "_by_id"
_LONGEST = 160


def pointed_at(model: type[models.Model], column: str) -> type[models.Model] | None:
    """Which kind of row a column points at, by a foreign key or, for people, by its name."""
    if column.endswith(PEOPLE) or column == "assigned_to_id":
        return User
    field = _field(model, column)
    return field.related_model if field is not None and field.is_relation else None


def names_of(wanted: Iterable[tuple[type[models.Model], Any]]) -> dict[tuple[type[models.Model], str], str]:
    """What the rows that changes point at are called: one query for each kind of row."""
    by_model: dict[type[models.Model], set[Any]] = defaultdict(set)
    for model, key in wanted:
        if key not in {None, ""}:
            by_model[model].add(key)
    found = {}
    for model, keys in by_model.items():
        column = called_by(model)
        if column is not None:
            shown_by = Coalesce(NullIf("display_name", Value("")), column) if model is User else F(column)
            for key, name in model._default_manager.filter(pk__in=keys).values_list("pk", shown_by):
                found[model, str(key)] = str(name)
    return found


def called_by(model: type[models.Model]) -> str | None:
    """The column that a row of this kind is called by."""
    known = {field.name for field in model._meta.concrete_fields}
    return next((name for name in NAMED_BY if name in known), None)


def kind_of_row(label: str) -> str:
    """The word for a kind of row, for example ``parties.mandate``."""
    return str(columns.ROWS.get(label.lower()) or apps.get_model(label)._meta.verbose_name)


def shown(
    model: type[models.Model], column: str, value: Any, names: Mapping[tuple[type[models.Model], str], str]
) -> str:
    """One value as it is read: hidden where it is personal, in words where it has some, else with its unit."""
    if value is None or value in ("", []):
        return ""
    if any(part in column for part in MASKED):
        return "••••"
    said = _worded(model, column, value)
    if said is not None:
        return said
    target = pointed_at(model, column)
    if target is not None:
        return names.get((target, str(value)), str(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return _counted(column, value)
    if isinstance(value, Mapping):
        return _short(", ".join(f"{columns.called(str(name))}: {_plain(one)}" for name, one in value.items()))
    if isinstance(value, list):
        return _short(", ".join(_plain(one) for one in value))
    return _timed(_field(model, column), str(value))


def _worded(model: type[models.Model], column: str, value: Any) -> str | None:
    path = getattr(model, "trail_words", {}).get(column)
    if path is None:
        return None
    known = words(path)
    if isinstance(value, list):
        return _short(", ".join(str(known.get(one, one)) for one in value))
    word = known.get(value)
    return None if word is None else str(word.word if isinstance(word, State) else word)


@cache
def words(path: str) -> Mapping[Any, Any]:
    """A room's mapping from stored values to words (see ``storage.audit.audited``)."""
    found: Mapping[Any, Any] = import_string(path)
    return found


def _counted(column: str, value: int) -> str:
    """An integer in the unit that its name carries; identifiers and plain counts as they stand."""
    if column.endswith("_minor"):
        return f"{figures.money(value)} {current().unit}"
    if column.endswith("_dwh"):
        return f"{figures.kwh(value)} kWh"
    if column.endswith(("_micro", "_micro_per_kwh")):
        return f"{figures.decimal(value, scale=1_000_000)} {current().unit}"
    if column in {"rate_ppm", "variation_ppm"}:
        return figures.percent(value)
    if column.endswith("_ppm"):
        return figures.decimal(value, scale=1_000_000)
    if column.endswith("_milli"):
        return figures.decimal(value, scale=1_000)
    if column.removeprefix("first_").removeprefix("last_") == "month":
        return figures.month(value)
    return str(value)


def _timed(field: Any, text: str) -> str:
    """Days, moments and validities, which a kept row holds as text."""
    if isinstance(field, models.DateTimeField):
        return figures.moment(datetime.fromisoformat(text))
    if isinstance(field, models.DateField):
        return figures.day(date.fromisoformat(text))
    if type(field).__name__ == "DateRangeField":
        first, after = text.strip("[)(]").split(",")
        return " – ".join(figures.day(date.fromisoformat(one)) if one.strip() else "" for one in (first, after))
    return text


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    """What a reader takes in: a list of hundreds of entries is in the database, and begins here."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()} …"


def _field(model: type[models.Model], column: str) -> Any:
    try:
        return model._meta.get_field(column)
    except FieldDoesNotExist:
        # A kept row holds a foreign key under its column, ``contract_id``.
        return next((field for field in model._meta.concrete_fields if field.attname == column), None)
