"""Components and rules that are sound alone and no plan together: each refused at its place, with the reason."""

import pytest
from django.utils import translation

from tests.rating.shapes.one_bill import price
from tomoshibi.tariffs import lint

FLAT = {"code": "energy", "kind": "flat", "price": price("30")}
BASIC = {"code": "basic", "kind": "basic", "unit": "contract", "price": price("300")}
PER_KW = {"code": "basic", "kind": "basic", "unit": "kW", "price": price("300")}
LEVY = {"code": "levy", "kind": "levy"}
FUEL = {"code": "fuel", "kind": "fuel", "product": "regulated_lv"}
MINIMUM = {"code": "floor", "kind": "monthly_minimum", "of": ["energy", "extra"], "price": price("500")}
FIXED = {"code": "extra", "kind": "fixed", "price": price("100")}
SHARE = {"code": "share", "kind": "percent", "percent": price("5")}
LOSS = {"loss_percent": {"*": price("6.9")}, "round": {"unit": "0.01", "mode": "floor"}}
AVERAGE = {
    "kind": "market_average",
    "market": "area",
    "window": {"from": {"months_before": 2, "day": 21}, "until": {"months_before": 1, "day": 21}},
    "refund_below": price("11.60"),
    "charge_above": price("11.60"),
    **LOSS,
}
BANDS = {"code": "energy", "kind": "bands", "bands": [{"name": "all", "price": price("30")}]}
LAMPS = {"code": "lamps", "kind": "devices", "classes": [{"name": "lamp", "price": price("90")}]}
BOUGHT = {
    "code": "energy",
    "kind": "purchase",
    "cohorts": [{"certified_from": "2012-07-01", "steps": [{"until_year": None, "price": price("8.5")}]}],
}
PUBLISHED = {"code": "unit", "kind": "published_per_kwh", "value": "supply_cost", "group": "fuel"}
DEFERRAL = {"above": price("20"), "percent": price("50"), "months": 3}
SHARED = {"proration": {"denominator": "reading_period"}}
MARKET = {"code": "energy", "kind": "market_linked", "market": "area", **LOSS}


def plan(*parts, version=None, **header):
    given = {"plan": "made", "name": {"ja": "作り物"}, "area": "03", "voltage": "low", "kind": "free"}
    given |= {"capacity": {"unit": "kW"}, "sources": {"made": "a test"}, **header}
    return given | {"versions": [{"from": "2020-01-01", **SHARED, "components": list(parts)} | (version or {})]}


def said(document):
    with translation.override("en"):
        return [(path, sentence) for path, sentence, blocking in lint.complaints(document) if blocking]


REFUSED = {
    "a share of the levy": (
        plan(FLAT, LEVY, {**SHARE, "of": ["energy", "levy"]}),
        (2, "of"),
        "levy is a levy: no share and no minimum counts it",
    ),
    "a minimum that counts what a bill owes once": (
        plan(FLAT, FIXED, MINIMUM),
        (2, "of"),
        "a bill of several parts owes extra once: it cannot count in a minimum that each part has",
    ),
    "a minimum that counts a basic charge that is not shared": (
        plan(BASIC, {**MINIMUM, "of": ["basic"]}, version={"proration": {"denominator": "thirty", "applies_to": ["monthly_minimum"]}}),
        (1, "of"),
        "a bill of several parts owes basic once: it cannot count in a minimum that each part has",
    ),
    "two products of fuel": (
        plan(FLAT, FUEL, {**FUEL, "code": "other_fuel", "product": "free_lv"}),
        (2, "kind"),
        "fuel charges this unit already",
    ),
    "an average that is looked up where the fuel unit is": (
        plan(FLAT, {**FUEL, "code": "burnt"}, {**AVERAGE, "code": "fuel"}),
        (2,),
        "fuel is what burnt is charged by, and counts something else there",
    ),
    "one name for an amount per kWh and one per month": (
        plan(FLAT, PUBLISHED, {"code": "month", "kind": "published_monthly", "value": "supply_cost", "unit": "contract"}),
        (2,),
        "supply_cost is what unit is charged by, and counts something else there",
    ),
    "per ten of nothing": (
        plan({**BASIC, "per": 10}, FLAT),
        (0, "per"),
        "an amount per contract has no size: per does nothing here",
    ),
    "a first part of nothing": (
        plan({**BASIC, "first": {"size": 10, "price": price("5")}, "round": {"unit": "0.01", "mode": "floor"}}, FLAT),
        (0, "first"),
        "an amount per contract has no size: first, round does nothing here",
    ),
    "published per ten of nothing": (
        plan(FLAT, {"code": "month", "kind": "published_monthly", "value": "capacity", "unit": "contract", "per": 10}),
        (1, "per"),
        "an amount per contract has no size: per does nothing here",
    ),
    "one code for kept and missed": (
        plan({**PER_KW, "power_factor": {"kept": "pf", "missed": "pf"}}, FLAT),
        (0, "power_factor"),
        "one code cannot say both that the target is kept and that it is missed",
    ),
    "tax on the market's price of a plan without tax": (
        plan({**MARKET, "tax_percent": price("10")}, version={"tax": "excluded"}),
        (0, "tax_percent"),
        "prices of this plan exclude the tax: tax_percent would charge it twice",
    ),
    "prorated where nothing is": (
        plan(FLAT, {**FIXED, "prorated": True}, version={"proration": "never"}),
        (1, "prorated"),
        "proration does not apply to fixed: prorated does nothing",
    ),
    "purchase prices in a plan that sells": (
        plan(BOUGHT),
        (0, "kind"),
        "purchase prices belong to plans of kind purchase",
    ),
    "a levy on what is bought": (
        plan(BOUGHT, LEVY, kind="purchase"),
        (1,),
        "a purchase is told its energy and days alone, not levy, levy_exemption_percent",
    ),
    "time of use of what is bought": (
        plan(BANDS, kind="purchase"),
        (0,),
        "a purchase is told its energy and days alone, not half_hours",
    ),
    "a size of what is bought": (
        plan(BOUGHT, PER_KW, kind="purchase"),
        (1,),
        "a purchase is told its energy and days alone, not capacity",
    ),
    "a block that no minimum charge covers": (
        plan(FLAT, {**PUBLISHED, "block_kwh": 15}),
        (1, "block_kwh"),
        "no minimum charge covers this block",
    ),
    "a unit for no block": (
        plan(FLAT, {**PUBLISHED, "block_from_unit": True}),
        (1, "block_from_unit"),
        "block_kwh is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("document", "place", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_go_together_is_refused_where_it_stands(document, place, sentence):
    assert said(document) == [(("versions", 0, "components", *place), sentence)]


RULES = {
    "rounded energy and half-hours as measured": (
        plan(BANDS, version={"quantity": {"unit": 1, "mode": "floor"}}),
        "quantity",
        "half-hours add up to what was measured, not to the rounded energy: something has to take the difference",
    ),
    "half-hours divided by days": (
        plan(BANDS, version={"change": "days"}),
        "change",
        "each part of a bill is priced by its own half-hours: change has to be half_hours",
    ),
    "days times no size": (
        plan(FLAT, version={"change": "days_x_size"}, capacity={"unit": "contract"}),
        "change",
        "the plan has no size that days could be multiplied with",
    ),
    "nothing to defer": (
        plan(LAMPS, version={"deferral": DEFERRAL}),
        "deferral",
        "nothing can be deferred: no component prices energy",
    ),
}


@pytest.mark.parametrize(("document", "place", "sentence"), RULES.values(), ids=RULES)
def test_a_rule_that_its_components_cannot_follow_is_refused(document, place, sentence):
    assert said(document) == [(("versions", 0, place), sentence)]


def test_bands_of_registers_may_be_shared_by_days():
    rest = {**BANDS, "remainder": "all"}
    assert said(plan(rest, version={"change": "days", "quantity": {"unit": 1, "mode": "floor"}})) == []


def test_what_goes_together_stays_accepted():
    purchase = plan(BOUGHT, {**FIXED, "when": "unregistered"}, {**SHARE, "of": ["energy"]}, kind="purchase")
    counted = plan(BASIC, {**FLAT, "code": "extra"}, {**MINIMUM, "of": ["basic", "extra"]})
    levies = plan(FLAT, LEVY, {**PUBLISHED, "code": "other", "value": "other_levy", "group": "levy"})
    for document in (purchase, counted, levies):
        assert said(document) == []
