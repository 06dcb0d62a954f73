"""Row kernels on all processors: compiled kernels hold no lock, and rows know nothing of each other."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

ROWS_AT_ONCE = 2_048
"""What a kernel is given at once: a block of half-hours of so many rows may be copied without asking for memory."""


def over_rows(kernel: Callable[[slice], None], *, rows: int) -> None:
    """
    Run a kernel over the rows of a block, stretch by stretch, on all processors.

    :param kernel: takes a slice of rows and writes the results of those only
    """
    stretches = [slice(start, min(start + ROWS_AT_ONCE, rows)) for start in range(0, rows, ROWS_AT_ONCE)]
    processors = min(len(os.sched_getaffinity(0)), len(stretches))
    if processors < 2:  # noqa: PLR2004 - one needs nobody beside it
        for stretch in stretches:
            kernel(stretch)
        return
    with ThreadPoolExecutor(processors) as pool:
        list(pool.map(kernel, stretches))
