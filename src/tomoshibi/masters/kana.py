"""
Names as bank files permit them: half-width kana, capitals, digits and few symbols.

Source of the character classes: 全銀 (付録1) as the bank and branch names class: no small kana, no ｦ, ``-`` for the long mark.
"""

import re
import unicodedata

import jaconv

_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶぁぃぅぇぉっゃゅょゎ", "アイウエオツヤユヨワカケアイウエオツヤユヨワ")
_DASHES = str.maketrans(dict.fromkeys("ー－‐‑‒–—―−ｰ─", "-"))
_PERMITTED = re.compile(r"[ｱ-ﾝﾞﾟA-Z0-9 ().-]*")


class NotPermitted(ValueError):
    """A name holds a character that bank files do not permit."""


def half_width(name: str) -> str:
    """
    A name in the half-width characters of bank files.

    :raises NotPermitted: for a character without such a form; it is never replaced silently
    """
    full = unicodedata.normalize("NFKC", name.translate(_DASHES))
    full = jaconv.hira2kata(full).translate(_DASHES).translate(_SMALL).replace("ヲ", "オ")
    text = jaconv.z2h(full, kana=True, ascii=True, digit=True).upper()
    if not _PERMITTED.fullmatch(text):
        wrong = sorted({character for character in text if not _PERMITTED.fullmatch(character)})
        raise NotPermitted(f"{name}: {''.join(wrong)}")
    return text
