"""Late interest and cancellation fees."""

import numpy as np
import pytest

from tomoshibi.rating.fees import CancellationTerm, cancellation_fee_minor, late_interest_minor


@pytest.mark.parametrize(
    ("owed", "days", "interest"),
    [
        (10_000, 365, 1_000),
        (10_000, 30, 82),  # 82.19
        (13_928, 12, 45),  # 45.79
        (10_000, 0, 0),
        (10_000, -3, 0),
        (10**12, 3_650, 10**12),
    ],
)
def test_late_interest_of_ten_per_cent_a_year(owed, days, interest):
    assert late_interest_minor(np.array([owed]), np.array([days]), rate_ppm=100_000).tolist() == [interest]


FIRST_YEAR = CancellationTerm(within_months=12, billed_ppm=200_000)
NOTICE = CancellationTerm(notice_days=90)


@pytest.mark.parametrize(
    ("terms", "months", "notice", "fee"),
    [
        # lespower.co.jp: 20 % of everything billed within the first year; a year's bill x missing days / 365
        ([FIRST_YEAR, NOTICE], 6, 90, 60_000),
        ([FIRST_YEAR, NOTICE], 12, 60, 49_315),  # 600,000 x 30 / 365
        ([FIRST_YEAR, NOTICE], 6, 60, 109_315),
        ([FIRST_YEAR, NOTICE], 12, 120, 0),
        ([CancellationTerm(flat_minor=2_200)], 30, 0, 2_200),
        ([], 1, 0, 0),
    ],
)
def test_cancellation_fee(terms, months, notice, fee):
    found = cancellation_fee_minor(
        terms, months_run=months, billed_minor=300_000, year_minor=600_000, notice_days=notice
    )
    assert found == fee
