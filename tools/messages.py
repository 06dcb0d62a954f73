"""Collect the strings to translate, room by room (needs GNU gettext): python tools/messages.py [ROOM ...]."""

import os
import sys
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1] / "src" / "tomoshibi"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tomoshibi.config.settings")
    rooms = sys.argv[1:] or sorted(p.name for p in ROOT.iterdir() if (p / "__init__.py").exists())
    for room in rooms:
        has_words = [
            p for p in (ROOT / room).rglob("*") if p.suffix in {".py", ".html"} and "migrations" not in p.parts
        ]
        if not any("gettext" in p.read_text("utf-8") or "translate" in p.read_text("utf-8") for p in has_words):
            continue
        (ROOT / room / "locale").mkdir(exist_ok=True)
        os.chdir(ROOT / room)
        call_command("makemessages", locale=["ja", "zh_Hans"], no_location=True, no_wrap=True, verbosity=0)
        print(room)


if __name__ == "__main__":
    main()
