"""An empty database after a test that commits, without asking all three hundred tables for new files each time."""

import pytest
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql

KEPT = ("django_migrations", "django_content_type", "auth_permission")
"""What migrating writes and no test changes."""


def replace_flush(patch: pytest.MonkeyPatch) -> None:
    """
    Delete rows where there are any, instead of Django's TRUNCATE of every table and the work after a migration that
    follows it: a second of processor time for each such test.
    """
    patch.setattr(TransactionTestCase, "_fixture_teardown", _teardown)


def _teardown(case: TransactionTestCase) -> None:
    for name in case._databases_names(include_mirrors=False):
        empty(name)


def empty(alias: str = "default") -> None:
    """Delete the rows of all tables; guards of rows and foreign keys look away meanwhile."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s)", [list(KEPT)]
        )
        probe = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        probes = [probe.format(sql.Literal(table), sql.Identifier(table)) for (table,) in cursor.fetchall()]
        cursor.execute(sql.SQL(" UNION ALL ").join(probes))
        filled = [table for (table,) in cursor.fetchall()]
        if not filled:
            return
        cursor.execute("SET session_replication_role = replica")
        try:
            cursor.execute(
                sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in filled)
            )
        finally:
            cursor.execute("RESET session_replication_role")
