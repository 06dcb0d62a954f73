"""
Which characters a field may hold, and how a name becomes them.

Source: JBA standard, appendix 1 (付録1). One byte per character of JIS X 0201: capital letters, digits, half-width kana
without small ones and without the prolonged mark, voicing marks as characters of their own, and a few symbols.
"""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

import jaconv


class Characters(StrEnum):
    """A class of fields with its own set of characters."""

    BANK = "bank"
    PARTY = "party"
    PAYROLL = "payroll"
    EDI = "edi"


_LETTERS = {
    Characters.BANK: "A-Z0-9 -",
    Characters.PARTY: "A-Z0-9 ().-",
    Characters.PAYROLL: "0-9 ",
    Characters.EDI: "A-Z0-9 ｦ\\\\｢｣()/.-",
}
_VOICED = "[ｳｶ-ﾄﾊ-ﾎ]ﾞ"
_HALF_VOICED = "[ﾊ-ﾎ]ﾟ"
_DASHES = "ーｰ－‐‑‒–—―−─﹣"
_LARGE = str.maketrans(
    "ァィゥェォッャュョヮヵヶ" + "ｧｨｩｪｫｯｬｭｮ" + "ぁぃぅぇぉっゃゅょゎゕゖ",
    "アイウエオツヤユヨワカケ" + "ｱｲｳｴｵﾂﾔﾕﾖ" + "あいうえおつやゆよわかけ",
)
_MARKS = "ﾞﾟ"


class Unmappable(ValueError):
    """A name holds a character that the layout cannot carry."""

    def __init__(self, character: str, text: str) -> None:
        self.character = character
        self.text = text
        super().__init__(f"{character!r} in {text!r} cannot stand in a bank file")


def permitted(characters: Characters, *, extra: str = "") -> str:
    """The pattern of a permitted text, for Python's and for Rust's regular expressions."""
    more = "".join(re.escape(one) for one in extra)
    return f"^(?:{_VOICED}|{_HALF_VOICED}|[{more}ｱ-ﾝ{_LETTERS[characters]}])*$"


def normalized(
    text: str, *, characters: Characters, extra: str = "", substitutions: Mapping[str, str] | None = None
) -> str:
    """
    A name in the bytes of the layout: half-width, large kana, ``-`` for long marks, voicing marks apart.

    :param substitutions: replaced first; data of the counterparty
    :raises Unmappable: naming the first character that cannot be carried (it is never replaced by ``?``)
    """
    pattern = _compiled(characters, extra)
    replacements = tuple(substitutions.items()) if substitutions else ()
    quick = text.translate(_narrow_table(replacements)).strip()
    if pattern.match(quick):
        return quick
    narrow = _narrow(text.translate({ord(one): other for one, other in replacements})).strip()
    if not pattern.match(narrow):
        raise Unmappable(_offender(narrow, characters, extra), text)
    return narrow


def _narrow(text: str) -> str:
    for dash in _DASHES:
        text = text.replace(dash, "-")
    # Large first: a voicing mark joins ツ, not ッ.
    wide = jaconv.hira2kata(unicodedata.normalize("NFKC", text.translate(_LARGE))).upper()
    return str(jaconv.z2h(wide, kana=True, ascii=True, digit=True))


@cache
def _narrow_table(replacements: tuple[tuple[str, str], ...]) -> dict[int, str]:
    """Every single character that names usually hold, narrowed once: the same result at a tenth of the time."""
    usual = [*range(0x3041, 0x3097), *range(0x30A1, 0x30FD), *range(0xFF01, 0xFFA0), *range(0x61, 0x7B), 0x3000]
    table = {code: _narrow(chr(code)) for code in (*usual, *map(ord, _DASHES))}
    # Voicing marks of their own change meaning with what stands before them: the long way decides.
    alone = {code: text for code, text in table.items() if code not in {0xFF9E, 0xFF9F}}
    return alone | {ord(one): _narrow(other) for one, other in replacements}


def cut(text: str, length: int) -> str:
    """The first characters of a text; a kana and its voicing mark stay together."""
    if len(text) <= length:
        return text
    return text[: length - 1] if text[length] in _MARKS else text[:length]


@cache
def _compiled(characters: Characters, extra: str) -> re.Pattern[str]:
    return re.compile(permitted(characters, extra=extra).replace("$", r"\Z"))


def _offender(text: str, characters: Characters, extra: str) -> str:
    """The first character after which no permitted text can follow."""
    pattern = _compiled(characters, extra)
    return next(text[end - 1] for end in range(1, len(text) + 1) if not pattern.match(text[:end]))
