"""What the total of a bill is made of, without its tax: the amounts that the ledger takes by kind."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from tomoshibi.kernel.exact import share
from tomoshibi.kernel.rounding import Int64Array, Rounding, divide_columns
from tomoshibi.kernel.units import MICRO
from tomoshibi.rating.program import Program
from tomoshibi.rating.sheet import Group

KIND_OF = {
    Group.BASIC: "basic",
    Group.FUEL: "fuel",
    Group.DISCOUNT: "discount",
    Group.SUBSIDY: "subsidy",
    Group.LEVY: "levy",
    Group.ENERGY: "energy",
}
"""Lines of other groups (published monthly amounts and the like) are ``other``."""
OTHER, ENERGY = "other", "energy"
KINDS = ("basic", "fuel", OTHER, "discount", "subsidy", "levy")
"""Kept with the bill. Energy is what the others leave, so that the kinds always add up to the total."""
NET = tuple(f"{kind}_net_minor" for kind in KINDS)
_FINE = 1_000
"""A kind is divided by the tax in thousandths of the smallest unit, and cut off once."""


def exact_e10(kind: str = "kind", amount: str = "amount_e10") -> list[pl.Expr]:
    """
    The amount of a line in the column of its kind, 0 in the others: ``<kind>_e10`` for every kind and for energy, to be
    summed per bill [1e-10 currency].

    :param kind: a column of ``KINDS`` or ``ENERGY``
    """
    return [
        pl.when(pl.col(kind) == one).then(pl.col(amount)).otherwise(0).alias(f"{one}_e10") for one in (*KINDS, ENERGY)
    ]


def without_tax(rows: pl.DataFrame, *, programs: Mapping[int, Program]) -> pl.DataFrame:
    """
    Turn the exact amounts of the kinds into whole ones without tax (``NET``), each cut off towards zero.

    What the cutting leaves goes to energy; where a bill has none, to the basic charge.

    :param rows: one per bill: ``plan_version``, ``tax_rate_ppm``, ``plan_net_minor`` (all lines without tax), ``*_e10``
    :returns: the rows with ``NET`` instead of ``*_e10`` and ``plan_net_minor``
    """
    version = rows["plan_version"].to_numpy()
    rate = rows["tax_rate_ppm"].to_numpy()
    found = {kind: np.zeros(rows.height, dtype=np.int64) for kind in KINDS}
    for number in np.unique(version):
        mine, program = version == number, programs[int(number)]
        for kind in KINDS:
            exact = rows[f"{kind}_e10"].to_numpy()[mine]
            found[kind][mine] = _net(exact, rate[mine], program)
    without_energy = rows["energy_e10"].to_numpy() == 0
    rest = rows["plan_net_minor"].to_numpy() - sum(found[kind] for kind in KINDS)
    found["basic"] = np.where(without_energy & (found["basic"] != 0), found["basic"] + rest, found["basic"])
    return rows.drop("plan_net_minor", *(f"{kind}_e10" for kind in (*KINDS, ENERGY))).with_columns(
        pl.Series(name, found[kind]) for name, kind in zip(NET, KINDS, strict=True)
    )


def _net(exact_e10: Int64Array, rate_ppm: Int64Array, program: Program) -> Int64Array:
    minor_e10 = program.rounding.minor_e10
    if not program.tax_included:
        return divide_columns(exact_e10, minor_e10, rounding=Rounding.TRUNCATE)
    fine = divide_columns(exact_e10, minor_e10 // _FINE, rounding=Rounding.TRUNCATE)
    return share(fine, MICRO, rate_ppm + np.int64(MICRO), unit=_FINE, rounding=Rounding.TRUNCATE) // _FINE
