"""One delivered quantity, several sources behind the meter (仕分): the parts always add up to the whole."""

from collections.abc import Sequence
from itertools import accumulate


class NothingToGoBy(ValueError):
    """All weights are zero while there is energy."""


class MoreThanGenerated(ValueError):
    """More was delivered than the sources generated."""


def by_weights(total_dwh: int, *, weights: Sequence[int], unit_dwh: int = 1) -> tuple[int, ...]:
    """
    Shares by fixed ratio (rated outputs) or by the sources' own meters.

    Each takes the difference of the rounded-down running sums, so the last one takes what is left.

    :param total_dwh: delivered energy, a multiple of ``unit_dwh`` [0.1 Wh]
    :param weights: one per source, none below zero
    :param unit_dwh: shares are multiples of this [0.1 Wh]
    :raises NothingToGoBy: if all weights are zero while there is energy
    """
    assert total_dwh >= 0, "delivered energy is not negative"
    assert total_dwh % unit_dwh == 0, "the whole is rounded before it is shared"
    assert all(weight >= 0 for weight in weights), "a weight is not negative"
    whole = sum(weights)
    if not whole:
        if total_dwh:
            raise NothingToGoBy
        return (0,) * len(weights)
    units = total_dwh // unit_dwh
    edges = [units * weight // whole for weight in accumulate(weights)]
    return tuple((edge - before) * unit_dwh for before, edge in zip([0, *edges], edges, strict=False))


def by_priority(total_dwh: int, *, generated_dwh: Sequence[int], unit_dwh: int = 1) -> tuple[int, ...]:
    """
    Shares by rank: each source gives what it generated until nothing is left; the last takes what its units leave over.

    :param generated_dwh: of each source in the order of rank [0.1 Wh]
    :raises MoreThanGenerated: if the sources together generated less than was delivered, by a unit or more
    """
    assert total_dwh >= 0, "delivered energy is not negative"
    assert all(own >= 0 for own in generated_dwh), "generation is not negative"
    rest, shares = total_dwh, []
    for own in generated_dwh:
        taken = min(rest, own // unit_dwh * unit_dwh)
        shares.append(taken)
        rest -= taken
    if rest:
        if total_dwh - sum(generated_dwh) >= unit_dwh:
            raise MoreThanGenerated
        shares[-1] += rest
    return tuple(shares)
