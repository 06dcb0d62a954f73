"""
The price shapes that a plan document may be made of: one file each, and this one table.

To add a shape: its arithmetic in ``rating/<shape>.py``, its document form in ``shapes/<shape>.py``, one row here, the same
rule once more in ``tests/rating/reference.py``, and a test table ``tests/rating/shapes/test_<shape>.py``.
"""

from collections.abc import Mapping

from tomoshibi.tariffs.shapes import (
    band_tiers,
    bands,
    basic,
    devices,
    discounts,
    excess_demand,
    flat,
    market_average,
    market_linked,
    minimum_charge,
    monthly_minimum,
    published_monthly,
    published_per_kwh,
    purchase,
    season_tiers,
    seasons,
    tiers,
)
from tomoshibi.tariffs.shapes.shape import Shape

SHAPES: Mapping[str, Shape] = {
    shape.kind: shape
    for shape in (
        basic.SHAPE,
        excess_demand.SHAPE,
        minimum_charge.SHAPE,
        tiers.SHAPE,
        flat.SHAPE,
        seasons.SHAPE,
        season_tiers.SHAPE,
        bands.SHAPE,
        band_tiers.SHAPE,
        market_linked.SHAPE,
        market_average.SHAPE,
        purchase.SHAPE,
        *published_per_kwh.SHAPES.values(),
        published_monthly.SHAPE,
        monthly_minimum.SHAPE,
        *devices.SHAPES.values(),
        *discounts.SHAPES.values(),
    )
}
