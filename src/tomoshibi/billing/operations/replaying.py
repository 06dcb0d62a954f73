"""Price a bill again from what it was priced from, and compare line by line; or from what was known on another day."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from django.utils import timezone
from django.utils.translation import gettext as _

from tomoshibi.billing import collective, derivation, difference, queries, values
from tomoshibi.billing.operations import dividing, pricing_step
from tomoshibi.billing.operations.world import AsKnown
from tomoshibi.contracts import queries as contracts
from tomoshibi.kernel.units import E10
from tomoshibi.metering import queries as metering
from tomoshibi.metering import values as metering_values
from tomoshibi.parties.values import Collective
from tomoshibi.storage import db
from tomoshibi.tariffs import pricing
from tomoshibi.tariffs import queries as tariffs


class _Known(NamedTuple):
    """The day whose knowledge is asked for, and the day that it is."""

    on: date | None
    today: date | None


_ROW = 0
_LINE = ("plan_version", "component_no", "quantity", "price_micro", "ratio_num", "ratio_den", "amount_e10")


class NothingKept(LookupError):
    """What the bill was priced from is not kept, so that it cannot be priced again."""


@db.transaction_required
def replay(
    *, bill_id: int, known_on: date | None = None, today: date | None = None, language: str = "ja"
) -> values.Replay:
    """
    Price a bill again and compare it with what stands: every line, and the totals to the yen. Writes nothing.

    :param known_on: take the reading, the plan version, the published values and the spot prices that were known on that day instead of
        the bill's own; capacity, discounts, the rate of tax and what a person entered stay the bill's
    :param today: on this day and behind it, the published values that hold now; before it, those that a run used or the
        daily look found
    :raises queries.NoSuchBill: for an unknown id
    :raises NothingKept: if the reading or the published values are gone, or the bill is older than their keeping
    """
    bill = queries.bill(bill_id=bill_id)
    if bill.kind is values.BillKind.CHARGES:
        return _replay_charges(bill, known_on)
    kept = queries.inputs_of(bill_id=bill_id)
    reading = _reading(bill, kept, known_on)
    usage = _usage(bill, kept, reading, _Known(known_on, today))
    world = AsKnown(_spot_known(kept, known_on))
    priced, programs = pricing_step.price_usage(usage, readings=_as_frame(reading, usage), world=world)
    lines = _lines(bill_id, priced.lines, language)
    extras = _extras(bill_id, deferred_minor=int(pricing.deferred(priced, programs=programs)["amount_minor"].sum()))
    totals = _totals(bill, priced.totals, extras, programs)
    refusals = [tariffs.refusal_sentence(code, detail) for _row, code, detail in priced.refusals.iter_rows()]
    return values.Replay(
        bill_id=bill_id,
        invoice_number=bill.invoice_number,
        known_on=known_on,
        lines=(*lines, *_extra_lines(extras)),
        totals=totals,
        refusals=tuple(refusals),
        sources=_sources(usage, reading),
    )


@db.transaction_required
def replay_collective(*, bill_id: int, language: str = "ja") -> values.CollectiveReplay | None:
    """
    Price every bill of a collective invoice again, add them up and round the tax of the whole once more. Writes nothing.

    :param bill_id: any of its bills
    :returns: nothing where the bill has an invoice of its own
    :raises NothingKept: as ``replay``
    """
    invoice = queries.collective_invoice(bill_id=bill_id)
    if invoice is None:
        return None
    members = tuple(replay(bill_id=bill.id, language=language) for bill in invoice.members)
    again = [{one.what: one.again for one in member.totals} for member in members]
    totals = [again_of["total"] for again_of in again]
    if None in totals:
        return values.CollectiveReplay(
            invoice.number, members, (values.ReplayTotal("total", invoice.total_minor, None),)
        )
    rows = [
        {
            "id": bill.id,
            "account_id": bill.account_id,
            "contract_number": f"{no:08d}",  # they come in the order of their contracts
            "period_start": bill.period_start,
            "total_minor": now["total"],
            "untaxed_minor": bill.untaxed_minor,
            "tax_minor": now["tax"],
            "tax_rate_ppm": bill.tax_rate_ppm,
            "collective": Collective.LEAVE.value,
        }
        for no, (bill, now) in enumerate(zip(invoice.members, again, strict=True))
    ]
    shared = collective.shared(pl.DataFrame(rows)).with_columns(pl.col("tax_minor") + pl.col("tax_shift_minor"))
    taxes = dict(shared.group_by("tax_rate_ppm").agg(pl.col("tax_minor").sum()).iter_rows())
    found = [values.ReplayTotal("total", invoice.total_minor, int(shared["total_minor"].sum()))]
    found += [values.ReplayTotal("tax", tax, taxes[rate]) for rate, _total, tax in invoice.taxes]
    return values.CollectiveReplay(invoice.number, members, tuple(found))


def _spot_known(kept: queries.Inputs, known_on: date | None) -> datetime | None:
    """Whose spot prices count: those that the bill saw, or those of the end of a day."""
    if known_on is not None:
        return timezone.make_aware(datetime.combine(known_on, time.max))
    stored = next((n for part in kept.parts if (n := part.inputs.get(values.SPOT_KNOWN))), None)
    return None if stored is None else values.moment_of(stored)


def _reading(bill: values.Bill, kept: queries.Inputs, known_on: date | None) -> metering_values.Reading:
    own = metering.reading(reading_id=kept.reading_id) if kept.reading_id else None
    if own is None:
        raise NothingKept(_("The reading of this bill is not kept."))
    if known_on is None:
        return own
    versions = [
        one
        for one in metering.readings_of_point(supply_point_id=bill.supply_point_id)
        if one.month == own.month
        and one.period == own.period
        and timezone.localdate(one.recorded_at) <= known_on
        and (one.superseded_at is None or timezone.localdate(one.superseded_at) > known_on)
    ]
    if not versions:
        raise NothingKept(_("No value of this period was known on %(day)s.") % {"day": known_on})
    return versions[0]


def _usage(bill: values.Bill, kept: queries.Inputs, reading: metering_values.Reading, known: _Known) -> pl.DataFrame:
    """The usage frame that the bill was priced from, its energy taken anew from the reading."""
    rows = [_row(bill, part, known) for part in kept.parts]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("segment").cast(pl.Int16),
        pl.col("discounts").cast(pl.List(pl.String)),
        row_id=pl.lit(_ROW, dtype=pl.Int64),
        tax_rate_ppm=pl.lit(bill.tax_rate_ppm, dtype=pl.Int64),
    )
    if any(part.by_hand for part in kept.parts):
        whole = sum(part.energy_dwh for part in kept.parts)
    else:
        whole = reading.energy_dwh
    frame = frame.with_columns(bill_energy_dwh=pl.lit(whole, dtype=pl.Int64))
    if any(part.split == values.Split.HAND.value for part in kept.parts):
        return frame.with_columns(energy_dwh=pl.Series([part.energy_dwh for part in kept.parts], dtype=pl.Int64))
    programs = tariffs.programs(frame["plan_version"])
    return dividing.with_energy(frame, readings=_as_frame(reading, frame), programs=programs)


def _row(bill: values.Bill, part: queries.PartInputs, known: _Known) -> dict[str, Any]:
    known_on = known.on
    if known_on is not None and known.today is not None and known_on >= known.today:
        published = queries.values_of_today(published_id=part.published_id)
    else:
        published = queries.published_values(published_id=part.published_id, known_on=known_on)
    if published is None:
        raise NothingKept(_("The published values of this bill are not kept: it is older than their keeping."))
    version = part.plan_version_id
    if known_on is not None:
        version = _version_known(part, known_on)
    return {
        "segment": part.segment,
        "plan_version": version,
        "area": published["area"],
        "voltage": published["voltage"],
        "capacity_milli": part.capacity_milli,
        "period_start": part.period_start,
        "period_end": part.period_end,
        "reading_start": part.reading_start,
        "reading_end": part.reading_end,
        "discounts": list(part.discounts),
        **json.loads(published["values"]),
        **part.inputs,
    }


def _version_known(part: queries.PartInputs, known_on: date) -> int:
    own = tariffs.version(version_id=part.plan_version_id)
    assert own is not None, "published versions stay"
    for one in tariffs.versions_of(plan_code=own.plan_code):
        known = one.published_at is None or timezone.localdate(one.published_at) <= known_on
        if known and one.valid_from <= part.period_start:
            return one.id
    raise NothingKept(_("No version of the plan was known on %(day)s.") % {"day": known_on})


def _as_frame(reading: metering_values.Reading, usage: pl.DataFrame) -> pl.DataFrame:
    """The reading as pricing looks it up for half-hours."""
    return pl.DataFrame(
        {
            "row_id": [_ROW],
            "reading_id": [reading.id],
            "area": [usage["area"][0]],
            "period_start": [reading.period.start],
            "period_end": [reading.period.end],
            "has_half_hours": [reading.half_hour_sum_dwh is not None],
            "half_hours_missing": [reading.half_hours_missing],
        }
    )


def _lines(bill_id: int, again: pl.DataFrame, language: str) -> list[values.ReplayLine]:
    """Stored and recomputed lines side by side: the first of a component with the first, the second with the second."""
    stored = _counted(queries.lines_frame(bill_ids=[bill_id]).iter_rows(named=True))
    fresh = _counted(again.iter_rows(named=True))
    words = queries.words([*stored.values(), *fresh.values()], language=language)
    found = []
    for key in sorted({*stored, *fresh}):
        was, now = stored.get(key), fresh.get(key)
        one = was or now
        assert one is not None, "the key is of one of them"
        same = was is not None and now is not None and all(was[name] == now[name] for name in _LINE)
        found.append(
            values.ReplayLine(
                text=words(one).text,
                stored=words(was).formula if was else "",
                again=words(now).formula if now else "",
                stored_e10=was["amount_e10"] if was else 0,
                again_e10=now["amount_e10"] if now else 0,
                same=same,
            )
        )
    return found


def _counted(rows: Any) -> dict[tuple[int, int, int], dict[str, Any]]:
    """Lines by how often their component came before (a part of the bill each), version and number."""
    seen: Counter[int] = Counter()
    found = {}
    for row in rows:
        component = row["component_no"]
        found[seen[component], row["plan_version"], component] = row
        seen[component] += 1
    return found


def _replay_charges(bill: values.Bill, known_on: date | None) -> values.Replay:
    """An invoice of charges alone: each charge by its source, and the tax over all of them once more."""
    extras = _extras(bill.id)
    total = sum(row["again_minor"] for row in extras)
    taxed = sum(row["again_minor"] for row in extras if row["taxed"])
    tax = abs(taxed) * bill.tax_rate_ppm // (1_000_000 + bill.tax_rate_ppm) * (1 if taxed > 0 else -1)
    totals = (values.ReplayTotal("total", bill.total_minor, total), values.ReplayTotal("tax", bill.tax_minor, tax))
    return values.Replay(
        bill_id=bill.id,
        invoice_number=bill.invoice_number,
        known_on=known_on,
        lines=tuple(_extra_lines(extras)),
        totals=totals,
        refusals=(),
        sources=(),
    )


def _extras(bill_id: int, *, deferred_minor: int = 0) -> list[dict[str, Any]]:
    """What stands beside the plan, with the amount that its source says now."""
    rows = queries.extra_rows(bill_id=bill_id)
    for row in rows:
        own = row["charge_id"] is None and row["code"] == queries.DEFERRED
        row["again_minor"] = -deferred_minor if own else _source_amount(row)
    return rows


def _source_amount(row: Mapping[str, Any]) -> int:
    if row["adjustment_id"] is not None:
        return queries.adjustment_amount(adjustment_id=row["adjustment_id"])
    charges = contracts.charges_of(contract_id=row["contract_id"])
    return next((one.amount_minor for one in charges if one.id == row["charge_id"]), 0)


def _extra_lines(extras: Sequence[Mapping[str, Any]]) -> list[values.ReplayLine]:
    return [
        values.ReplayLine(
            text=row["text"],
            stored=derivation.decimals(row["amount_minor"] * E10),
            again=derivation.decimals(row["again_minor"] * E10),
            stored_e10=row["amount_minor"] * E10,
            again_e10=row["again_minor"] * E10,
            same=row["amount_minor"] == row["again_minor"],
        )
        for row in extras
    ]


def _totals(
    bill: values.Bill, again: pl.DataFrame, extras: Sequence[Mapping[str, Any]], programs: Mapping[int, Any]
) -> tuple[values.ReplayTotal, ...]:
    if again.is_empty():
        return (values.ReplayTotal("total", bill.total_minor, None),)
    columns = {"row_id": pl.Int64, "amount_minor": pl.Int64, "taxed": pl.Boolean}
    beside = pl.DataFrame([(_ROW, row["again_minor"], row["taxed"]) for row in extras], schema=columns, orient="row")
    versioned = again.with_columns(plan_version=pl.lit(bill.plan_version_id, dtype=pl.Int64))
    plan = versioned["total_minor"][0]
    row = pricing_step.with_extras(versioned, beside, programs=programs).row(0, named=True)
    energy = values.ReplayTotal("energy", bill.energy_dwh, row["energy_dwh"])
    rerated = values.ReplayTotal("rerated", bill.rerated_minor, plan)
    if bill.kind is not values.BillKind.BILL:
        before = queries.billed_until(bill=bill)
        total = plan - before.rerated_minor
        one = partial(np.array, dtype=np.int64)
        tax = int(
            difference.tax_minor(
                rerated_minor=one([plan]),
                billed_minor=one([before.rerated_minor]),
                rate_ppm=one([bill.tax_rate_ppm]),
                billed_rate_ppm=one([before.tax_rate_ppm or bill.tax_rate_ppm]),
                policy=programs[bill.plan_version_id].rounding,
            )[0]
        )
        levy = row["levy_minor"] - before.levy_minor
    else:
        total, tax, levy = row["total_minor"], row["tax_minor"], row["levy_minor"]
    return (
        energy,
        rerated,
        values.ReplayTotal("total", bill.total_minor, total),
        values.ReplayTotal("tax", bill.tax_minor, tax),
        values.ReplayTotal("levy", bill.levy_minor, levy),
    )


def _sources(usage: pl.DataFrame, reading: metering_values.Reading) -> tuple[values.ReplaySource, ...]:
    """What it was priced from now: the reading, the versions, the published values."""
    kinds = {"energy_dwh": reading.energy_dwh, "revision": reading.revision, "recorded_at": reading.recorded_at}
    found = [values.ReplaySource("reading", str(reading.id), kinds)]
    for number in usage["plan_version"].unique(maintain_order=True):
        version = tariffs.version(version_id=number)
        if version is not None:
            facts = {"valid_from": version.valid_from, "sha256": version.sha256}
            found.append(values.ReplaySource("plan", version.plan_code, facts))
    names = [name for name in usage.columns if name.endswith("_micro")]
    for row in usage.select(*names).unique(maintain_order=True).iter_rows(named=True):
        told = {name: value for name, value in row.items() if value is not None}
        found.append(values.ReplaySource("published", "", told))
    return tuple(found)
