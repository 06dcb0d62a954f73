"""The rule table: each rule speaks where it should, and is silent where nothing is known."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from tests.applications.office import ANSWERS
from tomoshibi.applications import rules, writing
from tomoshibi.applications.values import Answers
from tomoshibi.parties.values import Place

GOOD = writing.plain(ANSWERS)
FACTS = rules.Facts(
    places=(Place("1050011", "東京都", "港区", "芝公園", ""),),
    areas=("03",),
    plans=(rules.Offered("tokyo-b", "A"), rules.Offered("tokyo-c", "kVA"), rules.Offered("market", "contract")),
    earliest=date(2026, 11, 12),
    latest=date(2027, 11, 4),
)


def said(answers=GOOD, facts=FACTS, **changes):
    return {finding.rule for finding in rules.examine(replace(answers, **changes), facts)}


def test_what_people_write_is_put_in_its_plain_form():
    assert GOOD.kana == "トモシビ タロウ"
    assert GOOD.name == "灯火 太郎"
    assert GOOD.phone == "090-0000-1234"
    assert GOOD.spin == "0300112233445566778899"
    assert GOOD.postal_code == "1050011"
    assert said() == set()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"kind": "gift"}, "kind"),
        ({"name": ""}, "name_missing"),
        ({"name": "太郎2"}, "name"),
        ({"kana": ""}, "kana_missing"),
        ({"kana": "灯火"}, "kana"),
        ({"city": "渋谷区"}, "address"),
        ({"block": ""}, "block"),
        ({"spin": "03001122"}, "spin_form"),
        ({"spin": "06" + "1" * 20}, "spin_area"),
        ({"spin": "99" + "1" * 20}, "spin_area"),
        ({"spin": "031" + "1" * 19}, "spin_voltage"),
        ({"spin": ""}, "spin_missing"),
        ({"current_retailer": ""}, "retailer"),
        ({"current_customer_number": ""}, "customer_number"),
        ({"plan_code": "osaka-a"}, "plan"),
        ({"capacity": "35"}, "capacity"),
        ({"plan_code": "tokyo-c", "capacity_unit": "kVA", "capacity": "50"}, "capacity"),
        ({"wished_on": ""}, "date_missing"),
        ({"wished_on": "2026-11-11"}, "date_early"),
        ({"wished_on": "2027-11-05"}, "date_late"),
        ({"phone": "12345"}, "phone"),
        ({"mail": "taro"}, "mail"),
        ({"payment_method": ""}, "payment"),
        ({"agency_code": "NOBODY"}, "agency"),
    ],
)
def test_one_thing_wrong_is_one_finding(changes, rule):
    assert said(**changes) == {rule}


def test_a_move_in_needs_neither_number_nor_retailer():
    assert said(kind="move_in", spin="", current_retailer="", current_customer_number="") == set()


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"places": ()}, "postal_code"),
        ({"taken_by": "3000000017"}, "spin_taken"),
        ({"duplicates": ("7000000013",)}, "duplicate"),
        ({"blocked": ("3000000017",)}, "blocked"),
        ({"known": ("1000000017",)}, "known"),
    ],
)
def test_what_others_of_ours_have_to_do_with_it(facts, rule):
    assert said(facts=replace(FACTS, **facts)) == {rule}


def test_a_plan_without_a_size_takes_any():
    assert said(plan_code="market", capacity="", capacity_unit="contract") == set()


@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_every_rule_has_a_sentence_in_every_language(language):
    with translation.override(language):
        for code, rule in rules.RULES.items():
            sentence = rules.sentence(rules.Finding(code, rule.severity, rule.fields, "03"))
            assert sentence
            assert "%(" not in sentence


def test_an_empty_form_is_refused_and_not_broken():
    assert {"kind", "name_missing", "kana_missing", "plan", "date_missing"} <= said(Answers())
