"""Every price shape has its rule, test table, golden bill, plan document and word; the page says so."""

import copy

import pytest
from django.utils import translation
from typer.testing import CliRunner

from tests.rating.shapes.one_bill import document
from tomoshibi.rating.program import Split
from tomoshibi.tariffs import commands, coverage, queries
from tomoshibi.tariffs.shapes import SHAPES
from tools import glossary


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_nothing_is_missing():
    assert queries.shape_holes() == []
    found = CliRunner().invoke(commands.app, ["shapes"])
    assert (found.exit_code, found.output) == (0, "0 hole(s)\n")


def test_the_page_is_what_the_house_says():
    page = (coverage.HOUSE / "docs" / "shapes.md").read_text("utf-8")
    assert page == queries.shapes_page(), "run: tomoshibi tariffs shapes --markdown > docs/shapes.md"


def test_every_word_stands_in_the_glossary():
    known = {word.en for word in glossary.words()}
    named = {feature.term for features in coverage.FEATURES.values() for feature in features}
    assert named - known == set()


def test_every_kind_of_component_that_a_document_may_have_is_a_feature():
    shipped = queries.shipped_documents()
    assert {part["kind"] for one in shipped for part in one["versions"][0]["components"]} == set(SHAPES)
    tests = [f.used for features in coverage.FEATURES.values() for f in features if f.used is not None]
    for kind in SHAPES:
        with_kind = next(one for one in shipped if any(p["kind"] == kind for p in one["versions"][0]["components"]))
        without = copy.deepcopy(with_kind)
        version = without["versions"][0]
        version["components"] = [part for part in version["components"] if part["kind"] != kind]
        assert any(used(with_kind) and not used(without) for used in tests), kind


@pytest.mark.parametrize(
    ("part", "change", "split"),
    [
        ({"kind": "flat", "price": {"amount": 1, "source": "made"}}, {}, Split.DAYS),
        ({"kind": "bands", "bands": [{"name": "all", "price": {"amount": 1, "source": "made"}}]}, {}, Split.HALF_HOURS),
        ({"kind": "flat", "price": {"amount": 1, "source": "made"}}, {"change": "half_hours"}, Split.HALF_HOURS),
        ({"kind": "flat", "price": {"amount": 1, "source": "made"}}, {"change": "days_x_size"}, Split.DAYS_X_SIZE),
    ],
)
def test_a_change_inside_a_period_goes_by_half_hours_where_they_are_priced_and_by_days_elsewhere(part, change, split):
    one = document({"code": "energy", **part}, **change)
    assert queries.program_of(one).split is split
    words = {Split.HALF_HOURS: "half-hours", Split.DAYS: "share of the days.", Split.DAYS_X_SIZE: "times its size"}
    assert words[split] in coverage.wording.change_in_words(one)
