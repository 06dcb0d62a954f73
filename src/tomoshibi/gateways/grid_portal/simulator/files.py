"""
Message files from plain values: this side's own reading of the published layout.

Nothing here is shared with the codec; golden files in the tests stand beside both.
"""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

SLOTS_A_DAY = 48
NAME_RULE = ((0, 2), (2, 7))
"""This simulator's file names end in a revision of two and a section of five digits."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class PointMonth:
    """
    One point of a monthly message.

    :param half_hours_dwh: whole days from ``first_day``; negative numbers are slots without a value [0.1 Wh]
    :param max_demand_kw: 最大需要電力 as it stands in the file; empty: the element is left out
    :param power_factor: 力率 in per cent as it stands in the file; empty: the element is left out
    """

    spin: str
    energy_dwh: int
    first_day: date | None = None
    half_hours_dwh: Sequence[int] | np.ndarray[Any, Any] = field(default_factory=tuple)
    provided: bool = True
    split_code: str = "1"
    part_dwh: int | None = None
    meter: str = ""
    customer_key: str = ""
    customer_name: str = ""
    next_reading_on: date | None = None
    high_voltage: bool = False
    max_demand_kw: str = ""
    power_factor: str = ""


@dataclass(frozen=True)
class PointDay:
    """One meter of a daily message; negative numbers are values that the company does not vouch for [0.1 Wh]."""

    spin: str
    half_hours_dwh: Sequence[int] | np.ndarray[Any, Any]
    meter: str = "M1"


def confirmed_name(day: date, *, revision: int = 1, section: int = 1, high_voltage: bool = False) -> str:
    return f"W5{'1210' if high_voltage else '1220'}{day:%Y%m%d}{revision:02d}{section:05d}.zip"


def day_name(day: date, *, revision: int = 1, section: int = 1) -> str:
    return f"W41120{day:%Y%m%d}0000{revision:02d}{section:04d}.zip"


def write_confirmed(
    path: Path,
    points: Iterable[PointMonth],
    *,
    month: int,
    made_at: datetime,
    sender: str = "90003",
    receiver: str = "99993",
) -> Path:
    """
    A monthly message (1220, or 1210 if the first point is of high voltage), appearing whole under its name.

    :param month: 対象年月, 202610
    """
    points = list(points)
    code = "1210" if points and points[0].high_voltage else "1220"
    head = _head(code, made_at, sender, receiver) + f"<JP06401>{month}</JP06401>"
    return _write(path, head, map(_point_month, points))


def write_day(
    path: Path,
    points: Sequence[PointDay],
    *,
    day: date,
    made_at: datetime,
    sender: str = "90003",
    receiver: str = "99993",
) -> Path:
    """A daily message (1120) of 48 groups."""
    head = _head("1120", made_at, sender, receiver) + f"<JP06116>{day:%Y%m%d}</JP06116>"
    return _write(path, head, (_slot_group(points, slot) for slot in range(SLOTS_A_DAY)))


def write_slot(
    path: Path,
    points: Sequence[PointDay],
    *,
    day: date,
    slot: int,
    made_at: datetime,
    sender: str = "90003",
    receiver: str = "99993",
) -> Path:
    """A message of one half-hour (1110); ``slot`` 1 is 00:00 to 00:30, the first number of each point counts."""
    head = _head("1110", made_at, sender, receiver)
    head += f"<JP06116>{day:%Y%m%d}</JP06116><JP06219>{slot:02d}</JP06219>"
    return _write(path, head, (f"<JPMR00010>{_meter_value(one, 0)}</JPMR00010>" for one in points))


def _write(path: Path, head: str, records: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        inside = zipfile.ZipInfo(path.with_suffix(".xml").name, _EPOCH)
        inside.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(inside, "w", force_zip64=True) as out:
            out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<SBD-MSG><JPMGRP><JPMGH/><JPTRM>')
            out.write(head.encode() + b"<JPM00010>\n")
            for record in records:
                out.write(record.encode() + b"\n")
            out.write(b"</JPM00010></JPTRM></JPMGRP></SBD-MSG>\n")
    return temporary.replace(path)


def _head(code: str, made_at: datetime, sender: str, receiver: str) -> str:
    return (
        f"<JP00002>{code}</JP00002><JP06110>{sender}</JP06110><JP06111>模擬送配電</JP06111>"
        f"<JP06112>{receiver}</JP06112><JP06114>{made_at:%Y%m%d}</JP06114><JP06115>{made_at:%H%M}</JP06115>"
    )


class _Kwh(dict[int, str]):
    """Tenths of a watt-hour as the decimal that stands in a file."""

    def __missing__(self, dwh: int) -> str:
        whole, rest = divmod(dwh, 10_000)
        text = f"{whole}.{rest:04d}".rstrip("0")
        self[dwh] = text = text + "0" if text.endswith(".") else text
        return text


_KWH = _Kwh()


def _element(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>" if text else ""


def _point_month(one: PointMonth) -> str:
    parts = [
        _element("JP06400", one.spin),
        _element("JP06119", one.customer_key),
        _element("JP06120", one.customer_name),
        _element("JP06121", one.meter),
        _element("JP06403", "高圧" if one.high_voltage else "低圧"),
        _element("JP06404", one.split_code),
        _element("JP06405", "0" if one.provided else "1"),
    ]
    if one.provided:
        part = one.energy_dwh if one.part_dwh is None else one.part_dwh
        parts += [_element("JP06426", _KWH[one.energy_dwh]), _element("JP06427", _KWH[part])]
        parts += [_element("JP06406", one.power_factor), _element("JP06445", one.max_demand_kw)]
        if one.next_reading_on:
            parts.append(_element("JP06446", f"{one.next_reading_on:%Y%m%d}"))
        if one.first_day and len(one.half_hours_dwh):
            parts += ["<JPM00013>", *_days(one.first_day, one.half_hours_dwh), "</JPM00013>"]
    return f"<JPMR00010>{''.join(parts)}</JPMR00010>"


def _days(first: date, values: Sequence[int] | np.ndarray[Any, Any]) -> Iterator[str]:
    numbers = np.asarray(values).tolist()
    assert len(numbers) % SLOTS_A_DAY == 0, "whole days"
    for start in range(0, len(numbers), SLOTS_A_DAY):
        day = first + timedelta(days=start // SLOTS_A_DAY)
        slots = "".join(
            f"<JPMR00014><JP06219>{slot:02d}</JP06219>{_quantities(value)}</JPMR00014>"
            for slot, value in enumerate(numbers[start : start + SLOTS_A_DAY], 1)
        )
        yield f"<JPMR00013><JP06423>{day:%Y%m%d}</JP06423><JPM00014>{slots}</JPM00014></JPMR00013>"


def _quantities(value: int) -> str:
    if value < 0:
        return ""
    text = _KWH[value]
    return f"<JP06424>{text}</JP06424><JP06425>{text}</JP06425>"


def _slot_group(points: Sequence[PointDay], slot: int) -> str:
    values = "".join(f"<JPMR00011>{_meter_value(one, slot)}</JPMR00011>" for one in points)
    return f"<JPMR00010><JP06219>{slot + 1:02d}</JP06219><JPM00011>{values}</JPM00011></JPMR00010>"


def _meter_value(one: PointDay, slot: int) -> str:
    value = int(one.half_hours_dwh[slot])
    quantity = "<JP06122>1</JP06122>" if value < 0 else f"<JP06122>0</JP06122><JP06125>{_KWH[value]}</JP06125>"
    return f"<JP06400>{one.spin}</JP06400><JP06121>{escape(one.meter)}</JP06121>{quantity}"
