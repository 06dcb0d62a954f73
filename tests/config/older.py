"""
A database as an earlier version left it: each room at its first migration (and what those need), a row in every table
that takes one. Run inside an installation; prints the tables that hold a row.
"""

import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from tomoshibi.storage import kept


def build() -> list[str]:
    executor = MigrationExecutor(connection)
    ours = [(room, name) for room, name in executor.loader.graph.nodes if _is_ours(executor, room)]
    # Rooms that came later are not part of it: they need later steps of the others.
    first = sorted((room, name) for room, name in ours if name.startswith("0001_"))
    state = executor.migrate([*first, *_of_others(executor)])
    filled = []
    rows: dict[str, Any] = {}
    for model in state.apps.get_models():
        if _is_ours(executor, model._meta.app_label) and model._meta.managed:
            _row(model, rows)
    for label, row in rows.items():
        if row is not None:
            filled.append(label)
    return sorted(filled)


def _is_ours(executor: MigrationExecutor, room: str) -> bool:
    from tomoshibi.config.rooms import ROOMS

    return room in ROOMS


def _of_others(executor: MigrationExecutor) -> list[tuple[str, str]]:
    return [leaf for leaf in executor.loader.graph.leaf_nodes() if not _is_ours(executor, leaf[0])]


def _row(model: type[models.Model], rows: dict[str, Any]) -> Any:
    """A row of a model, with the rows that it points to; nothing where the table does not take one."""
    label = model._meta.db_table
    if label not in rows:
        rows[label] = None
        values = {}
        for field in model._meta.concrete_fields:
            if not field.primary_key and not field.has_default() and not field.null:
                values[field.name] = _value(field, rows)
        try:
            with transaction.atomic():
                rows[label] = model.objects.create(**values)
        except (DatabaseError, ValueError):
            pass  # a table with rules of its own
    return rows[label]


def _value(field: models.Field, rows: dict[str, Any]) -> Any:
    if field.is_relation:
        return _row(field.related_model, rows)
    if field.choices:
        return field.choices[0][0]
    day = dt.date(2026, 10, 1)
    known = {
        "CharField": "x", "SlugField": "x", "TextField": "灯火", "EmailField": "x@example.jp", "BooleanField": False,
        "DateField": day, "DateTimeField": dt.datetime(2026, 10, 1, tzinfo=dt.UTC), "JSONField": {},
        "DateRangeField": (day, None), "UUIDField": uuid.uuid4(), "DecimalField": Decimal(1), "BinaryField": b"x",
        "ArrayField": [], "TimeField": dt.time(9), "DurationField": dt.timedelta(1),
    }  # fmt: skip
    kind = field.get_internal_type()
    return known.get(kind, 1 if "Integer" in kind else None)


def contents() -> dict[str, list[Any]]:
    """Each table of the rooms, but those that no backup holds: its rows, by column."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [list(kept.TABLES)],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
            found[table] = [json.loads(row) for (row,) in cursor.fetchall()]
    return found
