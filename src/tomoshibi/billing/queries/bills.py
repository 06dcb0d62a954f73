"""Single bills with their lines and derivation, and lazy lists of bills."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from django.db.models import DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils import translation

from tomoshibi.billing import derivation, numbering, values
from tomoshibi.billing.models import Bill, Invoice, Run
from tomoshibi.kernel import languages
from tomoshibi.parties import queries as parties
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

_LINES = {
    "bill_id": pl.Int64,
    "no": pl.Int64,
    "plan_version": pl.Int64,
    "component_no": pl.Int16,
    "quantity": pl.Int64,
    "price_micro": pl.Int64,
    "ratio_num": pl.Int64,
    "ratio_den": pl.Int64,
    "amount_e10": pl.Int64,
}
_EXTRAS = {
    "bill_id": pl.Int64,
    "no": pl.Int64,
    "code": pl.String,
    "text": pl.String,
    "amount_minor": pl.Int64,
    "taxed": pl.Boolean,
}


_OWN_NUMBER = Q(lead_bill_id__isnull=True) | Q(lead_bill_id=F("bill_id"))
"""Of the bills that share a number, the lead bill; of all others, themselves."""


class NoSuchBill(LookupError):
    """There is no bill of that number."""


def _rows() -> QuerySet[Any]:
    invoice = Invoice.objects.filter(bill_id=OuterRef("id"))
    return Bill.objects.annotate(
        number=Subquery(invoice.values("number")[:1]),
        issued_on=Subquery(invoice.values("issued_on")[:1]),
        due_on=Subquery(invoice.values("due_on")[:1]),
        lead_bill_id=Subquery(invoice.values("lead_bill_id")[:1]),
        tax_shift_minor=Subquery(invoice.values("tax_shift_minor")[:1]),
        last_day=Cast(F("period_end") - timedelta(days=1), DateField()),
        **parties.customer_columns(customer="customer_id"),
        run_state=Subquery(Run.objects.filter(id=OuterRef("run_id")).values("state")[:1]),
    )


def to_value(row: Any, lines: Sequence[values.Line] = ()) -> values.Bill:
    return values.Bill(
        id=row.id,
        run_id=row.run_id,
        contract_id=row.contract_id,
        customer_id=row.customer_id,
        account_id=row.account_id,
        supply_point_id=row.supply_point_id,
        kind=values.BillKind(row.kind),
        month=row.month,
        period_start=row.period_start,
        period_end=row.period_end,
        energy_dwh=row.energy_dwh,
        capacity_kind=row.capacity_kind,
        capacity_milli=row.capacity_milli,
        plan_code=row.plan_code,
        plan_version_id=row.plan_version_id,
        total_minor=row.total_minor,
        tax_minor=row.tax_minor,
        levy_minor=row.levy_minor,
        untaxed_minor=row.untaxed_minor,
        rerated_minor=row.rerated_minor,
        tax_rate_ppm=row.tax_rate_ppm,
        agreed=row.agreed,
        corrects_bill_id=row.corrects_bill_id,
        invoice_number=numbering.text(row.number),
        issued_on=row.issued_on,
        due_on=row.due_on,
        lead_bill_id=row.lead_bill_id,
        tax_shift_minor=row.tax_shift_minor or 0,
        run_state=values.RunState(row.run_state) if row.run_state else values.RunState.CANCELLED,
        lines=tuple(lines),
    )


def bill(*, bill_id: int, language: str = "ja") -> values.Bill:
    """
    A bill with its lines in words.

    :raises NoSuchBill: for an unknown id
    """
    row = _rows().filter(id=bill_id).first()
    if row is None:
        raise NoSuchBill(f"there is no bill {bill_id}")
    return to_value(row, lines_of(bill_ids=[bill_id], language=language).get(bill_id, ()))


def bill_by_number(*, text: str) -> values.Bill | None:
    """The bill behind an invoice number as somebody typed it; of a collective invoice, its lead bill."""
    number = numbering.parse(text)
    invoice = None if number is None else Invoice.objects.filter(_OWN_NUMBER, number=number).first()
    row = _rows().filter(id=invoice.bill_id).first() if invoice else None
    return to_value(row) if row else None


def bill_rows(
    *, run_id: int | None = None, customer_id: int | None = None, contract_id: int | None = None, issued: bool = False
) -> QuerySet[Any]:
    """
    A lazy list for tables, newest first; with ``number``, ``issued_on``, ``due_on``, ``run_state``, and with
    ``before_minor``: what the period came to on what was billed before (of a first bill nothing).
    """
    named = {"run_id": run_id, "customer_id": customer_id, "contract_id": contract_id}
    known = {name: value for name, value in named.items() if value is not None}
    rows: QuerySet[Any] = _rows().filter(**known).annotate(before_minor=F("rerated_minor") - F("total_minor"))
    return (rows.filter(number__isnull=False) if issued else rows).order_by("-id")


def bills_of(
    *, customer_id: int | None = None, contract_ids: Sequence[int] | None = None, limit: int = 60
) -> list[values.Bill]:
    """Issued bills of a customer or of contracts, newest first."""
    rows = _rows().filter(number__isnull=False)
    rows = rows.filter(customer_id=customer_id) if customer_id is not None else rows
    rows = rows.filter(contract_id__in=contract_ids) if contract_ids is not None else rows
    return [to_value(row) for row in rows.order_by("-period_end", "-id")[:limit]]


def bills_by_id(*, bill_ids: Sequence[int]) -> dict[int, values.Bill]:
    """Bills without their lines."""
    return {row.id: to_value(row) for row in _rows().filter(id__in=list(bill_ids))}


def bills_of_run(*, run_id: int, limit: int = 10_000) -> list[values.Bill]:
    """The documents of a run, drafted or issued, largest change first."""
    rows = _rows().filter(run_id=run_id).order_by("-total_minor", "id")
    return [to_value(row) for row in rows[:limit]]


def documents_of(*, contract_id: int, period_start: date) -> list[values.Bill]:
    """The bill of a period and everything that corrected it, in order."""
    rows = _rows().filter(contract_id=contract_id, period_start=period_start).order_by("revision")
    return [to_value(row) for row in rows]


def bill_a_year_before(*, contract_id: int, month: int) -> values.Bill | None:
    return bill_of_month(contract_id=contract_id, month=month - 100)


def bill_of_month(*, contract_id: int, month: int) -> values.Bill | None:
    """The issued bill of a contract for a reading month, without what corrected it."""
    row = _rows().filter(contract_id=contract_id, month=month, revision=0, number__isnull=False).first()
    return to_value(row) if row else None


def draft_of(*, run_id: int, contract_id: int, language: str = "ja") -> values.Bill | None:
    """The bill of a contract in a run."""
    row = _rows().filter(run_id=run_id, contract_id=contract_id).order_by("-period_start").first()
    return to_value(row, lines_of(bill_ids=[row.id], language=language).get(row.id, ())) if row else None


def search(*, text: str, limit: int = 10) -> list[values.Bill]:
    """Bills by (the end of) an invoice number or by their id."""
    digits = text.strip().replace("-", "")
    if not digits.isdigit():
        return []
    which = Q(number=int(digits)) | Q(id=int(digits)) if len(digits) < 19 else Q(pk=None)  # noqa: PLR2004 - bigint
    return [to_value(row) for row in _rows().filter(which).order_by("-id")[:limit]]


def lines_frame(*, bill_ids: Sequence[int]) -> pl.DataFrame:
    """Lines of bills as stored, in their order."""
    return bulk.read_frame(
        """
        SELECT bill_id, no, plan_version_id, component_no, quantity, price_micro, ratio_num, ratio_den, amount_e10
          FROM billing_line WHERE bill_id = ANY(%s) ORDER BY bill_id, no
        """,
        _LINES,
        [list(bill_ids)],
    )


def extras_frame(*, bill_ids: Sequence[int]) -> pl.DataFrame:
    return bulk.read_frame(
        f"SELECT {', '.join(_EXTRAS)} FROM billing_extra WHERE bill_id = ANY(%s) ORDER BY bill_id, no",
        _EXTRAS,
        [list(bill_ids)],
    )


def words(rows: Iterable[Mapping[str, Any]], *, language: str) -> Callable[[Mapping[str, Any]], values.Line]:
    """
    What turns stored lines of the plan versions in ``rows`` into words: the versions are looked up once.

    :param rows: with ``plan_version``
    """
    versions = sorted({row["plan_version"] for row in rows})
    meaning = {
        (version, component.no): component
        for version, components in tariffs.components(versions).items()
        for component in components
    }
    known = {version: tariffs.version(version_id=version) for version in versions}
    with translation.override(languages.of_interface(language)):
        rules = {number: tariffs.rules_of_lines(document=found.document) for number, found in known.items() if found}

    def say(row: Mapping[str, Any]) -> values.Line:
        number = row["plan_version"]
        held = known[number]
        version = f"#{number} {held.sha256[:12] if held else ''}"
        return derivation.line(
            {"no": 0, **row},
            meaning[number, row["component_no"]],
            version=version,
            language=language,
            price_list_from=held.valid_from if held else None,
            rules=rules.get(number, {}),
        )

    return say


def lines_of(*, bill_ids: Sequence[int], language: str) -> dict[int, tuple[values.Line, ...]]:
    """Lines of bills in words, by bill."""
    lines = lines_frame(bill_ids=bill_ids)
    say = words(lines.select("plan_version").unique().iter_rows(named=True), language=language)
    found: dict[int, list[values.Line]] = {bill_id: [] for bill_id in bill_ids}
    for row in lines.iter_rows(named=True):
        found[row["bill_id"]].append(say(row))
    for row in extras_frame(bill_ids=bill_ids).iter_rows(named=True):
        found[row["bill_id"]].append(derivation.outside_plan(row))
    return {bill_id: tuple(rows) for bill_id, rows in found.items()}


def counts_of_run(*, run_id: int) -> dict[str, int]:
    """How many documents of a run are of each kind."""
    kinds = Bill.objects.filter(run_id=run_id).order_by().values_list("kind", flat=True)
    return {kind: kinds.filter(kind=kind).count() for kind in sorted({*kinds.distinct()})}
