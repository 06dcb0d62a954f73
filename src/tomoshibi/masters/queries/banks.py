"""Banks and branches on a day."""

from datetime import date

from django.db.models import Q, QuerySet

from tomoshibi.masters import values
from tomoshibi.masters.kana import NotPermitted, half_width
from tomoshibi.masters.models import Bank, BankBranch
from tomoshibi.masters.queries.validity import holds


def bank(code: str, on: date) -> values.Bank | None:
    """The bank of a code on a day."""
    row = Bank.objects.filter(holds(on), code=code).first()
    return values.Bank(row.code, row.name, row.kana) if row else None


def branch(bank_code: str, code: str, on: date) -> values.Branch | None:
    """The branch of a bank on a day."""
    found = bank(bank_code, on)
    row = BankBranch.objects.filter(holds(on), bank_code=bank_code, code=code).first()
    return _branch(row, found) if row and found else None


def search_banks(*, text: str, on: date, limit: int = 50) -> list[values.Bank]:
    """Banks by the beginning of their code, or a part of name or kana (any width)."""
    rows = Bank.objects.filter(holds(on)).filter(_named(text)).order_by("code")[:limit]
    return [values.Bank(row.code, row.name, row.kana) for row in rows]


def search_branches(*, bank_code: str, text: str, on: date, limit: int = 50) -> list[values.Branch]:
    found = bank(bank_code, on)
    if found is None:
        return []
    rows = BankBranch.objects.filter(holds(on), bank_code=bank_code).filter(_named(text)).order_by("code")[:limit]
    return [_branch(row, found) for row in rows]


def bank_rows(*, on: date) -> QuerySet[Bank]:
    """A lazy list of the banks of a day."""
    return Bank.objects.filter(holds(on))


def branch_rows(*, bank_code: str, on: date) -> QuerySet[BankBranch]:
    """A lazy list of a bank's branches of a day."""
    return BankBranch.objects.filter(holds(on), bank_code=bank_code)


def bank_counts(*, on: date) -> tuple[int, int]:
    return Bank.objects.filter(holds(on)).count(), BankBranch.objects.filter(holds(on)).count()


def _named(text: str) -> Q:
    text = text.strip()
    if not text:
        return Q()
    found = Q(name__icontains=text)
    if text.isdigit():
        return found | Q(code__startswith=text)
    try:
        return found | Q(kana__contains=half_width(text))
    except NotPermitted:
        return found


def _branch(row: BankBranch, of: values.Bank) -> values.Branch:
    return values.Branch(of.code, of.name, of.kana, row.code, row.name, row.kana)
