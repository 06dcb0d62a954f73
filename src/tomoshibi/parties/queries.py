"""Customers, payers and mandates: one at a time as values, many at once as frames."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import polars as pl
from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, NullIf
from django.utils.translation import gettext as _

from tomoshibi.kernel.frames import Schema
from tomoshibi.parties import kana, postal, values
from tomoshibi.parties.models import AccountTerms, BillingAccount, Customer, Mandate, RegisteredNumber
from tomoshibi.storage import bulk
from tomoshibi.ui import lists

CUSTOMERS: Schema = {
    "customer_id": pl.Int64, "number": pl.String, "kind": pl.String, "name": pl.String, "kana": pl.String,
    "postal_code": pl.String, "address": pl.String, "building": pl.String, "phone": pl.String, "mail": pl.String,
}  # fmt: skip
ACCOUNTS: Schema = {
    "account_id": pl.Int64, "customer_id": pl.Int64, "number": pl.String, "customer_number": pl.String,
    "customer_kind": pl.String, "addressee": pl.String, "kana": pl.String, "payment_method": pl.String,
    "statement_channel": pl.String, "mail": pl.String, "postal_code": pl.String, "prefecture": pl.String,
    "city": pl.String, "town": pl.String, "block": pl.String, "building": pl.String, "address_complete": pl.Boolean,
}  # fmt: skip
MANDATES: Schema = {
    "mandate_id": pl.Int64, "account_id": pl.Int64, "state": pl.String, "agent": pl.String, "debit_key": pl.String,
    "bank_code": pl.String, "branch_code": pl.String, "account_kind": pl.String, "account_number": pl.String,
    "holder_kana": pl.String, "new_code": pl.String,
}  # fmt: skip
_LATEST = date(9999, 12, 31)


class UnknownNumber(LookupError):
    """No account of the house has this number."""


def customer(*, customer_id: int) -> values.Customer | None:
    row = Customer.objects.filter(id=customer_id).first()
    return to_customer(row) if row else None


def customer_by_number(*, number: str) -> values.Customer | None:
    row = Customer.objects.filter(number=number.strip()).first()
    return to_customer(row) if row else None


def to_customer(row: Customer) -> values.Customer:
    return values.Customer(
        id=row.id,
        number=row.number,
        kind=values.CustomerKind(row.kind),
        name=row.name,
        kana=row.kana,
        address=row.address,
        phone=row.phone,
        mobile=row.mobile,
        mail=row.mail,
        notes=row.notes,
        registered_on=row.registered_on,
    )


def customer_rows() -> QuerySet[Customer]:
    """All customers, for the list."""
    return Customer.objects.all()


def mandate_rows() -> QuerySet[Mandate]:
    """All mandates with their payers, for the list."""
    return Mandate.objects.select_related("account__customer")


def account(*, account_id: int, on: date | None = None) -> values.Account | None:
    """An account with its terms of a day, or with its latest."""
    found = _accounts(Q(id=account_id), on=on)
    return found[0] if found else None


def account_by_number(*, number: str, on: date | None = None) -> values.Account | None:
    found = _accounts(Q(number=number.strip()), on=on)
    return found[0] if found else None


def accounts_of(*, customer_id: int, on: date | None = None) -> list[values.Account]:
    return _accounts(Q(customer_id=customer_id), on=on)


def _accounts(which: Q, *, on: date | None) -> list[values.Account]:
    rows = list(BillingAccount.objects.filter(which).select_related("customer").order_by("number"))
    terms = _terms_by_account([row.id for row in rows], on=on)
    return [_to_account(row, terms[row.id]) for row in rows]


def _terms_by_account(account_ids: Sequence[int], *, on: date | None) -> dict[int, AccountTerms]:
    """The terms of a day for each account; before its first and after its last, the nearest."""
    day = on or _LATEST
    chosen: dict[int, AccountTerms] = {}
    for row in AccountTerms.objects.filter(account_id__in=account_ids).order_by("account_id", "start"):
        if row.start <= day or row.account_id not in chosen:
            chosen[row.account_id] = row
    return chosen


def _to_account(row: BillingAccount, terms: AccountTerms) -> values.Account:
    own = bool(row.postal_code or row.city)
    return values.Account(
        id=row.id,
        number=row.number,
        customer_id=row.customer_id,
        customer_number=row.customer.number,
        addressee=row.addressee or row.customer.name,
        address=row.address if own else row.customer.address,
        has_own_address=own,
        mail=row.mail or row.customer.mail,
        payment_method=values.PaymentMethod(terms.payment_method),
        statement_channel=values.StatementChannel(terms.statement_channel),
        collective=values.Collective(terms.collective),
    )


def customer_columns(*, customer: str) -> dict[str, Combinable]:
    """
    Name and kana of customers as annotations, for another room's list that knows only the customer's id.

    :param customer: path of the customer's id in that list
    :returns: ``customer_name`` and ``customer_kana``
    """
    found = Customer.objects.filter(id=OuterRef(customer))
    return {
        "customer_name": Subquery(found.values("name")[:1]),
        "customer_kana": Subquery(found.values("kana")[:1]),
    }


def payer_columns(*, account: str) -> dict[str, Combinable]:
    """
    Number and name of payers as annotations, for another room's list that knows only the account's id.

    :param account: path of the billing account's id in that list
    :returns: ``payer_number`` and ``payer``
    """
    found = BillingAccount.objects.filter(id=OuterRef(account))
    name = Coalesce(NullIf("addressee", Value("")), "customer__name")
    return {
        "payer_number": Subquery(found.values("number")[:1]),
        "payer": Subquery(found.annotate(shown=name).values("shown")[:1]),
    }


def account_terms(*, account_id: int) -> list[values.AccountTerms]:
    """The history of an account's terms, oldest first."""
    return [
        values.AccountTerms(
            row.start,
            row.end,
            values.PaymentMethod(row.payment_method),
            values.StatementChannel(row.statement_channel),
            values.Collective(row.collective),
        )
        for row in AccountTerms.objects.filter(account_id=account_id).order_by("start")
    ]


def mandate(*, mandate_id: int) -> values.Mandate | None:
    row = Mandate.objects.filter(id=mandate_id).first()
    return to_mandate(row) if row else None


def mandates_of(*, account_id: int) -> list[values.Mandate]:
    """All mandates of an account, newest first."""
    return [to_mandate(row) for row in Mandate.objects.filter(account_id=account_id).order_by("-id")]


def mandates(*, state: str = "", limit: int = 500) -> list[values.Mandate]:
    """Mandates of one state (or all), newest first."""
    rows = Mandate.objects.filter(state=state) if state else Mandate.objects.all()
    return [to_mandate(row) for row in rows.order_by("-id")[:limit]]


_MOVES = {
    "submit": (values.MandateState.DRAFT, values.MandateState.REJECTED),
    "accept": (values.MandateState.SUBMITTED,),
    "reject": (values.MandateState.SUBMITTED,),
    "suspend": values.DEBITABLE_MANDATES,
    "resume": (values.MandateState.SUSPENDED,),
    "stop": (
        values.MandateState.DRAFT,
        values.MandateState.SUBMITTED,
        values.MandateState.REJECTED,
        *values.LIVE_MANDATES,
    ),
}


def moves_of_mandate(state: values.MandateState) -> list[str]:
    """What a person may do with a mandate of a state: names of operations, ``submit`` to ``stop``."""
    return [move for move, states in _MOVES.items() if state in states]


def to_mandate(row: Mandate) -> values.Mandate:
    return values.Mandate(
        id=row.id,
        account_id=row.account_id,
        state=values.MandateState(row.state),
        agent=row.agent,
        debit_key=row.debit_key,
        bank_code=row.bank_code,
        branch_code=row.branch_code,
        account_kind=values.BankAccountKind(row.account_kind),
        account_number=row.account_number,
        holder_kana=row.holder_kana,
        new_code=values.NewCode(row.new_code),
        start=row.start,
        end=row.end,
        reason=row.reason,
    )


def registered_number(*, number: str) -> values.RegisteredNumber:
    """
    What an account number is: every start of a process asks this first.

    :raises UnknownNumber: if the register does not have it
    """
    row = RegisteredNumber.objects.filter(number=number.strip()).first()
    if row is None:
        raise UnknownNumber(f"{number} is not an account number of this company")
    return values.RegisteredNumber(row.number, values.NumberKind(row.kind), row.offer_instead)


def refusal_of(*, number: str) -> str:
    """
    Why no business is done under a number: it is a sub-account's, and its benchmark is named (G-066).

    Forms that ask for an account or a customer say this instead of "there is none".

    :returns: a sentence for people; empty where the number is none of a sub-account
    """
    row = RegisteredNumber.objects.filter(number=number.strip(), kind=values.NumberKind.SUB.value).first()
    if row is None:
        return ""
    return _("%(number)s is a sub-account and may not transact; use its benchmark %(instead)s.") % {
        "number": row.number,
        "instead": row.offer_instead or "-",
    }


def known_numbers(*, numbers: pl.Series) -> pl.Series:
    """Which of the account numbers the register has, whatever their kind."""
    return bulk.read_frame(
        "SELECT number FROM parties_registerednumber WHERE number = ANY(%(numbers)s)",
        {"number": pl.String},
        {"numbers": numbers.unique().to_list()},
    )["number"]


def postal_digits(typed: str) -> str:
    """The seven digits of a postal code, however it was typed; an empty text if there are not seven."""
    return postal.digits(typed)


def places(*, postal_code: str) -> tuple[values.Place, ...]:
    """The places that a postal code stands for; none where the list does not have it."""
    return postal.places(postal_code)


def holder_kana(name: str) -> str:
    """
    A name in the characters that banks accept for a holder.

    :raises kana.NotHolderKana: naming the characters that have no such form
    """
    return kana.holder_kana(name)


def search_key_of(words: Sequence[pl.Expr]) -> pl.Expr:
    """What search looks at: the words of a row in their plain form, each with a space before it."""
    keys = [kana.search_key_column(word) for word in words]
    return pl.concat_str([pl.when(key == "").then(pl.lit("")).otherwise(pl.lit(" ") + key) for key in keys])


def search_key(*words: str) -> str:
    """What search looks at, for the rows of another room: the words of one row, each with a space before it."""
    return "".join(f" {key}" for key in map(kana.search_key, words) if key)


def search_terms(text: str) -> list[str]:
    """What a search key must contain for what somebody typed: short words stand at the start of a word."""
    words = [word for word in map(kana.search_key, text.split()) if word]
    return [f" {word}" if len(word) < 3 else word for word in words]  # noqa: PLR2004


def search_patterns(text: str) -> list[str]:
    """The same as LIKE patterns."""
    return [f"%{_like(term)}%" for term in search_terms(text)]


@dataclass(frozen=True)
class KeySearch(lists.Filter):
    """A filter of lists over search keys: each word must be in one of ``among`` (ORM paths of keys)."""

    among: tuple[str, ...] = ("search_key",)
    template: ClassVar[str] = "ui/lists/filter_search.html"

    @property
    def paths(self) -> tuple[str, ...]:
        return self.among

    def conditions(self, given: Mapping[str, Sequence[str]]) -> list[lists.AnyOf]:
        return [
            tuple(lists.Condition(path, "contains", term) for path in self.among)
            for term in search_terms(self.one(given))
        ]


def search(text: str, *, limit: int = 20) -> list[values.Found]:
    """
    Customers by parts of name, kana, number, telephone or mail; all words must be found.

    Width, hiragana or katakana, small kana and long marks make no difference. One or two characters are looked for
    at the start of a word, more of them anywhere.
    """
    patterns = search_patterns(text)
    if not patterns:
        return []
    clauses = " AND ".join(["search_key LIKE %s"] * len(patterns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, number, name, kana, city, right(coalesce(nullif(phone, ''), mobile), 4)"
            f" FROM parties_customer WHERE {clauses} ORDER BY number <> %s, kana, number LIMIT %s",
            [*patterns, text.strip(), limit],
        )
        return [values.Found(*row) for row in cursor.fetchall()]


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def customers_frame(*, customer_ids: Sequence[int] | pl.Series | None = None) -> pl.DataFrame:
    """:returns: columns of ``CUSTOMERS``, one row per customer, by id"""
    return bulk.read_among(
        """
        SELECT id, number, kind, name, kana, postal_code, prefecture || city || town || block, building,
               coalesce(nullif(phone, ''), mobile), mail
        FROM parties_customer WHERE {among} ORDER BY id
        """,
        CUSTOMERS,
        key="id",
        column="customer_id",
        ids=customer_ids,
    )


_ADDRESS_COMPLETE = (
    "{0}.postal_code <> '' AND {0}.prefecture <> '' AND {0}.city <> '' AND ({0}.town <> '' OR {0}.block <> '')"
)


def billing_accounts_frame(
    *,
    account_ids: Sequence[int] | pl.Series | None = None,
    on: date | None = None,
    columns: Sequence[str] | None = None,
) -> pl.DataFrame:
    """
    Who pays, how, and where the bill goes.

    :param account_ids: which accounts; all where nothing is given
    :param on: the day whose terms count; the latest terms where no day is given
    :param columns: only these of ``ACCOUNTS``, in this order; a run over many accounts need not carry every address
    :returns: columns of ``ACCOUNTS``, one row per account, by id
    """
    wanted = list(ACCOUNTS if columns is None else columns)
    if set(wanted) <= set(_TERMS):
        return _terms_frame(wanted, account_ids, on=on)
    own = "(a.postal_code <> '' OR a.city <> '')"
    part = {
        name: f"CASE WHEN {own} THEN a.{name} ELSE c.{name} END AS {name}"
        for name in ("postal_code", "prefecture", "city", "town", "block", "building")
    }
    of_account, of_customer = (_ADDRESS_COMPLETE.format(table) for table in ("a", "c"))
    told = part | {
        "account_id": "a.id", "customer_id": "a.customer_id", "number": "a.number", "customer_number": "c.number",
        "customer_kind": "c.kind", "addressee": "coalesce(nullif(a.addressee, ''), c.name)", "kana": "c.kana",
        "payment_method": "t.payment_method", "statement_channel": "t.statement_channel",
        "mail": "coalesce(nullif(a.mail, ''), c.mail)",
        "address_complete": f"CASE WHEN {own} THEN {of_account} ELSE {of_customer} END",
    }  # fmt: skip
    frame = bulk.read_among(
        f"""
        WITH account AS MATERIALIZED (SELECT * FROM parties_billingaccount WHERE {{among}})
        SELECT a.id, {", ".join(told[name] for name in wanted)}
          FROM account a
          -- Between which ids they lie is said, or the server goes through all of a million for each part of a book.
          JOIN parties_customer c ON c.id = a.customer_id
               AND c.id BETWEEN (SELECT min(customer_id) FROM account) AND (SELECT max(customer_id) FROM account)
          JOIN parties_accountterms t ON t.account_id = a.id
               AND t.account_id BETWEEN (SELECT min(id) FROM account) AND (SELECT max(id) FROM account)
               AND t.start <= %(on)s AND (t."end" IS NULL OR t."end" > %(on)s)
         ORDER BY a.id
        """,
        {"key": pl.Int64, **{name: ACCOUNTS[name] for name in wanted}},
        {"on": on or _LATEST},
        key="id",
        column="key",
        ids=account_ids,
    )
    return frame.drop("key")


_TERMS = {"account_id": "account_id", "payment_method": "payment_method", "statement_channel": "statement_channel"}
"""Columns that stand in the terms of accounts, where neither account nor customer needs to be looked at."""


def _terms_frame(
    wanted: Sequence[str], account_ids: Sequence[int] | pl.Series | None, *, on: date | None
) -> pl.DataFrame:
    frame = bulk.read_among(
        f"""
        SELECT account_id, {", ".join(_TERMS[name] for name in wanted)} FROM parties_accountterms
         WHERE start <= %(on)s AND ("end" IS NULL OR "end" > %(on)s) AND {{among}}
        """,
        {"key": pl.Int64, **{name: ACCOUNTS[name] for name in wanted}},
        {"on": on or _LATEST},
        key="account_id",
        column="key",
        ids=account_ids,
    )
    return frame.sort("key").drop("key")


def terms_frame(*, account_ids: Sequence[int] | pl.Series) -> pl.DataFrame:
    """
    How accounts paid and were told, on all their days.

    :returns: ``account_id``, ``start``, ``end`` (exclusive; null where it holds on), ``payment_method``,
        ``statement_channel``
    """
    return bulk.read_among(
        'SELECT account_id, start, "end", payment_method, statement_channel FROM parties_accountterms WHERE {among}',
        {"account_id": pl.Int64, "start": pl.Date, "end": pl.Date}
        | {name: ACCOUNTS[name] for name in ("payment_method", "statement_channel")},
        key="account_id",
        column="account_id",
        ids=account_ids,
    )


def collective_accounts(*, on: date) -> pl.DataFrame:
    """
    Accounts whose bills make one invoice on a day: few of many, so that they are asked for by the rest of the house.

    :returns: ``account_id``, ``collective`` (a value of ``values.Collective``, never ``no``)
    """
    return bulk.read_frame(
        """
        SELECT account_id, collective FROM parties_accountterms
         WHERE collective <> %(no)s AND start <= %(on)s AND ("end" IS NULL OR "end" > %(on)s) ORDER BY account_id
        """,
        {"account_id": pl.Int64, "collective": pl.String},
        {"on": on, "no": values.Collective.NO.value},
    )


def mandates_frame(*, on: date, account_ids: Sequence[int] | pl.Series | None = None) -> pl.DataFrame:
    """
    The live mandate of each account on a day (registered, active or suspended: the caller looks at ``state``).

    :returns: columns of ``MANDATES``, at most one row per account, by account
    """
    return bulk.read_among(
        """
        SELECT id, account_id, state, agent, debit_key, bank_code, branch_code, account_kind, account_number,
               holder_kana, new_code
        FROM parties_mandate
        WHERE state = ANY(%(live)s) AND start <= %(on)s AND {among}
        ORDER BY account_id
        """,
        MANDATES,
        {"on": on, "live": [state.value for state in values.LIVE_MANDATES]},
        key="account_id",
        column="account_id",
        ids=account_ids,
    )


def debitable_accounts(*, on: date, account_ids: Sequence[int] | pl.Series) -> pl.Series:
    """Which accounts have a mandate on a day that can be debited, whether or not they pay by it: their ids."""
    return bulk.read_among(
        "SELECT account_id FROM parties_mandate WHERE state = ANY(%(usable)s) AND start <= %(on)s AND {among}",
        {"account_id": pl.Int64},
        {"on": on, "usable": [state.value for state in values.DEBITABLE_MANDATES]},
        key="account_id",
        column="account_id",
        ids=account_ids,
    )["account_id"]


def live_mandate_counts() -> dict[str, int]:
    """How many mandates each collection agent could debit or will be able to, by agent."""
    rows = Mandate.objects.filter(state__in=[state.value for state in values.LIVE_MANDATES]).values("agent")
    return {row["agent"]: row["n"] for row in rows.annotate(n=Count("id"))}


def live_mandates_at(*, branches: Collection[tuple[str, str]]) -> int:
    """
    How many mandates could be debited, now or later, from accounts at some banks.

    :param branches: codes of bank and branch; the whole bank where the branch has none
    """
    banks = [bank for bank, branch in branches if not branch]
    keys = [f"{bank}{branch}" for bank, branch in branches if branch]
    live = Mandate.objects.filter(state__in=[state.value for state in values.LIVE_MANDATES])
    return live.alias(key=Concat("bank_code", "branch_code")).filter(Q(bank_code__in=banks) | Q(key__in=keys)).count()


def debit_payers_frame(*, account_ids: Sequence[int] | pl.Series, on: date) -> pl.DataFrame:
    """
    Accounts that pay by direct debit on a day and have a mandate that can be debited.

    :returns: ``account_id``, ``agent``
    """
    return bulk.read_among(
        """
        SELECT m.account_id, m.agent
        FROM parties_mandate m
        JOIN parties_accountterms t ON t.account_id = m.account_id
             AND t.start <= %(on)s AND (t."end" IS NULL OR t."end" > %(on)s)
        WHERE m.state = ANY(%(usable)s) AND m.start <= %(on)s AND t.payment_method = %(method)s AND {among}
        """,
        {"account_id": pl.Int64, "agent": pl.String},
        {
            "on": on,
            "usable": [state.value for state in values.DEBITABLE_MANDATES],
            "method": values.PaymentMethod.DIRECT_DEBIT.value,
        },
        key=("m.account_id", "t.account_id"),
        column="account_id",
        ids=account_ids,
    )


def customer_ids(*, numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``customer_number``, ``customer_id`` of the numbers that exist"""
    return bulk.read_frame(
        "SELECT number, id FROM parties_customer WHERE number = ANY(%(numbers)s)",
        {"customer_number": pl.String, "customer_id": pl.Int64},
        {"numbers": numbers.unique().to_list()},
    )


def account_ids(*, numbers: pl.Series) -> pl.DataFrame:
    """:returns: ``account_number``, ``account_id``, ``account_customer_id`` of the numbers that exist"""
    return bulk.read_frame(
        "SELECT number, id, customer_id FROM parties_billingaccount WHERE number = ANY(%(numbers)s)",
        {"account_number": pl.String, "account_id": pl.Int64, "account_customer_id": pl.Int64},
        {"numbers": numbers.unique().to_list()},
    )
