"""
Devices that wait to be applied for: found on site although no list had them, or surveyed for a group that is not theirs.

Nobody types them again: the counter makes an application of them, and the list of it is written from what is kept here
(G-016, G-079). They wait until then.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from tomoshibi.applications.models import CaseRow, GroupCase
from tomoshibi.applications.operations.groupwork.cases import FILE_KIND, evening
from tomoshibi.applications.queries import groupwork as queries
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import Waiting
from tomoshibi.documents import operations as documents
from tomoshibi.documents.values import StoredFile
from tomoshibi.groups import operations as group_operations
from tomoshibi.groups import queries as groups
from tomoshibi.masters import queries as masters
from tomoshibi.storage import db
from tomoshibi.worklist import operations as worklist

WAITS = "applications.groupcase_waiting"


def ask_to_apply(case: GroupCase, row: CaseRow, *, now: datetime, today: date) -> None:
    """A row that belongs to another group is work for the counter: there it is applied for."""
    worklist.open_item(
        procedure=values.ACCEPT,
        kind=WAITS,
        subject=f"groups.benchmark:{row.other_benchmark}",
        title=_("%(number)s: a device belongs to benchmark %(benchmark)s; apply for it there")
        % {"number": case.number, "benchmark": row.other_benchmark},
        detail=f"{row.name} {row.note}",
        due_at=evening(masters.add_business_days(today, groups.parameter("accept_days", on=today))),
        role="gp_front",
        url=address_of(row.other_benchmark, customer_number=case.customer.number),
        now=now,
    )


def address_of(benchmark_number: str, *, customer_number: str) -> str:
    """Where the counter applies for what waits at a benchmark."""
    asked = {"benchmark_number": benchmark_number, "customer_id": customer_number, "waiting": "1"}
    return f"{reverse('applications:group_case_new')}?{urlencode(asked)}"


@db.transaction_required
def write_list(*, benchmark_number: str, customer_name: str, now: datetime, actor_id: int | None) -> StoredFile:
    """The list of an application for everything that waits at a benchmark, in the printed form's columns."""
    rows = queries.waiting_rows(benchmark_number=benchmark_number)
    what = _("found on site")
    return documents.store(
        name=f"{benchmark_number}-{what}.xlsx",
        content=as_list(rows, customer_name=customer_name),
        kind=FILE_KIND,
        now=now,
        actor_id=actor_id,
    )


def as_list(rows: Sequence[Waiting], *, customer_name: str) -> bytes:
    return groups.as_repair_list(
        rows=[
            {
                "seq": n, "account_number": "", "customer_name": customer_name, "address": row.address or row.name,
                "nearest_number": row.nearest_number, "access_point_number": row.access_point_number,
                "access_point_name": "", "change": "新增", "day": "", "benchmark_number": row.benchmark_number,
                "name": row.name or row.address,
            }
            for n, row in enumerate(rows, start=1)
        ]
    )  # fmt: skip


@db.transaction_required
def note_applied(*, benchmark_number: str, number: str, now: datetime) -> int:
    """
    What waited at a benchmark is applied for now.

    :param number: of the application
    :returns: how many
    """
    rows = queries.waiting_rows(benchmark_number=benchmark_number)
    ids = [row.id for row in rows if not row.is_of_case]
    CaseRow.objects.filter(id__in=[row.id for row in rows if row.is_of_case]).update(applied_as=number)
    group_operations.mark_applied(row_ids=ids, application_number=number)
    worklist.close_about(kind=WAITS, subjects=[f"groups.benchmark:{benchmark_number}"], outcome=number, now=now)
    return len(rows)
