"""Reads of group cases."""

from dataclasses import fields
from datetime import date
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from tomoshibi.applications.clauses import CLAUSES
from tomoshibi.applications.models import (
    CaseDocument,
    CaseList,
    CasePaper,
    CaseRow,
    CaseStep,
    ClauseWording,
    ContractList,
    GroupCase,
)
from tomoshibi.applications.values import groupwork as values
from tomoshibi.applications.values.groupwork import CaseKind, CaseState, Change, PaperState, RowState, Slot
from tomoshibi.fieldwork import queries as field_queries
from tomoshibi.groups import queries as groups
from tomoshibi.groups.values import subject_of as point_subject
from tomoshibi.messaging import queries as messaging
from tomoshibi.messaging.values import Delivery
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import Setting

_SAME = {field.name for field in fields(values.Case)} & {field.name for field in GroupCase._meta.fields} - {
    "kind",
    "state",
    "warnings",
    "skipped",
    "grouping",
}
_OF_ROW = [field.name for field in fields(values.Row)]


class NoSuchCase(LookupError):
    """There is no such case."""


def case(*, case_id: int) -> values.Case:
    """:raises NoSuchCase: if it is not there"""
    row = GroupCase.objects.select_related("group").filter(id=case_id).first()
    if row is None:
        raise NoSuchCase(_("there is no such application"))
    return case_facts(row)


def case_facts(row: GroupCase) -> values.Case:
    customer = parties.customer(customer_id=row.customer_id)
    assert customer is not None, "the key points to it"
    return values.Case(
        **{name: getattr(row, name) for name in _SAME},
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        customer_id=row.customer_id,
        customer_name=customer.name,
        customer_number=customer.number,
        customer_address=customer.address.text,
        customer_postal_code=customer.address.postal_code,
        customer_phone=customer.phone,
        group_id=row.group_id,
        group_number=row.group.number if row.group else "",
        benchmark_number=row.group.benchmark_number if row.group else "",
        warnings=tuple(row.warnings),
        skipped=tuple((number, column, reason) for number, column, reason in row.skipped),
        grouping=tuple(row.grouping),
    )


def rows(*, case_id: int) -> list[values.Row]:
    found = CaseRow.objects.filter(case_id=case_id).order_by("no")
    return [_row(row) for row in found]


def row(*, case_id: int, no: int) -> values.Row | None:
    found = CaseRow.objects.filter(case_id=case_id, no=no).first()
    return _row(found) if found else None


def _row(found: CaseRow) -> values.Row:
    facts = {name: getattr(found, name) for name in _OF_ROW}
    return values.Row(**facts | {"change": Change(found.change), "state": RowState(found.state)})


def case_rows(*, today: date) -> QuerySet[Any]:
    """All cases for the list; ``is_late`` where the deadline of the step has passed."""
    live = CaseRow.objects.filter(case=OuterRef("pk")).exclude(state=RowState.REJECTED.value)
    counted = live.order_by().values("case").annotate(n=Count("id")).values("n")
    return GroupCase.objects.annotate(
        customer_name=F("customer__name"),
        group_number=F("group__number"),
        benchmark_number=F("group__benchmark_number"),
        points=Coalesce(Subquery(counted), 0),
        owner=F("state"),
        is_late=Coalesce(ExpressionWrapper(Q(due_on__lt=today), output_field=BooleanField()), Value(value=False)),
    )


def overdue(*, today: date) -> int:
    return GroupCase.objects.filter(due_on__lt=today).count()


def steps_of(*, case_id: int) -> list[values.StepDone]:
    """Who did what, oldest first."""
    found = CaseStep.objects.filter(case_id=case_id).order_by("id")
    return [values.StepDone(step=s.step, what=s.what, text=s.text, at=s.at, by_id=s.by_id) for s in found]


def documents_of(*, case_id: int) -> list[values.Document]:
    """Documents of a case, the newest of each slot first."""
    found = CaseDocument.objects.filter(case_id=case_id).order_by("slot", "-id")
    return [
        values.Document(
            id=d.id,
            slot=Slot(d.slot),
            document_id=d.document_id,
            name=d.name,
            sha256=d.sha256,
            version=d.version,
            at=d.at,
            by_id=d.by_id,
        )
        for d in found
    ]


def document(*, case_id: int, document_id: int) -> values.Document | None:
    return next((d for d in documents_of(case_id=case_id) if d.id == document_id), None)


def lists_of(*, case_id: int) -> list[values.ListVersion]:
    """Versions of the confirmation list, newest first."""
    found = CaseList.objects.filter(case_id=case_id).order_by("-version")
    return [values.ListVersion(one.version, one.document_id, one.made_at, one.is_superseded) for one in found]


def list_content(*, case_id: int, version: int) -> dict[str, Any] | None:
    """What a version of the confirmation list says; one that is superseded says so across the page."""
    found = CaseList.objects.filter(case_id=case_id, version=version).first()
    return found.content | {"superseded": found.is_superseded} if found else None


def paper_of(*, case_id: int) -> values.Paper | None:
    found = CasePaper.objects.filter(case_id=case_id).first()
    if found is None:
        return None
    return values.Paper(
        number=found.number,
        state=PaperState(found.state),
        clauses=dict(found.clauses),
        drafted_by_id=found.drafted_by_id,
        drafted_at=found.drafted_at,
        reviewed_by_id=found.reviewed_by_id,
        approved_by_id=found.approved_by_id,
        signed_on=found.signed_on,
        remark=found.remark,
    )


def next_list_version(*, group_id: int | None) -> int:
    return ContractList.objects.filter(group_id=group_id).count() + 1 if group_id else 1


def contract_lists(*, group_id: int) -> list[values.ContractList]:
    """The list annexes of a group's contract, newest first."""
    found = ContractList.objects.filter(group_id=group_id).order_by("-version")
    return [
        values.ContractList(one.version, one.document_id, tuple(one.account_numbers), one.start, one.end)
        for one in found
    ]


def contract_list_on(*, group_id: int, on: date) -> values.ContractList | None:
    """The list annex that holds on a day; None where both sides have signed none."""
    return next(
        (one for one in contract_lists(group_id=group_id) if one.start <= on and (one.end is None or on < one.end)),
        None,
    )


def cases_of_group(*, group_id: int) -> list[values.CaseSummary]:
    """Every application about a group, in the order of their forms: the latest holds (G-025)."""
    founded = GroupCase.objects.filter(group_id=group_id).order_by("signed_on", "id")
    return [_summary(row) for row in founded]


def _summary(row: GroupCase) -> values.CaseSummary:
    return values.CaseSummary(
        id=row.id,
        number=row.number,
        query_number=row.query_number,
        kind=CaseKind(row.kind),
        state=CaseState(row.state),
        customer_id=row.customer_id,
        group_id=row.group_id,
        received_on=row.received_on,
        due_on=row.due_on,
        step_since=row.step_since,
    )


def by_query_number(*, query_number: str) -> values.CaseSummary | None:
    """The application behind the number that its customer was given."""
    found = GroupCase.objects.filter(query_number=query_number.strip()).first()
    return _summary(found) if found else None


def groups_without_list(*, on: date) -> list[dict[str, Any]]:
    """Active groups without a point list that both sides signed (G-043): number, name, customer."""
    with_list = (
        ContractList.objects.filter(start__lte=on)
        .filter(Q(end=None) | Q(end__gt=on))
        .values_list("group_id", flat=True)
    )
    found = groups.group_rows(on=on).filter(state="active").exclude(id__in=list(with_list)).order_by("unit", "number")
    return list(found.values("id", "number", "name", "unit", "benchmark_number", "points", "origin"))


def connected_without_ticket() -> list[dict[str, Any]]:
    """Points that an application connected although no ticket was opened for them (G-056): there should be none."""
    found = CaseRow.objects.filter(ticket_id=None, change=Change.ADD.value).exclude(installed_on=None)
    rows = found.values_list("account_number", "name", "case__number")
    return [{"account_number": account, "name": name, "number": number} for account, name, number in rows]


def incomplete_archives(*, today: date) -> list[values.CaseSummary]:
    """Cases whose file is not complete, the one that is due first at the top."""
    found = GroupCase.objects.filter(state=CaseState.ARCHIVE.value).order_by("due_on", "id")
    return [_summary(row) for row in found]


def labels_of(*, rows: list[values.Row]) -> dict[int, Any]:
    """Labels of the rows by point id."""
    by_subject = {point_subject(row.point_id): row.point_id for row in rows if row.point_id}
    return {by_subject[label.subject]: label for label in field_queries.labels_of(subjects=list(by_subject))}


def test_messages(*, case_id: int) -> list[Delivery]:
    """Test messages to the outage contact of a case, newest first (G-020)."""
    return messaging.deliveries_about(about=values.subject_of(case_id))


def waiting_rows(*, benchmark_number: str = "") -> list[values.Waiting]:
    """
    Devices that nobody has applied for yet: from surveys, and from the verification of the stock (G-016, G-079).

    :param benchmark_number: of one group only
    """
    rows = CaseRow.objects.filter(applied_as="").exclude(other_benchmark="").select_related("case__customer")
    if benchmark_number:
        rows = rows.filter(other_benchmark=benchmark_number)
    surveyed = [
        values.Waiting(
            id=row.id,
            is_of_case=True,
            customer_id=row.case.customer_id,
            customer_name=row.case.customer.name,
            benchmark_number=row.other_benchmark,
            name=row.name,
            address=row.address,
            nearest_number=row.nearest_number,
            access_point_number=row.access_point_number,
            district_number=row.district_number,
        )
        for row in rows.order_by("id")
    ]
    verified = [
        values.Waiting(
            id=row["id"],
            is_of_case=False,
            customer_id=row["customer_id"],
            customer_name=row["customer"],
            **{name: row[name] for name in ("benchmark_number", "name", "address", "nearest_number")},
            access_point_number=row["access_point_number"],
            district_number=row["district_number"],
        )
        for row in groups.extra_rows(benchmark_number=benchmark_number)
    ]
    return [*surveyed, *verified]


def joint_cases(*, number: str) -> list[values.CaseSummary]:
    """The cases of one form over several groups, in its order (G-075)."""
    if not number:
        return []
    return [_summary(row) for row in GroupCase.objects.filter(joint_number=number).order_by("id")]


def clauses() -> dict[str, str]:
    """The special clauses as this company words them (G-041)."""
    own = dict(ClauseWording.objects.values_list("code", "text"))
    return {code: own.get(code, text) for code, text in CLAUSES.items()}


def odd_taps(*, rows: list[values.Row]) -> set[int]:
    """Numbers of the rows that are connected as it is done in the country though they stand in town, or the reverse (G-053)."""
    settings = {row.district_number: supply.district(number=row.district_number) for row in rows if row.district_number}
    found = set()
    for row in rows:
        district = settings.get(row.district_number)
        if district is None or not row.tap:
            continue
        is_rural = district.setting == Setting.RURAL
        if is_rural != (row.tap == values.Tap.RURAL):
            found.add(row.no)
    return found


def cases_by_unit(*, today: date) -> list[dict[str, Any]]:
    """Open cases of each managing unit: how many, how many late, and since when the oldest stands (G-127)."""
    found = GroupCase.objects.filter(state__in=[state.value for state in values.OPEN_STATES])
    counted = found.values("unit").annotate(
        count=Count("id"), late=Count("id", filter=Q(due_on__lt=today)), oldest_on=Min("received_on")
    )
    return [row | {"days": (today - row["oldest_on"]).days} for row in counted.order_by("-late", "-count", "unit")]


def figures(*, today: date) -> dict[str, int | None]:
    """
    How the business with groups stands, counted from the data (G-128).

    :returns: counts of points and of cases; ``median_days`` from the counter to the closed file, nothing before the
        first one
    """
    closed = GroupCase.objects.filter(state=CaseState.CLOSED.value).values_list("received_on", "closed_at")
    took = sorted((ended.date() - received).days for received, ended in closed if ended)
    open_ = GroupCase.objects.filter(state__in=[state.value for state in values.OPEN_STATES])
    counted, legacy = groups.completeness(on=today), groups.legacy_counts()
    return {
        "points": counted.points,
        "verified": counted.points - legacy["marked"],
        "sealed": counted.seal,
        "open_cases": open_.count(),
        "late_cases": open_.filter(due_on__lt=today).count(),
        "closed_cases": len(took),
        "median_days": took[len(took) // 2] if took else None,
        "waiting": len(waiting_rows()),
    }


def place(*, number: str) -> values.AccessPlace | None:
    """Everything that should be seen at an access point, and what applications are bringing there (G-050)."""
    found = supply.access_point(number=number)
    if found is None:
        return None
    seals = {one.subject: one.number for one in field_queries.seals_at(place=number)}
    standing = [
        values.Standing(
            account_number=point.account_number,
            name=point.name,
            group_number=point.group_number,
            seal=seals.get(point_subject(point.id), ""),
        )
        for point in groups.points_at(access_point_number=number)
    ]
    coming = (
        CaseRow.objects.filter(access_point_number=number, installed_on=None, change=Change.ADD.value)
        .filter(case__state__in=[state.value for state in values.OPEN_STATES])
        .exclude(state=RowState.REJECTED.value)
    )
    district = supply.district(number=found.district_number) if found.district_number else None
    return values.AccessPlace(
        number=found.number,
        name=found.name,
        district=f"{found.district_number} {district.name if district else ''}".strip(),
        points=tuple(standing),
        coming=tuple(coming.order_by("id").values_list("case__number", "name")),
    )
