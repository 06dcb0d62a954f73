"""What a change does to the registers on the day from which it holds."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.applications.models import Change
from tomoshibi.applications.operations.changes.requests import CONTACT_FIELDS, HOLDER_FIELDS, ChangeRefused, subject
from tomoshibi.applications.values.changes import ChangeKind
from tomoshibi.contracts import operations as contracts
from tomoshibi.contracts import queries as contract_queries
from tomoshibi.contracts.values import EndReason
from tomoshibi.kernel.refusals import RowsRefused
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.parties.values import LIVE_MANDATES, PaymentMethod, StatementChannel
from tomoshibi.storage import db
from tomoshibi.supply import queries as supply

REFUSALS = (
    ChangeRefused, RowsRefused, contracts.NoSuchContract, contracts.OutsideContract, contracts.PointTaken,
    parties.NoSuchAccount, parties.NoSuchCustomer, parties.TooEarly, parties.MandateMove, parties.NotHolderKana,
)  # fmt: skip
"""Why the registers do not take a change; each carries its sentence."""
ADDRESS = ("postal_code", "prefecture", "city", "town", "block", "building")


class WaitsForMandate(ValueError):
    """Direct debit begins when the bank has accepted the mandate; until then the change waits."""


def apply(row: Change, *, on: date, now: datetime) -> None:
    """
    Write a change into the registers, from the day ``on``.

    :raises WaitsForMandate: for direct debit without a mandate in force
    :raises ChangeRefused: or another of ``REFUSALS``, with the registers as they were
    """
    with db.savepoint():
        _APPLY[ChangeKind(row.kind)](row, on, now)


def _terms(*names: str) -> Any:
    def write(row: Change, on: date, now: datetime) -> None:
        del now
        given: dict[str, Any] = {name: row.wanted[name] for name in names}
        if "discounts" in given:
            given["discounts"] = [{"code": code} for code in given["discounts"]]
        contracts.change_terms(contract_id=row.contract_id, start=on, **given)

    return write


def _payment(row: Change, on: date, now: datetime) -> None:
    del now
    method = PaymentMethod(row.wanted["payment_method"])
    mandates = party_queries.mandates_of(account_id=row.account_id)
    live = [mandate for mandate in mandates if mandate.state in LIVE_MANDATES]
    wanted_one = row.wanted.get("mandate_id")
    if method is PaymentMethod.DIRECT_DEBIT and not [one for one in live if wanted_one in {None, one.id}]:
        raise WaitsForMandate(_("the bank has not accepted a mandate yet"))
    parties.change_account_terms(account_id=row.account_id, start=on, payment_method=method)
    if method is not PaymentMethod.DIRECT_DEBIT and row.wanted.get("stop_mandate"):
        for mandate in live:
            parties.stop_mandate(mandate_id=mandate.id, on=on, reason=row.number)


def _channel(row: Change, on: date, now: datetime) -> None:
    del now
    channel = StatementChannel(row.wanted["statement_channel"])
    parties.change_account_terms(account_id=row.account_id, start=on, statement_channel=channel)


def _contact(row: Change, on: date, now: datetime) -> None:
    del on
    _tell_old_addresses(row, now=now)
    own = {name: str(row.wanted[name]) for name in CONTACT_FIELDS if row.wanted.get(name)}
    if own:
        parties.change_customer(customer_id=row.customer_id, changes=own)
    payer = {name: str(row.wanted[name]) for name in ("addressee", *ADDRESS) if row.wanted.get(name)}
    if row.wanted.get("account_mail"):
        payer["mail"] = str(row.wanted["account_mail"])
    if any(name in payer for name in ADDRESS):
        payer = {name: str(row.wanted.get(name, "")) for name in ADDRESS} | payer
    if payer:
        parties.change_account(account_id=row.account_id, changes=payer)


def _tell_old_addresses(row: Change, *, now: datetime) -> None:
    """Whoever got our mails until now learns that they go elsewhere: it may not have been them who asked."""
    customer = party_queries.customer(customer_id=row.customer_id)
    payer = party_queries.account(account_id=row.account_id)
    assert customer is not None, "a change has a customer"
    assert payer is not None, "a change has a payer"
    changed = [(customer.mail, row.wanted.get("mail")), (payer.mail, row.wanted.get("account_mail"))]
    company = masters.company()
    for old in sorted({before for before, after in changed if before and after and before != after}):
        messaging.send_mail(
            template="applications.mail_changed",
            recipient=old,
            context={"name": customer.name, "number": row.number, "company": company.name, "phone": company.phone},
            about=subject(row),
            customer_id=row.customer_id,
            now=now,
            key=f"{row.number}:{old}",
        )


def _holder(row: Change, on: date, now: datetime) -> None:
    del on, now
    changes = {name: str(row.wanted[name]) for name in HOLDER_FIELDS if row.wanted.get(name)}
    if any(name in changes for name in ADDRESS):
        changes = {name: str(row.wanted.get(name, "")) for name in ADDRESS} | changes
    parties.change_customer(customer_id=row.customer_id, changes=changes)


def _capacity(row: Change, on: date, now: datetime) -> None:
    del now
    contract = contract_queries.contract(contract_id=row.contract_id)
    terms = contract.terms_on(on) if contract else None
    if terms is not None and terms.capacity_milli != int(row.wanted["capacity_milli"]):
        contracts.change_terms(contract_id=row.contract_id, start=on, capacity_milli=int(row.wanted["capacity_milli"]))


def _move_out(row: Change, on: date, now: datetime) -> None:
    """Switching ends the contract with the grid's answer; where a person told the answer, it ends here."""
    del now
    contract = contract_queries.contract(contract_id=row.contract_id)
    if contract is not None and contract.end != on:
        contracts.end(contract_id=row.contract_id, on=on, **row.how_it_ends())
    address = {name: str(row.wanted.get(name, "")) for name in ADDRESS}
    if address["postal_code"]:
        parties.change_customer(customer_id=row.customer_id, changes=address)


def _succession(row: Change, on: date, now: datetime) -> None:
    """The contract ends for the one and begins for the other, at the same point and on the same terms."""
    old = contract_queries.contract(contract_id=row.contract_id)
    assert old is not None, "a change has a contract"
    terms = old.terms_on(on) or old.terms[-1]
    customer_id, account_number = _successor(row, on, now)
    contracts.end(contract_id=old.id, on=on, reason=EndReason.REPLACED)
    new = contracts.register(
        account_number=account_number,
        customer_number=_customer_number(customer_id),
        spin=_spin(old.supply_point_id),
        start=on,
        plan_code=terms.plan_code,
        capacity_kind=terms.capacity_kind.value,
        capacity_milli=terms.capacity_milli,
        discounts=list(terms.discounts),
        particulars=dict(terms.particulars),
        agency_code=terms.agency_code,
    )
    if terms.reseller_code:
        contracts.change_terms(contract_id=new.id, start=on, reseller_code=terms.reseller_code)
    row.new_contract_id = new.id


def _successor(row: Change, on: date, now: datetime) -> tuple[int, str]:
    """Who takes over, and who pays: a mandate is a person's own and does not pass over."""
    wanted = row.wanted
    known = party_queries.customer_by_number(number=str(wanted.get("customer_number", "")))
    if known is not None:
        own = party_queries.accounts_of(customer_id=known.id, on=on)
        if own:
            return known.id, own[0].number
    start = min(on, now.date())
    customer = known or parties.register_customer(
        registered_on=start,
        kind=str(wanted.get("kind") or "person"),
        name=str(wanted["name"]),
        kana=str(wanted["kana"]),
        phone=str(wanted.get("phone", "")),
        mail=str(wanted.get("mail", "")),
        **{name: str(wanted.get(name, "")) for name in ADDRESS},
    )
    account = parties.register_account(
        customer_id=customer.id,
        start=start,
        payment_method=str(wanted.get("payment_method") or PaymentMethod.TRANSFER.value),
        statement_channel=str(wanted.get("statement_channel") or StatementChannel.PAPER.value),
        mail=str(wanted.get("mail", "")),
    )
    return customer.id, account.number


def _customer_number(customer_id: int) -> str:
    found = party_queries.customer(customer_id=customer_id)
    assert found is not None, "just registered"
    return found.number


def _spin(supply_point_id: int) -> str:
    point = supply.point(supply_point_id=supply_point_id)
    assert point is not None, "a contract has a point"
    return point.spin


def _move(row: Change, on: date, now: datetime) -> None:
    """Both contracts follow the grid's answers by themselves; the customer lives at the new place from then on."""
    del on, now
    address = {name: str(row.wanted.get(name, "")) for name in ADDRESS}
    if address["postal_code"]:
        parties.change_customer(customer_id=row.customer_id, changes=address)


_APPLY = {
    ChangeKind.PLAN: _terms("plan_code"),
    ChangeKind.DISCOUNTS: _terms("discounts"),
    ChangeKind.PAYMENT: _payment,
    ChangeKind.CHANNEL: _channel,
    ChangeKind.AGENCY: _terms("agency_code"),
    ChangeKind.RESELLER: _terms("reseller_code"),
    ChangeKind.CONTACT: _contact,
    ChangeKind.HOLDER: _holder,
    ChangeKind.CAPACITY: _capacity,
    ChangeKind.MOVE: _move,
    ChangeKind.MOVE_OUT: _move_out,
    ChangeKind.SUCCESSION: _succession,
}
