"""What lines are called in three languages, where the plan document gives no label of its own."""

from collections.abc import Mapping
from typing import Any

from tomoshibi.kernel.units import DWH_PER_KWH, plain
from tomoshibi.rating.bands import Bands
from tomoshibi.rating.program import Component as Shape
from tomoshibi.rating.tiers import Tiers

Label = dict[str, str]

_OF_KIND: Mapping[str, Label] = {
    "basic": {"ja": "基本料金", "zh": "基本电费", "en": "Basic charge"},
    "minimum_charge": {"ja": "最低料金", "zh": "最低电费", "en": "Minimum charge"},
    "tiers": {"ja": "電力量料金", "zh": "电量电费", "en": "Energy charge"},
    "flat": {"ja": "電力量料金", "zh": "电量电费", "en": "Energy charge"},
    "bands": {"ja": "電力量料金", "zh": "电量电费", "en": "Energy charge"},
    "fuel": {"ja": "燃料費調整額", "zh": "燃料费调整", "en": "Fuel cost adjustment"},
    "levy": {"ja": "再エネ発電促進賦課金", "zh": "可再生能源附加费", "en": "Renewable energy levy"},
    "government_discount": {"ja": "国の電気・ガス料金支援", "zh": "政府电费补贴", "en": "Government discount"},
    "published_per_kwh": {"ja": "調整額", "zh": "调整额", "en": "Adjustment"},
    "published_monthly": {"ja": "月額調整", "zh": "月度调整额", "en": "Monthly adjustment"},
    "monthly_minimum": {
        "ja": "最低月額料金との差額",
        "zh": "最低月费差额",
        "en": "Top-up to the minimum monthly amount",
    },
    "fixed": {"ja": "割引・加算", "zh": "折扣与加价", "en": "Discount or surcharge"},
    "per_kwh": {"ja": "割引・加算", "zh": "折扣与加价", "en": "Discount or surcharge"},
    "percent": {"ja": "割引・加算", "zh": "折扣与加价", "en": "Discount or surcharge"},
}
_BLOCK = {"ja": "(最低料金分)", "zh": "(最低电费部分)", "en": " (minimum block)"}
_FIRST = {"ja": "(最初の部分)", "zh": "(起始部分)", "en": " (first part)"}


def of_component(part: Mapping[str, Any]) -> Label:
    """The name of a component; languages that the document leaves out take the default's or the Japanese one."""
    default = _OF_KIND[part["kind"]]
    own = part.get("label", {})
    return {language: own.get(language) or (own.get("ja") or text) for language, text in default.items()}


def of_slot(part: Mapping[str, Any], shape: Shape, code: str) -> Label:
    """The name of one line of a component: its step, band or block."""
    base = of_component(part)
    if isinstance(shape, Tiers):
        index = next(n for n in range(len(shape.steps)) if shape.slot_code(n) == code)
        return {language: f"{text} {_step(shape, index, language)}" for language, text in base.items()}
    if isinstance(shape, Bands):
        name = code.removeprefix(f"{shape.code}_")
        band = next(b for b in part["bands"] if b["name"] == name)
        own = band.get("label", {})
        return {language: f"{text} {own.get(language, own.get('ja', name))}" for language, text in base.items()}
    suffix = _BLOCK if code.endswith("_block") else _FIRST if code.endswith("_first") else None
    return {language: text + suffix[language] for language, text in base.items()} if suffix else base


def _step(shape: Tiers, index: int, language: str) -> str:
    number = index + 1
    until, after = shape.steps[index].up_to_dwh, shape.steps[index - 1].up_to_dwh if index else shape.floor_dwh
    start, end = plain(after or 0, scale=DWH_PER_KWH), plain(until or 0, scale=DWH_PER_KWH)
    if language == "ja":
        return f"第{number}段階 " + (f"{start}〜{end}kWh" if until is not None else f"{start}kWh超過")
    if language == "zh":
        return f"第{number}档 " + (f"{start}-{end} kWh" if until is not None else f"{start} kWh 以上")
    return f"step {number} " + (f"{start}-{end} kWh" if until is not None else f"above {start} kWh")
