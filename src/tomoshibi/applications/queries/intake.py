"""Reads of applications: one at a time as values, the facts for their examination, and the quote of the public site."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from tomoshibi.applications import areas, consents, leadtimes, links, rules, values, writing
from tomoshibi.applications.models import Agency, Consent, Deficiency, Intake, Registration, Submission, Upload
from tomoshibi.applications.queries import selling
from tomoshibi.applications.values.intake import OPEN_STATES
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import EndReason
from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH, plain
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply
from tomoshibi.supply.values import PointKind
from tomoshibi.tariffs import queries as tariffs
from tomoshibi.tariffs import values as tariff_values

PROFILE_OF = {"A": "household", "contract": "household", "kVA": "shop", "kW": "shop"}
"""The standard profile that an energy spreads along, by the unit of the size."""
NEWER_BY = 365
"""Days after which an application of the same person or point is no repetition."""


class NoSuchIntake(LookupError):
    """There is no such application."""


def to_value(row: Intake) -> values.Intake:
    return values.Intake(
        id=row.id,
        key=str(row.key),
        number=row.number,
        source=values.Source(row.source),
        state=values.IntakeState(row.state),
        answers=values.Answers.of(row.answers),
        typed=row.typed,
        language=row.language,
        findings=tuple(values.Finding.of(one) for one in row.findings),
        reason=row.reason,
        started_at=row.started_at,
        received_at=row.received_at,
        expires_at=row.expires_at,
        examined_by_id=row.examined_by_id,
        revision=row.revision,
        inbound_id=row.inbound_id,
    )


def intake(*, intake_id: int) -> values.Intake:
    """:raises NoSuchIntake: for an unknown id"""
    return _found(Intake.objects.filter(id=intake_id).first())


def intake_by_key(*, key: str) -> values.Intake:
    """:raises NoSuchIntake: for an unknown key"""
    return _found(Intake.objects.filter(key=key).first())


def _found(row: Intake | None) -> values.Intake:
    if row is None:
        raise NoSuchIntake("there is no such application")
    return to_value(row)


def intake_of_applicant(*, number: str, contact: str) -> values.Intake | None:
    """The application that was sent under a number by somebody with this mail address or telephone; no draft."""
    row = Intake.objects.exclude(state=values.IntakeState.DRAFT.value, received_at=None).filter(number=number).first()
    if row is None or not contact:
        return None
    same_phone = "".join(filter(str.isdigit, contact)) == "".join(filter(str.isdigit, row.phone))
    return to_value(row) if contact.lower() == row.mail.lower() or (same_phone and row.phone) else None


def intake_of_agency(*, agency_code: str, number: str) -> values.Intake | None:
    row = Intake.objects.filter(agency_code=agency_code, number=number).first()
    return to_value(row) if row else None


def intake_of_reference(*, agency_code: str, reference: str) -> values.Intake | None:
    """The application that an agency brought under a number of its own."""
    row = Intake.objects.filter(agency_code=agency_code, outside_key=reference).first()
    return to_value(row) if row else None


def agency_code_of_sender(*, mail: str) -> str:
    """The code of the agency that writes from a mail address; empty for anybody else."""
    row = Agency.objects.filter(mail__iexact=mail, is_active=True).first() if mail else None
    return row.code if row else ""


def draft_of_message(*, inbound_id: int) -> values.Intake | None:
    """What a clerk has keyed from a message and not sent yet."""
    state = values.IntakeState.DRAFT.value
    row = Intake.objects.filter(inbound_id=inbound_id, state=state).order_by("-id").first()
    return to_value(row) if row else None


def intakes_of_message(*, inbound_id: int) -> list[values.Intake]:
    """Applications that were received from a message, oldest first."""
    rows = Intake.objects.filter(inbound_id=inbound_id).exclude(received_at=None).order_by("id")
    return [to_value(row) for row in rows]


def references_of(*, agency_code: str, references: Collection[str]) -> dict[str, str]:
    """Which of an agency's own numbers were brought before -> the number of our application."""
    rows = Intake.objects.filter(agency_code=agency_code, outside_key__in=list(references))
    return dict(rows.values_list("outside_key", "number"))


def intake_rows() -> QuerySet[Intake]:
    """All applications but unsent drafts, for the list."""
    return Intake.objects.exclude(received_at=None)


def counts_by_state() -> dict[str, int]:
    """How many applications stand in each state."""
    from django.db.models import Count

    rows = Intake.objects.values_list("state").annotate(n=Count("id"))
    return dict(rows.values_list("state", "n"))


def submissions_of(*, intake_id: int) -> list[values.Submission]:
    """What was sent, oldest first."""
    rows = Submission.objects.filter(intake_id=intake_id).order_by("id")
    return [values.Submission(via=r.via, sent_at=r.sent_at, typed=r.typed, language=r.language) for r in rows]


def consents_of(*, intake_id: int) -> list[values.Consent]:
    return [
        values.Consent(r.code, r.version, r.language, r.title, r.body, r.agreed_at)
        for r in Consent.objects.filter(intake_id=intake_id).order_by("id")
    ]


def uploads_of(*, intake_id: int) -> list[values.Upload]:
    rows = Upload.objects.filter(intake_id=intake_id).select_related("file").order_by("id")
    return [_upload(row) for row in rows]


def upload(*, upload_id: int) -> values.Upload | None:
    row = Upload.objects.filter(id=upload_id).select_related("file").first()
    return _upload(row) if row else None


def _upload(row: Upload) -> values.Upload:
    return values.Upload(
        id=row.id,
        intake_id=row.intake_id,
        file_id=row.file_id,
        name=row.name,
        media_type=row.media_type,
        size_bytes=row.file.size_bytes,
        uploaded_at=row.uploaded_at,
    )


def deficiencies_of(*, intake_id: int, only_open: bool = False) -> list[values.Deficiency]:
    """What was asked for, oldest first."""
    rows = Deficiency.objects.filter(intake_id=intake_id).order_by("id")
    rows = rows.filter(state=values.DeficiencyState.OPEN.value) if only_open else rows
    return [
        values.Deficiency(
            id=row.id,
            rule=row.rule,
            fields=tuple(row.fields),
            sentence=row.sentence,
            state=values.DeficiencyState(row.state),
            asked_at=row.asked_at,
            due_at=row.due_at,
            reminded_at=row.reminded_at,
            settled_at=row.settled_at,
            by_text=row.by_text,
        )
        for row in rows
    ]


def registration_of(*, intake_id: int) -> values.Registration | None:
    row = Registration.objects.filter(intake_id=intake_id).first()
    return to_registration(row) if row else None


def to_registration(row: Registration) -> values.Registration:
    return values.Registration(
        id=row.id,
        intake_id=row.intake_id,
        state=values.RegistrationState(row.state),
        customer_id=row.customer_id,
        account_id=row.account_id,
        supply_point_id=row.supply_point_id,
        contract_id=row.contract_id,
        plan_code=row.plan_code,
        capacity_unit=row.capacity_unit,
        capacity_milli=row.capacity_milli,
        discounts=tuple(row.discounts),
        agency_code=row.agency_code,
        payment_method=row.payment_method,
        statement_channel=row.statement_channel,
        wished_on=row.wished_on,
        starts_on=row.starts_on,
        source_kind=row.source_kind,
        needs_second=row.needs_second,
        prepared_by_id=row.prepared_by_id,
        confirmed_by_id=row.confirmed_by_id,
    )


# --- agencies


def agency_name(*, code: str) -> str:
    """The name of an agency that may bring applications; empty for any other code."""
    row = Agency.objects.filter(code=code.upper(), is_active=True).first()
    return row.name if row else ""


def agency_rows() -> QuerySet[Agency]:
    return Agency.objects.all()


def agency_of_key(*, key: str) -> tuple[str, frozenset[str]] | None:
    """Code and scopes of the agency whose key to the interface this is; nothing for an unknown or stopped one."""
    hashed = hashlib.sha256(key.encode()).hexdigest()
    row = Agency.objects.filter(key_sha256=hashed, is_active=True).first()
    return (row.code, frozenset(row.scopes)) if row else None


# --- the examination


def findings(
    *, answers: values.Answers, today: date, among: Collection[str] | None = None, apart_from: int | None = None
) -> list[values.Finding]:
    """
    What the rules say about answers.

    :param among: only what is about these answers (a page of the form); only facts for them are gathered
    :param apart_from: the application itself, which is no duplicate of its own
    """
    whole = among is None
    asks_plan = whole or "plan_code" in among or "capacity" in among  # type: ignore[operator]
    plans = offered(answers=answers, today=today) if asks_plan else ()
    earliest, latest = first_days(kind=answers.kind, area=answers.area, today=today)
    facts = rules.Facts(
        places=parties.places(postal_code=answers.postal_code),
        areas=areas.areas_of(answers.prefecture),
        plans=plans,
        earliest=earliest,
        latest=latest,
        other_side=_is_of_the_other_side(answers) if whole or "spin" in among else False,  # type: ignore[operator]
        **(_of_others(answers, today=today, apart_from=apart_from) if whole else {}),
    )
    return rules.examine(answers, facts, among=among)


def offered(*, answers: values.Answers, today: date) -> tuple[rules.Offered, ...]:
    """Plans for low voltage that hold today in the area of the answers: of purchase for who sells."""
    area, kind = answers.area, answers.source_kind
    plans = (
        selling.plans(area=area, source_kind=kind, today=today)
        if answers.sells
        else plans_for_sale(area=area, today=today)
    )
    return tuple(rules.Offered(plan.code, plan.capacity_unit) for plan in plans)


def _is_of_the_other_side(a: values.Answers) -> bool:
    """A house that sells has two numbers, one for each direction: the register may know that this is the other one."""
    point = supply.point(spin=a.spin) if a.spin else None
    return point is not None and (point.kind is PointKind.GENERATION) is not a.sells


def plans_for_sale(*, area: str, today: date) -> list[tariff_values.Plan]:
    return [
        plan
        for plan in tariffs.plans(on=today, area=area)
        if plan.voltage == "low" and plan.kind in {"regulated", "free"} and plan.current is not None
    ]


def first_days(*, kind: str, area: str, today: date) -> tuple[date, date]:
    """The earliest and the latest first day that can be applied for today."""
    lead = leadtimes.lead_time(kind)
    working = masters.add_business_days(today, lead.business_days, area=area or None)
    return working + timedelta(days=lead.days), today + timedelta(days=lead.horizon_days)


def _of_others(a: values.Answers, *, today: date, apart_from: int | None) -> dict[str, Any]:
    """What else of ours has to do with the same point or person."""
    point = supply.point(spin=a.spin) if a.spin else None
    there = contracts.contract_on(supply_point_id=point.id, day=a.wished_day or today) if point else None
    wanted = f"{a.kana.replace(' ', '')} {a.phone}" if a.kana and a.phone else ""
    same = parties.search(wanted, limit=5)
    unpaid = [
        contract.number
        for customer in same
        for contract in contracts.contracts_of(customer_id=customer.customer_id)
        if contract.end_reason is EndReason.UNPAID
    ]
    return {
        "taken_by": there.number if there else "",
        "duplicates": tuple(_duplicates(a, today=today, apart_from=apart_from)),
        "known": tuple(found.number for found in same),
        "blocked": tuple(unpaid),
        "agencies": frozenset(Agency.objects.filter(is_active=True).values_list("code", flat=True)),
    }


def _duplicates(a: values.Answers, *, today: date, apart_from: int | None) -> list[str]:
    """Numbers of open applications for the same point, or of the same person for the same place."""
    same = Q(spin=a.spin) if a.spin else Q(pk=None)
    if a.kana and a.place:
        same |= Q(kana=a.kana, place=a.place)
    states = [state.value for state in (*OPEN_STATES, values.IntakeState.HANDED_OVER)]
    rows = Intake.objects.filter(same, state__in=states, received_at__date__gt=today - timedelta(days=NEWER_BY))
    return list(rows.exclude(id=apart_from or 0).order_by("id").values_list("number", flat=True)[:5])


# --- what the public site shows


def consent_texts(*, kind: str, language: str, on: date) -> tuple[values.ConsentText, ...]:
    """The texts to agree to, as they read today."""
    company = masters.company()
    return consents.texts(kind=kind, language=language, on=on, company=company.name, phone=company.phone)


class UseNotReadable(ValueError):
    """Neither the use of one month nor twelve monthly values."""


def quote(*, area: str, unit: str, size_milli: int | None, use: str, today: date) -> list[Any]:
    """
    What a year would cost on the plans that can be chosen, cheapest first.

    :param use: kWh of the last bill, or twelve monthly values, oldest first; one month stands for a year along the
        standard profile
    :returns: offers (``tariffs.comparison``); plans that cannot be priced so are left out
    :raises UseNotReadable: with a sentence
    """
    plans = plans_for_sale(area=area, today=today)
    marks = tuple(sorted(plan.current.id for plan in plans if plan.current))
    return list(_quote(area, unit, size_milli, use.strip(), today, marks))


@lru_cache(maxsize=2_000)
def _quote(
    area: str, unit: str, size_milli: int | None, use: str, today: date, marks: tuple[int, ...]
) -> tuple[Any, ...]:
    """Everybody in an area with the same use sees the same prices; another published version is another key."""
    last = Month.of(today)
    try:
        year = tariffs.year_of(_year_of_bill(use, last=last, unit=unit), last=last, profile=PROFILE_OF[unit])
    except tariffs.UnreadableYear as wrong:
        raise UseNotReadable(str(wrong)) from None
    offers = tariffs.offers(
        plans=plans_for_sale(area=area, today=today), year=tariffs.of_newcomer(year), area=area,
        size_milli=size_milli, size_unit=unit, known=_published(today, marks),
    )  # fmt: skip
    return tuple(offer for offer in offers if offer.year_minor is not None)


@lru_cache(maxsize=50)
def _published(today: date, marks: tuple[int, ...]) -> tariffs.PublishedValues:
    """What of the masters a day's prices rest on: read once, and kept as long as those prices are."""
    return tariffs.PublishedValues()


def _year_of_bill(use: str, *, last: Month, unit: str) -> str:
    """The use of one bill as that of a year, by the share that its month has in the standard profile."""
    if len(use.split()) != 1:
        return use
    reference = 10_000
    months = tariffs.year_of(str(reference), last=last, profile=PROFILE_OF[unit])
    own = tariffs.year_of(" ".join([use] * len(months)), last=last, profile=PROFILE_OF[unit])[-1].energy_dwh
    whole = own * reference * DWH_PER_KWH // max(1, months[-1].energy_dwh)
    return plain(whole, scale=DWH_PER_KWH)


def plain_answers(typed: Mapping[str, str]) -> values.Answers:
    """The plain form of what was typed, as it will be kept."""
    return writing.plain(typed)


def sentence_of(finding: values.Finding) -> str:
    """What a finding says, in the language of the page."""
    return rules.sentence(finding)


def is_refused_at_once(finding: values.Finding) -> bool:
    """Whether the public form does not go on with it."""
    return rules.RULES[finding.rule].at_once


def areas_of(*, prefecture: str) -> tuple[str, ...]:
    """Areas that a prefecture lies in, the larger part first."""
    return areas.areas_of(prefecture)


def key_of_link(*, token: str, purpose: str, now: datetime) -> str:
    """
    The application that a link of a mail is for.

    :param purpose: ``links.RESUME`` or ``links.REPAIR``
    :raises links.LinkNotValid: for anything that we did not sign for this purpose, or that is too old
    """
    return links.read(token, purpose=purpose, now=now)


def agency(*, agency_id: int) -> dict[str, Any] | None:
    """An agency's entries, and whether it has a key."""
    row = Agency.objects.filter(id=agency_id).first()
    if row is None:
        return None
    return {
        "code": row.code, "name": row.name, "mail": row.mail, "is_active": row.is_active,
        "has_key": bool(row.key_sha256), "scopes": row.scopes,
    }  # fmt: skip


def late(*, now: datetime) -> list[int]:
    """Drafts and requests whose time is over, oldest first."""
    states = [values.IntakeState.DRAFT.value, values.IntakeState.DEFICIENT.value]
    rows = Intake.objects.filter(state__in=states, expires_at__lte=now)
    return list(rows.order_by("expires_at").values_list("id", flat=True))


def to_remind(*, asked_before: datetime) -> list[int]:
    """Applications with a request that was put before a moment and not repeated yet."""
    rows = Deficiency.objects.filter(
        state=values.DeficiencyState.OPEN.value, reminded_at=None, asked_at__lte=asked_before
    )
    return sorted(set(rows.values_list("intake_id", flat=True)))
