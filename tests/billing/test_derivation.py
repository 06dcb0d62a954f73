"""How a line of a bill came about, with what was cut off."""

import pytest

from tests.rating.shapes.one_bill import document, price
from tomoshibi.billing import derivation
from tomoshibi.kernel.units import E10
from tomoshibi.tariffs import queries

LEVY = {"code": "levy", "kind": "levy"}
BASIC = {"code": "basic", "kind": "basic", "unit": "A", "per": 10, "price": price("311.75")}
KWH = 10_000


@pytest.mark.parametrize(
    ("part", "unit", "quantity", "price_micro", "ratio", "amount_e10", "said"),
    [
        (LEVY, "A", 21_166 * KWH, 4_180_000, (1, 1), 88_473 * E10, "21,166 kWh × 4.18 = 88,473.88 → 88,473"),
        (LEVY, "A", 100 * KWH, 4_180_000, (1, 1), 418 * E10, "100 kWh × 4.18 = 418"),
        (BASIC, "A", 15_000, 311_750_000, (1, 1), 46_763 * E10 // 100, "15 A × 311.75 / 10 A = 467.625 → 467.63"),
        (BASIC, "A", 30_000, 311_750_000, (10, 31), 30_169 * E10 // 100,
         "30 A × 311.75 / 10 A × 10/31 = 301.693548387… → 301.69"),
    ],
)  # fmt: skip
def test_a_line_says_what_it_came_to_before_it_was_rounded(part, unit, quantity, price_micro, ratio, amount_e10, said):
    (component,) = queries.components_of(document(part, unit=unit))
    row = {"no": 1, "quantity": quantity, "price_micro": price_micro, "amount_e10": amount_e10}
    row |= {"ratio_num": ratio[0], "ratio_den": ratio[1]}
    assert derivation.line(row, component, version="", language="ja").formula == said
