"""
What we buy from generation points: since when, from whom, and until when.

A purchase has no contract of supply. It begins with the application that the grid matched or completed, and ends on the day
that the grid fixed for its end or termination; both days stand in the applications, so nothing is written down twice.
"""

from datetime import date

from django.db.models import QuerySet

from tomoshibi.applications import values
from tomoshibi.applications.models import Registration, SwitchingCase
from tomoshibi.applications.values import PointClass, Purchase, SwitchingKind, SwitchingState
from tomoshibi.parties import queries as parties

FIXED = (SwitchingState.MATCHED.value, SwitchingState.METER_OPEN.value, SwitchingState.COMPLETED.value)


def purchase_at(*, spin: str, on: date) -> Purchase | None:
    """The purchase at a generation point that runs on a day, or begins later."""
    begun = _fixed(values.BEGINNING).filter(spin=spin).order_by("-fixed_on", "-id").first()
    found = _to_purchase(begun) if begun else None
    return found if found and (found.ends_on is None or on < found.ends_on) else None


def purchases_of(*, customer_id: int, on: date) -> list[Purchase]:
    """What is bought of a customer on a day or from a later one, by point."""
    spins = _fixed(values.BEGINNING).filter(customer_id=customer_id).values_list("spin", flat=True)
    found = [purchase_at(spin=spin, on=on) for spin in sorted(set(spins))]
    return [one for one in found if one is not None and one.customer_id == customer_id]


def purchase_of(*, registration_id: int) -> Purchase | None:
    """What an application from the form became, also after its end."""
    begun = _fixed(values.BEGINNING).filter(registration_id=registration_id).order_by("-fixed_on", "-id").first()
    return _to_purchase(begun) if begun else None


def _fixed(kinds: frozenset[SwitchingKind]) -> QuerySet[SwitchingCase]:
    return SwitchingCase.objects.filter(
        klass=PointClass.GENERATION.value, kind__in=list(kinds), state__in=FIXED, fixed_on__isnull=False
    )


def _to_purchase(row: SwitchingCase) -> Purchase:
    assert row.fixed_on is not None
    ended = _fixed(values.ENDING).filter(spin=row.spin, id__gt=row.id).order_by("fixed_on").first()
    return Purchase(
        case_id=row.id,
        case_number=row.number,
        spin=row.spin,
        customer_id=row.customer_id,
        registration_id=row.registration_id,
        holder_name=row.holder_name,
        holder_kana=row.holder_kana,
        phone=row.phone,
        starts_on=row.fixed_on,
        ends_on=ended.fixed_on if ended else None,
        numbers=_numbers(row),
    )


def _numbers(row: SwitchingCase) -> tuple[str, ...]:
    registration = (
        Registration.objects.select_related("intake").filter(id=row.registration_id).first()
        if row.registration_id
        else None
    )
    account = (
        parties.account(account_id=registration.account_id)
        if registration and registration.account_id
        else parties.account_by_number(number=row.account_number)
        if row.account_number
        else None
    )
    customer = parties.customer(customer_id=row.customer_id) if row.customer_id else None
    found = (
        registration.intake.number if registration else "",
        account and account.number,
        customer and customer.number,
    )
    return tuple(str(one) for one in (*found, row.number) if one)
