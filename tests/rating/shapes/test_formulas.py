"""Amounts by a formula that is data."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomoshibi.kernel.rounding import Rounding
from tomoshibi.rating import formulas


@pytest.mark.parametrize(
    ("text", "inputs", "amount", "worked"),
    [
        ("months_left * 550", {"months_left": 6}, 3_300, "6 × 550"),
        (
            "principal * 100000 * days / 365 / 1000000",
            {"principal": 13_928, "days": 12},
            45,
            "13,928 × 100,000 × 12 ÷ 365 ÷ 1,000,000",
        ),
        (
            "excess_kw * price_per_kw * 150 / 100",
            {"excess_kw": 12, "price_per_kw": 1_700},
            30_600,
            "12 × 1,700 × 150 ÷ 100",
        ),
        ("max(1100, billed / 5)", {"billed": 30_000}, 6_000, "max(1,100, 30,000 ÷ 5)"),
        ("max(1100, billed / 5)", {"billed": 3_000}, 1_100, "max(1,100, 3,000 ÷ 5)"),
        ("(12 - months) * 220", {"months": 14}, -440, "(12 − 14) × 220"),
        ("a - (b - c)", {"a": 9, "b": 5, "c": 3}, 7, "9 − (5 − 3)"),
        ("a / (b * c)", {"a": 12, "b": 2, "c": 3}, 2, "12 ÷ (2 × 3)"),
    ],
)
def test_what_a_formula_comes_to_and_how_it_is_written_down(text, inputs, amount, worked):
    formula = formulas.read(text)
    assert formula.amount_minor(inputs, rounding=Rounding.FLOOR) == amount
    assert formula.worked(inputs) == worked


@pytest.mark.parametrize(
    ("rounding", "amount"), [("floor", 333), ("ceiling", 334), ("half_up", 333), ("truncate", 333)]
)
def test_it_is_rounded_once_by_its_name(rounding, amount):
    assert formulas.read("a / 3").amount_minor({"a": 1_000}, rounding=Rounding(rounding)) == amount


@pytest.mark.parametrize(
    "text",
    ["", "1.5 * a", "a ** 9", "a // 2", "-a", "__import__('os')", "a.b", "a[0]", "f(a, b)", "max(a)", "a if b else c",
     "a := 1", "lambda: 1", "'x'", "True", "a +", "min(*a, b)", "max(a, b, key=c)", "9" * 20, "a+" * 120 + "a"],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(formulas.BadFormula):
        formulas.read(text)


def test_an_input_that_is_missing_and_a_division_by_nothing_are_named():
    formula = formulas.read("a / b")
    assert formula.inputs == ("a", "b")
    with pytest.raises(formulas.InputMissing) as missing:
        formula.exact({"a": 1})
    assert missing.value.name == "b"
    with pytest.raises(formulas.DividedByZero):
        formula.exact({"a": 1, "b": 0})


@given(st.integers(0, 10**9), st.integers(0, 3_650), st.integers(1, 200_000))
def test_late_interest_by_a_formula_is_that_of_the_engine(owed, days, rate):
    text = f"owed * {rate} * days / 365 / 1000000"
    assert formulas.read(text).exact({"owed": owed, "days": days}) == Fraction(owed * rate * days, 365 * 10**6)
