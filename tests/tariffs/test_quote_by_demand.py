"""Quotes of plans on actual demand: maximum demand and power factor as told, or from the half-hours themselves."""

import json
from datetime import datetime, timedelta

import pytest
from typer.testing import CliRunner

from tests.tariffs.test_pages import clerk  # noqa: F401 - a fixture
from tests.tariffs.test_quote_page import quoted
from tomoshibi.kernel.periods import Month
from tomoshibi.masters import operations as masters
from tomoshibi.storage import db
from tomoshibi.tariffs import commands, demands, loads

RUN = CliRunner()
VALUES = [text for one in ("fuel=0", "levy=0", "government_discount=0", "tax_rate=0.10") for text in ("--value", one)]
ALONE = ["quote", "tokyo-high-voltage-commercial", "--month", "2026-10", "--kwh", "10000", "--size", "50", "--offline"]
HIGH = {"area": "03", "voltage": "high", "size": "50", "unit": "kW", "last_month": "2026-10"}
PLAN = "tokyo-high-voltage-commercial"


def half_hours(first, days, peaks=()):
    """A load file of 10 kWh each half-hour; ``peaks`` names other energies by day and slot."""
    peaks = dict(peaks)
    rows = [
        f"{first + timedelta(minutes=30 * n):%Y-%m-%dT%H:%M},{peaks.get(divmod(n, 48), '10')}" for n in range(days * 48)
    ]
    return "\n".join(["start,kwh", *rows]) + "\n"


def bills(*arguments):
    result = RUN.invoke(commands.top, [*arguments, "--json", *VALUES])
    return json.loads(result.stdout) if result.stdout else result.stderr


def lines(bill):
    return {line["code"]: line["amount"] for line in bill["lines"]}


def test_a_plan_on_actual_demand_is_quoted_by_the_demand_and_power_factor_that_are_told():
    (without,) = bills(*ALONE)
    assert without["refusal"] == ["input_missing", "demand_milli, power_factor_percent"]
    (bill,) = bills(*ALONE, "--demand", "64.5", "--power-factor", "98")
    # 64.5 kW are 65 half up; 65 x 1,814.37 x (185 - 98)/100 = 102,602.6235, cut to sen.
    assert lines(bill)["basic"] == "102,602.62"
    # September is summer: 10,000 x 19.93 = 199,300; together 301,902.62, floored.
    assert bill["total"] == 301_902


@pytest.mark.parametrize(
    "wrong",
    [
        ("--demand", "much"),
        ("--demand", "-5"),
        ("--demand", "60 65"),
        ("--demand", "1.2345"),
        ("--power-factor", "101"),
    ],
)
def test_a_demand_that_is_none_is_refused_in_words(wrong):
    result = RUN.invoke(commands.top, [*ALONE, *wrong, "--json", *VALUES])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.strip()


def test_half_hours_bring_the_demand_of_each_month_and_a_month_remembers_the_eleven_before(tmp_path):
    file = tmp_path / "load.csv"
    text = half_hours(datetime(2026, 7, 1), 31 + 31 + 30, {(10, 20): "40.3", (40, 30): "31", (80, 0): "22"})
    file.write_text(text, encoding="utf-8")
    months = bills("quote", PLAN, "--load", str(file), "--offline", "--power-factor", "85")
    # Twice the largest half-hour: 80.6, 62 and 44 kW; the largest so far counts, half up to 81 kW x 1,814.37.
    assert [lines(bill)["basic"] for bill in months] == ["146,963.97"] * 3
    found = demands.settled(loads.read(text))
    assert [one.max_demand_milli for one in found] == [80_600, 62_000, 44_000]
    assert [one.demand_milli for one in found] == [81_000] * 3
    # What is told counts before the file.
    told = bills("quote", PLAN, "--load", str(file), "--offline", "--power-factor", "85", "--demand", "50 60 55")
    assert [lines(bill)["basic"] for bill in told] == ["90,718.50", "108,862.20", "108,862.20"]
    # A month with a gap: its largest half-hour may be the one that is missing.
    file.write_text("\n".join(text.splitlines()[:-1]), encoding="utf-8")
    *_known, gap = bills("quote", PLAN, "--load", str(file), "--offline", "--power-factor", "85")
    assert gap["refusal"] == ["input_missing", "demand_milli"]


def test_a_demand_of_thirteen_months_ago_is_forgotten():
    peak = [
        loads.of_month(Month(2025, 9), energy_dwh=1),
        *(loads.of_month(Month(2026, n), energy_dwh=1) for n in (8, 9)),
    ]
    found = demands.given(peak, demand="90 40 50")
    assert [one.demand_milli for one in found] == [90_000, 90_000, 50_000]


@pytest.fixture
def office(clerk, now):  # noqa: F811
    with db.transaction():
        masters.load_shipped(on=now.date(), with_banks=False, invented=True)
    return clerk


def rows_of(answer):
    return {row["code"]: row for row in answer.context["rows"]}


@pytest.mark.django_db(transaction=True)
def test_the_page_asks_for_demand_where_a_plan_needs_it_and_compares_by_it(office):
    page = office.get("/tariffs/quote/").content.decode()
    assert 'data-needed-by="* high,03 high"' in page
    year = "10000 " * 12
    without = rows_of(quoted(office, monthly=year, **HIGH))
    assert without[PLAN]["year"] is None
    assert "契約電力(実量制), 力率" in without[PLAN]["refusal"]
    told = rows_of(quoted(office, monthly=year, demand="65", power_factor="98", **HIGH))
    more = rows_of(quoted(office, monthly=year, demand="75", power_factor="98", **HIGH))
    # 10 kW x 1,814.37 x 0.87 = 15,785.019, each month's total to the yen.
    assert abs(more[PLAN]["year"] - told[PLAN]["year"] - 12 * 15_785) <= 12
    # By agreement: 10 kW more above the 50 kW of the contract, x 1,700 x 1.5 x 0.87 = 22,185, and 10 % tax.
    assert abs(more["tomoshibi-high-voltage"]["year"] - told["tomoshibi-high-voltage"]["year"] - 12 * 24_403.5) <= 12
    refused = quoted(office, monthly=year, demand="65 70", **HIGH)
    assert refused.status_code == 422
    assert "最大需要電力は2個" in refused.content.decode()
    exported = quoted(office, monthly=year, demand="65", power_factor="98", do="csv", **HIGH).content.decode()
    assert f",{told[PLAN]['year']}," in exported


@pytest.mark.django_db(transaction=True)
def test_a_file_of_half_hours_needs_no_demand_typed_beside_it(office):
    file = half_hours(datetime(2026, 1, 1), 31, {(10, 20): "40"})
    measured = rows_of(quoted(office, file, power_factor="85", **HIGH))[PLAN]
    typed = rows_of(quoted(office, file, power_factor="85", demand="80", **HIGH))[PLAN]
    assert measured["year"] == typed["year"] is not None
    assert rows_of(quoted(office, file, power_factor="85", demand="81", **HIGH))[PLAN]["year"] > typed["year"]
