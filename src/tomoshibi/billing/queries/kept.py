"""What bills were priced from, as it was kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.utils import timezone

from tomoshibi.billing import inputs, values
from tomoshibi.billing.models import Adjustment, Bill, Run
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering
from tomoshibi.storage import bulk
from tomoshibi.tariffs import queries as tariffs

_PARTS = {name: dtype for name, dtype in inputs.PARTS.items() if name != "row_id"}
_EXTRAS = {
    "contract_id": pl.Int64, "code": pl.String, "text": pl.String, "amount_minor": pl.Int64, "taxed": pl.Boolean,
    "charge_id": pl.Int64, "adjustment_id": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class PartInputs:
    """One part of a bill as it was given to pricing."""

    segment: int
    plan_version_id: int
    capacity_milli: int | None
    period_start: date
    period_end: date
    reading_start: date
    reading_end: date
    energy_dwh: int
    split: str
    by_hand: bool
    published_id: int | None
    discounts: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """What a bill was priced from."""

    reading_id: int | None
    parts: tuple[PartInputs, ...]


@dataclass(frozen=True)
class Billed:
    rerated_minor: int
    tax_rate_ppm: int | None
    levy_minor: int


def inputs_of(*, bill_id: int) -> Inputs:
    """
    The parts of a bill; an ordinary bill is its own single part.

    :raises Bill.DoesNotExist: for an unknown id
    """
    row = Bill.objects.get(id=bill_id)
    return Inputs(reading_id=row.reading_id, parts=parts_of(bill_id=bill_id) or (_own_part(row),))


def _own_part(row: Bill) -> PartInputs:
    return PartInputs(
        segment=0,
        plan_version_id=row.plan_version_id,
        capacity_milli=row.capacity_milli,
        period_start=row.period_start,
        period_end=row.period_end,
        reading_start=row.period_start,
        reading_end=row.period_end,
        energy_dwh=row.energy_dwh,
        split=values.Split.WHOLE.value,
        by_hand=False,
        published_id=row.published_id,
    )


def parts_of(*, bill_id: int) -> tuple[PartInputs, ...]:
    """The parts that were kept; none for an ordinary bill."""
    names = ", ".join(_PARTS)
    frame = bulk.read_frame(
        f"SELECT {names} FROM billing_part WHERE bill_id = %s ORDER BY segment", _PARTS, [bill_id]
    ).drop("capacity_kind")
    return tuple(
        PartInputs(**row | {"discounts": tuple(json.loads(row["discounts"])), "inputs": json.loads(row["inputs"])})
        for row in frame.iter_rows(named=True)
    )


def published_values(*, published_id: int | None, known_on: date | None = None) -> dict[str, Any] | None:
    """
    Published values by their id; with a day, those of the same plan, area and month that were the known ones then.

    Before they were used or looked at for the first time, the first ones: nothing else is on record.

    :returns: columns of ``inputs.PUBLISHED``, ``values`` as JSON text; nothing where they were never kept
    """
    columns = ", ".join(f'p."{name}"' for name in inputs.PUBLISHED)
    if known_on is None:
        query = f"SELECT {columns} FROM billing_published p WHERE p.id = %(id)s"
    else:
        query = f"""
            SELECT {columns} FROM billing_published p JOIN billing_publisheduse u ON u.published_id = p.id
              JOIN billing_published own ON own.id = %(id)s AND own.plan_version_id = p.plan_version_id
                   AND own.area = p.area AND own.voltage = p.voltage AND own.month = p.month
                   AND own.usage_month = p.usage_month
             ORDER BY u.used_on <= %(day)s DESC,
                      CASE WHEN u.used_on <= %(day)s THEN %(day)s - u.used_on ELSE u.used_on - %(day)s END,
                      p.id = own.id DESC LIMIT 1
        """
    frame = bulk.read_frame(query, inputs.PUBLISHED, {"id": published_id, "day": known_on})
    return frame.row(0, named=True) if frame.height else None


def days_of_knowledge(*, bill: values.Bill) -> dict[date, set[str]]:
    """
    Days on which what a bill rests on became known, or other than before: each with what did, ``reading`` or ``published``.
    """
    kept = inputs_of(bill_id=bill.id)
    own = metering.reading(reading_id=kept.reading_id) if kept.reading_id else None
    found: dict[date, set[str]] = {}
    for one in metering.readings_of_point(supply_point_id=bill.supply_point_id):
        if own is not None and (one.month, one.period) == (own.month, own.period):
            found.setdefault(timezone.localdate(one.recorded_at), set()).add("reading")
    used = bulk.read_frame(
        """
        SELECT DISTINCT min(u.used_on) FROM billing_published own
          JOIN billing_published p ON p.plan_version_id = own.plan_version_id AND p.area = own.area
               AND p.voltage = own.voltage AND p.month = own.month AND p.usage_month = own.usage_month
          JOIN billing_publisheduse u ON u.published_id = p.id
         WHERE own.id = ANY(%s::bigint[]) GROUP BY p.id
        """,
        {"day": pl.Date},
        [[part.published_id for part in kept.parts if part.published_id is not None]],
    )
    for day in used["day"]:
        found.setdefault(day, set()).add("published")
    return dict(sorted(found.items()))


def extra_rows(*, bill_id: int) -> list[dict[str, Any]]:
    """What stands on a bill beside its plan, with where it comes from."""
    frame = bulk.read_frame(
        """
        SELECT b.contract_id, e.code, e.text, e.amount_minor, e.taxed, e.charge_id, e.adjustment_id
          FROM billing_extra e JOIN billing_bill b ON b.id = e.bill_id WHERE e.bill_id = %s ORDER BY e.no
        """,
        _EXTRAS,
        [bill_id],
    )
    return frame.to_dicts()


def adjustment_amount(*, adjustment_id: int) -> int:
    """What a correction by hand says now; 0 where it is gone."""
    return Adjustment.objects.filter(id=adjustment_id).values_list("amount_minor", flat=True).first() or 0


def billed_until(*, bill: values.Bill) -> Billed:
    """What the documents of a bill's period before it came to: the last one's whole, and the levy of all."""
    earlier = Bill.objects.filter(contract_id=bill.contract_id, period_start=bill.period_start)
    own = Bill.objects.get(id=bill.id)
    rows = list(earlier.filter(revision__lt=own.revision).order_by("revision"))
    return Billed(
        rerated_minor=rows[-1].rerated_minor if rows else 0,
        tax_rate_ppm=rows[-1].tax_rate_ppm if rows else None,
        levy_minor=sum(row.levy_minor for row in rows),
    )


def bands_of(*, run_id: int, contract_id: int, language: str) -> dict[str, str]:
    """
    The bands by which a contract is billed in a run, each with its label; none where its plans know no time of use.

    A contract without a bill in the run (its half-hours are missing, say) has the bands of its plan in that month.
    """
    versions = _versions_of(run_id, contract_id)
    components = tariffs.components(versions)
    found: dict[str, str] = {}
    for number, program in tariffs.programs(versions).items():
        labels = {component.code: component.label.get(language[:2]) for component in components[number]}
        for shape in program.bands:
            for band in shape.bands:
                found.setdefault(band.name, labels.get(f"{shape.code}_{band.name}") or band.name)
    return found


def _versions_of(run_id: int, contract_id: int) -> list[int]:
    drafts = list(Bill.objects.filter(run_id=run_id, contract_id=contract_id))
    if drafts:
        return [part.plan_version_id for row in drafts for part in parts_of(bill_id=row.id) or (_own_part(row),)]
    month = Month.from_number(Run.objects.get(id=run_id).month)
    contract = contracts.contract(contract_id=contract_id)
    terms = contract.terms_on(month.plus(-1).first) or contract.terms_on(contract.start) if contract else None
    version = tariffs.plan_version(plan_code=terms.plan_code, on=month.first) if terms else None
    return [version.id] if version else []
