"""
Translations: make the files of a room, and compile what is stale.

``python tools/translations.py make ROOM ...`` collects the room's words into its ``locale`` folder (needs GNU gettext);
``python tools/translations.py compile`` compiles every file that is newer than its compiled form.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parents[1] / "src" / "tomoshibi"
LANGUAGES = ("ja", "zh_Hans")


def files() -> list[Path]:
    return sorted(SOURCE.glob("*/locale/*/LC_MESSAGES/django.po"))


def compile_stale() -> int:
    """Compile what has changed; each file is swapped in whole, so that tests beside us never read half of one."""
    done = 0
    for po in files():
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as text, tempfile.NamedTemporaryFile(dir=mo.parent, delete=False) as compiled:
            write_mo(compiled, read_po(text))
        Path(compiled.name).replace(mo)
        done += 1
    return done


def make(room: str) -> None:
    """Collect the words of a room; what stands translated stays."""
    (SOURCE / room / "locale").mkdir(exist_ok=True)
    languages = [part for language in LANGUAGES for part in ("-l", language)]
    command = [sys.executable, "-P", "-m", "django", "makemessages", *languages]
    command += ["--no-location", "--no-obsolete", "--no-wrap"]
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=SOURCE / room, env=environment, check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", *rooms] if rooms:
            for name in rooms:
                make(name)
        case ["compile"]:
            print(f"{compile_stale()} compiled")
        case _:
            raise SystemExit(__doc__)
