"""Register and change customers, payers and mandates. The edges record the deed; the database keeps from and to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from tomoshibi.kernel.refusals import Examination
from tomoshibi.masters import queries as masters
from tomoshibi.messaging import operations as messaging
from tomoshibi.parties import numbering, queries, registration, values
from tomoshibi.parties.kana import NotHolderKana, holder_kana
from tomoshibi.parties.models import AccountTerms, BillingAccount, Customer, Mandate, RegisteredNumber
from tomoshibi.parties.queries import UnknownNumber
from tomoshibi.storage import bulk, db

__all__ = ["NoSuchAccount", "NoSuchCustomer", "NoSuchMandate", "NotHolderKana", "UnknownNumber"]

CUSTOMER_COLUMNS = frozenset(registration.NEW_CUSTOMERS) - {"number", "registered_on"}
ACCOUNT_COLUMNS = frozenset({"addressee", "mail", "postal_code", "prefecture", "city", "town", "block", "building"})


class NoSuchCustomer(LookupError):
    """There is no such customer."""


class NoSuchAccount(LookupError):
    """There is no such billing account."""


class NoSuchMandate(LookupError):
    """There is no such mandate."""


class TooEarly(ValueError):
    """Terms change from a day after the present ones began."""


class MandateMove(ValueError):
    """The mandate's state does not allow this."""


class NotForProcesses(ValueError):
    """The number is that of a sub-account or benchmark account; the one to use instead is named."""


@db.transaction_required
def register_customers(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Register many customers; rows without a number get one.

    :param frame: columns of ``registration.NEW_CUSTOMERS``; texts may be missing, ``registered_on`` may not
    :returns: ``customer_id``, ``number``, in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return registration.customers(frame)


@db.transaction_required
def register_accounts(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Register many billing accounts with the terms they start with.

    :param frame: columns of ``registration.NEW_ACCOUNTS``; an account without an address of its own uses the customer's
    :returns: ``account_id``, ``number``, in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return registration.accounts(frame)


@db.transaction_required
def register_mandates(frame: pl.DataFrame) -> pl.DataFrame:
    """
    Take over many mandates in the state they have.

    :param frame: columns of ``registration.NEW_MANDATES``; ``account_number_of_payer`` is the billing account's
    :returns: ``mandate_id``, ``account_id``, in the order of the frame
    :raises RowsRefused: naming each row that cannot be taken; nothing is written then
    """
    return registration.mandates(frame)


@db.transaction_required
def register_customer(*, registered_on: date, **columns: Any) -> values.Customer:
    """
    Register one customer.

    :param columns: as the columns of ``registration.NEW_CUSTOMERS``
    :raises RowsRefused: naming each column that cannot be taken
    """
    written = registration.customers(pl.DataFrame([columns | {"registered_on": registered_on}]))
    found = queries.customer(customer_id=written["customer_id"][0])
    assert found is not None
    return found


@db.transaction_required
def register_account(*, customer_id: int, start: date, **columns: Any) -> values.Account:
    """
    Register one billing account.

    :param columns: as the columns of ``registration.NEW_ACCOUNTS``
    :raises NoSuchCustomer: if the customer is not there
    :raises RowsRefused: naming each column that cannot be taken
    """
    payer = queries.customer(customer_id=customer_id)
    if payer is None:
        raise NoSuchCustomer(_("there is no such customer"))
    written = registration.accounts(pl.DataFrame([columns | {"customer_number": payer.number, "start": start}]))
    found = queries.account(account_id=written["account_id"][0])
    assert found is not None
    return found


@db.transaction_required
def change_customer(*, customer_id: int, changes: Mapping[str, str]) -> values.Customer:
    """
    Change name, kana, address, contacts or notes.

    :param changes: column to new text, of ``CUSTOMER_COLUMNS``
    :raises NoSuchCustomer: if the customer is not there
    :raises RowsRefused: naming each column that cannot be taken
    """
    unknown = set(changes) - CUSTOMER_COLUMNS
    assert not unknown, unknown
    row = Customer.objects.select_for_update().filter(id=customer_id).first()
    if row is None:
        raise NoSuchCustomer(_("there is no such customer"))
    for name, text in changes.items():
        setattr(row, name, text.strip())
    frame = pl.DataFrame(
        [{name: getattr(row, name) for name in registration.NEW_CUSTOMERS}], schema=dict(registration.NEW_CUSTOMERS)
    )
    registration.examine_customers(frame.with_columns(number=pl.lit("")))
    row.search_key = frame.select(registration.search_key_column()).item()
    row.save()
    return queries.to_customer(row)


@db.transaction_required
def change_account(*, account_id: int, changes: Mapping[str, str]) -> values.Account:
    """
    Change addressee, mail or billing address (all parts empty: bills go to the customer's own address again).

    :param changes: column to new text, of ``ACCOUNT_COLUMNS``
    :raises NoSuchAccount: if the account is not there
    :raises RowsRefused: naming each column that cannot be taken
    """
    unknown = set(changes) - ACCOUNT_COLUMNS
    assert not unknown, unknown
    row = _account(account_id)
    for name, text in changes.items():
        setattr(row, name, text.strip())
    registration.examine_account_texts(pl.DataFrame([{name: getattr(row, name) for name in sorted(ACCOUNT_COLUMNS)}]))
    row.save()
    found = queries.account(account_id=account_id)
    assert found is not None
    return found


@db.transaction_required
def correct_customer(*, customer_id: int, changes: Mapping[str, str], now: datetime) -> values.Customer:
    """
    Put a typing error right: as ``change_customer``, and whoever was reached at another mail address before is told there.

    One person does it, with a reason: nothing here moves money. What is drawn goes by a mandate that the bank
    accepts, what is paid back by a refund that a second person releases; neither reads the name or address of this row.
    """
    before = queries.customer(customer_id=customer_id)
    found = change_customer(customer_id=customer_id, changes=changes)
    if before is not None:
        _tell_old_mail(before.mail, found.mail, of=found, number=found.number, now=now)
    return found


@db.transaction_required
def correct_account(*, account_id: int, changes: Mapping[str, str], now: datetime) -> values.Account:
    """Put a typing error of where bills go right: as ``change_account``, and the mail address before is told."""
    before = queries.account(account_id=account_id)
    found = change_account(account_id=account_id, changes=changes)
    customer = queries.customer(customer_id=found.customer_id)
    if before is not None and customer is not None:
        _tell_old_mail(before.mail, found.mail, of=customer, number=found.number, now=now)
    return found


def _tell_old_mail(before: str, after: str, *, of: values.Customer, number: str, now: datetime) -> None:
    """Somebody who changes an address to read another's bills is found out by who loses them."""
    if not before or before == after:
        return
    company = masters.company()
    messaging.send_mail(
        template="parties.mail_corrected",
        recipient=before,
        context={"name": of.name, "number": number, "company": company.name, "phone": company.phone},
        about=f"parties.customer:{of.id}",
        customer_id=of.id,
        now=now,
        key=f"{number}:{before}:{now:%Y%m%d%H%M%S}",
    )


def _account(account_id: int) -> BillingAccount:
    row = BillingAccount.objects.select_for_update().filter(id=account_id).first()
    if row is None:
        raise NoSuchAccount(_("there is no such billing account"))
    return row


@db.transaction_required
def change_account_terms(
    *,
    account_id: int,
    start: date,
    payment_method: values.PaymentMethod | None = None,
    statement_channel: values.StatementChannel | None = None,
    collective: values.Collective | None = None,
) -> None:
    """
    Pay, be told or be invoiced differently from a day on. What was planned for later is kept.

    :param collective: one invoice over all contracts, for the months that begin on the day or later
    :raises NoSuchAccount: if the account is not there
    :raises TooEarly: if the day lies before the account's first
    """
    _account(account_id)
    present = (
        AccountTerms.objects.select_for_update()
        .filter(account_id=account_id, start__lte=start)
        .order_by("-start")
        .first()
    )
    if present is None:
        raise TooEarly(_("the account has no terms yet on that day"))
    changed = {
        "payment_method": (payment_method or values.PaymentMethod(present.payment_method)).value,
        "statement_channel": (statement_channel or values.StatementChannel(present.statement_channel)).value,
        "collective": (collective or values.Collective(present.collective)).value,
    }
    if present.start == start:
        for name, text in changed.items():
            setattr(present, name, text)
        present.save()
        return
    end, present.end = present.end, start
    present.save()
    AccountTerms.objects.create(account_id=account_id, start=start, end=end, **changed)


@db.transaction_required
def draft_mandate(
    *,
    account_id: int,
    agent: str,
    bank_code: str,
    branch_code: str,
    account_kind: values.BankAccountKind,
    account_number: str,
    holder: str,
) -> values.Mandate:
    """
    Write down a mandate that a payer gave; it is no debit yet.

    :param account_number: up to seven digits; shorter ones are filled with zeros
    :param holder: the holder's name as on the bank book, in any kana
    :raises NoSuchAccount: if the account is not there
    :raises RowsRefused: naming each column that cannot be taken
    :raises NotHolderKana: if the name has characters that banks do not accept
    """
    payer = _account(account_id)
    frame = pl.DataFrame(
        [
            {
                "account_number_of_payer": payer.number,
                "agent": agent,
                "bank_code": bank_code,
                "branch_code": branch_code,
                "account_kind": account_kind.value,
                "account_number": account_number.strip().zfill(7),
                "holder_kana": holder_kana(holder),
                "state": values.MandateState.DRAFT.value,
                "new_code": _new_code(account_id).value,
            }
        ]
    )
    written = registration.mandates(frame)
    found = queries.mandate(mandate_id=written["mandate_id"][0])
    assert found is not None
    return found


def _new_code(account_id: int) -> values.NewCode:
    """Whether the bank has seen this payer's debit key before."""
    seen = Mandate.objects.filter(account_id=account_id, start__isnull=False).exists()
    return values.NewCode.CHANGED if seen else values.NewCode.FIRST


def _move(mandate_id: int, move: str, **details: Any) -> Mandate:
    row = Mandate.objects.select_for_update().filter(id=mandate_id).first()
    if row is None:
        raise NoSuchMandate(_("there is no such mandate"))
    try:
        getattr(row, move)(**details)
    except TransitionNotAllowed:
        raise MandateMove(_("a mandate that is %(state)s does not allow this") % {"state": row.state}) from None
    row.save()
    return row


@db.transaction_required
def submit_mandate(*, mandate_id: int) -> None:
    """
    The form went to the bank or agent.

    :raises MandateMove: if its state does not allow it
    """
    _move(mandate_id, "submit")


@db.transaction_required
def reject_mandate(*, mandate_id: int, reason: str) -> None:
    """
    The bank sent the form back.

    :raises MandateMove: if its state does not allow it
    """
    _move(mandate_id, "reject", reason=reason)


@db.transaction_required
def accept_mandate(*, mandate_id: int, on: date) -> None:
    """
    The bank accepted the mandate from a day on; the account's former one is replaced.

    :raises MandateMove: if its state does not allow it
    """
    account_id = Mandate.objects.filter(id=mandate_id).values_list("account_id", flat=True).first()
    live = [state.value for state in values.LIVE_MANDATES]
    former = Mandate.objects.filter(account_id=account_id, state__in=live).exclude(id=mandate_id).first()
    if former is not None:
        _move(former.id, "replace", on=on)
    _move(mandate_id, "register", on=on)


@db.transaction_required
def suspend_mandate(*, mandate_id: int, reason: str) -> None:
    """
    No debit with this mandate until the suspension is lifted.

    :raises MandateMove: if its state does not allow it
    """
    _move(mandate_id, "suspend", reason=reason)


@db.transaction_required
def resume_mandate(*, mandate_id: int) -> None:
    """
    Lift a suspension.

    :raises MandateMove: if its state does not allow it
    """
    _move(mandate_id, "activate")


@db.transaction_required
def stop_mandate(*, mandate_id: int, on: date, reason: str) -> None:
    """
    End a mandate for good.

    :raises MandateMove: if it ended already
    """
    _move(mandate_id, "stop", on=on, reason=reason)


@db.transaction_required
def mark_debited(*, mandate_ids: pl.Series) -> int:
    """
    Mandates whose first record the bank has taken: they are active, and the next record says nothing is new.

    :returns: how many changed
    """
    waiting = bulk.read_frame(
        "SELECT id FROM parties_mandate WHERE state = ANY(%s) AND (state <> %s OR new_code <> %s)",
        {"id": pl.Int64},
        [[state.value for state in values.DEBITABLE_MANDATES], *_DEBITED],
    )["id"]
    first_time = waiting.filter(waiting.is_in(mandate_ids.drop_nulls().implode()))
    if first_time.is_empty():  # most have been debited before
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_mandate SET state = %s, new_code = %s WHERE id = ANY(%s::bigint[]) AND state = ANY(%s)",
            [*_DEBITED, bulk.id_array(first_time), [state.value for state in values.DEBITABLE_MANDATES]],
        )
        return int(cursor.rowcount)


_DEBITED = (values.MandateState.ACTIVE.value, values.NewCode.UNCHANGED.value)


def take_account_numbers(*, count: int) -> pl.Series:
    """Fresh account numbers, ten digits each; they are nobody's until they are registered."""
    return numbering.take(numbering.ACCOUNT, count)


@db.transaction_required
def register_numbers(frame: pl.DataFrame) -> None:
    """
    Account numbers that are no payer's: those of benchmark accounts and of sub-accounts.

    :param frame: ``number``, ``kind``, ``offer_instead`` (the number to use where this one may not start a process)
    :raises RowsRefused: naming each number that stands twice, is taken, or is no number; a number is never used again
    """
    known = queries.known_numbers(numbers=frame["number"])
    examination = Examination(frame)
    examination.refuse_unless_match(
        "number", r"^[0-9A-Z\-]{1,12}$", reason=_("{value} is not an account number: up to twelve digits")
    )
    examination.refuse(
        pl.col("number").is_duplicated(), column="number", reason=_("{value} stands in more than one row")
    )
    examination.refuse(
        pl.col("number").is_in(known.implode()),
        column="number",
        reason=_("{value} is an account number already; numbers are never used again"),
    )
    examination.finish()
    bulk.copy_in("parties_registerednumber", frame.select("number", "kind", "offer_instead"))


@db.transaction_required
def offer_instead(*, numbers: pl.Series, instead: str) -> None:
    """Say which number to use for each of these from now on; the one to use becomes the benchmark."""
    RegisteredNumber.objects.filter(number__in=numbers.to_list()).update(
        kind=values.NumberKind.SUB.value, offer_instead=instead
    )
    RegisteredNumber.objects.filter(number=instead).update(kind=values.NumberKind.BENCHMARK.value, offer_instead="")


@db.transaction_required
def withdraw_numbers(*, numbers: pl.Series) -> int:
    """
    Take numbers out again that were registered by mistake, with everything that was registered with them.

    Only for undoing an import: numbers of payers stay.

    :returns: how many
    """
    normal = values.NumberKind.NORMAL.value
    rows = RegisteredNumber.objects.filter(number__in=numbers.to_list()).exclude(kind=normal)
    return rows.delete()[0]


def require_normal_number(*, number: str) -> None:
    """
    Every start of a process asks this.

    :raises UnknownNumber: if no account has the number
    :raises NotForProcesses: naming the number to use instead
    """
    found = queries.registered_number(number=number)
    if why := queries.refusal_of(number=number):
        raise NotForProcesses(why)
    if found.kind is not values.NumberKind.NORMAL:
        raise NotForProcesses(
            _("%(number)s is a %(kind)s account; use %(instead)s")
            % {"number": number, "kind": found.kind.value, "instead": found.offer_instead or "-"}
        )
