"""The tax of a correcting document: of the difference to what was billed, or between two rates."""

import numpy as np

from tomoshibi.kernel.rounding import Int64Array
from tomoshibi.kernel.units import MICRO
from tomoshibi.rating import totals
from tomoshibi.rating.rounding_policy import RoundingPolicy


def tax_minor(
    *,
    rerated_minor: Int64Array,
    billed_minor: Int64Array,
    rate_ppm: Int64Array,
    billed_rate_ppm: Int64Array,
    policy: RoundingPolicy,
) -> Int64Array:
    """
    The tax in the difference of totals that contain it.

    At the same rate the difference is an invoice of its own: its tax is rounded once on it, towards zero, so that a return
    mirrors a bill. At another rate the whole supply is taxed anew: a plan whose prices contain the tax then owes the same
    total with another tax in it, and its customer needs a document that says so (修正した適格請求書).

    :param rerated_minor: (n,) what today's facts come to, tax included
    :param billed_minor: (n,) what the documents before came to
    :param rate_ppm: (n,) today's rate of tax [1e-6], ``billed_rate_ppm`` that of the last document
    """
    difference = rerated_minor - billed_minor
    own = np.abs(difference) * rate_ppm // (rate_ppm + np.int64(MICRO)) * np.sign(difference)
    now = totals.included_tax(rerated_minor, rate_ppm=rate_ppm, policy=policy)
    before = totals.included_tax(billed_minor, rate_ppm=billed_rate_ppm, policy=policy)
    return np.where(rate_ppm == billed_rate_ppm, own, now - before)
