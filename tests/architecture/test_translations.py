"""Every word of the screens is there in Japanese and Chinese, and means the same in every room."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tomoshibi"
LANGUAGES = ("ja", "zh_Hans")
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
SAME_IN_ENGLISH = re.compile(
    r"^(kWh|kW|kVA|A|V|CSV.*|Excel.*|PDF|XLSX|ID|SPIN|URL|SMS|Web|QR|PIN|API|CIS|IC|JPY|CNY|%\(\w+\)[sd]|[\W\d_])+$"
)
"""Units, abbreviations and names that no language translates."""
_TRANSLATE = re.compile(r"{%-?\s*trans(?:late)?\s+(\"[^\"]*\"|'[^']*')(?:[^%]*?context\s+(\"[^\"]*\"|'[^']*'))?[^%]*%}")
_BLOCK = re.compile(
    r"{%\s*blocktrans(?:late)?(?P<head>[^%]*(?:%[^}][^%]*)*)%}(?P<body>.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL
)
_PLURAL = re.compile(r"{%\s*plural\s*%}")
_INLINE = re.compile(r"\b_\((\"[^\"]*\"|'[^']*')\)")

Words = set[tuple[str | None, str]]


def _rooms() -> list[str]:
    return sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def _catalog(room: str, language: str) -> Catalog | None:
    file = SOURCE / room / "locale" / language / "LC_MESSAGES" / "django.po"
    if not file.exists():
        return None
    with file.open("rb") as text:
        return read_po(text, abort_invalid=True)


def _in_python(file: Path) -> Words:
    found: Words = set()
    with file.open("rb") as source:
        for _line, function, message, _comments in extract_python(source, list(KEYWORDS), [], {}):
            texts = [m for m in (message if isinstance(message, tuple) else (message,)) if isinstance(m, str)]
            if not texts:
                continue
            in_context = "pgettext" in (function or "")
            if in_context and len(texts) > 1:
                found.add((texts[0], texts[1]))
            elif not in_context:
                found.add((None, texts[0]))
    return found


@pytest.mark.parametrize("room", _rooms())
def test_no_word_stands_inside_a_formatted_string_where_nothing_collects_it(room):
    inside = [
        f"{file.relative_to(SOURCE)}:{call.lineno} {ast.unparse(call)}"
        for file in (SOURCE / room).rglob("*.py")
        for text in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
        if any(isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert inside == []


def _block_text(head: str, body: str) -> str:
    """As Django builds the message: variables become %(name)s, trimmed blocks lose their line ends."""
    first = _PLURAL.split(body)[0]
    text = re.sub(r"{{\s*(\w+)[^}]*}}", r"%(\1)s", first.replace("%", "%%") if "{{" not in first else first)
    return " ".join(line.strip() for line in text.strip().splitlines()).strip() if "trimmed" in head else text


def _in_template(file: Path) -> Words:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", file.read_text("utf-8"), flags=re.DOTALL)
    found: Words = set()
    for message, context in _TRANSLATE.findall(text):
        found.add((context.strip("\"'") or None, message[1:-1].replace("%", "%%")))
    for match in _BLOCK.finditer(text):
        found.add((None, _block_text(match["head"], match["body"])))
    found.update((None, message[1:-1]) for message in _INLINE.findall(text))
    return found


def _words_of(room: str) -> Words:
    found: Words = set()
    for file in (SOURCE / room).rglob("*.py"):
        if "migrations" not in file.parts and "gettext" in file.read_text("utf-8"):
            found |= _in_python(file)
    for file in (SOURCE / room / "templates").rglob("*.html"):
        found |= _in_template(file)
    return {(context, text) for context, text in found if text}


def _strings(message: object) -> list[str]:
    string = message.string  # type: ignore[attr-defined]
    return list(string) if isinstance(string, tuple) else [string]


@pytest.mark.parametrize("room", _rooms())
def test_every_word_of_a_room_is_in_its_files(room):
    words = _words_of(room)
    for language in LANGUAGES:
        catalog = _catalog(room, language)
        if catalog is None:
            assert not words, f"{room} has words but no {language} file: python tools/messages.py {room}"
            continue
        known = {(m.context, m.id[0] if isinstance(m.id, tuple) else m.id) for m in catalog if m.id}
        missing = sorted(text for context, text in words - known)
        assert missing == [], f"{room}/{language}: python tools/messages.py {room}, then translate"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", _rooms())
def test_every_word_is_translated(room, language):
    catalog = _catalog(room, language)
    if catalog is None:
        return
    messages = [m for m in catalog if m.id]
    untranslated = [m.id for m in messages if m.fuzzy or not all(_strings(m))]
    assert untranslated == [], f"{room}/{language}: not translated (or marked fuzzy)"
    repeated = [m.id for m in messages if m.id in _strings(m) and not SAME_IN_ENGLISH.match(str(m.id))]
    assert repeated == [], f"{room}/{language}: merely repeats the English"
    if any(m.pluralizable for m in messages):
        forms = dict(catalog.mime_headers).get("Plural-Forms", "")
        assert forms.startswith("nplurals=1"), (
            f"{room}/{language}: the header needs Plural-Forms: nplurals=1; plural=0;"
        )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", _rooms())
def test_placeholders_survive_translation(room, language):
    catalog = _catalog(room, language)
    placeholder = re.compile(r"%\((\w+)\)")
    for message in catalog or ():
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        allowed = {name for text in ids for name in placeholder.findall(text)}
        for string in _strings(message):
            unknown = set(placeholder.findall(string)) - allowed
            assert not unknown, f"{room}/{language}: {message.id!r} has no {unknown}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_means_the_same_in_every_room(language):
    """Django merges the rooms' files: two translations of one English word would overwrite each other at random."""
    seen: dict[tuple[str | None, str], dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for room in _rooms():
        for message in _catalog(room, language) or ():
            if message.id:
                key = (message.context, message.id[0] if isinstance(message.id, tuple) else message.id)
                seen[key][tuple(_strings(message))].append(room)
    torn = {
        key[1]: {" ".join(words): rooms for words, rooms in ways.items()} for key, ways in seen.items() if len(ways) > 1
    }
    assert torn == {}, "agree on one translation, or tell the meanings apart with pgettext / translate ... context"
