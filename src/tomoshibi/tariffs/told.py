"""
What is told of a prospect besides use: the numbers that a contract's terms, its measurements or its months would bring to a
bill (``billing.operations.numbers``), by the same names, so that a quote is priced from what the bill will be priced from.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import DWH_PER_KWH, plain
from tomoshibi.rating.conditions import CONTRACT_MONTH, CUSTOMER_CONTRACTS
from tomoshibi.tariffs.loads import Load, typed_energies, typed_numbers

OUTAGE_DAYS = "outage_days"


class UnreadableNumbers(ValueError):
    """Numbers that are told by month and are not one for all months nor one for each."""


class UnreadableRegisters(ValueError):
    """Energies of rate registers that are not one for each month, or do not add up to the use."""


def given(
    loads: Sequence[Load],
    *,
    numbers: Mapping[str, int | None],
    outage_days: str = "",
    contract_month: int | None = None,
) -> list[Load]:
    """
    Loads with what was told of them.

    :param numbers: the same in every month, by the names of ``Program.inputs``; what is empty is left out
    :param outage_days: days of outage: one for all months, or one for each, oldest first
    :param contract_month: the how-manieth month of the contract the oldest month is; the others count on from it
    :raises UnreadableNumbers: naming what does not fit
    """
    found = sorted(loads, key=lambda load: load.month)
    same = {name: value for name, value in numbers.items() if value is not None}
    days = _by_month(outage_days, found)
    told = []
    for load, out in zip(found, days, strict=True):
        own = dict(same)
        if out is not None:
            own[OUTAGE_DAYS] = out
        if contract_month is not None:
            own[CONTRACT_MONTH] = contract_month + load.month.since(found[0].month)
        told.append(replace(load, numbers={**load.numbers, **own}))
    return told


def of_newcomer(loads: Sequence[Load]) -> list[Load]:
    """Loads of somebody who comes new: the oldest month is the first of the contract, and no other contract stands beside."""
    return given(loads, numbers={CUSTOMER_CONTRACTS: 1}, contract_month=1)


def _by_month(text: str, loads: Sequence[Load]) -> list[int | None]:
    """Days of outage of each month: none is told where there is none, as on a bill."""
    typed = typed_numbers(text)
    if not typed:
        return [None] * len(loads)
    if len(typed) not in {1, len(loads)}:
        wrong = _("There are %(n)d numbers for %(months)d months; one is wanted for each, or one for all.")
        raise UnreadableNumbers(wrong % {"n": len(typed), "months": len(loads)})
    of_months = typed * len(loads) if len(typed) == 1 else typed
    found: list[int | None] = []
    for one, load in zip(of_months, loads, strict=True):
        if not re.fullmatch(r"\d{1,4}", one) or int(one) > load.period.days:
            wrong = _("%(text)s is no number of days in %(month)s, which has %(days)d")
            used = Month.of(load.period.start)
            raise UnreadableNumbers(wrong % {"text": one, "month": used, "days": load.period.days})
        found.append(int(one) or None)
    return found


def by_register(
    registers: Mapping[str, str], *, labels: Mapping[str, str], months: Sequence[Month], loads: Sequence[Load] | None
) -> list[Load]:
    """
    Loads with the energies of a meter's rate registers, which plans by time of use take as they are.

    :param registers: by the names of bands (``peak``): one value for each month, oldest first [kWh]
    :param labels: what people call the registers
    :param loads: the use of the months where it was told, too; otherwise it is what the registers add up to
    :raises UnreadableRegisters: naming the register, or the month whose registers do not add up
    """
    energies = {name: _energies(labels[name], text, months) for name, text in registers.items()}
    found = []
    for number, month in enumerate(months):
        own = {f"band_{name}_dwh": values[number] for name, values in energies.items()}
        whole = sum(own.values())
        load = loads[number] if loads is not None else Load(month, month.plus(-1).period, whole)
        if load.energy_dwh != whole:
            wrong = _("%(month)s: the registers add up to %(sum)s kWh, the use of the month is %(use)s kWh")
            said = {"sum": plain(whole, scale=DWH_PER_KWH), "use": plain(load.energy_dwh, scale=DWH_PER_KWH)}
            raise UnreadableRegisters(wrong % {"month": month, **said})
        found.append(replace(load, numbers={**load.numbers, **own}))
    return found


def _energies(label: str, text: str, months: Sequence[Month]) -> list[int]:
    found = typed_energies(text, refused=UnreadableRegisters)
    if len(found) != len(months):
        wrong = _("%(register)s: there are %(n)d values; one is wanted for each of the %(months)d months.")
        raise UnreadableRegisters(wrong % {"register": label, "n": len(found), "months": len(months)})
    return found
