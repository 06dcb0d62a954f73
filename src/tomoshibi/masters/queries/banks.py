"""Banks and branches on a day."""

from collections.abc import Iterable
from datetime import date

import polars as pl
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from tomoshibi.masters import banks, values
from tomoshibi.masters.kana import NotPermitted, half_width
from tomoshibi.masters.models import Bank, BankBranch
from tomoshibi.masters.queries.validity import holds
from tomoshibi.storage import bulk


def bank(code: str, on: date) -> values.Bank | None:
    """The bank of a code on a day."""
    row = Bank.objects.filter(holds(on), code=code).first()
    return values.Bank(row.code, row.name, row.kana) if row else None


def branch(bank_code: str, code: str, on: date) -> values.Branch | None:
    """The branch of a bank on a day."""
    found = bank(bank_code, on)
    row = BankBranch.objects.filter(holds(on), bank_code=bank_code, code=code).first()
    return _branch(row, found) if row and found else None


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


def bank_columns(*, bank: str, branch: str, on: date) -> dict[str, Combinable]:
    """
    Names of banks and branches as annotations, for another room's list that knows only the codes.

    :param bank: path of the bank's code in that list
    :param branch: path of the branch's code
    :returns: ``bank_name`` and ``branch_name``; where the masters know none, the code
    """
    named = Bank.objects.filter(holds(on), code=OuterRef(bank))
    branches = BankBranch.objects.filter(holds(on), bank_code=OuterRef(bank), code=OuterRef(branch))
    return {
        "bank_name": Coalesce(Subquery(named.values("name")[:1]), F(bank), output_field=CharField()),
        "branch_name": Coalesce(Subquery(branches.values("name")[:1]), F(branch), output_field=CharField()),
    }


def branch_names(*, keys: Iterable[tuple[str, str]], on: date) -> dict[tuple[str, str], str]:
    """
    What a bank and its branch are called together, for a few of them.

    :param keys: codes of bank and branch
    :returns: for each key ``みずほ銀行 東京営業部``; where the masters know none, the codes
    """
    found = {}
    for bank_code, code in dict.fromkeys(keys):
        known = branch(bank_code, code, on)
        found[bank_code, code] = f"{known.bank_name} {known.name}" if known else f"{bank_code}-{code}"
    return found


def bank_counts(*, on: date) -> tuple[int, int]:
    return Bank.objects.filter(holds(on)).count(), BankBranch.objects.filter(holds(on)).count()


def bank_differences(*, on: date) -> tuple[values.BankDifference, values.BankDifference]:
    """What would bring banks, and branches, up to the installed list on a day."""
    bank_list, branch_list = banks.published()
    return (
        _difference("banks", "masters_bank", bank_list, key=["code"], on=on),
        _difference("bank_branches", "masters_bankbranch", branch_list, key=["bank_code", "code"], on=on),
    )


def _difference(master: str, table: str, published: pl.DataFrame, *, key: list[str], on: date) -> values.BankDifference:
    names = published.columns
    held = bulk.read_frame(
        f"SELECT {', '.join(names)} FROM {table} WHERE valid @> %s::date", dict.fromkeys(names, pl.String), [on]
    )
    gone = held.join(published, on=key, how="anti").sort(key)
    new = published.join(held, on=key, how="anti").sort(key)
    renamed = published.join(held, on=names, how="anti").join(held, on=key, how="semi").sort(key)
    begins = {"valid_from": on.isoformat(), "source": banks.source(), "confidence": "high"}
    rows = [{**row, "action": "remove", **begins} for row in gone.iter_rows(named=True)]
    rows += [{**row, **begins} for row in pl.concat([renamed, new]).iter_rows(named=True)]
    return values.BankDifference(master, tuple(rows), new.height, renamed.height, gone.height)


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
