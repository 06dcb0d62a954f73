"""A command imports the rooms that it needs."""

import os
import subprocess
import sys

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
