"""Price all rows of one program at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.exact import BoolArray, largest, to_multiple
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import ENERGY_LIMIT_DWH
from tomoshibi.rating.program import Program
from tomoshibi.rating.proration import LONGEST_RATIO_DAYS
from tomoshibi.rating.refusals import Refusal
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.sheet import MISSING, Group, Line, Sheet, Slot, Usage


@dataclass(frozen=True)
class Rated:
    """
    Lines and refusals of n rows.

    :param lines: one per slot of the program, in its order
    :param refusal: (n,) the first reason of each row, 0 where it is priced
    :param detail: rows per reason and detail
    """

    lines: tuple[Line, ...]
    refusal: npt.NDArray[np.int8]
    detail: Mapping[int, Mapping[str, BoolArray]]

    def sum_e10(self) -> Int64Array:
        """(n,) what the lines of each row come to [1e-10 currency]."""
        total = np.zeros(self.refusal.shape, dtype=np.int64)
        for line in self.lines:
            total = total + line.amount_e10
        return total

    def details(self, row: int) -> tuple[str, ...]:
        """What the reason of a refused row is about (names of missing values ...)."""
        return tuple(text for text, rows in self.detail.get(int(self.refusal[row]), {}).items() if text and rows[row])


def rate(program: Program, usage: Usage, *, whole: bool = True) -> Rated:
    """
    Price the rows of one program.

    :param usage: columns of n rows
    :param whole: ``False`` where rows are parts of bills: the caller rounds the energy and the levy once per bill
    :returns: lines per slot; refused rows have no lines
    """
    sane, refused = _examined(usage, step=program.quantity if whole else None)
    sheet = Sheet(sane, slots=program.slots, proration=program.proration, line=program.rounding.line)
    for reason, rows, detail in refused:
        sheet.refuse(rows, reason, detail)
    for component in program.components:
        component.charge(sheet)
    good = sheet.refusal == 0
    everything_good = bool(good.all())
    lines = []
    running: dict[str, Int64Array] = {}
    for slot in program.slots:
        line = sheet.lines.get(slot.code) or _no_line(usage.rows)
        amount = line.amount_e10
        if whole and slot.group is Group.LEVY:
            amount = _levy_share(amount, slot, running, program.rounding.levy)
        if not everything_good:
            line = replace(line, present=line.present & good)
            amount = np.where(good, amount, np.int64(0))
        lines.append(replace(line, amount_e10=amount))
    return Rated(lines=tuple(lines), refusal=sheet.refusal, detail=sheet.detail)


def _levy_share(amount: Int64Array, slot: Slot, running: dict[str, Int64Array], step: Step) -> Int64Array:
    """A levy is rounded once over its lines (block and rest): each takes the difference of the rounded running sums."""
    before = running.get(slot.component, np.zeros_like(amount))
    after = running[slot.component] = before + amount
    rounded = to_multiple(after, unit=step.unit, rounding=step.rounding)
    return rounded - to_multiple(before, unit=step.unit, rounding=step.rounding)


def _no_line(rows: int) -> Line:
    none = np.zeros(rows, dtype=np.int64)
    one = np.ones(rows, dtype=np.int64)
    return Line(none, none, one, one, none, np.zeros(rows, dtype=np.bool_))


def _examined(usage: Usage, *, step: Step | None) -> tuple[Usage, list[tuple[Refusal, BoolArray, str]]]:
    """Rows as the components may rely on them: refused ones hold harmless numbers."""
    energy, whole = usage.energy_dwh, usage.bill_energy_dwh
    refused = [
        (Refusal.NO_ENERGY, (energy == MISSING) | (whole == MISSING), ""),
        (Refusal.NEGATIVE_ENERGY, (energy < 0) & (energy != MISSING), ""),
        (Refusal.TOO_LARGE, energy > ENERGY_LIMIT_DWH, "energy"),
        (
            Refusal.BAD_PERIOD,
            (usage.ratio_num <= 0)
            | (usage.ratio_den <= 0)
            | (usage.ratio_num > LONGEST_RATIO_DAYS)
            | (usage.ratio_den > LONGEST_RATIO_DAYS),
            "",
        ),
    ]
    refused = [entry for entry in refused if entry[1].any()]
    if refused:
        bad = np.logical_or.reduce([rows for _, rows, _ in refused])
        energy, whole = np.where(bad, np.int64(0), energy), np.where(bad, np.int64(0), whole)
        one = np.int64(1)
        usage = replace(
            usage,
            ratio_num=np.where(bad, one, usage.ratio_num),
            ratio_den=np.where(bad, one, usage.ratio_den),
        )
    if step is not None:
        energy = to_multiple(energy, unit=step.unit, rounding=step.rounding)
        whole = to_multiple(whole, unit=step.unit, rounding=step.rounding)
    assert largest(energy) <= 2 * ENERGY_LIMIT_DWH, "energy is bounded before it is priced"
    return replace(usage, energy_dwh=energy, bill_energy_dwh=whole), refused
