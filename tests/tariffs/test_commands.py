"""The command line: lint, cases, quote."""

import ast
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation
from typer.testing import CliRunner

from tests.tariffs.plans import TOKYO
from tomoshibi.tariffs import cases, commands

RUN = CliRunner()
VALUES = [
    "--value",
    "fuel=-5.80",
    "--value",
    "levy=4.18",
    "--value",
    "government_discount=3.5",
    "--value",
    "tax_rate=0.10",
]
PERIOD = ["--start", "2026-09-03", "--end", "2026-10-05"]

BILL = {
    "id": "tohoku-b-2015-03",
    "kind": "bill",
    "title": "Tohoku 2015-03",
    "area": "東北",
    "rounding": {"line": "exact", "display": "floor to 1 yen", "levy": "floor to 1 yen", "total": "floor to 1 yen"},
    "inputs": {
        "usage_kwh": "280",
        "basic_charge_yen": "972.00",
        "tiers": [
            {"up_to_kwh": "120", "yen_per_kwh": "18.24"},
            {"up_to_kwh": "300", "yen_per_kwh": "24.87"},
            {"up_to_kwh": None, "yen_per_kwh": "28.75"},
        ],
        "fuel_adjustment_yen_per_kwh": "1.93",
        "levy_yen_per_kwh": "0.75",
    },
    "expected": {"total_yen": "7890", "line_items": {"fuel_adjustment": "540", "levy": "210"}},
    "source": "Tohoku-Epco press 2015",
}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def _check(tmp_path, found, *options):
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    return RUN.invoke(commands.top, ["cases", "check", str(file), *options])


def test_every_published_case_passes(test_data):
    file = test_data.parent / "cases" / "bills.json"
    result = RUN.invoke(commands.top, ["cases", "check", str(file)])
    assert result.output.splitlines()[-1] == f"{len(json.loads(file.read_text('utf-8')))} passed, 0 failed"
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("expected", "total_yen"), "7891"),
        (("expected", "line_items", "levy"), "211"),
        (("inputs", "basic_charge_yen"), "971.01"),
        (("kind",), "nonsense"),
        (("inputs", "usage_kwh"), "many"),
        (("inputs", "tiers"), None),
    ],
)
def test_a_case_that_does_not_agree_is_a_miss_with_its_reason(tmp_path, place, value):
    changed = json.loads(json.dumps(BILL))
    target = changed
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    result = _check(tmp_path, [BILL, changed])
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "1 passed, 1 failed"
    assert result.output.startswith("tohoku-b-2015-03")


def test_a_price_that_is_a_sen_off_is_a_miss_in_every_published_bill(test_data):
    """Published totals are whole yen: a sen shows where a hundred kilowatt-hours or more stand in the step."""
    published = json.loads((test_data.parent / "cases" / "bills.json").read_text("utf-8"))
    tried, passed = 0, []
    for case in published:
        steps = case["inputs"].get("tiers") if case["kind"] == "bill" else None
        used = min(float(case["inputs"]["usage_kwh"]), float(steps[0]["up_to_kwh"] or "inf")) if steps else 0
        if used < 100:
            continue
        for sen in (Decimal("0.01"), Decimal("-0.01")):
            changed = json.loads(json.dumps(case))
            first = changed["inputs"]["tiers"][0]
            first["yen_per_kwh"] = str(Decimal(first["yen_per_kwh"]) + sen)
            tried += 1
            passed += [case["id"]] if cases.check(changed).passed else []
    assert (tried > 50, passed) == (True, [])


def test_explain_prints_the_document_and_the_trace(tmp_path):
    result = _check(tmp_path, [BILL], "--explain", BILL["id"])
    assert "code: fuel_adjustment" in result.output
    assert "280 kWh x 1.93 = 540.40" in result.output
    assert _check(tmp_path, [BILL], "--explain", "other").exit_code == 1


@pytest.mark.parametrize("text", ["", "{", "{}", "[1]"])
def test_a_file_that_is_no_list_of_cases_is_refused_in_words(tmp_path, text):
    file = tmp_path / "cases.json"
    file.write_text(text, encoding="utf-8")
    result = RUN.invoke(commands.top, ["cases", "check", str(file)])
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def _fills_a_sentence(node):
    """``_("total %(total)s") % {...}``"""
    filled = node.left
    return isinstance(node.op, ast.Mod) and isinstance(filled, ast.Call) and getattr(filled.func, "id", "") == "_"


def test_the_command_does_no_arithmetic_and_prices_through_pricing_and_the_masters():
    for module in (commands, cases):
        tree = ast.parse(Path(module.__file__).read_text("utf-8"))
        joined = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and not _fills_a_sentence(node)]
        operators = {type(node.op) for node in joined}
        assert operators <= {ast.Add, ast.BitOr}, "texts and lists are joined; nothing is computed"
    imports = {
        alias.name for node in ast.walk(ast.parse(Path(cases.__file__).read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) for alias in node.names
    }  # fmt: skip
    assert {"pricing", "queries"} <= imports
    assert not {"engine", "totals", "divide", "Rounding", "share"} & imports


def test_lint_names_file_line_and_reason(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(TOKYO, encoding="utf-8")
    bad.write_text(TOKYO.replace("kind: tiers", "kind: stairs"), encoding="utf-8")
    result = RUN.invoke(commands.app, ["lint", str(good), str(bad)])
    assert result.exit_code == 1
    line = TOKYO.splitlines().index("        kind: tiers") + 1
    assert f"bad.yaml: line {line}: versions[0].components[1].kind: stairs is not one of" in result.output
    assert "good.yaml: test-b, 1 version(s)" in result.output


def test_a_quote_is_the_bill(tmp_path):
    found = RUN.invoke(
        commands.top,
        [
            "quote",
            "tokyo-b",
            "--month",
            "2026-10",
            "--kwh",
            "398",
            "--size",
            "60",
            "--offline",
            "--json",
            *VALUES,
            *PERIOD,
        ],
    )
    (bill,) = json.loads(found.stdout)
    assert (bill["total"], bill["tax"]) == (13_928, 1_266)
    assert bill["lines"][0]["derivation"] == "60 A x 311.75 / 10 = 1,870.50"
    assert bill["lines"][-1]["derivation"] == "398 kWh x 4.18 = 1,663.64 -> 1,663.00"
    assert found.exit_code == 0


def test_a_quote_that_cannot_be_made_says_why():
    missing = RUN.invoke(
        commands.top, ["quote", "tokyo-b", "--month", "2026-10", "--kwh", "1", "--size", "30", "--offline"]
    )
    assert missing.exit_code == 1
    assert (missing.stdout, "2026-10: " in missing.stderr) == ("", True), "no table of nothing"
    for wrong in (
        ["--kwh", "x"],
        ["--size", "-"],
        ["--value", "fuel=1.2345678"],
        ["--month", "2026-13"],
        ["--month", "1990-01"],
    ):
        arguments = ["quote", "tokyo-b", "--month", "2026-10", "--kwh", "1", "--size", "30", "--offline", *wrong]
        result = RUN.invoke(commands.top, arguments)
        assert result.exit_code == 1, wrong
        assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_half_hour_file_is_priced_by_time_of_use(tmp_path):
    rows = ["start,kwh"]
    for day in range(1, 31):
        rows += [f"2026-09-{day:02d}T{slot // 2:02d}:{slot % 2 * 30:02d},0.5" for slot in range(48)]
    file = tmp_path / "load.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    arguments = ["quote", "chubu-smart-life", "--load", str(file), "--size", "10", "--offline", "--json", *VALUES]
    (bill,) = json.loads(RUN.invoke(commands.top, arguments).stdout)
    # September 2026 has 22 weekdays: 22 x 14 x 0.5 day, 30 x 20 x 0.5 night, the rest home (without holidays offline).
    assert {line["code"]: line["quantity"] for line in bill["lines"] if line["code"].startswith("energy")} == {
        "energy_day": "154", "energy_home": "266", "energy_night": "300",
    }  # fmt: skip
    assert bill["lines"][0]["amount"] == "1,838.44"
    file.write_text("\n".join(rows[:-1]), encoding="utf-8")
    (gap,) = json.loads(RUN.invoke(commands.top, arguments).stdout)
    assert gap["refusal"] == ["half_hours_incomplete", ""]
    file.write_text("\n".join([*rows, rows[-1]]), encoding="utf-8")
    assert "1442" in RUN.invoke(commands.top, arguments).stderr


def test_a_quote_is_said_in_the_houses_language():
    asked = ["quote", "tokyo-b", "--month", "2026-10", "--kwh", "260", "--offline"]
    given = ["--size", "30", *VALUES]
    said = {}
    for language in ("ja", "zh-hans", "en"):
        with translation.override(language):
            said[language] = RUN.invoke(commands.top, [*asked, *given]).output
            assert ("there is no plan" in RUN.invoke(commands.top, ["quote", "none", "--offline"]).output) == (
                language == "en"
            )
    assert "基本料金" in said["ja"]
    assert "合計" in said["ja"]
    assert "total" not in said["ja"]
    assert "合计" in said["zh-hans"]
    assert "Basic charge" in said["en"]
    assert "total" in said["en"]
