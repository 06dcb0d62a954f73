"""
The glossary: the "Words" of every room's README as one table, sorted; mkdocs fills it into ``docs/glossary.md``.

A word stands in a README as ``term 用語 / 术语 - `identifier` ``, one a line or several with semicolons between them.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src" / "tomoshibi"
MARK = "<!-- words of the rooms -->"
_SECTION = re.compile(r"^## Words\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BULLET = re.compile(r"^\s*[-*] ", re.MULTILINE)
_WORD = re.compile(r"(?P<en>[A-Za-z][ -~]*?) (?P<ja>[^ -~\s][^/]*|\S*[^ -~\s][^/]*) / (?P<zh>.+?) - (?P<identifier>.+)")


class NotAWord(ValueError):
    """Something stands among the words of a room that is none."""


@dataclass(frozen=True)
class Word:
    """A term of the business in three languages, and what it is called in the code of a room."""

    en: str
    ja: str
    zh: str
    identifier: str
    room: str


def words_of(text: str, *, room: str) -> list[Word]:
    """
    :param text: a README
    :raises NotAWord: naming the part that does not read as a word
    """
    found = []
    for section in _SECTION.findall(text):
        for part in _BULLET.sub(";", section).split(";"):
            line = " ".join(part.split())
            if not line:
                continue
            word = _WORD.fullmatch(line)
            if word is None:
                raise NotAWord(f"{room}/README.md: {line!r} is not like: term 用語 / 术语 - `identifier`")
            found.append(Word(**{name: cell.strip() for name, cell in word.groupdict().items()}, room=room))
    return found


def words() -> list[Word]:
    """Of all rooms, by term and room."""
    found = [
        word
        for file in sorted(SOURCE.glob("*/README.md"))
        for word in words_of(file.read_text("utf-8"), room=file.parent.name)
    ]
    return sorted(found, key=lambda word: (word.en.casefold(), word.room))


def table() -> str:
    rows = ["| term | 用語 | 术语 | identifier | room |", "|---|---|---|---|---|"]
    rows += [f"| {word.en} | {word.ja} | {word.zh} | {word.identifier} | `{word.room}` |" for word in words()]
    return "\n".join(rows)


def on_page_markdown(markdown: str, **_page: Any) -> str:
    """A hook of mkdocs."""
    return markdown.replace(MARK, table()) if MARK in markdown else markdown
