"""What the second opinion is worth: which shapes are generated for it, and that it borrows nothing of the product."""

import ast
import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.rating import reference, strategies
from tomoshibi.tariffs import coverage
from tomoshibi.tariffs.beside import Kind

HOUSE = Path(__file__).resolve().parents[2]
RUNS, DOCUMENTS = 20, 25

BESIDE = {
    # compared with ``reference_beside``
    "three fuels, coefficients, base, cap", "average to 100 yen, unit to 0.01 yen", "island adjustment",
    "equipment that changes inside a month", "agreed from 500 kW on", "power factor from energies",
    "apportioning by ratio", "apportioning by meters", "apportioning by priority",
    "rule of the spanning bill", "3, 5, 8 and 10 %", "one rounding per rate and invoice, collective invoices",
    # part of every generated bill: an input, or kinds of days
    "levy exemption", "holidays of an area",
    # looked up, not computed: tables of their own, golden files, and the published cases
    "months that a unit rests on (lag)", "lag table of a product", "discount by month of use and voltage", "tax status of the generator",
    # a formula that a company writes: a grammar with tests of its own (tests/rating/shapes/test_formulas.py)
    "sundry charge by formula",
}  # fmt: skip
"""Shapes that no plan document has: a master, a rule of law, or what is entered. All others are generated."""


def test_every_shape_of_a_plan_document_is_generated():
    seen = set()
    features = [one for family in coverage.FEATURES.values() for one in family]

    def draw(data):
        document = data.draw(strategies.documents(bands=data.draw(st.booleans())))
        seen.update(one.name for one in features if one.used(document))

    for number in range(RUNS):
        # One run resembles itself more than chance would have it.
        own = settings(
            max_examples=DOCUMENTS, phases=[Phase.generate], database=None, deadline=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        seed(number)(own(given(st.data())(draw)))()
    assert [one.name for one in features if one.name not in seen] == []
    assert {one.name for one in features if one.place in set(Kind)} == BESIDE


def _imports(file):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_reference_shares_nothing_with_the_product_and_is_not_part_of_it():
    for file in (Path(reference.__file__), HOUSE / "tests" / "rating" / "reference_beside.py"):
        borrowed = {name.split(".")[0] for name in _imports(file)} - set(sys.stdlib_module_names)
        own = {name for name in _imports(file) if name.startswith("tests")}
        assert borrowed <= {"tests"}
        assert own <= {"tests.rating.reference"}
    for file in (HOUSE / "src").rglob("*.py"):
        assert not [name for name in _imports(file) if name.split(".")[0] == "tests"], file
