"""The lag table of a product: which months' customs prices its fuel unit rests on."""

import pytest
from django.contrib.auth import get_user_model
from django.utils import translation

from tomoshibi.kernel.periods import Month
from tomoshibi.kernel.units import micro
from tomoshibi.masters import operations, queries, sheets

pytestmark = pytest.mark.usefixtures("in_transaction")

PARAMETERS = {
    "area": "03", "alpha": "0.0048", "beta": "0.3827", "gamma": "0.6584", "base_price_yen": "86100",
    "base_unit_yen": "0.183", "first_valid_month": "2031-01",
}  # fmt: skip
PRICES = {"2031-01": (60_000, 80_000, 18_000), "2031-02": (61_000, 81_000, 18_000), "2031-03": (62_000, 82_000, 18_000),
          "2031-04": (64_000, 85_000, 19_000), "2031-05": (70_000, 90_000, 20_000)}  # fmt: skip


@pytest.fixture
def agreed(db, now):
    first, second = (
        get_user_model().objects.create_user(name, is_staff=True, display_name=name).pk for name in ("anna", "ben")
    )

    def change(master, rows):
        proposal = operations.propose_change(master=master, rows=rows, reason="a notice", actor_id=first, now=now)
        operations.approve_change(proposal_id=proposal, actor_id=second, now=now)
        return queries.scope(master=master, rows=rows)

    return change


def test_each_product_has_its_own_table_of_months(agreed):
    """By hand, bills of 2031-06: months 1 to 3 (usual), month 5 alone (lag 1), months 4 and 5 (lag 2 over 2)."""
    tables = {"usual": {}, "month_before": {"lag_months": "1", "window_months": "1"},
              "two_before": {"lag_months": "2", "window_months": "2"}}  # fmt: skip
    agreed("fuel_parameters", [{**PARAMETERS, "product": name, **table} for name, table in tables.items()])
    prices = [
        {"month": month, "crude_yen_per_kl": str(crude), "lng_yen_per_t": str(lng), "coal_yen_per_t": str(coal)}
        for month, (crude, lng, coal) in PRICES.items()
    ]
    reached = agreed("customs_prices", prices[-1:])
    agreed("customs_prices", prices[:-1])
    june = {name: queries.fuel_unit(area="03", month=Month(2031, 6), product=name) for name in tables}
    # 61,000 x 0.0048 + 81,000 x 0.3827 + 18,000 x 0.6584 = 43,142.7 -> 43,100 -> -43,000 x 0.000183 = -7.869 -> -7.87
    assert (june["usual"].average_yen, june["usual"].price_micro_per_kwh) == (43_100, micro("-7.87"))
    # 336 + 34,443 + 13,168 = 47,947 -> 47,900 -> -38,200 x 0.000183 = -6.9906 -> -6.99
    assert (june["month_before"].average_yen, june["month_before"].price_micro_per_kwh) == (47_900, micro("-6.99"))
    # 67,000, 87,500, 19,500: 321.6 + 33,486.25 + 12,838.8 = 46,646.65 -> 46,600 -> -39,500 x 0.000183 = -7.2285 -> -7.23
    assert (june["two_before"].average_yen, june["two_before"].price_micro_per_kwh) == (46_600, micro("-7.23"))
    assert queries.priced_months(area="03", month=Month(2031, 6), product="two_before") == (
        Month(2031, 4), Month(2031, 5),
    )  # fmt: skip
    assert (reached.first, reached.last) == (Month(2031, 6), Month(2031, 10)), "the bills that the price of May reaches"


def test_a_window_that_ends_behind_its_bill_is_refused(agreed):
    row = {**PARAMETERS, "product": "own", "lag_months": "1", "window_months": "2"}
    with translation.override("en"), pytest.raises(sheets.BadSheet, match="window_months: the last of the months"):
        agreed("fuel_parameters", [row])
