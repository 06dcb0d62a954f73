"""Studies, whom they look at, and what was issued to the same contracts."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from django.db.models import Count, Q, QuerySet

from tomoshibi.billing import membership, studysums, values
from tomoshibi.billing.models import Study, StudyPart
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.storage import bulk

_ISSUED = {
    "contract_id": pl.Int64,
    "period_start": pl.Date,
    "issued_minor": pl.Int64,
    "extras_minor": pl.Int64,
}


class NoSuchStudy(LookupError):
    """There is no study of that number."""


def study(*, study_id: int) -> values.Study:
    """
    :raises NoSuchStudy: for an unknown id
    """
    row = study_rows().filter(id=study_id).first()
    if row is None:
        raise NoSuchStudy(f"there is no study {study_id}")
    return _value(row)


def study_rows() -> QuerySet[Any]:
    """A lazy list for tables, newest first; with ``parts_done`` and ``parts_total``."""
    return Study.objects.annotate(
        parts_total=Count("parts"), parts_done=Count("parts", filter=Q(parts__done=True))
    ).order_by("-created_at", "-id")


def _value(row: Any) -> values.Study:
    return values.Study(
        id=row.id,
        title=row.title,
        scenario=row.scenario,
        selection=row.selection,
        months=tuple(row.months),
        state=values.StudyState(row.state),
        contract_count=row.contract_count,
        created_by_id=row.created_by_id,
        created_at=row.created_at,
        ended_at=row.ended_at,
        job_id=row.job_id,
        result=row.result,
        input_hash=row.input_hash,
        parts_done=row.parts_done,
        parts_total=row.parts_total,
    )


def study_members(*, months: Sequence[Month], selection: values.StudySelection) -> pl.DataFrame:
    """
    The contracts that were supplied in the months, whether they were billed or not.

    With a plan it is those that were on it at some time; the month's own plan decides later, bill by bill.

    :returns: columns of ``membership.STUDIED``
    """
    start, end = min(months).plus(-2).first, max(months).plus(1).first
    found = contracts.supplied_frame(
        period_start=start, period_end=end, area=selection.area or None, columns=list(membership.STUDIED)
    )
    if selection.plan_code:
        terms = contracts.terms_frame(period_start=start, period_end=end)
        mine = terms.filter(pl.col("plan_code") == selection.plan_code)["contract_id"]
        found = found.filter(pl.col("contract_id").is_in(mine.implode()))
    return found


def study_customers(*, study_id: int) -> pl.DataFrame:
    """What became of every customer of a study (``studysums.CUSTOMERS``)."""
    found = list(study_customer_parts(study_id=study_id))
    return pl.concat(found) if found else pl.DataFrame(schema=dict(studysums.CUSTOMERS))


def study_customer_parts(*, study_id: int) -> Iterator[pl.DataFrame]:
    """The same, part by part."""
    return (studysums.unpacked(part) for part in _parts(study_id))


def _parts(study_id: int) -> Iterator[bytes]:
    rows = StudyPart.objects.filter(study_id=study_id, done=True).order_by("no")
    return (bytes(part) for part in rows.values_list("customers", flat=True).iterator(chunk_size=1) if part is not None)


def issued_totals(*, contract_ids: Sequence[int] | pl.Series, month: Month) -> pl.DataFrame:
    """
    What was issued per contract and period of a month, corrections included, and what of it stands outside the plan.

    :returns: ``contract_id, period_start, issued_minor, extras_minor``
    """
    return bulk.read_among(
        """
        SELECT b.contract_id, b.period_start, sum(b.total_minor)::bigint, coalesce(sum(e.amount_minor), 0)::bigint
          FROM billing_bill b
          JOIN billing_invoice i ON i.bill_id = b.id
          LEFT JOIN LATERAL (SELECT sum(amount_minor) AS amount_minor FROM billing_extra WHERE bill_id = b.id) e ON TRUE
         WHERE b.month = %(month)s AND {among} AND b.kind <> 'charges'
         GROUP BY b.contract_id, b.period_start
        """,
        _ISSUED,
        {"month": month.number},
        key="b.contract_id",
        column="contract_id",
        ids=pl.Series(contract_ids, dtype=pl.Int64),
    )
