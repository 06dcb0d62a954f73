"""
The interface of agencies: bring an application, ask for the state of one's own. A key opens only what its scopes say.

A request carries the agency's own number of the application; the same one again is the same application.
"""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from ninja.security import HttpBearer
from pydantic import ConfigDict, Field

from tomoshibi.applications import operations, queries, values
from tomoshibi.applications.values import IntakeKind, IntakeState, Plant, Source, SourceKind
from tomoshibi.parties.values import CustomerKind, PaymentMethod, StatementChannel
from tomoshibi.storage import db
from tomoshibi.worker import queries as clock

Line = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class AgencyKey(HttpBearer):
    """A key of an agency; what it may is looked at by each operation."""

    def authenticate(self, request: HttpRequest, token: str) -> tuple[str, frozenset[str]] | None:
        return queries.agency_of_key(key=token)


class NewApplication(Schema):
    """What the applicant wrote; texts are taken as people write them (full width, hyphens, hiragana)."""

    model_config = ConfigDict(extra="forbid")

    reference: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[0-9A-Za-z._-]+$")]
    """The agency's own number of the application."""
    language: Annotated[str, Field(pattern="^(ja|zh-hans|en)$")] = "ja"
    agreed: list[Annotated[str, Field(max_length=60, pattern=r"^[a-z_]+@[0-9-]+$")]] = Field(max_length=20)
    """Texts that the applicant agreed to before the agency, each as ``code@version``."""
    kind: IntakeKind
    postal_code: Line
    prefecture: Line
    city: Line
    town: Line = ""
    block: Line
    building: Line = ""
    area: Annotated[str, Field(pattern="^(0[1-9]|10)$")]
    plan_code: Line
    capacity_unit: Annotated[str, Field(pattern="^(A|kVA|kW|contract)$")]
    capacity: Line = ""
    use_kwh: Line = ""
    spin: Line = ""
    current_retailer: Line = ""
    current_customer_number: Line = ""
    current_name: Line = ""
    wished_on: date
    applicant: CustomerKind = CustomerKind.PERSON
    name: Line
    kana: Line
    phone: Line
    mail: Line
    payment_method: PaymentMethod | None = None
    """Needed from who is supplied; who sells is paid."""
    statement_channel: StatementChannel = StatementChannel.PORTAL
    note: Line = ""
    plant: Plant | None = None
    """What generates; this and the next two are asked of who sells (``kind`` is ``sell``)."""
    source_kind: SourceKind | None = None
    term_ends_on: date | None = None
    """The last day of the purchase by law (FIT)."""
    meter_number: Line = ""
    """The point is searched by it where who sells does not know its number."""


class Missing(Schema):
    """Something that is asked of the applicant."""

    rule: str
    fields: list[str]
    sentence: str


class State(Schema):
    """How far an application is."""

    number: str
    state: IntakeState
    reason: str
    starts_on: date | None
    missing: list[Missing]


class Problem(Schema):
    """Why nothing was done."""

    detail: str
    problems: list[Missing] = []


class Text(Schema):
    """A text that applicants agree to."""

    code: str
    version: str
    title: str
    body: str


router = Router(auth=AgencyKey(), tags=["applications"])


def _agency(request: HttpRequest, scope: str) -> str:
    """
    Code of the agency that asks, where its key may do this.

    :raises NotAllowed: where it may not
    """
    code, scopes = request.auth  # type: ignore[attr-defined]
    if scope not in scopes:
        raise NotAllowed(f"this key does not open {scope}")
    with db.transaction():
        count = operations.count_attempt(what="api", address=f"agency:{code}", now=clock.now())
    operations.require_within(what="api", count=count)
    return str(code)


class NotAllowed(PermissionError):
    """The key does not open this."""


def _state(found: values.Intake) -> dict[str, Any]:
    registration = queries.registration_of(intake_id=found.id)
    asked = queries.deficiencies_of(intake_id=found.id, only_open=True)
    return {
        "number": found.number,
        "state": found.state,
        "reason": found.reason,
        "starts_on": registration.starts_on if registration else None,
        "missing": [{"rule": one.rule, "fields": list(one.fields), "sentence": one.sentence} for one in asked],
    }


@router.get("/consents/{kind}", response={200: list[Text], 401: Problem, 403: Problem, 422: Any, 429: Problem})
def consents(request: HttpRequest, kind: IntakeKind, language: str = "ja") -> Any:
    """The texts that an applicant of a kind has to agree to today."""
    _agency(request, "intake:write")
    texts = queries.consent_texts(kind=kind.value, language=language, on=clock.today())
    return 200, [{"code": t.code, "version": t.version, "title": t.title, "body": t.body} for t in texts]


@router.post(
    "/applications",
    response={200: State, 201: State, 401: Problem, 403: Problem, 409: Problem, 422: Any, 429: Problem},
)
def bring(request: HttpRequest, given: NewApplication) -> Any:
    """
    Bring an application: 201 when it is new, 200 when it was brought before under the same reference.

    409 names what a rule of the examination refuses (422: what does not have the form); then nothing is kept.
    """
    agency_code = _agency(request, "intake:write")
    known = queries.intake_of_reference(agency_code=agency_code, reference=given.reference)
    if known is not None:
        return 200, _state(known)
    today, now = clock.today(), clock.now()
    agreed = [
        text
        for text in queries.consent_texts(kind=given.kind.value, language=given.language, on=today)
        if f"{text.code}@{text.version}" in given.agreed
    ]
    answers = given.model_dump(mode="json", exclude={"reference", "language", "agreed"}, exclude_none=True)
    try:
        with db.transaction():
            made = operations.start(
                source=Source.AGENCY,
                typed=answers | {"agency_code": agency_code},
                language=given.language,
                now=now,
                outside_key=given.reference,
            )
            sent = operations.send(key=made.key, agreed=agreed, language=given.language, now=now, via="api")
    except operations.BroughtBefore:
        known = queries.intake_of_reference(agency_code=agency_code, reference=given.reference)
        assert known is not None, "it was written a moment ago"
        return 200, _state(known)
    except operations.NotComplete as missing:
        problems = [
            {"rule": f.rule, "fields": list(f.fields), "sentence": queries.sentence_of(f)} for f in missing.findings
        ]
        return 409, {"detail": "nothing was kept", "problems": problems}
    except operations.NoConsent as missing_text:
        return 409, {"detail": str(missing_text), "problems": []}
    return 201, _state(sent.intake)


@router.get(
    "/applications/{number}", response={200: State, 401: Problem, 403: Problem, 404: Problem, 422: Any, 429: Problem}
)
def state(request: HttpRequest, number: str) -> Any:
    """How far an application is that this agency brought; another agency's does not exist."""
    found = queries.intake_of_agency(agency_code=_agency(request, "intake:read"), number=number)
    return (200, _state(found)) if found else (404, {"detail": "this agency brought no such application"})


def answer_refusal(request: HttpRequest, refused: Any) -> HttpResponse:
    """What an operation may say no with, as JSON (``config.interface`` registers it)."""
    from django.http import JsonResponse

    status = 403 if isinstance(refused, NotAllowed) else 429
    return JsonResponse({"detail": str(refused), "problems": []}, status=status)
