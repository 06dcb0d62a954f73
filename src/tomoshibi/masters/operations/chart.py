"""The chart of accounts: what a change of it asks for, and the ledger that is told."""

from collections.abc import Sequence
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from tomoshibi.ledger import operations as ledger
from tomoshibi.ledger import queries as ledger_queries
from tomoshibi.ledger.values import Account, AccountKind
from tomoshibi.masters.models import ChartAccount, PostingAccount
from tomoshibi.masters.queries.validity import period_of
from tomoshibi.masters.sheets import Row
from tomoshibi.masters.values import RowError


def tell_ledger(rows: Sequence[Row]) -> None:
    """
    Let the ledger know accounts and names. An account that ends stays there: entries hang on it.

    :raises ledger.AccountInUse: if the kind of an account with postings would change
    """
    names = ("code", "name_ja", "name_zh", "name_en")
    ledger.define_accounts(
        [
            Account(kind=AccountKind(row.fields["kind"]), **{name: row.fields[name] or "" for name in names})
            for row in rows
            if not row.remove
        ]
    )


def still_posted_to(rows: Sequence[Row]) -> list[RowError]:
    """Accounts that would end while kinds of posting go to them."""
    errors = []
    for row in rows:
        end = row.start if row.remove else row.end
        if end is None:
            continue
        later = PostingAccount.objects.filter(account=row.fields["code"], valid__overlap=DateRange(end, None))
        keys = sorted(set(later.values_list("key", flat=True)))
        if keys:
            said = _("%(keys)s are posted to account %(code)s then: let them go to another one first")
            errors.append(RowError(row.line, "code", said % {"keys": ", ".join(keys), "code": row.fields["code"]}))
    return errors


def not_in_chart(rows: Sequence[Row]) -> list[RowError]:
    """Kinds of posting that would go to an account that the chart does not have on their first day."""
    return [
        RowError(row.line, "account", _("%(code)s is not in the chart of accounts") % {"code": row.fields["account"]})
        for row in rows
        if not row.remove and not _holds(row.fields["account"], row.start)
    ]


def _holds(code: str, on: date | None) -> bool:
    spans = [period_of(valid) for valid in ChartAccount.objects.filter(code=code).values_list("valid", flat=True)]
    if not spans:
        return code in ledger_queries.account_ids()
    return on is None or any(on in span for span in spans)
