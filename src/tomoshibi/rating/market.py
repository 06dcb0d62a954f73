"""Market and procurement adjustment units (市場価格調整・電源調達調整費)."""

from tomoshibi.kernel.rounding import Rounding, divide
from tomoshibi.kernel.units import MICRO

SEN_MICRO = MICRO // 100


def loss_adjusted_unit(
    *,
    average_micro: int,
    base_micro: int,
    loss_ppm: int,
    tax_ppm: int,
    unit_micro: int = SEN_MICRO,
    rounding: Rounding = Rounding.HALF_UP,
) -> int:
    """
    ``(average - base) / (1 - loss) x (1 + tax)``, rounded.

    :param average_micro: average area price without tax [1e-6 currency/kWh]
    :param base_micro: the price above (surcharge) or below (refund) which the adjustment starts
    :param loss_ppm: loss rate of the area [1e-6]
    :param unit_micro: rounded to multiples of this
    :returns: unit [1e-6 currency/kWh]
    """
    assert 0 <= loss_ppm < MICRO, "not everything can be lost"
    numerator = (average_micro - base_micro) * (MICRO + tax_ppm)
    return divide(numerator, (MICRO - loss_ppm) * unit_micro, rounding=rounding) * unit_micro


def threshold_unit(*, average_micro: int, threshold_micro: int) -> int:
    """``average - threshold`` with the decimals it has (電源調達調整費)."""
    return average_micro - threshold_micro
