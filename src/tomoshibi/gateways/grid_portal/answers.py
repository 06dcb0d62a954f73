"""The list that the portal answers, as values; pure."""

import re

from tomoshibi.gateways.grid_portal.port import BadAnswer, Listed
from tomoshibi.gateways.problems import gettext_noop

_COMMENT = re.compile(r"<comment>(.*?)</comment>", re.DOTALL | re.IGNORECASE)
_PAIR = re.compile(r'rfile(name|size)([0-9]+)\s*:\s*"([^"]*)"', re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def parse_list(text: str) -> tuple[Listed, ...]:
    """
    ``...<comment>rfilename1:"W5...zip",rfilesize1:"123",...</comment>...`` in the order of the list, doubles left out.

    :raises BadAnswer: if there is no such list, or a name is none that may become a file here
    """
    comment = _COMMENT.search(text)
    if comment is None:
        raise BadAnswer(
            gettext_noop("the portal's answer holds no list of files; it begins with %(found)r"), found=text[:60]
        )
    names: dict[str, str] = {}
    sizes: dict[str, str] = {}
    for what, number, value in _PAIR.findall(comment[1]):
        (names if what.lower() == "name" else sizes)[number] = value
    if comment[1].strip() and not names:
        raise BadAnswer(
            gettext_noop("the portal's list cannot be read; it begins with %(found)r"), found=comment[1][:60]
        )
    found: dict[str, Listed] = {}
    for number, name in names.items():
        if not name:
            continue
        if not _NAME.fullmatch(name):
            raise BadAnswer(
                gettext_noop("the portal lists a file named %(name)r, which is no file name"), name=name[:100]
            )
        size = sizes.get(number, "")
        found.setdefault(name, Listed(name, int(size) if size.isascii() and size.isdigit() else None))
    return tuple(found.values())
