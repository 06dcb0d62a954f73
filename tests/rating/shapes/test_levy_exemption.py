"""A certificate takes a share of the renewable levy off (減免): a table by hand, and the reference engine."""

from datetime import date
from fractions import Fraction

import pytest

from tests.rating import reference
from tests.rating.test_reference import compare
from tomoshibi.kernel.units import E10
from tomoshibi.tariffs import pricing, queries

DOCUMENT = {
    "plan": "made", "name": {"ja": "作り物"}, "area": "*", "voltage": "high", "kind": "free",
    "capacity": {"unit": "contract"}, "sources": {"made": "hypothesis"},
    "versions": [{"from": "2020-01-01", "components": [{"code": "levy", "kind": "levy"}]}],
}  # fmt: skip
DAYS = (date(2026, 9, 1), date(2026, 10, 1))


def bill(kwh, percent, document=DOCUMENT):
    inputs = {} if percent is None else {"levy_exemption_percent": percent}
    return [reference.Part(document, Fraction(kwh), *DAYS, *DAYS, inputs=inputs)]


# kWh, share not owed, levy owed at 4.18, worked by hand
CASES = [
    (123_456, 80, 103_209),  # 123,456 x 4.18 = 516,046.08; x 1/5 = 103,209.216
    (123_456, 40, 309_627),  # x 3/5 = 309,627.648
    (123_456, 20, 412_836),  # x 4/5 = 412,836.864
    (123_456, 0, 516_046),
    (123_456, None, 516_046),
    (123_456, 100, 0),
]


@pytest.mark.parametrize(("kwh", "percent", "levy"), CASES)
def test_the_levy_that_is_owed(kwh, percent, levy):
    priced = compare([bill(kwh, percent)], {"levy": Fraction("4.18")})
    assert priced.lines["amount_e10"].to_list() == [levy * E10]


def test_the_line_says_the_share():
    priced = compare([bill(1_000, 80), bill(1_000, None)], {"levy": Fraction("4.18")})
    certified, others = pricing.derivations(priced.lines, components={1: queries.components_of(DOCUMENT)})
    assert certified.text == "1,000 kWh x 4.18 x 1/5 = 836.00"
    assert others.text == "1,000 kWh x 4.18 = 4,180.00"
