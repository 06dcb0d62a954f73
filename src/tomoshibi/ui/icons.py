"""Icons: the outlines of Tabler Icons, inlined, so that they take the colour of the text around them."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_UNPAINTED = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


class UnknownIcon(LookupError):
    """There is no Tabler icon of that name."""


@cache
def icon(name: str, style: str = "outline") -> SafeString:
    """
    The SVG of an icon, for the eye only: the word beside it is what counts.

    :param name: a name of https://tabler.io/icons, such as ``file-invoice``
    :param style: ``outline`` or ``filled``
    :raises UnknownIcon: for a name that Tabler does not have
    """
    file = Path(settings.ICON_FOLDER) / style / f"{name}.svg"
    if not file.is_file():
        raise UnknownIcon(f"no Tabler icon is called {name!r}")
    found = _BODY.search(file.read_text(encoding="utf-8"))
    assert found, file
    body = " ".join(_UNPAINTED.sub("", found[1]).split())
    paint = 'fill="none" stroke="currentColor" stroke-width="1.75"' if style == "outline" else 'fill="currentColor"'
    return mark_safe(  # noqa: S308 - our own files
        f'<svg class="icon" viewBox="0 0 24 24" width="18" height="18" {paint} stroke-linecap="round"'
        f' stroke-linejoin="round" aria-hidden="true" focusable="false">{body}</svg>'
    )
