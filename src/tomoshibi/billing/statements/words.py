"""How days, amounts and addresses stand on statements."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tomoshibi.billing import derivation, postal_code
from tomoshibi.kernel.units import DWH_PER_KWH

_WEEKDAYS = "月火水木金土日"


def day(given: date, *, weekday: bool = False) -> str:
    text = f"{given.year}年{given.month}月{given.day}日"
    return f"{text}（{_WEEKDAYS[given.weekday()]}）" if weekday else text


def kwh(energy_dwh: int) -> str:
    return derivation.grouped(energy_dwh, scale=DWH_PER_KWH)


def yen(amount_minor: int) -> str:
    return f"{amount_minor:,}".replace("-", "−")


def to(account: Mapping[str, Any]) -> dict[str, Any]:
    """The address in the window, with its customer barcode."""
    code = account["postal_code"]
    rest = f"{account['block']} {account['building']}"
    lines = [f"{account['prefecture']}{account['city']}{account['town']}{account['block']}", account["building"]]
    return {
        "postal_code": f"〒{code[:3]}-{code[3:]}" if code else "",
        "lines": [text for text in lines if text],
        "name": f"{account['addressee']} {'御中' if account['customer_kind'] == 'company' else '様'}",
        "bars": postal_code.barcode_bars(postal_code=code, rest=rest) if code else "",
    }
