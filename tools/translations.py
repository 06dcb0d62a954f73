"""Compile translations that are newer than their compiled form: ``python tools/translations.py``."""

import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parents[1] / "src" / "tomoshibi"


def compile_stale() -> int:
    """Compile what has changed; each file is swapped in whole, so that tests beside us never read half of one."""
    done = 0
    for po in sorted(SOURCE.glob("*/locale/*/LC_MESSAGES/django.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as text, tempfile.NamedTemporaryFile(dir=mo.parent, delete=False) as compiled:
            write_mo(compiled, read_po(text))
        Path(compiled.name).replace(mo)
        done += 1
    return done


if __name__ == "__main__":
    print(f"{compile_stale()} compiled")
