"""Energy at one price, or at one price per season (夏季・その他季)."""

from dataclasses import dataclass

from tomoshibi.rating.sheet import Group, Sheet, Slot, Unit


@dataclass(frozen=True)
class Flat:
    """All energy at one price."""

    code: str
    price_micro: int

    def slots(self) -> tuple[Slot, ...]:
        return (Slot(self.code, self.code, Unit.KWH, Group.ENERGY),)

    def values(self) -> tuple[str, ...]:
        return ()

    def charge(self, sheet: Sheet) -> None:
        sheet.charge(self.code, quantity=sheet.usage.energy_dwh, price_micro=self.price_micro)
