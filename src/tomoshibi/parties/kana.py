"""One form for what people type in many: the key that searching compares, and the kana that banks accept."""

import re
import unicodedata

import polars as pl

# Hiragana, small kana, and sounds that are written in two ways all become one full-size katakana.
_HIRAGANA = {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)}
_SMALL = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_SAME_SOUND = dict(zip("ヂヅヲヰヱ", "ジズオイエ", strict=True))
# Variants of characters in names: a clerk types the common one, the register may hold the other.
_VARIANTS = dict(zip("髙﨑邉邊齋齊斎澤濵濱嶋廣國櫻眞圓瀧淵渕", "高崎辺辺斉斉斉沢浜浜島広国桜真円滝渕渕", strict=True))
_DROPPED = " \t\n\u3000-‐‑‒–—―−ー~〜・･.,，、。()（）'’\u3099\u309a"


def _folding() -> dict[str, str]:
    table = _SAME_SOUND | _SMALL | _VARIANTS
    table |= {hiragana: table.get(katakana, katakana) for hiragana, katakana in _HIRAGANA.items()}
    return table | dict.fromkeys(_DROPPED, "")


_FOLD = _folding()
_TRANSLATION = str.maketrans(_FOLD)


def search_key(text: str) -> str:
    """
    The form of a text in which search compares.

    Width, case, hiragana or katakana, small kana, long marks, hyphens, spaces and common variants of characters in
    names make no difference.
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_TRANSLATION)


def search_key_column(column: pl.Expr) -> pl.Expr:
    """``search_key`` for a column."""
    return column.str.normalize("NFKC").str.to_lowercase().str.replace_many(list(_FOLD), list(_FOLD.values()))


_HALF_WIDTH = dict(
    zip(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
        "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ",
        strict=True,
    )
) | {"\u3099": "ﾞ", "\u309a": "ﾟ"}
_TO_HALF = str.maketrans(
    {katakana: _HALF_WIDTH[large] for katakana, large in _SMALL.items()}
    | {hiragana: _HALF_WIDTH.get(_SMALL.get(k, k), k) for hiragana, k in _HIRAGANA.items()}
    | _HALF_WIDTH
    | dict.fromkeys("‐‑‒–—―−ーｰ", "-")
)
_HOLDER = re.compile(r"[ｱ-ﾝﾞﾟA-Z0-9 ().\-]+")
HOLDER_LIMIT = 30
"""Bytes that a debit record has for the holder's name (預金者名)."""


class NotHolderKana(ValueError):
    """The text has characters that a bank does not accept in a holder's name."""


def holder_kana(text: str) -> str:
    """
    The name of a bank account's holder in the characters that banks accept (half-width, no small kana, no long mark).

    :raises NotHolderKana: naming the characters that have no such form, or when nothing is left
    """
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text.strip()).upper())
    narrow = re.sub(r" +", " ", decomposed.translate(_TO_HALF)).replace("ｦ", "ｵ")
    if not _HOLDER.fullmatch(narrow):
        wrong = "".join(sorted(set(_HOLDER.sub("", narrow))))
        raise NotHolderKana(f"{text!r} has characters that banks do not accept in a name: {wrong or 'it is empty'}")
    return narrow
