"""
The customer barcode of Japan Post (カスタマバーコード): which characters of an address stand in it, and its bars.

Source: Japan Post's manual on customer barcodes (バーコード住所表示番号の抜き出し規則). The extraction works on the part
of the address that the postal code does not cover.
"""

import re
import unicodedata

ADDRESS_LENGTH = 13
BARS = {
    "0": "144", "1": "114", "2": "132", "3": "312", "4": "123", "5": "141", "6": "321", "7": "213", "8": "231",
    "9": "411", "-": "414", "CC1": "324", "CC2": "342", "CC3": "234", "CC4": "432", "CC5": "243", "CC6": "423",
    "CC7": "441", "CC8": "111",
}  # fmt: skip
"""Bars of each character: 1 long, 2 upper half, 3 lower half, 4 timing."""
START, STOP = "13", "31"
_CODES = list(BARS)
_KANJI = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "百": 100, "千": 1000}
_COUNTED = re.compile(r"([〇一二三四五六七八九十百千]+)(?=丁目|丁|番地|番|号|地割|線|の|ノ)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ｰー─━", "-"))


def _counted(found: re.Match[str]) -> str:
    total, digit, plain = 0, 0, ""
    if not set(found[1]) & set(_TENS):
        return "".join(str(_KANJI[sign]) for sign in found[1])
    for sign in found[1]:
        if sign in _TENS:
            total, digit = total + (digit or 1) * _TENS[sign], 0
        else:
            digit = _KANJI[sign]
    return plain + str(total + digit)


def address_code(rest: str) -> str:
    """
    The display number of an address (住所表示番号).

    :param rest: the address after what the postal code covers: ``3丁目-20-5 郵便ビル403号`` gives ``3-20-5-403``
    """
    text = re.sub(r"[&/・.]", "", unicodedata.normalize("NFKC", rest.translate(_DASHES)).upper().translate(_DASHES))
    text = _COUNTED.sub(_counted, text)
    text = re.sub(r"(\d)F(?![A-Z])", r"\1", text)
    text = re.sub(r"[A-Z]{2,}", "-", text)
    text = re.sub(r"[^0-9A-Z]+", "-", text)
    text = re.sub(r"-*([A-Z])-*", r"\1", text)
    return text.strip("-")


def _characters(code: str) -> list[str]:
    characters: list[str] = []
    for sign in code:
        if sign in BARS:
            characters.append(sign)
        else:
            index = ord(sign) - ord("A")
            characters += [f"CC{index // 10 + 1}", str(index % 10)]
    return characters


def barcode_characters(*, postal_code: str, rest: str) -> list[str]:
    """
    The twenty characters and the check digit.

    :param postal_code: seven digits, a hyphen is ignored
    :raises ValueError: if it is not a postal code
    """
    digits = postal_code.replace("-", "")
    if not re.fullmatch(r"[0-9]{7}", digits):
        raise ValueError(f"{postal_code!r} is not a postal code")
    address = _characters(address_code(rest))[:ADDRESS_LENGTH]
    characters = [*digits, *address, *["CC4"] * (ADDRESS_LENGTH - len(address))]
    check = -sum(map(_CODES.index, characters)) % 19
    return [*characters, _CODES[check]]


def barcode_bars(*, postal_code: str, rest: str) -> str:
    """The 67 bars as digits: 1 long, 2 upper half, 3 lower half, 4 timing; "" where there is no postal code."""
    try:
        characters = barcode_characters(postal_code=postal_code, rest=rest)
    except ValueError:
        return ""
    return START + "".join(BARS[character] for character in characters) + STOP


def barcode_text(*, postal_code: str, rest: str) -> str:
    """What the index of a print batch says: postal code and display number."""
    return postal_code.replace("-", "") + address_code(rest)
