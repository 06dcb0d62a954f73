"""Applications to the grid, mediations and searches: reads."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import QuerySet

from tomoshibi.applications import values
from tomoshibi.applications.models import (
    CoreHour,
    MediationRequest,
    PointSearch,
    SwitchingCase,
    SwitchingLink,
    SwitchingMessage,
    SwitchingStep,
)
from tomoshibi.applications.story_words import in_words
from tomoshibi.masters import queries as masters
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import SupplyPoint, Voltage


def link() -> values.Link | None:
    """How the switching support system is reached; nothing while nobody entered it."""
    row = SwitchingLink.objects.filter(id=1).first()
    if row is None:
        return None
    return values.Link(
        address=row.address,
        certificate_file=row.certificate_file,
        key_file=row.key_file,
        trust_file=row.trust_file,
        source_address=row.source_address,
        pace_ms=row.pace_ms,
        timeout_seconds=row.timeout_seconds,
        retailer_codes=row.retailer_codes,
        core_from=row.core_from,
        core_to=row.core_to,
        search_areas=tuple(row.search_areas),
        cursors=row.cursors,
        reached_at=row.reached_at,
        failure=row.failure,
    )


def cursor(*, code: str, feed: str) -> int:
    """So far a feed of ours was read."""
    row = SwitchingLink.objects.filter(id=1).values_list("cursors", flat=True).first()
    return int((row or {}).get(code, {}).get(feed, 0))


def case(*, case_id: int | None = None, number: str = "") -> values.Case | None:
    rows = (
        SwitchingCase.objects.filter(id=case_id) if case_id is not None else SwitchingCase.objects.filter(number=number)
    )
    row = rows.first()
    return to_case(row) if row else None


def cases_of(
    *,
    contract_id: int | None = None,
    customer_id: int | None = None,
    registration_id: int | None = None,
    spin: str = "",
) -> list[values.Case]:
    """Applications about a contract, customer, registration or point, latest first."""
    named = {
        "contract_id": contract_id,
        "customer_id": customer_id,
        "registration_id": registration_id,
        "spin": spin or None,
    }
    given = {name: value for name, value in named.items() if value is not None}
    assert given, "name at least one"
    return [to_case(row) for row in SwitchingCase.objects.filter(**given).order_by("-id")]


def open_cases(*, areas: Collection[str]) -> int:
    """How many applications are on their way in these areas; no areas: everywhere."""
    rows = SwitchingCase.objects.filter(state__in=[state.value for state in values.OPEN_CASES])
    return (rows.filter(area__in=areas) if areas else rows).count()


def case_rows() -> QuerySet[SwitchingCase]:
    """All applications, for the list."""
    return SwitchingCase.objects.all()


def steps_of(*, case_id: int) -> list[values.Step]:
    """The story of an application, latest first."""
    rows = SwitchingStep.objects.filter(case_id=case_id).order_by("-at", "-id")
    return [values.Step(row.at, row.kind, in_words(row.text), row.actor_id) for row in rows]


def messages_of(*, case_id: int | None = None, request_id: int | None = None) -> list[values.Message]:
    """Messages about an application or a mediation request, latest first, as they were sent and answered."""
    rows = (
        SwitchingMessage.objects.filter(case_id=case_id)
        if case_id is not None
        else SwitchingMessage.objects.filter(mediation_id=request_id)
    )
    return [_to_message(row) for row in rows.order_by("-id")]


def waiting_messages(*, after: int = 0, limit: int = 100) -> list[tuple[int, bytes]]:
    """Ids and bytes of messages that wait to be sent, in their order."""
    rows = SwitchingMessage.objects.filter(state=values.MessageState.WAITING.value, id__gt=after).order_by("id")
    return [(row.id, row.request.encode("utf-8")) for row in rows[:limit]]


def _to_message(row: SwitchingMessage) -> values.Message:
    return values.Message(
        id=row.id,
        function=row.function,
        action=row.action,
        state=values.MessageState(row.state),
        request=row.request,
        answer=row.answer,
        words=row.words,
        tries=row.tries,
        made_at=row.made_at,
        answered_at=row.answered_at,
    )


def request(*, request_id: int) -> values.Request | None:
    row = MediationRequest.objects.filter(id=request_id).first()
    return to_request(row) if row else None


def request_rows() -> QuerySet[MediationRequest]:
    """All requests of other retailers, for the list."""
    return MediationRequest.objects.all()


def core_hours(*, day: date) -> dict[int, datetime]:
    """When the inbox was looked at on a day, by hour."""
    return dict(CoreHour.objects.filter(day=day).values_list("hour", "looked_at"))


def search(*, search_id: int) -> values.Search | None:
    row = PointSearch.objects.filter(id=search_id).first()
    return to_search(row) if row else None


def searches_about(*, subject: str) -> list[values.Search]:
    """Searches that something waits for, latest first."""
    return [to_search(row) for row in PointSearch.objects.filter(subject=subject).order_by("-id")]


def search_rows() -> QuerySet[PointSearch]:
    """All searches, for the list."""
    return PointSearch.objects.all()


def earliest_on(*, spin: str, klass: values.PointClass, work: values.Work, today: date) -> date:
    """
    The first day that the grid's standard period leaves; where the point's reading days are known, the first regular
    metering day from then on.

    :raises masters.MasterMissing: if no period is entered
    """
    voltage = "high" if klass is values.PointClass.HIGH else "low"
    day = masters.earliest_switch(area=spin[:2], voltage=voltage, work=work.value, applied_on=today)
    point = supply.point(spin=spin)
    if point is None or not point.base_day:
        return day
    return masters.next_metering_day(area=point.area, base_day=point.base_day, day=day) or day


LARGE_MILLI_KW = 500_000
"""From this contract power on the support system takes nothing (OCCTO: high voltage under 500 kW)."""


def goes_by_form(*, point: SupplyPoint | None, capacity_kind: str, capacity_milli: int) -> bool:
    """Whether what is to be told of a point goes by form (AP9): special high voltage, and high voltage from 500 kW."""
    if point is not None and point.voltage is Voltage.SPECIAL_HIGH:
        return True
    is_low = point is not None and point.voltage is Voltage.LOW
    return not is_low and capacity_kind == "kW" and capacity_milli >= LARGE_MILLI_KW


def to_case(row: SwitchingCase) -> values.Case:
    return values.Case(
        id=row.id,
        number=row.number,
        kind=values.SwitchingKind(row.kind),
        klass=values.PointClass(row.klass),
        source_kind=values.SourceKind(row.source_kind) if row.source_kind else None,
        state=values.SwitchingState(row.state),
        stage=row.stage,
        stage_name=row.stage_name,
        spin=row.spin,
        area=row.area,
        supply_point_id=row.supply_point_id,
        customer_id=row.customer_id,
        contract_id=row.contract_id,
        registration_id=row.registration_id,
        account_number=row.account_number,
        terms=row.terms,
        wished_on=row.wished_on,
        fixed_on=row.fixed_on,
        holder_name=row.holder_name,
        holder_kana=row.holder_kana,
        phone=row.phone,
        address=row.address,
        building=row.building,
        old_retailer=row.old_retailer,
        old_customer_number=row.old_customer_number,
        new_retailer=row.new_retailer,
        told_directly=row.told_directly,
        mediation_number=row.mediation_number,
        mediation_until=row.mediation_until,
        capacity_kind=row.capacity_kind,
        capacity_milli=row.capacity_milli,
        with_removal=row.with_removal,
        attendance=row.attendance,
        work=values.Work(row.work),
        consent_at=row.consent_at,
        consent_how=row.consent_how,
        note=row.note,
        reason=row.reason,
        point_facts=row.point_facts,
        usage=tuple((int(month), int(energy)) for month, energy in row.usage),
        password_until=row.password_until,
        opened_at=row.opened_at,
    )


def to_request(row: MediationRequest) -> values.Request:
    names = (
        "id", "number", "spin", "new_retailer", "customer_number", "holder_name", "holder_kana", "address", "building",
        "phone", "wished_on", "registered_on", "deadline_on", "contract_id", "suggested", "explanation", "answered_at",
        "answered_by_id", "delivered", "case_id", "received_at",
    )  # fmt: skip
    return values.Request(
        state=values.RequestState(row.state), reasons=tuple(row.reasons), **{name: getattr(row, name) for name in names}
    )


def to_search(row: PointSearch) -> values.Search:
    names = (
        "id", "number", "generation", "area", "address", "building", "meter_number", "why", "subject", "spin", "asked_at",
        "answered_at", "answered_by_id",
    )  # fmt: skip
    return values.Search(
        state=values.SearchState(row.state),
        found=tuple(row.found),
        source=values.SearchSource(row.source) if row.source else None,
        **{name: getattr(row, name) for name in names},
    )
