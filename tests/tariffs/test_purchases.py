"""Generation points: sources share what was delivered, each is paid on its plan, the statement has its tax."""

from datetime import date
from itertools import pairwise

import pytest
from django.utils import translation
from typer.testing import CliRunner

from tomoshibi.kernel.periods import Period
from tomoshibi.tariffs import commands, purchases, queries

TWO_SOURCES = """
period: [2026-09-05, 2026-10-05]
delivered_kwh: 231.5
rule: {rule}
registration_number: "{number}"
sources:
  - {{name: roof, plan: fit-residential, certified: 2019-08-01, delivering_since: 2019-10-20, weight: {roof}}}
  - {{name: garage, plan: tomoshibi-sun, weight: {garage}, codes: {codes}}}
"""


def point(*, rule="ratio", number="", roof=4.5, garage=2, codes="[unregistered]"):
    return TWO_SOURCES.format(rule=rule, number=number, roof=roof, garage=garage, codes=codes)


def pay(text, **more):
    return queries.purchase_statement(queries.read_purchase(text), offline=True, tax_rate_ppm=100_000, **more)


def test_two_sources_by_rated_output():
    # 231.5 -> 232 kWh; 232 x 4.5 / 6.5 = 160.6 -> 160, the rest 72.
    # 160 x 24 = 3,840; 72 x (12.00 - 0.22) = 848.16 -> 848; 4,688; tax in it 4,688 x 10/110 = 426.18 -> 426
    found = pay(point())
    assert [(one.energy_dwh // 10_000, one.amount_minor) for one in found.paid] == [(160, 3_840), (72, 848)]
    assert (found.total_minor, found.tax_minor) == (4_688, 426)
    # without a registration number 80 % of it: 340.8 -> 340
    assert (found.credit.percent, found.deductible_minor) == (80, 340)


def test_a_registered_generator_leaves_all_tax_deductible():
    found = pay(point(number="T1234567890123", codes="[]"))
    assert (found.total_minor, found.tax_minor, found.credit, found.deductible_minor) == (4_704, 427, None, 427)


@pytest.mark.parametrize(
    ("rule", "roof", "garage", "kwh"),
    [("meter", "300.5", "0", [232, 0]), ("priority", "200", "90", [200, 32]), ("priority", "500", "90", [232, 0])],
)
def test_other_rules(rule, roof, garage, kwh):
    found = pay(point(rule=rule, roof=roof, garage=garage))
    assert [one.energy_dwh // 10_000 for one in found.paid] == kwh
    assert sum(kwh) * 10_000 == found.energy_dwh


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (point(rule="priority", roof=100, garage=90), "more was delivered"),
        (point(roof=0, garage=0), "weight of zero"),
        (point().replace("fit-residential", "tokyo-b"), "does not buy"),
        (point().replace("fit-residential", "nowhere"), "no plan"),
        (point().replace("2026-09-05", "2008-09-05").replace("2026-10-05", "2008-10-05"), "no version"),
        (point(rule="lottery"), "not understood"),
        (point().replace("delivered_kwh: 231.5", ""), "'delivered_kwh' is missing"),
        (point().replace("[2026-09-05, 2026-10-05]", "[2026-10-05, 2026-09-05]"), "not understood"),
        ("[]", "mapping"),
    ],
)
def test_what_cannot_be_paid_says_why(text, says):
    with translation.override("en"), pytest.raises(purchases.Unpriceable, match=says):
        pay(text)


def test_a_source_whose_term_is_over_leaves_the_statement_open():
    found = pay(point().replace("2019-10-20", "2012-10-20"))
    assert found.total_minor is None
    assert found.paid[0].refusal == ("no_purchase_price", "energy 14")


def test_credits_follow_each_other_without_a_gap():
    steps = purchases.transitional_credits()
    assert [step.percent for step in steps] == sorted((step.percent for step in steps), reverse=True)
    assert all(before.valid.end == after.valid.start for before, after in pairwise(steps))
    assert purchases.credit_on(date(2023, 9, 30)) is None
    assert Period(date(2023, 10, 1), date(2026, 10, 1)) == steps[0].valid


def test_the_command_shows_the_statement(tmp_path):
    file = tmp_path / "point.yaml"
    file.write_text(point(), encoding="utf-8")
    with translation.override("en"):
        answer = CliRunner().invoke(commands.top, ["purchase", str(file), "--offline", "--tax-rate", "0.10"])
    assert answer.exit_code == 0, answer.output
    assert "total 4,688 for 232 kWh" in answer.output
    told = CliRunner().invoke(commands.top, ["purchase", str(file), "--offline", "--tax-rate", "0.10", "--json"])
    assert '"deductible_tax": 340' in told.output
    unnamed = CliRunner().invoke(commands.top, ["purchase", str(file), "--offline"])
    assert unnamed.exit_code == 1
