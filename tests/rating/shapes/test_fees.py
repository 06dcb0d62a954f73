"""Late interest and cancellation fees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rating import reference
from tests.rating.shapes.one_bill import complaints, document
from tomoshibi.rating.fees import (
    CancellationTerm,
    cancellation_fee_minor,
    late_interest_by_rule,
    late_interest_minor,
)
from tomoshibi.tariffs import fees, lint


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
        ([CancellationTerm(within_months=24, per_month_left_minor=550)], 6, 0, 9_900),
        ([CancellationTerm(within_months=24, per_month_left_minor=550)], 24, 0, 0),
        ([CancellationTerm(within_months=24, per_month_left_minor=550, renews=True)], 24, 0, 13_200),
        ([], 1, 0, 0),
    ],
)
def test_cancellation_fee(terms, months, notice, fee):
    found = cancellation_fee_minor(
        terms, months_run=months, billed_minor=300_000, year_minor=600_000, notice_days=notice
    )
    assert found == fee


def price(low, high):
    return st.integers(low, high).map(lambda amount: {"amount": str(amount), "source": "made"})


CLAUSE = st.fixed_dictionaries(
    {"within_months": st.integers(1, 36), "renews": st.booleans()},
    optional={"flat": price(0, 9_900), "per_month_left": price(0, 5_000), "billed_percent": price(0, 100),
              "notice_days": st.integers(1, 120)},
)  # fmt: skip


@given(st.lists(CLAUSE, min_size=1, max_size=3), st.integers(0, 60), st.integers(0, 10**8), st.integers(0, 150))
def test_the_fee_agrees_with_the_reference(clauses, months, billed, notice):
    version = {"cancellation": clauses}
    terms = fees.of(version, minor_per_unit=1)["cancellation"]
    found = cancellation_fee_minor(
        terms, months_run=months, billed_minor=billed, year_minor=billed // 2, notice_days=notice
    )
    given_to = {"months_run": months, "billed": billed, "year": billed // 2, "notice": notice}
    assert found == reference.cancellation({"versions": [version]}, **given_to)


@given(st.integers(0, 10**9), st.integers(-5, 400), st.integers(1, 20), st.integers(0, 30), st.integers(1, 100))
def test_interest_by_a_rule_agrees_with_the_reference(owed, days, percent, grace, minimum):
    told = {"percent": {"amount": percent}, "grace_days": grace, "minimum": minimum}
    rule = fees.of({"late_interest": told}, minor_per_unit=1)["late_interest"]
    columns = (np.array([one]) for one in (owed, days, rule.rate_ppm, rule.grace_days, rule.minimum_minor))
    names = ("owed_minor", "days", "rate_ppm", "grace_days", "minimum_minor")
    found = late_interest_by_rule(**dict(zip(names, columns, strict=True)))
    assert found.tolist() == [reference.late_interest({"versions": [{"late_interest": told}]}, owed=owed, days=days)]


@pytest.mark.parametrize(
    ("clauses", "place"),
    [
        ({"cancellation": [{"flat": {"amount": "550.5", "source": "made"}}]}, "cancellation.0.flat.amount"),
        ({"cancellation": [{"flat": {"amount": "550", "source": "nowhere"}}]}, "cancellation.0.flat.source"),
        ({"late_interest": {"percent": {"amount": "10", "source": "nowhere"}}}, "late_interest.percent.source"),
        ({"late_interest": {"percent": {"amount": "10", "source": "made"}, "minimum": "0.5"}}, "late_interest.minimum"),
    ],
)
def test_lint_looks_at_clauses_of_the_whole_document_and_of_a_version(clauses, place):
    flat = {"code": "energy", "kind": "flat", "price": {"amount": "30", "source": "made"}}
    assert complaints(flat, **clauses) == [f"versions.0.{place}"]
    whole = document(flat) | clauses
    assert [".".join(map(str, path)) for path, *_ in lint.complaints(whole)] == [place]


@pytest.mark.parametrize(("minimum", "interest"), [(82, 82), (83, 0)])
def test_interest_of_just_the_minimum_is_asked_for(minimum, interest):
    told = {"percent": {"amount": "10"}, "grace_days": 29, "minimum": minimum}
    rule = fees.of({"late_interest": told}, minor_per_unit=1)["late_interest"]
    asked = {"rate_ppm": rule.rate_ppm, "grace_days": rule.grace_days, "minimum_minor": rule.minimum_minor}
    columns = {name: np.array([number]) for name, number in asked.items()}
    assert late_interest_by_rule(np.array([10_000]), np.array([30]), **columns).tolist() == [interest]
    assert late_interest_by_rule(np.array([10_000]), np.array([29]), **columns).tolist() == [0]


@pytest.mark.parametrize(
    ("on", "without"), [({}, True), ({"on": "without_levy_and_tax"}, True), ({"on": "whole"}, False)]
)
def test_interest_is_taken_without_levy_and_tax_unless_the_plan_says_so(on, without):
    told = {"percent": {"amount": "10"}} | on
    assert fees.of({"late_interest": told}, minor_per_unit=1)["late_interest"].without_levy_and_tax is without
