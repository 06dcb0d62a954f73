"""What a study changes: tax, levy, fuel, prices, plans. A scenario is values only; ``studying`` makes a world of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

PPM = 1_000_000


@dataclass(frozen=True)
class Scenario:
    """
    Changes that hold in every month studied; what is None or empty stays as it is.

    :param tax_rate_ppm: another consumption tax
    :param carry_tax_over: prices follow the tax (their net part stays), cut off to their decimals
    :param levy_micro: another renewable levy [1e-6 yen/kWh]
    :param fuel_shift_micro: added to every fuel adjustment unit [1e-6 yen/kWh]
    :param fuel_base_price_yen: another base price of the fuel formula [yen/kl]
    :param fuel_base_unit_micro: another base unit of the fuel formula [1e-6 yen/kWh per 1,000 yen/kl]
    :param price_change_ppm: all prices of the plans concerned, by so much [1e-6]
    :param price_plan: the one plan whose prices change; all where it is empty
    :param spot_year: spot prices of the same days of that year, in the place of those that came
    :param moves: contracts of one plan as if they were on another
    :param documents: one-version documents in place of what is published for their plan
    :param documents_named: what the documents are, for people: ``draft 3``, ``proposal 7``
    :param from_their_day: documents price only periods that begin on their first day or later
    """

    tax_rate_ppm: int | None = None
    carry_tax_over: bool = False
    levy_micro: int | None = None
    fuel_shift_micro: int = 0
    fuel_base_price_yen: int | None = None
    fuel_base_unit_micro: int | None = None
    price_change_ppm: int = 0
    price_plan: str = ""
    spot_year: int | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[Mapping[str, Any], ...] = ()
    documents_named: tuple[str, ...] = ()
    from_their_day: bool = False

    def as_json(self) -> dict[str, Any]:
        """Only what is changed."""
        return {name: value for name, value in asdict(self).items() if value != getattr(NOTHING, name)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Scenario":
        listed = {name: tuple(stored[name]) for name in ("documents", "documents_named") if name in stored}
        return cls(**(dict(stored) | listed))

    @property
    def changes_fuel(self) -> bool:
        formula = (self.fuel_base_price_yen, self.fuel_base_unit_micro)
        return bool(self.fuel_shift_micro) or formula != (None, None)

    @property
    def procedures(self) -> tuple[str, ...]:
        """The procedures whose question this is."""
        found = [
            procedure
            for procedure, changed in (
                ("MS10", self.tax_rate_ppm is not None),
                ("MS1", self.levy_micro is not None),
                ("MS2", self.changes_fuel or self.spot_year is not None),
                ("RB1", self.price_change_ppm or self.moves or self.documents),
            )
            if changed
        ]
        return tuple(found) or ("RB1",)


NOTHING = Scenario()
