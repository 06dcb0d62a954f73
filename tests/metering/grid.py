"""Files as a grid company would write them, for these tests: the layout of the published element paths."""

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise


def spin(number: int, area: str = "03") -> str:
    return f"{area}{number:020d}"


@dataclass
class Row:
    """One point of a W5 file; ``each`` is the kWh of every half-hour, from ``start`` up to ``end``."""

    spin: str
    kwh: str = "310"
    provided: bool = True
    split: str = "1"
    start: date | None = None
    end: date | None = None
    each: str = "0.2"
    skip_slots: frozenset[int] = field(default_factory=frozenset)

    def xml(self) -> str:
        head = f"<JP06400>{self.spin}</JP06400><JP06404>{self.split}</JP06404>"
        if not self.provided:
            return f"<JPMR00010>{head}<JP06405>1</JP06405></JPMR00010>"
        totals = f"<JP06405>0</JP06405><JP06426>{self.kwh}</JP06426><JP06427>{self.kwh}</JP06427>"
        return f"<JPMR00010>{head}{totals}<JP06446>20261112</JP06446><JP09999>?</JP09999>{self._days()}</JPMR00010>"

    def _days(self) -> str:
        if self.start is None or self.end is None:
            return ""
        days = [self.start + timedelta(days=n) for n in range((self.end - self.start).days)]
        slots = "".join(
            f"<JPMR00014><JP06219>{slot:02d}</JP06219><JP06424>{self.each}</JP06424><JP06425>{self.each}</JP06425></JPMR00014>"
            for slot in range(1, 49)
            if slot not in self.skip_slots
        )
        told = "".join(
            f"<JPMR00013><JP06423>{day:%Y%m%d}</JP06423><JPM00014>{slots}</JPM00014></JPMR00013>" for day in days
        )
        return f"<JPM00013>{told}</JPM00013>"


def confirmed(*rows: Row, month: str = "202610", made: str = "202610090900", cut: bool = False) -> bytes:
    """A W5 message (1220); ``cut`` breaks it off in the last record."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><SBD-MSG><JPMGRP><JPMGH/><JPTRM><JP00002>1220</JP00002>'
        f"<JP06110>90003</JP06110><JP06112>99993</JP06112><JP06114>{made[:8]}</JP06114><JP06115>{made[8:]}</JP06115>"
        f"<JP06401>{month}</JP06401><JPM00010>{''.join(row.xml() for row in rows)}</JPM00010></JPTRM></JPMGRP></SBD-MSG>"
    )
    return zipped(text.encode()[:-100] if cut else text.encode())


def daily(day: date, values: dict[str, list[tuple[str, str]]], *, made: str = "202610020300") -> bytes:
    """A W4 message (1120): per point, meters with the kWh of each half-hour."""
    points = "".join(
        f"<JPMR00011><JP06400>{point}</JP06400><JP06121>{meter}</JP06121><JP06122>0</JP06122><JP06125>{kwh}</JP06125></JPMR00011>"
        for point, meters in values.items()
        for meter, kwh in meters
    )
    slots = "".join(
        f"<JPMR00010><JP06219>{slot:02d}</JP06219><JPM00011>{points}</JPM00011></JPMR00010>" for slot in range(1, 49)
    )
    text = (
        "<SBD-MSG><JPMGRP><JPMGH/><JPTRM><JP00002>1120</JP00002><JP06110>90003</JP06110><JP06112>99993</JP06112>"
        f"<JP06114>{made[:8]}</JP06114><JP06115>{made[8:]}</JP06115><JP06116>{day:%Y%m%d}</JP06116>"
        f"<JPM00010>{slots}</JPM00010></JPTRM></JPMGRP></SBD-MSG>"
    )
    return zipped(text.encode())


def zipped(content: bytes, name: str = "message.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name, date_time=(2026, 10, 9, 9, 0, 0))
        archive.writestr(info, content, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def csv(*rows: tuple[str, ...], heading: tuple[str, ...] = ("供給地点特定番号", "月分", "使用量")) -> bytes:
    return "\r\n".join(",".join(row) for row in (heading, *rows)).encode("cp932")


def overlapping(periods: list[tuple[date, date]]) -> bool:
    ordered = sorted(periods)
    return any(first[1] > second[0] for first, second in pairwise(ordered))
