"""Files as answers: what we made on the spot, what we keep, and what strangers gave us."""

import re
from pathlib import Path, PurePath
from typing import Any, cast

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

TYPES = {
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml; charset=utf-8",
}
_UNKNOWN = "application/octet-stream"
RUNS_AS_FORMULA = r"^([=+\-@\t\r])"
"""Text that a spreadsheet would run."""


def harmless(cell: Any) -> Any:
    """What a cell of a CSV holds: text that a spreadsheet would run as a formula stands behind an apostrophe."""
    return re.sub(RUNS_AS_FORMULA, r"'\1", cell) if isinstance(cell, str) else cell


def made(content: bytes | str, name: str) -> HttpResponse:
    """Something made for this request: PDFs are shown, everything else is kept by the browser."""
    ending = PurePath(name).suffix
    return _private(HttpResponse(content, content_type=TYPES[ending]), name, shown=ending == ".pdf")


def kept(place: Path, name: str, *, shown: bool = False) -> HttpResponse:
    """A file of ours as it lies in storage, streamed; ``shown`` in the browser, or handed over."""
    content_type = TYPES.get(PurePath(name).suffix, _UNKNOWN)
    return _private(FileResponse(place.open("rb"), content_type=content_type), name, shown=shown)


def foreign(place: Path, name: str) -> HttpResponse:
    """A file that came from outside: always handed over, never shown by this origin."""
    answer = _private(FileResponse(place.open("rb"), content_type=_UNKNOWN), name, shown=False)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def _private(answer: HttpResponse | FileResponse, name: str, *, shown: bool) -> HttpResponse:
    header = content_disposition_header(not shown, name)
    assert header is not None, "a file that is handed over has a name"
    answer.headers["Content-Disposition"] = header
    answer.headers["Cache-Control"] = "no-store"
    # A stream is a response too, though Django's types name it apart.
    return cast(HttpResponse, answer)
