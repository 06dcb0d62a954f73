"""A month of half-hours reduced to energy per band and tier, the tiers filled in the order of time."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tomoshibi.kernel.exact import BoolArray
from tomoshibi.kernel.halfhours import Int32Array
from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.rating.halfhours import band_sums

ROWS_AT_ONCE = 4_000
"""Running sums are as large as 12 bytes a half-hour; memory is bounded by this."""


def tier_band_sums(
    values_dwh: Int32Array, bands: npt.NDArray[np.uint8], *, band_count: int, edges_dwh: Sequence[Int64Array]
) -> tuple[Int64Array, BoolArray]:
    """
    Energy per point, band and tier.

    :param values_dwh: (n, slots) [0.1 Wh]; below zero is missing
    :param bands: (slots,) band of each slot
    :param edges_dwh: where the tiers end but for the last, (n,) each, ascending [0.1 Wh]
    :returns: (n, band_count, tiers) [0.1 Wh], and (n,) whether each row is complete
    """
    rows = values_dwh.shape[0]
    cells = np.zeros((rows, band_count, len(edges_dwh) + 1), dtype=np.int64)
    complete = np.ones(rows, dtype=np.bool_)
    for start in range(0, rows, ROWS_AT_ONCE):
        block = slice(start, min(start + ROWS_AT_ONCE, rows))
        own = values_dwh[block]
        sums, complete[block] = band_sums(own, bands, band_count=band_count)
        running = np.cumsum(np.maximum(own, 0), axis=1, dtype=np.int64)
        below = np.zeros_like(sums)
        for tier, edge in enumerate(edges_dwh):
            under = np.diff(np.minimum(running, edge[block, None]), axis=1, prepend=np.int64(0))
            reached, _ = band_sums(under.astype(np.int32), bands, band_count=band_count)
            cells[block, :, tier] = reached - below
            below = reached
        cells[block, :, -1] = sums - below
    cells[~complete] = 0
    return cells, complete
