"""Agreed quantities (協定値): where the meter has no value, the grid company and we agree on one."""

from datetime import date, datetime

import polars as pl
from django.utils.translation import gettext as _

from tomoshibi.identity import operations as identity
from tomoshibi.kernel.periods import Month, Period
from tomoshibi.metering import values, versions
from tomoshibi.metering.models import AgreedQuantity
from tomoshibi.metering.operations.watching import close_filled_gaps
from tomoshibi.metering.queries.gaps import to_agreed
from tomoshibi.metering.values import RowCode
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker


class AlreadyConfirmed(ValueError):
    """A confirmed value stands on these days; a quantity is agreed only where there is none."""


class NotANewQuantity(ValueError):
    """The same quantity is agreed already."""


@db.transaction_required
def enter_agreed(
    *,
    supply_point_id: int,
    spin: str,
    month: Month,
    period: Period,
    energy_dwh: int,
    basis: values.AgreedBasis,
    agreed_by: str,
    agreed_on: date,
    reason: str = "",
    evidence_id: int | None = None,
    now: datetime,
    actor_id: int | None = None,
) -> values.Agreed:
    """
    Enter a quantity that was agreed; it stands until the grid company provides a value.

    :param energy_dwh: the agreed use of the whole period [0.1 Wh], not negative
    :param agreed_by: who agreed for the grid company
    :param evidence_id: the stored file that shows the agreement
    :raises AlreadyConfirmed: if a confirmed value stands on these days
    :raises NotANewQuantity: if this quantity is agreed already
    """
    assert energy_dwh >= 0, "forms refuse negative quantities"
    outcome = versions.write(
        _as_version(supply_point_id, spin, month, period, energy_dwh),
        kind=values.ReadingKind.SUPPLY,
        file_id=None,
        revision=0,
        version_rank=0,
        agreed=True,
        recorded_at=now,
    )
    code, reading_id, had_quantity = outcome.select("code", "reading_id", "had_quantity").row(0)
    if code == RowCode.UNCHANGED:
        raise NotANewQuantity(_("the same quantity stands for these days already"))
    if reading_id is None:
        raise AlreadyConfirmed(_("a confirmed value stands on these days; no quantity can be agreed beside it"))
    row = AgreedQuantity.objects.create(
        reading_id=reading_id,
        supply_point_id=supply_point_id,
        basis=basis.value,
        reason=reason,
        agreed_by=agreed_by,
        agreed_on=agreed_on,
        evidence_id=evidence_id,
        entered_by_id=actor_id,
        entered_at=now,
    )
    close_filled_gaps(now=now, actor_id=actor_id)
    if had_quantity:
        worker.announce(values.ConfirmedValuesChanged(reading_ids=(reading_id,)))
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"agreed quantity {energy_dwh} [0.1 Wh] for {spin} {month}: {basis.value}, by {agreed_by} on {agreed_on}",
        at=now,
        subject=f"metering.reading:{reading_id}",
        actor_id=actor_id,
    )
    return to_agreed(AgreedQuantity.objects.select_related("reading").get(id=row.id))


def _as_version(supply_point_id: int, spin: str, month: Month, period: Period, energy_dwh: int) -> pl.DataFrame:
    row = {
        "row_number": 0,
        "supply_point_id": supply_point_id,
        "spin": spin,
        "month": month.number,
        "split_code": values.NORMAL_SPLIT,
        "period_start": period.start,
        "period_end": period.end,
        "provided": True,
        "energy_dwh": energy_dwh,
        "half_hours_missing": 0,
        "notes": "",
    }
    return pl.DataFrame([{name: row.get(name) for name in versions.PREPARED}], schema=dict(versions.PREPARED))
