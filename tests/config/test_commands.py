"""A command imports the rooms that it needs."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.db.migrations.recorder import MigrationRecorder

from tomoshibi.config import commands, readiness

LOADED = """
import sys
from tomoshibi.config import commands
sys.argv = ["tomoshibi", *sys.argv[1:], "--help"]
try:
    commands.main()
finally:
    print(" ".join(name for name in sys.modules if name.startswith("tomoshibi.") and name.endswith((".commands", ".jobs"))))
"""


def test_an_outside_database_without_a_key_is_refused_in_one_sentence():
    asked = subprocess.run(
        [sys.executable, "-m", "tomoshibi.config.commands", "doctor"],
        env={
            **os.environ,
            "TOMOSHIBI_DATABASE_URL": "postgresql://somebody@127.0.0.1:1/none",
            "TOMOSHIBI_SECRET_KEY": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 1
    assert "TOMOSHIBI_SECRET_KEY must be set" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_a_command_does_not_load_the_rooms_of_the_others():
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "people"], capture_output=True, encoding="utf-8", check=True, timeout=120
    )
    assert set(done.stdout.split("\n")[-2].split()) == {"tomoshibi.config.commands", "tomoshibi.identity.commands"}


@pytest.mark.parametrize(("command", "new", "upgraded"), [("demo", True, 1), ("demo", False, 0), ("month", True, 0)])
def test_a_demo_sets_a_new_database_up_by_itself_and_touches_no_other(monkeypatch, command, new, upgraded):
    done = []
    monkeypatch.setattr(sys, "argv", ["tomoshibi", command])
    monkeypatch.setattr(commands, "upgrade", lambda: done.append(1))
    monkeypatch.setattr(readiness, "start_database", lambda: None)
    monkeypatch.setattr(readiness, "require_known_database", lambda: None)
    monkeypatch.setattr(readiness, "is_new_database", lambda: new)
    monkeypatch.setattr(readiness, "pending_migrations", lambda: 0)
    commands.with_database(SimpleNamespace(help_option_names=["--help"], invoked_subcommand=command))
    assert len(done) == upgraded


def test_a_database_is_new_while_no_step_was_taken(in_transaction):
    assert not readiness.is_new_database()
    MigrationRecorder.Migration.objects.all().delete()
    assert readiness.is_new_database()
