"""PDFs from typst templates and data."""

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import gettext as _

WEIGHTS = ("400Regular", "500Medium", "700Bold")
_APART = {
    # One processor a document: several together wait for what they remember in common. Documents run beside each other.
    "RAYON_NUM_THREADS": "1",
    # Memory in large pieces from one place (glibc; others ignore it). Not huge pages: where the machine has none
    # free, looking for them costs what they save.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TOP_PAD_": str(64 * 2**20),
}
"""Surroundings of a process that sets hundreds of pages."""


class NotSet(RuntimeError):
    """The typesetter ended without a document."""


class NoFonts(RuntimeError):
    """The fonts that documents are set in are not installed."""


@lru_cache(maxsize=1)
def font_folders() -> tuple[str, ...]:
    """
    Folders with Noto Sans JP and SC, in the weights that templates use.

    :raises NoFonts: where the assets were not installed
    """
    folders = [folder / weight for folder in settings.FONT_FOLDERS for weight in WEIGHTS]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing:
        raise NoFonts(_("fonts are missing: %(folders)s; run make setup") % {"folders": ", ".join(missing)})
    return tuple(map(str, folders))


@lru_cache(maxsize=8)
def _compiler(template: Path) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, font_paths=list(font_folders()))
    return typst.Compiler(str(template), root=str(template.parent), font_paths=fonts)


def compile_pdf(template: Path, data: Any) -> bytes:
    """
    Set a document as PDF.

    :param template: a ``.typ`` file that reads ``json(bytes(sys.inputs.data))``
    :param data: JSON-ready values
    """
    pdf = _compiler(template).compile(format="pdf", sys_inputs=_inputs(data), pdf_tags=False)
    assert isinstance(pdf, bytes), "a PDF is one file"
    return pdf


def compile_pdf_apart(template: Path, data: Any) -> bytes:
    """
    As ``compile_pdf``, for documents of hundreds of pages: in a process of its own, which gives its memory back.

    :raises NotSet: with the typesetter's complaint
    """
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("apart.py"), template, *font_folders()],
        input=_inputs(data)["data"].encode(),
        capture_output=True,
        check=False,
        env=_APART | os.environ,
    )
    if done.returncode:
        raise NotSet(done.stderr.decode(errors="replace")[-2000:])
    return done.stdout


def compile_pictures(template: Path, data: Any, *, ppi: int = 96) -> list[bytes]:
    """The pages of a document as PNG pictures, for people who look at a preview."""
    pages = _compiler(template).compile(format="png", ppi=ppi, sys_inputs=_inputs(data))
    if isinstance(pages, list):
        return pages
    assert pages is not None, "a document has a page"
    return [pages]


def _inputs(data: Any) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False)}
