"""The plain form of what people type: width, kana, digits and spaces; nothing that changes a meaning."""

import re
import unicodedata
from collections.abc import Callable, Mapping

import jaconv

from tomoshibi.applications.values.intake import ANSWERS, Answers

_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−ー－"), "-")


def folded(text: str) -> str:
    """Compatibility forms (full-width digits and letters, half-width kana) in their usual width, without outer space."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def digits(text: str) -> str:
    """Digits only, as numbers are read out: hyphens, spaces and brackets do not matter; other signs stay."""
    return re.sub(r"[\s\-()]", "", folded(text).translate(_HYPHENS))


def kana(text: str) -> str:
    """Full-width katakana, one space between the parts."""
    return str(jaconv.hira2kata(jaconv.h2z(folded(text)))).replace("　", " ").strip()


def phone(text: str) -> str:
    return re.sub(r"[()\s]", "-", folded(text).translate(_HYPHENS)).strip("-").replace("--", "-")


def mail(text: str) -> str:
    """As it is, without spaces; the domain in small letters."""
    name, at, domain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).rpartition("@")
    return f"{name}{at}{domain.lower()}"


def number(text: str) -> str:
    """A decimal number without separators."""
    return folded(text).replace(",", "").rstrip("AVkWaw ").strip()


_FORMS: Mapping[str, Callable[[str], str]] = {
    "postal_code": digits, "spin": digits, "current_customer_number": digits, "use_kwh": number, "capacity": number,
    "kana": kana, "phone": phone, "mail": mail, "agency_code": lambda text: folded(text).upper(),
    "note": lambda text: text.strip(), "current_name": folded, "name": folded,
}  # fmt: skip
LIMITS: Mapping[str, int] = {"note": 1000, "mail": 254, "name": 100, "kana": 100, "town": 100, "building": 100, "city": 50,
                             "block": 50, "prefecture": 10, "phone": 20}  # fmt: skip
DEFAULT_LIMIT = 100


def plain(typed: Mapping[str, str]) -> Answers:
    """The answers of what was typed; nothing of it is longer than its column."""
    return Answers.of(
        {
            name: _FORMS.get(name, folded)(str(typed[name]))[: LIMITS.get(name, DEFAULT_LIMIT)]
            for name in ANSWERS
            if typed.get(name)
        }
    )
