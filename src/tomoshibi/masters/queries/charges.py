"""Kinds of sundry charges."""

from datetime import date

from django.utils.translation import gettext as _

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.masters.models import ChargeKind
from tomoshibi.masters.queries.validity import MasterMissing, holds
from tomoshibi.masters.values import AmountBy, ChargeTax
from tomoshibi.masters.values import ChargeKind as Kind


def charge_kinds(*, on: date) -> dict[str, Kind]:
    """Every kind of sundry charge that holds on a day, by its code."""
    return {row.code: _kind(row) for row in ChargeKind.objects.filter(holds(on)).order_by("code")}


def charge_kind(*, code: str, on: date) -> Kind:
    """
    One kind of sundry charge as it holds on a day.

    :raises MasterMissing: if there is none of that code
    """
    row = ChargeKind.objects.filter(holds(on), code=code).first()
    if row is None:
        raise MasterMissing(_("no kind of charge is entered as %(code)s") % {"code": code})
    return _kind(row)


def newest_charge_kind(*, code: str) -> Kind | None:
    """The newest row of a kind, whenever it holds; nothing where there is none of that code."""
    row = ChargeKind.objects.filter(code=code).order_by("-valid").first()
    return _kind(row) if row else None


def _kind(row: ChargeKind) -> Kind:
    return Kind(
        code=row.code,
        names={"ja": row.name_ja, "en": row.name_en, "zh": row.name_zh},
        posting_key=row.posting_key,
        tax=ChargeTax(row.tax),
        amount_by=AmountBy(row.amount_by),
        amount_minor=row.amount_minor,
        formula=row.formula,
        rounding=Rounding(row.rounding),
        alone_up_to_minor=row.alone_up_to_minor,
    )
