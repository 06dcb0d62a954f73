"""How days, amounts and addresses stand on statements."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from unicodedata import east_asian_width

from tomoshibi.billing import derivation, postal_code
from tomoshibi.kernel.units import DWH_PER_KWH

_WEEKDAYS = "月火水木金土日"
WINDOW_EM, NAME_EM = 24, 20
"""How long a line of the address and of the name may be, in letters of their sizes."""
CONTRACT_EM, PAYMENT_EM, SENTENCE_EM = 17, 18, 24
"""The same for what stands beside a label of the two blocks at the foot, and for a sentence without a label."""


def day(given: date, *, weekday: bool = False) -> str:
    text = f"{given.year}年{given.month}月{given.day}日"
    return f"{text}（{_WEEKDAYS[given.weekday()]}）" if weekday else text


def kwh(energy_dwh: int) -> str:
    return derivation.grouped(energy_dwh, scale=DWH_PER_KWH)


def yen(amount_minor: int) -> str:
    return f"{amount_minor:,}".replace("-", "−")


def width_em(text: str) -> float:
    """About how long a text is in its own size; rather too long than too short."""
    return sum(1.0 if east_asian_width(letter) in "WFA" else 0.7 if letter.isupper() else 0.6 for letter in text)


def folded(text: str, *, em: float) -> list[str]:
    """The lines of a text that may be longer than its place: broken at a space where one is near, else anywhere."""
    lines = []
    rest = text.strip()
    if len(rest) <= em:  # no letter is wider than its size
        return [rest]
    while width_em(rest) > em:
        fits = max(1, next(n for n in range(len(rest)) if width_em(rest[: n + 1]) > em))
        space = rest.rfind(" ", fits // 2, fits + 1)
        cut = space if space > 0 else fits
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, rest] if rest or not lines else lines


def labelled(rows: Sequence[Sequence[str]], *, em: float) -> list[list[Any]]:
    """Labels with the lines of their values; what has no label may be longer."""
    return [[label, folded(value, em=em if label else SENTENCE_EM)] for label, value in rows]


def to(account: Mapping[str, Any]) -> dict[str, Any]:
    """The address in the window, with its customer barcode."""
    code = account["postal_code"]
    rest = f"{account['block']} {account['building']}"
    lines = [f"{account['prefecture']}{account['city']}{account['town']}{account['block']}", account["building"]]
    return {
        "postal_code": f"〒{code[:3]}-{code[3:]}" if code else "",
        "lines": [line for text in lines if text for line in folded(text, em=WINDOW_EM)],
        "name": folded(
            f"{account['addressee']} {'御中' if account['customer_kind'] == 'company' else '様'}", em=NAME_EM
        ),
        "bars": postal_code.barcode_bars(postal_code=code, rest=rest) if code else "",
    }
