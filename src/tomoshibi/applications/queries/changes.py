"""Changes of customers and contracts: reads."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from tomoshibi.applications.models import Agency, Change, ChangeCase, ChangeLine
from tomoshibi.applications.story_words import in_words
from tomoshibi.applications.values import changes as values
from tomoshibi.applications.values.changes import ChangeKind, ChangeState
from tomoshibi.contracts.values import Contract
from tomoshibi.parties import queries as parties
from tomoshibi.supply import queries as supply

ADDRESS = ("postal_code", "prefecture", "city", "town", "block", "building")


def to_change(row: Change) -> values.Change:
    names = (
        "id", "number", "contract_id", "customer_id", "account_id", "effective_on", "took_effect_on", "wanted", "before",
        "reason", "why_back", "cancel_asked", "asked_at", "asked_by_id", "new_contract_id",
    )  # fmt: skip
    return values.Change(
        kind=ChangeKind(row.kind),
        state=ChangeState(row.state),
        source=values.ChangeSource(row.source),
        **{name: getattr(row, name) for name in names},
    )


def change(*, change_id: int) -> values.Change | None:
    row = Change.objects.filter(id=change_id).first()
    return to_change(row) if row else None


def change_by_key(*, key: str) -> values.Change | None:
    """The change that was written down under a key (``NewChange.key``)."""
    row = Change.objects.filter(key=key).first() if key else None
    return to_change(row) if row else None


def change_rows() -> QuerySet[Change]:
    """All changes, for the list; with the customer's name and the contract's number."""
    return Change.objects.annotate(
        customer_name=F("customer__name"), customer_number=F("customer__number"), contract_number=F("contract__number")
    )


def changes_of(
    *, contract_id: int | None = None, customer_id: int | None = None, account_id: int | None = None, limit: int = 50
) -> list[values.Change]:
    """Changes of a contract, a customer or a payer, latest first."""
    named = {"contract_id": contract_id, "customer_id": customer_id, "account_id": account_id}
    given = {name: value for name, value in named.items() if value is not None}
    assert given, "name one"
    return [to_change(row) for row in Change.objects.filter(**given).order_by("-id")[:limit]]


def rival(*, contract_id: int, kind: ChangeKind) -> values.Change | None:
    """The change under way that keeps another of the kind out."""
    kinds = values.ENDING_KINDS if kind in values.ENDING_KINDS else {kind}
    row = Change.objects.filter(
        contract_id=contract_id, kind__in=[one.value for one in kinds], state__in=list(values.OPEN_CHANGES)
    ).first()
    return to_change(row) if row else None


def grid_requests(*, change_id: int) -> list[values.GridRequest]:
    """The applications to the grid that a change opened."""
    links = ChangeCase.objects.filter(change_id=change_id).select_related("case").order_by("id")
    return [
        values.GridRequest(
            case_id=link.case_id,
            number=link.case.number,
            part=values.Part(link.part),
            state=link.case.state,
            stage_name=link.case.stage_name,
            wished_on=link.case.wished_on,
            fixed_on=link.case.fixed_on,
        )
        for link in links
    ]


def lines_of(*, change_id: int) -> list[values.ChangeLine]:
    """The story of a change, latest first."""
    rows = ChangeLine.objects.filter(change_id=change_id).order_by("-at", "-id")
    return [values.ChangeLine(row.at, in_words(row.text), row.actor_id) for row in rows]


def due_changes(*, today: date) -> list[int]:
    """Changes whose day has come, oldest day first."""
    rows = Change.objects.filter(state=ChangeState.SCHEDULED.value, effective_on__lte=today)
    return list(rows.order_by("effective_on", "id").values_list("id", flat=True))


def agency_known(*, code: str) -> bool:
    return Agency.objects.filter(code=code).exists()


def present_values(*, kind: ChangeKind, contract: Contract, on: date) -> dict[str, Any]:
    """What holds before a change of a kind, in the words of what is wanted."""
    terms = contract.terms_on(on) or contract.terms[-1]
    account = parties.account(account_id=contract.account_id, on=on)
    customer = parties.customer(customer_id=contract.customer_id)
    assert account is not None, "a contract has a payer"
    assert customer is not None, "a contract has a holder"
    match kind:
        case ChangeKind.PLAN:
            return {"plan_code": terms.plan_code}
        case ChangeKind.DISCOUNTS:
            return {"discounts": [discount["code"] for discount in terms.discounts]}
        case ChangeKind.PAYMENT:
            return {"payment_method": account.payment_method.value}
        case ChangeKind.CHANNEL:
            return {"statement_channel": account.statement_channel.value}
        case ChangeKind.AGENCY:
            return {"agency_code": terms.agency_code}
        case ChangeKind.RESELLER:
            return {"reseller_code": terms.reseller_code}
        case ChangeKind.CONTACT:
            payer = {name: getattr(account.address, name) for name in ADDRESS} if account.has_own_address else {}
            return {
                "mail": customer.mail, "mobile": customer.mobile, "addressee": account.addressee,
                "account_mail": account.mail, **payer,
            }  # fmt: skip
        case ChangeKind.HOLDER:
            own = {name: getattr(customer.address, name) for name in ADDRESS}
            return {"name": customer.name, "kana": customer.kana, "phone": customer.phone, **own}
        case ChangeKind.CAPACITY:
            return {"capacity_milli": terms.capacity_milli, "capacity_kind": terms.capacity_kind.value}
        case ChangeKind.SUCCESSION:
            return {"name": customer.name, "kana": customer.kana, "customer_number": customer.number}
        case _:
            point = supply.point(supply_point_id=contract.supply_point_id)
            return {"spin": point.spin if point else "", "plan_code": terms.plan_code}
