"""What a bill under examination is held against: the month before, and the same month of the year before."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.billing import queries
from tomoshibi.kernel.periods import Month
from tomoshibi.metering import queries as metering


@dataclass(frozen=True)
class Beside:
    """One month: what was used, and what was billed for it; None where that month had none."""

    label: str
    energy_dwh: int | None = None
    total_minor: int | None = None
    period_start: date | None = None
    last_day: date | None = None


def months(*, contract: Any, month: int) -> list[Beside]:
    """The month before and a year before; a month without a bill, such as one taken over, shows its confirmed value."""
    now = Month.from_number(month)
    wanted = [(_("The month before"), now.plus(-1)), (_("A year ago"), now.plus(-12))]
    history = metering.history_frame(last_month=now.plus(-1), months=12, supply_point_ids=[contract.supply_point_id])
    found = []
    for label, one in wanted:
        bill = queries.bill_of_month(contract_id=contract.id, month=one.number)
        if bill is not None:
            found.append(Beside(label, bill.energy_dwh, bill.total_minor, bill.period_start, bill.last_day))
            continue
        rows = [
            (start, end, energy)
            for number, start, end, energy in history.select(
                "month", "period_start", "period_end", "energy_dwh"
            ).iter_rows()
            if number == one.number and start >= contract.start
        ]
        if rows:
            last = max(end for _start, end, _energy in rows) - timedelta(days=1)
            energy = sum(energy for _start, _end, energy in rows)
            found.append(Beside(label, energy, None, min(start for start, _end, _energy in rows), last))
        else:
            found.append(Beside(label))
    return found
