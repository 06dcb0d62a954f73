"""What a change would bring with it: said before anybody says yes."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from tomoshibi.applications.queries import switching
from tomoshibi.applications.values import PointClass, Work
from tomoshibi.applications.values import changes as values
from tomoshibi.applications.values.changes import ChangeKind, Consequence, Effect, NewChange
from tomoshibi.contracts import queries as contracts
from tomoshibi.contracts.values import CapacityKind, Contract
from tomoshibi.kernel import units
from tomoshibi.masters import queries as masters
from tomoshibi.parties import queries as parties
from tomoshibi.parties.values import LIVE_MANDATES, MandateState, PaymentMethod
from tomoshibi.supply import queries as supply

PRICED = frozenset({ChangeKind.PLAN, ChangeKind.DISCOUNTS, ChangeKind.CAPACITY})
"""Kinds that change what a bill comes to."""
NOTICED = frozenset(
    {ChangeKind.PLAN, ChangeKind.DISCOUNTS, ChangeKind.CAPACITY, ChangeKind.MOVE, ChangeKind.SUCCESSION}
)
"""Kinds that ask for the documents before and after a contract anew (Electricity Business Act, 2-13 and 2-14)."""


def consequences(*, new: NewChange, today: date) -> list[Consequence]:
    """
    What a change would bring with it, the gravest first. Which bills it touches is billing's to say.

    :param new: as it would be asked for; it has been examined
    """
    contract = contracts.contract(contract_id=new.contract_id)
    assert contract is not None, "it has been examined"
    found = [
        *_at_grid(new, contract, today),
        *_bills(new, contract, today),
        *_mandates(new, contract, today),
        *_papers(new),
        *_portal(new),
    ]
    return sorted(found, key=lambda one: not one.grave)


def _at_grid(new: NewChange, contract: Contract, today: date) -> list[Consequence]:
    if new.kind not in values.AT_GRID_KINDS:
        if new.effective_on < today:
            return [
                Consequence(
                    Effect.WAITS,
                    _("It holds from %(day)s, in the past: at once.") % {"day": new.effective_on},
                    grave=True,
                )
            ]
        return [Consequence(Effect.WAITS, _("It takes effect on %(day)s by itself.") % {"day": new.effective_on})]
    point = supply.point(supply_point_id=contract.supply_point_id)
    assert point is not None, "a contract has a point"
    terms = contract.terms_on(new.effective_on) or contract.terms[-1]
    if new.kind is ChangeKind.CAPACITY and terms.capacity_kind is not CapacityKind.AMPERE:
        return [
            Consequence(
                Effect.GRID,
                _("A size in %(unit)s needs an application for works; its answer is entered by hand.")
                % {"unit": terms.capacity_kind.value},
                grave=True,
            )
        ]
    if switching.goes_by_form(
        point=point, capacity_kind=terms.capacity_kind.value, capacity_milli=terms.capacity_milli
    ):
        return [
            Consequence(
                Effect.GRID,
                _("From 500 kW the grid company is applied to by form; its answer is entered by hand."),
                grave=True,
            )
        ]
    said = {
        ChangeKind.HOLDER: _("The grid company is told of the new data for each place that is supplied."),
        ChangeKind.SUCCESSION: _("The grid company is told of the new holder."),
        ChangeKind.CAPACITY: _("The grid company is asked for the ampere change."),
        ChangeKind.MOVE_OUT: _("The grid company is asked to end the supply."),
        ChangeKind.MOVE: _("The grid company is asked to end the supply here and to begin it there."),
    }
    found = [
        Consequence(Effect.GRID, said[new.kind]),
        Consequence(Effect.WAITS, _("It takes effect with the grid's answer, on the day that the grid fixes.")),
    ]
    if new.kind is ChangeKind.CAPACITY and point.voltage.value == "low":
        try:
            earliest = switching.earliest_on(spin=point.spin, klass=PointClass.LOW, work=Work.NONE, today=today)
        except masters.MasterMissing:
            return found
        if new.effective_on < earliest:
            text = _("The standard period of the grid ends on %(day)s: an earlier day may be refused.")
            found.append(Consequence(Effect.GRID, text % {"day": earliest}, grave=True))
    return found


def _bills(new: NewChange, contract: Contract, today: date) -> list[Consequence]:
    found = []
    if new.kind in values.ENDING_KINDS:
        text = _("A final bill is made up to %(day)s.") % {"day": new.effective_on - timedelta(days=1)}
        found.append(Consequence(Effect.FINAL_BILL, text))
        waiting = [one for one in contracts.charges_of(contract_id=contract.id) if one.state.value == "waiting"]
        if waiting:
            total = sum(one.amount_minor for one in waiting)
            text = _("%(n)d sundry charges of %(total)s stand on it.")
            shown = units.plain(total, scale=1)
            found.append(Consequence(Effect.FEE, text % {"n": len(waiting), "total": shown}))
        later = [terms for terms in contract.terms if terms.start >= new.effective_on]
        if later:
            text = _("What was planned for later days of the contract falls away.")
            found.append(Consequence(Effect.OTHER, text, grave=True))
    elif new.kind in PRICED and new.effective_on < today:
        text = _("Bills of days from %(day)s on are worked out again; the differences are billed.")
        found.append(Consequence(Effect.REBILL, text % {"day": new.effective_on}, grave=True))
    elif new.kind in PRICED:
        text = _("The bill of the period that holds %(day)s is priced in two parts.")
        found.append(Consequence(Effect.REBILL, text % {"day": new.effective_on}))
    return found


def _mandates(new: NewChange, contract: Contract, today: date) -> list[Consequence]:
    account = parties.account(account_id=contract.account_id, on=max(today, contract.start))
    assert account is not None, "a contract has a payer"
    mandates = parties.mandates_of(account_id=account.id)
    live = [one for one in mandates if one.state in LIVE_MANDATES]
    if new.kind is ChangeKind.SUCCESSION and account.payment_method is PaymentMethod.DIRECT_DEBIT:
        text = _(
            "The mandate does not pass over: who takes over gives one of their own, and pays by transfer until then."
        )
        return [Consequence(Effect.MANDATE, text, grave=True)]
    if new.kind is ChangeKind.MOVE:
        return [Consequence(Effect.MANDATE, _("The way of paying is kept, with its mandate."))] if live else []
    if new.kind is ChangeKind.HOLDER and new.wanted.get("name") and live:
        text = _("The mandate is in the old name: ask the bank whether the account is renamed.")
        return [Consequence(Effect.MANDATE, text, grave=True)]
    if new.kind is not ChangeKind.PAYMENT:
        return []
    others = [
        one.number
        for one in contracts.contracts_of(customer_id=contract.customer_id)
        if one.account_id == account.id and one.id != contract.id and one.end is None
    ]
    found = []
    if others:
        text = _("The payer pays for %(n)d more contracts: they change too.") % {"n": len(others)}
        found.append(Consequence(Effect.OTHER, text, grave=True))
    if new.wanted["payment_method"] == PaymentMethod.DIRECT_DEBIT.value:
        if new.wanted.get("bank_code"):
            text = _("A mandate is drafted from the account given; debits begin when the bank has accepted it.")
            found.append(Consequence(Effect.MANDATE, text))
        elif not [one for one in live if one.state is not MandateState.SUSPENDED]:
            text = _("There is no mandate in force: the change waits until the bank has accepted one.")
            found.append(Consequence(Effect.MANDATE, text, grave=True))
    elif live and new.wanted.get("stop_mandate"):
        found.append(Consequence(Effect.MANDATE, _("The mandate in force ends on that day."), grave=True))
    elif live:
        found.append(Consequence(Effect.MANDATE, _("The mandate in force stays, unused.")))
    return found


def _papers(new: NewChange) -> list[Consequence]:
    if new.kind in NOTICED:
        text = _("The documents before and after the contract (2-13, 2-14) are due with the new contents.")
        return [Consequence(Effect.DOCUMENT, text)]
    return []


def _portal(new: NewChange) -> list[Consequence]:
    if new.kind is ChangeKind.MOVE:
        return [Consequence(Effect.PORTAL, _("The access to the portal is kept."))]
    if new.kind is ChangeKind.SUCCESSION:
        text = _("The former holder keeps their portal for the old bills; who takes over is invited anew.")
        return [Consequence(Effect.PORTAL, text)]
    return []
