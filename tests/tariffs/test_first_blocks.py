"""A minimum charge that covers the first kWh: whatever would price them twice, or leave energy without a price, is refused."""

import pytest
from django.utils import translation

from tests.rating.shapes.one_bill import bill, document, price
from tomoshibi.tariffs import document as documents
from tomoshibi.tariffs import lint

CHARGE = {"code": "minimum", "kind": "minimum_charge", "block_kwh": 15, "price": price("522.58")}
STEPS = [{"up_to_kwh": 120, "price": price("20.21")}, {"up_to_kwh": None, "price": price("25.61")}]
TIERS = {"code": "energy", "kind": "tiers", "from_kwh": 15, "steps": STEPS}
FLAT = {"code": "energy", "kind": "flat", "price": price("30")}
SEASONS = [{"name": "summer", "months": [7, 8, 9]}, {"name": "other"}]
BANDS = [{"name": "day", "when": [{"hours": ["08:00-22:00"]}]}, {"name": "night"}]
LOSS = {"loss_percent": {"*": price("6.9")}, "round": {"unit": "0.01", "mode": "floor"}}
EVERY_KWH = {
    "flat": FLAT,
    "seasons": {"kind": "seasons", "split": "days", "seasons": [{**one, "price": price("30")} for one in SEASONS]},
    "season tiers": {"kind": "season_tiers", "split": "days", "seasons": [{**one, "steps": STEPS} for one in SEASONS]},
    "bands": {"kind": "bands", "bands": [{**one, "price": price("30")} for one in BANDS]},
    "band tiers": {
        "kind": "band_tiers",
        "allocation": "pro_rata",
        "bands": [{**one, "steps": STEPS} for one in BANDS],
    },
    "market": {"kind": "market_linked", "market": "area", **LOSS},
    "purchase": {
        "kind": "purchase",
        "cohorts": [{"certified_from": "2012-07-01", "steps": [{"until_year": 10, "price": price("42")}]}],
    },
}


def said(*components, blocking=True):
    """The findings in English: (place below the version, sentence)."""
    with translation.override("en"):
        found = lint.findings(documents.write(document(*components)))
    return [(one.path.removeprefix("versions[0]."), one.sentence) for one in found if one.blocking is blocking]


@pytest.mark.parametrize("energy", EVERY_KWH.values(), ids=EVERY_KWH)
def test_energy_that_is_priced_from_the_first_kwh_is_refused_beside_a_first_block(energy):
    ((place, sentence),) = said(CHARGE, {**energy, "code": "energy"})
    assert place == "components[1]"
    assert "the minimum charge covers the first 15 kWh: they would be priced twice" in sentence
    assert "tiers that begin at 15 kWh" in sentence


@pytest.mark.parametrize("energy", EVERY_KWH.values(), ids=EVERY_KWH)
def test_a_surcharge_by_such_a_price_beside_the_tiers_is_refused_too(energy):
    assert [place for place, _sentence in said(CHARGE, TIERS, {**energy, "code": "more"})] == ["components[2]"]


@pytest.mark.parametrize("energy", [name for name in EVERY_KWH if name != "purchase"])
def test_a_minimum_charge_that_covers_no_energy_goes_with_every_price_that_sells(energy):
    assert said({**CHARGE, "block_kwh": 0}, {**EVERY_KWH[energy], "code": "energy"}) == []


@pytest.mark.parametrize(
    ("begin", "why"),
    [
        (0, "the tiers begin at 0 kWh, the minimum charge covers 15 kWh: what lies between is priced twice"),
        (10, "the tiers begin at 10 kWh, the minimum charge covers 15 kWh: what lies between is priced twice"),
        (20, "the tiers begin at 20 kWh, the minimum charge covers 15 kWh: what lies between has no price"),
    ],
)
def test_tiers_begin_where_the_block_ends(begin, why):
    assert said(CHARGE, {**TIERS, "from_kwh": begin}) == [("components[1].from_kwh", why)]
    assert said(CHARGE, TIERS) == []


def test_tiers_above_zero_without_a_minimum_charge_leave_energy_without_a_price():
    ((place, sentence),) = said(TIERS)
    assert (place, "no minimum charge covers the energy below" in sentence) == ("components", True)


def test_a_block_with_nothing_above_it_is_refused():
    ((place, sentence),) = said(CHARGE)
    assert (place, "nothing prices the energy above the first 15 kWh" in sentence) == ("components[0]", True)


def test_the_first_kwh_are_covered_once():
    found = said(CHARGE, {**CHARGE, "code": "second"}, TIERS)
    assert found == [("components[1].block_kwh", "another minimum charge covers the first 15 kWh already")]


@pytest.mark.parametrize("kind", ["fuel", "levy", "government_discount", "published_per_kwh"])
def test_a_unit_with_another_block_than_the_charge_is_refused(kind):
    needs = {"fuel": {"product": "regulated_lv"}, "published_per_kwh": {"value": "supply_cost", "group": "fuel"}}
    unit = {"code": "unit", "kind": kind, "block_kwh": 11, **needs.get(kind, {})}
    ((place, sentence),) = said(CHARGE, TIERS, unit)
    assert (place, sentence) == ("components[2]", "its block is 11 kWh, the minimum charge covers 15 kWh")
    assert said(CHARGE, TIERS, {**unit, "block_kwh": 15}) == []


ADJUSTED = {
    "published": {"kind": "published_per_kwh", "value": "supply_cost", "group": "fuel"},
    "discount": {"kind": "per_kwh", "price": price("-1")},
    "market average": {
        "kind": "market_average",
        "market": "area",
        "window": {"from": {"months_before": 2, "day": 21}, "until": {"months_before": 1, "day": 21}},
        "refund_below": price("11.60"),
        "charge_above": price("11.60"),
        **LOSS,
    },
}


@pytest.mark.parametrize("part", ADJUSTED.values(), ids=ADJUSTED)
def test_what_adds_to_the_price_of_every_kwh_is_a_question_not_a_refusal(part):
    adjusted = {**part, "code": "more"}
    assert said(CHARGE, TIERS, adjusted) == []
    ((place, sentence),) = said(CHARGE, TIERS, adjusted, blocking=False)
    assert place == "components[2]"
    assert "those of the first 15 kWh of the minimum charge too" in sentence
    assert said(FLAT, adjusted, blocking=False) == []


@pytest.mark.parametrize(("kwh", "energy"), [("15", "0"), ("16", "20.21"), ("120", "2122.05")])
def test_above_the_block_every_kwh_is_priced_once(kwh, energy):
    found = bill(CHARGE, TIERS, kwh=kwh)
    assert found["minimum"] == "522.58"
    assert found.get("energy_tier_1", "0") == energy


def test_every_shipped_plan_agrees_with_its_first_block():
    charges = 0
    for path in documents.shipped():
        one = documents.read(path.read_text("utf-8"))
        charges += any(
            part["kind"] == "minimum_charge" for version in one["versions"] for part in version["components"]
        )
        assert [finding for finding in lint.findings(path.read_text("utf-8")) if finding.blocking] == []
    assert charges >= 4
