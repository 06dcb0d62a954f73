"""Files of the grid companies as batches of the pipeline: the one place that knows the gateway's columns."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import BinaryIO

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.gateways import grid_portal
from tomoshibi.kernel import halfhours
from tomoshibi.metering import values
from tomoshibi.metering.values import RowCode

_PEEK = 4_096
_LAST_SLOT = "48"


class NotKept(ValueError):
    """Values of single half-hours are not kept: the daily file brings them again."""


def opened(
    file: BinaryIO, *, named: grid_portal.FileName | None, received_on: date
) -> tuple[values.FileHead, Iterator[values.Batch]]:
    """
    What a file says about itself, and its rows.

    :param file: ZIP, XML or CSV; seekable, read while the batches are walked
    :param named: what its name tells
    :param received_on: how late a word the file is, where it does not say so itself
    :raises grid_portal.BrokenFile: here or while batches are walked
    :raises NotKept: for a file of one half-hour
    """
    if _is_csv(file):
        return _opened_csv(file, received_on=received_on)
    facts = grid_portal.read_facts(file)
    head = _head(facts, named=named, received_on=received_on)
    if facts.content is grid_portal.Content.SLOT:
        raise NotKept(_("a file of one half-hour is not kept; the daily file brings the same values"))
    if facts.content is grid_portal.Content.DAY:
        return head, map(_days, grid_portal.read_half_hours(file).batches)
    return head, map(_months, grid_portal.read_confirmed(file).batches)


def _head(facts: grid_portal.FileFacts, *, named: grid_portal.FileName | None, received_on: date) -> values.FileHead:
    return values.FileHead(
        message_code=facts.message_code,
        sender=facts.sender_code,
        receiver=facts.receiver_code,
        month=facts.month.number if facts.month else None,
        made_at=_made_at(facts),
        series_on=facts.target_on or (named.target_on if named else None) or facts.made_on or received_on,
        revision=(named.revision if named else None) or 0,
        section=(named.section if named else None) or 0,
    )


def _made_at(facts: grid_portal.FileFacts) -> datetime | None:
    if facts.made_on is None:
        return None
    try:
        clock = datetime.strptime(facts.made_at[:4], "%H%M").time()  # noqa: DTZ007 - civil time of the company's place
    except ValueError:
        clock = datetime.min.time()
    return datetime.combine(facts.made_on, clock)


def _is_csv(file: BinaryIO) -> bool:
    start = file.read(_PEEK)
    file.seek(0)
    if start.startswith(b"PK"):
        try:
            names = zipfile.ZipFile(file).namelist()
        except zipfile.BadZipFile:
            names = []
        file.seek(0)
        return len(names) == 1 and names[0].lower().endswith(".csv")
    # UTF-16 of an XML begins with its mark; everything else that does not open a tag is text.
    return not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff"))


def _opened_csv(file: BinaryIO, *, received_on: date) -> tuple[values.FileHead, Iterator[values.Batch]]:
    head = values.FileHead(message_code="CSV", series_on=received_on)
    if _LAST_SLOT in _heading(file):
        return head, map(_days, grid_portal.read_half_hours_csv(file))
    return head, map(_months, grid_portal.read_confirmed_csv(file))


def _heading(file: BinaryIO) -> list[str]:
    """Plain column names of a CSV, good enough to tell totals from half-hours."""
    if file.read(2) == b"PK":
        file.seek(0)
        archive = zipfile.ZipFile(file)
        with archive.open(archive.namelist()[0]) as inner:
            line = inner.readline(_PEEK)
    else:
        file.seek(0)
        line = file.readline(_PEEK)
    file.seek(0)
    return [cell.strip().lstrip("s").partition("(")[0] for cell in line.decode("ascii", errors="ignore").split(",")]


def _months(batch: grid_portal.Batch) -> values.Batch:
    records = batch.records
    rows = records.select(
        row_number="row",
        spin="spin",
        month="month",
        split_code="split_code",
        provided="provided",
        energy_dwh="energy_dwh",
        total_dwh="energy_whole_dwh",
        max_demand_milli="max_demand_milli",
        power_factor_milli="power_factor_milli",
        next_reading_on="next_reading_on",
        period_start="period_start",
        period_end="period_end",
        half_hours=_vectors(batch),
    )
    return values.Batch(rows=rows, broken=_broken(batch.problems))


def _days(batch: grid_portal.Batch) -> values.Batch:
    rows = batch.records.select(
        row_number="row",
        spin="spin",
        day="day",
        interval_minutes=pl.lit(grid_portal.INTERVAL_MINUTES, pl.Int64),
        half_hours=_vectors(batch),
    )
    return values.Batch(rows=rows, broken=_broken(batch.problems))


def _vectors(batch: grid_portal.Batch) -> pl.Series:
    stored = halfhours.to_bytes(batch.half_hours_dwh)
    parts = [
        stored[start * 4 : (start + count) * 4] if count else None
        for start, count in batch.records.select("half_hours_from", "half_hours_count").iter_rows()
    ]
    return pl.Series("half_hours", parts, dtype=pl.Binary)


def _broken(problems: Sequence[grid_portal.Problem]) -> pl.DataFrame:
    rows = [
        {
            "row_number": problem.row or 0,
            "spin": str(problem.values.get("spin", ""))[:40],
            "month": None,
            "code": RowCode.BROKEN.value,
            "template": problem.template,
            "parameters": json.dumps(dict(problem.values), default=str, ensure_ascii=False),
        }
        for problem in problems
    ]
    return pl.DataFrame(rows, schema=dict(values.REFUSED)).unique("row_number", keep="first", maintain_order=True)
