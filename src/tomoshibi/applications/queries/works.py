"""Applications by form: reads."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from tomoshibi.applications.models import WorkCase, WorkDesk, WorkSending, WorkStep
from tomoshibi.applications.story_words import in_words
from tomoshibi.applications.values import Step
from tomoshibi.applications.values import works as values


def case(*, case_id: int) -> values.WorkCase | None:
    row = WorkCase.objects.filter(id=case_id).first()
    return to_case(row) if row else None


def case_rows() -> QuerySet[WorkCase]:
    """All applications by form, for the list."""
    return WorkCase.objects.all()


def cases_of(*, contract_id: int | None = None, registration_id: int | None = None) -> list[values.WorkCase]:
    """Applications about a contract or a registration, latest first."""
    which = Q(contract_id=contract_id) if contract_id is not None else Q(registration_id=registration_id)
    return [to_case(row) for row in WorkCase.objects.filter(which).order_by("-id")]


def overdue(*, on: date) -> list[values.WorkCase]:
    """Open applications whose next step should have come before a day, the oldest first."""
    rows = WorkCase.objects.filter(state__in=list(values.OPEN_WORKS), due_on__lt=on).order_by("due_on", "id")
    return [to_case(row) for row in rows]


def counts_by_state() -> dict[str, int]:
    return dict(WorkCase.objects.values_list("state").annotate(n=Count("id")).values_list("state", "n"))


def steps_of(*, case_id: int) -> list[Step]:
    """The story of an application, latest first."""
    rows = WorkStep.objects.filter(case_id=case_id).order_by("-at", "-id")
    return [Step(row.at, row.kind, in_words(row.text), row.actor_id) for row in rows]


def sendings_of(*, case_id: int) -> list[values.Sending]:
    """Each time the application went out, latest first."""
    return [to_sending(row) for row in WorkSending.objects.filter(case_id=case_id).order_by("-id")]


def sending(*, sending_id: int) -> tuple[values.Sending, int] | None:
    """A sending, and the id of its application."""
    row = WorkSending.objects.filter(id=sending_id).first()
    return (to_sending(row), row.case_id) if row else None


def waiting_sendings(*, after: int = 0, limit: int = 100) -> list[tuple[int, int]]:
    """Ids of sendings that the machine takes out, and of their applications, in their order."""
    rows = WorkSending.objects.filter(state=values.SendState.WAITING.value, id__gt=after).order_by("id")
    return list(rows.values_list("id", "case_id")[:limit])


def desk(*, area: str) -> values.Desk | None:
    """Where an area's grid company takes applications: its own desk, or the one for all areas."""
    found = {row.area: row for row in WorkDesk.objects.filter(area__in=[area, ""])}
    row = found.get(area) or found.get("")
    return to_desk(row) if row else None


def desks() -> list[values.Desk]:
    return [to_desk(row) for row in WorkDesk.objects.order_by("area")]


def web_desks() -> list[values.Desk]:
    """Desks that our client speaks to."""
    web = values.Route.WEB.value
    return [
        to_desk(row) for row in WorkDesk.objects.filter(Q(wheeling_route=web) | Q(works_route=web)).order_by("area")
    ]


def to_desk(row: WorkDesk) -> values.Desk:
    names = (
        "area", "name", "mail", "post", "page", "phone", "answer_days", "design_days", "cutoff_days", "address",
        "certificate_file", "trust_file", "pace_ms", "cursor", "reached_at", "failure",
    )  # fmt: skip
    return values.Desk(
        wheeling_route=values.Route(row.wheeling_route),
        works_route=values.Route(row.works_route),
        **{name: getattr(row, name) for name in names},
    )


def to_case(row: WorkCase) -> values.WorkCase:
    names = (
        "id", "number", "procedure", "area", "spin", "supply_point_id", "contract_id", "customer_id", "registration_id",
        "account_number", "holder_name", "holder_kana", "phone", "address", "contractor", "contractor_phone",
        "capacity_kind", "capacity_milli", "terms", "details", "wished_on", "cutoff_on", "due_on", "reception_number",
        "contribution_minor", "contribution_due_on", "contribution_by_id", "approved_by_id", "charge_id", "paid_on",
        "inspection_on", "fixed_on", "done_on", "note", "reason", "opened_at",
    )  # fmt: skip
    return values.WorkCase(
        kind=values.WorkKind(row.kind),
        voltage=values.VoltageClass(row.voltage),
        route=values.Route(row.route),
        state=values.WorkState(row.state),
        design=values.DesignState(row.design),
        **{name: getattr(row, name) for name in names},
    )


def to_sending(row: WorkSending) -> values.Sending:
    names = ("id", "to", "xlsx_id", "pdf_id", "words", "tries", "made_at", "sent_at")
    return values.Sending(
        action=values.SendAction(row.action),
        route=values.Route(row.route),
        state=values.SendState(row.state),
        **{name: getattr(row, name) for name in names},
    )
