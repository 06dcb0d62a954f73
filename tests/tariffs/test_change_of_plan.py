"""A bill whose plan changes inside its period: each part by its own prices, what is rounded once by the last one's rules."""

from datetime import date

import polars as pl

from tests.rating.shapes.one_bill import document, price
from tomoshibi.kernel.units import E10, energy_dwh
from tomoshibi.tariffs import pricing, queries

FLAT = {"code": "energy", "kind": "flat", "price": price("10.00")}
LEVY = {"code": "levy", "kind": "levy"}
WHOLE_KWH = {"unit": 1, "mode": "half_up"}
DAYS = [date(2026, 9, 1), date(2026, 9, 16), date(2026, 10, 1)]


def priced(first, second, kwh, **values):
    """A bill of two parts on two plans; ``values`` are published ones [1e-6]."""
    programs = {number: queries.program_of(plan) for number, plan in enumerate((first, second), start=1)}
    frame = pl.DataFrame(
        {
            "row_id": [1, 1], "segment": [0, 1], "plan_version": [1, 2], "energy_dwh": list(map(energy_dwh, kwh)),
            "capacity_milli": [10_000] * 2, "period_start": DAYS[:2], "period_end": DAYS[1:],
            "tax_rate_ppm": [100_000] * 2, **{name: [value] * 2 for name, value in values.items()},
        }
    )  # fmt: skip
    return pricing.price(usage=frame, programs=programs), programs


def test_a_plan_that_rounds_kwh_and_one_that_does_not_share_the_energy_of_a_bill():
    """0.6 kWh are 1 kWh by the first plan; the second has nothing left of its 0.2 kWh, and takes nothing back."""
    found, _ = priced(document(FLAT, quantity=WHOLE_KWH), document(FLAT), ["0.6", "0.2"])
    assert found.refusals.is_empty()
    assert found.lines["quantity"].to_list() == [10_000]
    assert found.totals.select("energy_dwh", "total_minor").row(0) == (10_000, 10)


def test_the_energy_of_a_bill_is_rounded_once_where_only_the_last_plan_rounds():
    """100.4 and 100.4 kWh are 201 kWh (200.8, half up): 100.4 and 100.6, not 100.4 and 101."""
    found, _ = priced(document(FLAT), document(FLAT, quantity=WHOLE_KWH), ["100.4", "100.4"])
    assert found.lines["quantity"].to_list() == [1_004_000, 1_006_000]
    assert found.totals.select("energy_dwh", "total_minor").row(0) == (2_010_000, 2_010)


def test_the_levy_of_a_bill_follows_the_last_plan_even_if_that_used_nothing():
    """0.5 kWh x 3 yen = 1.5 yen: cut by the first plan, up by the second."""
    up = {"levy": {"unit": 1, "mode": "ceiling"}}
    found, _ = priced(document(LEVY), document(LEVY, rounding=up), ["0.5", "0"], levy_micro=3_000_000)
    assert found.totals["total_minor"][0] == 2
    found, _ = priced(document(LEVY, rounding=up), document(LEVY), ["0.5", "0"], levy_micro=3_000_000)
    assert found.totals["total_minor"][0] == 1


DEFERRED = {"deferral": {"above": price("4.00"), "percent": price("50"), "months": 3}}


def test_what_is_deferred_of_a_bill_counts_the_energy_of_both_plans():
    """The energy is the first line of one plan and the second of the other: 100 + 50 kWh x 10, half of what is above 4 yen."""
    basic = {"code": "basic", "kind": "basic", "unit": "contract", "price": price("1000")}
    first, second = document(FLAT), document(basic, FLAT, **DEFERRED)
    found, programs = priced(first, second, ["100", "50"])
    # 1,500 - 150 x 4 = 900, of which half
    assert pricing.deferred(found, programs=programs).row(0) == (1, 2, 450)
    assert found.lines["amount_e10"].sum() == 2_500 * E10


def test_the_last_plan_defers_even_if_it_used_nothing():
    found, programs = priced(document(FLAT), document(FLAT, **DEFERRED), ["100", "0"])
    assert pricing.deferred(found, programs=programs).row(0) == (1, 2, 300)
    found, programs = priced(document(FLAT, **DEFERRED), document(FLAT), ["100", "0"])
    assert pricing.deferred(found, programs=programs).is_empty()


def test_the_energy_goes_to_the_parts_by_the_rule_of_the_last_plan():
    """15 and 15 days with 10 and 40 kW: half and half by days, one fifth and four by days times kW."""
    by_days, by_size = document(FLAT, change="days"), document(FLAT, change="days_x_size")
    frame = pl.DataFrame(
        {
            "row_id": [1, 1], "segment": [0, 1], "plan_version": [1, 2], "capacity_milli": [10_000, 40_000],
            "period_start": DAYS[:2], "period_end": DAYS[1:], "bill_energy_dwh": [1_000_000] * 2,
        }
    )  # fmt: skip
    for first, second, shares in ((by_days, by_size, [200_000, 800_000]), (by_size, by_days, [500_000, 500_000])):
        programs = {1: queries.program_of(first), 2: queries.program_of(second)}
        assert pricing.split_energy(frame, programs=programs)["energy_dwh"].to_list() == shares
