"""Prices that follow a tax rate, against what the companies published when it rose from 8 to 10 per cent in 2019."""

from fractions import Fraction

import pytest

from tomoshibi.tariffs import queries
from tomoshibi.tariffs.repricing import with_prices

RISE = Fraction(110, 108)


def amounts(document):
    found = {}
    for part in document["versions"][0]["components"]:
        if "price" in part:
            found[part["code"]] = part["price"]["amount"]
        for number, step in enumerate(part.get("steps", ())):
            found[f"{part['code']}_{number}"] = step["price"]["amount"]
    return found


def test_the_published_prices_of_tokyo_follow_the_tax_of_2019():
    versions = {one["versions"][0]["from"]: one for one in queries.shipped_plan(plan_code="tokyo-b")}
    before, published = versions["2016-04-01"], amounts(versions["2019-10-01"])
    risen = amounts(with_prices(before, lambda amount: amount * RISE))
    # 19.52, 26.00, 30.02 became 19.88, 26.48, 30.57; 280.80 became 286.00; the discount of 54 became 55.
    assert {code: Fraction(text) for code, text in risen.items()} == {
        code: Fraction(str(value)) for code, value in published.items()
    }


@pytest.mark.parametrize("plan", [one["plan"] for one in queries.shipped_documents()][::5])
def test_a_change_of_nothing_changes_no_price(plan):
    for document in queries.shipped_plan(plan_code=plan):
        same = with_prices(document, lambda amount: amount)
        assert {c: Fraction(str(a)) for c, a in amounts(same).items()} == {
            c: Fraction(str(a)) for c, a in amounts(document).items()
        }


def test_percentages_and_everything_else_stay():
    document = {"versions": [{"components": [
        {"code": "x", "percent": {"amount": "-3", "source": "s"}, "of": ["a"]},
        {"code": "y", "price": {"amount": "-0.004", "source": "s"}, "times": "n"},
    ]}]}  # fmt: skip
    found = with_prices(document, lambda amount: amount * 2)["versions"][0]["components"]
    assert found[0] == document["versions"][0]["components"][0]
    assert found[1] == {"code": "y", "price": {"amount": "-0.008", "source": "s"}, "times": "n"}
