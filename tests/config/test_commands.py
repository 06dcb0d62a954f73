"""A command imports the rooms that it needs."""

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


def test_a_command_does_not_load_the_rooms_of_the_others():
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "people"], capture_output=True, encoding="utf-8", check=True, timeout=120
    )
    assert set(done.stdout.split("\n")[-2].split()) == {"tomoshibi.config.commands", "tomoshibi.identity.commands"}
