"""Every numbered check finds its case, and only its case."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tomoshibi.billing import checks
from tomoshibi.billing.values import Severity
from tomoshibi.kernel.units import energy_dwh

GOOD = {
    "contract_id": 1, "bill_id": 10, "has_bill": True, "month": 202611, "month_days": 30, "plan_code": "juryo-b",
    "revision": 0, "has_reading": True, "provided": True, "agreed": False, "outside_contract": False,
    "period_changed": False, "refusal": "", "refusal_detail": "", "billed_in_run": 0, "waiting_masters": "", "held": "", "waits_for": "",
    "period_start": date(2026, 10, 5), "period_end": date(2026, 11, 4), "days": 30, "energy_dwh": energy_dwh(371),
    "metered_dwh": energy_dwh(371), "half_hour_sum_dwh": energy_dwh("370.6"), "half_hours_missing": 0,
    "per_day_dwh": energy_dwh("12.4"), "previous_dwh": energy_dwh(290), "usual_per_day_dwh": energy_dwh("11.4"),
    "last_end": date(2026, 10, 5), "total_minor": 13_928, "lowest_line_e10": 0, "levy_price_micro": 4_180_000,
    "levy_expected_micro": 4_180_000, "fuel_price_micro": -5_800_000, "fuel_expected_micro": -5_800_000,
    "capacity_changed": False, "plan_changed": False, "price_changed": False, "suspect_meter": "", "split": "whole", "meter_changed": False, "first_bill": False, "final_bill": False,
    "payment_method": "direct_debit", "has_mandate": True, "address_complete": True, "adjusted": False,
}  # fmt: skip
NO_BILL = {"has_bill": False, "bill_id": None, "total_minor": None, "lowest_line_e10": None, "energy_dwh": None}

CASES = {
    "E101": NO_BILL | {"has_reading": False, "provided": False, "period_start": None, "period_end": None, "days": None},
    "E102": NO_BILL | {"provided": False},
    "E103": NO_BILL | {"outside_contract": True},
    "E104": NO_BILL | {"refusal": "value_missing", "refusal_detail": "fuel"},
    "E105": NO_BILL | {"billed_in_run": 7},
    "E106": NO_BILL | {"period_changed": True},
    "E107": NO_BILL | {"held": "asked the grid company"},
    "E108": {"waits_for": "C0000012"},
    "E201": {"agreed": True},
    "E202": {"energy_dwh": 0, "metered_dwh": 0, "half_hour_sum_dwh": 0, "per_day_dwh": 0},
    "E203": {"previous_dwh": 0},
    "E204": {"usual_per_day_dwh": energy_dwh("4.1"), "per_day_dwh": energy_dwh("12.4")},
    "E205": {"total_minor": -1},
    "E206": {"total_minor": 500_001},
    "E207": {"half_hour_sum_dwh": energy_dwh("369.9")},
    "E208": {"days": 36, "energy_dwh": energy_dwh(371)},
    "E209": {"last_end": date(2026, 10, 6)},
    "E210": {"last_end": date(2026, 10, 4)},
    "E211": {"capacity_changed": True},
    "E212": {"plan_changed": True},
    "E213": {"meter_changed": True},
    "E214": {"first_bill": True, "last_end": None, "previous_dwh": None, "usual_per_day_dwh": None},
    "E215": {"final_bill": True, "days": 12},
    "E216": {"levy_price_micro": 3_980_000},
    "E217": {"fuel_price_micro": -5_700_000},
    "E218": {"has_mandate": False},
    "E219": {"address_complete": False},
    "E220": {"adjusted": True},
    "E221": {"waiting_masters": "fuel unit 2026-11"},
    "E222": {"split": "days"},
    "E223": {"price_changed": True},
    "E224": {"suspect_meter": "M1: stands still"},
}


def _facts(*rows):
    return pl.DataFrame([GOOD | row for row in rows], schema=dict(checks.FACTS))


def test_a_good_bill_passes_every_check():
    assert checks.evaluate(_facts({})).is_empty()


def test_every_check_has_a_case():
    assert list(CASES) == [check.code for check in checks.table()]


@pytest.mark.parametrize("code", CASES)
@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_a_check_finds_its_case_and_says_so(code, language):
    found = checks.evaluate(_facts({}, CASES[code] | {"contract_id": 2}))
    assert found.select("contract_id", "code").rows() == [(2, code)]
    import json

    said = checks.sentence(code, json.loads(found["values"][0]), language=language)
    assert "{" not in said
    assert said
    assert found["severity"][0] == checks.check_of(code).severity.value


def test_the_limit_is_beyond_not_at():
    assert checks.evaluate(_facts({"total_minor": 500_000}, {"days": 35, "energy_dwh": energy_dwh(371)})).is_empty()


def test_a_plan_may_have_its_own_threshold():
    settings = [
        checks.Setting("E206", "", Decimal(10_000), None, enabled=True),
        checks.Setting("E206", "shop", Decimal(90_000), Severity.WARNING, enabled=True),
    ]
    rows = _facts(
        {}, {"contract_id": 2, "plan_code": "shop"}, {"contract_id": 3, "plan_code": "shop", "total_minor": 90_001}
    )
    found = checks.evaluate(rows, settings=settings)
    assert found.select("contract_id", "severity").rows() == [(1, "blocking"), (3, "warning")]


def test_a_check_can_be_turned_off_but_not_one_that_sets_aside():
    settings = [checks.Setting(code, "", None, None, enabled=False) for code in ("E206", "E102")]
    found = checks.evaluate(_facts(CASES["E206"], CASES["E102"]), settings=settings)
    assert found["code"].to_list() == ["E102"]
