"""Market adjustment by an average (市場価格調整): what the average price of a window lies above or below a dead band."""

from dataclasses import dataclass

from tomoshibi.kernel.rounding import divide
from tomoshibi.kernel.units import MICRO
from tomoshibi.rating.market_linked import Market
from tomoshibi.rating.rounding_policy import Step
from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class Edge:
    """A day of the calendar month that lies so many months before the month of the bill."""

    months_before: int
    day: int


@dataclass(frozen=True)
class MarketAverage:
    """
    ``round((average - base) x (1 + tax) / (1 - loss))`` per kWh; nothing while the average lies in the dead band.

    The base is ``above_micro`` where the average passes it (a surcharge), ``below_micro`` where it falls short of it (a
    refund).

    :param start: first day of the window whose prices are averaged
    :param end: the day after its last
    """

    code: str
    market: Market
    start: Edge
    end: Edge
    below_micro: int
    above_micro: int
    loss_ppm: tuple[tuple[str, int], ...]
    tax_ppm: int
    step: Step

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.KWH, Group.MONTHLY),)

    def values(self) -> tuple[str, ...]:
        return (self.code,)

    def unit(self, *, total_micro: int, count: int, area: str) -> int | None:
        """
        The unit of a month at an area; nothing where the plan names no loss rate for it.

        :param total_micro: sum of the window's prices [1e-6 currency/kWh]
        :param count: how many prices that is
        """
        loss = dict(self.loss_ppm).get(area, dict(self.loss_ppm).get("*"))
        if loss is None:
            return None
        base = self.above_micro if total_micro > self.above_micro * count else self.below_micro
        if self.below_micro * count <= total_micro <= self.above_micro * count:
            return 0
        numerator = (total_micro - base * count) * (MICRO + self.tax_ppm)
        denominator = count * (MICRO - loss) * self.step.unit
        return divide(numerator, denominator, rounding=self.step.rounding) * self.step.unit

    def charge(self, sheet: Sheet) -> None:
        unit = sheet.value(self.code)
        energy = sheet.usage.energy_dwh
        sheet.charge(self.code, quantity=energy, price_micro=unit, present=(unit != 0) & (energy != 0))
