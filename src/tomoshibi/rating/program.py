"""A plan version as the engine sees it: components in their order, and the rules around them."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Protocol, runtime_checkable

from tomoshibi.rating.band_tiers import BandTiers
from tomoshibi.rating.bands import Bands
from tomoshibi.rating.deferral import Deferral
from tomoshibi.rating.devices import Devices
from tomoshibi.rating.fees import CancellationTerm, LateInterest
from tomoshibi.rating.market_average import MarketAverage
from tomoshibi.rating.market_linked import MarketLinked
from tomoshibi.rating.proration import Proration
from tomoshibi.rating.rounding_policy import RoundingPolicy, Step
from tomoshibi.rating.sheet import Group, Sheet, Slot


class Component(Protocol):
    """One price shape. It declares its lines and the published values it needs, and charges a sheet."""

    @property
    def code(self) -> str: ...

    def slots(self) -> tuple[Slot, ...]: ...

    def values(self) -> tuple[str, ...]: ...

    def charge(self, sheet: Sheet) -> None: ...


class Split(StrEnum):
    """How the energy of a bill is given to its parts (price, plan or size changed inside the period)."""

    HALF_HOURS = "half_hours"
    """By its half-hours; by days where there are none."""
    DAYS = "days"
    DAYS_X_SIZE = "days_x_size"
    """By days times the size of each part (kW, kVA)."""


@runtime_checkable
class TakesInputs(Protocol):
    """A component that prices by numbers of the usage frame besides energy and size."""

    def inputs(self) -> tuple[str, ...]:
        """Names of the columns it reads; what they count stands at the end: ``demand_milli``, ``outage_days``."""
        ...


@runtime_checkable
class TakesCodes(Protocol):
    """A component that looks at the codes that contracts carry."""

    def codes(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Program:
    """
    What a plan version compiles to; hashable, comparable, without any reference to the outside.

    :param quantity: rounding of the bill's energy before anything is priced [0.1 Wh]; ``None``: as measured
    :param tax_included: whether prices contain the consumption tax
    :param split: how a bill's energy goes to its parts where something changes inside the period
    :param cancellation: clauses of what leaving costs
    :param late_interest: what money that comes late costs; nothing where it is not stated
    :param deferral: what of a dear month is paid later; nothing where it is not stated
    """

    components: tuple[Component, ...]
    rounding: RoundingPolicy = field(default_factory=RoundingPolicy)
    proration: Proration = field(default_factory=Proration)
    quantity: Step | None = None
    tax_included: bool = True
    split: Split = Split.DAYS
    cancellation: tuple[CancellationTerm, ...] = ()
    late_interest: LateInterest | None = None
    deferral: Deferral | None = None

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """Line meanings; a line's number is its place here, counted from 1."""
        found = tuple(slot for component in self.components for slot in component.slots())
        assert len({slot.code for slot in found}) == len(found), "line codes are unique in a program"
        return found

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Names of the published values that pricing needs."""
        return tuple(dict.fromkeys(name for component in self.components for name in component.values()))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the usage columns that components price by, besides energy, size and published values."""
        found = (c.inputs() for c in self.components if isinstance(c, TakesInputs))
        return tuple(dict.fromkeys(name for names in found for name in names))

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The discount codes that components look at."""
        found = (c.codes() for c in self.components if isinstance(c, TakesCodes))
        return tuple(dict.fromkeys(code for codes in found for code in codes if code))

    @cached_property
    def bands(self) -> tuple[Bands | BandTiers, ...]:
        """Components that need band energies, or half-hours to make them from."""
        return tuple(component for component in self.components if isinstance(component, Bands | BandTiers))

    @cached_property
    def market_linked(self) -> tuple[MarketLinked, ...]:
        return tuple(component for component in self.components if isinstance(component, MarketLinked))

    @cached_property
    def market_averages(self) -> tuple[MarketAverage, ...]:
        return tuple(component for component in self.components if isinstance(component, MarketAverage))

    @property
    def unmetered(self) -> bool:
        """Whether devices are priced and no energy: a contract on the plan needs no meter."""
        groups = {slot.group for slot in self.slots}
        return any(isinstance(c, Devices) for c in self.components) and Group.ENERGY not in groups

    @property
    def needs_half_hours(self) -> bool:
        """Whether bills are priced from half-hours, not from their sum alone."""
        return bool(self.bands or self.market_linked)
