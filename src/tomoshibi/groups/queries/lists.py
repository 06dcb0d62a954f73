"""Point lists that came in as files."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.db.models import F, QuerySet

from tomoshibi.groups import exports, layouts, values, words
from tomoshibi.groups.models import PointList


def point_list(*, list_id: int) -> values.PointList | None:
    row = PointList.objects.filter(id=list_id).first()
    if row is None:
        return None
    return values.PointList(
        id=row.id,
        name=row.name,
        layout=row.layout,
        state=values.ListState(row.state),
        document_id=row.document_id,
        sha256=row.sha256,
        group_id=row.group_id,
        application_number=row.application_number,
        effective_on=row.effective_on,
        counts=row.counts,
        refusals=tuple((number, column, reason) for number, column, reason in row.refusals),
        job_id=row.job_id,
        received_at=row.received_at,
        applied_at=row.applied_at,
    )


def point_list_rows() -> QuerySet[Any]:
    """All lists that came in, for the list of lists."""
    return PointList.objects.annotate(group_number=F("group__number"))


def column_name(column: str) -> Any:
    """What a column of a list is called for people."""
    return words.column(column)


def as_repair_list(*, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """
    Rows as a workbook in the columns of the confirmation list, to be put right by hand and read again.

    :param rows: columns of ``layouts.CONFIRMATION`` with ``list_version`` and ``row_key``
    """
    return exports.as_xlsx(pl.DataFrame(list(rows)), layouts.CONFIRMATION)
